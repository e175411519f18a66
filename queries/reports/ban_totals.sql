-- How many are banned and for review at present, and what was given while banned; whatever the period.
-- One row per active_count (there is one)
--
-- An answer or a refund while two bans were in force counts once. Only 0.2 ends the right to refunds.

with bans as (

    select
        client_id,
        state,
        clause,
        since_at,
        until_at
    from reports.bans

),

registered as (

    select
        client_id,
        clause,
        since_at,
        until_at
    from bans
    where state <> 'candidate'

),

counted as (

    select
        count(distinct client_id) filter (state = 'active') as active_count,
        count(*) filter (state = 'lifted') as lifted_count,
        count(*) filter (state = 'candidate') as candidate_count,
        count(*) filter (state <> 'candidate') as ban_count,
        count(*) filter (state <> 'candidate' and clause = '5.11') as unsuitable_count
    from bans

),

tickets as (

    select
        openings.ticket_id,
        openings.client_id,
        openings.opened_at
    from facts.openings
    semi join registered
        on registered.client_id = openings.client_id

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

given as (

    select count(*) as answer_count
    from answers
    semi join registered
        on registered.client_id = answers.client_id
        and answers.said_at >= registered.since_at
        and (registered.until_at is null or answers.said_at < registered.until_at)

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

    select count(*) as refund_count
    from refunds
    semi join registered
        on registered.client_id = refunds.client_id
        and registered.clause = '0.2'
        and refunds.decided_at >= registered.since_at
        and (registered.until_at is null or refunds.decided_at < registered.until_at)

)

select
    counted.active_count,
    counted.lifted_count,
    counted.candidate_count,
    given.answer_count,
    refunded.refund_count as barred_refund_count,
    counted.ban_count,
    counted.unsuitable_count,
    counted.unsuitable_count / nullif(counted.ban_count, 0) as unsuitable_share,
    case
        when counted.ban_count = 0 then 'No ban is recorded.'
        else format(
            '{} of {} {} on 5.11, any client the vendor finds unsuitable: {:.0f} %.',
            counted.unsuitable_count,
            counted.ban_count,
            case when counted.ban_count = 1 then 'ban rests' else 'bans rest' end,
            100.0 * counted.unsuitable_count / counted.ban_count
        )
    end as unsuitable_text
from counted
cross join given
cross join refunded
