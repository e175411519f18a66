-- First responses by product, by agent and by channel, each beside the desk's own figure.
-- Date: the day of opening. The older ticket of a duplicate pair is left out.
-- One row per kind, code

with tickets as (

    select
        coalesce(filtered_tickets.product_id, '') as product_code,
        filtered_tickets.product_name,
        coalesce(filtered_tickets.agent_id, '') as agent_code,
        filtered_tickets.agent_name,
        coalesce(filtered_tickets.channel_code, '') as channel_code,
        filtered_tickets.response_code,
        filtered_tickets.response_verdict,
        case
            when filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late')
                then filtered_tickets.response_business_days
        end as duration_days
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.is_in_averages

),

grouped as (

    select
        case
            when grouping(product_code) = 0 then 'product'
            when grouping(agent_code) = 0 then 'agent'
            when grouping(channel_code) = 0 then 'channel'
            else 'desk'
        end as kind,
        coalesce(product_code, agent_code, channel_code, '') as code,
        case
            when grouping(product_code) = 0 then any_value(product_name)
            when grouping(agent_code) = 0 then any_value(agent_name)
            when grouping(channel_code) = 0 then coalesce(nullif(channel_code, ''), 'not stated')
            else 'the desk'
        end as label,
        count(*) as ticket_count,
        count(duration_days) as n_count,
        case when count(duration_days) >= 20 then median(duration_days) end as median_days,
        case when count(duration_days) >= 20 then quantile_cont(duration_days, 0.9) end as p90_days,
        count(*) filter (response_code = 'within_1_day') as within_1_day_count,
        count(*) filter (response_code = 'within_2_days') as within_2_days_count,
        count(*) filter (response_verdict = 'pass') as met_count,
        count(*) filter (response_verdict = 'fail') as late_count,
        count(*) filter (response_verdict = 'open') as waiting_count,
        count(*) filter (response_verdict = 'unknown') as unknown_count
    from tickets
    group by grouping sets ((product_code), (agent_code), (channel_code), ())

)

select
    kind,
    code,
    label,
    ticket_count,
    n_count,
    median_days,
    p90_days,
    within_1_day_count / nullif(met_count + late_count, 0) as within_1_day_share,
    -- met / (met + late): running ones and unknown ones are beside it, never in it [V10].
    met_count / nullif(met_count + late_count, 0) as within_2_days_share,
    met_count,
    late_count,
    waiting_count,
    unknown_count,
    max(median_days) filter (kind = 'desk') over () as desk_median_days,
    row_number() over (partition by kind order by median_days desc nulls last, n_count desc, code) as position
from grouped
