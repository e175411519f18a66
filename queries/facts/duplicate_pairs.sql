-- Two tickets about the same issue, as the help desk names them, and which of the two was closed first.
-- One row per older_ticket_id, newer_ticket_id
--
-- The desk's word replaces the comparison of the texts; same client, same product, opened within
-- the window, and the older still open when the newer came are needed all the same [D1-D2].

with tickets as (

    select
        openings.ticket_id,
        openings.client_id,
        openings.product_id,
        openings.opened_at,
        openings.stated_duplicate_of_id,
        states.is_open,
        states.is_closed_at_unknown_time
    from facts.openings
    inner join facts.states
        on states.ticket_id = openings.ticket_id

),

-- Either ticket may name the other; the smaller id is the older of one second [D4].
named as (

    select distinct
        case
            when (naming.opened_at, naming.ticket_id) < (target.opened_at, target.ticket_id) then naming.ticket_id
            else target.ticket_id
        end as older_ticket_id,
        case
            when (naming.opened_at, naming.ticket_id) < (target.opened_at, target.ticket_id) then target.ticket_id
            else naming.ticket_id
        end as newer_ticket_id
    from tickets as naming
    inner join tickets as target
        on target.ticket_id = naming.stated_duplicate_of_id
    where naming.ticket_id <> target.ticket_id
        and naming.client_id = target.client_id
        and naming.product_id = target.product_id

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

similarities as (

    select
        from_at,
        until_at,
        value_number
    from policy.limits
    where rule = 'duplicate' and parameter = 'similarity'

),

near as (

    select
        named.older_ticket_id,
        named.newer_ticket_id,
        newer.client_id,
        newer.product_id,
        older.opened_at as older_opened_at,
        newer.opened_at as newer_opened_at,
        newer.is_closed_at_unknown_time as is_newer_closed_at_unknown_time,
        windows.effective_on,
        similarities.value_number as similarity_limit_share
    from named
    inner join tickets as older
        on older.ticket_id = named.older_ticket_id
    inner join tickets as newer
        on newer.ticket_id = named.newer_ticket_id
    inner join windows
        on newer.opened_at >= windows.from_at
        and newer.opened_at < windows.until_at
    inner join similarities
        on newer.opened_at >= similarities.from_at
        and newer.opened_at < similarities.until_at
    where newer.opened_at <= older.opened_at + to_seconds(windows.value_seconds)
        -- Whether the older was still open must be known.
        and older.is_open is not null
        and not older.is_closed_at_unknown_time

),

closings as (

    select
        ticket_id,
        closed_at,
        reopened_at,
        outcome_code
    from facts.closings

),

closed_before as (

    select distinct
        near.older_ticket_id,
        near.newer_ticket_id
    from near
    inner join closings
        on closings.ticket_id = near.older_ticket_id
    where closings.closed_at <= near.newer_opened_at
        and (closings.reopened_at is null or closings.reopened_at > near.newer_opened_at)

),

pairs as (

    select near.*
    from near
    anti join closed_before
        on closed_before.older_ticket_id = near.older_ticket_id
        and closed_before.newer_ticket_id = near.newer_ticket_id

),

-- The first closing of each since the newer one was opened, that second included [D3].
older_closings as (

    select
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        min(closings.closed_at) as closed_at,
        arg_min(coalesce(closings.outcome_code, ''), closings.closed_at) as outcome_code
    from pairs
    inner join closings
        on closings.ticket_id = pairs.older_ticket_id
    where closings.closed_at >= pairs.newer_opened_at
    group by
        pairs.older_ticket_id,
        pairs.newer_ticket_id

),

newer_closings as (

    select
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        min(closings.closed_at) as closed_at,
        arg_min(coalesce(closings.outcome_code, ''), closings.closed_at) as outcome_code
    from pairs
    inner join closings
        on closings.ticket_id = pairs.newer_ticket_id
    where closings.closed_at >= pairs.newer_opened_at
    group by
        pairs.older_ticket_id,
        pairs.newer_ticket_id

),

texts as (

    select
        tickets.ticket_id,
        nullif(trim(coalesce(tickets.site_url, '')), '') as site_url,
        list_distinct(
            regexp_extract_all(lower(concat_ws(' ', tickets.subject, tickets.description)), '[\p{L}\p{N}]+')
        ) as words
    from raw.tickets
    where tickets.ticket_id in (select older_ticket_id from pairs)
        or tickets.ticket_id in (select newer_ticket_id from pairs)

),

shared as (

    select
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        coalesce(older.site_url <> newer.site_url, false) as has_two_sites,
        len(older.words) + len(newer.words) as word_count,
        len(list_intersect(older.words, newer.words)) as shared_count
    from pairs
    inner join texts as older
        on older.ticket_id = pairs.older_ticket_id
    inner join texts as newer
        on newer.ticket_id = pairs.newer_ticket_id

),

-- The part of their different words that two texts share; two empty texts share nothing [D6].
compared as (

    select
        older_ticket_id,
        newer_ticket_id,
        has_two_sites,
        coalesce(shared_count / nullif(word_count - shared_count, 0), 0)::double as similarity_share
    from shared

)

select
    pairs.older_ticket_id,
    pairs.newer_ticket_id,
    pairs.client_id,
    pairs.product_id,
    pairs.older_opened_at,
    pairs.newer_opened_at,
    pairs.effective_on,
    compared.similarity_share,
    case
        when compared.similarity_share >= pairs.similarity_limit_share and not compared.has_two_sites then 'both'
        else 'helpdesk'
    end as basis,
    older_closings.closed_at as older_closed_at,
    newer_closings.closed_at as newer_closed_at,
    case
        when pairs.is_newer_closed_at_unknown_time then 'unknown'
        when older_closings.closed_at is null and newer_closings.closed_at is null then 'both_open'
        when newer_closings.closed_at is null then 'older_closed'
        when older_closings.closed_at is null then 'newer_closed'
        when newer_closings.closed_at < older_closings.closed_at then 'newer_closed'
        when newer_closings.closed_at = older_closings.closed_at
            and newer_closings.outcome_code = 'duplicate'
            and older_closings.outcome_code <> 'duplicate'
            then 'newer_closed'
        else 'older_closed'
    end as verdict
from pairs
inner join compared
    on compared.older_ticket_id = pairs.older_ticket_id
    and compared.newer_ticket_id = pairs.newer_ticket_id
left join older_closings
    on older_closings.older_ticket_id = pairs.older_ticket_id
    and older_closings.newer_ticket_id = pairs.newer_ticket_id
left join newer_closings
    on newer_closings.older_ticket_id = pairs.older_ticket_id
    and newer_closings.newer_ticket_id = pairs.newer_ticket_id
