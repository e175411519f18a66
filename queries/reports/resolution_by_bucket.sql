-- How resolutions are spread, in days; the last one is everything beyond thirty days.
-- Date: the day of the resolution. The older ticket of a duplicate pair is left out.
-- One row per resolution_bucket

with resolutions as (

    select
        ticket_details.resolution_bucket,
        ticket_details.resolution_code
    from filtered_tickets
    inner join reports.ticket_details as ticket_details
        on ticket_details.ticket_id = filtered_tickets.ticket_id
    inner join chosen_period
        on ticket_details.resolved_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages
        and ticket_details.resolution_code in ('within_1_week', 'within_2_weeks', 'late')
        and ticket_details.resolution_bucket is not null

),

buckets as (

    select bucket as resolution_bucket
    from range(31) as buckets(bucket)

)

select
    buckets.resolution_bucket,
    buckets.resolution_bucket as from_days,
    buckets.resolution_bucket + 1 as until_days,
    case
        when buckets.resolution_bucket = 30 then 'more than 30'
        else buckets.resolution_bucket || ' to ' || (buckets.resolution_bucket + 1)
    end as label,
    case
        when buckets.resolution_bucket < 7 then 'within_1_week'
        when buckets.resolution_bucket < 14 then 'within_2_weeks'
        else 'late'
    end as band_code,
    count(resolutions.resolution_bucket) as ticket_count
from buckets
left join resolutions
    on resolutions.resolution_bucket = buckets.resolution_bucket
group by buckets.resolution_bucket
order by buckets.resolution_bucket
