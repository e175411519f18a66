-- What each ticket is called, and what its client said of the support.
-- One row per ticket_id
-- Not stored: columns of raw.tickets as they are

select
    ticket_id,
    subject,
    satisfaction_code
from raw.tickets
