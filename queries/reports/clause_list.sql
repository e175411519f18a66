-- Clauses of the terms as they read now, each with what judges it and the numbers it states.
-- One row per clause

with clock as (

    select as_of_at
    from facts.clock

),

-- The version in force at as_of: the latest that has begun, before the first of them the first.
versions as (

    select
        clauses.clause,
        clauses.effective_on,
        clauses.rule,
        clauses.parameter,
        clauses.value,
        clauses.unit,
        clauses.text,
        clauses.reading,
        clauses.source,
        row_number() over (
            partition by clauses.clause, clauses.rule, clauses.parameter
            order by clauses.effective_on > cast(clock.as_of_at as date), abs(
                date_sub('day', clauses.effective_on, cast(clock.as_of_at as date))
            )
        ) as age_number
    from policy.clauses as clauses
    cross join clock

),

current_versions as (

    select *
    from versions
    where age_number = 1

),

starts as (

    select
        clause,
        count(distinct effective_on) as version_count
    from policy.clauses
    group by clause

),

said as (

    select
        clause,
        arg_max(text, (effective_on, rule, parameter)) as text,
        max(effective_on) as effective_on,
        string_agg(reading, ' ' order by parameter nulls first, rule) as reading,
        string_agg(parameter || ' ' || value || coalesce(' ' || replace(unit, '_', ' '), ''), ' · ' order by parameter)
            filter (parameter is not null) as numbers
    from current_versions
    group by clause

),

judges as (

    select
        clauses.clause,
        min(rules.rule) as rule,
        arg_min(rules.question, rules.rule) as question
    from policy.clauses as clauses
    inner join policy.rules as rules
        on rules.rule = clauses.rule
    group by clauses.clause

)

select
    said.clause,
    said.text,
    said.reading,
    said.numbers,
    said.effective_on,
    starts.version_count,
    judges.rule,
    judges.question,
    case
        when judges.rule is not null then 'rule'
        when starts_with(said.clause, '5.') then 'record'
        else 'nothing'
    end as judge_code,
    row_number() over (
        order by list_transform(string_split(said.clause, '.'), lambda part: lpad(part, 4, '0')), said.clause
    ) as position
from said
inner join starts
    on starts.clause = said.clause
left join judges
    on judges.clause = said.clause
