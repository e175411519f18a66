-- What each rule found under its clause, month by month, up to thirteen months to the end of the period.
-- Date: of findings about tickets the day of opening, of others the day they happened.
-- One row per clause, rule, month_on, verdict
--
-- Findings about tickets follow the filters, others are all counted. An incident counts under the clause it was
-- recorded for; any other finding under the clause of its rule, so that a rule's tickets stand in one place.

with months as (

    select distinct days.month_on
    from facts.days as days
    cross join chosen_period
    where days.month_on <= chosen_period.until_on
        and days.month_on > chosen_period.until_on - interval 13 month

),

rules as (

    select
        rule,
        clause,
        has_every_ticket
    from policy.rules

),

tickets as (

    select
        filtered_tickets.ticket_id,
        cast(date_trunc('month', filtered_tickets.opened_on) as date) as month_on,
        filtered_tickets.response_verdict,
        filtered_tickets.resolution_verdict
    from filtered_tickets
    where filtered_tickets.opened_on >= (select min(month_on) from months)
        and filtered_tickets.opened_on < (select max(month_on) from months) + interval 1 month

),

-- The tickets themselves hold two verdicts.
opened as (

    select
        month_on,
        response_verdict,
        resolution_verdict,
        count(*) as ticket_count
    from tickets
    group by
        month_on,
        response_verdict,
        resolution_verdict

),

opened_by_month as (

    select
        month_on,
        sum(ticket_count)::bigint as ticket_count
    from opened
    group by month_on

),

-- Of these rules few tickets are anything but exempt, or have a row at all.
of_few as (

    select
        'auto_close' as rule,
        verdict,
        subject_id
    from rules.auto_close
    where verdict <> 'exempt'

    union all

    select
        'duplicate' as rule,
        verdict,
        subject_id
    from rules.duplicate
    where verdict <> 'exempt'

    union all

    select
        'post_burst' as rule,
        verdict,
        subject_id
    from rules.post_burst
    where verdict <> 'exempt'

),

-- Every rule has a row for every ticket, and most pass: the few others are counted, the rest is what passed.
not_passed as (

    select
        not_passed.rule,
        cast(date_trunc('month', not_passed.opened_on) as date) as month_on,
        not_passed.verdict,
        sum(not_passed.ticket_count)::bigint as finding_count
    from filtered_not_passed as not_passed
    where not_passed.rule not in ('response_time', 'resolution_time', 'auto_close', 'duplicate', 'post_burst')
        and not_passed.opened_on >= (select min(month_on) from months)
        and not_passed.opened_on < (select max(month_on) from months) + interval 1 month
    group by
        not_passed.rule,
        cast(date_trunc('month', not_passed.opened_on) as date),
        not_passed.verdict

),

passed as (

    select
        rules.rule,
        opened_by_month.month_on,
        opened_by_month.ticket_count - coalesce(sum(not_passed.finding_count), 0)::bigint as finding_count
    from rules
    cross join opened_by_month
    left join not_passed
        on not_passed.rule = rules.rule
        and not_passed.month_on = opened_by_month.month_on
    where rules.has_every_ticket
        and rules.rule not in ('response_time', 'resolution_time', 'auto_close')
    group by
        rules.rule,
        opened_by_month.month_on,
        opened_by_month.ticket_count

),

counted as (

    select
        rules.clause,
        rules.rule,
        not_passed.month_on,
        not_passed.verdict,
        not_passed.finding_count,
        true as is_about_tickets
    from not_passed
    inner join rules
        on rules.rule = not_passed.rule

    union all

    select
        rules.clause,
        rules.rule,
        passed.month_on,
        cast('pass' as verdict) as verdict,
        passed.finding_count,
        true as is_about_tickets
    from passed
    inner join rules
        on rules.rule = passed.rule
    where passed.finding_count > 0

    union all

    select
        rules.clause,
        rules.rule,
        opened.month_on,
        opened.response_verdict as verdict,
        sum(opened.ticket_count)::bigint as finding_count,
        true as is_about_tickets
    from opened
    inner join rules
        on rules.rule = 'response_time'
    group by
        rules.clause,
        rules.rule,
        opened.month_on,
        opened.response_verdict

    union all

    select
        rules.clause,
        rules.rule,
        opened.month_on,
        opened.resolution_verdict as verdict,
        sum(opened.ticket_count)::bigint as finding_count,
        true as is_about_tickets
    from opened
    inner join rules
        on rules.rule = 'resolution_time'
    group by
        rules.clause,
        rules.rule,
        opened.month_on,
        opened.resolution_verdict

    union all

    select
        rules.clause,
        rules.rule,
        tickets.month_on,
        of_few.verdict,
        count(*) as finding_count,
        true as is_about_tickets
    from of_few
    inner join rules
        on rules.rule = of_few.rule
    inner join tickets
        on tickets.ticket_id = of_few.subject_id
    group by
        rules.clause,
        rules.rule,
        tickets.month_on,
        of_few.verdict

    union all

    select
        coalesce(case when other_findings.subject_kind = 'incident' then other_findings.clause end, rules.clause) as clause,
        rules.rule,
        other_findings.happened_month_on as month_on,
        other_findings.verdict,
        count(*) as finding_count,
        false as is_about_tickets
    from reports.other_findings as other_findings
    inner join rules
        on rules.rule = other_findings.rule
    semi join months
        on months.month_on = other_findings.happened_month_on
    group by
        coalesce(case when other_findings.subject_kind = 'incident' then other_findings.clause end, rules.clause),
        rules.rule,
        other_findings.happened_month_on,
        other_findings.verdict

),

-- Where in its cell a verdict begins and ends: met first, not met last; what does not apply takes no part.
placed as (

    select
        counted.*,
        sum(case when verdict <> 'exempt' then finding_count else 0 end) over (
            partition by clause, rule, month_on
        ) as judged_count,
        sum(case when verdict <> 'exempt' then finding_count else 0 end) over (
            partition by clause, rule, month_on
            order by verdict
        ) as until_count
    from counted

)

select
    placed.clause,
    placed.rule,
    placed.month_on,
    placed.verdict::varchar as verdict,
    placed.finding_count,
    placed.judged_count::bigint as judged_count,
    case
        when placed.verdict <> 'exempt' then (placed.until_count - placed.finding_count) / nullif(placed.judged_count, 0)
    end as from_share,
    case when placed.verdict <> 'exempt' then placed.until_count / nullif(placed.judged_count, 0) end as until_share,
    placed.is_about_tickets,
    dense_rank() over (
        order by list_transform(string_split(placed.clause, '.'), lambda part: lpad(part, 4, '0')), placed.rule
    ) as position
from placed
