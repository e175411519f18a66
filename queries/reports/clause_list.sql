-- Clauses of the terms as they read now, each with what judges it and the numbers it states.
-- One row per clause

with clock as (

    select local_time.day_on
    from facts.clock as clock
    inner join facts.local_time as local_time
        on local_time.piece_on = cast(clock.as_of_at as date)
        and local_time.from_at <= clock.as_of_at
        and clock.as_of_at < local_time.until_at

),

-- The version in force on the local day of as_of: the latest that has begun, before the first of them the first.
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
            order by clauses.effective_on > clock.day_on, abs(date_sub('day', clauses.effective_on, clock.day_on))
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

),

-- What lists candidates under a clause that no rule judges.
finders as (

    select
        clause,
        string_agg(statement, ' ' order by pattern) as statement
    from policy.patterns
    group by clause

)

select
    said.clause,
    said.text,
    said.reading,
    said.numbers,
    said.effective_on,
    starts.version_count,
    judges.rule,
    coalesce(judges.question, finders.statement) as question,
    case
        when judges.rule is not null then 'rule'
        when finders.clause is not null then 'candidates'
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
left join finders
    on finders.clause = said.clause
