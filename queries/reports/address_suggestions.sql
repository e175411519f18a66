-- Buyers that an unmatched address may belong to, with their names and what they bought.
-- One row per client_id, buyer_id
--
-- Suggested, never merged; reports.likely_buyers says who is.

with sold as (

    select
        purchases.client_id,
        count(*) as purchase_count
    from facts.purchases
    semi join reports.likely_buyers
        on likely_buyers.buyer_id = purchases.client_id
    group by purchases.client_id

)

select
    likely_buyers.client_id,
    likely_buyers.buyer_id,
    clients.name as buyer_name,
    coalesce(sold.purchase_count, 0) as purchase_count,
    likely_buyers.similarity_share,
    likely_buyers.evidence,
    likely_buyers.position
from reports.likely_buyers
left join sold
    on sold.client_id = likely_buyers.buyer_id
left join facts.clients
    on clients.client_id = likely_buyers.buyer_id
