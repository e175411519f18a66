-- Questions of each ticket and the answers to them, timed in business seconds, against the limits.
-- One row per ticket_id, turn_number

with measured as (

    select
        timed_turns.*,
        starts.first_limit_seconds,
        starts.last_limit_seconds,
        timed_turns.asked_seconds + starts.due_after_seconds as due_seconds
    from facts.timed_turns
    inner join facts.response_starts as starts
        on starts.ticket_id = timed_turns.ticket_id
        -- True of every ticket: said so that DuckDB takes these for the smaller side of the join, and hashes them.
        and length(starts.ticket_id) > 0

),

open_time as (

    select
        bucket_number,
        from_at,
        from_seconds,
        until_seconds
    from facts.open_time

)

select
    measured.ticket_id,
    measured.turn_number,
    measured.asked_at,
    measured.answered_at,
    measured.answer_business_seconds,
    -- With a limit of nothing, the instant of the question itself.
    greatest(
        open_time.from_at + to_seconds(measured.due_seconds - open_time.from_seconds),
        measured.asked_at
    ) as due_at,
    case
        when measured.answered_at is not null and measured.answer_business_seconds <= measured.first_limit_seconds
            then 'within_1_day'
        when measured.answered_at is not null and measured.answer_business_seconds <= measured.last_limit_seconds
            then 'within_2_days'
        when measured.answered_at is not null then 'late'
        when measured.is_ticket_open and measured.answer_business_seconds <= measured.last_limit_seconds then 'waiting'
        when measured.is_ticket_open then 'overdue'
        when not measured.is_ticket_open then 'closed_unanswered'
    end as answer_band,
    measured.asked_seconds,
    measured.is_ticket_open,
    measured.last_limit_seconds as limit_seconds
from measured
left join open_time
    on open_time.bucket_number = (measured.due_seconds - 1) // 86400
    and measured.due_seconds > open_time.from_seconds
    and measured.due_seconds <= open_time.until_seconds
