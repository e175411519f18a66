-- Uses of a licence key that had come to be used by several clients.
-- Clause: 5.2
-- One row per subject_kind, subject_id (a ticket_id or a purchase_id), happened_at
--
-- A finding is a use by any of the clients, dated when it happened or, of an earlier use, when the
-- client came who made them as many as the policy says. Who has a right to the key is for a person to see.

with uses as (

    select
        licence_key,
        evidence,
        client_id,
        used_at
    from facts.licence_uses

),

-- Each client's first use of the key, in their order.
first_uses as (

    select
        licence_key,
        client_id,
        evidence,
        used_at,
        row_number() over (partition by licence_key order by used_at, evidence) as client_number
    from (
        select
            licence_key,
            client_id,
            min(used_at) as used_at,
            arg_min(evidence, (used_at, evidence)) as evidence
        from uses
        group by
            licence_key,
            client_id
    )

),

limits as (

    select
        from_at,
        until_at,
        value_number
    from policy.limits
    where rule = 'licence_shared' and parameter = 'clients'

),

-- The clients who made the key a shared one, and when the last of them came.
reached as (

    select
        first_uses.licence_key,
        max(first_uses.used_at) as reached_at,
        max(limits.value_number)::bigint as client_count,
        list(first_uses.evidence order by first_uses.client_number) as evidence
    from first_uses
    left join limits
        on first_uses.used_at >= limits.from_at
        and first_uses.used_at < limits.until_at
    where first_uses.client_number <= limits.value_number
    group by first_uses.licence_key
    having count(*) >= max(limits.value_number)

)

select
    split_part(uses.evidence, ' ', 1) as subject_kind,
    substr(uses.evidence, strpos(uses.evidence, ' ') + 1) as subject_id,
    uses.client_id,
    '5.2' as clause,
    greatest(uses.used_at, reached.reached_at) as happened_at,
    list_sort(list_distinct(list_append(reached.evidence, uses.evidence))) as evidence,
    'licence key ' || uses.licence_key || ' used by ' || reached.client_count || ' clients or more' as reason
from uses
inner join reached
    on reached.licence_key = uses.licence_key
