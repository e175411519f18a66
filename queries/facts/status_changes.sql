-- Changes of a ticket's status up to as_of, each with the state it left.
-- One row per ticket_id, changed_at, status_code
--
-- change_order sorts them: by time, within a second open, pending, on_hold, solved, closed [S12].
-- Before its first change a ticket is open [S2].

with clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        ticket_id,
        opened_at
    from facts.openings

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
    inner join openings
        on openings.ticket_id = status_changes.ticket_id
    where status_changes.changed_at >= openings.opened_at
        and status_changes.changed_at <= clock.as_of_at

)

select
    ticket_id,
    changed_at,
    status_code,
    outcome_code,
    change_order,
    is_closed,
    lag(is_closed, 1, false) over in_order as was_closed,
    lag(change_order) over in_order is null as is_first,
    lead(change_order) over in_order is null as is_latest
from changes
window in_order as (partition by ticket_id order by change_order)
