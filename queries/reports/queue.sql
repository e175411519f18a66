-- The queue of unanswered questions on open tickets, longest waiting first.
-- One row per ticket_id, turn_number

select
    ticket_id,
    turn_number,
    position,
    asked_at as waiting_since_at,
    expected_answer_at,
    overtaken_count,
    due_at,
    answer_business_seconds,
    answer_band
from facts.waiting_turns
