-- Texts that name a product no list of products has, and that the desk has not explained.
-- One row per source_text
--
-- A list is raw.products; where none is loaded, what was sold. Counted is what happened up to as_of,
-- by the text as the export has it: an alias that leads nowhere explains its text all the same.

with clock as (

    select as_of_at
    from facts.clock

),

known as (

    select product_id
    from raw.products

    union all

    select product_id
    from raw.purchases
    where not exists (from raw.products)

),

mentions as (

    select
        tickets.product_id as source_text,
        count(*) as ticket_count,
        0 as purchase_count,
        0 as other_count
    from raw.tickets
    cross join clock
    where tickets.opened_at <= clock.as_of_at
    group by tickets.product_id

    union all

    select
        purchases.product_id as source_text,
        0 as ticket_count,
        count(*) as purchase_count,
        0 as other_count
    from raw.purchases
    cross join clock
    where coalesce(purchases.purchased_at <= clock.as_of_at, true)
    group by purchases.product_id

    union all

    select
        releases.product_id as source_text,
        0 as ticket_count,
        0 as purchase_count,
        count(*) as other_count
    from raw.releases
    cross join clock
    where coalesce(releases.released_at <= clock.as_of_at, true)
    group by releases.product_id

    union all

    select
        downloads.product_id as source_text,
        0 as ticket_count,
        0 as purchase_count,
        count(*) as other_count
    from raw.downloads
    cross join clock
    where coalesce(downloads.downloaded_at <= clock.as_of_at, true)
    group by downloads.product_id

)

select
    mentions.source_text,
    sum(mentions.ticket_count)::bigint as ticket_count,
    sum(mentions.purchase_count)::bigint as purchase_count,
    sum(mentions.other_count)::bigint as other_count
from mentions
anti join known
    on known.product_id = mentions.source_text
anti join raw.product_aliases
    on product_aliases.source_text = mentions.source_text
    and product_aliases.product_id is not null
where mentions.source_text is not null
group by mentions.source_text
