-- Resolutions by product, by agent and by channel, each beside the desk's own figure.
-- Date: the day of opening. The older ticket of a duplicate pair is left out.
-- One row per kind, code

with tickets as (

    select
        coalesce(filtered_tickets.product_id, '') as product_code,
        coalesce(filtered_tickets.agent_id, '') as agent_code,
        coalesce(filtered_tickets.channel_code, '') as channel_code,
        filtered_tickets.resolution_code,
        filtered_tickets.resolution_verdict,
        case
            when filtered_tickets.resolution_code in ('within_1_week', 'within_2_weeks', 'late')
                then filtered_tickets.resolution_days
        end as duration_days
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages

),

kinds as (

    select unnest(['product', 'agent', 'channel']) as kind

),

-- Not by grouping sets: a page asks for one kind, and the others are not even grouped then.
parts as (

    select
        kinds.kind,
        case kinds.kind
            when 'product' then tickets.product_code
            when 'agent' then tickets.agent_code
            else tickets.channel_code
        end as code,
        count(*) as ticket_count,
        count(duration_days) as n_count,
        case when count(duration_days) >= 20 then quantile_cont(duration_days, [0.5, 0.9]) end as middle_and_p90_days,
        count(*) filter (resolution_code = 'within_1_week') as within_1_week_count,
        count(*) filter (resolution_code = 'within_2_weeks') as within_2_weeks_count,
        count(*) filter (resolution_verdict = 'pass') as met_count,
        count(*) filter (resolution_verdict = 'fail') as late_count,
        count(*) filter (resolution_verdict = 'open') as in_progress_count,
        count(*) filter (resolution_verdict = 'unknown') as unknown_count
    from tickets
    cross join kinds
    group by
        kinds.kind,
        code

),

whole as (

    select
        'desk' as kind,
        '' as code,
        count(*) as ticket_count,
        count(duration_days) as n_count,
        case when count(duration_days) >= 20 then quantile_cont(duration_days, [0.5, 0.9]) end as middle_and_p90_days,
        count(*) filter (resolution_code = 'within_1_week') as within_1_week_count,
        count(*) filter (resolution_code = 'within_2_weeks') as within_2_weeks_count,
        count(*) filter (resolution_verdict = 'pass') as met_count,
        count(*) filter (resolution_verdict = 'fail') as late_count,
        count(*) filter (resolution_verdict = 'open') as in_progress_count,
        count(*) filter (resolution_verdict = 'unknown') as unknown_count
    from tickets

),

grouped as (

    select *
    from parts

    union all

    select *
    from whole

)

select
    grouped.kind,
    grouped.code,
    case
        when grouped.kind = 'desk' then 'the desk'
        when grouped.kind = 'product' then coalesce(products.product_name, nullif(grouped.code, ''), 'not stated')
        when grouped.kind = 'agent' then coalesce(agents.name, nullif(grouped.code, ''), desk.unassigned_name)
        else coalesce(nullif(grouped.code, ''), 'not stated')
    end as label,
    grouped.ticket_count,
    grouped.n_count,
    grouped.middle_and_p90_days[1] as median_days,
    grouped.middle_and_p90_days[2] as p90_days,
    grouped.within_1_week_count / nullif(grouped.met_count + grouped.late_count, 0) as within_1_week_share,
    -- met / (met + late): running ones and unknown ones are beside it, never in it [V10].
    grouped.met_count / nullif(grouped.met_count + grouped.late_count, 0) as within_2_weeks_share,
    grouped.met_count,
    grouped.late_count,
    grouped.in_progress_count,
    grouped.unknown_count,
    whole.middle_and_p90_days[1] as desk_median_days,
    row_number() over (
        partition by grouped.kind
        order by grouped.middle_and_p90_days[1] desc nulls last, grouped.n_count desc, grouped.code
    ) as position
from grouped
cross join whole
cross join facts.desk as desk
left join facts.products as products
    on grouped.kind = 'product'
    and products.product_id = grouped.code
left join facts.agents as agents
    on grouped.kind = 'agent'
    and agents.agent_id = grouped.code
