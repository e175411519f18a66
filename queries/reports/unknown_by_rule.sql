-- How much of each rule about tickets is unknown, mostly why, and which data would end it.
-- Date: the day of opening.
-- One row per rule

with clauses as (

    select
        rule,
        min(clause) as clause
    from policy.clauses
    group by rule

),

opened as (

    select count(*) as ticket_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

-- Every rule about tickets has one row per ticket, so only the unknown ones need counting.
judged as (

    select rule
    from policy.rules
    where has_every_ticket

),

reasons as (

    select
        not_passed.rule,
        not_passed.reason,
        sum(not_passed.ticket_count) as ticket_count
    from filtered_not_passed as not_passed
    inner join chosen_period
        on not_passed.opened_on between chosen_period.from_on and chosen_period.until_on
    where not_passed.verdict = 'unknown'
    group by
        not_passed.rule,
        not_passed.reason

),

counted as (

    select
        judged.rule,
        opened.ticket_count,
        coalesce(sum(reasons.ticket_count), 0)::bigint as unknown_count,
        arg_max(reasons.reason, (reasons.ticket_count, reasons.reason)) as main_reason
    from judged
    cross join opened
    left join reasons
        on reasons.rule = judged.rule
    where opened.ticket_count > 0
    group by
        judged.rule,
        opened.ticket_count

)

select
    counted.rule,
    case counted.rule
        when 'response_time' then 'First response'
        when 'resolution_time' then 'Resolution'
        when 'auto_close' then 'Closed after inactivity'
        when 'coverage' then 'Inside the support period'
        when 'support_extra' then 'Bought with support'
        when 'registration' then 'Registered with the desk'
        when 'description' then 'Problem described'
        when 'scope' then 'About the product'
        when 'channel' then 'Asked by ticket'
        when 'mailing_list' then 'On the update list'
        when 'not_banned' then 'Not banned'
        when 'eligibility' then 'All conditions together'
        when 'latest_version' then 'On the latest version'
        when 'complete_report' then 'Reported completely'
        when 'backup' then 'Test site or backup'
        when 'one_question' then 'One question per ticket'
        else upper(counted.rule[1]) || replace(counted.rule[2:], '_', ' ')
    end as label,
    clauses.clause,
    counted.ticket_count,
    counted.unknown_count,
    counted.unknown_count / nullif(counted.ticket_count, 0) as unknown_share,
    counted.main_reason,
    case
        when counted.unknown_count = 0 then null
        when counted.rule = 'response_time' then 'the posts, or tickets with first_responded_at'
        when counted.rule = 'resolution_time' then 'status changes, or tickets with status_code and outcome_code'
        when counted.rule = 'auto_close' then 'the posts, or tickets with last_activity_at'
        when counted.rule in ('coverage', 'support_extra') then 'purchases'
        when counted.rule = 'registration' then 'clients with registered_at'
        when counted.rule = 'description' then 'tickets with description'
        when counted.rule = 'scope' then 'tickets with category_code'
        when counted.rule = 'channel' then 'tickets with channel_code'
        when counted.rule = 'mailing_list' then 'subscriptions'
        when counted.rule = 'not_banned' then 'tickets with client_email'
        when counted.rule = 'eligibility' then 'what the single conditions lack'
        when counted.rule = 'latest_version' then 'releases with released_at, and tickets with product_id and version'
        when counted.rule = 'complete_report' then 'tickets with description, product_id, version and environment'
        when counted.rule = 'backup' then 'tickets with backup_code'
        when counted.rule = 'one_question' and not known.has_posts then 'the posts'
        -- Otherwise the data are there, and each is for a person to read.
    end as remedy,
    row_number() over (order by counted.unknown_count / nullif(counted.ticket_count, 0) desc, counted.rule)
        as position
from counted
cross join facts.known as known
left join clauses
    on clauses.rule = counted.rule
