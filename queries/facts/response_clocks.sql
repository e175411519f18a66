-- Where the response clock of each ticket starts, and on what record, before any limit.
-- One row per ticket_id
-- Kept in: facts.response_starts
--
-- response_started_at is NULL where the clock has not started (has_started false: an agent opened
-- the ticket and the client has not written) and where the start is unknown [R3].

with clock as (

    select as_of_at
    from facts.clock

),

known as (

    select
        has_posts,
        responded_count
    from facts.known

),

-- Not kept for its two readers: DuckDB 2.0 waits for ever when a limit stops a query that keeps one.
openings as not materialized (

    select
        ticket_id,
        opened_by,
        opened_at,
        stated_responded_at
    from facts.openings

),

posted_tickets as (

    select ticket_id
    from facts.posted_tickets

),

-- Only a ticket that an agent opened has to wait for the client's first word.
first_words as (

    select
        words.ticket_id,
        min(words.said_at) as client_wrote_at
    from facts.words
    semi join openings
        on openings.ticket_id = words.ticket_id
        and openings.opened_by = 'agent'
    where not words.is_agent
    group by words.ticket_id

),

judged as (

    select
        openings.ticket_id,
        openings.opened_by,
        openings.opened_at,
        first_words.client_wrote_at,
        -- A response in the second of the creation is none [R6].
        case when openings.stated_responded_at > openings.opened_at then openings.stated_responded_at end
            as responded_at,
        posted_tickets.ticket_id is not null as has_posts,
        case
            when posted_tickets.ticket_id is not null then 'posts'
            when openings.stated_responded_at > openings.opened_at then 'reported'
            when known.has_posts then 'posts'
            -- Of any other ticket, so the ticket's own cell is not counted.
            when known.responded_count > (openings.stated_responded_at is not null)::integer then 'reported'
            else 'none'
        end as response_basis
    from openings
    cross join known
    left join posted_tickets
        on posted_tickets.ticket_id = openings.ticket_id
    left join first_words
        on first_words.ticket_id = openings.ticket_id

),

started as (

    select
        ticket_id,
        opened_at,
        response_basis,
        has_posts,
        responded_at,
        opened_by = 'client' or response_basis <> 'posts' or client_wrote_at is not null as has_started,
        case
            when opened_by = 'client' then opened_at
            when response_basis = 'posts' then client_wrote_at
        end as response_started_at
    from judged

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        business_day_seconds
    from facts.local_time

)

select
    started.ticket_id,
    started.opened_at,
    started.response_basis,
    started.has_posts,
    started.has_started,
    started.response_started_at,
    case when started.response_basis = 'reported' and started.responded_at <= clock.as_of_at then started.responded_at end
        as reported_response_at,
    -- The business day is that of the clock's start [C3].
    local_time.business_day_seconds
from started
cross join clock
left join local_time
    on local_time.piece_on = started.response_started_at::date
    and started.response_started_at >= local_time.from_at
    and started.response_started_at < local_time.until_at
