-- Tickets by what became of their resolution, week by week.
-- Date: the day of opening. The older ticket of a duplicate pair is left out.
-- One row per week_on, resolution_code

with tickets as (

    select
        filtered_tickets.opened_week_on as week_on,
        filtered_tickets.resolution_code
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages

),

counted as (

    select
        week_on,
        resolution_code,
        count(*) as ticket_count
    from tickets
    group by
        week_on,
        resolution_code

)

select
    counted.week_on,
    -- The last day of the week, so that bars have a gap between them.
    counted.week_on + 6 as week_until_on,
    counted.week_on >= chosen_period.from_on and counted.week_on + 6 <= chosen_period.until_on as is_whole_week,
    counted.resolution_code,
    counted.ticket_count,
    sum(counted.ticket_count) over (partition by counted.week_on)::bigint as week_ticket_count
from counted
cross join chosen_period
order by
    counted.week_on,
    counted.resolution_code
