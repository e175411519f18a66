-- Tickets of banned clients that were answered while the client was banned, as a list for people, newest answer first.
-- Date: the day of the answer.
-- One row per ticket_id

with answered as (

    select
        banned_answers.ticket_id,
        min(banned_answers.clause) as clause,
        sum(banned_answers.answer_count)::bigint as answer_count,
        max(banned_answers.answered_on) as last_answered_on
    from reports.banned_answers as banned_answers
    inner join chosen_period
        on banned_answers.answered_on between chosen_period.from_on and chosen_period.until_on
    group by banned_answers.ticket_id

)

select
    answered.ticket_id,
    case
        when filtered_tickets.eligibility_code = 'ineligible' then 'not eligible when opened: ' || filtered_tickets.eligibility_reason
        when filtered_tickets.eligibility_code = 'unknown' then 'opened before the ban; not known whether eligible then'
        else 'opened before the ban, eligible then'
    end as situation,
    answered.clause,
    answered.answer_count,
    answered.last_answered_on,
    filtered_tickets.subject,
    filtered_tickets.client_id,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    filtered_tickets.ticket_link,
    row_number() over (order by answered.last_answered_on desc, answered.ticket_id) as position
from answered
inner join filtered_tickets
    on filtered_tickets.ticket_id = answered.ticket_id
