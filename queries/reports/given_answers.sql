-- Answers that tickets got which were ineligible when opened: support given away [X13].
-- One row per ticket_id
--
-- Counted as in N2. A ticket without an answer, or whose posts are not known, has no row.

with ineligible as (

    select
        ticket_id,
        opened_at
    from reports.tickets as tickets
    where eligibility_code = 'ineligible'

)

select
    words.ticket_id,
    count(*) as answer_count
from facts.words
inner join ineligible
    on ineligible.ticket_id = words.ticket_id
where words.is_agent
    and words.said_at > ineligible.opened_at
group by words.ticket_id
