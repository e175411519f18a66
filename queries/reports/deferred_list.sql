-- Tickets that wait for a release as a list for people: those whose release is out and whose client was not told first.
-- One row per ticket_id

select
    deferred.ticket_id,
    case
        when deferred.told_code = 'not_told'
            then format('Release {} is out, client not told', deferred.next_release_version)
        when deferred.told_code = 'unknown'
            then format('Release {} is out; client told or not: unknown', deferred.next_release_version)
        when deferred.told_code = 'told'
            then format('Release {} is out, the desk wrote since', deferred.next_release_version)
        when deferred.product_id is null then 'Waits for a release, product not stated'
        else 'Waits for the next release'
    end
    || case when deferred.is_open then '' else ' (closed)' end as reason,
    -- Whether the client was told is for the desk to look up, so it is on the list too.
    deferred.told_code in ('not_told', 'unknown') as is_to_do,
    deferred.told_code,
    deferred.state,
    deferred.deferred_at,
    deferred.next_release_at,
    deferred.next_release_version,
    deferred.told_at,
    deferred.is_open,
    deferred_days.day_on as deferred_on,
    release_days.day_on as next_release_on,
    filtered_tickets.subject,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    filtered_tickets.ticket_link,
    '4.9' as clause,
    row_number() over (
        order by
            case deferred.told_code when 'not_told' then 1 when 'unknown' then 2 when 'waiting' then 3 else 4 end,
            coalesce(deferred.next_release_at, deferred.deferred_at) nulls first,
            deferred.ticket_id
    ) as position
from reports.deferred as deferred
inner join filtered_tickets
    on filtered_tickets.ticket_id = deferred.ticket_id
left join facts.local_time as deferred_days
    on deferred_days.piece_on = cast(deferred.deferred_at as date)
    and deferred_days.from_at <= deferred.deferred_at
    and deferred.deferred_at < deferred_days.until_at
left join facts.local_time as release_days
    on release_days.piece_on = cast(deferred.next_release_at as date)
    and release_days.from_at <= deferred.next_release_at
    and deferred.next_release_at < release_days.until_at
