-- Where the response clock of each ticket starts, on what record, and the limits it runs against.
-- One row per ticket_id
--
-- response_started_at is NULL where the clock has not started (has_started false: an agent opened
-- the ticket and the client has not written) and where the start is unknown [R3]. A limit that is
-- no whole number of seconds is within until its whole seconds, and used up by the next one.

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

openings as (

    select
        ticket_id,
        opened_by,
        opened_at,
        stated_responded_at
    from facts.openings

),

posted_tickets as (

    select
        ticket_id,
        min(posted_at) filter (is_word and author_role = 'client') as client_wrote_at
    from facts.posts
    group by ticket_id

),

-- The record a ticket is judged by follows from the whole load, not from as_of [R1].
posted_later as (

    select distinct openings.ticket_id
    from raw.posts
    cross join clock
    inner join openings
        on openings.ticket_id = posts.ticket_id
    where posts.posted_at > clock.as_of_at

),

judged as (

    select
        openings.ticket_id,
        openings.opened_by,
        openings.opened_at,
        posted_tickets.client_wrote_at,
        -- A response in the second of the creation is none [R6].
        case when openings.stated_responded_at > openings.opened_at then openings.stated_responded_at end
            as responded_at,
        posted_tickets.ticket_id is not null or posted_later.ticket_id is not null as has_posts,
        case
            when posted_tickets.ticket_id is not null or posted_later.ticket_id is not null then 'posts'
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
    left join posted_later
        on posted_later.ticket_id = openings.ticket_id

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

),

first_limits as (

    select
        from_at,
        until_at,
        value_number
    from policy.limits
    where rule = 'response_time' and parameter = 'first'

),

last_limits as (

    select
        from_at,
        until_at,
        value_number,
        effective_on
    from policy.limits
    where rule = 'response_time' and parameter = 'last'

)

select
    started.ticket_id,
    started.response_basis,
    started.has_posts,
    started.has_started,
    started.response_started_at,
    case when started.response_basis = 'reported' and started.responded_at <= clock.as_of_at then started.responded_at end
        as reported_response_at,
    local_time.business_day_seconds,
    floor(first_limits.value_number * local_time.business_day_seconds)::bigint as first_limit_seconds,
    floor(last_limits.value_number * local_time.business_day_seconds)::bigint as last_limit_seconds,
    ceil(last_limits.value_number * local_time.business_day_seconds)::bigint as due_after_seconds,
    last_limits.effective_on
from started
cross join clock
-- The terms are those in force at the opening [6.1], the business day that of the clock's start [C3].
inner join first_limits
    on started.opened_at >= first_limits.from_at
    and started.opened_at < first_limits.until_at
inner join last_limits
    on started.opened_at >= last_limits.from_at
    and started.opened_at < last_limits.until_at
left join local_time
    on local_time.piece_on = started.response_started_at::date
    and started.response_started_at >= local_time.from_at
    and started.response_started_at < local_time.until_at
