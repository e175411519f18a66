-- Texts that exports use for a product, each with the product it stands for.
-- One row per source_text
--
-- Every product_id from facts on is `coalesce(product_aliases.product_id, product_id)`. A text that
-- is the id of a product stands for itself.

select
    product_aliases.source_text,
    product_aliases.product_id
from raw.product_aliases
anti join raw.products
    on products.product_id = product_aliases.source_text
where product_aliases.product_id is not null
