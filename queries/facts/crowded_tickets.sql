-- Tickets of shared mailboxes: more of one client and product in the window up to them than one person opens.
-- One row per ticket_id
--
-- Made whole: whether a ticket is one of many follows from the others. To compare each of them with all
-- before it would take too long; they are compared by the terms they share (facts.compared_pairs). Only
-- what was opened before counts, so that no later ticket changes how an earlier one was compared.

with openings as (

    select
        ticket_id,
        client_id,
        product_id,
        opened_at
    from facts.openings
    where client_id is not null
        and product_id is not null

),

windows as (

    select
        from_at,
        until_at,
        value_seconds
    from policy.limits
    where rule = 'duplicate' and parameter = 'window'

),

mailboxes as (

    select
        from_at,
        until_at,
        value_number
    from policy.limits
    where rule = 'duplicate' and parameter = 'mailbox'

),

smallest as (

    select min(value_number) as ticket_count
    from mailboxes

),

-- Few clients have so many tickets at all; only theirs are counted day by day.
busy_clients as (

    select
        openings.client_id,
        openings.product_id
    from openings
    cross join smallest
    group by
        openings.client_id,
        openings.product_id
    having count(*) > any_value(smallest.ticket_count)

),

counted as (

    select
        openings.ticket_id,
        openings.client_id,
        openings.product_id,
        openings.opened_at,
        mailboxes.value_number as mailbox_count,
        count(*) over (
            partition by openings.client_id, openings.product_id
            order by openings.opened_at
            range between to_seconds(windows.value_seconds) preceding and current row
        ) as ticket_count
    from openings
    inner join busy_clients
        on busy_clients.client_id = openings.client_id
        and busy_clients.product_id = openings.product_id
    left join windows
        on openings.opened_at >= windows.from_at
        and openings.opened_at < windows.until_at
    left join mailboxes
        on openings.opened_at >= mailboxes.from_at
        and openings.opened_at < mailboxes.until_at

)

select
    ticket_id,
    client_id,
    product_id,
    opened_at,
    ticket_count
from counted
where ticket_count > mailbox_count
