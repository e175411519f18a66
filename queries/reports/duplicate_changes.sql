-- Pairs that another limit of the similarity would find, or would no longer find, those nearest to it first.
-- One row per limit_share, older_ticket_id, newer_ticket_id

with similarity_steps as (

    select limit_share
    from reports.similarity_steps

),

pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        newer_opened_at,
        from_share,
        similarity_share,
        is_found
    from reports.duplicate_limits
    where not is_named

),

changed as (

    select
        similarity_steps.limit_share,
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        pairs.similarity_share,
        pairs.is_found
    from pairs
    inner join similarity_steps
        on (similarity_steps.limit_share > pairs.from_share and similarity_steps.limit_share <= pairs.similarity_share)
        <> pairs.is_found

)

select
    changed.limit_share,
    changed.older_ticket_id,
    changed.newer_ticket_id,
    changed.older_ticket_id as ticket_id,
    case when changed.is_found then 'gone' else 'new' end as change_code,
    changed.similarity_share,
    array_to_string(compared_pairs.shared_words, ', ') as shared_text,
    filtered_tickets.client_id,
    filtered_tickets.client_name,
    filtered_tickets.product_name,
    filtered_tickets.opened_on as newer_opened_on,
    filtered_tickets.subject,
    cast(1e6 * abs(changed.similarity_share - changed.limit_share) as bigint) as position
from changed
inner join facts.compared_pairs
    on compared_pairs.older_ticket_id = changed.older_ticket_id
    and compared_pairs.newer_ticket_id = changed.newer_ticket_id
inner join filtered_tickets
    on filtered_tickets.ticket_id = changed.newer_ticket_id
