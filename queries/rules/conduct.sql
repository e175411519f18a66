-- Was the desk treated with respect?
-- Clause: 0.2
-- One row per subject_id (an incident_id)
--
-- Every recorded incident of 0.2 or 5 is a finding, under its own clause [X3, V2].

with incidents as (

    select
        incident_id,
        client_id,
        clause,
        occurred_at
    from facts.incidents
    where clause in ('0.2', '5')
        or clause like '5.%'

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'conduct' and parameter is null

)

select
    'incident' as subject_kind,
    incidents.incident_id as subject_id,
    incidents.client_id,
    incidents.clause,
    versions.effective_on,
    incidents.occurred_at as happened_at,
    null::timestamp as due_at,
    case when incidents.occurred_at is null then 'unknown' else 'fail' end::verdict as verdict,
    case when incidents.occurred_at is null then 'recorded without a date' else 'recorded' end
    || ' under ' || incidents.clause as reason
from incidents
left join versions
    on incidents.occurred_at >= versions.from_at
    and incidents.occurred_at < versions.until_at
