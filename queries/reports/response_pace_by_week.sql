-- How long first responses took, week by week: median and ninetieth percentile in business days.
-- Date: the day of the first answer. The older ticket of a duplicate pair is left out.
-- One row per week_on

with answers as (

    select
        filtered_tickets.responded_week_on as week_on,
        filtered_tickets.response_business_days as duration_days
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.responded_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages
        and filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late')
        and filtered_tickets.response_business_days is not null

)

select
    week_on,
    count(*) as n_count,
    -- Of fewer than 20 a median says little about the desk.
    case when count(*) >= 20 then percentile_cont(0.5) within group (order by duration_days) end as median_days,
    case when count(*) >= 20 then percentile_cont(0.9) within group (order by duration_days) end as p90_days
from answers
group by week_on
order by week_on
