-- How many conditions of support were asked of each ticket, and how many it was known to meet, where it is not all.
-- One row per ticket_id
--
-- Most tickets meet all eight and have no row. A condition that the terms did not ask for then is none;
-- what is unknown was not met, and nothing is against it either.

with obstacles as (

    select subject_id as ticket_id, verdict from rules.coverage where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.support_extra where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.registration where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.description where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.scope where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.channel where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.mailing_list where verdict <> 'pass'
    union all
    select subject_id as ticket_id, verdict from rules.not_banned where verdict <> 'pass'

)

select
    ticket_id,
    8 - count(*) filter (verdict = 'exempt') as condition_count,
    8 - count(*) as met_count,
    count(*) filter (verdict = 'unknown') as unknown_count
from obstacles
group by ticket_id
