-- Tickets as every rule and report sees them: both clocks, the state and the last activity at as_of.
-- One row per ticket_id

with clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        ticket_id,
        client_id,
        product_id,
        agent_id,
        channel_code,
        category_code,
        version,
        opened_by,
        opened_at,
        has_description,
        stated_activity_at
    from facts.openings

),

states as (

    select
        ticket_id,
        is_open,
        is_closed_at_unknown_time,
        closed_at,
        outcome_code,
        first_resolved_at,
        resolved_at,
        reopen_count
    from facts.states

),

starts as (

    select
        ticket_id,
        response_basis,
        has_posts,
        has_started,
        response_started_at,
        reported_response_at,
        business_day_seconds,
        last_limit_seconds,
        effective_on
    from facts.response_starts

),

first_turns as (

    select
        ticket_id,
        answered_at,
        answer_business_seconds,
        due_at,
        answer_band
    from facts.turns
    where turn_number = 1

),

conversations as (

    select
        ticket_id,
        last_word_at,
        last_word_by,
        client_wait_seconds
    from facts.conversations

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
        resolution_first_seconds,
        resolution_last_seconds,
        resolution_effective_on,
        resolution_clock_code
    from facts.terms

),

joined as (

    select
        openings.*,
        states.is_open,
        states.is_closed_at_unknown_time,
        states.closed_at,
        states.outcome_code,
        states.first_resolved_at,
        states.resolved_at,
        states.reopen_count,
        starts.response_basis,
        starts.has_posts,
        starts.has_started,
        starts.response_started_at,
        starts.reported_response_at,
        starts.business_day_seconds,
        starts.last_limit_seconds as response_limit_seconds,
        starts.effective_on as response_effective_on,
        first_turns.answered_at,
        first_turns.answer_business_seconds,
        first_turns.due_at as response_due_at,
        first_turns.answer_band as response_band,
        conversations.last_word_at,
        conversations.last_word_by,
        conversations.client_wait_seconds as counted_wait_seconds,
        older_tickets.ticket_id is not null as is_older_of_pair,
        terms.idle_seconds,
        terms.resolution_first_seconds as first_limit_seconds,
        terms.resolution_last_seconds as last_limit_seconds,
        terms.resolution_effective_on,
        terms.resolution_clock_code as clock_choice,
        -- Both clocks of a ticket that is not resolved run to as_of while it is open [S6].
        case
            when states.is_open then clock.as_of_at
            when not states.is_closed_at_unknown_time then states.closed_at
        end as ended_at,
        clock.as_of_at
    from openings
    cross join clock
    inner join states
        on states.ticket_id = openings.ticket_id
    inner join starts
        on starts.ticket_id = openings.ticket_id
    left join first_turns
        on first_turns.ticket_id = openings.ticket_id
    left join conversations
        on conversations.ticket_id = openings.ticket_id
    left join older_tickets
        on older_tickets.ticket_id = openings.ticket_id
    -- The terms in force at the opening [6.1].
    left join terms
        on openings.opened_at >= terms.from_at
        and openings.opened_at < terms.until_at

),

waited as (

    select
        joined.*,
        date_sub('second', opened_at, ended_at) as elapsed_seconds,
        -- Without posts nobody knows who waited for whom [S13].
        case when response_basis = 'posts' and ended_at is not null then coalesce(counted_wait_seconds, 0) end
            as client_wait_seconds,
        case
            when is_closed_at_unknown_time then null
            when has_posts then greatest(opened_at, coalesce(last_word_at, opened_at))
            -- One later than the end of the ticket's clock counts as not stated [A3].
            when stated_activity_at <= coalesce(ended_at, as_of_at) then greatest(opened_at, stated_activity_at)
            when response_basis = 'posts' then opened_at
        end as last_activity_at,
        case
            when is_closed_at_unknown_time then null
            when has_posts then coalesce(last_word_by, 'nobody')
            when stated_activity_at <= coalesce(ended_at, as_of_at) then null
            when response_basis = 'posts' then 'nobody'
        end as last_word
    from joined

),

measured as (

    select
        waited.*,
        case when is_open or resolved_at is not null then elapsed_seconds end as resolution_seconds,
        elapsed_seconds - client_wait_seconds as desk_seconds,
        case
            when clock_choice = 'desk' then coalesce(elapsed_seconds - client_wait_seconds, elapsed_seconds)
            else elapsed_seconds
        end as judged_seconds
    from waited

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
    last_word as last_word_by,
    last_activity_at + to_seconds(idle_seconds) as auto_close_due_at,
    is_open,
    category_code,
    version,
    has_description,
    has_started as has_response_started,
    response_started_at,
    answer_business_seconds as response_clock_seconds,
    response_limit_seconds,
    response_effective_on,
    business_day_seconds,
    case when is_open or resolved_at is not null then judged_seconds end as resolution_clock_seconds,
    last_limit_seconds as resolution_limit_seconds,
    resolution_effective_on,
    is_closed_at_unknown_time,
    is_older_of_pair
from measured
