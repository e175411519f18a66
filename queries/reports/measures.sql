-- The figures of the desk at a glance: now or in the chosen period, and against the period before.
-- Date: opening for opened and the shares, closing for closed, first answer for the median; stocks are at as_of.
-- One row per measure_code

with bounds as (

    select
        chosen_period.from_on,
        chosen_period.until_on,
        chosen_period.from_on - cast(chosen_period.until_on - chosen_period.from_on + 1 as integer)
            as previous_from_on,
        -- There is a period before only where the data reaches back to its first day.
        chosen_period.from_on - cast(chosen_period.until_on - chosen_period.from_on + 1 as integer) >= span.first_on
            as has_previous,
        chosen_period.from_on > span.first_on as has_start
    from chosen_period
    cross join reports.span as span

),

tickets as (

    select
        filtered_tickets.is_open,
        filtered_tickets.response_basis,
        filtered_tickets.opened_on,
        filtered_tickets.responded_on,
        filtered_tickets.is_waiting_on_desk,
        filtered_tickets.is_answer_overdue,
        filtered_tickets.is_resolution_overdue,
        -- Judged are those within or late; running past due counts as late, running ones do not count.
        filtered_tickets.is_in_averages and filtered_tickets.response_verdict in ('pass', 'fail') as is_judged,
        filtered_tickets.is_in_averages and filtered_tickets.response_verdict = 'pass' as is_within_2_days,
        filtered_tickets.is_in_averages
        and filtered_tickets.response_verdict = 'pass'
        and filtered_tickets.response_code = 'within_1_day' as is_within_1_day,
        case
            when filtered_tickets.is_in_averages
                and filtered_tickets.response_code in ('within_1_day', 'within_2_days', 'late')
                then filtered_tickets.response_business_days
        end as response_business_days
    from filtered_tickets

),

stocks as (

    select
        count(*) filter (is_open) as open_count,
        -- What no ticket tells is unknown, not none.
        count(*) = 0 or bool_or(is_open is not null) as is_open_known,
        count(*) = 0 or bool_or(response_basis is distinct from 'none') as is_answer_known,
        count(*) filter (is_waiting_on_desk) as waiting_on_desk_count,
        count(*) filter (is_answer_overdue) as answers_overdue_count,
        count(*) filter (is_resolution_overdue) as resolutions_overdue_count
    from tickets

),

openings_by_day as (

    select
        opened_on,
        count(*) as opened_count,
        count(*) filter (is_judged) as judged_count,
        count(*) filter (is_within_2_days) as within_2_days_count,
        count(*) filter (is_within_1_day) as within_1_day_count
    from tickets
    group by opened_on

),

openings as (

    select
        openings_by_day.opened_on >= bounds.from_on as is_chosen,
        sum(openings_by_day.opened_count)::bigint as opened_count,
        sum(openings_by_day.judged_count)::bigint as judged_count,
        sum(openings_by_day.within_2_days_count) as within_2_days_count,
        sum(openings_by_day.within_1_day_count) as within_1_day_count
    from openings_by_day
    inner join bounds
        on openings_by_day.opened_on between bounds.previous_from_on and bounds.until_on
    group by is_chosen

),

answers as (

    select
        tickets.responded_on >= bounds.from_on as is_chosen,
        count(tickets.response_business_days) as answered_count,
        median(tickets.response_business_days) as median_business_days
    from tickets
    inner join bounds
        on tickets.responded_on between bounds.previous_from_on and bounds.until_on
    where tickets.response_business_days is not null
    group by is_chosen

),

changes_by_day as (

    select
        stock_changes.day_on,
        sum(stock_changes.closed_count) as closed_count,
        sum(stock_changes.open_change) as open_change,
        sum(stock_changes.waiting_on_desk_change) as waiting_on_desk_change,
        sum(stock_changes.answers_overdue_change) as answers_overdue_change,
        sum(stock_changes.resolutions_overdue_change) as resolutions_overdue_change
    from filtered_stock_changes as stock_changes
    group by stock_changes.day_on

),

-- The heights at the end of the day before the period, and the closings in it and in the one before.
history as (

    select
        coalesce(sum(open_change) filter (day_on < from_on), 0) as open_count,
        coalesce(sum(waiting_on_desk_change) filter (day_on < from_on), 0) as waiting_on_desk_count,
        coalesce(sum(answers_overdue_change) filter (day_on < from_on), 0) as answers_overdue_count,
        coalesce(sum(resolutions_overdue_change) filter (day_on < from_on), 0) as resolutions_overdue_count,
        coalesce(sum(closed_count) filter (day_on between from_on and until_on), 0)::bigint as closed_count,
        coalesce(sum(closed_count) filter (day_on >= previous_from_on and day_on < from_on), 0)
            as previous_closed_count
    from changes_by_day
    cross join bounds

),

chosen as (

    select
        coalesce(any_value(openings.opened_count), 0) as opened_count,
        coalesce(any_value(openings.judged_count), 0) as judged_count,
        any_value(openings.within_1_day_count) / nullif(any_value(openings.judged_count), 0) as within_1_day_share,
        any_value(openings.within_2_days_count) / nullif(any_value(openings.judged_count), 0) as within_2_days_share,
        coalesce(any_value(answers.answered_count), 0) as answered_count,
        -- Of fewer than 20 a median says little about the desk.
        case
            when any_value(answers.answered_count) >= 20 then any_value(answers.median_business_days)
        end as median_business_days
    from (select true as is_chosen) as periods
    left join openings
        on openings.is_chosen = periods.is_chosen
    left join answers
        on answers.is_chosen = periods.is_chosen

),

previous as (

    select
        coalesce(any_value(openings.opened_count), 0) as opened_count,
        any_value(openings.within_2_days_count) / nullif(any_value(openings.judged_count), 0) as within_2_days_share,
        case
            when any_value(answers.answered_count) >= 20 then any_value(answers.median_business_days)
        end as median_business_days
    from (select false as is_chosen) as periods
    left join openings
        on openings.is_chosen = periods.is_chosen
    left join answers
        on answers.is_chosen = periods.is_chosen

),

measured as (

    select
        'open' as measure_code,
        true as is_stock,
        case when stocks.is_open_known then stocks.open_count end::double as value,
        history.open_count::double as previous_value,
        stocks.open_count::bigint as n_count
    from stocks
    cross join history

    union all

    select
        'waiting_on_desk' as measure_code,
        true as is_stock,
        case when stocks.is_open_known then stocks.waiting_on_desk_count end as value,
        history.waiting_on_desk_count as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join history

    union all

    select
        'answers_overdue' as measure_code,
        true as is_stock,
        case when stocks.is_answer_known then stocks.answers_overdue_count end as value,
        history.answers_overdue_count as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join history

    union all

    select
        'resolutions_overdue' as measure_code,
        true as is_stock,
        case when stocks.is_open_known then stocks.resolutions_overdue_count end as value,
        history.resolutions_overdue_count as previous_value,
        stocks.open_count as n_count
    from stocks
    cross join history

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
        history.closed_count as value,
        history.previous_closed_count as previous_value,
        history.closed_count as n_count
    from history

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
        measured.measure_code,
        measured.is_stock,
        measured.value,
        measured.previous_value,
        measured.n_count,
        case
            when bounds.has_previous or (measured.is_stock and bounds.has_start)
                then measured.value - measured.previous_value
        end as change,
        measured.measure_code = 'within_1_and_2_days' as is_share,
        measured.measure_code = 'median_response' as is_duration,
        measured.is_stock
        or (measured.measure_code in ('median_response', 'within_1_and_2_days') and not stocks.is_answer_known)
            as is_unknown_if_null,
        chosen.within_1_day_share as first_value
    from measured
    cross join bounds
    cross join chosen
    cross join stocks

)

select
    measure_code,
    value,
    previous_value,
    change,
    n_count,
    case
        when value is null and is_duration and n_count between 1 and 19 then 'too few'
        when value is null and is_unknown_if_null then 'unknown'
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
        else case when change > 0 then '+' else '' end || format('{:,}', change::bigint)
    end as change_text,
    case when is_stock then 'over the period' else 'vs period before' end as against_text
from compared
