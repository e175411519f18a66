-- Bursts of a client's posts, with what was counted.
-- One row per ticket_id, first_said_at

with findings as (

    select
        subject_id,
        happened_at,
        verdict,
        clause,
        reason
    from rules.post_burst

)

select
    post_bursts.ticket_id,
    post_bursts.first_said_at,
    findings.reason,
    findings.verdict,
    findings.clause,
    post_bursts.post_count,
    filtered_tickets.opened_on,
    filtered_tickets.subject,
    filtered_tickets.client_id,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.ticket_link,
    -- Newest first.
    (1e11 - epoch(post_bursts.first_said_at))::bigint as position
from facts.post_bursts
inner join filtered_tickets
    on filtered_tickets.ticket_id = post_bursts.ticket_id
inner join findings
    on findings.subject_id = post_bursts.ticket_id
    and findings.happened_at = post_bursts.first_said_at
