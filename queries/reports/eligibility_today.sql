-- Whether each client may open a ticket for a product today, and if not, why.
-- One row per client_id, product_id
--
-- Every client and product with a dated purchase up to as_of; a ticket's text and channel play no
-- part [E8]. The terms are those in force at as_of.

with clock as (

    select as_of_at
    from facts.clock

),

known as (

    select
        has_clients,
        has_subscriptions
    from facts.known

),

purchases as (

    select
        purchases.client_id,
        purchases.product_id,
        purchases.purchase_id,
        purchases.purchased_at,
        purchases.covered_until_at,
        purchases.is_end_unclear,
        coalesce(purchases.purchased_at <= clock.as_of_at, false)
        and clock.as_of_at < purchases.covered_until_at as is_covering,
        case
            when purchases.support_extra_code = 'yes' and purchases.support_extra_from_at <= clock.as_of_at then 2
            when purchases.support_extra_code = 'no' then 0
            -- Not stated stays not stated, whatever day the extra would hold from [P6].
            when purchases.support_extra_code = 'yes' and purchases.support_extra_from_at > clock.as_of_at then 0
            else 1
        end as extra_rank
    from facts.purchases
    cross join clock
    where purchases.client_id is not null
        and purchases.product_id is not null

),

latest as (

    select
        client_id,
        product_id,
        max(purchased_at) as purchased_at
    from purchases
    group by
        client_id,
        product_id
    having max(purchased_at) is not null

),

latest_purchases as (

    select
        purchases.client_id,
        purchases.product_id,
        max(purchases.covered_until_at) as covered_until_at,
        max(purchases.extra_rank) as extra_rank
    from purchases
    inner join latest
        on latest.client_id = purchases.client_id
        and latest.product_id = purchases.product_id
        and latest.purchased_at = purchases.purchased_at
    group by
        purchases.client_id,
        purchases.product_id

),

summed as (

    select
        client_id,
        product_id,
        bool_or(is_covering and not is_end_unclear) as is_covered,
        bool_or(is_covering and is_end_unclear) as has_unclear_end,
        bool_or(purchased_at is null) as has_undated_purchase,
        max(covered_until_at) filter (is_covering) as covered_until_at,
        max(extra_rank) filter (is_covering) as extra_rank
    from purchases
    group by
        client_id,
        product_id

),

entitled as (

    select
        latest_purchases.client_id,
        latest_purchases.product_id,
        summed.is_covered,
        summed.has_unclear_end,
        summed.has_undated_purchase,
        coalesce(summed.covered_until_at, latest_purchases.covered_until_at) as covered_until_at,
        coalesce(summed.extra_rank, latest_purchases.extra_rank) as extra_rank
    from latest_purchases
    inner join summed
        on summed.client_id = latest_purchases.client_id
        and summed.product_id = latest_purchases.product_id

),

subscribed as (

    select
        subscriptions.client_id,
        bool_or(subscriptions.subscribed_at is not null and subscriptions.unsubscribed_at is null) as is_subscribed,
        bool_or(subscriptions.subscribed_at is null and subscriptions.unsubscribed_at is null) as is_unclear
    from facts.subscriptions
    group by subscriptions.client_id

),

banned as (

    select
        client_id,
        arg_min(coalesce(clause, '5'), (banned_at, ban_id)) as clause
    from facts.bans
    where lifted_at is null
    group by client_id

),

required as (

    select
        limits.rule
    from policy.limits
    cross join clock
    where parameter = 'required'
        and limits.value = 'true'
        and clock.as_of_at >= limits.from_at
        and clock.as_of_at < limits.until_at

),

-- One line per requirement, in the order of the policy.
checked as (

    select
        client_id,
        product_id,
        1 as place,
        'coverage' as rule,
        '1.2' as clause,
        case
            when is_covered then 'pass'
            when has_undated_purchase or has_unclear_end then 'unknown'
            else 'fail'
        end as verdict,
        case
            when has_unclear_end then 'a full refund or a lost dispute of a purchase has no date'
            when has_undated_purchase then 'a purchase of the product has no date'
            else 'no purchase of the product is covered any more'
        end as reason
    from entitled

    union all

    select
        client_id,
        product_id,
        2 as place,
        'support_extra' as rule,
        '2.1' as clause,
        case extra_rank when 2 then 'pass' when 0 then 'fail' else 'unknown' end as verdict,
        case extra_rank
            when 0 then 'bought without the Technical Support extra, or with one from a later day on'
            else 'the export does not say whether the Technical Support extra was bought'
        end as reason
    from entitled

    union all

    select
        entitled.client_id,
        entitled.product_id,
        3 as place,
        'registration' as rule,
        '2.2' as clause,
        case
            when clients.registered_at is not null then 'pass'
            when clients.has_undated_row or not known.has_clients then 'unknown'
            else 'fail'
        end as verdict,
        case
            when not known.has_clients then 'no list of registered clients is loaded'
            when clients.has_undated_row then 'the registration has no date'
            else 'not among the registered clients'
        end as reason
    from entitled
    cross join known
    left join facts.clients
        on clients.client_id = entitled.client_id

    union all

    select
        entitled.client_id,
        entitled.product_id,
        4 as place,
        'mailing_list' as rule,
        '5.3' as clause,
        case
            when subscribed.is_subscribed then 'pass'
            when subscribed.is_unclear or not known.has_subscriptions then 'unknown'
            else 'fail'
        end as verdict,
        case
            when not known.has_subscriptions then 'no list of subscribers is loaded'
            when subscribed.is_unclear then 'the subscription has no date'
            else 'not on the list of product updates'
        end as reason
    from entitled
    cross join known
    left join subscribed
        on subscribed.client_id = entitled.client_id

    union all

    select
        entitled.client_id,
        entitled.product_id,
        5 as place,
        'not_banned' as rule,
        banned.clause,
        'fail' as verdict,
        'banned under ' || banned.clause as reason
    from entitled
    inner join banned
        on banned.client_id = entitled.client_id

),

obstacles as (

    select
        checked.client_id,
        checked.product_id,
        case when checked.verdict = 'fail' then checked.place else 100 + checked.place end as rank,
        checked.verdict,
        checked.clause,
        checked.reason
    from checked
    semi join required
        on required.rule = checked.rule
    where checked.verdict <> 'pass'

),

decisive as (

    select
        client_id,
        product_id,
        min(rank) as rank
    from obstacles
    group by
        client_id,
        product_id

)

select
    entitled.client_id,
    entitled.product_id,
    coalesce(obstacles.verdict, 'pass')::verdict as verdict,
    obstacles.clause,
    coalesce(obstacles.reason, 'every condition is met') as reason,
    entitled.covered_until_at
from entitled
left join decisive
    on decisive.client_id = entitled.client_id
    and decisive.product_id = entitled.product_id
left join obstacles
    on obstacles.client_id = decisive.client_id
    and obstacles.product_id = decisive.product_id
    and obstacles.rank = decisive.rank
