-- What people decided on candidates for a ban up to as_of, but for what they took back.
-- One row per decision_id
--
-- A decision holds from the as-of of what it was made on. One that was taken back was a mistake and never
-- held; a lifting ends what was confirmed from its own instant on. A subject is the clause and the client.

with clock as (

    select as_of_at
    from facts.clock

),

about_decisions as (

    select
        cast(decisions.subject as bigint) as decision_number,
        bool_or(decisions.decision = 'taken_back') as is_taken_back,
        min(decisions.holds_from_at) filter (
            decisions.decision = 'lifted' and decisions.holds_from_at <= clock.as_of_at
        ) as lifted_at
    from raw.decisions
    cross join clock
    where decisions.kind = 'decision'
    group by cast(decisions.subject as bigint)

)

select
    'decision ' || decisions.decision_number as decision_id,
    decisions.decision_number,
    split_part(decisions.subject, ' ', 1) as clause,
    coalesce(addresses.client_id, substr(decisions.subject, strpos(decisions.subject, ' ') + 1)) as client_id,
    decisions.decision as decision_code,
    decisions.evidence,
    decisions.actor,
    decisions.note,
    decisions.decided_at,
    decisions.holds_from_at,
    about_decisions.lifted_at
from raw.decisions
cross join clock
left join about_decisions
    on about_decisions.decision_number = decisions.decision_number
left join facts.addresses
    on addresses.alias_email = substr(decisions.subject, strpos(decisions.subject, ' ') + 1)
where decisions.kind = 'candidate'
    and decisions.holds_from_at <= clock.as_of_at
    and not coalesce(about_decisions.is_taken_back, false)
