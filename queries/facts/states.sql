-- Whether each ticket is open at as_of, since when it is closed, and how it was resolved.
-- One row per ticket_id

with known as (

    select
        has_states,
        has_status_changes
    from facts.known

),

clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        openings.ticket_id,
        changed_tickets.ticket_id is not null as has_status_changes,
        openings.stated_status_code,
        openings.stated_resolved_at,
        openings.stated_closed_at,
        openings.stated_outcome_code,
        openings.stated_reopen_count
    from facts.openings
    left join facts.changed_tickets
        on changed_tickets.ticket_id = openings.ticket_id

),

-- At most one closing of a ticket was not undone: the one that ended it.
closings as (

    select
        ticket_id,
        max(closed_at) filter (reopened_at is null) as closed_at,
        max(outcome_code) filter (reopened_at is null) as outcome_code,
        min(closed_at) filter (outcome_code in ('solved', 'not_apparent', 'client_specific')) as first_resolved_at,
        count(reopened_at) as reopen_count
    from facts.closings
    group by ticket_id

),

deferred_tickets as (

    select ticket_id
    from facts.changed_tickets
    where last_deferral_order = last_order

),

judged as (

    select
        openings.*,
        closings.closed_at,
        closings.first_resolved_at,
        closings.outcome_code as closing_outcome_code,
        coalesce(closings.reopen_count, 0) as counted_reopen_count,
        deferred_tickets.ticket_id is not null as is_deferred_by_change,
        -- Said to be closed, without any date [S11].
        not openings.has_status_changes
        and coalesce(openings.stated_status_code in ('solved', 'closed'), false)
        and openings.stated_resolved_at is null
        and openings.stated_closed_at is null as is_closed_at_unknown_time
    from openings
    left join closings
        on closings.ticket_id = openings.ticket_id
    left join deferred_tickets
        on deferred_tickets.ticket_id = openings.ticket_id

),

settled as (

    select
        judged.*,
        known.has_status_changes as knows_status_changes,
        case
            when not known.has_states and not known.has_status_changes then null
            else judged.closed_at is null and not judged.is_closed_at_unknown_time
        end as is_open
    from judged
    cross join known

)

select
    settled.ticket_id,
    settled.has_status_changes,
    settled.is_open,
    settled.is_closed_at_unknown_time,
    settled.closed_at,
    case
        when settled.is_closed_at_unknown_time
            then coalesce(
                settled.stated_outcome_code,
                case when settled.stated_status_code = 'solved' then 'solved' end
            )
        when not settled.is_open then settled.closing_outcome_code
        -- Waiting for a release, as the latest change says, or the ticket row where there is none [S7].
        when settled.is_open and settled.has_status_changes and settled.is_deferred_by_change then 'deferred'
        when settled.is_open and not settled.has_status_changes and settled.stated_outcome_code = 'deferred'
            then 'deferred'
    end as outcome_code,
    coalesce(
        settled.first_resolved_at,
        -- A reported resolution of a ticket that is open again [S9].
        case
            when not settled.has_status_changes
                and settled.stated_resolved_at <= clock.as_of_at
                and coalesce(settled.stated_outcome_code in ('solved', 'not_apparent', 'client_specific'), true)
                then settled.stated_resolved_at
        end
    ) as first_resolved_at,
    case
        when settled.closing_outcome_code in ('solved', 'not_apparent', 'client_specific') then settled.closed_at
    end as resolved_at,
    case
        when settled.has_status_changes then settled.counted_reopen_count
        else coalesce(settled.stated_reopen_count, case when settled.knows_status_changes then 0 end)
    end as reopen_count
from settled
cross join clock
