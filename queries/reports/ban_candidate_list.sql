-- Candidates for a ban as a list for people, the newest finding first.
-- One row per client_id, clause

with grounds as (

    select
        clause,
        text as clause_text
    from reports.clause_list

)

select
    candidates.client_id,
    candidates.clause,
    grounds.clause_text,
    coalesce(clients.name, candidates.client_id) as client_name,
    candidates.reason,
    candidates.since_at,
    candidates.last_at,
    since.day_on as since_on,
    latest.day_on as last_on,
    candidates.finding_count,
    candidates.evidence_count,
    candidates.new_evidence_count,
    candidates.evidence,
    candidates.banned_under,
    dismissed.day_on as dismissed_on,
    candidates.dismissed_by,
    candidates.dismissal_note,
    replace(desk.client_url, '{client_id}', url_encode(candidates.client_id)) as client_link,
    row_number() over (order by candidates.last_at desc, candidates.client_id, candidates.clause) as position
from reports.ban_candidates as candidates
cross join facts.desk as desk
left join grounds
    on grounds.clause = candidates.clause
left join facts.clients as clients
    on clients.client_id = candidates.client_id
left join facts.local_time as since
    on since.piece_on = cast(candidates.since_at as date)
    and since.from_at <= candidates.since_at
    and candidates.since_at < since.until_at
left join facts.local_time as latest
    on latest.piece_on = cast(candidates.last_at as date)
    and latest.from_at <= candidates.last_at
    and candidates.last_at < latest.until_at
left join facts.local_time as dismissed
    on dismissed.piece_on = cast(candidates.dismissed_at as date)
    and dismissed.from_at <= candidates.dismissed_at
    and candidates.dismissed_at < dismissed.until_at
