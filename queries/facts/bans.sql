-- Bans decided up to as_of, lifted if the lifting has happened by then.
-- One row per ban_id
--
-- A ban without a date has no effect [E5].

with clock as (

    select as_of_at
    from facts.clock

)

select
    bans.ban_id,
    coalesce(addresses.client_id, bans.client_email) as client_id,
    bans.clause,
    bans.banned_at,
    case when bans.lifted_at <= clock.as_of_at then bans.lifted_at end as lifted_at,
    bans.reason,
    bans.decided_by
from raw.bans
cross join clock
left join facts.addresses
    on addresses.alias_email = bans.client_email
where bans.banned_at <= clock.as_of_at
