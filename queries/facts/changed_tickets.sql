-- What the status changes of a ticket say, summed up; tickets without any have no row.
-- One row per ticket_id
--
-- The _order columns sort changes by time, within a second open, pending, on_hold, solved, closed
-- [S12]. Changes dated before the creation have no effect; one after as_of has not happened, but
-- decides by which record its ticket is judged all the same [S2, S15].

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
        status_changes.changed_at <= clock.as_of_at as has_happened,
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

)

select
    ticket_id,
    min(changed_at) filter (is_closed and has_happened) as first_closed_at,
    min(change_order) filter (is_closed and has_happened) as first_closing_order,
    min(change_order) filter (status_code = 'solved' and has_happened) as first_solving_order,
    max(change_order) filter (not is_closed and has_happened) as last_opening_order,
    max(change_order) filter (has_happened) as last_order,
    max(change_order) filter (outcome_code = 'deferred' and has_happened) as last_deferral_order,
    arg_max(outcome_code, change_order) filter (is_closed and has_happened) as last_outcome_code,
    bool_or(not is_closed and not has_happened) as is_reopened_later
from changes
group by ticket_id
