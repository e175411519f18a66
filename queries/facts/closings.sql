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

changes as (

    select
        ticket_id,
        changed_at,
        status_code,
        outcome_code,
        change_order,
        is_closed,
        was_closed
    from facts.status_changes

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
    from changes
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

-- The ticket row tells the outcome of the closing the load ends with, so of no closing that a
-- later change undoes, be that after as_of [S3].
reopened_later as (

    select distinct status_changes.ticket_id
    from raw.status_changes
    cross join clock
    where status_changes.changed_at > clock.as_of_at
        and status_changes.status_code in ('open', 'pending', 'on_hold')

),

recorded as (

    select
        turning_points.ticket_id,
        ((turning_points.point_number + 1) // 2)::bigint as closing_number,
        turning_points.changed_at as closed_at,
        turning_points.next_at as reopened_at,
        coalesce(
            outcomes.outcome_code,
            case
                when turning_points.next_at is null and reopened_later.ticket_id is null
                    then openings.stated_outcome_code
            end,
            -- Closed by `solved` without an outcome is a resolution, by `closed` is unknown [S4].
            case when turning_points.status_code = 'solved' then 'solved' end
        ) as outcome_code
    from turning_points
    inner join openings
        on openings.ticket_id = turning_points.ticket_id
    left join outcomes
        on outcomes.ticket_id = turning_points.ticket_id
        and outcomes.point_number = turning_points.point_number
    left join reopened_later
        on reopened_later.ticket_id = turning_points.ticket_id
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
    ticket_id,
    closing_number,
    closed_at,
    reopened_at,
    outcome_code
from recorded

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
