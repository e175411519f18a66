-- For each purchase, the ticket by which its client first asked for help about the product since then.
-- One row per purchase_id
--
-- Purchases nobody asked about have no row. Asked is the start of the response clock: for a ticket
-- that an agent opened, the client's first word; where that is unknown the ticket does not count [W1].

with purchases as (

    select
        purchase_id,
        client_id,
        product_id,
        purchased_at
    from facts.purchases
    where purchased_at is not null

),

tickets as (

    select
        openings.ticket_id,
        openings.client_id,
        openings.product_id,
        response_starts.response_started_at
    from facts.openings
    inner join facts.response_starts
        on response_starts.ticket_id = openings.ticket_id
    where response_starts.response_started_at is not null

),

asked as (

    select
        purchases.purchase_id,
        tickets.ticket_id,
        tickets.response_started_at
    from tickets
    inner join purchases
        on purchases.client_id = tickets.client_id
        and purchases.product_id = tickets.product_id
        and purchases.purchased_at <= tickets.response_started_at

),

first_asked as (

    select
        purchase_id,
        min(response_started_at) as asked_at
    from asked
    group by purchase_id

)

select
    first_asked.purchase_id,
    first_asked.asked_at,
    min(asked.ticket_id) as ticket_id
from first_asked
inner join asked
    on asked.purchase_id = first_asked.purchase_id
    and asked.response_started_at = first_asked.asked_at
group by
    first_asked.purchase_id,
    first_asked.asked_at
