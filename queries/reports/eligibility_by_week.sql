-- Tickets by whether their client had a right to support when they were opened, week by week.
-- Date: the day of opening.
-- One row per week_on, eligibility_code

with counted as (

    select
        filtered_tickets.opened_week_on as week_on,
        filtered_tickets.eligibility_code,
        count(*) as ticket_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    group by
        filtered_tickets.opened_week_on,
        filtered_tickets.eligibility_code

)

select
    counted.week_on,
    -- The last day of the week, so that bars have a gap between them.
    counted.week_on + 6 as week_until_on,
    counted.week_on >= chosen_period.from_on and counted.week_on + 6 <= chosen_period.until_on as is_whole_week,
    counted.eligibility_code,
    counted.ticket_count,
    sum(counted.ticket_count) over (partition by counted.week_on)::bigint as week_ticket_count
from counted
cross join chosen_period
order by
    counted.week_on,
    counted.eligibility_code
