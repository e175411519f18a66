-- Addresses, and ids that stand in for one, whose owner asked for support and never bought, most tickets first.
-- One row per client_id

with askers as (

    select
        openings.client_id,
        count(*) as ticket_count,
        max(openings.opened_at) as last_opened_at
    from facts.openings
    anti join facts.buyers
        on buyers.client_id = openings.client_id
    where openings.client_id is not null
    group by openings.client_id

)

select
    askers.client_id,
    clients.name as client_name,
    askers.ticket_count,
    askers.last_opened_at,
    contains(askers.client_id, '@') as is_address,
    -askers.ticket_count as position
from askers
left join facts.clients
    on clients.client_id = askers.client_id
