-- What happened on a local day, and how it changed the numbers that have a height at the day's end.
-- One row per day_on, product_id, agent_id, channel_code, eligibility_code
--
-- Summed over the tickets that the shared filters cannot tell apart, so that no report over the load
-- counts millions of events anew.
--
-- The height at the end of a day is the sum of the changes up to it. Limits may be used up to the
-- last second: overdue begins with the next one, and for an answer in open time, since no business
-- time passes while the desk is closed.
--
-- That the ticket is there is true of every row: said so that DuckDB sums once, behind the join, and not by ticket
-- before it as well.

with pieces as (

    select
        piece_on,
        from_at,
        until_at,
        is_open,
        min(case when is_open then from_at end) over (
            order by from_at
            rows between 1 following and unbounded following
        ) as next_open_at
    from facts.business_time

),

open_stretches as (

    select
        ticket_id,
        from_at,
        until_at
    from facts.open_stretches

),

overdue_turns as (

    select
        turns.ticket_id,
        case when pieces.is_open then turns.due_at else pieces.next_open_at end + interval 1 second as from_at,
        coalesce(turns.answered_at, tickets.closed_at) as until_at
    from facts.turns as turns
    inner join facts.tickets as tickets
        on tickets.ticket_id = turns.ticket_id
    inner join pieces
        on pieces.piece_on = cast(turns.due_at as date)
        and pieces.from_at <= turns.due_at
        and turns.due_at < pieces.until_at
    -- Where no export tells of answers, nobody knows that one is overdue [V9].
    where turns.answer_band is not null
        and (turns.answered_at is not null or tickets.is_open or tickets.closed_at is not null)

),

-- A ticket is overdue while it is open beyond its limit; one that waits for a release is not.
overdue_tickets as (

    select
        ticket_id,
        opened_at + to_seconds(resolution_limit_seconds + 1) as from_at
    from facts.tickets
    where resolution_band is distinct from 'deferred'

),

changes as (

    select
        'answers_overdue' as measure_code,
        ticket_id,
        from_at as happened_at,
        1 as change
    from overdue_turns
    where until_at is null or from_at < until_at

    union all

    select
        'answers_overdue' as measure_code,
        ticket_id,
        until_at as happened_at,
        -1 as change
    from overdue_turns
    where from_at < until_at

    union all

    select
        'resolutions_overdue' as measure_code,
        open_stretches.ticket_id,
        greatest(open_stretches.from_at, overdue_tickets.from_at) as happened_at,
        1 as change
    from open_stretches
    inner join overdue_tickets
        on overdue_tickets.ticket_id = open_stretches.ticket_id
    where open_stretches.until_at is null
        or open_stretches.until_at >= overdue_tickets.from_at

    union all

    select
        'resolutions_overdue' as measure_code,
        open_stretches.ticket_id,
        open_stretches.until_at as happened_at,
        -1 as change
    from open_stretches
    inner join overdue_tickets
        on overdue_tickets.ticket_id = open_stretches.ticket_id
    where open_stretches.until_at >= overdue_tickets.from_at

),

dated as (

    select
        changes.ticket_id,
        local_time.day_on,
        0 as opened_count,
        0 as reopened_count,
        0 as closed_count,
        0 as waiting_on_client_change,
        case when changes.measure_code = 'answers_overdue' then changes.change else 0 end as answers_overdue_change,
        case when changes.measure_code = 'resolutions_overdue' then changes.change else 0 end
            as resolutions_overdue_change
    from changes
    cross join facts.clock as clock
    inner join facts.local_time as local_time
        on local_time.piece_on = cast(changes.happened_at as date)
        and local_time.from_at <= changes.happened_at
        and changes.happened_at < local_time.until_at
    where changes.happened_at <= clock.as_of_at

    union all

    select
        ticket_id,
        day_on,
        opened_count,
        reopened_count,
        closed_count,
        waiting_on_client_change,
        0 as answers_overdue_change,
        0 as resolutions_overdue_change
    from facts.load_events

),

-- What the shared filters cannot tell apart, by number: one number is grouped by faster than four texts.
alike as materialized (

    select
        row_number() over () as alike_number,
        product_id,
        agent_id,
        channel_code,
        eligibility_code
    from reports.tickets
    group by
        product_id,
        agent_id,
        channel_code,
        eligibility_code

),

tickets as (

    select
        tickets.ticket_id,
        alike.alike_number
    from reports.tickets as tickets
    inner join alike
        on alike.product_id is not distinct from tickets.product_id
        and alike.agent_id is not distinct from tickets.agent_id
        and alike.channel_code is not distinct from tickets.channel_code
        and alike.eligibility_code is not distinct from tickets.eligibility_code

),

summed as (

    select
        dated.day_on,
        tickets.alike_number,
        (sum(dated.opened_count) filter (where tickets.ticket_id is not null))::bigint as opened_count,
        sum(dated.reopened_count)::bigint as reopened_count,
        sum(dated.closed_count)::bigint as closed_count,
        sum(dated.waiting_on_client_change)::bigint as waiting_on_client_change,
        sum(dated.answers_overdue_change)::bigint as answers_overdue_change,
        sum(dated.resolutions_overdue_change)::bigint as resolutions_overdue_change
    from dated
    inner join tickets
        on tickets.ticket_id = dated.ticket_id
    group by
        dated.day_on,
        tickets.alike_number

)

select
    summed.day_on,
    alike.product_id,
    alike.agent_id,
    alike.channel_code,
    alike.eligibility_code,
    summed.opened_count,
    summed.reopened_count,
    summed.closed_count,
    summed.opened_count + summed.reopened_count - summed.closed_count as open_change,
    summed.opened_count + summed.reopened_count - summed.closed_count - summed.waiting_on_client_change
        as waiting_on_desk_change,
    summed.answers_overdue_change,
    summed.resolutions_overdue_change
from summed
inner join alike
    on alike.alike_number = summed.alike_number
