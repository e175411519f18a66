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

longest as (

    select greatest(max(value_seconds), 1) as seconds
    from windows

),

-- Whether the older was still open must be known.
unknown_tickets as (

    select ticket_id
    from facts.states
    where is_open is null

),

open_stretches as (

    select
        open_stretches.ticket_id,
        open_stretches.from_at,
        open_stretches.until_at
    from facts.open_stretches
    anti join unknown_tickets
        on unknown_tickets.ticket_id = open_stretches.ticket_id

),

-- What a ticket was open for within the longest window from its opening lies in one span of that length, or in two
-- that follow each other.
older_spans as (

    select
        tickets.ticket_id,
        tickets.client_id,
        tickets.product_id,
        tickets.opened_at,
        open_stretches.from_at,
        open_stretches.until_at,
        unnest(
            range(
                epoch(greatest(open_stretches.from_at, tickets.opened_at))::bigint // longest.seconds,
                least(epoch(open_stretches.until_at), epoch(tickets.opened_at) + longest.seconds)::bigint
                // longest.seconds + 1
            )
        ) as span_number
    from tickets
    inner join open_stretches
        on open_stretches.ticket_id = tickets.ticket_id
    cross join longest

),

newer_spans as (

    select
        tickets.ticket_id,
        tickets.client_id,
        tickets.product_id,
        tickets.opened_at,
        epoch(tickets.opened_at)::bigint // longest.seconds as span_number
    from tickets
    cross join longest
    anti join facts.crowded_tickets
        on crowded_tickets.ticket_id = tickets.ticket_id

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
    where naming.stated_duplicate_of_id is not null

),

-- Either ticket may name the other, or both; some pairs are found both ways.
named_pairs as (

    select
        case when (opened_at, ticket_id) < (other_opened_at, other_ticket_id) then ticket_id else other_ticket_id end
            as older_ticket_id,
        case when (opened_at, ticket_id) < (other_opened_at, other_ticket_id) then other_ticket_id else ticket_id end
            as newer_ticket_id,
        client_id,
        product_id,
        least(opened_at, other_opened_at) as older_opened_at,
        greatest(opened_at, other_opened_at) as newer_opened_at
    from named
    where ticket_id <> other_ticket_id

),

together as (

    select
        older_spans.ticket_id as older_ticket_id,
        newer_spans.ticket_id as newer_ticket_id,
        newer_spans.client_id,
        newer_spans.product_id,
        older_spans.opened_at as older_opened_at,
        newer_spans.opened_at as newer_opened_at,
        false as is_named
    from newer_spans
    inner join older_spans
        on older_spans.client_id = newer_spans.client_id
        and older_spans.product_id = newer_spans.product_id
        and older_spans.span_number = newer_spans.span_number
        and newer_spans.opened_at >= older_spans.from_at
        and (older_spans.until_at is null or newer_spans.opened_at < older_spans.until_at)
    where (older_spans.opened_at, older_spans.ticket_id) < (newer_spans.opened_at, newer_spans.ticket_id)

    union all

    select
        named_pairs.older_ticket_id,
        named_pairs.newer_ticket_id,
        named_pairs.client_id,
        named_pairs.product_id,
        named_pairs.older_opened_at,
        named_pairs.newer_opened_at,
        true as is_named
    from named_pairs
    inner join open_stretches
        on open_stretches.ticket_id = named_pairs.older_ticket_id
        and named_pairs.newer_opened_at >= open_stretches.from_at
        and (open_stretches.until_at is null or named_pairs.newer_opened_at < open_stretches.until_at)

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
left join windows
    on together.newer_opened_at >= windows.from_at
    and together.newer_opened_at < windows.until_at
where together.newer_opened_at <= together.older_opened_at + to_seconds(windows.value_seconds)
group by all
