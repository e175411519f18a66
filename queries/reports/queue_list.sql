-- The queue as a list for people: every question that waits for an answer, longest waiting first.
-- One row per ticket_id, turn_number

select
    queue.position as queue_position,
    queue.ticket_id,
    queue.turn_number,
    case when queue.turn_number = 1 then 'first question' else 'question ' || queue.turn_number end as question,
    queue.waiting_since_at,
    filtered_tickets.waiting_business_days,
    filtered_tickets.answer_due_at,
    filtered_tickets.is_answer_overdue,
    case when filtered_tickets.is_answer_overdue then 'overdue' else 'waiting' end as answer_code,
    queue.expected_answer_at,
    queue.overtaken_count,
    filtered_tickets.subject,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    filtered_tickets.ticket_link,
    row_number() over (order by queue.position, queue.ticket_id) as position
from reports.queue as queue
inner join filtered_tickets
    on filtered_tickets.ticket_id = queue.ticket_id
