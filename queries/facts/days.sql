-- Local days of the desk, from the day of the first ticket to the day of as_of.
-- One row per day_on
--
-- Days without events are there too [L1]. [from_at, until_at) is the whole local day, 23 or 25
-- hours long where the clocks change; an event of the last day after as_of has not happened.

with clock as (

    select as_of_at
    from raw.clock

),

first_ticket as (

    select min(tickets.opened_at) as opened_at
    from raw.tickets
    cross join clock
    where tickets.opened_at <= clock.as_of_at

),

local_days as (

    select
        day_on,
        from_at,
        until_at,
        business_day_seconds
    from raw.local_days

),

-- Open seconds of a day are a difference of two look-ups, like every other duration.
running as (

    select
        piece_on,
        from_at,
        until_at,
        is_open,
        running_seconds
    from facts.business_time

)

select
    local_days.day_on,
    local_days.from_at,
    local_days.until_at,
    local_days.business_day_seconds,
    (
        ending.running_seconds
        + case when ending.is_open then date_sub('second', ending.from_at, local_days.until_at) else 0 end
        - beginning.running_seconds
        - case when beginning.is_open then date_sub('second', beginning.from_at, local_days.from_at) else 0 end
    )::bigint as open_seconds,
    isodow(local_days.day_on)::bigint as weekday_number,
    date_trunc('week', local_days.day_on)::date as week_on,
    date_trunc('month', local_days.day_on)::date as month_on,
    local_days.until_at <= clock.as_of_at as is_over
from local_days
cross join clock
cross join first_ticket
inner join running as beginning
    on beginning.piece_on = local_days.from_at::date
    and local_days.from_at >= beginning.from_at
    and local_days.from_at < beginning.until_at
inner join running as ending
    on ending.piece_on = local_days.until_at::date
    and local_days.until_at >= ending.from_at
    and local_days.until_at < ending.until_at
where local_days.until_at > first_ticket.opened_at
    and local_days.from_at <= clock.as_of_at
order by local_days.day_on
