-- Refunds asked for or decided up to as_of, each as it stood by then.
-- One row per refund_id
--
-- asked_at is NULL only where nothing is dated, and may lie after as_of where a decision is dated
-- before its request. A decision after as_of has not happened: the refund is still asked for; one
-- without a date was made with the request [T6].

with clock as (

    select as_of_at
    from facts.clock

),

refunds as (

    select
        refunds.refund_id,
        refunds.purchase_id,
        coalesce(refunds.requested_at, refunds.decided_at) as asked_at,
        case when refunds.status_code in ('approved', 'denied') then coalesce(refunds.decided_at, refunds.requested_at) end
            as decided_at,
        refunds.status_code,
        refunds.amount,
        refunds.currency_code,
        clock.as_of_at
    from raw.refunds
    cross join clock

)

select
    refund_id,
    purchase_id,
    asked_at,
    case when decided_at <= as_of_at then decided_at end as decided_at,
    case when decided_at > as_of_at then 'requested' else status_code end as status_code,
    amount,
    currency_code
from refunds
where asked_at is null
    or asked_at <= as_of_at
    or decided_at <= as_of_at
