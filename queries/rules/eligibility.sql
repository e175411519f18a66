-- Did the ticket meet every condition of support when it was opened?
-- Clause: 2
-- One row per subject_id (a ticket_id)

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.tickets

),

-- A failing requirement outweighs every unknown one; one that is exempt says nothing [E7].
ranked as (

    select
        ticket_id,
        case when verdict = 'fail' then place else 100 + place end as rank,
        verdict,
        clause,
        reason
    from rules.unmet_conditions
    where verdict in ('unknown', 'fail')

),

decisive as (

    select
        ticket_id,
        min(rank) as rank
    from ranked
    group by ticket_id

),

-- The version of the terms is the latest one that a requirement had at the opening.
versions as (

    select
        limits.from_at,
        limits.until_at,
        limits.effective_on
    from policy.limits
    where parameter = 'required'

),

edges as (

    select distinct from_at
    from versions

),

terms as (

    select
        edges.from_at,
        coalesce(lead(edges.from_at) over (order by edges.from_at), timestamp '9999-12-31 00:00:00') as until_at,
        max(versions.effective_on) as effective_on
    from edges
    inner join versions
        on edges.from_at >= versions.from_at
        and edges.from_at < versions.until_at
    group by edges.from_at

)

select
    'ticket' as subject_kind,
    tickets.ticket_id as subject_id,
    tickets.client_id,
    ranked.clause,
    terms.effective_on,
    tickets.opened_at as happened_at,
    null::timestamp as due_at,
    coalesce(ranked.verdict, 'pass')::verdict as verdict,
    coalesce(ranked.reason, 'every condition was met') as reason
from tickets
left join terms
    on tickets.opened_at >= terms.from_at
    and tickets.opened_at < terms.until_at
left join decisive
    on decisive.ticket_id = tickets.ticket_id
left join ranked
    on ranked.ticket_id = decisive.ticket_id
    and ranked.rank = decisive.rank
