-- The sample desk's opening hours, laid out by the plan itself: one row per quarter of an hour.
-- Deliberately another construction than etl/calendar.py (which reads data/desk.toml through zoneinfo
-- and the holidays library), so that the answer key and the pipeline can contradict each other.
-- What is written here is what data/desk.toml says; a test compares the two through the key.

-- Draws: a number in [0, 1) that depends on the seed, on what is drawn (`salt`) and for whom (`i`), and on
-- nothing else: not on the order of rows, not on threads. Nothing in these files uses a library function
-- whose last digit may differ between machines (no exp, ln, cos), and sums are of whole numbers.
create macro draw(salt, i) as
    (hash((i * 1024 + salt)::bigint + getvariable('seed')::bigint * 35184372088832) >> 11) / 9007199254740992.0;
create macro pick(salt, i, how_many) as cast(floor(draw(salt, i) * how_many) as bigint);
create macro instant_of(seconds) as make_timestamp((seconds) * 1000000);
create macro seconds_of(instant) as cast(epoch(instant) as bigint);

create schema plan;
create schema files;

-- The week in force from each date on: minutes after local midnight.
create table plan.weeks as
with hours as (
    select *
    from (
        values
            (date '2000-01-01', [1, 2, 3, 4, 5], 540, 780),
            (date '2000-01-01', [1, 2, 3, 4], 840, 1080),
            (date '2000-01-01', [5], 840, 1020),
            (date '2027-01-04', [1, 2, 3, 4, 5], 480, 720),
            (date '2027-01-04', [1, 2, 3, 4, 5], 780, 1020)
    ) as hour_row (from_on, weekdays, opens_minute, closes_minute)
)
select
    from_on,
    unnest(weekdays) as weekday,
    opens_minute,
    closes_minute
from hours;

-- Public holidays of Lithuania that fall on the same date every year, and Easter Monday.
create table plan.holidays as
select make_date(year_number, month_number, day_number) as day_on
from
    (select unnest(range(2023, 2037))::integer as year_number) as years,
    (
        values (1, 1), (2, 16), (3, 11), (5, 1), (6, 24), (7, 6), (8, 15), (11, 1), (11, 2), (12, 24), (12, 25), (12, 26)
    ) as fixed (month_number, day_number)
union all
select unnest([
    date '2023-04-10', date '2024-04-01', date '2025-04-21', date '2026-04-06', date '2027-03-29',
    date '2028-04-17', date '2029-04-02', date '2030-04-22', date '2031-04-14', date '2032-03-29',
    date '2033-04-18', date '2034-04-10', date '2035-03-26', date '2036-04-14'
]);

-- The desk's own day off, and days with hours of their own.
insert into plan.holidays values (date '2026-06-05');
create table plan.partial_days as
select *
from (values (date '2025-12-23', 540, 780), (date '2026-12-23', 540, 780)) as day_row (day_on, opens_minute, closes_minute);

-- Maintenance in local time: Thursdays before closing, and one afternoon.
create table plan.maintenance as
select
    day_on,
    1050 as from_minute,
    1080 as until_minute
from (select unnest(range(date '2025-09-01', date '2037-01-01', interval 1 day))::date as day_on)
where isodow(day_on) = 4
union all
select
    date '2026-03-12',
    720,
    990;

-- The history begins twenty months before the month of as_of; sales begin nine months earlier.
create table plan.span as
select
    seconds_of(getvariable('as_of')) as as_of_seconds,
    cast(date_trunc('month', getvariable('as_of')) - interval 20 month as date) as first_on,
    cast(getvariable('as_of') as date) as last_on,
    cast(date_trunc('month', getvariable('as_of')) - interval 29 month as date) as first_sale_on;

create table plan.slots as
with quarters as (
    select
        slot,
        timezone('Europe/Vilnius', timezone('UTC', instant_of(slot * 900))) as local_at
    from
        plan.span,
        lateral (
            select unnest(range(
                seconds_of(first_sale_on::timestamp) // 900 - 200,
                (as_of_seconds + 400 * 86400) // 900
            )) as slot
        )
),
local_quarters as (
    select
        slot,
        cast(local_at as date) as local_on,
        hour(local_at) as local_hour,
        hour(local_at) * 60 + minute(local_at) as local_minute
    from quarters
),
judged as (
    select
        local_quarters.*,
        case
            when partial_days.day_on is not null
                then local_minute >= partial_days.opens_minute and local_minute < partial_days.closes_minute
            else holidays.day_on is null and exists (
                from plan.weeks
                where
                    weekday = isodow(local_on)
                    and local_minute >= weeks.opens_minute
                    and local_minute < weeks.closes_minute
                    and from_on = (select max(newest.from_on) from plan.weeks as newest where newest.from_on <= local_on)
            )
        end
        and not exists (
            from plan.maintenance
            where
                maintenance.day_on = local_on
                and local_minute >= maintenance.from_minute
                and local_minute < maintenance.until_minute
        ) as is_open,
        holidays.day_on is not null as is_holiday
    from local_quarters
    left join plan.partial_days on partial_days.day_on = local_on
    left join (select distinct day_on from plan.holidays) as holidays on holidays.day_on = local_on
)
select
    slot,
    local_on,
    local_hour,
    is_open,
    is_holiday,
    coalesce(
        sum(case when is_open then 900 else 0 end)
            over (order by slot rows between unbounded preceding and 1 preceding),
        0
    )::bigint as open_before
from judged
order by slot;

-- The inverse: the n-th open quarter of an hour, when it begins, and the evening of its day.
create table plan.open_slots as
select
    open_before // 900 as open_number,
    slot * 900 as from_seconds,
    local_on,
    max(slot * 900 + 900) over (partition by local_on) as evening_seconds,
    max(open_before + 900) over (partition by local_on) as evening_open
from plan.slots
where is_open
order by open_number;

create table plan.local_days as
select
    local_on as day_on,
    min(slot) as first_slot,
    bool_or(is_open) as is_workday,
    bool_or(is_holiday) as is_holiday
from plan.slots
group by local_on
order by local_on;
