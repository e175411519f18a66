-- The open tickets, oldest first.
-- One row per ticket_id

select
    filtered_tickets.ticket_id,
    ticket_details.age_days,
    case when ticket_details.is_waiting_on_desk then 'desk' else 'client' end as turn_code,
    ticket_details.resolution_code,
    filtered_tickets.opened_at,
    filtered_tickets.last_activity_at,
    filtered_tickets.reopen_count,
    ticket_details.subject,
    ticket_details.client_name,
    ticket_details.product_name,
    ticket_details.agent_name,
    resolution_time.clause,
    ticket_details.ticket_link,
    row_number() over (order by filtered_tickets.opened_at, filtered_tickets.ticket_id) as position
from filtered_tickets
inner join reports.ticket_details as ticket_details
    on ticket_details.ticket_id = filtered_tickets.ticket_id
inner join rules.resolution_time as resolution_time
    on resolution_time.subject_id = filtered_tickets.ticket_id
where filtered_tickets.is_open
