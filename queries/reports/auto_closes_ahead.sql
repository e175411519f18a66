-- How many open tickets are closed for inactivity on each of the next days if nobody writes, by whose word was last.
-- Date: the day of closing, from today on, whatever the period.
-- One row per closes_on, last_word_code
--
-- Days and words without a ticket are there, with 0. What should be closed already is of no day.

with today as (

    select max(day_on) as day_on
    from facts.days

),

expected as (

    select
        auto_close_on,
        last_word_code,
        count(*) as ticket_count,
        count(*) filter (is_neglected) as neglected_count
    from (
        select
            auto_close_on,
            coalesce(last_word_by, 'unknown') as last_word_code,
            is_neglected
        from filtered_tickets
        where auto_close_on is not null
    ) as waiting
    group by
        auto_close_on,
        last_word_code

),

-- As many days as a ticket may stay silent that is opened now; more where older terms gave more.
last_day as (

    select
        greatest(
            max(today.day_on) + cast(ceil(max(terms.idle_seconds) / 86400) as integer),
            (select max(auto_close_on) from expected)
        ) as day_on
    from today
    cross join facts.clock as clock
    inner join facts.terms as terms
        on clock.as_of_at >= terms.from_at
        and clock.as_of_at < terms.until_at

),

days as (

    select
        cast(listed.day_at as date) as closes_on,
        today.day_on as today_on
    from today
    cross join last_day
    cross join lateral unnest(
        generate_series(cast(today.day_on as timestamp), cast(last_day.day_on as timestamp), interval 1 day)
    ) as listed(day_at)

),

codes as (

    select unnest(['agent', 'unknown', 'client', 'nobody']) as last_word_code

)

select
    days.closes_on,
    days.closes_on = days.today_on as is_today,
    codes.last_word_code,
    coalesce(expected.ticket_count, 0) as ticket_count,
    coalesce(expected.neglected_count, 0) as neglected_count,
    coalesce(sum(expected.ticket_count) over (partition by days.closes_on), 0)::bigint as day_ticket_count,
    row_number() over (order by days.closes_on, codes.last_word_code) as position
from days
cross join codes
left join expected
    on expected.auto_close_on = days.closes_on
    and expected.last_word_code = codes.last_word_code
