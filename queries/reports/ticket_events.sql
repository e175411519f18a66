-- Openings, reopenings and closings one by one, each with its ticket as in the list for people.
-- Date: the day of the event itself.
-- One row per ticket_id, event_on, event_code, event_number

with events as (

    select
        ticket_id,
        day_on,
        'opened' as event_code,
        opened_count as event_count
    from facts.load_events

    union all

    select
        ticket_id,
        day_on,
        'reopened' as event_code,
        reopened_count as event_count
    from facts.load_events

    union all

    select
        ticket_id,
        day_on,
        'closed' as event_code,
        closed_count as event_count
    from facts.load_events

)

select
    ticket_list.situation,
    events.ticket_id,
    events.event_code,
    numbers.event_number,
    events.day_on as event_on,
    cast(date_trunc('week', events.day_on) as date) as event_week_on,
    ticket_list.subject,
    ticket_list.client_name,
    ticket_list.opened_on,
    ticket_list.response_code,
    ticket_list.resolution_code,
    ticket_list.ticket_link,
    -- Newest first; position need not tell two rows apart.
    date '2000-01-01' - events.day_on as position
from events
cross join lateral unnest(range(events.event_count)) as numbers(event_number)
inner join filtered_tickets
    on filtered_tickets.ticket_id = events.ticket_id
inner join reports.ticket_list as ticket_list
    on ticket_list.ticket_id = events.ticket_id
