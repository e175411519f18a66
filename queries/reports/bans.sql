-- Bans on record with what was asked, answered and refunded while they were in force, and candidates for one.
-- One row per client_id, clause, since_at, ban_id
--
-- What happened while banned: from the ban (inclusive) to its lifting (exclusive) or as_of [N1, N2]. A
-- candidate is not banned [N3], so nothing did.

with bans as (

    select
        ban_id,
        client_id,
        clause,
        banned_at,
        lifted_at,
        reason,
        decided_by,
        decision_number
    from facts.bans

),

tickets as (

    select
        openings.ticket_id,
        openings.client_id,
        openings.opened_at
    from facts.openings
    semi join bans
        on bans.client_id = openings.client_id

),

asked as (

    select
        bans.ban_id,
        count(*) as ticket_count
    from bans
    inner join tickets
        on tickets.client_id = bans.client_id
        and tickets.opened_at >= bans.banned_at
        and (bans.lifted_at is null or tickets.opened_at < bans.lifted_at)
    group by bans.ban_id

),

answers as (

    select
        tickets.client_id,
        words.said_at
    from facts.words
    inner join tickets
        on tickets.ticket_id = words.ticket_id
    where words.is_agent
        and words.said_at > tickets.opened_at

),

answered as (

    select
        bans.ban_id,
        count(*) as answer_count
    from bans
    inner join answers
        on answers.client_id = bans.client_id
        and answers.said_at >= bans.banned_at
        and (bans.lifted_at is null or answers.said_at < bans.lifted_at)
    group by bans.ban_id

),

refunds as (

    select
        purchases.client_id,
        refunds.decided_at
    from facts.refunds
    inner join facts.purchases
        on purchases.purchase_id = refunds.purchase_id
    where refunds.status_code = 'approved'

),

refunded as (

    select
        bans.ban_id,
        count(*) as refund_count
    from bans
    inner join refunds
        on refunds.client_id = bans.client_id
        and refunds.decided_at >= bans.banned_at
        and (bans.lifted_at is null or refunds.decided_at < bans.lifted_at)
    group by bans.ban_id

)

select
    bans.client_id,
    case when bans.lifted_at is null then 'active' else 'lifted' end as state,
    bans.clause,
    bans.banned_at as since_at,
    bans.lifted_at as until_at,
    bans.reason,
    coalesce(asked.ticket_count, 0) as tickets_since_count,
    coalesce(answered.answer_count, 0) as answers_since_count,
    -- Approved since; a ban under 0.2 alone ends the right to one. (0.2)
    coalesce(refunded.refund_count, 0) as refunds_since_count,
    bans.ban_id,
    bans.decided_by,
    bans.decision_number
from bans
left join asked
    on asked.ban_id = bans.ban_id
left join answered
    on answered.ban_id = bans.ban_id
left join refunded
    on refunded.ban_id = bans.ban_id

union all

select
    client_id,
    'candidate' as state,
    clause,
    since_at,
    null as until_at,
    reason,
    0 as tickets_since_count,
    0 as answers_since_count,
    0 as refunds_since_count,
    null as ban_id,
    null as decided_by,
    null as decision_number
from reports.ban_candidates
