-- Openings, reopenings and closings one by one, each with its ticket as in the list for people.
-- Date: the day of the event itself.
-- One row per ticket_id, happened_at, event_code
-- Picked by key: to write the situation of every ticket takes longer than to find the events on a page

-- A ticket that never came back was open once, as its own row says. Closed at an unknown time, it is no event [S11].
with stretches as (

    select
        ticket_list.*,
        coalesce(reopened_stretches.stretch_number, 1) as stretch_number,
        coalesce(reopened_stretches.from_at, ticket_list.opened_at) as from_at,
        coalesce(reopened_stretches.from_on, ticket_list.opened_on) as from_on,
        case
            when reopened_stretches.ticket_id is null then ticket_list.closed_at
            else reopened_stretches.until_at
        end as until_at,
        case
            when reopened_stretches.ticket_id is null then ticket_list.closed_on
            else reopened_stretches.until_on
        end as until_on
    from filtered_ticket_list as ticket_list
    left join facts.reopened_stretches
        on reopened_stretches.ticket_id = ticket_list.ticket_id
    where coalesce(ticket_list.is_open, true)
        or ticket_list.closed_at is not null

),

events as (

    select
        *,
        case when stretch_number = 1 then 'opened' else 'reopened' end as event_code,
        from_at as happened_at,
        from_on as event_on
    from stretches

    union all

    select
        *,
        'closed' as event_code,
        until_at as happened_at,
        until_on as event_on
    from stretches
    where until_at is not null

)

select
    situation,
    ticket_id,
    event_code,
    happened_at,
    event_on,
    cast(date_trunc('week', event_on) as date) as event_week_on,
    subject,
    client_name,
    opened_on,
    response_code,
    resolution_code,
    ticket_link,
    -- Newest first; position need not tell two rows apart.
    -cast(epoch(happened_at) as bigint) as position
from events
