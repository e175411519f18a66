-- Did the client write several posts in one ticket within a very short time?
-- Clause: 5.4
-- One row per subject_id (a ticket_id), happened_at
--
-- One row per burst, none for a ticket without [B3].

with bursts as (

    select
        ticket_id,
        client_id,
        first_said_at,
        post_count,
        effective_on,
        round(date_sub('second', first_said_at, last_said_at) / 60, 1) as minute_count
    from facts.post_bursts

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '5.4' as clause,
    effective_on,
    first_said_at as happened_at,
    null::timestamp as due_at,
    'fail'::verdict as verdict,
    post_count || ' posts of the client within ' || minute_count || ' minutes, without a word of the desk between'
        as reason
from bursts
