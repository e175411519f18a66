-- Tickets about an issue that was seen before, and when its first ticket was opened.
-- One row per ticket_id
-- Made whole: which ticket was the first follows from other tickets
--
-- Made whole: an issue was first seen on another ticket. From pair to pair, down from the tickets that
-- no older one precedes [D6].

with recursive pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        older_opened_at
    from facts.duplicate_pairs

),

chains as (

    select
        pairs.newer_ticket_id as ticket_id,
        pairs.older_opened_at as first_seen_at
    from pairs
    anti join facts.duplicate_pairs as older_pairs
        on older_pairs.newer_ticket_id = pairs.older_ticket_id

    union

    select
        pairs.newer_ticket_id as ticket_id,
        chains.first_seen_at
    from chains
    inner join pairs
        on pairs.older_ticket_id = chains.ticket_id

)

select
    ticket_id,
    min(first_seen_at) as first_seen_at
from chains
group by ticket_id
