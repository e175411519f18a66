-- Tickets closed for inactivity after a question of the desk that nobody answered, of clients with several.
-- One row per ticket_id
-- Made whole: how many tickets of the client were closed so follows from the others
--
-- The last word is the desk's and has a question mark that ends a sentence: one inside an address, or
-- in lines that quote an earlier message, asks nothing. A ticket that came back was answered. What was
-- said last is read only where a client has as many such closings as the policy asks for.

with limits as (

    select min(value_number) as value_number
    from policy.limits
    where rule = 'desk_questions_unanswered' and parameter = 'tickets'

),

closed as (

    select
        inactivities.ticket_id,
        inactivities.closed_at,
        openings.client_id
    from facts.inactivities
    inner join facts.openings
        on openings.ticket_id = inactivities.ticket_id
    where inactivities.closed_at is not null
        and inactivities.last_word_by = 'agent'
        and openings.client_id is not null

),

clients as (

    select closed.client_id
    from closed
    cross join limits
    group by
        closed.client_id,
        limits.value_number
    having count(*) >= limits.value_number

),

endings as (

    select
        closed.ticket_id,
        closed.client_id,
        closed.closed_at,
        conversations.last_word_at
    from closed
    semi join clients
        on clients.client_id = closed.client_id
    inner join facts.conversations
        on conversations.ticket_id = closed.ticket_id

),

last_words as (

    select
        endings.ticket_id,
        endings.client_id,
        endings.closed_at,
        endings.last_word_at,
        case
            when contains(posts.body, '>') then regexp_replace(posts.body, '(?m)^\s*>.*$', '', 'g')
            else posts.body
        end as own_text
    from raw.posts
    inner join endings
        on endings.ticket_id = posts.ticket_id
        and endings.last_word_at = posts.posted_at
    where posts.author_role = 'agent'
        and coalesce(posts.is_public, true)
        and not coalesce(posts.is_auto, false)

)

select
    ticket_id,
    client_id,
    last_word_at as asked_at,
    closed_at
from last_words
where regexp_matches(own_text, '[?]["'')\]]*(\s|$)')
    -- Those of other scripts stand in no address.
    or regexp_matches(own_text, '[？؟\x{037E}]')
group by
    ticket_id,
    client_id,
    last_word_at,
    closed_at
