-- How many tickets the filters leave, and the period and the one before it in words.
-- Date: the day of opening, for opened_count.
-- One row per from_on (there is one)

select
    chosen_period.from_on,
    chosen_period.until_on,
    strftime(chosen_period.from_on, '%-d %b %Y') as from_text,
    strftime(chosen_period.until_on, '%-d %b %Y') as until_text,
    count(filtered_tickets.ticket_id) as ticket_count,
    count(*) filter (
        filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    ) as opened_count
from chosen_period
left join filtered_tickets on true
group by all
