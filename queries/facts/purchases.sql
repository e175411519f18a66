-- Purchases up to as_of, each with the end of its support.
-- One row per purchase_id
--
-- covered_until_at is exclusive. support_extra_code is yes, no, or NULL where the export does not say.

with local_time as (

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

)

select
    purchases.purchase_id,
    purchases.client_id,
    purchases.product_id,
    purchases.purchased_at,
    purchases.amount,
    purchases.currency_code,
    purchases.support_extra_code,
    purchases.support_extra_from_at,
    -- A stated end replaces the months [P1]; a full refund or a lost dispute ends either [P2].
    least(
        coalesce(purchases.stated_until_at, beginnings.from_at),
        purchases.refunded_at,
        purchases.lost_at
    ) as covered_until_at,
    purchases.stated_until_at,
    purchases.refunded_at,
    purchases.lost_at,
    purchases.is_end_unclear,
    month_limits.month_count::bigint as month_count,
    month_limits.effective_on
from facts.sold_purchases as purchases
left join month_limits
    on purchases.purchased_at >= month_limits.from_at
    and purchases.purchased_at < month_limits.until_at
left join local_time
    on local_time.piece_on = purchases.purchased_at::date
    and purchases.purchased_at >= local_time.from_at
    and purchases.purchased_at < local_time.until_at
-- Months after the local day of the purchase, clamped to the end of the month, that day included.
left join beginnings
    on beginnings.date_on = (local_time.day_on + to_months(month_limits.month_count))::date + 1
