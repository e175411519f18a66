-- What a client is entitled to today, product by product, as a list for people: support, updates, a refund.
-- One row per client_id, product_id, right_code
--
-- Asked of one client: every join names the client, so that only those rows are read.

select
    entitlements.client_id,
    entitlements.product_id,
    entitlements.right_code,
    coalesce(products.product_name, entitlements.product_id, 'not stated') as product_name,
    entitlements.verdict::varchar as verdict,
    entitlements.reason,
    entitlements.clause,
    since.day_on as since_on,
    -- Only support ends by itself: the last day it covers.
    ended.day_on as until_on,
    strftime(ended.day_on, '%-d %b %Y') as until_text,
    -- The row that decides: a ban before a ticket, a ticket before what it was asked about.
    coalesce(
        'ban ' || entitlements.ban_id,
        'ticket ' || entitlements.ticket_id,
        'purchase ' || entitlements.purchase_id
    ) as evidence,
    -- The product covered longest first.
    -coalesce(epoch(eligibility_today.covered_until_at), -100000000000)::bigint * 10
    + case entitlements.right_code when 'support' then 1 when 'updates' then 2 else 3 end as position
from reports.entitlements as entitlements
inner join reports.eligibility_today as eligibility_today
    on eligibility_today.client_id = entitlements.client_id
    and eligibility_today.product_id = entitlements.product_id
left join facts.products as products
    on products.product_id = entitlements.product_id
left join facts.local_time as since
    on since.piece_on = cast(entitlements.since_at as date)
    and since.from_at <= entitlements.since_at
    and entitlements.since_at < since.until_at
left join facts.local_time as ended
    on entitlements.right_code = 'support'
    and entitlements.verdict <> 'fail'
    and ended.piece_on = cast(eligibility_today.covered_until_at - interval 1 second as date)
    and ended.from_at <= eligibility_today.covered_until_at - interval 1 second
    and eligibility_today.covered_until_at - interval 1 second < ended.until_at
