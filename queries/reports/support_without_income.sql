-- Support that was given for purchases whose payment was given back in full or lost to a dispute.
-- One row per purchase_id
--
-- A ticket counts for the purchase it rested on: the covering one with the latest end, else the latest
-- before it [E8], so for one alone, and after the money was gone too where nothing was bought since.
-- Answers are those of N2. desk_seconds adds up what is known; where it is known of no ticket, it is not.

-- Not kept for its two readers: DuckDB 2.0 waits for ever when a reader who wants only some rows stops at a limit.
with given_back as not materialized (

    select
        purchase_id,
        client_id,
        product_id,
        purchased_at,
        amount,
        currency_code,
        refunded_at,
        lost_at
    from facts.purchases
    where refunded_at is not null
        or lost_at is not null
        -- Given back on an unknown day, but given back [T5].
        or is_end_unclear

),

tickets as (

    select
        coverages.purchase_id,
        tickets.ticket_id,
        tickets.opened_at,
        tickets.desk_seconds
    from facts.coverages
    inner join given_back
        on given_back.purchase_id = coverages.purchase_id
    inner join facts.tickets
        on tickets.ticket_id = coverages.ticket_id

),

answers as (

    select
        tickets.purchase_id,
        count(*) as answer_count
    from tickets
    inner join facts.words
        on words.ticket_id = tickets.ticket_id
        and words.said_at > tickets.opened_at
    where words.is_agent
    group by tickets.purchase_id

),

counted as (

    select
        purchase_id,
        count(*) as ticket_count,
        sum(desk_seconds)::bigint as desk_seconds,
        count(*) - count(desk_seconds) as unknown_desk_time_count
    from tickets
    group by purchase_id

)

select
    given_back.purchase_id,
    given_back.client_id,
    coalesce(counted.ticket_count, 0) as ticket_count,
    coalesce(answers.answer_count, 0) as answer_count,
    case when counted.ticket_count is null then 0 else counted.desk_seconds end as desk_seconds,
    given_back.amount,
    given_back.currency_code,
    given_back.product_id,
    given_back.purchased_at,
    -- A full refund and a lost dispute of one purchase: the first of them took the money.
    case
        when given_back.lost_at < given_back.refunded_at or given_back.refunded_at is null and given_back.lost_at is not null
            then 'dispute'
        when given_back.refunded_at is not null then 'refund'
        else 'unknown'
    end as ending_code,
    least(given_back.refunded_at, given_back.lost_at) as given_back_at,
    coalesce(counted.unknown_desk_time_count, 0) as unknown_desk_time_count
from given_back
left join counted
    on counted.purchase_id = given_back.purchase_id
left join answers
    on answers.purchase_id = given_back.purchase_id
