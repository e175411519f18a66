-- Answers given while their client was banned, on any ticket of the client, day by day [N2, X13].
-- Date: the day of the answer.
-- One row per ticket_id, answered_on
--
-- An answer under two bans at once is one answer; its clause is that of the older ban.

-- Few, and found before anybody's words are looked at.
with tickets as materialized (

    select
        openings.ticket_id,
        openings.client_id,
        openings.opened_at
    from facts.openings
    semi join facts.bans
        on bans.client_id = openings.client_id

),

answers as (

    select
        words.ticket_id,
        words.word_number,
        words.said_at,
        arg_min_null(bans.clause, (bans.banned_at, bans.ban_id)) as clause
    from facts.words
    inner join tickets
        on tickets.ticket_id = words.ticket_id
    inner join facts.bans
        on bans.client_id = tickets.client_id
        and words.said_at >= bans.banned_at
        and (bans.lifted_at is null or words.said_at < bans.lifted_at)
    where words.is_agent
        and words.said_at > tickets.opened_at
    group by
        words.ticket_id,
        words.word_number,
        words.said_at

)

select
    answers.ticket_id,
    local_time.day_on as answered_on,
    min(answers.clause) as clause,
    count(*) as answer_count
from answers
inner join facts.local_time as local_time
    on local_time.piece_on = cast(answers.said_at as date)
    and local_time.from_at <= answers.said_at
    and answers.said_at < local_time.until_at
group by
    answers.ticket_id,
    local_time.day_on
