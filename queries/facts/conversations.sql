-- What was said in each ticket up to the end of its clock: how many words, the last one, who waited for whom.
-- One row per ticket_id
--
-- The clock of a closed ticket ends with the closing, that second included [A2]; of any other at
-- as_of. Tickets without a word, or closed at an unknown time, have no row.

with clock as (

    select as_of_at
    from facts.clock

),

openings as (

    select
        openings.ticket_id,
        openings.opened_at,
        coalesce(states.closed_at, clock.as_of_at) as ended_at
    from facts.openings
    cross join clock
    inner join facts.states
        on states.ticket_id = openings.ticket_id
    where not states.is_closed_at_unknown_time

),

words as (

    select
        words.ticket_id,
        words.word_number,
        words.said_at,
        words.is_agent,
        words.is_agent and words.said_at > openings.opened_at as is_answer,
        openings.ended_at,
        least(coalesce(words.next_said_at, openings.ended_at), openings.ended_at) as silent_until_at
    from facts.words
    inner join openings
        on openings.ticket_id = words.ticket_id
    where words.said_at <= openings.ended_at

)

select
    ticket_id,
    count(*) as word_count,
    max(said_at) as last_word_at,
    case when arg_max(is_agent, word_number) then 'agent' else 'client' end as last_word_by,
    -- After an answer the client is waited for until the next word of either: if that is another
    -- answer, the wait goes on from there [S13].
    coalesce(sum(epoch(silent_until_at)::bigint - epoch(said_at)::bigint) filter (is_answer), 0)::bigint
        as client_wait_seconds
from words
group by ticket_id
