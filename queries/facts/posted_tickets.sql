-- Tickets with a post, whatever its date, author and kind: they are judged by their posts.
-- One row per ticket_id
--
-- Posts dated before the creation have no effect; one after as_of has not happened, but decides by
-- which record its ticket is judged all the same [R1, S15].

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

-- Mostly a few: what no one said aloud, and what is dated later.
unspoken_posts as (

    select
        posts.ticket_id,
        posts.posted_at
    from raw.posts
    cross join clock
    where posts.posted_at > clock.as_of_at
        or posts.author_role not in ('client', 'agent')
        or posts.author_role is null
        or not posts.is_public
        or posts.is_auto

),

-- Most tickets with a post have one that somebody said.
spoken_tickets as (

    select ticket_id
    from facts.words
    where word_number = 1

)

select ticket_id
from spoken_tickets

union all

select distinct openings.ticket_id
from unspoken_posts
inner join openings
    on openings.ticket_id = unspoken_posts.ticket_id
anti join spoken_tickets
    on spoken_tickets.ticket_id = openings.ticket_id
where unspoken_posts.posted_at >= openings.opened_at
