-- Disputes opened or ended up to as_of, each as it stood by then.
-- One row per chargeback_id
--
-- opened_at is NULL where it is not dated, and may lie after as_of where the end is dated before it.
-- An end after as_of has not happened: the dispute is still open; one without a date came with the
-- opening [T6]. A dispute of which no end is recorded is open.

with clock as (

    select as_of_at
    from facts.clock

),

chargebacks as (

    select
        chargebacks.chargeback_id,
        chargebacks.purchase_id,
        chargebacks.opened_at,
        case
            when chargebacks.status_code in ('won', 'lost', 'withdrawn')
                then coalesce(chargebacks.closed_at, chargebacks.opened_at)
        end as closed_at,
        coalesce(chargebacks.status_code, 'open') as status_code,
        chargebacks.reason_code,
        chargebacks.amount,
        chargebacks.fee_amount,
        chargebacks.other_cost_amount,
        chargebacks.currency_code,
        clock.as_of_at
    from raw.chargebacks
    cross join clock

)

select
    chargeback_id,
    purchase_id,
    opened_at,
    case when closed_at <= as_of_at then closed_at end as closed_at,
    case when closed_at > as_of_at then 'open' else status_code end as status_code,
    reason_code,
    amount,
    fee_amount,
    other_cost_amount,
    currency_code
from chargebacks
where opened_at is null
    or opened_at <= as_of_at
    or closed_at <= as_of_at
