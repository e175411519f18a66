-- Tickets opened, reopened and closed per day, and the backlog at its end, by whose turn it is.
-- One row per day_on
--
-- Filters: the chosen tickets; the chosen period by the day of the event. The backlog counts from the
-- first day on, whatever the period, so that every day is the day before + opened + reopened
-- - closed. The last day ends at as_of [L2].

with known as (

    select has_states or has_status_changes as has_load
    from facts.known

),

days as (

    select day_on
    from facts.days

),

period as (

    select
        from_on,
        until_on
    from chosen_period

),

changes as (

    select
        day_on,
        sum(opened_count) as opened_count,
        sum(reopened_count) as reopened_count,
        sum(closed_count) as closed_count,
        sum(open_change - waiting_on_desk_change) as waiting_on_client_change
    from filtered_stock_changes
    group by day_on

),

per_day as (

    select
        days.day_on,
        coalesce(changes.opened_count, 0) as opened_count,
        coalesce(changes.reopened_count, 0) as reopened_count,
        coalesce(changes.closed_count, 0) as closed_count,
        coalesce(changes.waiting_on_client_change, 0) as waiting_on_client_change
    from days
    left join changes
        on changes.day_on = days.day_on

),

stocks as (

    select
        day_on,
        opened_count,
        reopened_count,
        closed_count,
        sum(opened_count + reopened_count - closed_count) over by_day as backlog_count,
        sum(waiting_on_client_change) over by_day as waiting_on_client_count
    from per_day
    window by_day as (order by day_on rows between unbounded preceding and current row)

)

-- Where the export says nothing about closings there is no load to tell [S16].
select
    stocks.day_on,
    case when known.has_load then stocks.opened_count end::bigint as opened_count,
    case when known.has_load then stocks.reopened_count end::bigint as reopened_count,
    case when known.has_load then stocks.closed_count end::bigint as closed_count,
    case when known.has_load then stocks.backlog_count end::bigint as backlog_count,
    case when known.has_load then stocks.backlog_count - stocks.waiting_on_client_count end::bigint
        as waiting_on_desk_count,
    case when known.has_load then stocks.waiting_on_client_count end::bigint as waiting_on_client_count
from stocks
cross join known
cross join period
where stocks.day_on between period.from_on and period.until_on
order by stocks.day_on
