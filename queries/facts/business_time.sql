-- The time line in pieces, each open or closed, with the open seconds before it.
-- One row per from_at
--
-- Pieces are cut at UTC midnight and at every opening and closing, so the piece of an instant is
-- found by a hash join on its UTC date. Business time between two instants is the difference of
-- two look-ups [V7]; the calendar covers every instant of the load, so neither ever misses:
--
--     inner join facts.business_time as asked
--         on asked.piece_on = asked_at::date
--         and asked_at >= asked.from_at
--         and asked_at < asked.until_at
--     ... running_at_asked = asked.running_seconds
--         + case when asked.is_open then date_sub('second', asked.from_at, asked_at) else 0 end
--
-- The way back, from open seconds to an instant, is facts.open_time.

with open_windows as (

    select
        opens_at,
        closes_at
    from raw.open_windows

),

span as (

    select
        min(from_at) as from_at,
        max(until_at) as until_at
    from raw.local_days

),

edges as (

    select
        opens_at as edge_at,
        1 as open_change
    from open_windows

    union all

    select
        closes_at as edge_at,
        -1 as open_change
    from open_windows

    union all

    select
        midnights.edge_at,
        0 as open_change
    from span
    cross join lateral unnest(
        generate_series(date_trunc('day', span.from_at), span.until_at, interval 1 day)
    ) as midnights(edge_at)

    union all

    select
        from_at as edge_at,
        0 as open_change
    from span

    union all

    select
        until_at as edge_at,
        0 as open_change
    from span

),

instants as (

    select
        edge_at,
        sum(open_change) as open_change
    from edges
    group by edge_at

),

pieces as (

    select
        edge_at as from_at,
        lead(edge_at) over (order by edge_at) as until_at,
        sum(open_change) over (order by edge_at rows between unbounded preceding and current row) > 0 as is_open
    from instants

),

covered as (

    select
        pieces.from_at,
        pieces.until_at,
        pieces.is_open,
        case when pieces.is_open then date_sub('second', pieces.from_at, pieces.until_at) else 0 end as open_seconds
    from pieces
    cross join span
    where pieces.from_at >= span.from_at
        and pieces.until_at <= span.until_at

)

select
    from_at::date as piece_on,
    from_at,
    until_at,
    is_open,
    (
        coalesce(sum(open_seconds) over (order by from_at rows between unbounded preceding and 1 preceding), 0)
    )::bigint as running_seconds
from covered
order by from_at
