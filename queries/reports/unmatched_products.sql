-- Texts for products that match none, most tickets first.
-- One row per source_text

select
    source_text,
    ticket_count,
    purchase_count,
    other_count,
    -ticket_count as position
from facts.unmatched_products
