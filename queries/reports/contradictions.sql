-- Tickets whose export contradicts itself, what it says, and which of it counts.
-- Date: the day of opening.
-- One row per ticket_id, contradiction_code

select
    contradictions.ticket_id,
    contradictions.contradiction_code,
    case contradictions.contradiction_code
        when 'state' then format(
            'Its row says {}, its changes of state {}.',
            contradictions.stated_status_code,
            case when contradictions.has_closing_last then 'closed' else 'open' end
        )
        when 'closing' then format('The ticket is {}, and has a closing date.', contradictions.stated_status_code)
        when 'changes' then format('Dated before the opening: changes of state, {:,}.', contradictions.row_count)
        when 'circle' then 'It is named a duplicate, in a circle that leads back to it.'
        else format('Dated before the opening: posts, {:,}.', contradictions.row_count)
    end as sentence,
    case contradictions.contradiction_code
        when 'state' then 'The changes count.'
        when 'closing' then 'The state counts: it is open.'
        when 'circle' then 'The openings say which of two is the older.'
        else 'They have no effect.'
    end as counted,
    filtered_tickets.subject,
    filtered_tickets.opened_at,
    filtered_tickets.opened_on,
    -- Newest first.
    -cast(epoch(filtered_tickets.opened_at) as bigint) as position
from facts.contradictions as contradictions
inner join filtered_tickets
    on filtered_tickets.ticket_id = contradictions.ticket_id
inner join chosen_period
    on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
