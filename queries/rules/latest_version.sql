-- Did the ticket name the newest version of its product that was out when it was opened?
-- Clause: 0.1
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with openings as (

    select
        ticket_id,
        client_id,
        product_id,
        version,
        opened_at
    from facts.openings

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'latest_version' and parameter is null

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

newer_releases as (

    select
        newer_releases.product_id,
        newer_releases.version,
        newer_releases.first_released_at,
        newer_releases.newer_released_at,
        newer_releases.newer_version,
        newer_releases.has_undated_newer,
        strftime(local_time.day_on, '%d %b %Y') as newer_day_text
    from facts.newer_releases
    left join local_time
        on local_time.piece_on = newer_releases.newer_released_at::date
        and newer_releases.newer_released_at >= local_time.from_at
        and newer_releases.newer_released_at < local_time.until_at

),

judged as (

    select
        openings.*,
        versions.effective_on,
        newer_releases.newer_version,
        newer_releases.newer_day_text,
        coalesce(newer_releases.has_undated_newer, false) as has_undated_newer,
        case
            when openings.opened_at >= newer_releases.newer_released_at then 'fail'
            when newer_releases.has_undated_newer then 'unknown'
            when openings.opened_at >= newer_releases.first_released_at then 'pass'
            else 'unknown'
        end::verdict as verdict
    from openings
    left join versions
        on openings.opened_at >= versions.from_at
        and openings.opened_at < versions.until_at
    left join newer_releases
        on newer_releases.product_id = openings.product_id
        and newer_releases.version = openings.version

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '0.1' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when verdict = 'fail'
            then 'version ' || version || '; version ' || newer_version || ' was out since ' || newer_day_text
        when verdict = 'pass' then 'no version newer than ' || version || ' was out'
        when version is null then 'the ticket names no version'
        when product_id is null then 'the ticket names no product'
        when has_undated_newer then 'a newer version of the product came out on an unknown day'
        else 'no release of the product was known that the version can be compared with'
    end as reason
from judged
