-- Tickets as a list for people, with every value that a chart or a tile leads here by.
-- One row per ticket_id

select
    filtered_tickets.ticket_id,
    case
        when filtered_tickets.is_answer_overdue
            then format('answer overdue after {:.1f} business days', filtered_tickets.waiting_business_days)
        when filtered_tickets.is_waiting_for_answer
            then format('waits for an answer for {:.1f} business days', filtered_tickets.waiting_business_days)
        when filtered_tickets.is_open and filtered_tickets.outcome_code = 'deferred' then 'waits for a release'
        when filtered_tickets.is_open and filtered_tickets.is_waiting_on_desk
            then format('open for {:.1f} days, the desk''s turn', filtered_tickets.age_days)
        when filtered_tickets.is_open
            then format('open for {:.1f} days, the client''s turn', filtered_tickets.age_days)
        when filtered_tickets.is_open is null then 'open or closed is not known'
        when filtered_tickets.resolved_at is not null
            then format('resolved after {:.1f} days', filtered_tickets.resolution_days)
        when filtered_tickets.outcome_code = 'auto_closed' then 'closed as inactive'
        when filtered_tickets.outcome_code = 'duplicate' then 'closed as a duplicate'
        when filtered_tickets.outcome_code = 'deferred' then 'closed, waits for a release'
        when filtered_tickets.outcome_code = 'unresolved' then 'closed unresolved'
        else 'closed, outcome unknown'
    end
    || case
        when filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late')
            and not filtered_tickets.is_open
            and filtered_tickets.response_business_days is not null
            then format(', answered after {:.1f} business days', filtered_tickets.response_business_days)
        else ''
    end as situation,
    filtered_tickets.subject,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    filtered_tickets.client_id,
    filtered_tickets.product_id,
    filtered_tickets.agent_id,
    filtered_tickets.channel_code,
    filtered_tickets.opened_at,
    filtered_tickets.opened_on,
    filtered_tickets.opened_week_on,
    filtered_tickets.opened_weekday,
    filtered_tickets.opened_hour,
    filtered_tickets.first_responded_at,
    filtered_tickets.responded_on,
    filtered_tickets.responded_week_on,
    filtered_tickets.response_business_days,
    filtered_tickets.response_code,
    filtered_tickets.response_bucket,
    filtered_tickets.resolved_at,
    filtered_tickets.resolved_on,
    filtered_tickets.resolved_week_on,
    filtered_tickets.resolution_days,
    filtered_tickets.resolution_code,
    filtered_tickets.resolution_bucket,
    filtered_tickets.closed_at,
    filtered_tickets.closed_on,
    cast(date_trunc('month', filtered_tickets.closed_on) as date) as closed_month_on,
    filtered_tickets.is_open,
    filtered_tickets.version,
    -- Closed, but nobody knows how, is unknown; open and not waiting for a release, there is none yet.
    coalesce(
        filtered_tickets.outcome_code,
        case when not filtered_tickets.is_open then 'unknown' end
    ) as outcome_code,
    coalesce(filtered_tickets.satisfaction_code, 'unknown') as satisfaction_code,
    filtered_tickets.post_count,
    filtered_tickets.is_in_averages,
    filtered_tickets.is_in_averages
    and filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late') as is_answered,
    filtered_tickets.is_in_averages
    and filtered_tickets.resolution_code in ('within_1_week', 'within_2_weeks', 'late') as is_resolved,
    filtered_tickets.is_in_averages
    and coalesce(filtered_tickets.response_verdict in ('pass', 'fail'), false) as is_judged_on_response,
    coalesce(filtered_tickets.reopen_count > 0, false) as is_reopened,
    filtered_tickets.age_days,
    filtered_tickets.is_waiting_on_desk,
    filtered_tickets.is_answer_overdue,
    filtered_tickets.is_resolution_overdue,
    -- Closed for inactivity, but nobody knows when it was due [A3].
    coalesce(
        filtered_tickets.auto_close_state,
        case when not filtered_tickets.is_open and filtered_tickets.outcome_code = 'auto_closed' then 'unknown' end
    ) as auto_close_state,
    filtered_tickets.auto_close_on,
    coalesce(filtered_tickets.last_word_by, 'unknown') as last_word_code,
    filtered_tickets.is_neglected,
    filtered_tickets.eligibility_code,
    filtered_tickets.eligibility_clause,
    filtered_tickets.eligibility_reason,
    filtered_tickets.condition_count,
    filtered_tickets.met_condition_count,
    case when filtered_tickets.eligibility_code = 'unknown' then 'nothing against it in ' else 'met ' end
    || filtered_tickets.met_condition_count || ' of ' || filtered_tickets.condition_count as conditions_text,
    filtered_tickets.ticket_link,
    -- Newest first. Not a row number: that would need every ticket, and a page asks for a few.
    -cast(epoch(filtered_tickets.opened_at) as bigint) as position
from filtered_tickets
