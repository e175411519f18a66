-- Tickets that were not eligible, or of which it is unknown, by the condition that decided, most frequent first.
-- Date: the day of opening.
-- One row per eligibility_code, clause
--
-- That is the first failing condition in the order of the policy, else the first unknown one [E7].

with counted as (

    select
        filtered_tickets.eligibility_code,
        filtered_tickets.eligibility_clause as clause,
        count(*) as ticket_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.eligibility_code <> 'eligible'
    group by
        filtered_tickets.eligibility_code,
        filtered_tickets.eligibility_clause

),

-- A clause that is no condition of its own is the ground of a ban.
conditions as (

    select distinct
        clause,
        rule
    from policy.limits
    where parameter = 'required'

),

named as (

    select
        counted.eligibility_code,
        counted.clause,
        coalesce(conditions.rule, 'not_banned') as rule,
        counted.ticket_count,
        sum(counted.ticket_count) over (partition by counted.clause) as clause_ticket_count
    from counted
    left join conditions
        on conditions.clause = counted.clause

)

select
    eligibility_code,
    clause,
    rule,
    ticket_count,
    sum(ticket_count) over (partition by eligibility_code)::bigint as code_ticket_count,
    row_number() over (order by clause_ticket_count desc, clause, eligibility_code) as position
from named
