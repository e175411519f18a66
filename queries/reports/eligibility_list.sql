-- Who may open a ticket today, product by product, as a list for people; those who may not first.
-- One row per client_id, product_id

select
    eligibility_today.client_id,
    eligibility_today.product_id,
    eligibility_today.reason,
    eligibility_today.verdict,
    eligibility_today.clause,
    coalesce(clients.name, eligibility_today.client_id) as client_name,
    coalesce(products.product_name, eligibility_today.product_id, 'not stated') as product_name,
    eligibility_today.covered_until_at,
    -- covered_until_at is the first instant no longer covered.
    local_time.day_on as last_covered_on,
    -- The worst verdict first, of each the latest end. Not a row number: that would need all, and a page asks for a few.
    -enum_code(eligibility_today.verdict)::bigint * 1000000000000
    - coalesce(epoch(eligibility_today.covered_until_at), -100000000000)::bigint as position
from reports.eligibility_today as eligibility_today
left join facts.clients as clients
    on clients.client_id = eligibility_today.client_id
left join facts.products as products
    on products.product_id = eligibility_today.product_id
left join facts.local_time as local_time
    on local_time.piece_on = cast(eligibility_today.covered_until_at - interval 1 second as date)
    and local_time.from_at <= eligibility_today.covered_until_at - interval 1 second
    and eligibility_today.covered_until_at - interval 1 second < local_time.until_at
