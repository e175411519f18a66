-- Open tickets that need a person of the desk now, each with the most pressing reason.
-- One row per ticket_id

with reasons as (

    select
        filtered_tickets.ticket_id,
        filtered_tickets.last_activity_at as since_at,
        1 as urgency,
        'neglected' as reason_code,
        '4.6' as clause,
        'The client waits; about to close as inactive' as reason,
        filtered_tickets.auto_close_due_at as due_at
    from filtered_tickets
    where filtered_tickets.is_neglected
        and filtered_tickets.auto_close_state in ('closing_soon', 'due')

    union all

    select
        filtered_tickets.ticket_id,
        filtered_tickets.waiting_since_at as since_at,
        2 as urgency,
        'answer_overdue' as reason_code,
        '1.5' as clause,
        format('Answer overdue after {:.1f} business days', filtered_tickets.waiting_business_days) as reason,
        filtered_tickets.answer_due_at as due_at
    from filtered_tickets
    where filtered_tickets.is_answer_overdue

    union all

    -- In its second half, the time for an answer is worth a look.
    select
        filtered_tickets.ticket_id,
        filtered_tickets.waiting_since_at as since_at,
        3 as urgency,
        'answer_soon' as reason_code,
        '1.5' as clause,
        format('Waiting for an answer for {:.1f} business days', filtered_tickets.waiting_business_days) as reason,
        filtered_tickets.answer_due_at as due_at
    from filtered_tickets
    where filtered_tickets.is_waiting_for_answer
        and not filtered_tickets.is_answer_overdue
        and filtered_tickets.waiting_business_days > 1

    union all

    select
        filtered_tickets.ticket_id,
        filtered_tickets.opened_at as since_at,
        4 as urgency,
        'resolution_overdue' as reason_code,
        '1.6' as clause,
        format(
            'Resolution overdue, open for {:.0f} weeks, the desk''s turn',
            (epoch(clock.as_of_at) - epoch(filtered_tickets.opened_at)) / 604800
        ) as reason,
        filtered_tickets.resolution_due_at as due_at
    from filtered_tickets
    cross join facts.clock as clock
    where filtered_tickets.is_resolution_overdue
        and filtered_tickets.is_waiting_on_desk

),

pressing as (

    select *
    from reasons
    qualify row_number() over (partition by ticket_id order by urgency) = 1

)

select
    pressing.ticket_id,
    pressing.reason_code,
    pressing.reason,
    pressing.due_at,
    pressing.since_at,
    tickets.subject,
    tickets.client_name,
    tickets.product_name,
    tickets.agent_name,
    tickets.ticket_link,
    pressing.clause,
    row_number() over (order by pressing.urgency, pressing.since_at, pressing.ticket_id) as position
from pressing
inner join reports.tickets as tickets
    on tickets.ticket_id = pressing.ticket_id
