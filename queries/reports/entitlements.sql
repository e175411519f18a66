-- What each client may still ask for, product by product: support, updates, a refund.
-- One row per client_id, product_id, right_code
--
-- Every client and product with a dated purchase up to as_of [E8]. Support is as in
-- reports.eligibility_today. Updates end with a ban under 0.2 alone; the terms name nothing else. A
-- refund ends with a ban under 0.2, and by 3.1 as if it were asked for at as_of [W1-W3]; of several
-- purchases one that is left is enough, and what was given back in full has no refund left: exempt.
-- since_at is when what decides it happened; for a right that stands, the purchase it rests on.
--
-- Asked of one client: every join names the client, so that only those rows are read.

with clock as (

    select as_of_at
    from facts.clock

),

pairs as (

    select
        client_id,
        product_id,
        verdict,
        clause,
        reason,
        rule
    from reports.eligibility_today

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

-- The earliest of the bans in force: support ends with it.
active_bans as (

    select
        client_id,
        min(banned_at) as banned_at,
        arg_min(ban_id, (banned_at, ban_id)) as ban_id
    from facts.bans
    where lifted_at is null
    group by client_id

),

-- Only a ban under 0.2 ends every right.
expulsions_in_force as (

    select
        client_id,
        min(banned_at) as banned_at,
        arg_min(ban_id, (banned_at, ban_id)) as ban_id
    from facts.bans
    where lifted_at is null
        and clause = '0.2'
    group by client_id

),

expulsions as (

    select
        expulsions_in_force.client_id,
        expulsions_in_force.banned_at,
        expulsions_in_force.ban_id,
        'banned since ' || strftime(local_time.day_on, '%d %b %Y') || ' under 0.2' as reason
    from expulsions_in_force
    left join local_time
        on local_time.piece_on = expulsions_in_force.banned_at::date
        and expulsions_in_force.banned_at >= local_time.from_at
        and expulsions_in_force.banned_at < local_time.until_at

),

unsubscribed as (

    select
        client_id,
        max(unsubscribed_at) as unsubscribed_at
    from facts.subscriptions
    group by client_id

),

-- The covering purchase with the latest end, else the latest one: the one whose end is shown [E8].
shown_purchases as (

    select
        purchases.client_id,
        purchases.product_id,
        purchases.purchase_id,
        purchases.purchased_at,
        purchases.covered_until_at,
        row_number() over (
            partition by purchases.client_id, purchases.product_id
            order by
                purchases.covered_until_at > clock.as_of_at desc,
                case when purchases.covered_until_at > clock.as_of_at then purchases.covered_until_at end desc,
                purchases.purchased_at desc,
                purchases.covered_until_at desc,
                purchases.purchase_id
        ) as place
    from facts.purchases
    cross join clock
    where purchases.purchased_at is not null

),

closed_somehow as (

    select closings.ticket_id
    from facts.closings
    cross join clock
    where closings.outcome_code is null
        and closings.closed_at < clock.as_of_at
    group by closings.ticket_id

),

-- What a refund of each purchase would be, were it asked for at as_of: the first ground that applies.
asked as (

    select
        purchases.client_id,
        purchases.product_id,
        purchases.purchase_id,
        purchases.purchased_at,
        first_issues.ticket_id,
        tickets.first_resolved_at,
        case
            when purchases.refunded_at is not null or purchases.lost_at is not null then 'given_back'
            when purchases.is_end_unclear then 'perhaps_given_back'
            when purchases.purchased_at is null then 'undated'
            when first_issues.ticket_id is null then 'no_help'
            when tickets.first_resolved_at < clock.as_of_at and not tickets.is_open then 'resolved'
            when tickets.first_resolved_at < clock.as_of_at then 'open_again'
            when tickets.is_closed_at_unknown_time then 'no_closing'
            when closed_somehow.ticket_id is not null then 'no_outcome'
            else 'not_resolved'
        end as ground_code
    from facts.purchases
    cross join clock
    left join facts.first_issues
        on first_issues.purchase_id = purchases.purchase_id
        and first_issues.asked_at < clock.as_of_at
    left join facts.tickets
        on tickets.ticket_id = first_issues.ticket_id
        and tickets.client_id = purchases.client_id
    left join closed_somehow
        on closed_somehow.ticket_id = first_issues.ticket_id

),

judged as (

    select
        asked.*,
        case
            when ground_code in ('no_help', 'not_resolved') then 'pass'
            when ground_code = 'resolved' then 'fail'
            when ground_code = 'given_back' then 'exempt'
            else 'unknown'
        end::verdict as verdict
    from asked

),

-- One purchase that is left is enough, the latest such; else one that may be left, else one that is not.
ranked as (

    select
        judged.*,
        bool_and(ground_code = 'given_back') over of_pair as is_all_given_back,
        min(purchased_at) over of_pair as first_purchased_at,
        row_number() over (
            partition by client_id, product_id
            order by
                case verdict when 'pass' then 1 when 'unknown' then 2 when 'fail' then 3 else 4 end,
                purchased_at desc nulls last,
                purchase_id desc
        ) as place
    from judged
    window of_pair as (partition by client_id, product_id)

),

decided as (

    select
        pairs.*,
        shown_purchases.purchase_id as shown_purchase_id,
        active_bans.ban_id,
        case
            when pairs.verdict = 'unknown' then null
            when pairs.verdict = 'pass' or pairs.rule = 'support_extra' then shown_purchases.purchased_at
            when pairs.rule = 'coverage' then shown_purchases.covered_until_at
            when pairs.rule = 'mailing_list' then unsubscribed.unsubscribed_at
            when pairs.rule = 'not_banned' then active_bans.banned_at
        end as since_at,
        expulsions.ban_id as expulsion_id,
        expulsions.banned_at as expelled_at,
        expulsions.reason as expulsion_reason,
        ranked.is_all_given_back,
        ranked.first_purchased_at,
        ranked.purchase_id,
        ranked.purchased_at,
        ranked.ground_code,
        ranked.verdict as refund_verdict,
        ranked.ticket_id,
        ranked.first_resolved_at,
        strftime(local_time.day_on, '%d %b %Y') as resolved_text
    from pairs
    inner join ranked
        on ranked.client_id = pairs.client_id
        and ranked.product_id = pairs.product_id
        and ranked.place = 1
    inner join shown_purchases
        on shown_purchases.client_id = pairs.client_id
        and shown_purchases.product_id = pairs.product_id
        and shown_purchases.place = 1
    left join active_bans
        on active_bans.client_id = pairs.client_id
        and pairs.rule = 'not_banned'
    left join expulsions
        on expulsions.client_id = pairs.client_id
    left join unsubscribed
        on unsubscribed.client_id = pairs.client_id
    left join local_time
        on local_time.piece_on = ranked.first_resolved_at::date
        and ranked.first_resolved_at >= local_time.from_at
        and ranked.first_resolved_at < local_time.until_at

)

select
    client_id,
    product_id,
    'support' as right_code,
    verdict,
    clause,
    reason,
    since_at,
    shown_purchase_id as purchase_id,
    null as ticket_id,
    ban_id
from decided

union all

select
    client_id,
    product_id,
    'updates' as right_code,
    case when expulsion_id is not null then 'fail' else 'pass' end::verdict as verdict,
    case when expulsion_id is not null then '0.2' end as clause,
    case
        when expulsion_id is not null then expulsion_reason
        when is_all_given_back
            then 'no ban under 0.2 is in force; the payment was given back, but the terms do not end updates by that'
        else 'no ban under 0.2 is in force'
    end as reason,
    coalesce(expelled_at, first_purchased_at) as since_at,
    purchase_id,
    null as ticket_id,
    expulsion_id as ban_id
from decided

union all

select
    client_id,
    product_id,
    'refund' as right_code,
    case when expulsion_id is not null then 'fail' else refund_verdict end::verdict as verdict,
    case
        when expulsion_id is not null then '0.2'
        when refund_verdict in ('unknown', 'fail') then '3.1'
    end as clause,
    case
        when expulsion_id is not null then expulsion_reason
        when ground_code = 'given_back' then 'purchase ' || purchase_id || ' was given back in full'
        when ground_code = 'perhaps_given_back'
            then 'a full refund or a lost dispute of purchase ' || purchase_id || ' has no date'
        when ground_code = 'undated' then 'purchase ' || purchase_id || ' has no date'
        when ground_code = 'no_help' then 'no help was asked for since purchase ' || purchase_id
        when ground_code = 'resolved'
            then 'the first issue, ticket ' || ticket_id || ', was resolved on ' || resolved_text
        when ground_code = 'open_again'
            then 'the first issue, ticket ' || ticket_id || ', was resolved on ' || resolved_text || ' and is open again'
        when ground_code = 'no_closing'
            then 'the first issue, ticket ' || ticket_id || ', was closed at an unknown time'
        when ground_code = 'no_outcome'
            then 'the first issue, ticket ' || ticket_id || ', was closed with an unknown outcome'
        else 'the first issue, ticket ' || ticket_id || ', was not resolved'
    end as reason,
    case
        when expulsion_id is not null then expelled_at
        when refund_verdict = 'pass' then purchased_at
        when refund_verdict = 'fail' then first_resolved_at
    end as since_at,
    purchase_id,
    ticket_id,
    expulsion_id as ban_id
from decided
