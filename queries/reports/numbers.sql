-- The numbers of the terms as a reader says them, of each all that held while there were tickets.
-- Date: from the first day of the load to the as-of; where a number changed in between, each is said.
-- One row per rule, parameter

with versions as (

    select distinct
        limits.rule,
        limits.parameter,
        limits.unit,
        limits.value_number,
        limits.value_seconds
    from policy.limits as limits
    cross join facts.clock as clock
    where limits.value_number is not null
        and limits.from_at <= clock.as_of_at
        and limits.until_at > (
            select coalesce(min(openings.opened_at), timestamp '0001-01-01 00:00:00')
            from facts.openings as openings
        )

),

-- All versions of a number are said in one unit, the longest of which each is so many whole ones.
units as (

    select
        rule,
        parameter,
        case
            when any_value(value_seconds) is null then 1
            when bool_and(value_seconds % 604800 = 0 and value_seconds > 0) then 604800
            when bool_and(value_seconds % 86400 = 0) then 86400
            when bool_and(value_seconds % 3600 = 0) then 3600
            else 60
        end as unit_seconds,
        case
            when any_value(value_seconds) is null then replace(any_value(unit), '_', ' ')
            when bool_and(value_seconds % 604800 = 0 and value_seconds > 0) then 'week'
            when bool_and(value_seconds % 86400 = 0) then 'day'
            when bool_and(value_seconds % 3600 = 0) then 'hour'
            else 'minute'
        end as unit
    from versions
    group by
        rule,
        parameter

),

amounts as (

    select distinct
        versions.rule,
        versions.parameter,
        units.unit,
        coalesce(versions.value_seconds / units.unit_seconds, versions.value_number) as amount,
        coalesce(versions.value_seconds / 86400, versions.value_number) as days
    from versions
    inner join units
        on units.rule = versions.rule
        and units.parameter = versions.parameter

),

said as (

    select
        rule,
        parameter,
        any_value(unit) as unit,
        list(regexp_replace(cast(amount as varchar), '\.0$', '') order by amount) as numbers,
        list(regexp_replace(cast(days as varchar), '\.0$', '') order by amount) as day_numbers,
        list(days order by amount) as days
    from amounts
    group by
        rule,
        parameter

),

-- "1", "1 or 2", "1, 2 or 3".
listed as (

    select
        rule,
        parameter,
        unit,
        numbers,
        days,
        array_to_string(numbers[:-2], ', ') || case when len(numbers) > 1 then ' or ' else '' end || numbers[-1]
            as number_text,
        array_to_string(day_numbers[:-2], ', ') || case when len(numbers) > 1 then ' or ' else '' end || day_numbers[-1]
            as days_text
    from said

)

select
    rule,
    parameter,
    case
        when unit in ('count', 'share') then number_text
        when numbers = ['1'] then number_text || ' ' || unit
        else number_text || ' ' || unit || 's'
    end as said_text,
    days_text,
    days
from listed
order by
    rule,
    parameter
