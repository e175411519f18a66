-- Was the ticket resolved within the time that the terms give?
-- Clause: 1.6
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        resolved_at,
        resolution_band,
        resolution_clock_seconds,
        resolution_limit_seconds,
        resolution_effective_on,
        is_open,
        is_closed_at_unknown_time,
        is_older_of_pair
    from facts.tickets

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        offset_seconds
    from facts.local_time

),

due as (

    select
        tickets.*,
        opened_at + to_seconds(resolution_limit_seconds) as due_at
    from tickets

),

judged as (

    select
        due.*,
        round(resolution_clock_seconds / 86400, 1) as day_count,
        strftime(due_at + to_seconds(local_time.offset_seconds), '%d %b %Y %H:%M') as due_text,
        case
            when is_older_of_pair then 'exempt'
            when resolution_band in ('within_1_week', 'within_2_weeks') then 'pass'
            when resolution_band in ('late', 'overdue') then 'fail'
            when resolution_band = 'in_progress' then 'open'
            when resolution_band is not null then 'exempt'
            else 'unknown'
        end::verdict as verdict
    from due
    left join local_time
        on local_time.piece_on = due.due_at::date
        and due.due_at >= local_time.from_at
        and due.due_at < local_time.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '1.6' as clause,
    resolution_effective_on as effective_on,
    resolved_at as happened_at,
    due_at,
    verdict,
    case
        when is_older_of_pair then 'the older of two tickets about the same issue'
        when resolution_band in ('within_1_week', 'within_2_weeks', 'late')
            then 'resolved after ' || day_count || ' days; expected by ' || due_text
        when resolution_band in ('in_progress', 'overdue')
            then 'not resolved for ' || day_count || ' days; expected by ' || due_text
        when resolution_band = 'auto_closed' then 'closed automatically, without a resolution'
        when resolution_band = 'duplicate' then 'closed as a duplicate'
        when resolution_band = 'deferred' then 'waits for a release'
        when resolution_band = 'closed_unresolved' then 'closed without a resolution'
        when is_closed_at_unknown_time then 'closed at an unknown time'
        when is_open is null then 'the export says nothing about closings'
        else 'closed with an unknown outcome'
    end as reason
from judged
