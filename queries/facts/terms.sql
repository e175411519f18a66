-- The limits that a ticket is judged by, for each stretch of openings in which none of them changes.
-- One row per from_at
--
-- A ticket finds its terms by one look-up: opened_at >= from_at and opened_at < until_at [6.1]. There
-- always are some, but the join is a left one here and in the rules: of an inner join by a range the
-- planner expects few rows, and then builds its next hash tables on the side with all the tickets.

with limits as (

    select
        rule,
        parameter,
        effective_on,
        from_at,
        until_at,
        value,
        value_number,
        value_seconds
    from policy.limits
    where rule in ('response_time', 'resolution_time', 'auto_close')

),

edges as (

    select distinct from_at
    from limits

),

stretches as (

    select
        from_at,
        coalesce(lead(from_at) over (order by from_at), timestamp '9999-12-31 00:00:00') as until_at
    from edges

)

select
    stretches.from_at,
    stretches.until_at,
    max(case when rule = 'response_time' and parameter = 'first' then value_number end) as response_first_days,
    max(case when rule = 'response_time' and parameter = 'last' then value_number end) as response_last_days,
    max(case when rule = 'response_time' and parameter = 'last' then effective_on end) as response_effective_on,
    max(case when rule = 'resolution_time' and parameter = 'first' then value_seconds end) as resolution_first_seconds,
    max(case when rule = 'resolution_time' and parameter = 'last' then value_seconds end) as resolution_last_seconds,
    max(case when rule = 'resolution_time' and parameter = 'last' then effective_on end) as resolution_effective_on,
    max(case when rule = 'resolution_time' and parameter = 'clock' then value end) as resolution_clock_code,
    max(case when rule = 'auto_close' and parameter = 'idle' then value_seconds end) as idle_seconds,
    max(case when rule = 'auto_close' and parameter = 'idle' then effective_on end) as idle_effective_on,
    max(case when rule = 'auto_close' and parameter = 'grace' then value_seconds end) as grace_seconds,
    max(case when rule = 'auto_close' and parameter = 'soon' then value_seconds end) as soon_seconds
from stretches
inner join limits
    on stretches.from_at >= limits.from_at
    and stretches.from_at < limits.until_at
group by
    stretches.from_at,
    stretches.until_at
