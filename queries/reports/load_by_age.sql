-- Open tickets at the end of each day, or of each week of a long period, by how long they have been open.
-- One row per until_on, age_code
--
-- The age is the time since the opening, also of a ticket that came back [X12]; the last day ends at
-- as_of. Steps are those of reports.flow_by_day, and the bands of one add up to its backlog.

with known as (

    select has_states or has_status_changes as has_load
    from facts.known

),

days as (

    select
        days.day_on,
        least(days.until_at - interval 1 second, clock.as_of_at) as ended_at,
        days.day_on between chosen_period.from_on and chosen_period.until_on
        and (
            chosen_period.until_on - chosen_period.from_on < 190
            or days.weekday_number = 7
            or days.day_on = chosen_period.until_on
            or not days.is_over
        ) as is_step_end
    from facts.days as days
    cross join facts.clock as clock
    cross join chosen_period

),

-- Of every day, the number of the first step that ends with it or after it.
numbered as (

    select
        day_on,
        ended_at,
        is_step_end,
        1 + count(*) filter (is_step_end) over (
            order by day_on
            rows between unbounded preceding and 1 preceding
        ) as step_number
    from days

),

steps as (

    select
        numbered.step_number,
        -- The data may begin later than the period.
        coalesce(
            lag(numbered.day_on) over (order by numbered.day_on) + 1,
            greatest(chosen_period.from_on, span.first_on)
        ) as from_on,
        numbered.day_on as until_on,
        numbered.ended_at,
        case when chosen_period.until_on - chosen_period.from_on < 190 then 'day' else 'week' end as step_code
    from numbered
    cross join chosen_period
    cross join reports.span as span
    where numbered.is_step_end

),

last_steps as (

    select count(*) as step_count
    from steps

),

-- A ticket that never came back was open once, as its own row says.
stretches as (

    select
        filtered_tickets.opened_at,
        coalesce(reopened_stretches.from_on, filtered_tickets.opened_on) as from_on,
        case
            when reopened_stretches.ticket_id is null then filtered_tickets.closed_on
            else reopened_stretches.until_on
        end as until_on
    from filtered_tickets
    left join facts.reopened_stretches
        on reopened_stretches.ticket_id = filtered_tickets.ticket_id
    where filtered_tickets.is_open
        or filtered_tickets.closed_on is not null

),

numbered_stretches as (

    select
        stretches.opened_at,
        beginnings.step_number as from_number,
        coalesce(endings.step_number, last_steps.step_count + 1) as until_number
    from stretches
    cross join last_steps
    inner join numbered as beginnings
        on beginnings.day_on = stretches.from_on
    left join numbered as endings
        on endings.day_on = stretches.until_on

),

ages as (

    select
        steps.until_on,
        -- In days begun: bands end with whole days, so those of a day begun share their band.
        ceil((epoch(steps.ended_at) - epoch(numbered_stretches.opened_at)) / 86400)::bigint * 86400 as age_seconds,
        count(*) as ticket_count
    from numbered_stretches
    cross join lateral unnest(
        range(numbered_stretches.from_number, numbered_stretches.until_number)
    ) as numbers(step_number)
    inner join steps
        on steps.step_number = numbers.step_number
    where numbered_stretches.from_number < numbered_stretches.until_number
    group by all

),

counted as (

    select
        ages.until_on,
        age_bands.age_code,
        sum(ages.ticket_count)::bigint as ticket_count
    from ages
    inner join facts.age_bands as age_bands
        on ages.age_seconds > age_bands.over_seconds
        and ages.age_seconds <= age_bands.until_seconds
    group by
        ages.until_on,
        age_bands.age_code

)

select
    steps.from_on,
    steps.until_on,
    steps.step_code,
    age_bands.age_code,
    case when known.has_load then coalesce(counted.ticket_count, 0) end as ticket_count,
    row_number() over (order by steps.until_on, age_bands.position) as position
from steps
cross join facts.age_bands as age_bands
cross join known
left join counted
    on counted.until_on = steps.until_on
    and counted.age_code = age_bands.age_code
