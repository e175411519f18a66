-- Tickets before any limit: both clocks, the state and the last activity at as_of.
-- One row per ticket_id
-- Kept in: facts.tickets

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
        business_day_seconds
    from facts.response_starts

),

conversations as (

    select
        ticket_id,
        last_word_at,
        last_word_by,
        client_wait_seconds
    from facts.conversations

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
        conversations.last_word_at,
        conversations.last_word_by,
        conversations.client_wait_seconds as counted_wait_seconds,
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
    left join conversations
        on conversations.ticket_id = openings.ticket_id

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

)

select
    ticket_id,
    client_id,
    product_id,
    agent_id,
    channel_code,
    opened_by,
    opened_at,
    response_basis,
    reported_response_at,
    first_resolved_at,
    resolved_at,
    case when is_open or resolved_at is not null then elapsed_seconds end as resolution_seconds,
    elapsed_seconds - client_wait_seconds as desk_seconds,
    client_wait_seconds,
    reopen_count,
    closed_at,
    outcome_code,
    last_activity_at,
    last_word as last_word_by,
    is_open,
    category_code,
    version,
    has_description,
    has_started as has_response_started,
    response_started_at,
    business_day_seconds,
    is_closed_at_unknown_time
from waited
