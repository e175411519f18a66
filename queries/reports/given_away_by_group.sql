-- Support given away: answers and desk time on tickets ineligible when opened, by reason, product and agent [X13].
-- Date: the day of opening.
-- One row per kind, code
--
-- Where answers or desk time are not known of a ticket it is counted as unknown, not as 0.

with given_away as (

    select
        coalesce(given_away.clause, '') as clause_code,
        coalesce(given_away.product_id, '') as product_code,
        coalesce(given_away.agent_id, '') as agent_code,
        given_away.answer_count,
        given_away.desk_days
    from filtered_given_away as given_away
    inner join chosen_period
        on given_away.opened_on between chosen_period.from_on and chosen_period.until_on

),

grouped as (

    select
        case
            when grouping(clause_code) = 0 then 'reason'
            when grouping(product_code) = 0 then 'product'
            when grouping(agent_code) = 0 then 'agent'
            else 'desk'
        end as kind,
        coalesce(clause_code, product_code, agent_code, '') as code,
        count(*) as ticket_count,
        count(*) filter (answer_count > 0) as answered_count,
        sum(answer_count)::bigint as answer_count,
        count(*) filter (answer_count is null) as unknown_answer_count,
        sum(desk_days) as desk_days,
        count(*) filter (desk_days is null) as unknown_desk_count
    from given_away
    group by grouping sets ((clause_code), (product_code), (agent_code), ())

),

-- A clause that is no condition of its own is the ground of a ban.
conditions as (

    select distinct
        clause,
        rule
    from policy.limits
    where parameter = 'required'

)

select
    grouped.kind,
    grouped.code,
    case
        when grouped.kind = 'desk' then 'the desk'
        when grouped.kind = 'reason' then coalesce(conditions.rule, 'not_banned')
        when grouped.kind = 'product' then coalesce(products.product_name, nullif(grouped.code, ''), 'not stated')
        else coalesce(agents.name, nullif(grouped.code, ''), 'nobody assigned')
    end as label,
    case when grouped.kind = 'reason' then grouped.code end as clause,
    grouped.ticket_count,
    grouped.answered_count,
    case when grouped.unknown_answer_count < grouped.ticket_count or grouped.ticket_count = 0
        then coalesce(grouped.answer_count, 0) end as answer_count,
    grouped.unknown_answer_count,
    grouped.desk_days,
    grouped.unknown_desk_count,
    row_number() over (
        partition by grouped.kind
        order by grouped.answer_count desc nulls last, grouped.ticket_count desc, grouped.code
    ) as position
from grouped
left join conditions
    on grouped.kind = 'reason'
    and conditions.clause = grouped.code
left join facts.products as products
    on grouped.kind = 'product'
    and products.product_id = grouped.code
left join facts.agents as agents
    on grouped.kind = 'agent'
    and agents.agent_id = grouped.code
