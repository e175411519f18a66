-- Pairs that the texts make, and the limits of the similarity between which each of them is one.
-- One row per older_ticket_id, newer_ticket_id
--
-- A ticket is paired with the last similar one before it: a pair is found by every limit up to its own
-- similarity, and above that of any pair with a later older ticket [D6]. One that the help desk names is
-- one whatever its texts; the texts agree by every limit up to its similarity.

with compared_pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        older_opened_at,
        newer_opened_at,
        similarity_share,
        is_named
    from facts.compared_pairs
    where similarity_share > 0
        and not has_two_sites

),

placed as (

    select
        compared_pairs.*,
        coalesce(
            max(similarity_share) over (
                partition by newer_ticket_id
                order by older_opened_at desc, older_ticket_id desc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as from_share
    from compared_pairs

),

found_pairs as (

    select
        older_ticket_id,
        newer_ticket_id
    from facts.duplicate_pairs
    where basis = 'text'

)

select
    placed.older_ticket_id,
    placed.newer_ticket_id,
    placed.newer_opened_at,
    case when placed.is_named then 0 else placed.from_share end as from_share,
    placed.similarity_share,
    placed.is_named,
    found_pairs.newer_ticket_id is not null as is_found
from placed
left join found_pairs
    on found_pairs.older_ticket_id = placed.older_ticket_id
    and found_pairs.newer_ticket_id = placed.newer_ticket_id
where placed.from_share < placed.similarity_share
    or placed.is_named
