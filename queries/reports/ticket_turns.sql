-- Questions of a ticket and what became of each.
-- One row per ticket_id, turn_number

select
    turns.ticket_id,
    turns.turn_number,
    turns.asked_at,
    turns.answered_at,
    turns.due_at,
    turns.answer_business_seconds / nullif(tickets.business_day_seconds, 0) as answer_business_days,
    coalesce(turns.answer_band, 'unknown') as answer_code,
    turns.turn_number as position
from facts.turns as turns
inner join facts.tickets as tickets
    on tickets.ticket_id = turns.ticket_id
