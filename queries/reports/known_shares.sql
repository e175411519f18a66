-- What is known of the tickets opened in the period, measure by measure, and what would end the unknown.
-- Date: the day of opening; for the queue and for activity, what is open now, whatever the period.
-- One row per measure

with tickets as (

    select
        filtered_tickets.response_code,
        filtered_tickets.resolution_code,
        filtered_tickets.eligibility_code,
        filtered_tickets.is_open,
        filtered_tickets.outcome_code,
        filtered_tickets.reopen_count,
        filtered_tickets.response_basis,
        filtered_tickets.post_count,
        filtered_tickets.satisfaction_code
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

counted as (

    select
        'response' as measure,
        'the first response' as called,
        'Load the posts of the tickets, or an export that has the first response.' as remedy,
        count(*) as ticket_count,
        count(*) filter (response_code = 'unknown') as unknown_count
    from tickets

    union all

    select
        'resolution' as measure,
        'the resolution' as called,
        'Load the status changes of the tickets, or an export that has status and outcome.' as remedy,
        count(*) as ticket_count,
        count(*) filter (resolution_code = 'unknown') as unknown_count
    from tickets

    union all

    select
        'eligibility' as measure,
        'eligibility' as called,
        'Load purchases, clients and subscriptions.' as remedy,
        count(*) as ticket_count,
        count(*) filter (eligibility_code = 'unknown') as unknown_count
    from tickets

    union all

    select
        'load' as measure,
        'whether it is open' as called,
        'Load the status changes of the tickets, or an export that has status or closing date.' as remedy,
        count(*) as ticket_count,
        count(*) filter (is_open is null) as unknown_count
    from tickets

    union all

    select
        'posts' as measure,
        'what was written' as called,
        'Load the posts of the tickets.' as remedy,
        count(*) as ticket_count,
        count(*) filter (post_count is null) as unknown_count
    from tickets

    union all

    select
        'answers' as measure,
        'what was answered' as called,
        'Load the posts of the tickets, or an export that has the first response.' as remedy,
        count(*) as ticket_count,
        count(*) filter (response_basis = 'none') as unknown_count
    from tickets

    union all

    select
        'queue' as measure,
        'what was answered' as called,
        'Load the posts of the tickets, or an export that has the first response.' as remedy,
        count(*) as ticket_count,
        count(*) filter (response_basis = 'none') as unknown_count
    from filtered_tickets
    where is_open

    union all

    -- A ticket that waits for a release is not closed for inactivity [A6].
    select
        'activity' as measure,
        'when it was last active' as called,
        'Load the posts of the tickets, or an export that has the last activity.' as remedy,
        count(*) as ticket_count,
        count(*) filter (auto_close_state is null) as unknown_count
    from filtered_tickets
    where is_open is distinct from false
        and outcome_code is distinct from 'deferred'

    union all

    select
        'reopens' as measure,
        'whether it came back' as called,
        'Load the status changes of the tickets, or an export that has the number of reopenings.' as remedy,
        count(*) as ticket_count,
        count(*) filter (reopen_count is null) as unknown_count
    from tickets

    union all

    select
        'outcome' as measure,
        'the outcome' as called,
        'Load an export that has the outcome of closed tickets.' as remedy,
        count(*) as ticket_count,
        count(*) filter (outcome_code is null and is_open is distinct from true) as unknown_count
    from tickets

    union all

    select
        'satisfaction' as measure,
        'the satisfaction' as called,
        'Load an export that has what clients said of the support.' as remedy,
        count(*) as ticket_count,
        count(*) filter (satisfaction_code is null) as unknown_count
    from tickets

)

select
    measure,
    ticket_count,
    unknown_count,
    unknown_count / nullif(ticket_count, 0) as unknown_share,
    coalesce(unknown_count > 0.5 * ticket_count, false) as is_mostly_unknown,
    case
        when measure = 'satisfaction' and unknown_count = ticket_count then 'This export carries no satisfaction.'
        else format(
            'Of {:,} {}, {} is not known for {:,}.',
            ticket_count,
            case when measure in ('queue', 'activity') then 'open ' else '' end
            || case when ticket_count = 1 then 'ticket' else 'tickets' end
            || case when measure in ('queue', 'activity') then '' else ' opened in the period' end,
            called,
            unknown_count
        )
    end as sentence,
    remedy
from counted
