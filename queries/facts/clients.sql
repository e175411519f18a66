-- Clients up to as_of, by the address at the end of their alias chain.
-- One row per client_id
--
-- All rows of all addresses of a client count: registered since the earliest [T10, E1].

with clock as (

    select as_of_at
    from facts.clock

),

clients as (

    select
        coalesce(addresses.client_id, clients.client_email) as client_id,
        clients.client_email,
        clients.name,
        clients.country_code,
        clients.website,
        clients.registered_at
    from raw.clients
    cross join clock
    left join facts.addresses
        on addresses.alias_email = clients.client_email
    where clients.registered_at is null
        or clients.registered_at <= clock.as_of_at

)

select
    clients.client_id,
    -- The client's own row before those of its aliases, of these the first by address.
    arg_min(clients.name, (clients.client_email <> clients.client_id, clients.client_email)) as name,
    arg_min(clients.country_code, (clients.client_email <> clients.client_id, clients.client_email)) as country_code,
    arg_min(clients.website, (clients.client_email <> clients.client_id, clients.client_email)) as website,
    min(clients.registered_at) as registered_at,
    bool_or(clients.registered_at is null) as has_undated_row
from clients
group by clients.client_id
