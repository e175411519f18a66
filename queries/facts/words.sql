-- The seconds in which something was said in a ticket, with what was said before and after.
-- One row per ticket_id, said_at
--
-- A word is a public post of a client or an agent that no machine wrote [M1, M2]. Several words of
-- one second are one row; of those the client's comes first [M3], so a second with an agent's word
-- ends with it. Posts dated before their ticket's creation, or of no known ticket, have no effect
-- [S15, T13].

with clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        ticket_id,
        opened_at
    from facts.openings

),

posts as (

    select
        ticket_id,
        author_role,
        posted_at
    from raw.posts
    where author_role in ('client', 'agent')
        and coalesce(is_public, true)
        and not coalesce(is_auto, false)

),

spoken as (

    select
        posts.ticket_id,
        posts.posted_at as said_at,
        count(*) filter (posts.author_role = 'client') as client_count,
        count(*) filter (posts.author_role = 'agent') as agent_count
    from posts
    cross join clock
    inner join openings
        on openings.ticket_id = posts.ticket_id
    where posts.posted_at >= openings.opened_at
        and posts.posted_at <= clock.as_of_at
    group by
        posts.ticket_id,
        posts.posted_at

)

select
    ticket_id,
    said_at,
    client_count,
    agent_count,
    client_count > 0 as has_client,
    agent_count > 0 as has_agent,
    lag(said_at) over in_order as previous_said_at,
    lag(agent_count > 0, 1, false) over in_order as was_agent,
    lead(said_at) over in_order as next_said_at
from spoken
window in_order as (partition by ticket_id order by said_at)
