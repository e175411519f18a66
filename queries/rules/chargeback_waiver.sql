-- Was the payment disputed without having asked for help before?
-- Clause: 3.2
-- One row per subject_id (a chargeback_id)
--
-- A dispute that was won or withdrawn is no abuse [W4].

with clock as (

    select as_of_at
    from facts.clock

),

chargebacks as (

    select
        chargebacks.chargeback_id,
        chargebacks.purchase_id,
        chargebacks.opened_at,
        chargebacks.status_code
    from facts.chargebacks
    cross join clock
    where chargebacks.opened_at is null
        or chargebacks.opened_at <= clock.as_of_at

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'chargeback_waiver' and parameter is null

),

-- The first that applies, as verdict and as reason.
grounds as (

    select
        chargebacks.chargeback_id,
        chargebacks.opened_at,
        chargebacks.status_code,
        purchases.client_id,
        first_issues.ticket_id,
        -- The terms are those at the client's first request for support [6.1].
        versions.effective_on,
        case
            when chargebacks.status_code in ('won', 'withdrawn') then 'ended'
            when purchases.purchase_id is null then 'no_purchase'
            when purchases.client_id is null or purchases.product_id is null or purchases.purchased_at is null
                then 'torn_purchase'
            when chargebacks.opened_at is null then 'undated'
            when first_issues.ticket_id is null then 'no_help'
            else 'help'
        end as ground_code
    from chargebacks
    left join facts.purchases
        on purchases.purchase_id = chargebacks.purchase_id
    -- Help asked for in the second of the dispute, or later, does not count [W1].
    left join facts.first_issues
        on first_issues.purchase_id = chargebacks.purchase_id
        and first_issues.asked_at < chargebacks.opened_at
    left join versions
        on coalesce(first_issues.asked_at, chargebacks.opened_at) >= versions.from_at
        and coalesce(first_issues.asked_at, chargebacks.opened_at) < versions.until_at

)

select
    'chargeback' as subject_kind,
    chargeback_id as subject_id,
    client_id,
    '3.2' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    case ground_code
        when 'help' then 'fail'
        when 'no_help' then 'exempt'
        when 'ended' then 'exempt'
        else 'unknown'
    end::verdict as verdict,
    case ground_code
        when 'ended' then 'the dispute was ' || status_code
        when 'no_purchase' then 'the purchase is not known'
        when 'torn_purchase' then 'the purchase lacks its client, its product or its date'
        when 'undated' then 'the dispute has no date'
        when 'no_help' then 'no help was asked for between the purchase and the dispute'
        else 'disputed after help was asked for in ticket ' || ticket_id
    end as reason
from grounds
