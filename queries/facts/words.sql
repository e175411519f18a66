-- What was said in each ticket and by whom, word by word, with what was said before and after.
-- One row per ticket_id, word_number
--
-- A word is a public post of a client or an agent that no machine wrote [M1, M2]. Words of one
-- second are in the order of M3: the client's first. Posts dated before their ticket's creation,
-- or of no known ticket, have no effect [S15, T13].

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

spoken as (

    select
        posts.ticket_id,
        posts.posted_at as said_at,
        posts.author_role = 'agent' as is_agent
    from raw.posts
    inner join openings
        on openings.ticket_id = posts.ticket_id
    where posts.author_role in ('client', 'agent')
        and coalesce(posts.is_public, true)
        and not coalesce(posts.is_auto, false)
        and posts.posted_at >= openings.opened_at
        -- Compared openly, DuckDB would take the words for a few.
        and coalesce(posts.posted_at <= (select as_of_at from clock), false)

)

select
    ticket_id,
    row_number() over in_order as word_number,
    said_at,
    is_agent,
    lag(said_at) over in_order as previous_said_at,
    lag(is_agent, 1, false) over in_order as was_agent,
    lead(said_at) over in_order as next_said_at
from spoken
window in_order as (partition by ticket_id order by said_at, is_agent)
