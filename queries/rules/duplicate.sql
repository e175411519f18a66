-- Of two tickets about the same issue, was the older one closed first?
-- Clause: 4.7
-- One row per subject_id (the older ticket_id), happened_at, reason

with clock as (

    select as_of_at
    from facts.clock

),

pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        client_id,
        newer_opened_at,
        effective_on,
        verdict as pair_verdict
    from facts.duplicate_pairs

),

grace_limits as (

    select
        from_at,
        until_at,
        value_seconds
    from policy.limits
    where rule = 'duplicate' and parameter = 'grace'

),

judged as (

    select
        pairs.*,
        case
            when pairs.pair_verdict = 'older_closed' then 'pass'
            when pairs.pair_verdict = 'newer_closed' then 'fail'
            when pairs.pair_verdict = 'both_open'
                and clock.as_of_at <= pairs.newer_opened_at + to_seconds(grace_limits.value_seconds)
                then 'open'
            when pairs.pair_verdict = 'both_open' then 'fail'
            else 'unknown'
        end::verdict as verdict
    from pairs
    cross join clock
    inner join grace_limits
        on pairs.newer_opened_at >= grace_limits.from_at
        and pairs.newer_opened_at < grace_limits.until_at

)

select
    'ticket' as subject_kind,
    older_ticket_id as subject_id,
    client_id,
    '4.7' as clause,
    effective_on,
    newer_opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case pair_verdict
        when 'older_closed' then 'closed before the newer ticket ' || newer_ticket_id
        when 'newer_closed' then 'the newer ticket ' || newer_ticket_id || ' was closed first'
        when 'both_open' then 'open, and so is the newer ticket ' || newer_ticket_id
        else 'the newer ticket ' || newer_ticket_id || ' was closed at an unknown time'
    end as reason
from judged
