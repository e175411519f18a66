-- What was written in tickets up to as_of, without the text.
-- One row per post_id
--
-- A word is a public post of a client or an agent that no machine wrote [M1, M2]. Posts dated
-- before their ticket's creation, or of no known ticket, have no effect [S15, T13].

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
        post_id,
        ticket_id,
        author_role,
        author_id,
        is_public,
        is_auto,
        posted_at
    from raw.posts

)

select
    posts.post_id,
    posts.ticket_id,
    posts.author_role,
    posts.author_id,
    posts.posted_at,
    coalesce(posts.author_role in ('client', 'agent'), false)
    and coalesce(posts.is_public, true)
    and not coalesce(posts.is_auto, false) as is_word
from posts
cross join clock
inner join openings
    on openings.ticket_id = posts.ticket_id
where posts.posted_at >= openings.opened_at
    and posts.posted_at <= clock.as_of_at
