-- For each purchase, the ticket by which its client first asked for help about the product since then.
-- One row per purchase_id
--
-- Purchases nobody asked about have no row. Asked is the start of the response clock: for a ticket
-- that an agent opened, the client's first word; where that is unknown the ticket does not count [W1].

select
    purchases.purchase_id,
    min(tickets.response_started_at) as asked_at,
    -- Of one second the smaller id.
    arg_min(tickets.ticket_id, (tickets.response_started_at, tickets.ticket_id)) as ticket_id
from facts.tickets as tickets
inner join facts.purchases as purchases
    on purchases.client_id = tickets.client_id
    and purchases.product_id = tickets.product_id
    and purchases.purchased_at <= tickets.response_started_at
group by purchases.purchase_id
