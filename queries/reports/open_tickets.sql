-- The tickets open at the end of a local day, as they stood then: the ones behind each backlog.
-- One row per ticket_id, open_on
--
-- Asked for one day at a time. The last day ends at as_of.

with days as (

    select
        days.day_on,
        least(days.until_at - interval 1 second, clock.as_of_at) as ended_at
    from facts.days as days
    cross join facts.clock as clock
    cross join facts.known as known
    where known.has_states
        or known.has_status_changes

),

open_tickets as (

    select
        open_stretches.ticket_id,
        filtered_tickets.opened_at,
        filtered_tickets.opened_on,
        filtered_tickets.subject,
        filtered_tickets.client_name,
        filtered_tickets.response_code,
        filtered_tickets.resolution_code,
        filtered_tickets.ticket_link,
        days.day_on,
        days.ended_at,
        epoch(days.ended_at)::bigint - epoch(filtered_tickets.opened_at)::bigint as age_seconds
    from days
    inner join facts.open_stretches as open_stretches
        on open_stretches.from_on <= days.day_on
        and coalesce(open_stretches.until_on, date '9999-12-31') > days.day_on
    inner join filtered_tickets
        on filtered_tickets.ticket_id = open_stretches.ticket_id

)

select
    format(
        'open for {} at the end of {}, the {} turn',
        case
            when open_tickets.age_seconds < 28 * 86400 then format('{:.1f} days', open_tickets.age_seconds / 86400)
            else format('{:.0f} weeks', open_tickets.age_seconds / 604800)
        end,
        strftime(open_tickets.day_on, '%-d %b %Y'),
        case when words.is_agent then 'client''s' else 'desk''s' end
    ) as situation,
    open_tickets.ticket_id,
    open_tickets.day_on as open_on,
    -- Whoever did not have the last word has the turn [L4].
    case when words.is_agent then 'client' else 'desk' end as turn_code,
    age_bands.age_code,
    open_tickets.subject,
    open_tickets.client_name,
    open_tickets.opened_on,
    open_tickets.response_code,
    open_tickets.resolution_code,
    open_tickets.ticket_link,
    -- Newest first, as in the list of all tickets.
    -cast(epoch(open_tickets.opened_at) as bigint) as position
from open_tickets
inner join facts.age_bands as age_bands
    on open_tickets.age_seconds > age_bands.over_seconds
    and open_tickets.age_seconds <= age_bands.until_seconds
left join facts.words as words
    on words.ticket_id = open_tickets.ticket_id
    and words.said_at <= open_tickets.ended_at
    and coalesce(words.next_said_at, timestamp '9999-12-31') > open_tickets.ended_at
