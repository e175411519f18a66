-- Tickets as a list for people, with every value that a chart or a tile leads here by.
-- One row per ticket_id

select
    filtered_tickets.ticket_id,
    case
        when ticket_details.is_answer_overdue
            then format('answer overdue after {:.1f} business days', ticket_details.waiting_business_days)
        when ticket_details.is_waiting_for_answer
            then format('waits for an answer for {:.1f} business days', ticket_details.waiting_business_days)
        when filtered_tickets.is_open and filtered_tickets.outcome_code = 'deferred' then 'waits for a release'
        when filtered_tickets.is_open and ticket_details.is_waiting_on_desk
            then format('open for {:.1f} days, the desk''s turn', ticket_details.age_days)
        when filtered_tickets.is_open
            then format('open for {:.1f} days, the client''s turn', ticket_details.age_days)
        when filtered_tickets.is_open is null then 'open or closed is not known'
        when filtered_tickets.resolved_at is not null
            then format('resolved after {:.1f} days', ticket_details.resolution_days)
        when filtered_tickets.outcome_code = 'auto_closed' then 'closed as inactive'
        when filtered_tickets.outcome_code = 'duplicate' then 'closed as a duplicate'
        when filtered_tickets.outcome_code = 'deferred' then 'closed, waits for a release'
        when filtered_tickets.outcome_code = 'unresolved' then 'closed unresolved'
        else 'closed, outcome unknown'
    end
    || case
        when ticket_details.response_code in ('within_1_day', 'within_2_days', 'late')
            and not filtered_tickets.is_open
            and ticket_details.response_business_days is not null
            then format(', answered after {:.1f} business days', ticket_details.response_business_days)
        else ''
    end as situation,
    ticket_details.subject,
    ticket_details.client_name,
    ticket_details.product_name,
    ticket_details.agent_name,
    filtered_tickets.client_id,
    filtered_tickets.product_id,
    filtered_tickets.agent_id,
    filtered_tickets.channel_code,
    filtered_tickets.opened_at,
    ticket_details.opened_on,
    ticket_details.opened_week_on,
    ticket_details.opened_weekday,
    ticket_details.opened_hour,
    filtered_tickets.first_responded_at,
    ticket_details.responded_on,
    ticket_details.responded_week_on,
    ticket_details.response_business_days,
    ticket_details.response_code,
    ticket_details.response_bucket,
    filtered_tickets.resolved_at,
    ticket_details.resolved_on,
    ticket_details.resolved_week_on,
    ticket_details.resolution_days,
    ticket_details.resolution_code,
    ticket_details.resolution_bucket,
    filtered_tickets.closed_at,
    ticket_details.closed_on,
    filtered_tickets.is_open,
    filtered_tickets.version,
    -- Closed, but nobody knows how, is unknown; open and not waiting for a release, there is none yet.
    coalesce(
        filtered_tickets.outcome_code,
        case when not filtered_tickets.is_open then 'unknown' end
    ) as outcome_code,
    coalesce(ticket_details.satisfaction_code, 'unknown') as satisfaction_code,
    ticket_details.post_count,
    filtered_tickets.is_in_averages,
    filtered_tickets.is_in_averages
    and ticket_details.response_code in ('within_1_day', 'within_2_days', 'late') as is_answered,
    filtered_tickets.is_in_averages
    and ticket_details.resolution_code in ('within_1_week', 'within_2_weeks', 'late') as is_resolved,
    filtered_tickets.is_in_averages
    and coalesce(ticket_details.response_verdict in ('pass', 'fail'), false) as is_judged_on_response,
    coalesce(filtered_tickets.reopen_count > 0, false) as is_reopened,
    ticket_details.age_days,
    ticket_details.is_waiting_on_desk,
    ticket_details.is_answer_overdue,
    ticket_details.is_resolution_overdue,
    ticket_details.auto_close_state,
    ticket_details.is_neglected,
    filtered_tickets.eligibility_code,
    ticket_details.eligibility_clause,
    ticket_details.eligibility_reason,
    ticket_details.ticket_link,
    -- Newest first. Not a row number: that would need every ticket, and a page asks for a few.
    -cast(epoch(filtered_tickets.opened_at) as bigint) as position
from filtered_tickets
inner join reports.ticket_details as ticket_details
    on ticket_details.ticket_id = filtered_tickets.ticket_id
