-- Tickets with every number and every verdict about each, for a spreadsheet or a script of one's own.
-- One row per ticket_id
--
-- The comment over a column is what the exported file says of it.

-- Turns of each ticket: questions the client asked, and what became of them.
with questions as (

    select
        ticket_id,
        count(*) as turn_count,
        count(*) filter (answer_band in ('late', 'overdue')) as late_turn_count,
        max(answer_business_seconds) as longest_answer_business_seconds
    from facts.turns
    group by ticket_id

),

spoken as (

    select
        ticket_id,
        count(*) filter (is_agent) as agent_word_count,
        count(*) filter (not is_agent) as client_word_count
    from facts.words
    group by ticket_id

),

-- A ticket may be the older of two pairs.
older_of_pairs as (

    select
        subject_id as ticket_id,
        max(verdict) as verdict
    from rules.duplicate
    group by subject_id

),

-- A ticket may have several bursts.
bursts as (

    select
        subject_id as ticket_id,
        max(verdict) as verdict
    from rules.post_burst
    group by subject_id

),

-- A ticket may be of two pairs: the newer of one and the older of the next.
pairs as (

    select
        older_ticket_id as ticket_id,
        null as older_ticket_id,
        newer_ticket_id
    from reports.duplicates

    union all

    select
        newer_ticket_id as ticket_id,
        older_ticket_id,
        null as newer_ticket_id
    from reports.duplicates

),

paired as (

    select
        ticket_id,
        min(older_ticket_id) as older_ticket_id,
        min(newer_ticket_id) as newer_ticket_id
    from pairs
    group by ticket_id

)

select
    -- The help desk's own number of the ticket.
    filtered_tickets.ticket_id,
    -- The ticket's title, as the client or the desk wrote it.
    filtered_tickets.subject,
    -- The client's address, that at the end of its aliases.
    filtered_tickets.client_id,
    -- The client's name, else the address.
    filtered_tickets.client_name,
    -- The product as the export names it.
    filtered_tickets.product_id,
    -- The product in words.
    filtered_tickets.product_name,
    -- Who the help desk says the ticket is with.
    filtered_tickets.agent_id,
    -- That agent's name, else the id.
    filtered_tickets.agent_name,
    -- How the question came. (4.3)
    filtered_tickets.channel_code,
    -- What the question is about, as the help desk has it. (4.1)
    filtered_tickets.category_code,
    -- The version of the product that the ticket names. (0.1)
    filtered_tickets.version,
    -- Who opened the ticket: client, or an agent for the client.
    filtered_tickets.opened_by,
    -- When the ticket was opened.
    filtered_tickets.opened_at,
    -- The local day of the opening.
    filtered_tickets.opened_on,
    -- When the response clock starts: the opening, or the client's first word on a ticket that an agent opened. (1.5)
    filtered_tickets.response_started_at,
    -- The first public answer of a person at the desk. (1.5)
    filtered_tickets.first_responded_at,
    -- Where the first response is known from: posts, the help desk's own column (reported), or nothing (none). (1.5)
    filtered_tickets.response_basis,
    -- Open hours of the desk, in seconds, up to the first answer; of an unanswered open ticket up to as-of. (1.5)
    filtered_tickets.response_business_seconds,
    -- The same in business days of the desk. (1.5)
    filtered_tickets.response_business_days,
    -- A business day of the desk, in seconds: that of the week in force where the response clock starts. (1.5)
    filtered_tickets.business_day_seconds,
    -- The first instant at which the last limit of the terms is used up. (1.5)
    filtered_tickets.response_due_at,
    -- The first response against both limits; not_started: the client has not written yet. (1.5)
    filtered_tickets.response_code,
    -- What the rule on the first response says. (1.5)
    cast(filtered_tickets.response_verdict as varchar) as response_verdict_code,
    -- Questions the client asked: the first, and each word after an answer. (1.5)
    questions.turn_count,
    -- Of these, answered late or overdue now. (1.5)
    questions.late_turn_count,
    -- The longest wait for an answer, in seconds of open hours. (1.5)
    questions.longest_answer_business_seconds,
    -- Public words of the desk, without automatic ones; empty where the load holds no posts of the ticket.
    spoken.agent_word_count,
    -- Public words of the client, without automatic ones; empty where the load holds no posts of the ticket.
    spoken.client_word_count,
    -- Public words of both, up to the closing; empty where the load does not say who wrote when.
    filtered_tickets.post_count,
    -- The first time it was resolved, whether or not that held. (1.6)
    filtered_tickets.first_resolved_at,
    -- The closing with a resolution that stands; empty while the ticket is open. (1.6)
    filtered_tickets.resolved_at,
    -- Elapsed seconds from opening to resolution; of an open ticket up to as-of. (1.6)
    filtered_tickets.resolution_seconds,
    -- The same in days of 24 hours. (1.6)
    filtered_tickets.resolution_days,
    -- The last second at which the resolution is within the terms. (1.6)
    filtered_tickets.resolution_due_at,
    -- The resolution against both limits. (1.6)
    filtered_tickets.resolution_code,
    -- What the rule on the resolution says. (1.6)
    cast(filtered_tickets.resolution_verdict as varchar) as resolution_verdict_code,
    -- Seconds in which the desk waited for the client: from an answer to the client's next word. (1.6)
    filtered_tickets.client_wait_seconds,
    -- Elapsed seconds less those of the client's. (1.6)
    filtered_tickets.desk_seconds,
    -- How often the ticket came back after a closing. (1.6)
    filtered_tickets.reopen_count,
    -- What the client said of the support: good, bad or unrated; empty where the export does not say.
    filtered_tickets.satisfaction_code,
    -- Whether the ticket is open at as-of.
    filtered_tickets.is_open,
    -- The closing that ended the ticket.
    filtered_tickets.closed_at,
    -- How the ticket ended; deferred also while it waits for a release. (4.9)
    filtered_tickets.outcome_code,
    -- Days of 24 hours from the opening to as-of.
    (epoch(clock.as_of_at) - epoch(filtered_tickets.opened_at)) / 86400 as age_days,
    -- Whether the next word is the desk's.
    filtered_tickets.is_waiting_on_desk,
    -- Whether a question of the client waits for an answer. (1.5)
    filtered_tickets.is_waiting_for_answer,
    -- Since when a question of the client waits for an answer; empty when none does. (1.5)
    filtered_tickets.waiting_since_at,
    -- By when that question was expected to be answered. (1.5)
    filtered_tickets.answer_due_at,
    -- How long it has waited, in business days of the desk. (1.5)
    filtered_tickets.waiting_business_days,
    -- Whether that is longer than the last limit of the terms. (1.5)
    filtered_tickets.is_answer_overdue,
    -- Whether the ticket is open for longer than the last limit of the terms. (1.6)
    filtered_tickets.is_resolution_overdue,
    -- The last word of client or desk, else the opening. (4.6)
    filtered_tickets.last_activity_at,
    -- Whose word was the last: client, agent or nobody. (4.6)
    filtered_tickets.last_word_by,
    -- When the terms close the ticket if nobody writes. (4.6)
    filtered_tickets.auto_close_due_at,
    -- Where the ticket stands on its way to that closing, or how it was closed. (4.6)
    filtered_tickets.auto_close_state,
    -- Whether the ticket is closed, or about to be, for a silence that is the desk's. (4.6)
    filtered_tickets.is_neglected,
    -- What the rule on closing for inactivity says. (4.6)
    cast(auto_close.verdict as varchar) as auto_close_verdict_code,
    -- The older ticket of the client on the same issue. (4.7)
    paired.older_ticket_id,
    -- The newer ticket of the client on the same issue. (4.7)
    paired.newer_ticket_id,
    -- What the rule on duplicates says, of the older of a pair. (4.7)
    cast(duplicate.verdict as varchar) as duplicate_verdict_code,
    -- When the first ticket about the same issue was opened. (4.7)
    filtered_tickets.issue_first_seen_at,
    -- Whether the ticket counts in averages: the older of a pair does not. (4.7)
    filtered_tickets.is_in_averages,
    -- Whether the client could ask this question when the ticket was opened. (2)
    filtered_tickets.eligibility_code,
    -- The clause of the first condition that is not met, else of the first that is not known.
    filtered_tickets.eligibility_clause,
    -- Why, in a sentence.
    filtered_tickets.eligibility_reason,
    -- Conditions of support the terms asked of it when it was opened. (2)
    filtered_tickets.condition_count,
    -- Of these the ones it is known to meet; what is unknown is not among them. (2)
    filtered_tickets.met_condition_count,
    -- Whether the ticket was opened within the support period of a purchase. (1.2)
    cast(coverage.verdict as varchar) as coverage_verdict_code,
    -- Whether the purchase had the support extra. (2.1)
    cast(support_extra.verdict as varchar) as support_extra_verdict_code,
    -- Whether the client was registered with the desk. (2.2)
    cast(registration.verdict as varchar) as registration_verdict_code,
    -- Whether the ticket describes the problem. (2.3)
    cast(description.verdict as varchar) as description_verdict_code,
    -- Whether the question is about the product. (4.1)
    cast(scope.verdict as varchar) as scope_verdict_code,
    -- Whether the question came as a ticket. (4.3)
    cast(channel.verdict as varchar) as channel_verdict_code,
    -- Whether the client was on the update list. (5.3)
    cast(mailing_list.verdict as varchar) as mailing_list_verdict_code,
    -- Whether the client was not banned. (5)
    cast(not_banned.verdict as varchar) as not_banned_verdict_code,
    -- Whether the ticket names the newest version of its product that was out. (0.1)
    cast(latest_version.verdict as varchar) as latest_version_verdict_code,
    -- Whether the ticket says what it is about. (0.3)
    cast(complete_report.verdict as varchar) as complete_report_verdict_code,
    -- Whether the client had a test site or a backup. (1.4)
    cast(backup.verdict as varchar) as backup_verdict_code,
    -- Whether the ticket kept to one question. (4.8)
    cast(one_question.verdict as varchar) as one_question_verdict_code,
    -- What the rule on bursts of posts says; empty when there was none. (5.4)
    cast(bursts.verdict as varchar) as post_burst_verdict_code,
    -- Where the ticket is in the help desk.
    filtered_tickets.ticket_link
from filtered_tickets
cross join facts.clock as clock
left join questions
    on questions.ticket_id = filtered_tickets.ticket_id
left join spoken
    on spoken.ticket_id = filtered_tickets.ticket_id
left join paired
    on paired.ticket_id = filtered_tickets.ticket_id
left join rules.auto_close as auto_close
    on auto_close.subject_id = filtered_tickets.ticket_id
left join older_of_pairs as duplicate
    on duplicate.ticket_id = filtered_tickets.ticket_id
left join rules.coverage as coverage
    on coverage.subject_id = filtered_tickets.ticket_id
left join rules.support_extra as support_extra
    on support_extra.subject_id = filtered_tickets.ticket_id
left join rules.registration as registration
    on registration.subject_id = filtered_tickets.ticket_id
left join rules.description as description
    on description.subject_id = filtered_tickets.ticket_id
left join rules.scope as scope
    on scope.subject_id = filtered_tickets.ticket_id
left join rules.channel as channel
    on channel.subject_id = filtered_tickets.ticket_id
left join rules.mailing_list as mailing_list
    on mailing_list.subject_id = filtered_tickets.ticket_id
left join rules.not_banned as not_banned
    on not_banned.subject_id = filtered_tickets.ticket_id
left join rules.latest_version as latest_version
    on latest_version.subject_id = filtered_tickets.ticket_id
left join rules.complete_report as complete_report
    on complete_report.subject_id = filtered_tickets.ticket_id
left join rules.backup as backup
    on backup.subject_id = filtered_tickets.ticket_id
left join rules.one_question as one_question
    on one_question.subject_id = filtered_tickets.ticket_id
left join bursts
    on bursts.ticket_id = filtered_tickets.ticket_id
