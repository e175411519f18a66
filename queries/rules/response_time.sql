-- Was the ticket answered within the time that the terms give?
-- Clause: 1.5
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        first_responded_at,
        response_basis,
        response_due_at,
        response_band,
        closed_at,
        has_response_started,
        response_clock_seconds,
        response_limit_seconds,
        response_effective_on,
        business_day_seconds,
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

judged as (

    select
        tickets.*,
        round(response_clock_seconds / nullif(business_day_seconds, 0), 1) as day_count,
        strftime(response_due_at + to_seconds(local_time.offset_seconds), '%d %b %Y %H:%M') as due_text,
        -- A closing without an answer is a failure only where an answer was overdue by then [R4].
        case
            when is_older_of_pair then 'exempt'
            when not has_response_started then 'exempt'
            when response_band in ('within_1_day', 'within_2_days') then 'pass'
            when response_band in ('late', 'overdue') then 'fail'
            when response_band = 'waiting' then 'open'
            when response_band = 'closed_unanswered' and response_clock_seconds > response_limit_seconds then 'fail'
            when response_band = 'closed_unanswered' and response_clock_seconds is not null then 'exempt'
            else 'unknown'
        end::verdict as verdict
    from tickets
    left join local_time
        on local_time.piece_on = tickets.response_due_at::date
        and tickets.response_due_at >= local_time.from_at
        and tickets.response_due_at < local_time.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '1.5' as clause,
    response_effective_on as effective_on,
    first_responded_at as happened_at,
    response_due_at as due_at,
    verdict,
    case
        when is_older_of_pair then 'the older of two tickets about the same issue'
        when not has_response_started then 'opened by an agent; the client has not written yet'
        when response_band in ('within_1_day', 'within_2_days', 'late')
            then 'answered after ' || day_count || ' business days; expected by ' || due_text
        when response_band = 'waiting' then 'waiting for ' || day_count || ' business days; expected by ' || due_text
        when response_band = 'overdue'
            then 'not answered for ' || day_count || ' business days; expected by ' || due_text
        when response_band = 'closed_unanswered' and response_clock_seconds is null
            then 'closed without an answer, at an unknown time'
        when response_band = 'closed_unanswered'
            then 'closed without an answer after ' || day_count || ' business days; expected by ' || due_text
        when response_due_at is null then 'opened by an agent; the export does not say when the client first wrote'
        when response_basis = 'none' then 'the export says nothing about answers'
        else 'not answered; the export does not say whether it is still open'
    end as reason
from judged
