-- What was not owed in the period: ineligible tickets, their answers and desk time, and answers to banned clients.
-- Date: the day of opening; for answers to banned clients the day of the answer.
-- One row per ticket_count (there is one)

with opened as (

    select
        count(*) as ticket_count,
        count(*) filter (filtered_tickets.eligibility_code = 'ineligible') as ineligible_count,
        count(*) filter (filtered_tickets.eligibility_code = 'unknown') as unknown_count
    from filtered_tickets
    inner join chosen_period
        on filtered_tickets.opened_on between chosen_period.from_on and chosen_period.until_on

),

given as (

    select
        count(*) as ticket_count,
        sum(given_away.answer_count) as answer_count,
        count(*) filter (given_away.answer_count is null) as unknown_answer_count,
        sum(given_away.desk_days) as desk_days,
        count(*) filter (given_away.desk_days is null) as unknown_desk_count
    from filtered_given_away as given_away
    inner join chosen_period
        on given_away.opened_on between chosen_period.from_on and chosen_period.until_on

),

banned as (

    select
        coalesce(sum(banned_answers.answer_count), 0)::bigint as answer_count,
        coalesce(sum(banned_answers.answer_count) filter (filtered_tickets.eligibility_code = 'ineligible'), 0)::bigint
            as shared_answer_count
    from reports.banned_answers as banned_answers
    inner join chosen_period
        on banned_answers.answered_on between chosen_period.from_on and chosen_period.until_on
    inner join filtered_tickets
        on filtered_tickets.ticket_id = banned_answers.ticket_id

)

-- Nothing known of any is unknown, nothing to know is 0.
select
    opened.ticket_count,
    opened.ineligible_count,
    opened.ineligible_count / nullif(opened.ticket_count, 0) as ineligible_share,
    opened.unknown_count,
    case
        when given.ticket_count = 0 then 0
        else given.answer_count
    end::bigint as answer_count,
    given.unknown_answer_count,
    case
        when given.ticket_count = 0 then 0
        else given.desk_days
    end as desk_days,
    given.unknown_desk_count,
    banned.answer_count as banned_answer_count,
    banned.shared_answer_count
from opened
cross join given
cross join banned
