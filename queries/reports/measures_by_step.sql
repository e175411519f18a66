-- The figures of reports.measures over the chosen period, in at most 35 steps of a day or of whole weeks.
-- Date: as in reports.measures; a step is dated by its last day.
-- One row per measure_code, until_on

with lengths as (

    select
        from_on,
        until_on,
        case
            when until_on - from_on < 35 then 1
            else 7 * cast(ceil((until_on - from_on + 1) / 210) as integer)
        end as step_days
    from chosen_period

),

-- Counted back from the end, so that the last step is a whole one; a shorter first one is left out.
steps as (

    select
        step_number,
        until_on - cast(step_number * step_days as integer) as until_on
    from lengths
    cross join lateral unnest(
        range(cast(greatest(1, floor((until_on - from_on + 1) / step_days)) as integer))
    ) as numbers(step_number)

),

tickets as (

    select
        floor((lengths.until_on - filtered_tickets.opened_on) / lengths.step_days) as opened_step_number,
        floor((lengths.until_on - filtered_tickets.responded_on) / lengths.step_days) as responded_step_number,
        filtered_tickets.is_in_averages and filtered_tickets.response_verdict in ('pass', 'fail') as is_judged,
        filtered_tickets.is_in_averages and filtered_tickets.response_verdict = 'pass' as is_within_2_days,
        case
            when filtered_tickets.is_in_averages
                and filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late')
                then filtered_tickets.response_business_days
        end as response_business_days
    from filtered_tickets
    inner join lengths
        on filtered_tickets.opened_on between lengths.from_on and lengths.until_on
        or filtered_tickets.responded_on between lengths.from_on and lengths.until_on

),

changes_by_day as (

    select
        stock_changes.day_on,
        sum(stock_changes.closed_count) as closed_count,
        sum(stock_changes.open_change) as open_change,
        sum(stock_changes.waiting_on_desk_change) as waiting_on_desk_change,
        sum(stock_changes.answers_overdue_change) as answers_overdue_change,
        sum(stock_changes.resolutions_overdue_change) as resolutions_overdue_change
    from filtered_stock_changes as stock_changes
    group by stock_changes.day_on

),

-- The heights at the end of every day there is, with or without a change on it.
heights as (

    select
        days.day_on,
        coalesce(sum(changes_by_day.open_change) over to_the_day, 0) as open_height,
        coalesce(sum(changes_by_day.waiting_on_desk_change) over to_the_day, 0) as waiting_on_desk_height,
        coalesce(sum(changes_by_day.answers_overdue_change) over to_the_day, 0) as answers_overdue_height,
        coalesce(sum(changes_by_day.resolutions_overdue_change) over to_the_day, 0) as resolutions_overdue_height,
        coalesce(sum(changes_by_day.closed_count) over to_the_day, 0) as closed_height
    from facts.days as days
    left join changes_by_day
        on changes_by_day.day_on = days.day_on
    window to_the_day as (order by days.day_on)

),

stocks as (

    select
        steps.until_on,
        heights.open_height,
        heights.waiting_on_desk_height,
        heights.answers_overdue_height,
        heights.resolutions_overdue_height,
        heights.closed_height - coalesce(earlier.closed_height, 0) as closed_count
    from steps
    cross join lengths
    inner join heights
        on heights.day_on = steps.until_on
    left join heights as earlier
        on earlier.day_on = steps.until_on - lengths.step_days

),

opened as (

    select
        steps.until_on,
        count(tickets.opened_step_number)::double as opened_count,
        count(*) filter (tickets.is_within_2_days) / nullif(count(*) filter (tickets.is_judged), 0)
            as within_2_days_share
    from steps
    left join tickets
        on tickets.opened_step_number = steps.step_number
    group by steps.until_on

),

answered as (

    select
        steps.until_on,
        median(tickets.response_business_days) as median_business_days
    from steps
    inner join tickets
        on tickets.responded_step_number = steps.step_number
    group by steps.until_on

),

collected as (

    select 'open' as measure_code, until_on, open_height::double as value from stocks
    union all
    select 'waiting_on_desk' as measure_code, until_on, waiting_on_desk_height as value from stocks
    union all
    select 'answers_overdue' as measure_code, until_on, answers_overdue_height as value from stocks
    union all
    select 'resolutions_overdue' as measure_code, until_on, resolutions_overdue_height as value from stocks
    union all
    select 'closed' as measure_code, until_on, closed_count as value from stocks
    union all
    select 'opened' as measure_code, until_on, opened_count as value from opened
    union all
    select 'median_response' as measure_code, until_on, median_business_days as value from answered
    union all
    select 'within_1_and_2_days' as measure_code, until_on, within_2_days_share as value from opened

)

select
    measure_code,
    until_on,
    value,
    row_number() over (order by measure_code, until_on) as position
from collected
