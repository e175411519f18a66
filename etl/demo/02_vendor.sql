-- The vendor: products with their releases, the team with its hours and absences, and how many
-- tickets each product draws on each day.

create table plan.products as
select *
from (
    values
        (1, 'gallery-grid', 'Gallery Grid', 26, 3, 41, 0.25, 0, ['the lightbox', 'the album page', 'lazy loading', 'the thumbnail row', 'the caption line'], 39.00),
        (2, 'form-relay', 'Form Relay', 22, 5, 37, 0.55, 0, ['the contact form', 'the upload field', 'the confirmation mail', 'the condition editor', 'the spam filter'], 49.00),
        (3, 'price-table-studio', 'Price Table Studio', 14, 2, 52, 0.20, 0, ['the comparison table', 'the currency switch', 'the yearly toggle', 'the colour panel', 'the highlight badge'], 29.00),
        (4, 'booking-lantern', 'Booking Lantern', 13, 1, 33, 0.90, 0, ['the booking calendar', 'the slot picker', 'the reminder mail', 'the deposit step', 'the opening-hours panel'], 79.00),
        (5, 'menu-compass', 'Menu Compass', 9, 4, 58, 0.10, 0, ['the mega menu', 'the mobile drawer', 'sticky mode', 'the search box', 'the icon column'], 25.00),
        (6, 'review-ribbon', 'Review Ribbon', 8, 2, 49, 0.30, 0, ['the star widget', 'the review import', 'the moderation list', 'the snippet preview', 'the carousel'], 35.00),
        (7, 'cart-courier', 'Cart Courier', 6, 1, 44, 0.70, 120, ['the shipping table', 'the pickup map', 'label printing', 'the weight table', 'the tracking link'], 59.00),
        (8, 'slide-harbour', 'Slide Harbour', 5, 1, 39, 0.60, 330, ['the slide editor', 'the video slide', 'the timeline', 'the swipe mode', 'the preview pane'], 32.00)
) as product (
    product_number, product_id, product_name, popularity, first_major, release_gap_days, yearly_growth,
    launched_after_days, features, price
);

-- A release every few weeks; each third is a minor one, one in the middle of the history a major one.
create table plan.releases as
with planned as (
    select
        product_number,
        product_id,
        release_number,
        first_major,
        launched_after_days,
        first_sale_on
            + cast(
                launched_after_days * (launched_after_days > 0)::integer - 20 * (launched_after_days = 0)::integer
                + release_number * release_gap_days + pick(1, product_number * 100 + release_number, 9)
                as integer
            ) as planned_on,
        (4 + product_number % 5) as major_number
    from plan.products, plan.span, (select unnest(range(0, 45)) as release_number)
),
numbered as (
    select
        *,
        -- Releases come out on Tuesdays to Thursdays.
        planned_on + cast((2 - isodow(planned_on) + 7) % 7 + pick(2, product_number * 100 + release_number, 3) as integer)
            as released_on,
        release_number >= major_number as is_after_major,
        release_number - case when release_number >= major_number then major_number else 0 end as since_major
    from planned
)
select
    product_number,
    product_id,
    release_number,
    concat_ws('.', first_major + is_after_major::integer, since_major // 3, since_major % 3) as version,
    seconds_of(released_on::timestamp) + 25200 + pick(3, product_number * 100 + release_number, 21600) as released_seconds,
    released_on,
    case when release_number = major_number then 70 when since_major % 3 = 0 then 24 else 4 end as rush
from numbered, plan.span
where released_on <= last_on + 380
order by product_number, release_number;

-- The team: speed is the weight with which a person takes the quick, the usual and the slow answers.
create table plan.agents as
with people as (
    select unnest(range(1, 1 + cast(least(60, 7 + getvariable('tickets_count') // 15000) as bigint))) as agent_number
),
styles as (
    select *
    from (
        values
            (0, 6, 4, 2, 9, 17, 5), (1, 7, 3, 1, 9, 15, 5), (2, 3, 4, 3, 10, 17, 5), (3, 2, 3, 4, 9, 17, 4),
            (4, 2, 2, 5, 12, 17, 5), (5, 4, 3, 2, 9, 13, 5), (6, 1, 3, 6, 9, 17, 5)
    ) as style (style_number, fast_weight, usual_weight, slow_weight, from_hour, until_hour, days_count)
)
select
    agent_number,
    'A' || lpad(agent_number::varchar, 2, '0') as agent_id,
    ['Rasa', 'Tomasz', 'Ingrid', 'Kofi', 'Leila', 'Mateo', 'Anneli', 'Yuki', 'Daria', 'Samir', 'Elin', 'Joao'][1 + (agent_number - 1) % 12]
        || ' '
        || ['Petkute', 'Zielny', 'Halvors', 'Mensar', 'Farahan', 'Quirosa', 'Koivula', 'Tanabe', 'Orlovan', 'Haddadi', 'Strandby', 'Figueira', 'Varnas'][1 + (agent_number - 1) % 13]
        as agent_name,
    fast_weight,
    usual_weight,
    slow_weight,
    from_hour,
    until_hour,
    days_count,
    -- One person joined in the course of the history and one left.
    case when agent_number % 7 = 5 then first_on + 240 else first_sale_on end as joined_on,
    case when agent_number % 7 = 4 then first_on + 450 else last_on + 1000 end as left_on
from people
inner join styles on style_number = agent_number % 7, plan.span
order by agent_number;

-- Who was away: two weeks in summer, a few days around the new year for half of the team, short
-- illnesses, one week in which four of seven fell ill together, and a thin team in the last week, so that
-- there is a queue to look at.
create table plan.absences as
select
    agent_number,
    make_date(year_number, 7, 1) + cast(pick(10, agent_number * 50 + year_number % 50, 48) as integer) as from_on,
    14 as days_count
from plan.agents, (select unnest(range(2023, 2037))::integer as year_number)
union all
select
    agent_number,
    make_date(year_number, 12, 22),
    13
from plan.agents, (select unnest(range(2023, 2037))::integer as year_number)
where agent_number % 2 = year_number % 2
union all
select
    agent_number,
    first_sale_on + cast(quarter_number * 91 + pick(11, agent_number * 50 + quarter_number, 85) as integer),
    1 + pick(12, agent_number * 50 + quarter_number, 5)
from plan.agents, plan.span, (select unnest(range(0, 12)) as quarter_number)
where draw(13, agent_number * 50 + quarter_number) < 0.55
union all
select
    agent_number,
    last_on - 258,
    9
from plan.agents, plan.span
where agent_number % 7 in (1, 2, 3, 0)
union all
select
    agent_number,
    last_on - 4,
    8
from plan.agents, plan.span
where agent_number % 7 in (0, 1, 3);

create table plan.presence as
select
    day_on,
    agent_number,
    fast_weight,
    usual_weight,
    slow_weight,
    from_hour,
    until_hour
from plan.local_days, plan.agents
where
    day_on >= joined_on and day_on < left_on
    -- Weekends and holidays: two people look in now and then.
    and (case when is_workday then isodow(day_on) <= days_count else agent_number % 7 in (1, 6) end)
    and not exists (
        from plan.absences
        where
            absences.agent_number = agents.agent_number
            and day_on >= absences.from_on
            and day_on < absences.from_on + absences.days_count::integer
    );

-- Who can answer at a local hour, each as often as the person's weight: a draw from the list is a draw
-- from the people. Outside everybody's hours whoever works that day; nobody at all: the whole team.
create table plan.shifts as
with hours as (
    select
        day_on,
        hour_number
    from plan.local_days, (select unnest(range(0, 24)) as hour_number)
),
chances as (
    select
        hours.day_on,
        hour_number,
        presence.agent_number,
        presence.fast_weight,
        presence.usual_weight,
        presence.slow_weight
    from hours
    inner join plan.presence
        on hours.day_on = presence.day_on and hour_number >= from_hour and hour_number < until_hour
),
whole_days as (
    select
        day_on,
        list(agent_number order by agent_number) as agents
    from plan.presence
    group by day_on
),
gathered as (
    select
        day_on,
        hour_number,
        list(agent_number order by agent_number) as agents,
        flatten(list(list_resize([agent_number], fast_weight, agent_number) order by agent_number)) as fast,
        flatten(list(list_resize([agent_number], usual_weight, agent_number) order by agent_number)) as usual,
        flatten(list(list_resize([agent_number], slow_weight, agent_number) order by agent_number)) as slow
    from chances
    group by day_on, hour_number
),
everybody as (
    select list(agent_number order by agent_number) as agents
    from plan.agents, plan.span
    where joined_on < first_on and left_on > last_on
)
select
    seconds_of(hours.day_on::timestamp) // 86400 * 24 + hours.hour_number as shift_number,
    coalesce(gathered.agents, whole_days.agents, everybody.agents) as agents,
    coalesce(gathered.fast, whole_days.agents, everybody.agents) as fast,
    coalesce(gathered.usual, whole_days.agents, everybody.agents) as usual,
    coalesce(gathered.slow, whole_days.agents, everybody.agents) as slow
from hours
left join gathered on hours.day_on = gathered.day_on and hours.hour_number = gathered.hour_number
left join whole_days on hours.day_on = whole_days.day_on, everybody
order by shift_number;

-- How many tickets a product draws on a day: growth, the months, the weekday, and the rush after a
-- release, which fades within two weeks.
create table plan.product_days as
with rushes as (
    select
        releases.product_number,
        day_on,
        sum(rush * 6000 // (1 + (day_on - released_on)))::bigint as rush
    from plan.local_days
    inner join plan.releases on day_on >= released_on and day_on < released_on + 15
    group by releases.product_number, day_on
)
select
    day_on,
    products.product_number,
    cast(floor(
        popularity
        * (1 + yearly_growth * (day_on - first_on) / 365.0)
        * [1.12, 1.06, 1.05, 0.98, 0.96, 0.92, 0.84, 0.82, 1.02, 1.06, 1.18, 0.88][month(day_on)]
        * [1.22, 1.16, 1.08, 1.04, 0.90, 0.42, 0.36][isodow(day_on)]
        * (case when is_holiday then 0.55 else 1 end)
        * (case when launched_after_days > 0 and day_on < first_sale_on + 275 + launched_after_days then 0 else 1 end)
        * (1 + coalesce(rush, 0) / 100000.0)
        -- Weeks and days differ for no reason anybody knows.
        * (0.72 + 0.56 * draw(23, (day_on - date '2000-01-03') // 7))
        * (0.45 + 0.55 * (draw(20, day_on - date '2000-01-01') + draw(21, day_on - date '2000-01-01')))
        * (0.6 + 0.8 * draw(22, (day_on - date '2000-01-01') * 16 + products.product_number))
        * 1000
    ) as bigint) as weight
from plan.local_days
cross join plan.span
cross join plan.products
left join rushes using (product_number, day_on)
order by day_on, products.product_number;

-- How far the day's work exceeds the people who are there: 0 is a usual day, 1 a very bad one. The
-- inflow counts over five days, since a queue does not vanish overnight.
create table plan.stress as
with inflow as (
    select
        day_on,
        sum(weight)::bigint as weight
    from plan.product_days
    group by day_on
),
capacity as (
    select
        day_on,
        sum(fast_weight + usual_weight + slow_weight)::bigint as weight
    from plan.presence
    inner join plan.local_days using (day_on)
    where is_workday
    group by day_on
),
smoothed as (
    select
        inflow.day_on,
        (sum(inflow.weight) over five)::bigint as inflow,
        (sum(coalesce(capacity.weight, 0)) over five)::bigint as capacity
    from inflow
    left join capacity using (day_on)
    window five as (order by inflow.day_on rows between 5 preceding and 1 following)
),
ratios as (
    select
        day_on,
        inflow * 1000 // greatest(capacity, 1) as ratio
    from smoothed
),
usual as (
    select quantile_disc(ratio, 0.5) as ratio
    from ratios, plan.span
    where day_on between first_on and last_on
)
select
    day_on,
    least(1.0, greatest(0.0, (ratios.ratio - 1.10 * usual.ratio) / (1.4 * usual.ratio))) as stress
from ratios, usual
order by day_on;
