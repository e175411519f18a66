-- The open time of the desk, keyed for the question when a number of open seconds is used up.
-- One row per bucket_number, from_seconds
--
-- The inverse of facts.business_time. `due_seconds` below is the running total at the start of the
-- clock (business_time.running_seconds, plus the part of an open piece) plus the limit, a whole
-- number above 0. The answer is the earliest instant at which it is reached, so a limit that ends
-- with a window is due at the closing, not at the next opening [C8]:
--
--     inner join facts.open_time
--         on open_time.bucket_number = (due_seconds - 1) // 86400
--         and due_seconds > open_time.from_seconds
--         and due_seconds <= open_time.until_seconds
--     ... due_at = open_time.from_at + to_seconds(due_seconds - open_time.from_seconds)
--
-- Every limit of the policy that starts at as_of or before is covered. A forecast may lie beyond
-- the calendar's end: left join, and no row means "further away than the calendar".

with open_pieces as (

    select
        from_at,
        running_seconds as from_seconds,
        running_seconds + date_sub('second', from_at, until_at) as until_seconds
    from facts.business_time
    where is_open

),

-- A piece is at most a day long, so it reaches into one further bucket at most.
buckets as (

    select
        from_seconds // 86400 as bucket_number,
        from_at,
        from_seconds,
        until_seconds
    from open_pieces

    union all

    select
        (until_seconds - 1) // 86400 as bucket_number,
        from_at,
        from_seconds,
        until_seconds
    from open_pieces
    where (until_seconds - 1) // 86400 > from_seconds // 86400

)

select
    bucket_number,
    from_at,
    from_seconds,
    until_seconds
from buckets
order by bucket_number, from_seconds
