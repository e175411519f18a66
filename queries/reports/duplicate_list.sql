-- Pairs of tickets about the same issue, what makes them one and what the terms say of them; the worst first.
-- One row per older_ticket_id, newer_ticket_id

with pairs as (

    select
        duplicate_pairs.older_ticket_id,
        duplicate_pairs.newer_ticket_id,
        duplicate_pairs.older_opened_at,
        duplicate_pairs.newer_opened_at,
        duplicate_pairs.similarity_share,
        duplicate_pairs.basis,
        duplicate_pairs.verdict as pair_verdict,
        compared_pairs.has_two_sites,
        array_to_string(compared_pairs.shared_words, ', ') as shared_text
    from facts.duplicate_pairs
    inner join facts.compared_pairs
        on compared_pairs.older_ticket_id = duplicate_pairs.older_ticket_id
        and compared_pairs.newer_ticket_id = duplicate_pairs.newer_ticket_id

),

limits as (

    select
        from_at,
        until_at,
        value_number
    from policy.limits
    where rule = 'duplicate' and parameter = 'similarity'

),

findings as (

    select
        subject_id,
        happened_at,
        verdict,
        clause,
        reason
    from rules.duplicate

)

select
    pairs.older_ticket_id,
    pairs.newer_ticket_id,
    pairs.older_ticket_id as ticket_id,
    findings.reason,
    findings.verdict,
    findings.clause,
    pairs.pair_verdict,
    pairs.basis,
    pairs.similarity_share,
    limits.value_number::double as limit_share,
    pairs.has_two_sites,
    pairs.shared_text,
    filtered_tickets.client_id,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.opened_on as newer_opened_on,
    (epoch(pairs.newer_opened_at) - epoch(pairs.older_opened_at)) / 86400 as apart_days,
    filtered_tickets.subject,
    filtered_tickets.ticket_link,
    -- Those not as the terms say first, then what nobody knows, what may yet come right and what did; newest first.
    case findings.verdict when 'fail' then 1e11 when 'unknown' then 2e11 when 'open' then 3e11 else 4e11 end::bigint
    - epoch(pairs.newer_opened_at)::bigint as position
from pairs
inner join filtered_tickets
    on filtered_tickets.ticket_id = pairs.newer_ticket_id
inner join findings
    on findings.subject_id = pairs.older_ticket_id
    and findings.happened_at = pairs.newer_opened_at
    and contains(findings.reason, pairs.newer_ticket_id)
left join limits
    on pairs.newer_opened_at >= limits.from_at
    and pairs.newer_opened_at < limits.until_at
-- Two newer tickets of one second: a finding names its own and may hold the other's id, so the shortest is its own.
qualify row_number() over (
    partition by pairs.older_ticket_id, pairs.newer_ticket_id
    order by
        length(findings.reason),
        findings.reason
) = 1
