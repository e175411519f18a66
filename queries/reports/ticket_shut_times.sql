-- When the desk was shut while a ticket lasted: outside its hours, on holidays, for maintenance.
-- One row per ticket_id, from_at, kind_code

with gaps as (

    select
        closes_at as from_at,
        lead(opens_at) over (order by opens_at) as until_at,
        'hours' as kind_code,
        'outside opening hours' as reason
    from raw.open_windows

    union all

    select
        from_at,
        until_at,
        case when kind = 'maintenance' then 'maintenance' else 'holiday' end as kind_code,
        name as reason
    from raw.closures

),

shut as (

    select
        from_at,
        until_at,
        kind_code,
        min(reason) as reason
    from gaps
    where until_at > from_at
    group by
        from_at,
        until_at,
        kind_code

)

select
    ticket_zooms.ticket_id,
    greatest(shut.from_at, ticket_zooms.from_at) as from_at,
    least(shut.until_at, ticket_zooms.until_at) as until_at,
    shut.kind_code,
    string_agg(distinct shut.reason, ', ' order by shut.reason) as reason,
    cast(epoch(greatest(shut.from_at, ticket_zooms.from_at)) as bigint) as position
from reports.ticket_zooms as ticket_zooms
inner join shut
    on shut.from_at < ticket_zooms.until_at
    and shut.until_at > ticket_zooms.from_at
where ticket_zooms.zoom_code = 'whole'
group by all
