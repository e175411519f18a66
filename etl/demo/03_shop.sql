-- The shop: who buys what and when, under which name and address.

-- Sales follow the inflow's days, and begin before the history so that the first tickets have purchases.
create table plan.sales_slots as
with day_weights as (
    select
        day_on,
        sum(weight)::bigint as weight
    from plan.product_days, plan.span
    where day_on >= first_sale_on and day_on <= last_on
    group by day_on
),
slot_weights as (
    select
        slot,
        local_on,
        day_weights.weight
            * [2, 1, 1, 1, 1, 2, 4, 6, 9, 12, 13, 12, 10, 11, 13, 13, 12, 10, 9, 9, 10, 9, 6, 4][local_hour + 1] as weight
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

-- A draw within a day leads to a product: the ranges of a day add up to its whole weight.
create table plan.product_ranges as
select
    day_on,
    product_number,
    (sum(weight) over (partition by day_on order by product_number) - weight)::bigint as from_weight,
    (sum(weight) over (partition by day_on order by product_number))::bigint as until_weight,
    (sum(weight) over (partition by day_on))::bigint as day_weight
from plan.product_days;

create table plan.first_purchases as
with drawn as (
    select cast(floor(draw(29, drawn_number) * (select max(from_weight) from plan.sales_slots)) as bigint) as place
    from (select unnest(range(getvariable('sales_count')::bigint)) as drawn_number)
),
-- The slot that holds a place: the last one that begins at or before it.
marked as (
    select
        from_weight as place,
        slot,
        false as is_sale
    from plan.sales_slots
    union all
    select
        place,
        null,
        true
    from drawn
),
placed as (
    select
        place,
        is_sale,
        max(slot) over (order by place, is_sale, slot rows between unbounded preceding and current row) as slot
    from marked
),
-- Numbered in the order of time, so that a returning client has bought before.
sales as (
    select
        placed.slot,
        slots.local_on,
        row_number() over (order by place) - 1 as sale_number
    from placed
    inner join plan.slots on slots.slot = placed.slot
    where is_sale
),
buyers as (
    select
        *,
        -- The first few are new clients; later a good part has bought before.
        sale_number < 20 or draw(30, sale_number) < 0.66 as is_new
    from sales
),
counted as (
    select
        *,
        (sum(is_new::bigint) over (order by sale_number))::bigint as clients_so_far
    from buyers
)
select
    sale_number,
    case when is_new then clients_so_far else 1 + pick(31, sale_number, clients_so_far) end as client_number,
    is_new,
    product_ranges.product_number,
    slot * 900 + pick(32, sale_number, 900) as purchased_seconds
from counted
inner join plan.product_ranges
    on
        product_ranges.day_on = counted.local_on
        and draw(33, sale_number) * day_weight >= from_weight
        and draw(33, sale_number) * day_weight < until_weight;

-- Some licences are bought again when their support has run out, or shortly before.
create table plan.purchases as
with every_purchase as (
    select
        sale_number,
        client_number,
        product_number,
        purchased_seconds,
        false as is_renewal
    from plan.first_purchases
    union all
    select
        sale_number + 10000000,
        client_number,
        product_number,
        purchased_seconds + 86400 * (160 + pick(34, sale_number, 45)) + pick(35, sale_number, 30000),
        true
    from plan.first_purchases, plan.span
    where
        draw(36, sale_number) < 0.2
        and purchased_seconds + 86400 * 206 < as_of_seconds
)
select
    row_number() over (order by purchased_seconds, sale_number) as purchase_number,
    row_number() over (partition by product_number order by purchased_seconds, sale_number) as product_rank,
    client_number,
    product_number,
    purchased_seconds,
    is_renewal,
    -- Yes, no, or not said.
    case when draw(37, sale_number) < 0.94 then true when draw(37, sale_number) < 0.988 then false end as has_support_extra,
    case
        when draw(37, sale_number) < 0.94 and draw(38, sale_number) < 0.04
            then purchased_seconds + 86400 * (3 + pick(39, sale_number, 60))
    end as extra_from_seconds,
    -- An extended term: a whole number of months beyond the six.
    case when draw(40, sale_number) < 0.1 then 6 + 6 * (1 + pick(41, sale_number, 2)) end as stated_months,
    'LK-' || upper(substr(md5(getvariable('seed')::varchar || '/' || sale_number::varchar), 1, 10)) as licence_key
from every_purchase
order by purchase_number;

create table plan.clients as
with first_sale as (
    select
        client_number,
        min(purchased_seconds) as first_seconds
    from plan.purchases
    group by client_number
),
-- Registered users of the desk without any purchase under their address.
visitors as (
    select
        (select max(client_number) from first_sale) + visitor_number as client_number,
        seconds_of(first_on::timestamp) + pick(42, visitor_number, as_of_seconds - seconds_of(first_on::timestamp)) as first_seconds
    from plan.span, (select unnest(range(1, 4 + cast(getvariable('tickets_count') // 60 as bigint))) as visitor_number)
),
everyone as (
    select
        client_number,
        first_seconds,
        false as is_visitor
    from first_sale
    union all
    select
        client_number,
        first_seconds,
        true
    from visitors
),
named as (
    select
        *,
        [
            'Aino', 'Amara', 'Anders', 'Asta', 'Bence', 'Bruna', 'Chiara', 'Chidi', 'Dalia', 'Daniel', 'Eilidh', 'Emeka',
            'Farid', 'Fatou', 'Greta', 'Hana', 'Hugo', 'Ilse', 'Imani', 'Isak', 'Jana', 'Jonas', 'Kaito', 'Karin',
            'Lanh', 'Lucia', 'Maja', 'Marek', 'Meera', 'Milan', 'Nadia', 'Nils', 'Noor', 'Oksana', 'Owen', 'Paolo',
            'Priya', 'Ravi', 'Rosa', 'Saule', 'Sofia', 'Stefan', 'Taavi', 'Teresa', 'Umut', 'Vera', 'Wei', 'Zofia'
        ][1 + pick(43, client_number, 48)] as given_name,
        [
            'Abara', 'Achterberg', 'Almqvist', 'Baranek', 'Bellweather', 'Castelo', 'Chandar', 'Dovydis', 'Dubrov', 'Eklund',
            'Fairholm', 'Ferrantes', 'Gallego', 'Grunwaldt', 'Hamadi', 'Hartono', 'Ishiwara', 'Jablonka', 'Kallas', 'Kasprak',
            'Kimathi', 'Lindroos', 'Lopresti', 'Macrae', 'Mahlangu', 'Mirzaev', 'Nakano', 'Novosad', 'Okonjo', 'Olander',
            'Petrauskis', 'Quintela', 'Ramanath', 'Rosewood', 'Sandoval', 'Szabolcs', 'Tanaka', 'Thorvald', 'Urbanek', 'Valdorf',
            'Vidigal', 'Wachira', 'Westerby', 'Xanthou', 'Yildirak', 'Zabala', 'Zeroual', 'Zielke'
        ][1 + pick(44, client_number, 48)] as family_name,
        ['Harbour', 'Linden', 'Copper', 'Meadow', 'Northlight', 'Quiet', 'Paper', 'Juniper', 'Marble', 'Tide', 'Bright', 'Cedar',
            'Willow', 'Granite', 'Saffron', 'Plain', 'Ember', 'Orchard', 'Silver', 'Corner'][1 + pick(45, client_number, 20)]
        || ' '
        || ['Studio', 'Bakery', 'Dental', 'Rentals', 'Outdoor', 'Bikes', 'Books', 'Kitchen', 'Yoga', 'Garden', 'Travel', 'Print',
            'Works', 'Ceramics', 'Theatre', 'Optics'][1 + pick(46, client_number, 16)] as business
    from everyone
),
numbered as (
    select
        *,
        row_number() over (partition by lower(given_name || family_name) order by client_number) as same_name_number,
        row_number() over (partition by business order by client_number) as same_business_number
    from named
)
select
    client_number,
    first_seconds,
    is_visitor,
    given_name,
    given_name || ' ' || family_name as client_name,
    business,
    lower(given_name) || '.' || lower(family_name)
        || case when same_name_number > 1 then same_name_number::varchar else '' end
        || '@example.' || ['com', 'org', 'net'][1 + pick(47, client_number, 3)] as client_email,
    'https://' || replace(lower(business), ' ', '-')
        || case when same_business_number > 1 then '-' || same_business_number::varchar else '' end
        || '.example.' || ['com', 'org', 'net'][1 + pick(48, client_number, 3)] as website,
    ['DE', 'LT', 'US', 'GB', 'FR', 'PL', 'NL', 'IN', 'BR', 'ES', 'IT', 'SE', 'NG', 'JP', 'AU', 'CA'][1 + least(15, pick(49, client_number, 22))]
        as country_code,
    -- Most register with the purchase, some before; a few never or much later.
    case
        when draw(50, client_number) < 0.012 then null
        when draw(50, client_number) < 0.022 then first_seconds + 86400 * (40 + pick(51, client_number, 60))
        else first_seconds - pick(51, client_number, 40) * pick(52, client_number, 40) * 400
    end as registered_seconds,
    case
        when draw(53, client_number) < 0.022 then null
        else first_seconds - pick(54, client_number, 3000)
    end as subscribed_seconds,
    case
        when draw(55, client_number) < 0.035 then first_seconds + 86400 * (20 + pick(56, client_number, 300))
    end as unsubscribed_seconds
from numbered
order by client_number;
