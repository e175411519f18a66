-- Tickets opened, reopened and closed per day, or per week of a long period, and how many are open at its end, by turn.
-- Date: the day of the opening, reopening or closing itself.
-- One row per from_on

with known as (

    select has_states or has_status_changes as has_load
    from facts.known

),

steps as (

    select
        days.day_on as from_on,
        days.day_on as until_on
    from facts.days as days
    inner join chosen_period
        on days.day_on between chosen_period.from_on and chosen_period.until_on
    where chosen_period.until_on - chosen_period.from_on < 190

    union all

    select
        greatest(cast(date_trunc('week', days.day_on) as date), min(chosen_period.from_on)) as from_on,
        max(days.day_on) as until_on
    from facts.days as days
    inner join chosen_period
        on days.day_on between chosen_period.from_on and chosen_period.until_on
    where chosen_period.until_on - chosen_period.from_on >= 190
    group by date_trunc('week', days.day_on)

),

events_by_day as (

    select
        stock_changes.day_on,
        sum(stock_changes.opened_count) as opened_count,
        sum(stock_changes.reopened_count) as reopened_count,
        sum(stock_changes.closed_count) as closed_count,
        sum(stock_changes.open_change) as open_change,
        sum(stock_changes.waiting_on_desk_change) as waiting_on_desk_change
    from filtered_stock_changes as stock_changes
    group by stock_changes.day_on

),

heights_by_day as (

    select
        day_on,
        sum(open_change) over by_day as open_height,
        sum(waiting_on_desk_change) over by_day as waiting_on_desk_height,
        lead(day_on, 1, date '9999-12-31') over by_day as next_on
    from events_by_day
    window by_day as (order by day_on)

),

flows as (

    select
        steps.from_on,
        coalesce(sum(events_by_day.opened_count), 0)::bigint as opened_count,
        coalesce(sum(events_by_day.reopened_count), 0)::bigint as reopened_count,
        coalesce(sum(events_by_day.closed_count), 0)::bigint as closed_count
    from steps
    left join events_by_day
        on events_by_day.day_on between steps.from_on and steps.until_on
    group by steps.from_on

)

-- Where the export says nothing about closings there is no load to tell [S16].
select
    steps.from_on,
    steps.until_on,
    cast(date_trunc('week', steps.from_on) as date) as week_on,
    case when steps.from_on = steps.until_on then 'day' else 'week' end as step_code,
    flows.opened_count,
    case when known.has_load then flows.reopened_count end as reopened_count,
    case when known.has_load then flows.closed_count end as closed_count,
    case when known.has_load then coalesce(heights_by_day.open_height, 0) end::bigint as backlog_count,
    case when known.has_load then coalesce(heights_by_day.waiting_on_desk_height, 0) end::bigint
        as waiting_on_desk_count,
    case
        when known.has_load
            then coalesce(heights_by_day.open_height - heights_by_day.waiting_on_desk_height, 0)
    end::bigint as waiting_on_client_count,
    row_number() over (order by steps.from_on) as position
from steps
cross join known
inner join flows
    on flows.from_on = steps.from_on
left join heights_by_day
    on heights_by_day.day_on <= steps.until_on
    and steps.until_on < heights_by_day.next_on
