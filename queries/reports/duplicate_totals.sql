-- How many pairs of tickets about one issue and bursts of posts there were, and how the pairs ended.
-- Date: the opening of the newer ticket of a pair, and of the ticket of a burst.
-- One row per pair_count (there is one)

with tickets as (

    select
        filtered_tickets.ticket_id,
        filtered_tickets.client_id
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

pairs as (

    select
        duplicate_pairs.verdict,
        duplicate_pairs.basis,
        tickets.client_id
    from facts.duplicate_pairs
    inner join tickets
        on tickets.ticket_id = duplicate_pairs.newer_ticket_id

),

counted_pairs as (

    select
        count(*) as pair_count,
        count(*) filter (basis = 'text') as text_count,
        count(*) filter (verdict = 'newer_closed') as newer_closed_count,
        count(*) filter (verdict = 'both_open') as both_open_count
    from pairs

),

counted_bursts as (

    select
        count(*) as burst_count,
        count(distinct tickets.client_id) as burst_client_count
    from facts.post_bursts
    inner join tickets
        on tickets.ticket_id = post_bursts.ticket_id

)

select
    counted_pairs.pair_count,
    counted_pairs.text_count,
    counted_pairs.newer_closed_count,
    counted_pairs.both_open_count,
    counted_bursts.burst_count,
    counted_bursts.burst_client_count
from counted_pairs
cross join counted_bursts
