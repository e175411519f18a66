-- Tickets that wait for a release, and whether it is out and the client was told.
-- One row per ticket_id
-- Made whole: a release that is out by as_of changes what is said of a ticket closed long before
--
-- Both open ones on hold for a release [S7] and those closed with that outcome. deferred_at is the
-- last time the desk said so, else the closing, else it is not known, and the next release is sought
-- since the opening [T5]. It is the first of the product strictly later; one that is not out at
-- as_of is not known. Told is a word of an agent at or after it; without posts nobody knows.

with deferred_tickets as (

    select
        tickets.ticket_id,
        tickets.product_id,
        tickets.opened_at,
        tickets.is_open,
        tickets.response_basis,
        -- The later one: a closing that only its ticket's row calls deferred may follow a change that
        -- says so too. Of a NULL and an instant this is the instant.
        greatest(make_timestamp(changed_tickets.last_deferral_order // 8 * 1000000), tickets.closed_at)
            as deferred_at
    from facts.tickets as tickets
    left join facts.changed_tickets as changed_tickets
        on changed_tickets.ticket_id = tickets.ticket_id
    where tickets.outcome_code = 'deferred'

),

next_releases as (

    select
        deferred_tickets.ticket_id,
        min(releases.released_at) as released_at,
        arg_min(releases.version, (releases.released_at, releases.version)) as version
    from deferred_tickets
    inner join facts.releases as releases
        on releases.product_id = deferred_tickets.product_id
        and releases.released_at > coalesce(deferred_tickets.deferred_at, deferred_tickets.opened_at)
    group by deferred_tickets.ticket_id

),

answers as (

    select
        next_releases.ticket_id,
        min(words.said_at) as said_at
    from next_releases
    inner join facts.words as words
        on words.ticket_id = next_releases.ticket_id
        and words.said_at >= next_releases.released_at
    where words.is_agent
    group by next_releases.ticket_id

)

select
    deferred_tickets.ticket_id,
    deferred_tickets.product_id,
    deferred_tickets.deferred_at,
    next_releases.released_at as next_release_at,
    case when next_releases.ticket_id is not null then 'released' else 'waiting' end as state,
    next_releases.version as next_release_version,
    answers.said_at as told_at,
    case
        when next_releases.ticket_id is null then 'waiting'
        when answers.ticket_id is not null then 'told'
        when deferred_tickets.response_basis = 'posts' then 'not_told'
        else 'unknown'
    end as told_code,
    deferred_tickets.is_open
from deferred_tickets
left join next_releases
    on next_releases.ticket_id = deferred_tickets.ticket_id
left join answers
    on answers.ticket_id = deferred_tickets.ticket_id
