-- How the tickets fared by each condition of support, and by all of them together.
-- Date: the day of opening.
-- One row per rule, verdict

with conditions as (

    select
        rule,
        clause
    from policy.clauses
    where rule in (
        'coverage', 'support_extra', 'registration', 'description', 'scope', 'channel', 'mailing_list', 'not_banned',
        'eligibility'
    )
    group by
        rule,
        clause

),

verdicts as (

    select
        ticket_details.opened_on,
        findings.rule,
        findings.verdict
    from rules.findings as findings
    inner join filtered_tickets
        on filtered_tickets.ticket_id = findings.subject_id
    inner join reports.ticket_details as ticket_details
        on ticket_details.ticket_id = findings.subject_id
    inner join chosen_period
        on ticket_details.opened_on between chosen_period.from_on and chosen_period.until_on
    where findings.subject_kind = 'ticket'
        and findings.rule in (
            'coverage', 'support_extra', 'registration', 'description', 'scope', 'channel', 'mailing_list',
            'not_banned', 'eligibility'
        )

),

counted as (

    select
        rule,
        verdict,
        count(*) as ticket_count
    from verdicts
    group by
        rule,
        verdict

)

select
    counted.rule,
    conditions.clause,
    counted.verdict::varchar as verdict,
    counted.ticket_count,
    sum(counted.ticket_count) over (partition by counted.rule)::bigint as rule_ticket_count,
    row_number() over (
        order by
            counted.rule = 'eligibility' desc,
            conditions.clause,
            counted.rule,
            counted.verdict
    ) as position
from counted
left join conditions
    on conditions.rule = counted.rule
