-- What changed the load: openings, closings, reopenings, and whose turn it became, by local day.
-- One row per ticket_id, happened_at, event_code
--
-- waiting_on_client_change is +1 where the client's turn began and -1 where it ended: that of an
-- open ticket whose last word is an agent's [L4]. A turn that ends on the day it began is left out.
-- Tickets closed at an unknown time are no part of the load [S11].

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
    where words.is_agent

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

turn_days as (

    select
        client_turns.ticket_id,
        client_turns.from_at,
        client_turns.until_at,
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

)

select
    flows.ticket_id,
    flows.happened_at,
    flows.event_code,
    local_time.day_on,
    (flows.event_code = 'opened')::bigint as opened_count,
    (flows.event_code = 'reopened')::bigint as reopened_count,
    (flows.event_code = 'closed')::bigint as closed_count,
    0::bigint as waiting_on_client_change
from flows
inner join local_time
    on local_time.piece_on = flows.happened_at::date
    and flows.happened_at >= local_time.from_at
    and flows.happened_at < local_time.until_at

union all

select
    ticket_id,
    from_at as happened_at,
    'client_turn_began' as event_code,
    from_on as day_on,
    0 as opened_count,
    0 as reopened_count,
    0 as closed_count,
    1 as waiting_on_client_change
from turn_days

union all

select
    ticket_id,
    until_at as happened_at,
    'client_turn_ended' as event_code,
    until_on as day_on,
    0 as opened_count,
    0 as reopened_count,
    0 as closed_count,
    -1 as waiting_on_client_change
from turn_days
where until_on is not null
