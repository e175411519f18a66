-- What each ticket is called, and what its client said of the support.
-- One row per ticket_id

select
    ticket_id,
    subject,
    satisfaction_code
from raw.tickets
