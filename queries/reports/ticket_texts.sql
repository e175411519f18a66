-- What a ticket says, when it was opened and closed: one side of two that are compared.
-- One row per ticket_id

select
    tickets.ticket_id,
    tickets.opened_at,
    tickets.closed_at,
    tickets.is_open,
    texts.subject,
    texts.description,
    texts.site_url
from facts.tickets as tickets
inner join facts.texts as texts
    on texts.ticket_id = tickets.ticket_id
