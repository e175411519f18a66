-- When tickets are opened: hour of the day by weekday, on the desk's own clock; hours without any are there too.
-- Date: the instant of opening.
-- One row per weekday, hour

with openings as (

    select
        filtered_tickets.opened_weekday,
        filtered_tickets.opened_hour
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

hours as (

    select
        weekdays.weekday,
        ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][weekdays.weekday]
            as weekday_name,
        hours.hour
    from range(1, 8) as weekdays(weekday)
    cross join range(24) as hours(hour)

)

select
    hours.weekday,
    hours.weekday_name,
    hours.hour,
    count(openings.opened_hour) as ticket_count
from hours
left join openings
    on openings.opened_weekday = hours.weekday
    and openings.opened_hour = hours.hour
group by
    hours.weekday,
    hours.weekday_name,
    hours.hour
order by
    hours.weekday,
    hours.hour
