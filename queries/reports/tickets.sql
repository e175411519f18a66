-- Tickets with everything judged about them, and what pages say of them: days, durations in days, names, states, links.
-- One row per ticket_id
--
-- Stored whole, so that a filtered report reads one table and joins none for the ticket's own values.

-- The last turn is the only one that can still be waiting.
with waiting_turns as (

    select
        ticket_id,
        max(asked_at) as waiting_since_at,
        max(due_at) as answer_due_at,
        max(answer_business_seconds) as waiting_business_seconds,
        bool_or(answer_band = 'overdue') as is_answer_overdue
    from facts.turns
    where answered_at is null
        and answer_band in ('waiting', 'overdue')
    group by ticket_id

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
    -- Of a repeated issue the opening of its first ticket, which leaves the averages but not this. (4.7)
    coalesce(issues.first_seen_at, tickets.opened_at) as issue_first_seen_at,
    opened.day_on as opened_on,
    tickets.response_started_at,
    tickets.business_day_seconds,
    tickets.category_code,
    tickets.version,
    -- A ban without a clause stands for clause 5 where tickets are counted by clause.
    coalesce(eligibility.clause, case when eligibility.verdict = 'fail' then '5' end) as eligibility_clause,
    eligibility.reason as eligibility_reason,
    coalesce(conditions.condition_count, 8) as condition_count,
    coalesce(conditions.met_count, 8) as met_condition_count,
    subjects.subject,
    subjects.satisfaction_code,
    coalesce(clients.name, tickets.client_id) as client_name,
    coalesce(products.product_name, tickets.product_id, 'not stated') as product_name,
    coalesce(agents.name, tickets.agent_id, desk.unassigned_name) as agent_name,
    replace(desk.ticket_url, '{ticket_id}', url_encode(tickets.ticket_id)) as ticket_link,
    cast(date_trunc('week', opened.day_on) as date) as opened_week_on,
    isodow(opened.day_on) as opened_weekday,
    hour(tickets.opened_at + to_seconds(opened.offset_seconds)) as opened_hour,
    responded.day_on as responded_on,
    cast(date_trunc('week', responded.day_on) as date) as responded_week_on,
    resolved.day_on as resolved_on,
    cast(date_trunc('week', resolved.day_on) as date) as resolved_week_on,
    closed.day_on as closed_on,
    tickets.response_business_seconds / nullif(tickets.business_day_seconds, 0) as response_business_days,
    tickets.resolution_seconds / 86400 as resolution_days,
    -- Quarters of a business day and whole days, each including its upper end as the limits do; the last is open.
    cast(
        least(16, greatest(0, ceil(4 * tickets.response_business_seconds / nullif(tickets.business_day_seconds, 0)) - 1))
        as bigint
    ) as response_bucket,
    cast(least(30, greatest(0, ceil(tickets.resolution_seconds / 86400) - 1)) as bigint) as resolution_bucket,
    -- Public posts of people up to the end of the ticket's clock; unknown without posts, or without that end.
    case
        when tickets.response_basis = 'posts' and not tickets.is_closed_at_unknown_time
            then coalesce(conversations.word_count, 0)
    end as post_count,
    -- Opened by an agent, and the client has not written yet: nothing to answer, and nothing unknown [R3].
    coalesce(
        tickets.response_band,
        case when not tickets.has_response_started then 'not_started' else 'unknown' end
    ) as response_code,
    coalesce(tickets.resolution_band, 'unknown') as resolution_code,
    response_time.verdict as response_verdict,
    resolution_time.verdict as resolution_verdict,
    resolution_time.due_at as resolution_due_at,
    waiting_turns.waiting_since_at,
    waiting_turns.answer_due_at,
    -- A business day is that of the ticket's clock start, for every turn [C3, V9].
    waiting_turns.waiting_business_seconds / nullif(tickets.business_day_seconds, 0) as waiting_business_days,
    waiting_turns.ticket_id is not null as is_waiting_for_answer,
    coalesce(waiting_turns.is_answer_overdue, false) as is_answer_overdue,
    coalesce(tickets.is_open and tickets.resolution_band = 'overdue', false) as is_resolution_overdue,
    -- Of an open ticket alone: of a closed one nobody asks how old it is, and the clock leaves its row as it is.
    case when tickets.is_open then (epoch(clock.as_of_at) - epoch(tickets.opened_at)) / 86400 end as age_days,
    coalesce(tickets.is_open and coalesce(tickets.last_word_by, 'nobody') <> 'agent', false) as is_waiting_on_desk,
    auto_closes.state as auto_close_state,
    auto_closes.closes_on as auto_close_on,
    coalesce(auto_closes.is_neglected, false) as is_neglected
from facts.tickets as tickets
cross join facts.clock as clock
cross join facts.desk as desk
left join facts.subjects as subjects
    on subjects.ticket_id = tickets.ticket_id
left join facts.clients as clients
    on clients.client_id = tickets.client_id
left join facts.products as products
    on products.product_id = tickets.product_id
left join facts.agents as agents
    on agents.agent_id = tickets.agent_id
left join facts.conversations as conversations
    on conversations.ticket_id = tickets.ticket_id
left join waiting_turns
    on waiting_turns.ticket_id = tickets.ticket_id
left join facts.issues as issues
    on issues.ticket_id = tickets.ticket_id
inner join rules.eligibility as eligibility
    on eligibility.subject_id = tickets.ticket_id
left join reports.conditions as conditions
    on conditions.ticket_id = tickets.ticket_id
left join rules.response_time as response_time
    on response_time.subject_id = tickets.ticket_id
left join rules.resolution_time as resolution_time
    on resolution_time.subject_id = tickets.ticket_id
left join reports.auto_closes as auto_closes
    on auto_closes.ticket_id = tickets.ticket_id
left join facts.local_time as opened
    on opened.piece_on = cast(tickets.opened_at as date)
    and opened.from_at <= tickets.opened_at
    and tickets.opened_at < opened.until_at
left join facts.local_time as responded
    on responded.piece_on = cast(tickets.first_responded_at as date)
    and responded.from_at <= tickets.first_responded_at
    and tickets.first_responded_at < responded.until_at
left join facts.local_time as resolved
    on resolved.piece_on = cast(tickets.resolved_at as date)
    and resolved.from_at <= tickets.resolved_at
    and tickets.resolved_at < resolved.until_at
left join facts.local_time as closed
    on closed.piece_on = cast(tickets.closed_at as date)
    and closed.from_at <= tickets.closed_at
    and tickets.closed_at < closed.until_at
