-- Tickets of which eligibility is unknown, by how many of the conditions asked of them they are known to meet.
-- Date: the day of opening. Nothing is against any of them.
-- One row per met_condition_count, condition_count

with counted as (

    select
        filtered_tickets.met_condition_count,
        filtered_tickets.condition_count,
        count(*) as ticket_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.eligibility_code = 'unknown'
    group by
        filtered_tickets.met_condition_count,
        filtered_tickets.condition_count

)

select
    met_condition_count,
    condition_count,
    met_condition_count || ' of ' || condition_count as met_text,
    ticket_count,
    sum(ticket_count) over ()::bigint as unknown_ticket_count,
    row_number() over (order by met_condition_count / condition_count desc, met_condition_count desc) as position
from counted
