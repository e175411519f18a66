-- The seconds in which something was said in a ticket, with what was said before and after.
-- One row per ticket_id, said_at
--
-- Several words of one second are one row; of those the client's comes first [M3], so a second
-- with an agent's word ends with it.

with spoken as (

    select
        ticket_id,
        posted_at as said_at,
        bool_or(author_role = 'client') as has_client,
        bool_or(author_role = 'agent') as has_agent
    from facts.posts
    where is_word
    group by
        ticket_id,
        posted_at

)

select
    ticket_id,
    said_at,
    has_client,
    has_agent,
    lag(said_at) over in_order as previous_said_at,
    lag(has_agent, 1, false) over in_order as was_agent,
    lead(said_at) over in_order as next_said_at
from spoken
window in_order as (partition by ticket_id order by said_at)
