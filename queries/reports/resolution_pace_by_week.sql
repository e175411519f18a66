-- How long resolutions took, week by week: median and ninetieth percentile in days.
-- Date: the day of the resolution. The older ticket of a duplicate pair is left out.
-- One row per week_on

with resolutions as (

    select
        filtered_tickets.resolved_week_on as week_on,
        filtered_tickets.resolution_days as duration_days
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.resolved_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages
        and filtered_tickets.resolution_code in ('within_1_week', 'within_2_weeks', 'late')
        and filtered_tickets.resolution_days is not null

)

select
    week_on,
    count(*) as n_count,
    -- Of fewer than 20 a median says little about the desk.
    case when count(*) >= 20 then percentile_cont(0.5) within group (order by duration_days) end as median_days,
    case when count(*) >= 20 then percentile_cont(0.9) within group (order by duration_days) end as p90_days
from resolutions
group by week_on
order by week_on
