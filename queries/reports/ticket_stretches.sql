-- In which state a ticket was and whose turn it was, stretch by stretch, up to as_of.
-- One row per ticket_id, lane_code, from_at
--
-- Whose turn it was is known only of tickets with words, and asked only while they are open [L4].

with clock as (

    select as_of_at
    from facts.clock

),

tickets as (

    select
        ticket_id,
        opened_at
    from facts.tickets
    where not is_closed_at_unknown_time

),

-- Before its first change a ticket is open [S2]; without any it is so up to the closing that its columns state.
changes as (

    select
        ticket_id,
        opened_at as from_at,
        'open' as stretch_code,
        -1 as change_order
    from tickets

    union all

    select
        status_changes.ticket_id,
        status_changes.changed_at as from_at,
        status_changes.status_code as stretch_code,
        case status_changes.status_code
            when 'open' then 0
            when 'pending' then 1
            when 'on_hold' then 2
            when 'solved' then 3
            else 4
        end as change_order
    from raw.status_changes as status_changes
    inner join tickets
        on tickets.ticket_id = status_changes.ticket_id
    cross join clock
    where status_changes.changed_at >= tickets.opened_at
        and status_changes.changed_at <= clock.as_of_at

    union all

    select
        closings.ticket_id,
        closings.closed_at as from_at,
        'closed' as stretch_code,
        4 as change_order
    from facts.closings
    left join facts.changed_tickets
        on changed_tickets.ticket_id = closings.ticket_id
    where changed_tickets.ticket_id is null

),

-- Of changes in one second the last one holds [S12].
states as (

    select
        ticket_id,
        from_at,
        arg_max(stretch_code, change_order) as stretch_code
    from changes
    group by
        ticket_id,
        from_at

),

state_stretches as (

    select
        ticket_id,
        stretch_code,
        from_at,
        lead(from_at) over (partition by ticket_id order by from_at) as until_at
    from states

),

-- The opening gives the turn to the desk, and each word passes it on; within a second the agent's is the last [M3].
words as (

    select
        ticket_id,
        opened_at as from_at,
        'desk' as stretch_code,
        0 as word_order
    from tickets

    union all

    select
        ticket_id,
        said_at as from_at,
        case when is_agent then 'client' else 'desk' end as stretch_code,
        case when is_agent then 2 else 1 end as word_order
    from facts.words

),

spoken as (

    select
        ticket_id,
        from_at,
        arg_max(stretch_code, word_order) as stretch_code,
        max(word_order) as word_order
    from words
    group by
        ticket_id,
        from_at

),

passes as (

    select
        ticket_id,
        from_at,
        stretch_code,
        max(word_order) over (partition by ticket_id) > 0 as has_words
    from spoken

),

turn_stretches as (

    select
        ticket_id,
        stretch_code,
        from_at,
        lead(from_at) over (partition by ticket_id order by from_at) as until_at
    from passes
    where has_words

),

open_turns as (

    select
        turn_stretches.ticket_id,
        turn_stretches.stretch_code,
        greatest(turn_stretches.from_at, state_stretches.from_at) as from_at,
        least(turn_stretches.until_at, state_stretches.until_at) as until_at
    from turn_stretches
    inner join state_stretches
        on state_stretches.ticket_id = turn_stretches.ticket_id
        and state_stretches.stretch_code in ('open', 'pending', 'on_hold')
        and (state_stretches.until_at is null or turn_stretches.from_at < state_stretches.until_at)
        and (turn_stretches.until_at is null or state_stretches.from_at < turn_stretches.until_at)

),

stretches as (

    select
        ticket_id,
        'state' as lane_code,
        stretch_code,
        from_at,
        until_at
    from state_stretches

    union all

    select
        ticket_id,
        'turn' as lane_code,
        stretch_code,
        from_at,
        until_at
    from open_turns

)

select
    stretches.ticket_id,
    stretches.lane_code,
    stretches.stretch_code,
    stretches.from_at,
    coalesce(stretches.until_at, clock.as_of_at) as until_at,
    (epoch(coalesce(stretches.until_at, clock.as_of_at)) - epoch(stretches.from_at)) / 86400 as length_days,
    cast(epoch(stretches.from_at) as bigint) as position
from stretches
cross join clock
