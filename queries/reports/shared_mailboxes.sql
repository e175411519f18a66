-- Clients who open more tickets of a product within the window than one person does, whose texts are compared in part.
-- One row per client_id, product_id

with crowded_tickets as (

    select
        client_id,
        product_id,
        ticket_id,
        ticket_count
    from facts.crowded_tickets

)

select
    crowded_tickets.client_id,
    crowded_tickets.product_id,
    any_value(tickets.client_name) as client_name,
    any_value(tickets.product_name) as product_name,
    max(crowded_tickets.ticket_count) as most_ticket_count,
    count(*) as crowded_ticket_count,
    min(tickets.opened_on) as first_on,
    max(tickets.opened_on) as last_on,
    row_number() over (
        order by max(crowded_tickets.ticket_count) desc, crowded_tickets.client_id, crowded_tickets.product_id
    ) as position
from crowded_tickets
inner join reports.tickets as tickets
    on tickets.ticket_id = crowded_tickets.ticket_id
group by
    crowded_tickets.client_id,
    crowded_tickets.product_id
