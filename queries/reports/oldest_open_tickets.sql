-- The open tickets, oldest first.
-- One row per ticket_id

select
    filtered_tickets.ticket_id,
    (epoch(clock.as_of_at) - epoch(filtered_tickets.opened_at)) / 86400 as age_days,
    case when filtered_tickets.is_waiting_on_desk then 'desk' else 'client' end as turn_code,
    filtered_tickets.resolution_code,
    filtered_tickets.opened_at,
    filtered_tickets.last_activity_at,
    filtered_tickets.reopen_count,
    filtered_tickets.subject,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    '1.6' as clause,
    filtered_tickets.ticket_link,
    row_number() over (order by filtered_tickets.opened_at, filtered_tickets.ticket_id) as position
from filtered_tickets
cross join facts.clock as clock
where filtered_tickets.is_open
