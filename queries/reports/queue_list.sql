-- The queue as a list for people: every question that waits for an answer, longest waiting first.
-- One row per ticket_id, turn_number

select
    queue.position as queue_position,
    queue.ticket_id,
    queue.turn_number,
    case when queue.turn_number = 1 then 'first question' else 'question ' || queue.turn_number end as question,
    queue.waiting_since_at,
    ticket_details.waiting_business_days,
    ticket_details.answer_due_at,
    ticket_details.is_answer_overdue,
    case when ticket_details.is_answer_overdue then 'overdue' else 'waiting' end as answer_code,
    queue.expected_answer_at,
    queue.overtaken_count,
    ticket_details.subject,
    ticket_details.client_name,
    ticket_details.product_name,
    ticket_details.agent_name,
    ticket_details.ticket_link,
    row_number() over (order by queue.position, queue.ticket_id) as position
from reports.queue as queue
inner join filtered_tickets
    on filtered_tickets.ticket_id = queue.ticket_id
inner join reports.ticket_details as ticket_details
    on ticket_details.ticket_id = queue.ticket_id
