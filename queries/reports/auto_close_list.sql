-- Where each ticket stands that closes, or was closed, for inactivity; those the desk left unanswered first.
-- One row per ticket_id

with stated as (

    select
        auto_closes.ticket_id,
        auto_closes.state,
        coalesce(auto_closes.is_neglected, false) as is_neglected,
        auto_closes.last_word_by,
        auto_closes.due_at,
        auto_closes.closed_at,
        (epoch(auto_closes.closed_at) - epoch(auto_closes.due_at)) / 86400 as late_days
    from reports.auto_closes as auto_closes

)

select
    stated.ticket_id,
    case
        when stated.is_neglected and stated.closed_at is not null then 'closed while the client waited for an answer'
        when stated.is_neglected and stated.state = 'missed' then 'past its closing; the client waits for an answer'
        when stated.is_neglected then 'about to close; the client waits for an answer'
        when stated.state = 'missed' then 'should have closed by now'
        when stated.state = 'due' then 'is due to close'
        when stated.state = 'closing_soon' then 'closes soon'
        when stated.state = 'active' then 'not due yet'
        when stated.state = 'on_time' then 'closed when it should'
        when stated.state = 'early' then 'closed before its time'
        when stated.state = 'late' then 'closed after its time'
    end as reason,
    stated.state,
    stated.is_neglected,
    stated.closed_at is not null as is_closed,
    stated.last_word_by,
    stated.due_at,
    stated.closed_at,
    stated.late_days,
    filtered_tickets.closed_on,
    filtered_tickets.subject,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    auto_close.verdict,
    auto_close.clause,
    filtered_tickets.ticket_link,
    -- Open ones first, of those the ones whose client waits, then what is due next; closed ones newest first.
    -- Not a row number: that would need every ticket, and a page asks for a few.
    case
        when stated.closed_at is not null then 3e11 - epoch(stated.closed_at)
        when stated.is_neglected then coalesce(epoch(stated.due_at), 9e10)
        else 1e11 + coalesce(epoch(stated.due_at), 9e10)
    end::bigint as position
from stated
inner join filtered_tickets
    on filtered_tickets.ticket_id = stated.ticket_id
left join rules.auto_close as auto_close
    on auto_close.subject_id = stated.ticket_id
