-- Tickets whose export contradicts itself, and in what; mostly a few.
-- One row per ticket_id, contradiction_code
--
-- Nothing of it is lost or guessed at: readings S2, S11, S15 and D4 say which side counts. What a row states is
-- of the day of its export, so a ticket with a change after as_of is not compared.

with recursive clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        ticket_id,
        opened_at,
        stated_status_code,
        stated_closed_at,
        stated_reopen_count
    from facts.openings

),

later_changes as (

    select status_changes.ticket_id
    from raw.status_changes
    cross join clock
    where status_changes.changed_at > clock.as_of_at

),

-- The last digit of an order is the state of the change, the closed ones from 3 on.
ended_otherwise as (

    select
        openings.ticket_id,
        changed_tickets.last_order % 8 >= 3 as has_closing_last,
        openings.stated_status_code
    from openings
    inner join facts.changed_tickets as changed_tickets
        on changed_tickets.ticket_id = openings.ticket_id
    anti join later_changes
        on later_changes.ticket_id = openings.ticket_id
    where (changed_tickets.last_order % 8 >= 3) <> (openings.stated_status_code in ('solved', 'closed'))

),

-- A ticket that came back keeps the date of its closing.
closed_while_open as (

    select
        openings.ticket_id,
        openings.stated_status_code
    from openings
    anti join facts.changed_tickets as changed_tickets
        on changed_tickets.ticket_id = openings.ticket_id
    where openings.stated_status_code not in ('solved', 'closed')
        and openings.stated_closed_at is not null
        and coalesce(openings.stated_reopen_count, 0) = 0

),

early_changes as (

    select
        status_changes.ticket_id,
        count(*) as row_count
    from raw.status_changes
    inner join openings
        on openings.ticket_id = status_changes.ticket_id
        and status_changes.changed_at < openings.opened_at
    group by status_changes.ticket_id

),

early_posts as (

    select
        posts.ticket_id,
        count(*) as row_count
    from raw.posts
    inner join openings
        on openings.ticket_id = posts.ticket_id
        and posts.posted_at < openings.opened_at
    group by posts.ticket_id

),

named as (

    select
        ticket_id,
        stated_duplicate_of_id as named_id
    from facts.openings
    where stated_duplicate_of_id is not null

),

chains as (

    select
        ticket_id,
        named_id as reached_id
    from named

    union

    select
        chains.ticket_id,
        named.named_id as reached_id
    from chains
    inner join named
        on named.ticket_id = chains.reached_id

),

-- A duplicate of a duplicate of itself: who names whom says nothing, the openings do [D1-D4].
circles as (

    select ticket_id
    from chains
    where reached_id = ticket_id

)

select
    ticket_id,
    'state' as contradiction_code,
    stated_status_code,
    has_closing_last,
    null::bigint as row_count
from ended_otherwise

union all

select
    ticket_id,
    'closing' as contradiction_code,
    stated_status_code,
    false as has_closing_last,
    null as row_count
from closed_while_open

union all

select
    ticket_id,
    'changes' as contradiction_code,
    null as stated_status_code,
    false as has_closing_last,
    row_count
from early_changes

union all

select
    ticket_id,
    'posts' as contradiction_code,
    null as stated_status_code,
    false as has_closing_last,
    row_count
from early_posts

union all

select
    ticket_id,
    'circle' as contradiction_code,
    null as stated_status_code,
    false as has_closing_last,
    null as row_count
from circles
