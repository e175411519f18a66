-- Bursts: several posts of the client in one ticket within a very short time, the desk not having a word between.
-- One row per ticket_id, first_said_at
--
-- A burst is the longest run of the client's words in which any so many neighbours lie within the
-- window [B1, B3]. Only a word of the desk interrupts it: private notes, automatic and system posts
-- are no words, and the opening of the ticket is none either [B2].

with openings as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.openings

),

counts as (

    select
        from_at,
        until_at,
        value_number::bigint as post_count,
        effective_on
    from policy.limits
    where rule = 'post_burst' and parameter = 'posts'

),

windows as (

    select
        from_at,
        until_at,
        value_seconds,
        effective_on
    from policy.limits
    where rule = 'post_burst' and parameter = 'window'

),

widest as (

    select max(value_seconds) as seconds
    from windows

),

-- Most tickets have no two words of the client so close together; only the others are walked.
hasty_tickets as (

    select distinct words.ticket_id
    from facts.words
    cross join widest
    where not words.is_agent
        and not words.was_agent
        and words.said_at <= words.previous_said_at + to_seconds(widest.seconds)

),

client_words as (

    select
        words.ticket_id,
        words.said_at,
        words.word_number,
        row_number() over (partition by words.ticket_id order by words.word_number) as client_number
    from facts.words
    semi join hasty_tickets
        on hasty_tickets.ticket_id = words.ticket_id
    where not words.is_agent

),

-- Words of the client without one of the desk between them come after as many words of the desk.
placed_words as (

    select
        client_words.ticket_id,
        openings.client_id,
        client_words.said_at,
        client_words.client_number,
        client_words.word_number - client_words.client_number as desk_count,
        counts.post_count,
        windows.value_seconds as window_seconds,
        -- The version applied is the newer of the two.
        greatest(counts.effective_on, windows.effective_on) as effective_on
    from client_words
    inner join openings
        on openings.ticket_id = client_words.ticket_id
    left join counts
        on openings.opened_at >= counts.from_at
        and openings.opened_at < counts.until_at
    left join windows
        on openings.opened_at >= windows.from_at
        and openings.opened_at < windows.until_at

),

-- With each word, the first of the so many neighbours that it is the last of.
neighbours as (

    select
        placed_words.*,
        lag(said_at, post_count - 1) over (
            partition by ticket_id, desk_count
            order by client_number
        ) as first_said_at
    from placed_words

),

complete as (

    select
        neighbours.*,
        client_number - row_number() over (partition by ticket_id, desk_count order by client_number) as run_number
    from neighbours
    where said_at <= first_said_at + to_seconds(window_seconds)

)

select
    ticket_id,
    client_id,
    min(first_said_at) as first_said_at,
    max(said_at) as last_said_at,
    (max(post_count) + count(*) - 1)::bigint as post_count,
    max(effective_on) as effective_on
from complete
group by
    ticket_id,
    client_id,
    desk_count,
    run_number
