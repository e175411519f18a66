-- The queue: unanswered turns of open tickets, with their place and when the desk will come to them.
-- One row per ticket_id, turn_number
-- Made whole: a place in the queue follows from every other turn that waits
--
-- The pace is the answers of the last days per second the desk was open in them; without an answer
-- in that time nothing can be expected, and expected_answer_at is NULL [X11].

with clock as (

    select as_of_at
    from facts.clock

),

turns as (

    select
        ticket_id,
        turn_number,
        asked_at,
        answered_at,
        due_at,
        answer_business_seconds,
        answer_band
    from facts.turns

),

waiting as (

    select
        ticket_id,
        turn_number,
        asked_at,
        due_at,
        answer_business_seconds,
        answer_band,
        row_number() over (order by asked_at, ticket_id, turn_number) as position
    from turns
    where answer_band in ('waiting', 'overdue')

),

paces as (

    select limits.value_seconds
    from policy.limits
    cross join clock
    where rule = 'queue' and parameter = 'pace'
        and clock.as_of_at >= limits.from_at
        and clock.as_of_at < limits.until_at

),

business_time as (

    select
        piece_on,
        from_at,
        until_at,
        is_open,
        running_seconds
    from facts.business_time
    -- True of every piece: said so that DuckDB takes these for the smaller side of a join, and hashes them.
    where from_at < until_at

),

edges as (

    select
        clock.as_of_at - to_seconds(paces.value_seconds) as from_at,
        clock.as_of_at as until_at
    from clock
    cross join paces

),

running as (

    select
        edges.from_at,
        edges.until_at,
        -- Before the calendar there was nothing to answer and no open time was counted.
        coalesce(
            beginning.running_seconds
            + case when beginning.is_open then date_sub('second', beginning.from_at, edges.from_at) else 0 end,
            0
        ) as from_seconds,
        ending.running_seconds
        + case when ending.is_open then date_sub('second', ending.from_at, edges.until_at) else 0 end as until_seconds
    from edges
    inner join business_time as ending
        on ending.piece_on = edges.until_at::date
        and edges.until_at >= ending.from_at
        and edges.until_at < ending.until_at
    left join business_time as beginning
        on beginning.piece_on = edges.from_at::date
        and edges.from_at >= beginning.from_at
        and edges.from_at < beginning.until_at

),

answered as (

    select count(*) as answer_count
    from turns
    cross join running
    where turns.answered_at > running.from_at

),

expected as (

    select
        waiting.*,
        ceil(
            running.until_seconds
            + waiting.position * (running.until_seconds - running.from_seconds)
            / nullif(answered.answer_count, 0)::double
        )::bigint as expected_seconds
    from waiting
    cross join running
    cross join answered

),

-- Turns asked later and answered earlier: those of later days by a running total, those of the
-- same day one by one.
answered_days as (

    select
        asked_at::date as asked_on,
        count(answered_at) as answered_count
    from turns
    group by asked_at::date

),

later_days as (

    select
        asked_on,
        sum(answered_count) over (order by asked_on desc) - answered_count as answered_count
    from answered_days

),

waiting_instants as (

    select distinct
        asked_at,
        asked_at::date as asked_on
    from waiting

),

same_day as (

    select
        waiting_instants.asked_at,
        count(*) as answered_count
    from waiting_instants
    inner join turns
        on turns.asked_at::date = waiting_instants.asked_on
        and turns.asked_at > waiting_instants.asked_at
    where turns.answered_at is not null
    group by waiting_instants.asked_at

),

overtaken as (

    select
        waiting_instants.asked_at,
        later_days.answered_count + coalesce(same_day.answered_count, 0) as overtaken_count
    from waiting_instants
    inner join later_days
        on later_days.asked_on = waiting_instants.asked_on
    left join same_day
        on same_day.asked_at = waiting_instants.asked_at

)

select
    expected.ticket_id,
    expected.turn_number,
    expected.position,
    expected.asked_at,
    expected.due_at,
    expected.answer_business_seconds,
    expected.answer_band,
    case
        when open_time.from_at is not null
            then greatest(
                open_time.from_at + to_seconds(expected.expected_seconds - open_time.from_seconds),
                clock.as_of_at
            )
    end as expected_answer_at,
    coalesce(overtaken.overtaken_count, 0)::bigint as overtaken_count
from expected
cross join clock
left join overtaken
    on overtaken.asked_at = expected.asked_at
left join facts.open_time
    on open_time.bucket_number = (expected.expected_seconds - 1) // 86400
    and expected.expected_seconds > open_time.from_seconds
    and expected.expected_seconds <= open_time.until_seconds
