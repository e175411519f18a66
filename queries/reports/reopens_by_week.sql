-- Of the tickets opened in a week that were closed at least once, how many came back, and how many posts a ticket took.
-- Date: the day of opening.
-- One row per week_on

with tickets as (

    select
        filtered_tickets.opened_week_on,
        filtered_tickets.reopen_count,
        filtered_tickets.reopen_count is not null
        and coalesce(not filtered_tickets.is_open or filtered_tickets.reopen_count > 0, false) as is_closed_once,
        filtered_tickets.post_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

counted as (

    select
        opened_week_on,
        count(*) filter (is_closed_once) as closed_once_count,
        count(*) filter (is_closed_once and reopen_count > 0) as reopened_count,
        count(post_count) as posted_count,
        avg(post_count) as mean_posts,
        quantile_cont(post_count, 0.9) as p90_posts
    from tickets
    group by opened_week_on

)

-- Of fewer than 20 tickets a rate says little about the desk.
select
    opened_week_on as week_on,
    closed_once_count,
    reopened_count,
    case when closed_once_count >= 20 then reopened_count / closed_once_count end as reopened_share,
    posted_count,
    case when posted_count >= 20 then mean_posts end as mean_posts,
    case when posted_count >= 20 then p90_posts end as p90_posts,
    row_number() over (order by opened_week_on) as position
from counted
