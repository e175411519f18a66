-- Findings that are not about a ticket: refunds, disputes and incidents, with whom they are about.
-- One row per rule, subject_id

select
    findings.rule,
    findings.verdict,
    findings.clause,
    findings.reason,
    findings.subject_kind,
    findings.subject_id,
    findings.client_id,
    coalesce(clients.name, findings.client_id) as client_name,
    findings.happened_at,
    happened.day_on as happened_on,
    cast(date_trunc('month', happened.day_on) as date) as happened_month_on,
    findings.due_at,
    findings.effective_on,
    -cast(epoch(findings.happened_at) as bigint) as position
from rules.findings as findings
left join facts.clients as clients
    on clients.client_id = findings.client_id
left join facts.local_time as happened
    on happened.piece_on = cast(findings.happened_at as date)
    and happened.from_at <= findings.happened_at
    and findings.happened_at < happened.until_at
where findings.subject_kind <> 'ticket'
