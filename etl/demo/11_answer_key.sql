-- What the plan says about every ticket at as_of: the known answers to which any computation can be held.
-- Nothing here reads the exports, the policy file or a rule. No column is called as one of an export, so
-- that the key is ignored where a folder with it is loaded.

create view plan.answer_key as
with clock as (
    select
        as_of_seconds,
        slots.open_before + case when slots.is_open then as_of_seconds % 900 else 0 end as as_of_open
    from plan.span
    inner join plan.slots on slots.slot = as_of_seconds // 900
),
spoken_words as (
    select
        arrival_number,
        max(posted_seconds) filter (where is_word) as last_word_seconds,
        arg_max(author_role, posted_seconds) filter (where is_word) as last_role
    from plan.posts
    group by arrival_number
),
placed as (
    select
        numbers.ticket_id,
        talks.*,
        as_of_seconds,
        as_of_open,
        talk_states.is_closed,
        talk_states.outcome_code,
        talk_states.closing_seconds,
        talk_states.reopen_count as reopened_count,
        fates.silence,
        fates.silent_since_seconds,
        fates.unanswered_seconds,
        talks.is_exact or coalesce(fates.is_exact, false) as is_at_edge,
        coalesce(answered_seconds <= as_of_seconds, false) as is_answered,
        greatest(talks.opened_seconds, last_word_seconds) as last_activity_seconds,
        coalesce(last_role = 'client', false) as is_client_last
    from plan.talks
    cross join clock
    inner join plan.numbers on numbers.arrival_number = talks.arrival_number
    inner join plan.talk_states on talk_states.arrival_number = talks.arrival_number
    inner join plan.fates on fates.arrival_number = talks.arrival_number
    left join spoken_words on spoken_words.arrival_number = talks.arrival_number
),
judged as (
    select
        *,
        case
            when clock_seconds is null or clock_seconds > as_of_seconds then null
            when is_answered then answer_band
            when is_closed then 'closed_unanswered'
            when as_of_open - clock_open <= 2 * business_day() then 'waiting'
            else 'overdue'
        end as response_band,
        case
            when outcome_code in ('solved', 'not_apparent', 'client_specific') then closing_seconds - opened_seconds
            when not is_closed then as_of_seconds - opened_seconds
        end as resolution_length,
        case
            when is_closed and outcome_code = 'auto_closed' then silence
            when is_closed or coalesce(outcome_code = 'deferred', false) then null
            when as_of_seconds > last_activity_seconds + 691200 + 86400 then 'missed'
            when as_of_seconds >= last_activity_seconds + 691200 then 'due'
            when as_of_seconds >= last_activity_seconds + 691200 - 172800 then 'closing_soon'
            else 'active'
        end as auto_close_state
    from placed
)
select
    ticket_id as planned_ticket,
    ending as planned_course,
    is_at_edge as planned_at_an_edge,
    response_band as planned_response_band,
    case
        when response_band in ('waiting', 'overdue') then as_of_open - clock_open
        when is_answered and response_band is not null then answer_open
    end as planned_response_business_seconds,
    instant_of(case when is_answered then answered_seconds end) as planned_answer,
    case
        when is_closed and outcome_code in ('solved', 'not_apparent', 'client_specific') then
            case
                -- The band was drawn first; only an earlier closing of a ticket that is to come back, and a
                -- deferred one, take theirs from the length that came of it.
                when closing_seconds = ended_seconds then resolution_band
                when resolution_length <= week() then 'within_1_week'
                when resolution_length <= 2 * week() then 'within_2_weeks'
                else 'late'
            end
        when outcome_code = 'unresolved' then 'closed_unresolved'
        when outcome_code is not null then outcome_code
        when resolution_length <= 2 * week() then 'in_progress'
        else 'overdue'
    end as planned_resolution_band,
    resolution_length as planned_resolution_seconds,
    reopened_count as planned_reopenings,
    auto_close_state as planned_auto_close_state,
    instant_of(
        case
            when is_closed and outcome_code = 'auto_closed' then silent_since_seconds + 691200
            when auto_close_state is not null then last_activity_seconds + 691200
        end
    ) as planned_auto_close_due,
    case
        when auto_close_state is null then null
        when auto_close_state = 'active' then false
        when is_closed then unanswered_seconds is not null or (not is_answered and not is_by_agent)
            or (not is_answered and clock_seconds is not null)
        else is_client_last or (not is_answered and (not is_by_agent or coalesce(clock_seconds <= as_of_seconds, false)))
    end as planned_neglected
from judged
order by opened_seconds, arrival_number;
