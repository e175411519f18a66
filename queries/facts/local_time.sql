-- From UTC to the desk's local day and hour: pieces with one offset and one local day each.
-- One row per from_at
--
-- Found by a hash join on the UTC date; covers all the calendar covers:
--
--     inner join facts.local_time
--         on local_time.piece_on = happened_at::date
--         and happened_at >= local_time.from_at
--         and happened_at < local_time.until_at
--     ... local_time.day_on is the local day, happened_at + to_seconds(local_time.offset_seconds) the local time,
-- business_day_seconds the length of a business day in the week in force on that day [C3].

with local_days as (

    select
        day_on,
        from_at,
        until_at,
        business_day_seconds
    from raw.local_days

),

offsets as (

    select
        from_at,
        coalesce(lead(from_at) over (order by from_at), timestamp '9999-12-31 00:00:00') as until_at,
        offset_seconds
    from raw.zone_offsets

),

-- A local day of more than one offset, in parts: the day of a clock change has two.
parts as (

    select
        local_days.day_on,
        local_days.business_day_seconds,
        greatest(local_days.from_at, offsets.from_at) as from_at,
        least(local_days.until_at, offsets.until_at) as until_at,
        offsets.offset_seconds
    from local_days
    inner join offsets
        on offsets.from_at < local_days.until_at
        and offsets.until_at > local_days.from_at

),

-- Each part lies on one UTC date, or on two, or (24 hours ahead of none) on three at most.
utc_days as (

    select
        parts.day_on,
        parts.business_day_seconds,
        parts.offset_seconds,
        parts.from_at,
        parts.until_at,
        midnights.edge_at as midnight_at
    from parts
    cross join lateral unnest(
        generate_series(date_trunc('day', parts.from_at), parts.until_at, interval 1 day)
    ) as midnights(edge_at)

)

select
    midnight_at::date as piece_on,
    greatest(from_at, midnight_at) as from_at,
    least(until_at, midnight_at + interval 1 day) as until_at,
    day_on,
    offset_seconds,
    business_day_seconds
from utc_days
where greatest(from_at, midnight_at) < least(until_at, midnight_at + interval 1 day)
order by greatest(from_at, midnight_at)
