-- Open tickets and automatically closed ones, with where they stand to the eight days of 4.6.
-- One row per ticket_id

select
    ticket_id,
    state,
    is_neglected,
    last_word_by,
    due_at,
    closed_at,
    late_seconds
from facts.inactivities
