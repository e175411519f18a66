-- Tickets as a list for people, with every value that a chart or a tile leads here by.
-- One row per ticket_id

with timed as (

    select
        *,
        case when is_open then age_days else resolution_days end as lasted_days
    from filtered_tickets

),

-- Four weeks and more are said in weeks.
told as (

    select
        *,
        case
            when lasted_days < 28 then format('{:.1f} days', lasted_days)
            else format('{:.0f} weeks', lasted_days / 7)
        end as lasted
    from timed

)

select
    told.ticket_id,
    case
        when told.is_answer_overdue
            then format('answer overdue after {:.1f} business days', told.waiting_business_days)
        when told.is_waiting_for_answer
            then format('waits for an answer for {:.1f} business days', told.waiting_business_days)
        when told.is_open and told.outcome_code = 'deferred' then 'waits for a release'
        when told.is_open and told.is_waiting_on_desk
            then format('open for {}, the desk''s turn', told.lasted)
        when told.is_open then format('open for {}, the client''s turn', told.lasted)
        when told.is_open is null then 'open or closed is not known'
        when told.resolved_at is not null then format('resolved after {}', told.lasted)
        when told.outcome_code = 'auto_closed' then 'closed as inactive'
        when told.outcome_code = 'duplicate' then 'closed as a duplicate'
        when told.outcome_code = 'deferred' then 'closed, waits for a release'
        when told.outcome_code = 'unresolved' then 'closed unresolved'
        else 'closed, outcome unknown'
    end
    || case
        when told.response_code in ('within_1_day', 'within_2_days', 'late')
            and not told.is_open
            and told.response_business_days is not null
            then format(', answered after {:.1f} business days', told.response_business_days)
        else ''
    end as situation,
    told.subject,
    told.client_name,
    told.product_name,
    told.agent_name,
    told.client_id,
    told.product_id,
    told.agent_id,
    told.channel_code,
    told.opened_at,
    told.opened_on,
    told.opened_week_on,
    told.opened_weekday,
    told.opened_hour,
    told.first_responded_at,
    told.responded_on,
    told.responded_week_on,
    told.response_business_days,
    told.response_code,
    told.response_bucket,
    told.resolved_at,
    told.resolved_on,
    told.resolved_week_on,
    told.resolution_days,
    told.resolution_code,
    told.resolution_bucket,
    told.closed_at,
    told.closed_on,
    cast(date_trunc('month', told.closed_on) as date) as closed_month_on,
    told.is_open,
    told.version,
    -- Closed, but nobody knows how, is unknown; open and not waiting for a release, there is none yet.
    coalesce(
        told.outcome_code,
        case when not told.is_open then 'unknown' end
    ) as outcome_code,
    coalesce(told.satisfaction_code, 'unknown') as satisfaction_code,
    told.post_count,
    told.is_in_averages,
    told.is_in_averages
    and told.response_code in ('within_1_day', 'within_2_days', 'late') as is_answered,
    told.is_in_averages
    and told.resolution_code in ('within_1_week', 'within_2_weeks', 'late') as is_resolved,
    told.is_in_averages
    and coalesce(told.response_verdict in ('pass', 'fail'), false) as is_judged_on_response,
    coalesce(told.reopen_count > 0, false) as is_reopened,
    told.is_waiting_on_desk,
    told.is_answer_overdue,
    told.is_resolution_overdue,
    -- Closed for inactivity, but nobody knows when it was due [A3].
    coalesce(
        told.auto_close_state,
        case when not told.is_open and told.outcome_code = 'auto_closed' then 'unknown' end
    ) as auto_close_state,
    told.auto_close_on,
    coalesce(told.last_word_by, 'unknown') as last_word_code,
    told.is_neglected,
    told.eligibility_code,
    told.eligibility_clause,
    told.eligibility_reason,
    told.condition_count,
    told.met_condition_count,
    case when told.eligibility_code = 'unknown' then 'nothing against it in ' else 'met ' end
    || told.met_condition_count || ' of ' || told.condition_count as conditions_text,
    told.ticket_link,
    -- Newest first. Not a row number: that would need every ticket, and a page asks for a few.
    -cast(epoch(told.opened_at) as bigint) as position
from told
