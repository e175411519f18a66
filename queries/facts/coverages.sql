-- What the client of each ticket had bought of its product when the ticket was opened.
-- One row per ticket_id
--
-- A purchase matches when client and product are equal and it was made by the opening; one without
-- a date may have been [P5]. support_extra_code is that of the purchases reading [P6] looks at:
-- the covering ones, else the latest, else the undated ones.

with openings as (

    select
        ticket_id,
        client_id,
        product_id,
        opened_at
    from facts.openings

),

buyers as (

    select client_id
    from facts.buyers

),

matched as (

    select
        openings.ticket_id,
        openings.opened_at,
        purchases.purchase_id,
        purchases.purchased_at,
        purchases.covered_until_at,
        purchases.is_end_unclear,
        purchases.effective_on,
        coalesce(purchases.purchased_at <= openings.opened_at, false)
        and openings.opened_at < purchases.covered_until_at as is_covering,
        -- Worst first, so that the greatest decides: has it, does not say, has it not.
        case
            when purchases.support_extra_code = 'yes' and purchases.support_extra_from_at <= openings.opened_at then 2
            when purchases.support_extra_code = 'no' then 0
            -- Not stated stays not stated, whatever day the extra would hold from [P6].
            when purchases.support_extra_code = 'yes' and purchases.support_extra_from_at > openings.opened_at then 0
            else 1
        end as extra_rank
    from openings
    inner join facts.purchases
        on purchases.client_id = openings.client_id
        and purchases.product_id = openings.product_id
    where purchases.purchased_at is null
        or purchases.purchased_at <= openings.opened_at

),

-- Of purchases that end at one instant the last by its id, so that every build names the same.
summed as (

    select
        ticket_id,
        bool_or(is_covering and not is_end_unclear) as is_covered,
        bool_or(is_covering and is_end_unclear) as has_unclear_end,
        bool_or(purchased_at is null) as has_undated_purchase,
        max(covered_until_at) filter (is_covering) as covered_until_at,
        arg_max(purchase_id, row(covered_until_at, purchase_id)) filter (is_covering) as purchase_id,
        arg_max(effective_on, row(covered_until_at, purchase_id)) filter (is_covering) as effective_on,
        max(extra_rank) filter (is_covering) as covering_extra_rank,
        max(extra_rank) filter (purchased_at is null) as undated_extra_rank,
        max(purchased_at) as purchased_at,
        coalesce(bool_or(is_covering and effective_on is not null), false) as is_told_by_covering
    from matched
    group by ticket_id

),

-- Where no covering purchase tells it all, the latest one tells the rest.
latest as (

    select
        ticket_id,
        purchased_at
    from summed
    where not is_told_by_covering

),

-- Of purchases of one second the one with the latest end [E8].
latest_purchases as (

    select
        matched.ticket_id,
        max(matched.covered_until_at) as covered_until_at,
        arg_max(matched.purchase_id, row(matched.covered_until_at, matched.purchase_id))
            filter (matched.covered_until_at is not null) as purchase_id,
        arg_max(matched.effective_on, row(matched.covered_until_at, matched.purchase_id))
            filter (matched.covered_until_at is not null) as effective_on,
        max(matched.extra_rank) as extra_rank
    from matched
    inner join latest
        on latest.ticket_id = matched.ticket_id
        and latest.purchased_at = matched.purchased_at
    group by matched.ticket_id

)

select
    openings.ticket_id,
    openings.client_id is not null and openings.product_id is not null as is_known,
    buyers.client_id is not null as has_bought_anything,
    summed.ticket_id is not null as has_purchase,
    coalesce(summed.is_covered, false) as is_covered,
    coalesce(summed.has_undated_purchase, false) as has_undated_purchase,
    coalesce(summed.has_unclear_end, false) as has_unclear_end,
    coalesce(summed.covered_until_at, latest_purchases.covered_until_at) as covered_until_at,
    coalesce(summed.purchase_id, latest_purchases.purchase_id) as purchase_id,
    coalesce(summed.effective_on, latest_purchases.effective_on) as effective_on,
    case coalesce(summed.covering_extra_rank, latest_purchases.extra_rank, summed.undated_extra_rank)
        when 2 then 'yes'
        when 0 then 'no'
    end as support_extra_code
from openings
left join buyers
    on buyers.client_id = openings.client_id
left join summed
    on summed.ticket_id = openings.ticket_id
left join latest_purchases
    on latest_purchases.ticket_id = openings.ticket_id
