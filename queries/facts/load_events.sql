-- What changed the load on a local day: openings, closings, reopenings, and whose turn it became.
-- One row per ticket_id, day_on
--
-- waiting_on_client_change is +1 where the day ended with the client's turn and began without, -1
-- the other way round: an open ticket whose last word is an agent's [L4]. Tickets closed at an
-- unknown time are no part of the load [S11].

with openings as (

    select
        openings.ticket_id,
        openings.opened_at
    from facts.openings
    inner join facts.states
        on states.ticket_id = openings.ticket_id
    where not states.is_closed_at_unknown_time

),

closings as (

    select
        ticket_id,
        closing_number,
        closed_at,
        reopened_at
    from facts.closings

),

-- The stretches in which a ticket was open; the last one of an open ticket has no end.
open_stretches as (

    select
        openings.ticket_id,
        openings.opened_at as from_at,
        closings.closed_at as until_at
    from openings
    left join closings
        on closings.ticket_id = openings.ticket_id
        and closings.closing_number = 1

    union all

    select
        reopening.ticket_id,
        reopening.reopened_at as from_at,
        closing.closed_at as until_at
    from closings as reopening
    left join closings as closing
        on closing.ticket_id = reopening.ticket_id
        and closing.closing_number = reopening.closing_number + 1
    where reopening.reopened_at is not null

),

-- The client's turn lasts from an agent's word to the next word of either.
client_turns as (

    select
        words.ticket_id,
        greatest(words.said_at, open_stretches.from_at) as from_at,
        least(words.next_said_at, open_stretches.until_at) as until_at
    from facts.words
    inner join open_stretches
        on open_stretches.ticket_id = words.ticket_id
        and (open_stretches.until_at is null or words.said_at < open_stretches.until_at)
        and (words.next_said_at is null or words.next_said_at > open_stretches.from_at)
    where words.has_agent

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

-- A turn that ends on the day it began leaves no trace at the day's end.
turn_days as (

    select
        client_turns.ticket_id,
        beginning.day_on as from_on,
        ending.day_on as until_on
    from client_turns
    inner join local_time as beginning
        on beginning.piece_on = client_turns.from_at::date
        and client_turns.from_at >= beginning.from_at
        and client_turns.from_at < beginning.until_at
    left join local_time as ending
        on ending.piece_on = client_turns.until_at::date
        and client_turns.until_at >= ending.from_at
        and client_turns.until_at < ending.until_at
    where ending.day_on is distinct from beginning.day_on

),

flows as (

    select
        ticket_id,
        opened_at as happened_at,
        'opened' as event_code
    from openings

    union all

    select
        ticket_id,
        closed_at as happened_at,
        'closed' as event_code
    from closings

    union all

    select
        ticket_id,
        reopened_at as happened_at,
        'reopened' as event_code
    from closings
    where reopened_at is not null

),

events as (

    select
        flows.ticket_id,
        local_time.day_on,
        (flows.event_code = 'opened')::integer as opened_count,
        (flows.event_code = 'reopened')::integer as reopened_count,
        (flows.event_code = 'closed')::integer as closed_count,
        0 as waiting_on_client_change
    from flows
    inner join local_time
        on local_time.piece_on = flows.happened_at::date
        and flows.happened_at >= local_time.from_at
        and flows.happened_at < local_time.until_at

    union all

    select
        ticket_id,
        from_on as day_on,
        0 as opened_count,
        0 as reopened_count,
        0 as closed_count,
        1 as waiting_on_client_change
    from turn_days

    union all

    select
        ticket_id,
        until_on as day_on,
        0 as opened_count,
        0 as reopened_count,
        0 as closed_count,
        -1 as waiting_on_client_change
    from turn_days
    where until_on is not null

)

select
    ticket_id,
    day_on,
    sum(opened_count)::bigint as opened_count,
    sum(reopened_count)::bigint as reopened_count,
    sum(closed_count)::bigint as closed_count,
    sum(waiting_on_client_change)::bigint as waiting_on_client_change
from events
group by
    ticket_id,
    day_on
having sum(opened_count) > 0
    or sum(reopened_count) > 0
    or sum(closed_count) > 0
    or sum(waiting_on_client_change) <> 0
