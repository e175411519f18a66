-- Clients of whom several tickets were closed for inactivity while a question of the desk stood unanswered.
-- Clause: 5.6
-- One row per subject_id (a ticket_id)
-- Made whole: a closing is counted with the closings of the client's other tickets
--
-- A finding is a closing that makes them as many as the policy says within the window that ends with it.

with counts as (

    select
        from_at,
        until_at,
        value_number::bigint as value_number
    from policy.limits
    where rule = 'desk_questions_unanswered' and parameter = 'tickets'

),

windows as (

    select
        from_at,
        until_at,
        value_number::integer as month_count
    from policy.limits
    where rule = 'desk_questions_unanswered' and parameter = 'window'

),

questions as (

    select
        unanswered_questions.ticket_id,
        unanswered_questions.client_id,
        unanswered_questions.closed_at,
        counts.value_number as limit_count,
        windows.month_count
    from facts.unanswered_questions
    left join counts
        on unanswered_questions.closed_at >= counts.from_at
        and unanswered_questions.closed_at < counts.until_at
    left join windows
        on unanswered_questions.closed_at >= windows.from_at
        and unanswered_questions.closed_at < windows.until_at
    where unanswered_questions.client_id is not null

),

-- The latest closings of a client that would make a finding, and the first of them.
latest as (

    select
        ticket_id,
        client_id,
        closed_at,
        limit_count,
        month_count,
        count(*) over last_ones as ticket_count,
        first_value(closed_at) over last_ones as first_closed_at,
        list('ticket ' || ticket_id) over last_ones as evidence
    from questions
    window last_ones as (
        partition by client_id order by closed_at, ticket_id rows between limit_count - 1 preceding and current row
    )

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '5.6' as clause,
    closed_at as happened_at,
    list_sort(evidence) as evidence,
    limit_count || ' tickets or more closed for inactivity within ' || month_count
    || ' months, each after a question of the desk' as reason
from latest
where ticket_count = limit_count
    and first_closed_at > closed_at - to_months(month_count)
