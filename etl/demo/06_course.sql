-- The course of every ticket, decided before any instant is known: how long until the first answer, how
-- it ends, how long that takes, how often it comes back. Durations are drawn inside the band they are
-- meant to be in; instants follow from them by the plan's own calendar. The answer key is these decisions.

create macro business_day() as 28800;
create macro week() as 604800;

create table plan.answers as
with clocked as (
    select
        arrivals.*,
        slots.open_before + case when slots.is_open then clock_seconds % 900 else 0 end as clock_open,
        not slots.is_open as is_asked_closed,
        stress.stress,
        draw(100, arrival_number) as band_draw,
        draw(101, arrival_number) as size_draw
    from plan.arrivals
    left join plan.slots on slots.slot = clock_seconds // 900
    left join plan.stress on stress.day_on = slots.local_on
),
banded as (
    select
        *,
        case
            when draw(102, arrival_number) < 0.006 then 'exact'
            when band_draw < 0.006 + 0.01 * stress then 'never'
            when band_draw < 0.05 + 0.24 * stress then 'late'
            when band_draw < 0.155 + 0.52 * stress then 'within_2_days'
            else 'within_1_day'
        end as planned
    from clocked
),
-- The length of the answer in business seconds.
sized as (
    select
        *,
        case planned
            when 'within_1_day'
                then least(
                    business_day() - 1,
                    45 + cast(floor(
                        business_day() * size_draw * size_draw
                        * (0.35 + 0.65 * size_draw) * (0.6 + 0.4 * product_number / 8.0)
                        * (1 + stress)
                    ) as bigint)
                )
            when 'within_2_days' then business_day() + 1 + cast(floor((business_day() - 2) * size_draw) as bigint)
            when 'late'
                then 2 * business_day() + 60
                    + cast(floor(business_day() * size_draw * size_draw * (3.2 + 3 * stress)) as bigint)
            -- At the edge, to the second.
            when 'exact' then [28800, 28801, 57600, 57601][1 + pick(103, arrival_number, 4)]
        end as answer_open
    from banded
),
placed as (
    select
        sized.*,
        open_slots.from_seconds + (clock_open + answer_open) % 900 as in_hours_seconds,
        open_slots.evening_seconds + 120 + pick(104, arrival_number, 9000) as evening_seconds,
        open_slots.evening_open - clock_open as evening_answer_open,
        next_opening.from_seconds as opening_seconds
    from sized
    left join plan.open_slots on open_slots.open_number = (clock_open + answer_open) // 900
    left join plan.open_slots as next_opening on next_opening.open_number = clock_open // 900
),
-- Some answers are written before the desk opens, or after it closed: business time stands still then.
decided as (
    select
        *,
        case
            when planned in ('never', 'exact') then 'hours'
            when
                is_asked_closed
                and draw(105, arrival_number) < 0.06
                and clock_seconds + 6000 < opening_seconds
                then 'early'
            when
                draw(106, arrival_number) < 0.05
                and evening_answer_open // business_day() = answer_open // business_day()
                and evening_answer_open < 2 * business_day()
                and evening_answer_open % business_day() > 0
                then 'evening'
            else 'hours'
        end as written_in
    from placed
)
select
    arrival_number,
    product_number,
    is_by_agent,
    purchase_number,
    client_number,
    opened_seconds,
    clock_seconds,
    clock_open,
    pair_close_seconds,
    pair_fate,
    other_number,
    is_older,
    stress,
    planned = 'exact' as is_exact,
    case written_in
        when 'early' then 0
        when 'evening' then evening_answer_open
        else answer_open
    end as answer_open,
    case
        when written_in = 'early' then 'within_1_day'
        when planned = 'exact'
            then ['within_1_day', 'within_2_days', 'within_2_days', 'late'][1 + pick(103, arrival_number, 4)]
        when planned <> 'never' then planned
    end as answer_band,
    case written_in
        when 'early' then clock_seconds + 300 + pick(107, arrival_number, 5600)
        when 'evening' then evening_seconds
        else in_hours_seconds
    end as answered_seconds
from decided
order by arrival_number;

create table plan.endings as
with drawn as (
    select
        *,
        draw(110, arrival_number) as ending_draw,
        draw(111, arrival_number) as length_draw,
        draw(112, arrival_number) as span_draw
    from plan.answers
),
ends as (
    select
        *,
        case
            when pair_fate = 'closed' then 'duplicate'
            when clock_seconds is null then 'silent'
            when answered_seconds is null then 'neglected'
            when pair_fate = 'kept' then 'solved'
            when ending_draw < 0.712 then 'solved'
            when ending_draw < 0.772 then 'not_apparent'
            when ending_draw < 0.857 then 'client_specific'
            when ending_draw < 0.930 then 'auto_closed'
            when ending_draw < 0.963 then 'unresolved'
            when ending_draw < 0.9965 then 'deferred'
            else 'forgotten'
        end as ending,
        -- Answered and done with one message, or a conversation.
        pair_fate is null and draw(113, arrival_number) < 0.36 as is_one_touch,
        case
            when draw(114, arrival_number) < 0.006 then 'exact'
            when length_draw < 0.055 + 0.12 * stress then 'late'
            when length_draw < 0.20 + 0.22 * stress then 'within_2_weeks'
            else 'within_1_week'
        end as planned_length
    from drawn
),
-- From the opening until the end, in elapsed seconds: at least two hours after the first answer, and
-- for a pair after the newer ticket was closed.
bounds as (
    select
        *,
        case
            when ending in ('solved', 'not_apparent', 'client_specific', 'unresolved')
                then greatest(answered_seconds + 7200, coalesce(pair_close_seconds, 0) + 3600) - opened_seconds
        end as shortest
    from ends
),
feasible as (
    select
        *,
        case
            when is_one_touch or shortest is null then null
            when planned_length = 'exact' and shortest < week() then 'exact'
            when planned_length in ('within_1_week', 'exact') and shortest < week() - 7200 then 'within_1_week'
            when planned_length <> 'late' and shortest < 2 * week() - 7200 then 'within_2_weeks'
            else 'late'
        end as length_band
    from bounds
),
limits as (
    select
        *,
        case length_band
            when 'within_1_week' then shortest
            when 'within_2_weeks' then greatest(shortest, week() + 1)
            when 'late' then greatest(shortest, 2 * week() + 1)
        end as least_seconds,
        case length_band
            when 'within_1_week' then week()
            when 'within_2_weeks' then 2 * week()
            when 'late' then greatest(shortest, 2 * week()) + 20 * 86400
        end as most_seconds
    from feasible
),
aimed as (
    select
        *,
        case
            when length_band = 'exact' then [604800, 604801, 1209600, 1209601][1 + pick(115, arrival_number, 4)]
            when length_band is not null
                then least_seconds
                    + cast(floor((most_seconds - least_seconds) * span_draw * (0.25 + 0.75 * span_draw)) as bigint)
        end as aimed_length
    from limits
),
-- The desk closes in its hours: an aim outside them moves to soon after the next opening, or, where that
-- would leave the band, to the end of the opening before it.
snapped as (
    select
        aimed.*,
        aim.is_open as is_aim_open,
        later.from_seconds + (aim.open_before + pick(116, arrival_number, 6000)) % 900 as later_seconds,
        sooner.from_seconds + (aim.open_before - 1 - pick(117, arrival_number, 6000)) % 900 as sooner_seconds
    from aimed
    left join plan.slots as aim on aim.slot = (opened_seconds + aimed_length) // 900
    left join plan.open_slots as later
        on later.open_number = (aim.open_before + pick(116, arrival_number, 6000)) // 900
    left join plan.open_slots as sooner
        on sooner.open_number = (aim.open_before - 1 - pick(117, arrival_number, 6000)) // 900
),
ended as (
    select
        *,
        case
            when ending = 'duplicate' then pair_close_seconds
            when shortest is null then null
            when is_one_touch and draw(118, arrival_number) < 0.7 then answered_seconds + pick(119, arrival_number, 90)
            when is_one_touch
                then answered_seconds + 3600 + pick(119, arrival_number, 300) * pick(120, arrival_number, 330)
            when length_band = 'exact' or is_aim_open then opened_seconds + aimed_length
            when later_seconds - opened_seconds <= most_seconds then later_seconds
            when sooner_seconds - opened_seconds >= least_seconds then sooner_seconds
            else opened_seconds + aimed_length
        end as ended_seconds
    from snapped
)
select
    arrival_number,
    product_number,
    is_by_agent,
    purchase_number,
    client_number,
    opened_seconds,
    clock_seconds,
    clock_open,
    pair_fate,
    other_number,
    is_older,
    stress,
    is_exact or coalesce(length_band = 'exact', false) as is_exact,
    -- An answer after the end of a duplicate never came.
    case when ending = 'duplicate' and answered_seconds >= ended_seconds then null else answer_open end as answer_open,
    case when ending = 'duplicate' and answered_seconds >= ended_seconds then null else answer_band end as answer_band,
    case when ending = 'duplicate' and answered_seconds >= ended_seconds then null else answered_seconds end
        as answered_seconds,
    ending,
    is_one_touch,
    ended_seconds,
    case
        when ending not in ('solved', 'not_apparent', 'client_specific') then null
        when length_band = 'exact'
            then ['within_1_week', 'within_2_weeks', 'within_2_weeks', 'late'][1 + pick(115, arrival_number, 4)]
        when length_band is not null then length_band
        when ended_seconds - opened_seconds <= week() then 'within_1_week'
        when ended_seconds - opened_seconds <= 2 * week() then 'within_2_weeks'
        else 'late'
    end as resolution_band
from ended
order by arrival_number;
