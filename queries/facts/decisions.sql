-- What people decided on candidates for a ban and on clients' posts up to as_of, but for what they took back.
-- One row per decision_id
--
-- A decision holds from the as-of of what it was made on. One that was taken back was a mistake and never
-- held; a lifting ends what was confirmed from its own instant on. The subject of a candidate is the clause and
-- the client; that of a post is the post, and the clause it was recorded under stands in the decision.

with clock as (

    select as_of_at
    from facts.clock

),

liftings as (

    select
        cast(decisions.subject as bigint) as decision_number,
        min(decisions.holds_from_at) as lifted_at
    from raw.decisions
    cross join clock
    where decisions.kind = 'decision'
        and decisions.decision = 'lifted'
        and decisions.holds_from_at <= clock.as_of_at
        and not decisions.is_taken_back
    group by cast(decisions.subject as bigint)

),

decided as (

    select
        decision_number,
        kind as kind_code,
        case when kind = 'candidate' then substr(subject, strpos(subject, ' ') + 1) end as client_email,
        case when kind = 'post' then subject end as post_id,
        case
            when kind = 'candidate' then split_part(subject, ' ', 1)
            else nullif(split_part(decision, ' ', 2), '')
        end as clause,
        split_part(decision, ' ', 1) as decision_code,
        evidence,
        actor,
        note,
        decided_at,
        holds_from_at
    from raw.decisions
    where kind in ('candidate', 'post')
        and not is_taken_back

)

select
    'decision ' || decided.decision_number as decision_id,
    decided.decision_number,
    decided.kind_code,
    decided.clause,
    coalesce(addresses.client_id, decided.client_email) as client_id,
    decided.post_id,
    decided.decision_code,
    decided.evidence,
    decided.actor,
    decided.note,
    decided.decided_at,
    decided.holds_from_at,
    liftings.lifted_at
from decided
cross join clock
left join liftings
    on liftings.decision_number = decided.decision_number
left join facts.addresses
    on addresses.alias_email = decided.client_email
where decided.holds_from_at <= clock.as_of_at
