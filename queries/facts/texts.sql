-- What each ticket says, in the words of who opened it, and of which site.
-- One row per ticket_id
-- Kept in: raw.tickets

select
    ticket_id,
    subject,
    description,
    site_url
from raw.tickets
