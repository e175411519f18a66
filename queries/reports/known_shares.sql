-- What is known of the tickets opened in the period, measure by measure, and what would end the unknown.
-- Date: the day of opening.
-- One row per measure

with tickets as (

    select
        ticket_details.response_code,
        ticket_details.resolution_code,
        filtered_tickets.eligibility_code
    from filtered_tickets
    inner join reports.ticket_details as ticket_details
        on ticket_details.ticket_id = filtered_tickets.ticket_id
    inner join chosen_period
        on ticket_details.opened_on between chosen_period.from_on and chosen_period.until_on

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

)

select
    measure,
    ticket_count,
    unknown_count,
    unknown_count / nullif(ticket_count, 0) as unknown_share,
    coalesce(unknown_count > 0.5 * ticket_count, false) as is_mostly_unknown,
    format('Of {:,} tickets opened in the period, {} is not known for {:,}.', ticket_count, called, unknown_count)
        as sentence,
    remedy
from counted
