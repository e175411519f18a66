-- Instants that matter to a ticket: what happened to it, and by when something was expected.
-- One row per ticket_id, mark_code, marked_at

with marks as (

    select
        ticket_id,
        'opened' as mark_code,
        opened_at as marked_at
    from filtered_tickets

    union all

    select
        ticket_id,
        'first_answer' as mark_code,
        first_responded_at as marked_at
    from filtered_tickets

    union all

    select
        ticket_id,
        'response_due' as mark_code,
        response_due_at as marked_at
    from filtered_tickets

    union all

    select
        ticket_id,
        'resolution_due' as mark_code,
        resolution_due_at as marked_at
    from filtered_tickets

    union all

    select
        ticket_id,
        'auto_close_due' as mark_code,
        auto_close_due_at as marked_at
    from filtered_tickets

    union all

    select
        ticket_id,
        case
            when outcome_code in ('solved', 'not_apparent', 'client_specific') then 'resolved'
            when outcome_code = 'auto_closed' then 'auto_closed'
            else 'closed'
        end as mark_code,
        closed_at as marked_at
    from facts.closings

    union all

    select
        ticket_id,
        'reopened' as mark_code,
        reopened_at as marked_at
    from facts.closings

)

select
    ticket_id,
    mark_code,
    marked_at,
    mark_code in ('response_due', 'resolution_due', 'auto_close_due') as is_expected,
    cast(epoch(marked_at) as bigint) as position
from marks
where marked_at is not null
