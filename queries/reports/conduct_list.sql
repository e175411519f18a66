-- Conduct the desk recorded, the newest first, each with the ban that followed under its clause.
-- One row per incident_id

with findings as (

    select
        subject_id as incident_id,
        client_id,
        clause,
        happened_at
    from rules.conduct

),

following as (

    select
        findings.incident_id,
        min(bans.banned_at) as banned_at
    from findings
    inner join facts.bans
        on bans.client_id = findings.client_id
        and bans.clause = findings.clause
        and bans.banned_at >= findings.happened_at
    group by findings.incident_id

)

select
    findings.incident_id,
    findings.client_id,
    coalesce(clients.name, findings.client_id) as client_name,
    findings.clause,
    findings.happened_at,
    happened.day_on as happened_on,
    incidents.note,
    incidents.recorded_by,
    incidents.decision_number,
    incidents.ticket_id,
    banned.day_on as banned_on,
    row_number() over (order by findings.happened_at desc, findings.incident_id) as position
from findings
inner join facts.incidents
    on incidents.incident_id = findings.incident_id
left join following
    on following.incident_id = findings.incident_id
left join facts.clients as clients
    on clients.client_id = findings.client_id
left join facts.local_time as happened
    on happened.piece_on = cast(findings.happened_at as date)
    and happened.from_at <= findings.happened_at
    and findings.happened_at < happened.until_at
left join facts.local_time as banned
    on banned.piece_on = cast(following.banned_at as date)
    and banned.from_at <= following.banned_at
    and following.banned_at < banned.until_at
