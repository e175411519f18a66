-- Tickets opened up to as_of: who asked about what, and what the help desk's own columns state.
-- One row per ticket_id
--
-- Columns named stated_ are as exported, whatever their date; facts.states decides what they mean.
-- A text of blanks alone is none [E2]: any white space of Unicode, as a language's own trimming has it.

with clock as (

    select as_of_at
    from facts.clock

),

addresses as (

    select
        alias_email,
        client_id
    from facts.addresses

),

tickets as (

    select
        ticket_id,
        client_email,
        product_id,
        agent_id,
        channel_code,
        category_code,
        version,
        opened_by,
        opened_at,
        regexp_matches(description, '[^\s\v\pZ\x1c-\x1f\x{85}]') as has_description,
        regexp_matches(environment, '[^\s\v\pZ\x1c-\x1f\x{85}]') as has_environment,
        backup_code,
        first_responded_at,
        status_code,
        resolved_at,
        closed_at,
        outcome_code,
        reopen_count,
        last_activity_at,
        duplicate_of_id
    from raw.tickets

)

select
    tickets.ticket_id,
    coalesce(addresses.client_id, tickets.client_email) as client_id,
    coalesce(product_aliases.product_id, tickets.product_id) as product_id,
    tickets.agent_id,
    tickets.channel_code,
    tickets.category_code,
    tickets.version,
    coalesce(tickets.opened_by, 'client') as opened_by,
    tickets.opened_at,
    coalesce(tickets.has_description, false) as has_description,
    coalesce(tickets.has_environment, false) as has_environment,
    tickets.backup_code,
    tickets.first_responded_at as stated_responded_at,
    tickets.status_code as stated_status_code,
    tickets.resolved_at as stated_resolved_at,
    tickets.closed_at as stated_closed_at,
    tickets.outcome_code as stated_outcome_code,
    tickets.reopen_count as stated_reopen_count,
    tickets.last_activity_at as stated_activity_at,
    tickets.duplicate_of_id as stated_duplicate_of_id
from tickets
left join addresses
    on addresses.alias_email = tickets.client_email
left join facts.product_aliases
    on product_aliases.source_text = tickets.product_id
-- Compared with the clock openly, DuckDB would take the tickets for a few, and hash them to look up the addresses.
where coalesce(tickets.opened_at <= (select as_of_at from clock), false)
