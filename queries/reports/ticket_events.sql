-- Openings, reopenings and closings one by one, each with its ticket as in the list for people.
-- Date: the day of the event itself.
-- One row per ticket_id, happened_at, event_code

select
    ticket_list.situation,
    events.ticket_id,
    events.event_code,
    events.happened_at,
    events.day_on as event_on,
    cast(date_trunc('week', events.day_on) as date) as event_week_on,
    ticket_list.subject,
    ticket_list.client_name,
    ticket_list.opened_on,
    ticket_list.response_code,
    ticket_list.resolution_code,
    ticket_list.ticket_link,
    -- Newest first; position need not tell two rows apart.
    -cast(epoch(events.happened_at) as bigint) as position
from facts.load_events as events
inner join filtered_ticket_list as ticket_list
    on ticket_list.ticket_id = events.ticket_id
where events.event_code in ('opened', 'reopened', 'closed')
