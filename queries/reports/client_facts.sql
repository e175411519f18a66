-- What is on record of everyone who asked, bought, registered, subscribed or was banned.
-- One row per client_id
--
-- Asked of one client: every join names the client, so that only those rows are read.

with named as (

    select client_id from facts.clients
    union
    select client_id from facts.buyers
    union
    select client_id from facts.openings where client_id is not null
    union
    select client_id from facts.subscriptions
    union
    select client_id from facts.bans

),

aliases as (

    select
        client_id,
        string_agg(alias_email, ', ' order by alias_email) as alias_text
    from facts.addresses
    group by client_id

),

sold as (

    select
        client_id,
        count(*) as purchase_count
    from facts.purchases
    group by client_id

),

asked as (

    select
        client_id,
        count(*) as ticket_count,
        count(*) filter (eligibility_code = 'ineligible') as ineligible_count,
        max(opened_on) as last_opened_on
    from reports.tickets as tickets
    group by client_id

),

banned as (

    select
        client_id,
        count(*) filter (lifted_at is null) as active_ban_count
    from facts.bans
    group by client_id

)

select
    named.client_id,
    clients.name as client_name,
    clients.country_code,
    clients.website,
    clients.registered_at,
    aliases.alias_text,
    buyers.client_id is not null as has_bought,
    coalesce(sold.purchase_count, 0) as purchase_count,
    coalesce(asked.ticket_count, 0) as ticket_count,
    coalesce(asked.ineligible_count, 0) as ineligible_count,
    asked.last_opened_on,
    coalesce(banned.active_ban_count, 0) > 0 as is_banned,
    replace(desk.client_url, '{client_id}', url_encode(named.client_id)) as client_link
from named
cross join facts.desk as desk
left join facts.clients as clients
    on clients.client_id = named.client_id
left join aliases
    on aliases.client_id = named.client_id
left join facts.buyers as buyers
    on buyers.client_id = named.client_id
left join sold
    on sold.client_id = named.client_id
left join asked
    on asked.client_id = named.client_id
left join banned
    on banned.client_id = named.client_id
