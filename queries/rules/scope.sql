-- Is the ticket about the product itself?
-- Clause: 4.1
-- One row per subject_id (a ticket_id)

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        category_code
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'scope' and parameter = 'required'

),

outside_categories as (

    select
        from_at,
        until_at,
        unnest(string_split(value, '|')) as category_code
    from policy.limits
    where rule = 'scope' and parameter = 'outside'

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        case
            when not requirements.is_required then 'exempt'
            when tickets.category_code is null then 'unknown'
            when outside_categories.category_code is not null then 'fail'
            else 'pass'
        end::verdict as verdict
    from tickets
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
    left join outside_categories
        on outside_categories.category_code = tickets.category_code
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
