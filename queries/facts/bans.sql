-- Bans decided up to as_of, lifted if the lifting has happened by then.
-- One row per ban_id
--
-- Those that an export states and those that a person confirmed on the page, which have the number of that
-- decision. A ban without a date has no effect [E5].

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
    bans.decided_by,
    null::bigint as decision_number
from raw.bans
cross join clock
left join facts.addresses
    on addresses.alias_email = bans.client_email
where bans.banned_at <= clock.as_of_at

union all

select
    decision_id as ban_id,
    client_id,
    clause,
    holds_from_at as banned_at,
    lifted_at,
    note as reason,
    actor as decided_by,
    decision_number
from facts.decisions
where decision_code = 'confirmed'
