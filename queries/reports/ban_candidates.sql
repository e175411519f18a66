-- Clients and clauses with a finding that no ban of that clause follows, for a person to decide on.
-- One row per client_id, clause
--
-- Grounds of bans are 0.2 and 5 [N3]. What was dismissed comes back when there is evidence that was not
-- looked at then.

with findings as (

    select
        pattern,
        subject_id,
        client_id,
        clause,
        happened_at,
        evidence,
        reason
    from patterns.findings
    where clause in ('0.2', '5')
        or starts_with(clause, '5.')

),

bans as (

    select
        client_id,
        clause,
        max(banned_at) as banned_at
    from facts.bans
    group by
        client_id,
        clause

),

standing as (

    select findings.*
    from findings
    anti join bans
        on bans.client_id = findings.client_id
        and bans.clause = findings.clause
        and bans.banned_at >= findings.happened_at

),

evidence_rows as (

    select distinct
        standing.client_id,
        standing.clause,
        pieces.evidence_row
    from standing
    cross join lateral unnest(standing.evidence) as pieces(evidence_row)

),

dismissals as (

    select
        client_id,
        clause,
        decision_number,
        decided_at,
        actor,
        note,
        evidence
    from facts.decisions
    where kind_code = 'candidate'
        and decision_code = 'dismissed'

),

dismissed_rows as (

    select distinct
        dismissals.client_id,
        dismissals.clause,
        pieces.evidence_row
    from dismissals
    cross join lateral unnest(dismissals.evidence) as pieces(evidence_row)

),

weighed as (

    select
        evidence_rows.client_id,
        evidence_rows.clause,
        list(evidence_rows.evidence_row order by evidence_rows.evidence_row) as evidence,
        count(*) as evidence_count,
        count(*) filter (dismissed_rows.evidence_row is null) as new_evidence_count
    from evidence_rows
    left join dismissed_rows
        on dismissed_rows.client_id = evidence_rows.client_id
        and dismissed_rows.clause = evidence_rows.clause
        and dismissed_rows.evidence_row = evidence_rows.evidence_row
    group by
        evidence_rows.client_id,
        evidence_rows.clause
    having count(*) filter (dismissed_rows.evidence_row is null) > 0

),

-- Of each pattern the sentence of its latest finding.
sentences as (

    select
        client_id,
        clause,
        pattern,
        arg_max(reason, (happened_at, subject_id)) as reason,
        min(happened_at) as first_at,
        max(happened_at) as last_at,
        count(*) as finding_count
    from standing
    group by
        client_id,
        clause,
        pattern

),

grounds as (

    select
        client_id,
        clause,
        string_agg(reason, '; ' order by last_at desc, pattern) as reason,
        min(first_at) as since_at,
        max(last_at) as last_at,
        sum(finding_count)::bigint as finding_count
    from sentences
    group by
        client_id,
        clause

),

last_dismissals as (

    select
        client_id,
        clause,
        max(decided_at) as dismissed_at,
        arg_max(actor, (decided_at, decision_number)) as dismissed_by,
        arg_max_null(note, (decided_at, decision_number)) as dismissal_note
    from dismissals
    group by
        client_id,
        clause

),

banned_now as (

    select
        client_id,
        string_agg(distinct clause, ', ' order by clause) as clauses
    from facts.bans
    where lifted_at is null
    group by client_id

)

select
    grounds.client_id,
    grounds.clause,
    grounds.since_at,
    grounds.last_at,
    grounds.finding_count,
    weighed.evidence_count,
    weighed.new_evidence_count,
    weighed.evidence,
    grounds.reason,
    banned_now.clauses as banned_under,
    last_dismissals.dismissed_at,
    last_dismissals.dismissed_by,
    last_dismissals.dismissal_note
from grounds
inner join weighed
    on weighed.client_id = grounds.client_id
    and weighed.clause = grounds.clause
left join banned_now
    on banned_now.client_id = grounds.client_id
left join last_dismissals
    on last_dismissals.client_id = grounds.client_id
    and last_dismissals.clause = grounds.clause
