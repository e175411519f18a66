-- What changed the load: openings, closings, reopenings, and whose turn it became, by local day.
-- One row per ticket_id, happened_at, event_code
-- Not stored: summed once, by reports.stock_changes
--
-- waiting_on_client_change is +1 where the client's turn began and -1 where it ended: that of an
-- open ticket whose last word is an agent's [L4]. A turn that ends on the day it began is left out.

with open_stretches as (

    select
        ticket_id,
        stretch_number,
        from_at,
        until_at,
        from_on,
        until_on
    from facts.open_stretches

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
        -- No end is one that has not come. Written with "is null or", DuckDB would take the turns for a few.
        and coalesce(words.said_at < open_stretches.until_at, true)
        and coalesce(words.next_said_at > open_stretches.from_at, true)
    where words.is_agent

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time
    -- True of every piece: said so that DuckDB takes these for the smaller side of a join, and hashes them.
    where from_at < until_at

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

)

select
    ticket_id,
    from_at as happened_at,
    case when stretch_number = 1 then 'opened' else 'reopened' end as event_code,
    from_on as day_on,
    (stretch_number = 1)::bigint as opened_count,
    (stretch_number > 1)::bigint as reopened_count,
    0::bigint as closed_count,
    0::bigint as waiting_on_client_change
from open_stretches

union all

select
    ticket_id,
    until_at as happened_at,
    'closed' as event_code,
    until_on as day_on,
    0 as opened_count,
    0 as reopened_count,
    1 as closed_count,
    0 as waiting_on_client_change
from open_stretches
where until_at is not null

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
