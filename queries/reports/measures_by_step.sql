-- The figures of reports.measures over the chosen period, in at most 31 steps of a day or of whole weeks.
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
        until_on - cast(step_number * step_days as integer) as until_on,
        until_on - cast((step_number + 1) * step_days - 1 as integer) as from_on
    from lengths
    cross join lateral unnest(
        range(cast(greatest(1, floor((until_on - from_on + 1) / step_days)) as integer))
    ) as numbers(step_number)

),

tickets as (

    select
        filtered_tickets.ticket_id,
        filtered_tickets.is_in_averages,
        ticket_details.opened_on,
        ticket_details.responded_on,
        ticket_details.response_business_days,
        ticket_details.response_code,
        ticket_details.response_verdict
    from filtered_tickets
    inner join reports.ticket_details as ticket_details
        on ticket_details.ticket_id = filtered_tickets.ticket_id

),

changes_by_day as (

    select
        stock_events.measure_code,
        stock_events.day_on,
        sum(stock_events.change) as change
    from reports.stock_events as stock_events
    inner join filtered_tickets
        on filtered_tickets.ticket_id = stock_events.ticket_id
    group by
        stock_events.measure_code,
        stock_events.day_on

),

heights_by_day as (

    select
        measure_code,
        day_on,
        sum(change) over (partition by measure_code order by day_on) as height,
        lead(day_on, 1, date '9999-12-31') over (partition by measure_code order by day_on) as next_on
    from changes_by_day

),

closings_by_day as (

    select
        load_events.day_on,
        sum(load_events.closed_count) as closed_count
    from facts.load_events as load_events
    inner join filtered_tickets
        on filtered_tickets.ticket_id = load_events.ticket_id
    group by load_events.day_on

),

stocks as (

    select
        heights.measure_code,
        steps.until_on,
        coalesce(heights_by_day.height, 0)::double as value
    from steps
    cross join (values ('open'), ('waiting_on_desk'), ('answers_overdue'), ('resolutions_overdue')) as heights(measure_code)
    left join heights_by_day
        on heights_by_day.measure_code = heights.measure_code
        and heights_by_day.day_on <= steps.until_on
        and steps.until_on < heights_by_day.next_on

),

closed as (

    select
        'closed' as measure_code,
        steps.until_on,
        coalesce(sum(closings_by_day.closed_count), 0)::double as value
    from steps
    left join closings_by_day
        on closings_by_day.day_on between steps.from_on and steps.until_on
    group by steps.until_on

),

opened as (

    select
        steps.until_on,
        count(tickets.ticket_id)::double as opened_count,
        count(*) filter (tickets.is_in_averages and tickets.response_verdict = 'pass')
        / nullif(count(*) filter (tickets.is_in_averages and tickets.response_verdict in ('pass', 'fail')), 0)
            as within_2_days_share
    from steps
    left join tickets
        on tickets.opened_on between steps.from_on and steps.until_on
    group by steps.until_on

),

answered as (

    select
        'median_response' as measure_code,
        steps.until_on,
        median(tickets.response_business_days) as value
    from steps
    inner join tickets
        on tickets.responded_on between steps.from_on and steps.until_on
    where tickets.is_in_averages
        and tickets.response_code in ('within_1_day', 'within_2_days', 'late')
    group by steps.until_on

),

collected as (

    from stocks
    union all
    from closed
    union all
    select 'opened' as measure_code, until_on, opened_count as value from opened
    union all
    select 'within_1_and_2_days' as measure_code, until_on, within_2_days_share as value from opened
    union all
    from answered

)

select
    measure_code,
    until_on,
    value,
    row_number() over (order by measure_code, until_on) as position
from collected
