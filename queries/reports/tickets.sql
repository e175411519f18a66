-- Tickets with everything judged about them: the export of one row per ticket.
-- One row per ticket_id

with tickets as (

    select
        ticket_id,
        client_id,
        product_id,
        agent_id,
        channel_code,
        opened_by,
        opened_at,
        first_responded_at,
        response_basis,
        response_business_seconds,
        response_due_at,
        response_band,
        first_resolved_at,
        resolved_at,
        resolution_seconds,
        desk_seconds,
        client_wait_seconds,
        resolution_band,
        reopen_count,
        closed_at,
        outcome_code,
        last_activity_at,
        last_word_by,
        auto_close_due_at,
        is_open,
        response_started_at,
        business_day_seconds,
        category_code,
        version,
        is_older_of_pair
    from facts.tickets

),

eligibility as (

    select
        subject_id,
        verdict,
        clause,
        reason
    from rules.eligibility

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
    tickets.ticket_id,
    tickets.client_id,
    tickets.product_id,
    tickets.agent_id,
    tickets.channel_code,
    tickets.opened_by,
    tickets.opened_at,
    tickets.first_responded_at,
    tickets.response_basis,
    tickets.response_business_seconds,
    tickets.response_due_at,
    tickets.response_band,
    tickets.first_resolved_at,
    tickets.resolved_at,
    tickets.resolution_seconds,
    tickets.desk_seconds,
    tickets.client_wait_seconds,
    tickets.resolution_band,
    tickets.reopen_count,
    tickets.closed_at,
    tickets.outcome_code,
    tickets.last_activity_at,
    tickets.last_word_by,
    tickets.auto_close_due_at,
    tickets.is_open,
    case eligibility.verdict
        when 'fail' then 'ineligible'
        when 'unknown' then 'unknown'
        else 'eligible'
    end as eligibility_code,
    not tickets.is_older_of_pair as is_in_averages,
    local_time.day_on as opened_on,
    tickets.response_started_at,
    tickets.business_day_seconds,
    tickets.category_code,
    tickets.version,
    eligibility.clause as eligibility_clause,
    eligibility.reason as eligibility_reason
from tickets
inner join eligibility
    on eligibility.subject_id = tickets.ticket_id
left join local_time
    on local_time.piece_on = tickets.opened_at::date
    and tickets.opened_at >= local_time.from_at
    and tickets.opened_at < local_time.until_at
