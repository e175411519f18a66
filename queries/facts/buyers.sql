-- Clients with a purchase of anything, whenever: asked of the whole load [P5].
-- One row per client_id

select distinct coalesce(addresses.client_id, purchases.client_email) as client_id
from raw.purchases
left join facts.addresses
    on addresses.alias_email = purchases.client_email
where purchases.client_email is not null
