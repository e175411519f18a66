-- Purchases up to as_of, each with the end of its support.
-- One row per purchase_id
--
-- covered_until_at is exclusive. support_extra_code is yes, no, or NULL where the export does not
-- say. An undated purchase is kept: what it decides is unknown [T7], and so is whether a purchase
-- still covers when it was given back, or its dispute lost, on no known day (is_end_unclear).

with clock as (

    select as_of_at
    from facts.clock

),

purchases as (

    select
        purchases.purchase_id,
        coalesce(addresses.client_id, purchases.client_email) as client_id,
        coalesce(product_aliases.product_id, purchases.product_id) as product_id,
        purchases.purchased_at,
        purchases.amount,
        purchases.currency_code,
        purchases.has_support_extra,
        purchases.support_until_at,
        purchases.support_extra_from_at
    from raw.purchases
    cross join clock
    left join facts.addresses
        on addresses.alias_email = purchases.client_email
    left join facts.product_aliases
        on product_aliases.source_text = purchases.product_id
    where purchases.purchased_at is null
        or purchases.purchased_at <= clock.as_of_at

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

local_days as (

    select
        day_on,
        min(from_at) as from_at,
        lag(day_on) over (order by day_on) as previous_on
    from local_time
    group by day_on

),

-- A date the zone skipped begins with the first local day after it [P7].
beginnings as (

    select
        dates.date_at::date as date_on,
        local_days.from_at
    from local_days
    cross join lateral unnest(
        generate_series(
            coalesce(local_days.previous_on + 1, local_days.day_on)::timestamp,
            local_days.day_on::timestamp,
            interval 1 day
        )
    ) as dates(date_at)

),

-- The terms of coverage are those at the purchase [6.1].
month_limits as (

    select
        from_at,
        until_at,
        value_number::integer as month_count,
        effective_on
    from policy.limits
    where rule = 'coverage' and parameter = 'months'

),

-- Months after the local day of the purchase, clamped to the end of the month, that day included.
terms as (

    select
        purchases.purchase_id,
        beginnings.from_at as covered_until_at,
        month_limits.month_count,
        month_limits.effective_on
    from purchases
    left join month_limits
        on purchases.purchased_at >= month_limits.from_at
        and purchases.purchased_at < month_limits.until_at
    left join local_time
        on local_time.piece_on = purchases.purchased_at::date
        and purchases.purchased_at >= local_time.from_at
        and purchases.purchased_at < local_time.until_at
    left join beginnings
        on beginnings.date_on = (local_time.day_on + to_months(month_limits.month_count))::date + 1

),

-- Approved refunds in the purchase's currency, in order of decision; without an amount they are full.
refunds as (

    select
        refunds.purchase_id,
        refunds.decided_at,
        coalesce(refunds.amount, purchases.amount) as amount,
        purchases.amount as purchase_amount
    from facts.refunds
    inner join purchases
        on purchases.purchase_id = refunds.purchase_id
    where refunds.status_code = 'approved'
        and (refunds.currency_code is null or refunds.currency_code = purchases.currency_code)

),

summed_refunds as (

    select
        purchase_id,
        decided_at,
        purchase_amount is null
        or sum(amount) filter (decided_at is not null) over (partition by purchase_id order by decided_at)
        >= purchase_amount as is_full,
        purchase_amount is null
        or sum(amount) over (partition by purchase_id) >= purchase_amount as is_full_with_undated
    from refunds

),

full_refunds as (

    select
        purchase_id,
        min(decided_at) filter (is_full) as refunded_at,
        bool_or(decided_at is null and is_full_with_undated) as has_undated_refund
    from summed_refunds
    group by purchase_id

),

lost_disputes as (

    select
        purchase_id,
        min(closed_at) as lost_at,
        bool_or(closed_at is null) as has_undated_dispute
    from facts.chargebacks
    where status_code = 'lost'
    group by purchase_id

)

select
    purchases.purchase_id,
    purchases.client_id,
    purchases.product_id,
    purchases.purchased_at,
    purchases.amount,
    purchases.currency_code,
    case
        when purchases.has_support_extra then 'yes'
        when not purchases.has_support_extra then 'no'
    end as support_extra_code,
    coalesce(purchases.support_extra_from_at, purchases.purchased_at) as support_extra_from_at,
    -- A stated end replaces the months [P1]; a full refund or a lost dispute ends either [P2].
    least(
        coalesce(purchases.support_until_at, terms.covered_until_at),
        full_refunds.refunded_at,
        lost_disputes.lost_at
    ) as covered_until_at,
    purchases.support_until_at as stated_until_at,
    full_refunds.refunded_at,
    lost_disputes.lost_at,
    (full_refunds.refunded_at is null and coalesce(full_refunds.has_undated_refund, false))
    or coalesce(lost_disputes.has_undated_dispute, false) as is_end_unclear,
    terms.month_count::bigint as month_count,
    terms.effective_on
from purchases
left join terms
    on terms.purchase_id = purchases.purchase_id
left join full_refunds
    on full_refunds.purchase_id = purchases.purchase_id
left join lost_disputes
    on lost_disputes.purchase_id = purchases.purchase_id
