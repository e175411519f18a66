-- Buyers whose purchase or licence key a ticket names, while its client has bought nothing.
-- One row per client_id, buyer_id

with askers as (

    select
        openings.client_id,
        tickets.ticket_id,
        tickets.purchase_id,
        tickets.licence_key
    from facts.openings
    inner join raw.tickets
        on tickets.ticket_id = openings.ticket_id
    anti join facts.buyers
        on buyers.client_id = openings.client_id
    where exists (from raw.purchases)
        and openings.client_id is not null
        and coalesce(tickets.purchase_id, tickets.licence_key) is not null

),

named as (

    select
        askers.client_id,
        askers.ticket_id,
        purchases.client_email
    from askers
    inner join raw.purchases
        on purchases.purchase_id = askers.purchase_id

    union all

    select
        askers.client_id,
        askers.ticket_id,
        purchases.client_email
    from askers
    inner join raw.purchases
        on purchases.licence_key = askers.licence_key

)

select
    named.client_id,
    coalesce(addresses.client_id, named.client_email) as buyer_id,
    count(distinct named.ticket_id) as ticket_count,
    min(named.ticket_id) as ticket_id
from named
left join facts.addresses
    on addresses.alias_email = named.client_email
where named.client_email is not null
group by
    named.client_id,
    buyer_id
