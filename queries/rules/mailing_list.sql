-- Was the client on the product update list when the ticket was opened?
-- Clause: 5.3
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'mailing_list' and parameter = 'required'

),

known as (

    select has_subscriptions
    from facts.known

),

-- Of a row without a start nobody knows whether it held, unless it had ended by the opening [E4].
subscribed as (

    select
        tickets.ticket_id,
        bool_or(
            subscriptions.subscribed_at <= tickets.opened_at
            and (subscriptions.unsubscribed_at is null or tickets.opened_at < subscriptions.unsubscribed_at)
        ) as is_subscribed,
        bool_or(
            subscriptions.subscribed_at is null
            and (subscriptions.unsubscribed_at is null or subscriptions.unsubscribed_at > tickets.opened_at)
        ) as is_unclear,
        bool_or(subscriptions.subscribed_at <= tickets.opened_at) as has_left
    from tickets
    inner join facts.subscriptions
        on subscriptions.client_id = tickets.client_id
    group by tickets.ticket_id

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        known.has_subscriptions,
        subscribed.has_left,
        case
            when not requirements.is_required then 'exempt'
            when subscribed.is_subscribed then 'pass'
            when subscribed.is_unclear or tickets.client_id is null or not known.has_subscriptions then 'unknown'
            else 'fail'
        end::verdict as verdict
    from tickets
    cross join known
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
    left join subscribed
        on subscribed.ticket_id = tickets.ticket_id

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '5.3' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when verdict = 'pass' then 'subscribed to product updates'
        when client_id is null then 'the ticket names no client'
        when not has_subscriptions then 'no list of subscribers is loaded'
        when verdict = 'unknown' then 'the subscription has no date'
        when has_left then 'had left the list of product updates'
        else 'not on the list of product updates'
    end as reason
from judged
