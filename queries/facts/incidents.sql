-- Behaviour the desk recorded up to as_of, under the client at the end of the alias chain.
-- One row per incident_id
--
-- An undated incident is kept: what it decides is unknown [T7].

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
    incidents.recorded_by
from raw.incidents
cross join clock
left join facts.addresses
    on addresses.alias_email = incidents.client_email
where incidents.occurred_at is null
    or incidents.occurred_at <= clock.as_of_at
