-- How the tickets of each version of a product ended.
-- Date: the day of opening.
-- One row per product_id, version
--
-- The tickets of reports.causes; shares are of those whose outcome is known, n_count of them.

with counted as (

    select
        filtered_tickets.product_id,
        any_value(filtered_tickets.product_name) as product_name,
        filtered_tickets.version,
        count(filtered_tickets.outcome_code) as n_count,
        count(*) filter (filtered_tickets.outcome_code = 'solved') as solved_count,
        count(*) filter (filtered_tickets.outcome_code = 'not_apparent') as not_apparent_count,
        count(*) filter (filtered_tickets.outcome_code = 'client_specific') as client_specific_count,
        count(*) filter (filtered_tickets.outcome_code = 'deferred') as deferred_count,
        count(*) filter (filtered_tickets.outcome_code is null) as unknown_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.outcome_code is not null
        or not filtered_tickets.is_open
    group by
        filtered_tickets.product_id,
        filtered_tickets.version

)

select
    product_id,
    product_name,
    version,
    coalesce(version, 'not stated') as version_name,
    n_count,
    solved_count / nullif(n_count, 0) as solved_share,
    not_apparent_count / nullif(n_count, 0) as not_apparent_share,
    client_specific_count / nullif(n_count, 0) as client_specific_share,
    deferred_count / nullif(n_count, 0) as deferred_share,
    unknown_count,
    row_number() over (order by n_count desc, product_id, version) as position
from counted
