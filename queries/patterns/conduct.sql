-- Behaviour the desk recorded, each incident a finding.
-- Clause: 0.2
-- One row per subject_id (an incident_id)
--
-- The clause is that of the incident, 0.2 or one of 5 [X3, V2].

with conduct as (

    select
        subject_kind,
        subject_id,
        client_id,
        clause,
        happened_at
    from rules.conduct
    where verdict = 'fail'
        and client_id is not null

),

incidents as (

    select
        incident_id,
        note
    from facts.incidents

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

)

select
    conduct.subject_kind,
    conduct.subject_id,
    conduct.client_id,
    conduct.clause,
    conduct.happened_at,
    ['incident ' || conduct.subject_id] as evidence,
    'recorded on ' || strftime(local_time.day_on, '%-d %b %Y') || coalesce(': ' || incidents.note, '') as reason
from conduct
inner join incidents
    on incidents.incident_id = conduct.subject_id
left join local_time
    on local_time.piece_on = conduct.happened_at::date
    and conduct.happened_at >= local_time.from_at
    and conduct.happened_at < local_time.until_at
