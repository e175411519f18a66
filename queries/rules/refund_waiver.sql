-- Was the refund asked for before the desk had resolved the client's first issue?
-- Clause: 3.1
-- One row per subject_id (a refund_id)
--
-- What was decided about it plays no part [W2].

with clock as (

    select as_of_at
    from facts.clock

),

refunds as (

    select
        refunds.refund_id,
        refunds.purchase_id,
        refunds.asked_at
    from facts.refunds
    cross join clock
    where refunds.asked_at is null
        or refunds.asked_at <= clock.as_of_at

),

first_issues as (

    select
        first_issues.purchase_id,
        first_issues.ticket_id,
        first_issues.asked_at,
        states.first_resolved_at,
        states.is_closed_at_unknown_time
    from facts.first_issues
    semi join refunds
        on refunds.purchase_id = first_issues.purchase_id
    inner join facts.states
        on states.ticket_id = first_issues.ticket_id

),

requests as (

    select
        refunds.refund_id,
        refunds.asked_at,
        purchases.client_id,
        purchases.purchase_id is not null as has_purchase,
        purchases.client_id is not null
        and purchases.product_id is not null
        and purchases.purchased_at is not null as is_purchase_whole,
        first_issues.ticket_id,
        first_issues.asked_at as help_asked_at,
        first_issues.first_resolved_at,
        coalesce(first_issues.first_resolved_at < refunds.asked_at, false) as was_resolved,
        coalesce(first_issues.is_closed_at_unknown_time, false) as is_closed_at_unknown_time
    from refunds
    left join facts.purchases
        on purchases.purchase_id = refunds.purchase_id
    -- Help asked for in the second of the request, or later, does not count [W1].
    left join first_issues
        on first_issues.purchase_id = refunds.purchase_id
        and first_issues.asked_at < refunds.asked_at

),

-- What the closings of the first issue say of it at the instant of the request, that second included.
stood as (

    select
        requests.refund_id,
        bool_or(
            closings.closed_at <= requests.asked_at
            and (closings.reopened_at is null or closings.reopened_at > requests.asked_at)
        ) as was_closed,
        bool_or(closings.outcome_code is null and closings.closed_at < requests.asked_at) as was_closed_somehow
    from requests
    inner join facts.closings
        on closings.ticket_id = requests.ticket_id
    group by requests.refund_id

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'refund_waiver' and parameter is null

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

-- The first that applies, as verdict and as reason.
grounds as (

    select
        requests.*,
        -- The terms are those at the client's first request for support [6.1].
        versions.effective_on,
        strftime(local_time.day_on, '%d %b %Y') as resolved_text,
        case
            when not requests.has_purchase then 'no_purchase'
            when not requests.is_purchase_whole then 'torn_purchase'
            when requests.asked_at is null then 'undated'
            when requests.ticket_id is null then 'no_help'
            when requests.was_resolved and coalesce(stood.was_closed, false) then 'resolved'
            when requests.was_resolved then 'open_again'
            when requests.is_closed_at_unknown_time then 'no_closing'
            when coalesce(stood.was_closed_somehow, false) then 'no_outcome'
            else 'not_resolved'
        end as ground_code
    from requests
    left join stood
        on stood.refund_id = requests.refund_id
    left join versions
        on coalesce(requests.help_asked_at, requests.asked_at) >= versions.from_at
        and coalesce(requests.help_asked_at, requests.asked_at) < versions.until_at
    left join local_time
        on local_time.piece_on = requests.first_resolved_at::date
        and requests.first_resolved_at >= local_time.from_at
        and requests.first_resolved_at < local_time.until_at

)

select
    'refund' as subject_kind,
    refund_id as subject_id,
    client_id,
    '3.1' as clause,
    effective_on,
    asked_at as happened_at,
    null::timestamp as due_at,
    case ground_code
        when 'resolved' then 'fail'
        when 'no_help' then 'exempt'
        when 'not_resolved' then 'pass'
        else 'unknown'
    end::verdict as verdict,
    case ground_code
        when 'no_purchase' then 'the purchase is not known'
        when 'torn_purchase' then 'the purchase lacks its client, its product or its date'
        when 'undated' then 'the refund has no date'
        when 'no_help' then 'no help was asked for between the purchase and the request'
        when 'resolved' then 'asked for after the first issue, ticket ' || ticket_id || ', was resolved on ' || resolved_text
        when 'open_again'
            then 'the first issue, ticket ' || ticket_id || ', was resolved on ' || resolved_text || ' and open again'
        when 'no_closing' then 'the first issue, ticket ' || ticket_id || ', was closed at an unknown time'
        when 'no_outcome' then 'the first issue, ticket ' || ticket_id || ', was closed with an unknown outcome'
        else 'the first issue, ticket ' || ticket_id || ', was not resolved by then'
    end as reason
from grounds
