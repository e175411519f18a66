-- Intervals in which a client was on a list for product updates.
-- One row per client_email, list_code, subscribed_at
--
-- Half-open, without an end where nobody has left by as_of [E4].

with clock as (

    select as_of_at
    from facts.clock

)

select
    subscriptions.client_email,
    coalesce(addresses.client_id, subscriptions.client_email) as client_id,
    subscriptions.list_code,
    subscriptions.subscribed_at,
    case
        when subscriptions.unsubscribed_at <= clock.as_of_at then subscriptions.unsubscribed_at
    end as unsubscribed_at
from raw.subscriptions
cross join clock
left join facts.addresses
    on addresses.alias_email = subscriptions.client_email
where subscriptions.subscribed_at is null
    or subscriptions.subscribed_at <= clock.as_of_at
