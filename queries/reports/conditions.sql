-- How many conditions of support were asked of each ticket, and how many it was known to meet, where it is not all.
-- One row per ticket_id
-- Not stored: the tickets have it
--
-- Most tickets meet all eight and have no row. A condition that the terms did not ask for then is none;
-- what is unknown was not met, and nothing is against it either.

select
    ticket_id,
    8 - count(*) filter (verdict = 'exempt') as condition_count,
    8 - count(*) as met_count,
    count(*) filter (verdict = 'unknown') as unknown_count
from rules.unmet_conditions
group by ticket_id
