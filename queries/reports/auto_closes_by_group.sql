-- Closing for inactivity by product, by agent and by channel, beside the desk's own: what waits now, and the past.
-- Date: the day of closing for closed ones; open ones are of now, whatever the period.
-- One row per kind, code

with listed as (

    select
        coalesce(filtered_tickets.product_id, '') as product_code,
        coalesce(filtered_tickets.agent_id, '') as agent_code,
        coalesce(filtered_tickets.channel_code, '') as channel_code,
        filtered_tickets.auto_close_state,
        filtered_tickets.is_neglected,
        filtered_tickets.is_open
    from filtered_tickets
    cross join chosen_period
    where filtered_tickets.is_open and filtered_tickets.auto_close_state is not null
        or filtered_tickets.outcome_code = 'auto_closed'
        and not filtered_tickets.is_open
        and filtered_tickets.closed_on between chosen_period.from_on and chosen_period.until_on

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
        count(*) filter (is_open) as open_count,
        count(*) filter (is_open and is_neglected) as neglected_count,
        count(*) filter (auto_close_state = 'missed') as missed_count,
        count(*) filter (not is_open) as closed_count,
        count(*) filter (auto_close_state = 'on_time') as on_time_count,
        count(*) filter (auto_close_state = 'early') as early_count,
        count(*) filter (auto_close_state = 'late') as late_count,
        count(*) filter (not is_open and auto_close_state is null) as unknown_count,
        count(*) filter (not is_open and is_neglected) as closed_neglected_count
    from listed
    group by grouping sets ((product_code), (agent_code), (channel_code), ())

)

select
    grouped.kind,
    grouped.code,
    case
        when grouped.kind = 'desk' then 'the desk'
        when grouped.kind = 'product' then coalesce(products.product_name, nullif(grouped.code, ''), 'not stated')
        when grouped.kind = 'agent' then coalesce(agents.name, nullif(grouped.code, ''), 'nobody assigned')
        else coalesce(nullif(grouped.code, ''), 'not stated')
    end as label,
    grouped.open_count,
    grouped.neglected_count,
    grouped.missed_count,
    grouped.closed_count,
    grouped.on_time_count,
    grouped.early_count,
    grouped.late_count,
    grouped.unknown_count,
    grouped.on_time_count / nullif(grouped.closed_count - grouped.unknown_count, 0) as on_time_share,
    grouped.closed_neglected_count,
    grouped.closed_neglected_count / nullif(grouped.closed_count, 0) as closed_neglected_share,
    row_number() over (
        partition by grouped.kind
        order by grouped.neglected_count desc, grouped.closed_neglected_count desc, grouped.closed_count desc, grouped.code
    ) as position
from grouped
left join facts.products as products
    on grouped.kind = 'product'
    and products.product_id = grouped.code
left join facts.agents as agents
    on grouped.kind = 'agent'
    and agents.agent_id = grouped.code
