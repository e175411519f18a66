-- Was the ticket closed for inactivity when the terms say so, and not before?
-- Clause: 4.6
-- One row per subject_id (a ticket_id)

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        closed_at,
        outcome_code,
        auto_close_due_at,
        is_open
    from facts.tickets

),

terms as (

    select
        from_at,
        until_at,
        idle_effective_on
    from facts.terms

),

states as (

    select
        ticket_id,
        state,
        late_seconds
    from facts.inactivities

),

judged as (

    select
        tickets.*,
        terms.idle_effective_on as effective_on,
        states.state,
        -- Up to two days in hours, as the terms' own 24 and 48.
        case
            when abs(states.late_seconds) < 172800 then format('{:.1f} hours', abs(states.late_seconds) / 3600)
            else format('{:.1f} days', abs(states.late_seconds) / 86400)
        end as distance,
        case
            when states.state = 'on_time' then 'pass'
            when states.state in ('early', 'late', 'missed') then 'fail'
            when states.state in ('active', 'closing_soon', 'due') then 'open'
            when tickets.outcome_code = 'deferred' then 'exempt'
            when tickets.is_open or tickets.is_open is null then 'unknown'
            when tickets.outcome_code is null or tickets.outcome_code = 'auto_closed' then 'unknown'
            else 'exempt'
        end::verdict as verdict
    from tickets
    left join terms
        on tickets.opened_at >= terms.from_at
        and tickets.opened_at < terms.until_at
    left join states
        on states.ticket_id = tickets.ticket_id

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '4.6' as clause,
    effective_on,
    coalesce(closed_at, auto_close_due_at) as happened_at,
    auto_close_due_at as due_at,
    verdict,
    case
        when state = 'on_time' then 'closed automatically ' || distance || ' after it was due'
        when state = 'early' then 'closed automatically ' || distance || ' before it was due'
        when state = 'late' then 'closed automatically ' || distance || ' after it was due'
        when state = 'missed' then 'still open ' || distance || ' after it was due to be closed'
        when state = 'due' then 'due to be closed for ' || distance
        when state in ('active', 'closing_soon') then 'due to be closed in ' || distance
        when outcome_code = 'deferred' then 'waits for a release'
        when is_open is null then 'the export says nothing about closings'
        when is_open then 'the export does not say when it was last active'
        when outcome_code is null then 'closed with an unknown outcome'
        when outcome_code = 'auto_closed' then 'closed automatically; the export does not say when it was last active'
        else 'not closed for inactivity'
    end as reason
from judged
