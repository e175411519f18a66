-- Does the ticket describe the problem?
-- Clause: 2.3
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        has_description
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'description' and parameter = 'required'

),

known as (

    select has_descriptions
    from facts.known

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        case
            when not requirements.is_required then 'exempt'
            when tickets.has_description then 'pass'
            when not known.has_descriptions then 'unknown'
            else 'fail'
        end::verdict as verdict
    from tickets
    cross join known
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '2.3' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when verdict = 'pass' then 'the ticket has a description'
        when verdict = 'unknown' then 'no ticket of the load has a description'
        else 'the description is empty'
    end as reason
from judged
