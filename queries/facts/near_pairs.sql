-- Two tickets that may be about the same issue: of one client and product, the older still open when the newer came.
-- One row per older_ticket_id, newer_ticket_id
--
-- All that were opened within the window of each other [D1-D2]; where the newer one is of a shared
-- mailbox, only those that the help desk names: facts.compared_pairs finds the others. The smaller id is
-- the older of one second [D4].

with tickets as (

    select
        ticket_id,
        client_id,
        product_id,
        opened_at,
        stated_duplicate_of_id
    from facts.openings
    where client_id is not null
        and product_id is not null

),

windows as (

    select
        from_at,
        until_at,
        value_seconds,
        effective_on
    from policy.limits
    where rule = 'duplicate' and parameter = 'window'

),

-- Tickets of one window were opened in one stretch of that length, or in two that follow each other.
longest as (

    select greatest(max(value_seconds), 1) as seconds
    from windows

),

placed as (

    select
        tickets.ticket_id,
        tickets.client_id,
        tickets.product_id,
        tickets.opened_at,
        epoch(tickets.opened_at)::bigint // longest.seconds as stretch_number
    from tickets
    cross join longest

),

newer_places as (

    select
        placed.ticket_id,
        placed.client_id,
        placed.product_id,
        placed.opened_at,
        unnest([placed.stretch_number, placed.stretch_number - 1]) as older_stretch_number
    from placed
    anti join facts.crowded_tickets
        on crowded_tickets.ticket_id = placed.ticket_id

),

named as (

    select
        naming.ticket_id,
        naming.opened_at,
        target.ticket_id as other_ticket_id,
        target.opened_at as other_opened_at,
        naming.client_id,
        naming.product_id
    from tickets as naming
    inner join tickets as target
        on target.ticket_id = naming.stated_duplicate_of_id
        and target.client_id = naming.client_id
        and target.product_id = naming.product_id

),

-- Either ticket may name the other, or both; some pairs are found both ways.
together as (

    select
        older.ticket_id as older_ticket_id,
        newer_places.ticket_id as newer_ticket_id,
        newer_places.client_id,
        newer_places.product_id,
        older.opened_at as older_opened_at,
        newer_places.opened_at as newer_opened_at,
        false as is_named
    from newer_places
    inner join placed as older
        on older.client_id = newer_places.client_id
        and older.product_id = newer_places.product_id
        and older.stretch_number = newer_places.older_stretch_number
    where (older.opened_at, older.ticket_id) < (newer_places.opened_at, newer_places.ticket_id)

    union all

    select
        case when (opened_at, ticket_id) < (other_opened_at, other_ticket_id) then ticket_id else other_ticket_id end
            as older_ticket_id,
        case when (opened_at, ticket_id) < (other_opened_at, other_ticket_id) then other_ticket_id else ticket_id end
            as newer_ticket_id,
        client_id,
        product_id,
        least(opened_at, other_opened_at) as older_opened_at,
        greatest(opened_at, other_opened_at) as newer_opened_at,
        true as is_named
    from named
    where ticket_id <> other_ticket_id

),

-- Whether the older was still open must be known.
known_tickets as (

    select ticket_id
    from facts.states
    where is_open is not null

),

stretches as (

    select
        ticket_id,
        from_at,
        until_at
    from facts.open_stretches

)

select
    together.older_ticket_id,
    together.newer_ticket_id,
    together.client_id,
    together.product_id,
    together.older_opened_at,
    together.newer_opened_at,
    windows.effective_on,
    bool_or(together.is_named) as is_named
from together
inner join stretches
    on stretches.ticket_id = together.older_ticket_id
    and together.newer_opened_at >= stretches.from_at
    and (stretches.until_at is null or together.newer_opened_at < stretches.until_at)
semi join known_tickets
    on known_tickets.ticket_id = together.older_ticket_id
left join windows
    on together.newer_opened_at >= windows.from_at
    and together.newer_opened_at < windows.until_at
where together.newer_opened_at <= together.older_opened_at + to_seconds(windows.value_seconds)
group by all
