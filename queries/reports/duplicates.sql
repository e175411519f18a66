-- Pairs of tickets about the same issue, and which of the two was closed first.
-- One row per older_ticket_id, newer_ticket_id

select
    older_ticket_id,
    newer_ticket_id,
    similarity_share,
    basis,
    verdict,
    client_id,
    product_id,
    older_opened_at,
    newer_opened_at,
    older_closed_at,
    newer_closed_at
from facts.duplicate_pairs
