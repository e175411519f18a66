-- Purchases up to as_of, each with what ends its support beside the months of the terms.
-- One row per purchase_id
-- Kept in: facts.purchases
--
-- support_extra_code is yes, no, or NULL where the export does not
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

-- Approved refunds in the purchase's currency, in order of decision. Where either amount is missing they are full,
-- whatever was added up before [P3].
-- Beside raw.purchases itself: DuckDB 2.0 waits for ever when a limit stops a query with a subquery of two readers.
refunds as (

    select
        refunds.purchase_id,
        refunds.decided_at,
        refunds.amount,
        purchases.amount as purchase_amount,
        refunds.amount is null or purchases.amount is null as is_whole
    from facts.refunds
    inner join raw.purchases
        on purchases.purchase_id = refunds.purchase_id
    where refunds.status_code = 'approved'
        and (refunds.currency_code is null or refunds.currency_code = purchases.currency_code)

),

summed_refunds as (

    select
        purchase_id,
        decided_at,
        is_whole
        or sum(amount) filter (decided_at is not null) over (partition by purchase_id order by decided_at)
        >= purchase_amount as is_full,
        is_whole
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
    purchases.support_until_at as stated_until_at,
    full_refunds.refunded_at,
    lost_disputes.lost_at,
    (full_refunds.refunded_at is null and coalesce(full_refunds.has_undated_refund, false))
    or coalesce(lost_disputes.has_undated_dispute, false) as is_end_unclear
from purchases
left join full_refunds
    on full_refunds.purchase_id = purchases.purchase_id
left join lost_disputes
    on lost_disputes.purchase_id = purchases.purchase_id
