-- Did the ticket keep to one question?
-- Clause: 4.8
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down
--
-- Only the desk's own record says that a question was another one. A word of the client after the
-- resolution is for review: a fix that did not hold is not the client's doing [X2].

with openings as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.openings

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'one_question' and parameter is null

),

known as (

    select has_posts
    from facts.known

),

recorded as (

    select
        ticket_id,
        count(occurred_at) > 0 as has_dated_incident
    from facts.incidents
    where clause = '4.8'
        and ticket_id is not null
    group by ticket_id

),

asked_again as (

    select distinct words.ticket_id
    from facts.words
    inner join facts.closings
        on closings.ticket_id = words.ticket_id
        and words.said_at > closings.closed_at
    where not words.is_agent
        and closings.outcome_code in ('solved', 'not_apparent', 'client_specific')

),

closed_at_unknown_time as (

    select ticket_id
    from facts.states
    where is_closed_at_unknown_time

),

-- The first that applies, as verdict and as reason.
grounds as (

    select
        openings.*,
        versions.effective_on,
        case
            when recorded.has_dated_incident then 'recorded'
            when recorded.ticket_id is not null then 'undated'
            when not known.has_posts then 'no_posts'
            when closed_at_unknown_time.ticket_id is not null then 'no_closing'
            when asked_again.ticket_id is not null then 'asked_again'
            else 'none'
        end as ground_code
    from openings
    cross join known
    left join versions
        on openings.opened_at >= versions.from_at
        and openings.opened_at < versions.until_at
    left join recorded
        on recorded.ticket_id = openings.ticket_id
    left join closed_at_unknown_time
        on closed_at_unknown_time.ticket_id = openings.ticket_id
    left join asked_again
        on asked_again.ticket_id = openings.ticket_id

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '4.8' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    case ground_code
        when 'recorded' then 'fail'
        when 'none' then 'pass'
        else 'unknown'
    end::verdict as verdict,
    case ground_code
        when 'recorded' then 'the desk recorded a different question'
        when 'undated' then 'the desk recorded a different question on an unknown day'
        when 'no_posts' then 'the load holds no posts'
        when 'no_closing' then 'closed at an unknown time'
        when 'asked_again' then 'the client wrote after the resolution: for review'
        else 'no further question after a resolution'
    end as reason
from grounds
