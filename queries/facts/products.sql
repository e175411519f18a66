-- Products and what they are called.
-- One row per product_id

select
    product_id,
    product_name
from raw.products
