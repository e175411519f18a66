-- How the tickets of each product ended, and the share of each ending.
-- Date: the day of opening.
-- One row per product_id, outcome_code
--
-- The tickets of reports.causes; shares are of those whose outcome is known.

with counted as (

    select
        filtered_tickets.product_id,
        any_value(filtered_tickets.product_name) as product_name,
        coalesce(filtered_tickets.outcome_code, 'unknown') as outcome_code,
        count(*) as ticket_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.outcome_code is not null
        or not filtered_tickets.is_open
    group by
        filtered_tickets.product_id,
        coalesce(filtered_tickets.outcome_code, 'unknown')

),

summed as (

    select
        product_id,
        product_name,
        outcome_code,
        ticket_count,
        sum(ticket_count) filter (outcome_code <> 'unknown') over by_product as known_count,
        coalesce(sum(ticket_count) filter (outcome_code = 'client_specific') over by_product, 0)
            as client_specific_count
    from counted
    window by_product as (partition by product_id)

)

select
    product_id,
    product_name,
    coalesce(product_id, '') as product_code,
    outcome_code,
    ticket_count,
    case when outcome_code <> 'unknown' then ticket_count / known_count end as ticket_share,
    -- Where most turns out to be the client's own site, first; the product itself is least at fault there.
    row_number() over (
        order by client_specific_count / nullif(known_count, 0) desc nulls last, product_id, outcome_code
    ) as position
from summed
