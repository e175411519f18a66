-- Addresses the desk calls aliases, each with the address at the end of its chain.
-- One row per alias_email
--
-- Every client_id from facts on is `coalesce(addresses.client_id, client_email)` [T10].

with recursive aliases as (

    select
        aliases.alias_email,
        aliases.client_email,
        aliases.record_number,
        files.file_name
    from raw.aliases
    left join raw.files
        on files.file_number = aliases.file_number

),

chains as (

    select
        alias_email,
        client_email as reached_email
    from aliases

    union

    select
        chains.alias_email,
        aliases.client_email as reached_email
    from chains
    inner join aliases
        on aliases.alias_email = chains.reached_email

),

-- A chain that comes back to its start has no end: nobody could say who the client is.
circles as (

    select
        aliases.alias_email,
        aliases.client_email,
        concat_ws(', ', aliases.file_name, 'record ' || aliases.record_number) as place
    from chains
    inner join aliases
        on aliases.alias_email = chains.alias_email
    where chains.reached_email = chains.alias_email
    order by aliases.alias_email
    limit 1

),

ends as (

    select
        chains.alias_email,
        chains.reached_email as client_id
    from chains
    left join aliases
        on aliases.alias_email = chains.reached_email
    where aliases.alias_email is null

)

select
    alias_email,
    client_id
from ends

union all

select
    alias_email,
    error(
        'aliases: ' || alias_email || ' -> ' || client_email || ' leads back to ' || alias_email
        || case when place = '' then '' else ' (' || place || ')' end
        || '; take one of the rows of the circle out'
    )::varchar as client_id
from circles
