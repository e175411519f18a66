-- When tickets were open: from the opening, or a reopening, to the closing that followed.
-- One row per ticket_id, stretch_number
--
-- until_at is NULL where the ticket is open at as_of. Tickets closed at an unknown time are no part
-- of the load [S11]. The _on columns are the desk's local days of the two instants.

with openings as (

    select
        openings.ticket_id,
        openings.opened_at
    from facts.openings
    inner join facts.states
        on states.ticket_id = openings.ticket_id
    where not states.is_closed_at_unknown_time

),

closings as (

    select
        ticket_id,
        closing_number,
        closed_at,
        reopened_at
    from facts.closings

),

starts as (

    select
        ticket_id,
        1 as stretch_number,
        opened_at as from_at
    from openings

    union all

    select
        ticket_id,
        closing_number + 1 as stretch_number,
        reopened_at as from_at
    from closings
    where reopened_at is not null

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

)

select
    starts.ticket_id,
    starts.stretch_number::bigint as stretch_number,
    starts.from_at,
    closings.closed_at as until_at,
    beginning.day_on as from_on,
    ending.day_on as until_on
from starts
left join closings
    on closings.ticket_id = starts.ticket_id
    and closings.closing_number = starts.stretch_number
inner join local_time as beginning
    on beginning.piece_on = starts.from_at::date
    and starts.from_at >= beginning.from_at
    and starts.from_at < beginning.until_at
left join local_time as ending
    on ending.piece_on = closings.closed_at::date
    and closings.closed_at >= ending.from_at
    and closings.closed_at < ending.until_at
