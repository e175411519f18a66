-- The figures of the desk at a glance: now or in the chosen period, and against the period before.
-- Date: opening for opened and the shares, closing for closed, first answer for the median; stocks are at as_of.
-- One row per measure_code

with periods as (

    select
        'chosen' as period_code,
        from_on,
        until_on
    from chosen_period

    union all

    select
        'previous' as period_code,
        from_on - cast(until_on - from_on + 1 as integer) as from_on,
        from_on - 1 as until_on
    from chosen_period

),

-- There is a period before only where the data reaches back to its first day.
comparable as (

    select
        bool_and(periods.from_on >= span.first_on) as has_previous,
        bool_and(periods.from_on > span.first_on) filter (periods.period_code = 'chosen') as has_start
    from periods
    cross join reports.span as span

),

tickets as (

    select
        filtered_tickets.ticket_id,
        filtered_tickets.is_open,
        filtered_tickets.is_in_averages,
        ticket_details.opened_on,
        ticket_details.responded_on,
        ticket_details.response_business_days,
        ticket_details.response_code,
        ticket_details.response_verdict,
        ticket_details.is_waiting_on_desk,
        ticket_details.is_answer_overdue,
        ticket_details.is_resolution_overdue
    from filtered_tickets
    inner join reports.ticket_details as ticket_details
        on ticket_details.ticket_id = filtered_tickets.ticket_id

),

stocks as (

    select
        count(*) filter (is_open) as open_count,
        count(*) filter (is_waiting_on_desk) as waiting_on_desk_count,
        count(*) filter (is_answer_overdue) as answers_overdue_count,
        count(*) filter (is_resolution_overdue) as resolutions_overdue_count
    from tickets

),

earlier_stocks as (

    select
        coalesce(sum(stock_events.change) filter (stock_events.measure_code = 'open'), 0) as open_count,
        coalesce(sum(stock_events.change) filter (stock_events.measure_code = 'waiting_on_desk'), 0)
            as waiting_on_desk_count,
        coalesce(sum(stock_events.change) filter (stock_events.measure_code = 'answers_overdue'), 0)
            as answers_overdue_count,
        coalesce(sum(stock_events.change) filter (stock_events.measure_code = 'resolutions_overdue'), 0)
            as resolutions_overdue_count
    from chosen_period
    inner join reports.stock_events as stock_events
        on stock_events.day_on < chosen_period.from_on
    inner join filtered_tickets
        on filtered_tickets.ticket_id = stock_events.ticket_id

),

closings as (

    select
        periods.period_code,
        sum(load_events.closed_count)::bigint as closed_count
    from periods
    inner join facts.load_events as load_events
        on load_events.day_on between periods.from_on and periods.until_on
    inner join filtered_tickets
        on filtered_tickets.ticket_id = load_events.ticket_id
    group by periods.period_code

),

openings as (

    select
        periods.period_code,
        count(*) as opened_count,
        -- Judged are those within or late; running past due counts as late, running ones do not count.
        count(*) filter (tickets.is_in_averages and tickets.response_verdict in ('pass', 'fail')) as judged_count,
        count(*) filter (tickets.is_in_averages and tickets.response_verdict = 'pass') as within_2_days_count,
        count(*) filter (
            tickets.is_in_averages
            and tickets.response_verdict = 'pass'
            and tickets.response_code = 'within_1_day'
        ) as within_1_day_count
    from periods
    inner join tickets
        on tickets.opened_on between periods.from_on and periods.until_on
    group by periods.period_code

),

answers as (

    select
        periods.period_code,
        count(tickets.response_business_days) as answered_count,
        median(tickets.response_business_days) as median_business_days
    from periods
    inner join tickets
        on tickets.responded_on between periods.from_on and periods.until_on
    where tickets.is_in_averages
        and tickets.response_code in ('within_1_day', 'within_2_days', 'late')
    group by periods.period_code

),

by_period as (

    select
        periods.period_code,
        coalesce(openings.opened_count, 0) as opened_count,
        coalesce(closings.closed_count, 0) as closed_count,
        coalesce(answers.answered_count, 0) as answered_count,
        case when answers.answered_count >= 20 then answers.median_business_days end as median_business_days,
        coalesce(openings.judged_count, 0) as judged_count,
        openings.within_1_day_count / nullif(openings.judged_count, 0) as within_1_day_share,
        openings.within_2_days_count / nullif(openings.judged_count, 0) as within_2_days_share
    from periods
    left join openings
        on openings.period_code = periods.period_code
    left join closings
        on closings.period_code = periods.period_code
    left join answers
        on answers.period_code = periods.period_code

),

chosen as (

    select *
    from by_period
    where period_code = 'chosen'

),

previous as (

    select *
    from by_period
    where period_code = 'previous'

),

measured as (

    select
        'open' as measure_code,
        true as is_stock,
        stocks.open_count::double as value,
        earlier_stocks.open_count::double as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join earlier_stocks

    union all

    select
        'waiting_on_desk' as measure_code,
        true as is_stock,
        stocks.waiting_on_desk_count as value,
        earlier_stocks.waiting_on_desk_count as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join earlier_stocks

    union all

    select
        'answers_overdue' as measure_code,
        true as is_stock,
        stocks.answers_overdue_count as value,
        earlier_stocks.answers_overdue_count as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join earlier_stocks

    union all

    select
        'resolutions_overdue' as measure_code,
        true as is_stock,
        stocks.resolutions_overdue_count as value,
        earlier_stocks.resolutions_overdue_count as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join earlier_stocks

    union all

    select
        'opened' as measure_code,
        false as is_stock,
        chosen.opened_count as value,
        previous.opened_count as previous_value,
        chosen.opened_count as n_count
    from chosen
    cross join previous

    union all

    select
        'closed' as measure_code,
        false as is_stock,
        chosen.closed_count as value,
        previous.closed_count as previous_value,
        chosen.closed_count as n_count
    from chosen
    cross join previous

    union all

    select
        'median_response' as measure_code,
        false as is_stock,
        chosen.median_business_days as value,
        previous.median_business_days as previous_value,
        chosen.answered_count as n_count
    from chosen
    cross join previous

    union all

    -- One figure for both limits: the share within the last, beside it that within the first.
    select
        'within_1_and_2_days' as measure_code,
        false as is_stock,
        chosen.within_2_days_share as value,
        previous.within_2_days_share as previous_value,
        chosen.judged_count as n_count
    from chosen
    cross join previous

),

compared as (

    select
        measured.*,
        case
            when comparable.has_previous or (measured.is_stock and comparable.has_start)
                then measured.value - measured.previous_value
        end as change,
        measured.measure_code = 'within_1_and_2_days' as is_share,
        measured.measure_code = 'median_response' as is_duration,
        chosen.within_1_day_share as first_value
    from measured
    cross join comparable
    cross join chosen

)

select
    measure_code,
    value,
    previous_value,
    change,
    n_count,
    case
        when value is null and is_duration and n_count between 1 and 19 then 'too few'
        when value is null then '-'
        when is_share then format('{:.0f} % · {:.0f} %', 100 * first_value, 100 * value)
        when is_duration then format('{:.1f}', value)
        else format('{:,}', value::bigint)
    end as value_text,
    case
        when change is null then null
        when is_share and round(100 * change) = 0 then '0'
        when is_share then format('{:+.0f} points', 100 * change)
        when is_duration and round(change, 1) = 0 then '0'
        when is_duration then format('{:+.1f}', change)
        when change = 0 then '0'
        else if(change > 0, '+', '') || format('{:,}', change::bigint)
    end as change_text,
    case when is_stock then 'over the period' else 'vs the period before' end as against_text
from compared
