-- Who asks, when, about what: one row per ticket, in the order of opening, pairs of duplicates included.

create table plan.ticket_slots as
with day_weights as (
    select
        day_on,
        sum(weight)::bigint as weight
    from plan.product_days, plan.span
    where day_on >= first_on and day_on <= last_on
    group by day_on
),
slot_weights as (
    select
        slot,
        local_on,
        -- Mornings and early afternoons of the desk's zone, with evenings for clients overseas.
        day_weights.weight
            * [3, 2, 2, 2, 2, 3, 5, 9, 15, 21, 23, 20, 16, 18, 21, 20, 18, 14, 11, 10, 10, 9, 7, 5][local_hour + 1] as weight
    from plan.slots
    cross join plan.span
    inner join day_weights on day_on = local_on
    where slot * 900 + 900 <= as_of_seconds
)
select
    slot,
    local_on,
    (sum(weight) over (order by slot) - weight)::bigint as from_weight
from slot_weights;

-- How many purchases of a product there were on the morning of a day, and 230 days before it.
create table plan.purchase_counts as
with sold as (
    select
        day_on,
        plan.products.product_number,
        count(purchase_number) as sold_count
    from plan.local_days
    cross join plan.products
    left join plan.purchases
        on
            purchases.product_number = products.product_number
            and cast(instant_of(purchased_seconds) as date) = day_on
    group by day_on, plan.products.product_number
),
running as (
    select
        day_on,
        product_number,
        coalesce(
            sum(sold_count) over (
                partition by product_number order by day_on rows between unbounded preceding and 2 preceding
            ), 0
        )::bigint as so_far
    from sold
)
select
    running.day_on,
    running.product_number,
    running.so_far,
    coalesce(earlier.so_far, 0) as long_ago
from running
left join running as earlier
    on earlier.product_number = running.product_number and earlier.day_on = running.day_on - 230;

create table plan.main_tickets as
with drawn as (
    select
        arrival_number,
        cast(floor(draw(61, arrival_number) * (select max(from_weight) from plan.ticket_slots)) as bigint) as place
    from (select unnest(range(1, 1 + getvariable('main_count')::bigint - count(*))) as arrival_number from plan.scenes)
),
-- The slot that holds a place: the last one that begins at or before it.
marked as (
    select
        from_weight as place,
        slot,
        null as arrival_number
    from plan.ticket_slots
    union all
    select
        place,
        null,
        arrival_number
    from drawn
),
placed as (
    select
        arrival_number,
        max(slot) over (
            order by place, arrival_number nulls first, slot rows between unbounded preceding and current row
        ) as slot
    from marked
),
arrivals as (
    select
        slots.local_on,
        placed.slot,
        arrival_number
    from placed
    inner join plan.slots on slots.slot = placed.slot
    where arrival_number is not null
),
about as (
    select
        arrival_number,
        local_on,
        slot * 900 + pick(62, arrival_number, 900) as asked_seconds,
        product_ranges.product_number,
        draw(63, arrival_number) < 0.014 as is_visitor,
        draw(64, arrival_number) < 0.025 as is_by_agent
    from arrivals
    inner join plan.product_ranges
        on
            product_ranges.day_on = arrivals.local_on
            and draw(65, arrival_number) * day_weight >= from_weight
            and draw(65, arrival_number) * day_weight < until_weight
),
-- Questions come soon after the purchase, seldom after months; some clients ask much more than others.
ranked as (
    select
        about.*,
        so_far,
        so_far
        - cast(floor(
            draw(66, arrival_number) * draw(66, arrival_number) * (0.35 + 0.65 * draw(67, arrival_number)) * (so_far - long_ago)
        ) as bigint) as rank_drawn
    from about
    inner join plan.purchase_counts
        on purchase_counts.day_on = about.local_on and purchase_counts.product_number = about.product_number
),
chosen as (
    select
        *,
        case
            when is_visitor or so_far = 0 then null
            when draw(68, arrival_number) < 0.45 then greatest(1, rank_drawn - rank_drawn % 6)
            else greatest(1, rank_drawn)
        end as product_rank
    from ranked
),
visitors as (
    select
        min(client_number) as first_number,
        count(*) as how_many
    from plan.clients
    where is_visitor
)
select
    arrival_number,
    asked_seconds,
    chosen.product_number,
    chosen.is_by_agent,
    purchase_number,
    coalesce(purchases.client_number, first_number + pick(69, arrival_number, how_many)) as client_number
from chosen
cross join visitors
left join plan.purchases
    on purchases.product_number = chosen.product_number and purchases.product_rank = chosen.product_rank;

-- Some clients open a second ticket for the same issue while the first is open. Mostly the desk closes
-- the older one, as 4.7 says; sometimes the newer.
create table plan.pairs as
with candidates as (
    select
        arrival_number,
        asked_seconds + 1800 + pick(70, arrival_number, 60) * pick(71, arrival_number, 60) * 50 as again_seconds
    from plan.main_tickets
    where not is_by_agent and purchase_number is not null
)
select
    arrival_number as older_number,
    arrival_number + 20000000 as newer_number,
    again_seconds,
    again_seconds + 300 + pick(72, arrival_number, 28000) as close_seconds,
    draw(73, arrival_number) < 0.78 as is_older_closed
from candidates, plan.span
where again_seconds < as_of_seconds
order by draw(74, arrival_number), arrival_number
limit cast(getvariable('tickets_count') - getvariable('main_count') as bigint);

create table plan.arrivals as
with every_ticket as (
    select
        arrival_number,
        asked_seconds,
        product_number,
        is_by_agent,
        purchase_number,
        client_number,
        null::bigint as older_number
    from plan.main_tickets
    union all
    select
        newer_number,
        again_seconds,
        product_number,
        false,
        purchase_number,
        client_number,
        older_number
    from plan.pairs
    inner join plan.main_tickets on arrival_number = older_number
),
-- An agent opens a ticket within opening hours, before as_of; the client's first word follows, or never comes.
opened as (
    select
        every_ticket.*,
        case
            when is_by_agent and next_opening.from_seconds + 900 <= as_of_seconds
                then next_opening.from_seconds + pick(78, every_ticket.arrival_number, 800)
            when is_by_agent then last_opening.from_seconds + pick(78, every_ticket.arrival_number, 800)
            else asked_seconds
        end as opened_seconds
    from every_ticket
    cross join plan.span
    inner join plan.slots on slots.slot = asked_seconds // 900
    inner join plan.open_slots as next_opening on next_opening.open_number = open_before // 900
    inner join plan.open_slots as last_opening on last_opening.open_number = open_before // 900 - 1
)
select
    opened.arrival_number,
    opened.product_number,
    opened.is_by_agent,
    opened.purchase_number,
    opened.client_number,
    opened.opened_seconds,
    case
        when not is_by_agent then opened_seconds
        when draw(75, opened.arrival_number) < 0.9
            then opened_seconds + 900 + pick(76, opened.arrival_number, 400) * pick(77, opened.arrival_number, 400)
    end as clock_seconds,
    coalesce(own.close_seconds, pair.close_seconds) as pair_close_seconds,
    case
        when own.newer_number is not null and own.is_older_closed then 'closed'
        when own.newer_number is not null then 'kept'
        when pair.newer_number is not null and not pair.is_older_closed then 'closed'
        when pair.newer_number is not null then 'kept'
    end as pair_fate,
    coalesce(own.newer_number, pair.older_number) as other_number,
    own.newer_number is not null as is_older
from opened
left join plan.pairs as own on own.older_number = opened.arrival_number
left join plan.pairs as pair on pair.newer_number = opened.arrival_number
order by opened.arrival_number;
