-- Where each ticket that 4.6 applies to stands: due to be closed, or closed, for inactivity.
-- One row per ticket_id
--
-- The open tickets but the deferred ones, and those whose last closing was automatic [A6, A7].
-- late_seconds run from the due instant to the closing, of open tickets to as_of.

with clock as (

    select as_of_at
    from facts.clock

),

tickets as (

    select
        ticket_id,
        opened_at,
        opened_by,
        first_responded_at,
        response_basis,
        response_started_at,
        is_open,
        closed_at,
        outcome_code,
        last_word_by,
        auto_close_due_at
    from facts.tickets
    where auto_close_due_at is not null
        and (
            (is_open and outcome_code is distinct from 'deferred')
            or (not is_open and outcome_code = 'auto_closed')
        )

),

-- The terms in force at the opening [6.1].
terms as (

    select
        from_at,
        until_at,
        grace_seconds,
        soon_seconds
    from facts.terms

),

measured as (

    select
        tickets.*,
        terms.grace_seconds,
        terms.soon_seconds,
        date_sub('second', tickets.auto_close_due_at, coalesce(tickets.closed_at, clock.as_of_at)) as late_seconds
    from tickets
    cross join clock
    left join terms
        on tickets.opened_at >= terms.from_at
        and tickets.opened_at < terms.until_at

),

placed as (

    select
        measured.*,
        case
            when is_open and late_seconds < -soon_seconds then 'active'
            when is_open and late_seconds < 0 then 'closing_soon'
            when is_open and late_seconds <= grace_seconds then 'due'
            when is_open then 'missed'
            when late_seconds < 0 then 'early'
            when late_seconds <= grace_seconds then 'on_time'
            else 'late'
        end as state
    from measured

)

select
    ticket_id,
    state,
    -- The desk fell silent, not the client [A5].
    case
        when state = 'active' then false
        when last_word_by = 'client' then true
        when first_responded_at is null
            and response_basis <> 'none'
            and (opened_by = 'client' or response_started_at is not null)
            then true
        -- Who spoke last is not known, and that nobody answered is not known either.
        when last_word_by is null and (first_responded_at is not null or response_basis = 'none') then null
        else false
    end as is_neglected,
    last_word_by,
    auto_close_due_at as due_at,
    closed_at,
    late_seconds
from placed
