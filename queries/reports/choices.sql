-- What the shared filters offer: every product, agent, channel and eligibility that a ticket has.
-- One row per kind, code

with named as (

    select
        'product' as kind,
        coalesce(tickets.product_id, '') as code,
        tickets.product_name as label
    from reports.tickets as tickets

    union all

    select
        'agent' as kind,
        coalesce(tickets.agent_id, '') as code,
        tickets.agent_name as label
    from reports.tickets as tickets

    union all

    select
        'channel' as kind,
        coalesce(tickets.channel_code, '') as code,
        coalesce(tickets.channel_code, 'not stated') as label
    from reports.tickets as tickets

    union all

    select
        'eligible' as kind,
        tickets.eligibility_code as code,
        tickets.eligibility_code as label
    from reports.tickets as tickets

)

select
    kind,
    code,
    label,
    count(*) as ticket_count,
    row_number() over (partition by kind order by code = '', lower(label), code) as position
from named
group by
    kind,
    code,
    label
