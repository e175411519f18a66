-- The rows that a candidate for a ban rests on, each with when it happened and what it says.
-- One row per client_id, clause, evidence_row

with evidence_rows as (

    select
        candidates.client_id,
        candidates.clause,
        pieces.evidence_row,
        split_part(pieces.evidence_row, ' ', 1) as kind_code,
        substr(pieces.evidence_row, strpos(pieces.evidence_row, ' ') + 1) as row_id
    from reports.ban_candidates as candidates
    cross join lateral unnest(candidates.evidence) as pieces(evidence_row)

),

-- A burst is named by its ticket and its first post.
named as (

    select
        client_id,
        clause,
        evidence_row,
        kind_code,
        row_id,
        case
            when kind_code = 'ticket' then row_id
            when kind_code = 'burst' then regexp_extract(row_id, '^(.*) at \S+$', 1)
        end as named_ticket_id,
        case
            when kind_code = 'burst'
                then cast(replace(regexp_extract(row_id, ' at (\S+)Z$', 1), 'T', ' ') as timestamp)
        end as burst_at
    from evidence_rows

),

dated as (

    select
        named.client_id,
        named.clause,
        named.evidence_row,
        named.kind_code,
        named.row_id,
        coalesce(named.named_ticket_id, incidents.ticket_id) as ticket_id,
        coalesce(named.burst_at, incidents.occurred_at, purchases.purchased_at, openings.opened_at) as happened_at,
        coalesce(openings.client_id, incidents.client_id, purchases.client_id) as by_client_id,
        incidents.note,
        incidents.recorded_by
    from named
    left join facts.openings
        on openings.ticket_id = named.named_ticket_id
    left join facts.incidents
        on named.kind_code = 'incident'
        and incidents.incident_id = named.row_id
    left join facts.purchases
        on named.kind_code = 'purchase'
        and purchases.purchase_id = named.row_id

)

select
    dated.client_id,
    dated.clause,
    dated.evidence_row,
    dated.kind_code,
    dated.row_id,
    dated.ticket_id,
    dated.happened_at,
    happened.day_on as happened_on,
    coalesce(dated.note, subjects.subject) as what,
    dated.recorded_by,
    -- Of a shared key others' rows are evidence too.
    case when dated.by_client_id <> dated.client_id then coalesce(clients.name, dated.by_client_id) end
        as other_client_name,
    row_number() over (
        partition by dated.client_id, dated.clause order by dated.happened_at desc, dated.evidence_row
    ) as position
from dated
left join facts.local_time as happened
    on happened.piece_on = cast(dated.happened_at as date)
    and happened.from_at <= dated.happened_at
    and dated.happened_at < happened.until_at
left join facts.subjects as subjects
    on subjects.ticket_id = dated.ticket_id
left join facts.clients as clients
    on clients.client_id = dated.by_client_id
