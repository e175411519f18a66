-- Tickets with a status change, whatever its date: they are judged by their changes alone.
-- One row per ticket_id
--
-- Changes dated before the creation have no effect; one after as_of has not happened, but decides
-- by which record its ticket is judged all the same [S2, S15].

with clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        ticket_id,
        opened_at
    from facts.openings

)

select ticket_id
from facts.status_changes
where is_first

union

select openings.ticket_id
from raw.status_changes
cross join clock
inner join openings
    on openings.ticket_id = status_changes.ticket_id
where status_changes.changed_at > clock.as_of_at
