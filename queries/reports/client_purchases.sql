-- Purchases as a list for people: what was bought when, how far it covers, and what ended it.
-- One row per purchase_id
--
-- Asked of one client: every join names the client, so that only those rows are read.

select
    purchases.purchase_id,
    purchases.client_id,
    purchases.product_id,
    coalesce(products.product_name, purchases.product_id, 'not stated') as product_name,
    bought.day_on as purchased_on,
    ended.day_on as last_covered_on,
    case
        when purchases.purchased_at is null then 'bought on no known day'
        when purchases.is_end_unclear then 'given back, or its dispute lost, on no known day'
        when purchases.lost_at <= purchases.covered_until_at then 'ended by a lost dispute'
        when purchases.refunded_at <= purchases.covered_until_at then 'ended by a full refund'
        when purchases.covered_until_at > clock.as_of_at then 'covered'
        else 'no longer covered'
    end
    || case when purchases.stated_until_at is not null then ', as the export states' else '' end as situation,
    coalesce(purchases.support_extra_code, 'unknown') as support_extra_code,
    purchases.amount,
    purchases.currency_code,
    row_number() over (partition by purchases.client_id order by purchases.purchased_at desc nulls last, purchases.purchase_id)
        as position
from facts.purchases as purchases
cross join facts.clock as clock
left join facts.products as products
    on products.product_id = purchases.product_id
left join facts.local_time as bought
    on bought.piece_on = cast(purchases.purchased_at as date)
    and bought.from_at <= purchases.purchased_at
    and purchases.purchased_at < bought.until_at
left join facts.local_time as ended
    on ended.piece_on = cast(purchases.covered_until_at - interval 1 second as date)
    and ended.from_at <= purchases.covered_until_at - interval 1 second
    and purchases.covered_until_at - interval 1 second < ended.until_at
