-- Releases of products that are out at as_of, and those that nobody dated.
-- One row per product_id, version, released_at
--
-- Of two names of one product each may have had its own release of a version.

select distinct
    coalesce(product_aliases.product_id, releases.product_id) as product_id,
    releases.version,
    releases.released_at
from raw.releases as releases
cross join facts.clock as clock
left join facts.product_aliases as product_aliases
    on product_aliases.source_text = releases.product_id
where releases.released_at is null
    or releases.released_at <= clock.as_of_at
