-- Is the ticket about the product itself?
-- Clause: 4.1
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        category_code
    from facts.tickets

),

limits as (

    select
        parameter,
        from_at,
        until_at,
        value,
        effective_on
    from policy.limits
    where rule = 'scope' and parameter in ('required', 'outside')

),

edges as (

    select distinct from_at
    from limits

),

-- A version begins with each change of the requirement or of a list.
terms as (

    select
        edges.from_at,
        coalesce(lead(edges.from_at) over (order by edges.from_at), timestamp '9999-12-31 00:00:00') as until_at,
        bool_or(limits.value = 'true') filter (limits.parameter = 'required') as is_required,
        max(limits.effective_on) as effective_on
    from edges
    inner join limits
        on edges.from_at >= limits.from_at
        and edges.from_at < limits.until_at
    group by edges.from_at

),

outside_categories as (

    select
        from_at,
        until_at,
        unnest(string_split(value, '|')) as category_code
    from limits
    where parameter = 'outside'

),

judged as (

    select
        tickets.*,
        terms.effective_on,
        terms.is_required,
        case
            when not terms.is_required then 'exempt'
            when tickets.category_code is null then 'unknown'
            when outside_categories.category_code is not null then 'fail'
            else 'pass'
        end::verdict as verdict
    from tickets
    left join terms
        on tickets.opened_at >= terms.from_at
        and tickets.opened_at < terms.until_at
    left join outside_categories
        on outside_categories.category_code = lower(tickets.category_code)
        and tickets.opened_at >= outside_categories.from_at
        and tickets.opened_at < outside_categories.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '4.1' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when category_code is null then 'the ticket has no category'
        when verdict = 'fail' then 'the category ' || category_code || ' is not about the product'
        else 'the category is ' || category_code
    end as reason
from judged
