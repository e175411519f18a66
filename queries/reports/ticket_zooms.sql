-- Spans of a ticket worth a look: all of it, up to the first answer, and its last days.
-- One row per ticket_id, zoom_code

with spans as (

    select
        ticket_marks.ticket_id,
        min(ticket_marks.marked_at) as from_at,
        -- A day that ended a ticket long ago is the end; an open one goes on to as_of.
        max(ticket_marks.marked_at) filter (not ticket_marks.is_expected) as happened_until_at,
        max(ticket_marks.marked_at) filter (ticket_marks.mark_code in ('first_answer', 'response_due')) as answered_until_at,
        max(ticket_marks.marked_at) as marked_until_at
    from reports.ticket_marks as ticket_marks
    group by ticket_marks.ticket_id

),

ended as (

    select
        spans.ticket_id,
        spans.from_at,
        spans.answered_until_at,
        greatest(
            spans.happened_until_at,
            tickets.last_activity_at,
            case when tickets.is_open is distinct from false then least(clock.as_of_at, spans.marked_until_at + interval 14 day) end,
            case when tickets.is_open is distinct from false then spans.marked_until_at end
        ) as until_at
    from spans
    inner join filtered_tickets as tickets
        on tickets.ticket_id = spans.ticket_id
    cross join facts.clock as clock

),

zooms as (

    select
        ticket_id,
        'whole' as zoom_code,
        from_at,
        until_at,
        1 as position
    from ended

    union all

    -- Only where it is a part: a short ticket is seen whole.
    select
        ticket_id,
        'first_response' as zoom_code,
        from_at,
        answered_until_at as until_at,
        2 as position
    from ended
    where until_at > from_at + interval 14 day
        and answered_until_at < until_at - interval 7 day

    union all

    select
        ticket_id,
        'last_days' as zoom_code,
        until_at - interval 7 day as from_at,
        until_at,
        3 as position
    from ended
    where until_at > from_at + interval 14 day

)

-- A little room on either side, so that no mark stands on the edge.
select
    ticket_id,
    zoom_code,
    from_at - to_seconds(greatest(1800, (epoch(until_at) - epoch(from_at)) / 40)) as from_at,
    until_at + to_seconds(greatest(1800, (epoch(until_at) - epoch(from_at)) / 40)) as until_at,
    position
from zooms
