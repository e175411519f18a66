-- How first responses are spread, in quarters of a business day; the last one is everything beyond four days.
-- Date: the day of the first answer. The older ticket of a duplicate pair is left out.
-- One row per response_bucket, band_code (NULL where it is empty)

with answers as (

    select
        filtered_tickets.response_bucket,
        filtered_tickets.response_code
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.responded_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages
        and filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late')
        and filtered_tickets.response_bucket is not null

),

buckets as (

    select bucket as response_bucket
    from range(17) as buckets(bucket)

)

select
    buckets.response_bucket,
    buckets.response_bucket / 4 as from_days,
    (buckets.response_bucket + 1) / 4 as until_days,
    case
        when buckets.response_bucket = 16 then 'more than 4'
        else format('{:.2f} to {:.2f}', buckets.response_bucket / 4, (buckets.response_bucket + 1) / 4)
    end as label,
    answers.response_code as band_code,
    count(answers.response_bucket) as ticket_count
from buckets
left join answers
    on answers.response_bucket = buckets.response_bucket
group by
    buckets.response_bucket,
    answers.response_code
order by
    buckets.response_bucket,
    answers.response_code
