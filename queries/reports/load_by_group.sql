-- The load by product, by agent and by channel, beside the desk's own: inflow, backlog, reopenings, posts, satisfaction.
-- Date: the day of the event for reopened, closed and the backlog at the end; the day of opening for the rest.
-- One row per kind, code

with known as (

    select has_states or has_status_changes as has_load
    from facts.known

),

opened as (

    select
        coalesce(filtered_tickets.product_id, '') as product_code,
        coalesce(filtered_tickets.agent_id, '') as agent_code,
        coalesce(filtered_tickets.channel_code, '') as channel_code,
        count(*) as opened_count,
        count(*) filter (
            filtered_tickets.reopen_count >= 0 and not filtered_tickets.is_open
            or filtered_tickets.reopen_count > 0
        ) as closed_once_count,
        count(*) filter (filtered_tickets.reopen_count > 0) as reopened_ticket_count,
        count(filtered_tickets.post_count) as posted_count,
        sum(filtered_tickets.post_count) as post_count,
        count(*) filter (filtered_tickets.satisfaction_code = 'good') as good_count,
        count(*) filter (filtered_tickets.satisfaction_code in ('good', 'bad')) as rated_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    group by
        coalesce(filtered_tickets.product_id, ''),
        coalesce(filtered_tickets.agent_id, ''),
        coalesce(filtered_tickets.channel_code, '')

),

moved as (

    select
        coalesce(stock_changes.product_id, '') as product_code,
        coalesce(stock_changes.agent_id, '') as agent_code,
        coalesce(stock_changes.channel_code, '') as channel_code,
        sum(stock_changes.reopened_count) filter (stock_changes.day_on >= chosen_period.from_on) as reopened_count,
        sum(stock_changes.closed_count) filter (stock_changes.day_on >= chosen_period.from_on) as closed_count,
        sum(stock_changes.open_change) as backlog_count
    from filtered_stock_changes as stock_changes
    inner join chosen_period
        on stock_changes.day_on <= chosen_period.until_on
    group by
        coalesce(stock_changes.product_id, ''),
        coalesce(stock_changes.agent_id, ''),
        coalesce(stock_changes.channel_code, '')

),

cells as (

    select
        coalesce(opened.product_code, moved.product_code) as product_code,
        coalesce(opened.agent_code, moved.agent_code) as agent_code,
        coalesce(opened.channel_code, moved.channel_code) as channel_code,
        coalesce(opened.opened_count, 0) as opened_count,
        coalesce(opened.closed_once_count, 0) as closed_once_count,
        coalesce(opened.reopened_ticket_count, 0) as reopened_ticket_count,
        coalesce(opened.posted_count, 0) as posted_count,
        coalesce(opened.post_count, 0) as post_count,
        coalesce(opened.good_count, 0) as good_count,
        coalesce(opened.rated_count, 0) as rated_count,
        coalesce(moved.reopened_count, 0) as reopened_count,
        coalesce(moved.closed_count, 0) as closed_count,
        coalesce(moved.backlog_count, 0) as backlog_count
    from opened
    full outer join moved
        on moved.product_code = opened.product_code
        and moved.agent_code = opened.agent_code
        and moved.channel_code = opened.channel_code

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
        coalesce(sum(opened_count), 0)::bigint as opened_count,
        coalesce(sum(reopened_count), 0)::bigint as reopened_count,
        coalesce(sum(closed_count), 0)::bigint as closed_count,
        coalesce(sum(backlog_count), 0)::bigint as backlog_count,
        coalesce(sum(closed_once_count), 0)::bigint as closed_once_count,
        coalesce(sum(reopened_ticket_count), 0)::bigint as reopened_ticket_count,
        coalesce(sum(posted_count), 0)::bigint as posted_count,
        coalesce(sum(post_count), 0)::bigint as post_count,
        coalesce(sum(good_count), 0)::bigint as good_count,
        coalesce(sum(rated_count), 0)::bigint as rated_count
    from cells
    group by grouping sets ((product_code), (agent_code), (channel_code), ())

)

-- Where the export says nothing about closings only the openings are known [S16].
select
    grouped.kind,
    grouped.code,
    case
        when grouped.kind = 'desk' then 'the desk'
        when grouped.kind = 'product' then coalesce(products.product_name, nullif(grouped.code, ''), 'not stated')
        when grouped.kind = 'agent' then coalesce(agents.name, nullif(grouped.code, ''), desk.unassigned_name)
        else coalesce(nullif(grouped.code, ''), 'not stated')
    end as label,
    grouped.opened_count,
    case when known.has_load then grouped.reopened_count end as reopened_count,
    case when known.has_load then grouped.closed_count end as closed_count,
    case when known.has_load then grouped.backlog_count end as backlog_count,
    grouped.closed_once_count,
    grouped.reopened_ticket_count,
    grouped.reopened_ticket_count / nullif(grouped.closed_once_count, 0) as reopened_share,
    grouped.posted_count,
    grouped.post_count / nullif(grouped.posted_count, 0) as posts_per_ticket,
    grouped.good_count,
    grouped.rated_count,
    grouped.good_count / nullif(grouped.rated_count, 0) as satisfied_share,
    row_number() over (
        partition by grouped.kind
        order by grouped.opened_count desc, grouped.backlog_count desc, grouped.code
    ) as position
from grouped
cross join facts.desk as desk
cross join known
left join facts.products as products
    on grouped.kind = 'product'
    and products.product_id = grouped.code
left join facts.agents as agents
    on grouped.kind = 'agent'
    and agents.agent_id = grouped.code
