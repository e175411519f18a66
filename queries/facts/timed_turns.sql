-- Questions of each ticket and the answers to them, timed in business seconds, before any limit.
-- One row per ticket_id, turn_number
-- Kept in: facts.turns
--
-- Turn 1 starts where the response clock starts; each further turn at the first client word after
-- an answer. A turn ends at the next agent word strictly later than its start [V9].

with clock as (

    select as_of_at
    from facts.clock

),

starts as (

    select
        ticket_id,
        response_basis,
        response_started_at,
        reported_response_at
    from facts.response_starts
    where response_started_at is not null

),

states as (

    select
        ticket_id,
        is_open,
        closed_at
    from facts.states

),

words as (

    select
        words.ticket_id,
        words.said_at,
        words.is_agent,
        coalesce(words.previous_said_at > starts.response_started_at, false) and words.was_agent as was_agent,
        words.is_agent and not words.was_agent and words.previous_said_at = words.said_at as is_mixed
    from facts.words
    inner join starts
        on starts.ticket_id = words.ticket_id
    where words.said_at > starts.response_started_at

),

-- Where client and agent wrote in one second, the agent's word answers the question that was open
-- before that second, but not one that only starts in it. Which of the two it is depends on all
-- seconds before; such tickets are rare and are numbered apart.
mixed_tickets as (

    select distinct ticket_id
    from words
    where is_mixed

),

mixed_seconds as (

    select
        words.ticket_id,
        words.said_at,
        bool_or(words.is_agent) as has_agent,
        bool_or(words.is_agent) and bool_or(not words.is_agent) as is_mixed
    from words
    inner join mixed_tickets
        on mixed_tickets.ticket_id = words.ticket_id
    group by
        words.ticket_id,
        words.said_at

),

mixed_words as (

    select
        ticket_id,
        said_at,
        is_mixed,
        has_agent,
        row_number() over (partition by ticket_id order by said_at) as word_number
    from mixed_seconds

),

-- The last second before with one side only, as 2 x its number, plus 1 if it was the agent's.
anchored_words as (

    select
        ticket_id,
        said_at,
        is_mixed,
        has_agent,
        word_number,
        coalesce(
            max(case when not is_mixed then 2 * word_number + has_agent::integer end) over (
                partition by ticket_id
                order by said_at
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as anchor
    from mixed_words

),

-- Each mixed second turns "a question is open" into its opposite.
settled_words as (

    select
        ticket_id,
        said_at,
        case
            when is_mixed then (anchor % 2 = 0) = ((word_number - 1 - anchor // 2) % 2 = 0)
            else has_agent
        end as is_answer
    from anchored_words

),

stepped_words as (

    select
        ticket_id,
        said_at,
        is_answer,
        lag(is_answer, 1, false) over (partition by ticket_id order by said_at) as was_answer
    from settled_words

    union all

    select
        words.ticket_id,
        words.said_at,
        words.is_agent as is_answer,
        words.was_agent as was_answer
    from words
    anti join mixed_tickets
        on mixed_tickets.ticket_id = words.ticket_id

),

-- An answer that ends a turn, a question that starts one, and so on in turn.
turning_words as (

    select
        ticket_id,
        said_at,
        is_answer,
        row_number() over in_order as word_number,
        lead(said_at) over in_order as next_at
    from stepped_words
    where is_answer <> was_answer
    window in_order as (partition by ticket_id order by said_at)

),

turns as (

    select
        starts.ticket_id,
        1 as turn_number,
        starts.response_started_at as asked_at,
        coalesce(turning_words.said_at, starts.reported_response_at) as answered_at
    from starts
    left join turning_words
        on turning_words.ticket_id = starts.ticket_id
        and turning_words.word_number = 1

    union all

    select
        ticket_id,
        word_number // 2 + 1 as turn_number,
        said_at as asked_at,
        next_at as answered_at
    from turning_words
    where not is_answer

),

-- An unanswered turn runs to the closing that ended the ticket, else to as_of; after an unknown
-- closing, or where nothing at all is recorded about answers, its end is unknown.
timed as (

    select
        turns.ticket_id,
        turns.turn_number,
        turns.asked_at,
        turns.answered_at,
        case
            when starts.response_basis = 'none' then null
            when turns.answered_at is not null then turns.answered_at
            when states.is_open then clock.as_of_at
            else greatest(case when states.closed_at is not null then turns.asked_at end, states.closed_at)
        end as ended_at,
        case when starts.response_basis <> 'none' then states.is_open end as is_open
    from turns
    cross join clock
    inner join starts
        on starts.ticket_id = turns.ticket_id
    inner join states
        on states.ticket_id = turns.ticket_id

),

business_time as (

    select
        piece_on,
        from_at,
        until_at,
        is_open,
        running_seconds
    from facts.business_time
    -- True of every piece: said so that DuckDB takes these for the smaller side of a join, and hashes them.
    where from_at < until_at

),

counted as (

    select
        timed.*,
        asking.running_seconds
        + case when asking.is_open then date_sub('second', asking.from_at, timed.asked_at) else 0 end
            as asked_seconds,
        ending.running_seconds
        + case when ending.is_open then date_sub('second', ending.from_at, timed.ended_at) else 0 end
            as ended_seconds
    from timed
    inner join business_time as asking
        on asking.piece_on = timed.asked_at::date
        and timed.asked_at >= asking.from_at
        and timed.asked_at < asking.until_at
    left join business_time as ending
        on ending.piece_on = timed.ended_at::date
        and timed.ended_at >= ending.from_at
        and timed.ended_at < ending.until_at

)

select
    ticket_id,
    turn_number::bigint as turn_number,
    asked_at,
    answered_at,
    (ended_seconds - asked_seconds)::bigint as answer_business_seconds,
    -- Of the running total of open time, at the question.
    asked_seconds::bigint as asked_seconds,
    is_open as is_ticket_open
from counted
