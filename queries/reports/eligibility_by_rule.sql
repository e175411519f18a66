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

opened as (

    select count(*) as ticket_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

-- Every rule has one row per ticket, and most pass: the few others are counted, the rest is what passed.
not_passed as (

    select
        not_passed.rule,
        not_passed.verdict,
        sum(not_passed.ticket_count)::bigint as ticket_count
    from filtered_not_passed as not_passed
    inner join chosen_period
        on not_passed.opened_on between chosen_period.from_on and chosen_period.until_on
    semi join conditions
        on conditions.rule = not_passed.rule
    group by
        not_passed.rule,
        not_passed.verdict

),

passed as (

    select
        conditions.rule,
        opened.ticket_count - coalesce(sum(not_passed.ticket_count), 0) as ticket_count
    from conditions
    cross join opened
    left join not_passed
        on not_passed.rule = conditions.rule
    group by
        conditions.rule,
        opened.ticket_count

),

counted as (

    select
        rule,
        verdict,
        ticket_count
    from not_passed

    union all

    select
        rule,
        cast('pass' as verdict) as verdict,
        ticket_count::bigint as ticket_count
    from passed
    where ticket_count > 0

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
