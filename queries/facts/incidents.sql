-- Behaviour the desk recorded up to as_of, under the client at the end of the alias chain.
-- One row per incident_id
--
-- Those that an export states and those that a person recorded of a post on the page. An undated incident is
-- kept: what it decides is unknown [T7].

with clock as (

    select as_of_at
    from facts.clock

)

select
    incidents.incident_id,
    coalesce(addresses.client_id, incidents.client_email) as client_id,
    incidents.ticket_id,
    incidents.clause,
    incidents.occurred_at,
    incidents.note,
    incidents.recorded_by,
    null::bigint as decision_number
from raw.incidents
cross join clock
left join facts.addresses
    on addresses.alias_email = incidents.client_email
where incidents.occurred_at is null
    or incidents.occurred_at <= clock.as_of_at

union all

select
    decisions.decision_id as incident_id,
    openings.client_id,
    posts.ticket_id,
    decisions.clause,
    posts.posted_at as occurred_at,
    coalesce(decisions.note, 'a post of the client') as note,
    decisions.actor as recorded_by,
    decisions.decision_number
from facts.decisions
inner join raw.posts
    on posts.post_id = decisions.post_id
inner join facts.openings
    on openings.ticket_id = posts.ticket_id
where decisions.decision_code = 'recorded'
