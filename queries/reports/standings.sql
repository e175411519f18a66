-- What each client meets of the conditions of support today, product by product, and what is against it.
-- One row per client_id, product_id
--
-- Every client and product with a dated purchase up to as_of; a ticket's text and channel play no
-- part [E8]. The terms are those in force at as_of. A condition that is met has no reason.

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

-- Looked at are the covering purchases, else the latest one; of one second the latest end and the best extra [E8, P6].
entitled as (

    select
        client_id,
        product_id,
        bool_or(is_covering and not is_end_unclear) as is_covered,
        bool_or(is_covering and is_end_unclear) as has_unclear_end,
        bool_or(purchased_at is null) as has_undated_purchase,
        coalesce(
            max(covered_until_at) filter (is_covering),
            arg_max(covered_until_at, (purchased_at, covered_until_at)) filter (purchased_at is not null)
        ) as covered_until_at,
        coalesce(
            max(extra_rank) filter (is_covering),
            arg_max(extra_rank, (purchased_at, extra_rank)) filter (purchased_at is not null)
        ) as extra_rank
    from purchases
    group by
        client_id,
        product_id
    having max(purchased_at) is not null

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
        arg_min_null(clause, (banned_at, ban_id)) as clause,
        arg_min(ban_id, (banned_at, ban_id)) as ban_id
    from facts.bans
    where lifted_at is null
    group by client_id

),

-- What the terms of today ask for.
required as (

    select
        bool_or(limits.rule = 'coverage') as has_coverage,
        bool_or(limits.rule = 'support_extra') as has_support_extra,
        bool_or(limits.rule = 'registration') as has_registration,
        bool_or(limits.rule = 'mailing_list') as has_mailing_list,
        bool_or(limits.rule = 'not_banned') as has_not_banned
    from policy.limits
    cross join clock
    where parameter = 'required'
        and limits.value = 'true'
        and clock.as_of_at >= limits.from_at
        and clock.as_of_at < limits.until_at

),

judged as (

    select
        entitled.client_id,
        entitled.product_id,
        entitled.covered_until_at,
        entitled.has_unclear_end,
        entitled.extra_rank,
        known.has_clients,
        known.has_subscriptions,
        coalesce(clients.has_undated_row, false) as has_undated_row,
        coalesce(subscribed.is_unclear, false) as is_unclear,
        banned.clause as ban_clause,
        banned.ban_id,
        case
            when not required.has_coverage then 'exempt'
            when entitled.is_covered then 'pass'
            when entitled.has_undated_purchase or entitled.has_unclear_end then 'unknown'
            else 'fail'
        end::verdict as coverage_verdict,
        case
            when not required.has_support_extra then 'exempt'
            when entitled.extra_rank = 2 then 'pass'
            when entitled.extra_rank = 0 then 'fail'
            else 'unknown'
        end::verdict as support_extra_verdict,
        case
            when not required.has_registration then 'exempt'
            when clients.registered_at is not null then 'pass'
            when clients.has_undated_row or not known.has_clients then 'unknown'
            else 'fail'
        end::verdict as registration_verdict,
        case
            when not required.has_mailing_list then 'exempt'
            when subscribed.is_subscribed then 'pass'
            when subscribed.is_unclear or not known.has_subscriptions then 'unknown'
            else 'fail'
        end::verdict as mailing_list_verdict,
        case
            when not required.has_not_banned then 'exempt'
            when banned.client_id is null then 'pass'
            else 'fail'
        end::verdict as not_banned_verdict
    from entitled
    cross join known
    cross join required
    left join facts.clients
        on clients.client_id = entitled.client_id
    left join subscribed
        on subscribed.client_id = entitled.client_id
    left join banned
        on banned.client_id = entitled.client_id

)

select
    client_id,
    product_id,
    covered_until_at,
    coverage_verdict,
    case
        when coverage_verdict not in ('unknown', 'fail') then null
        when has_unclear_end then 'a full refund or a lost dispute of a purchase has no date'
        when coverage_verdict = 'unknown' then 'a purchase of the product has no date'
        else 'no purchase of the product is covered any more'
    end as coverage_reason,
    support_extra_verdict,
    case support_extra_verdict
        when 'fail' then 'bought without the Technical Support extra, or with one from a later day on'
        when 'unknown' then 'the export does not say whether the Technical Support extra was bought'
    end as support_extra_reason,
    registration_verdict,
    case
        when registration_verdict not in ('unknown', 'fail') then null
        when not has_clients then 'no list of registered clients is loaded'
        when has_undated_row then 'the registration has no date'
        else 'not among the registered clients'
    end as registration_reason,
    mailing_list_verdict,
    case
        when mailing_list_verdict not in ('unknown', 'fail') then null
        when not has_subscriptions then 'no list of subscribers is loaded'
        when is_unclear then 'the subscription has no date'
        else 'not on the list of product updates'
    end as mailing_list_reason,
    not_banned_verdict,
    case when not_banned_verdict = 'fail' then 'banned' || coalesce(' under ' || ban_clause, ', no clause recorded') end
        as not_banned_reason,
    ban_clause,
    ban_id
from judged
