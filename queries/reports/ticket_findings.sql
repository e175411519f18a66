-- What each rule says of a ticket, with its clause and its reason.
-- One row per ticket_id, rule

select
    findings.subject_id as ticket_id,
    findings.clause,
    findings.rule,
    findings.verdict,
    findings.reason,
    findings.effective_on,
    findings.happened_at,
    findings.due_at,
    filtered_tickets.subject,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.agent_name,
    filtered_tickets.opened_at,
    filtered_tickets.opened_on,
    cast(date_trunc('month', filtered_tickets.opened_on) as date) as opened_month_on,
    filtered_tickets.ticket_link,
    -- Newest first. Not a row number: that would need every ticket, and a page asks for a few.
    -cast(epoch(filtered_tickets.opened_at) as bigint) as position
from rules.findings as findings
inner join filtered_tickets
    on filtered_tickets.ticket_id = findings.subject_id
where findings.subject_kind = 'ticket'
