-- Open tickets and automatically closed ones, with where they stand to the eight days of 4.6.
-- One row per ticket_id
--
-- closes_on is the local day on which an open ticket is closed if nobody writes: that of due_at, but
-- today for one that is due already. None for one past its grace: it should be closed.

with today as (

    select local_time.day_on
    from facts.clock as clock
    inner join facts.local_time as local_time
        on local_time.piece_on = cast(clock.as_of_at as date)
        and local_time.from_at <= clock.as_of_at
        and clock.as_of_at < local_time.until_at

)

select
    inactivities.ticket_id,
    inactivities.state,
    inactivities.is_neglected,
    inactivities.last_word_by,
    inactivities.due_at,
    inactivities.closed_at,
    inactivities.late_seconds,
    case when inactivities.state in ('active', 'closing_soon', 'due') then greatest(local_time.day_on, today.day_on) end
        as closes_on
from facts.inactivities
cross join today
left join facts.local_time
    on inactivities.closed_at is null
    and local_time.piece_on = cast(inactivities.due_at as date)
    and local_time.from_at <= inactivities.due_at
    and inactivities.due_at < local_time.until_at
