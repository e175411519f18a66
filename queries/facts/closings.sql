-- Closings of tickets up to as_of, each with its outcome and, if it was undone, the reopening.
-- One row per ticket_id, closing_number
--
-- A closing is the change from open to closed, `closed` after `solved` is no second one [S1].
-- Tickets without any status change have the one closing their own columns state.

with clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        ticket_id,
        stated_status_code,
        stated_resolved_at,
        stated_closed_at,
        stated_outcome_code
    from facts.openings

),

-- Most tickets are closed once: their closing is the first closed change, and every outcome stated
-- since belongs to it. Only where an open one follows do the changes have to be walked in order.
changed_tickets as (

    select
        ticket_id,
        first_closed_at,
        first_closing_order = first_solving_order as is_closed_by_solving,
        last_outcome_code,
        is_reopened_later,
        coalesce(last_opening_order > first_closing_order, false) as is_reopened
    from facts.changed_tickets
    where first_closed_at is not null

),

changes as (

    select
        status_changes.ticket_id,
        status_changes.changed_at,
        status_changes.status_code,
        status_changes.outcome_code,
        status_changes.status_code in ('solved', 'closed') as is_closed,
        epoch_us(status_changes.changed_at) // 1000000 * 8
        + case status_changes.status_code
            when 'open' then 0
            when 'pending' then 1
            when 'on_hold' then 2
            when 'solved' then 3
            else 4
        end as change_order
    from raw.status_changes
    cross join clock
    inner join facts.openings
        on openings.ticket_id = status_changes.ticket_id
    semi join changed_tickets
        on changed_tickets.ticket_id = status_changes.ticket_id
        and changed_tickets.is_reopened
    where status_changes.changed_at >= openings.opened_at
        and status_changes.changed_at <= clock.as_of_at

),

-- Before its first change a ticket is open [S2].
ordered_changes as (

    select
        ticket_id,
        changed_at,
        status_code,
        change_order,
        is_closed,
        lag(is_closed, 1, false) over (partition by ticket_id order by change_order) as was_closed
    from changes

),

turning_points as (

    select
        ticket_id,
        changed_at,
        status_code,
        change_order,
        is_closed,
        lead(changed_at) over in_order as next_at,
        lead(change_order) over in_order as next_order,
        row_number() over in_order as point_number
    from ordered_changes
    where is_closed <> was_closed
    window in_order as (partition by ticket_id order by change_order)

),

-- The outcome of a closing is the last one stated between it and the reopening [S3].
outcomes as (

    select
        turning_points.ticket_id,
        turning_points.point_number,
        arg_max(changes.outcome_code, changes.change_order) as outcome_code
    from turning_points
    inner join changes
        on changes.ticket_id = turning_points.ticket_id
        and changes.change_order >= turning_points.change_order
        and (turning_points.next_order is null or changes.change_order < turning_points.next_order)
    where turning_points.is_closed
        and changes.outcome_code is not null
    group by
        turning_points.ticket_id,
        turning_points.point_number

),

recorded as (

    select
        ticket_id,
        1 as closing_number,
        first_closed_at as closed_at,
        null::timestamp as reopened_at,
        last_outcome_code as outcome_code,
        is_closed_by_solving,
        not is_reopened_later as is_last_of_load
    from changed_tickets
    where not is_reopened

    union all

    select
        turning_points.ticket_id,
        (turning_points.point_number + 1) // 2 as closing_number,
        turning_points.changed_at as closed_at,
        turning_points.next_at as reopened_at,
        outcomes.outcome_code,
        turning_points.status_code = 'solved' as is_closed_by_solving,
        turning_points.next_at is null and not changed_tickets.is_reopened_later as is_last_of_load
    from turning_points
    inner join changed_tickets
        on changed_tickets.ticket_id = turning_points.ticket_id
    left join outcomes
        on outcomes.ticket_id = turning_points.ticket_id
        and outcomes.point_number = turning_points.point_number
    where turning_points.is_closed

),

stated as (

    select
        ticket_id,
        case
            when stated_outcome_code in ('auto_closed', 'duplicate', 'deferred', 'unresolved')
                then coalesce(stated_closed_at, stated_resolved_at)
            else coalesce(stated_resolved_at, stated_closed_at)
        end as closed_at,
        case
            when stated_outcome_code is not null then stated_outcome_code
            when stated_status_code = 'solved' or stated_resolved_at is not null then 'solved'
        end as outcome_code
    from openings
    anti join facts.changed_tickets
        on changed_tickets.ticket_id = openings.ticket_id
    -- An open status wins over a closing date [S11].
    where coalesce(stated_status_code in ('solved', 'closed'), true)

)

select
    recorded.ticket_id,
    recorded.closing_number::bigint as closing_number,
    recorded.closed_at,
    recorded.reopened_at,
    coalesce(
        recorded.outcome_code,
        -- The ticket row tells the outcome of the closing the load ends with, so of no closing that
        -- a change undoes, be that after as_of [S3].
        case when recorded.is_last_of_load then openings.stated_outcome_code end,
        -- Closed by `solved` without an outcome is a resolution, by `closed` is unknown [S4].
        case when recorded.is_closed_by_solving then 'solved' end
    ) as outcome_code
from recorded
inner join openings
    on openings.ticket_id = recorded.ticket_id

union all

select
    stated.ticket_id,
    1 as closing_number,
    stated.closed_at,
    null as reopened_at,
    stated.outcome_code
from stated
cross join clock
where stated.closed_at <= clock.as_of_at
