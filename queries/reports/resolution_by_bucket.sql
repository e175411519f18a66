-- How resolutions are spread, in days; the last one is everything beyond thirty days.
-- Date: the day of the resolution. The older ticket of a duplicate pair is left out.
-- One row per resolution_bucket, band_code (NULL where it is empty)

with resolutions as (

    select
        filtered_tickets.resolution_bucket,
        filtered_tickets.resolution_code
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.resolved_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages
        and filtered_tickets.resolution_code in ('within_1_week', 'within_2_weeks', 'late')
        and filtered_tickets.resolution_bucket is not null

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
    resolutions.resolution_code as band_code,
    count(resolutions.resolution_bucket) as ticket_count
from buckets
left join resolutions
    on resolutions.resolution_bucket = buckets.resolution_bucket
group by
    buckets.resolution_bucket,
    resolutions.resolution_code
order by
    buckets.resolution_bucket,
    resolutions.resolution_code
