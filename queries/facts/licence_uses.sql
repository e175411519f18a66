-- Uses of licence keys that several addresses used: the purchases and tickets that name them.
-- One row per licence_key, evidence
--
-- Texts that the policy says are no key are none, whatever their case. An undated purchase takes part
-- in no dated computation [T7].

with clock as (

    select as_of_at
    from facts.clock

),

ignored as (

    select
        from_at,
        until_at,
        string_split(value, '|') as texts
    from policy.limits
    where rule = 'licence_shared' and parameter = 'ignored'

),

limits as (

    select min(value_number) as value_number
    from policy.limits
    where rule = 'licence_shared' and parameter = 'clients'

),

-- Few keys have so many users that who used them when has to be looked up. Grouped by hashes, which is
-- twice as fast.
users as (

    select
        hash(licence_key) as key_hash,
        hash(client_email) as client_hash
    from raw.purchases
    where licence_key is not null

    union

    select
        hash(licence_key) as key_hash,
        hash(client_email) as client_hash
    from raw.tickets
    where licence_key is not null

),

shared as (

    select users.key_hash
    from users
    cross join limits
    group by
        users.key_hash,
        limits.value_number
    having count(*) >= limits.value_number

),

uses as (

    select
        purchases.licence_key,
        'purchase ' || purchases.purchase_id as evidence,
        purchases.client_email,
        purchases.purchased_at as used_at
    from raw.purchases
    semi join shared
        on shared.key_hash = hash(purchases.licence_key)

    union all

    select
        tickets.licence_key,
        'ticket ' || tickets.ticket_id as evidence,
        tickets.client_email,
        tickets.opened_at as used_at
    from raw.tickets
    semi join shared
        on shared.key_hash = hash(tickets.licence_key)

)

select
    uses.licence_key,
    uses.evidence,
    coalesce(addresses.client_id, uses.client_email) as client_id,
    uses.used_at
from uses
cross join clock
left join facts.addresses
    on addresses.alias_email = uses.client_email
left join ignored
    on uses.used_at >= ignored.from_at
    and uses.used_at < ignored.until_at
where uses.client_email is not null
    and uses.used_at <= clock.as_of_at
    and not list_contains(ignored.texts, lower(uses.licence_key))
