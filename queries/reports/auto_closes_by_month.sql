-- Tickets closed for inactivity, month by month: early, on time or late, and how many clients were waiting for a word.
-- Date: the day of closing.
-- One row per month_on
--
-- A ticket that came back since is not among them. Shares are of those whose due instant is known.

with closed as (

    select
        cast(date_trunc('month', filtered_tickets.closed_on) as date) as month_on,
        filtered_tickets.auto_close_state,
        filtered_tickets.is_neglected
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.closed_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.outcome_code = 'auto_closed'
        and not filtered_tickets.is_open

),

counted as (

    select
        month_on,
        count(*) as closed_count,
        count(*) filter (auto_close_state = 'on_time') as on_time_count,
        count(*) filter (auto_close_state = 'early') as early_count,
        count(*) filter (auto_close_state = 'late') as late_count,
        count(*) filter (auto_close_state is null) as unknown_count,
        count(*) filter (is_neglected) as neglected_count
    from closed
    group by month_on

)

select
    counted.month_on,
    counted.month_on >= chosen_period.from_on
    and cast(counted.month_on + interval 1 month as date) <= chosen_period.until_on + 1 as is_whole_month,
    counted.closed_count,
    counted.on_time_count,
    counted.early_count,
    counted.late_count,
    counted.unknown_count,
    counted.on_time_count / nullif(counted.closed_count - counted.unknown_count, 0) as on_time_share,
    counted.neglected_count,
    row_number() over (order by counted.month_on) as position
from counted
cross join chosen_period
