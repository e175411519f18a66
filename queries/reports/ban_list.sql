-- Bans as a list for people, active ones first.
-- One row per ban_id

select
    bans.ban_id,
    bans.client_id,
    coalesce(clients.name, bans.client_id) as client_name,
    bans.state,
    bans.clause,
    bans.reason,
    bans.decided_by,
    bans.since_at,
    bans.until_at,
    bans.tickets_since_count,
    bans.answers_since_count,
    replace(desk.client_url, '{client_id}', url_encode(bans.client_id)) as client_link,
    row_number() over (order by bans.state, bans.since_at desc, bans.ban_id) as position
from reports.bans as bans
cross join facts.desk as desk
left join facts.clients as clients
    on clients.client_id = bans.client_id
