-- Tickets opened outside the terms, with what the desk gave them all the same: answers and time [X13].
-- One row per ticket_id
--
-- How many answers a ticket got that only reports its first is unknown, not 0. The desk's time is the
-- ticket's own less the client's wait.

select
    filtered_tickets.ticket_id,
    filtered_tickets.eligibility_reason as reason,
    filtered_tickets.eligibility_clause as clause,
    case
        when filtered_tickets.response_basis = 'posts' then coalesce(given_answers.answer_count, 0)
        when filtered_tickets.response_basis = 'reported' and filtered_tickets.first_responded_at is null then 0
    end as answer_count,
    filtered_tickets.desk_seconds / 86400 as desk_days,
    filtered_tickets.met_condition_count || ' of ' || filtered_tickets.condition_count as met_text,
    filtered_tickets.subject,
    filtered_tickets.client_id,
    filtered_tickets.client_name,
    filtered_tickets.product_id,
    filtered_tickets.product_name,
    filtered_tickets.agent_id,
    filtered_tickets.agent_name,
    filtered_tickets.channel_code,
    filtered_tickets.eligibility_code,
    filtered_tickets.opened_on,
    filtered_tickets.ticket_link,
    -- Most answers first, then the newest. Not a row number: that would need every ticket, and a page asks for a few.
    -1e10 * coalesce(given_answers.answer_count, 0) - epoch(filtered_tickets.opened_at) as position
from filtered_tickets
left join reports.given_answers as given_answers
    on given_answers.ticket_id = filtered_tickets.ticket_id
where filtered_tickets.eligibility_code = 'ineligible'
