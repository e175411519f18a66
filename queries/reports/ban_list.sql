-- Bans on record as a list for people, active ones first.
-- One row per ban_id

select
    bans.ban_id,
    bans.client_id,
    coalesce(clients.name, bans.client_id) as client_name,
    bans.state,
    bans.clause,
    bans.reason,
    bans.decided_by,
    bans.decision_number,
    bans.since_at,
    bans.until_at,
    since.day_on as since_on,
    lifted.day_on as until_on,
    bans.tickets_since_count,
    bans.answers_since_count,
    bans.refunds_since_count,
    replace(desk.client_url, '{client_id}', url_encode(bans.client_id)) as client_link,
    row_number() over (order by bans.state, bans.since_at desc, bans.ban_id) as position
from reports.bans as bans
cross join facts.desk as desk
left join facts.clients as clients
    on clients.client_id = bans.client_id
left join facts.local_time as since
    on since.piece_on = cast(bans.since_at as date)
    and since.from_at <= bans.since_at
    and bans.since_at < since.until_at
left join facts.local_time as lifted
    on lifted.piece_on = cast(bans.until_at as date)
    and lifted.from_at <= bans.until_at
    and bans.until_at < lifted.until_at
where bans.state <> 'candidate'
