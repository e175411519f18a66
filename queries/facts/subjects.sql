-- What each ticket is called.
-- One row per ticket_id

select
    ticket_id,
    subject
from raw.tickets
