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

-- Of changes in one second the last one holds; each lasts to the next [S12]. Before the first a ticket is open [S2].
changes as (

    select
        status_changes.ticket_id,
        status_changes.changed_at as from_at,
        arg_max(
            status_changes.status_code,
            case status_changes.status_code
                when 'open' then 0
                when 'pending' then 1
                when 'on_hold' then 2
                when 'solved' then 3
                else 4
            end
        ) as stretch_code
    from raw.status_changes as status_changes
    inner join tickets
        on tickets.ticket_id = status_changes.ticket_id
    cross join clock
    where status_changes.changed_at >= tickets.opened_at
        and status_changes.changed_at <= clock.as_of_at
    group by
        status_changes.ticket_id,
        status_changes.changed_at

),

-- Tickets without changes are open from their creation to the closing that their columns state.
states as (

    select
        ticket_id,
        from_at,
        stretch_code
    from changes

    union all

    select
        tickets.ticket_id,
        tickets.opened_at as from_at,
        'open' as stretch_code
    from tickets
    anti join changes
        on changes.ticket_id = tickets.ticket_id
        and changes.from_at = tickets.opened_at

    union all

    select
        closings.ticket_id,
        closings.closed_at as from_at,
        'closed' as stretch_code
    from facts.closings
    anti join facts.changed_tickets
        on changed_tickets.ticket_id = closings.ticket_id

),

state_stretches as (

    select
        ticket_id,
        stretch_code,
        from_at,
        lead(from_at) over (partition by ticket_id order by from_at) as until_at
    from states

),

-- Each word passes the turn on; the opening gives it to the desk.
spoken as (

    select
        words.ticket_id,
        words.said_at as from_at,
        bool_or(words.is_agent) as is_agent
    from facts.words
    group by
        words.ticket_id,
        words.said_at

),

passes as (

    select
        ticket_id,
        from_at,
        case when is_agent then 'client' else 'desk' end as stretch_code
    from spoken

    union all

    select
        tickets.ticket_id,
        tickets.opened_at as from_at,
        'desk' as stretch_code
    from tickets
    semi join spoken
        on spoken.ticket_id = tickets.ticket_id
    anti join spoken as first_word
        on first_word.ticket_id = tickets.ticket_id
        and first_word.from_at = tickets.opened_at

),

turn_stretches as (

    select
        ticket_id,
        stretch_code,
        from_at,
        lead(from_at) over (partition by ticket_id order by from_at) as until_at
    from passes

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
