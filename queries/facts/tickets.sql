-- Tickets as every rule and report sees them: both clocks against their limits, the state and the last activity.
-- One row per ticket_id

with first_turns as (

    select
        ticket_id,
        answered_at,
        answer_business_seconds,
        due_at,
        answer_band,
        limit_seconds
    from facts.turns
    where turn_number = 1

),

older_tickets as (

    select distinct older_ticket_id as ticket_id
    from facts.duplicate_pairs

),

terms as (

    select
        from_at,
        until_at,
        idle_seconds,
        response_effective_on,
        resolution_first_seconds,
        resolution_last_seconds,
        resolution_effective_on,
        resolution_clock_code
    from facts.terms

),

judged as (

    select
        tickets.*,
        first_turns.answered_at,
        first_turns.answer_business_seconds,
        first_turns.due_at as response_due_at,
        first_turns.answer_band as response_band,
        first_turns.limit_seconds as response_limit_seconds,
        older_tickets.ticket_id is not null as is_older_of_pair,
        terms.idle_seconds,
        terms.response_effective_on,
        terms.resolution_first_seconds as first_limit_seconds,
        terms.resolution_last_seconds as last_limit_seconds,
        terms.resolution_effective_on,
        -- Of tickets that are open or resolved; of others there is nothing to judge.
        case
            when terms.resolution_clock_code = 'desk' and tickets.resolution_seconds is not null
                then coalesce(tickets.desk_seconds, tickets.resolution_seconds)
            else tickets.resolution_seconds
        end as judged_seconds
    from facts.measured_tickets as tickets
    left join first_turns
        on first_turns.ticket_id = tickets.ticket_id
    left join older_tickets
        on older_tickets.ticket_id = tickets.ticket_id
    -- The terms in force at the opening [6.1].
    left join terms
        on tickets.opened_at >= terms.from_at
        and tickets.opened_at < terms.until_at

)

select
    ticket_id,
    client_id,
    product_id,
    agent_id,
    channel_code,
    opened_by,
    opened_at,
    coalesce(answered_at, reported_response_at) as first_responded_at,
    response_basis,
    case when response_band <> 'closed_unanswered' then answer_business_seconds end as response_business_seconds,
    response_due_at,
    response_band,
    first_resolved_at,
    resolved_at,
    resolution_seconds,
    desk_seconds,
    client_wait_seconds,
    case
        when is_open and outcome_code = 'deferred' then 'deferred'
        when is_open and judged_seconds <= last_limit_seconds then 'in_progress'
        when is_open then 'overdue'
        when outcome_code in ('auto_closed', 'duplicate', 'deferred') then outcome_code
        when outcome_code = 'unresolved' then 'closed_unresolved'
        when resolved_at is not null and judged_seconds <= first_limit_seconds then 'within_1_week'
        when resolved_at is not null and judged_seconds <= last_limit_seconds then 'within_2_weeks'
        when resolved_at is not null then 'late'
    end as resolution_band,
    reopen_count,
    closed_at,
    outcome_code,
    last_activity_at,
    last_word_by,
    last_activity_at + to_seconds(idle_seconds) as auto_close_due_at,
    is_open,
    category_code,
    version,
    has_description,
    has_response_started,
    response_started_at,
    answer_business_seconds as response_clock_seconds,
    response_limit_seconds,
    response_effective_on,
    business_day_seconds,
    judged_seconds as resolution_clock_seconds,
    last_limit_seconds as resolution_limit_seconds,
    resolution_effective_on,
    is_closed_at_unknown_time,
    is_older_of_pair,
    reported_response_at
from judged
