-- Every condition of support that does not hang on a ticket, judged today per client and product, with the row that decides.
-- One row per client_id, product_id, rule
--
-- The verdicts are those of reports.eligibility_today. What decides is the purchase whose end is shown
-- [E8], the one that has the extra or has it not [P6], the registration, the subscription, the ban.
-- Asked of one client: every join names the client, so that only those rows are read.

with clock as (

    select as_of_at
    from facts.clock

),

purchases as (

    select
        purchases.client_id,
        purchases.product_id,
        purchases.purchase_id,
        purchases.purchased_at,
        purchases.covered_until_at,
        purchases.refunded_at,
        purchases.lost_at,
        purchases.stated_until_at,
        purchases.support_extra_code,
        purchases.support_extra_from_at,
        purchases.covered_until_at > clock.as_of_at as is_covering
    from facts.purchases
    cross join clock
    where purchases.purchased_at is not null

),

shown_purchases as (

    select
        purchases.client_id,
        purchases.product_id,
        purchases.purchase_id,
        purchases.purchased_at,
        purchases.covered_until_at,
        case
            when purchases.lost_at <= purchases.covered_until_at then ', its dispute lost'
            when purchases.refunded_at <= purchases.covered_until_at then ', given back in full'
            when purchases.stated_until_at is not null then ', its end stated by the export'
            else ''
        end as end_text,
        row_number() over (
            partition by purchases.client_id, purchases.product_id
            order by
                purchases.is_covering desc,
                case when purchases.is_covering then purchases.covered_until_at end desc,
                purchases.purchased_at desc,
                purchases.covered_until_at desc,
                purchases.purchase_id
        ) as place
    from purchases

),

extra_purchases as (

    select
        purchases.client_id,
        purchases.product_id,
        purchases.purchase_id,
        case when purchases.support_extra_code = 'yes' then purchases.support_extra_from_at end as extra_from_at,
        row_number() over (
            partition by purchases.client_id, purchases.product_id
            order by
                purchases.is_covering desc,
                case when not purchases.is_covering then purchases.purchased_at end desc,
                case
                    when purchases.support_extra_code = 'yes' and purchases.support_extra_from_at <= clock.as_of_at then 1
                    when purchases.support_extra_code is null then 2
                    when purchases.support_extra_code = 'yes' and purchases.support_extra_from_at is null then 2
                    else 3
                end,
                purchases.purchased_at desc,
                purchases.purchase_id
        ) as place
    from purchases
    cross join clock

),

-- The subscription that runs, else the one that ended last.
subscriptions as (

    select
        client_id,
        list_code,
        subscribed_at,
        unsubscribed_at,
        row_number() over (
            partition by client_id
            order by
                unsubscribed_at is null desc,
                unsubscribed_at desc,
                subscribed_at desc nulls last,
                list_code
        ) as place
    from facts.subscriptions

),

checked as (

    select
        standings.client_id,
        standings.product_id,
        'coverage' as rule,
        1 as place,
        '1.2' as clause,
        standings.coverage_verdict as verdict,
        case when standings.coverage_verdict = 'pass' then 'a purchase of the product is covered' end as met_reason,
        standings.coverage_reason as reason,
        'purchase ' || shown_purchases.purchase_id || shown_purchases.end_text as evidence,
        shown_purchases.purchased_at as since_at,
        shown_purchases.covered_until_at as until_at
    from reports.standings as standings
    left join shown_purchases
        on shown_purchases.client_id = standings.client_id
        and shown_purchases.product_id = standings.product_id
        and shown_purchases.place = 1

    union all

    select
        standings.client_id,
        standings.product_id,
        'support_extra' as rule,
        2 as place,
        '2.1' as clause,
        standings.support_extra_verdict as verdict,
        'bought with the Technical Support extra' as met_reason,
        standings.support_extra_reason as reason,
        'purchase ' || extra_purchases.purchase_id as evidence,
        extra_purchases.extra_from_at as since_at,
        null::timestamp as until_at
    from reports.standings as standings
    left join extra_purchases
        on extra_purchases.client_id = standings.client_id
        and extra_purchases.product_id = standings.product_id
        and extra_purchases.place = 1

    union all

    select
        standings.client_id,
        standings.product_id,
        'registration' as rule,
        3 as place,
        '2.2' as clause,
        standings.registration_verdict as verdict,
        'registered with the desk' as met_reason,
        standings.registration_reason as reason,
        case
            when clients.registered_at is not null then 'registration'
            when clients.client_id is not null then 'row of the client without a date'
        end as evidence,
        clients.registered_at as since_at,
        null::timestamp as until_at
    from reports.standings as standings
    left join facts.clients
        on clients.client_id = standings.client_id

    union all

    select
        standings.client_id,
        standings.product_id,
        'mailing_list' as rule,
        4 as place,
        '5.3' as clause,
        standings.mailing_list_verdict as verdict,
        'on the list of product updates' as met_reason,
        standings.mailing_list_reason as reason,
        case
            when subscriptions.client_id is not null
                then concat_ws(' ', 'subscription', nullif('to ' || nullif(subscriptions.list_code, ''), ''))
        end as evidence,
        subscriptions.subscribed_at as since_at,
        subscriptions.unsubscribed_at as until_at
    from reports.standings as standings
    left join subscriptions
        on subscriptions.client_id = standings.client_id
        and subscriptions.place = 1

    union all

    select
        standings.client_id,
        standings.product_id,
        'not_banned' as rule,
        5 as place,
        coalesce(standings.ban_clause, '5') as clause,
        standings.not_banned_verdict as verdict,
        'no ban is in force' as met_reason,
        standings.not_banned_reason as reason,
        'ban ' || bans.ban_id || coalesce(': ' || bans.reason, '') as evidence,
        bans.banned_at as since_at,
        null::timestamp as until_at
    from reports.standings as standings
    left join facts.bans
        on bans.client_id = standings.client_id
        and bans.ban_id = standings.ban_id

)

select
    checked.client_id,
    checked.product_id,
    checked.rule,
    coalesce(products.product_name, checked.product_id, 'not stated') as product_name,
    checked.clause,
    checked.verdict::varchar as verdict,
    case
        when checked.verdict = 'exempt' then 'not asked for by the terms of today'
        else coalesce(checked.reason, checked.met_reason)
    end as reason,
    coalesce(checked.evidence, 'no row') as evidence,
    checked.since_at,
    since.day_on as since_on,
    -- until_at is the first instant of which it does not hold any more; a day is told with its last.
    checked.until_at,
    ended.day_on as until_on,
    -- In the order of the rights: the product covered longest first.
    -coalesce(epoch(standings.covered_until_at), -100000000000)::bigint * 10 + checked.place as position
from checked
inner join reports.standings as standings
    on standings.client_id = checked.client_id
    and standings.product_id = checked.product_id
left join facts.products as products
    on products.product_id = checked.product_id
left join facts.local_time as since
    on since.piece_on = cast(checked.since_at as date)
    and since.from_at <= checked.since_at
    and checked.since_at < since.until_at
left join facts.local_time as ended
    on ended.piece_on = cast(checked.until_at - interval 1 second as date)
    and ended.from_at <= checked.until_at - interval 1 second
    and checked.until_at - interval 1 second < ended.until_at
