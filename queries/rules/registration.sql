-- Was the client registered with the support desk when the ticket was opened?
-- Clause: 2.2
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'registration' and parameter = 'required'

),

known as (

    select has_clients
    from facts.known

),

clients as (

    select
        client_id,
        registered_at,
        has_undated_row
    from facts.clients

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        known.has_clients,
        clients.client_id is not null as has_row,
        case
            when not requirements.is_required then 'exempt'
            when clients.registered_at <= tickets.opened_at then 'pass'
            when clients.has_undated_row or tickets.client_id is null or not known.has_clients then 'unknown'
            else 'fail'
        end::verdict as verdict
    from tickets
    cross join known
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
    left join clients
        on clients.client_id = tickets.client_id

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '2.2' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when verdict = 'pass' then 'registered before the ticket'
        when client_id is null then 'the ticket names no client'
        when not has_clients then 'no list of registered clients is loaded'
        when verdict = 'unknown' then 'the registration has no date'
        when has_row then 'registered after the ticket'
        else 'not among the registered clients'
    end as reason
from judged
