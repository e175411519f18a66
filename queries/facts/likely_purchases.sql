-- Purchases that are likely those of a client who has none under any address of theirs.
-- One row per ticket_id
-- Made whole: the purchases are anybody's, made by as_of
--
-- The buyer's address is often another one. Grounds: the purchase or licence key the ticket names,
-- or the same address but for a +tag or gmail's dots [X9]. Shown, never merged.

with tickets as (

    select
        tickets.ticket_id,
        openings.client_id,
        tickets.purchase_id,
        tickets.licence_key
    from facts.openings
    inner join raw.tickets
        on tickets.ticket_id = openings.ticket_id
    anti join facts.buyers
        on buyers.client_id = openings.client_id
    where exists (from raw.purchases)

),

purchases as (

    select
        purchases.purchase_id,
        purchases.client_email,
        purchases.licence_key
    from raw.purchases
    cross join facts.clock as clock
    where exists (from tickets)
        and coalesce(purchases.purchased_at <= clock.as_of_at, true)

),

buyer_addresses as (

    select
        purchase_id,
        regexp_replace(
            case
                when client_email like '%@gmail.com' or client_email like '%@googlemail.com'
                    then replace(split_part(client_email, '@', 1), '.', '') || '@gmail.com'
                else client_email
            end,
            '\+[^@]*@',
            '@'
        ) as normal_address
    from purchases
    where contains(client_email, '@')

),

client_addresses as (

    select distinct
        client_id,
        regexp_replace(
            case
                when client_id like '%@gmail.com' or client_id like '%@googlemail.com'
                    then replace(split_part(client_id, '@', 1), '.', '') || '@gmail.com'
                else client_id
            end,
            '\+[^@]*@',
            '@'
        ) as normal_address
    from tickets
    where contains(client_id, '@')

),

likely as (

    select
        tickets.ticket_id,
        purchases.purchase_id,
        1 as ground_number,
        'named on the ticket' as ground
    from tickets
    inner join purchases
        on purchases.purchase_id = tickets.purchase_id

    union all

    select
        tickets.ticket_id,
        purchases.purchase_id,
        2 as ground_number,
        'same licence key' as ground
    from tickets
    inner join purchases
        on purchases.licence_key = tickets.licence_key

    union all

    select
        tickets.ticket_id,
        buyer_addresses.purchase_id,
        3 as ground_number,
        'same address but for its spelling' as ground
    from tickets
    inner join client_addresses
        on client_addresses.client_id = tickets.client_id
    inner join buyer_addresses
        on buyer_addresses.normal_address = client_addresses.normal_address

),

grounded as (

    select
        ticket_id,
        purchase_id,
        arg_min(ground, ground_number) as ground,
        min(ground_number) as ground_number
    from likely
    group by
        ticket_id,
        purchase_id

),

ranked as (

    select
        ticket_id,
        purchase_id,
        ground,
        row_number() over (partition by ticket_id order by ground_number, purchase_id) as place,
        count(*) over (partition by ticket_id) as purchase_count
    from grounded

)

select
    ticket_id,
    string_agg(purchase_id || ' (' || ground || ')', ', ' order by place) filter (place <= 3)
    || case when max(purchase_count) > 3 then ' and ' || (max(purchase_count) - 3) || ' more' else '' end as likely_text
from ranked
group by ticket_id
