-- How tickets ended, by product and version: whether the product itself is at fault.
-- Date: the day of opening.
-- One row per product_id, version, outcome_code
--
-- Every ticket that has an outcome, open ones that wait for a release among them. Closed ones of
-- unknown outcome have a row of their own without outcome_code, and no part in the shares [V10].

with tickets as (

    select
        filtered_tickets.product_id,
        filtered_tickets.version,
        filtered_tickets.outcome_code
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on
    where filtered_tickets.outcome_code is not null
        or not filtered_tickets.is_open

),

counted as (

    select
        product_id,
        version,
        outcome_code,
        count(*) as ticket_count
    from tickets
    group by
        product_id,
        version,
        outcome_code

)

select
    product_id,
    version,
    outcome_code,
    ticket_count,
    case
        when outcome_code is not null
            then ticket_count / sum(ticket_count) filter (outcome_code is not null) over (
                partition by product_id, version
            )
    end as share
from counted
