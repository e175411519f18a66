-- Whose desk this is, as of when, and how new its newest fact is.
-- One row per name (there is one)

with newest as (

    select
        max(
            greatest(
                tickets.opened_at,
                tickets.first_responded_at,
                tickets.closed_at,
                tickets.last_activity_at
            )
        ) as newest_fact_at,
        count(*) as ticket_count
    from reports.tickets

),

-- The wall clock of the desk at the two instants, for captions.
said as (

    select
        clock.as_of_at,
        newest.newest_fact_at,
        newest.ticket_count,
        strftime(clock.as_of_at + to_seconds(now_local.offset_seconds), '%-d %b %Y, %H:%M') as as_of_text,
        strftime(newest.newest_fact_at + to_seconds(newest_local.offset_seconds), '%-d %b %Y, %H:%M')
            as newest_fact_text,
        cast(newest.newest_fact_at + to_seconds(newest_local.offset_seconds) as date) as newest_fact_on,
        -- Not where newer facts are loaded, as in a replay: then the desk was quiet, and the data is not old.
        coalesce(epoch(clock.as_of_at) - epoch(newest.newest_fact_at) > 48 * 3600, false)
        and not later_facts.has_later_facts as is_stale
    from facts.clock as clock
    cross join newest
    cross join facts.later_facts as later_facts
    left join facts.local_time as now_local
        on now_local.piece_on = cast(clock.as_of_at as date)
        and now_local.from_at <= clock.as_of_at
        and clock.as_of_at < now_local.until_at
    left join facts.local_time as newest_local
        on newest_local.piece_on = cast(newest.newest_fact_at as date)
        and newest_local.from_at <= newest.newest_fact_at
        and newest.newest_fact_at < newest_local.until_at

)

select
    desk.name,
    desk.timezone,
    desk.ticket_url,
    desk.client_url,
    desk.is_sample,
    desk.left_of_sample_text,
    said.as_of_at,
    coalesce(said.as_of_text, strftime(said.as_of_at, '%-d %b %Y, %H:%M UTC')) as as_of_text,
    said.newest_fact_at,
    said.newest_fact_text,
    said.newest_fact_on,
    said.is_stale,
    said.ticket_count
from facts.desk as desk
cross join said
