-- How many pairs the texts would make, by the limit of their similarity, and how many of them the help desk names.
-- Date: the opening of the newer ticket.
-- One row per limit_share

with similarity_steps as (

    select
        limit_share,
        is_in_force
    from reports.similarity_steps

),

pairs as (

    select
        duplicate_limits.from_share,
        duplicate_limits.similarity_share,
        duplicate_limits.is_named
    from reports.duplicate_limits
    inner join filtered_tickets
        on filtered_tickets.ticket_id = duplicate_limits.newer_ticket_id
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

)

select
    similarity_steps.limit_share,
    similarity_steps.is_in_force,
    count(*) filter (pairs.is_named) as named_count,
    count(*) filter (not pairs.is_named) as text_count,
    cast(round(1000 * similarity_steps.limit_share) as bigint) as position
from similarity_steps
left join pairs
    on similarity_steps.limit_share > pairs.from_share
    and similarity_steps.limit_share <= pairs.similarity_share
group by
    similarity_steps.limit_share,
    similarity_steps.is_in_force
