-- Was the ticket opened while no ban of its client was in force?
-- Clause: 5
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down
--
-- A failing row has the clause of the ban, none if the ban has none [V2]; of several bans in force, of the earliest.

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'not_banned' and parameter = 'required'

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        day_on
    from facts.local_time

),

bans as (

    select
        bans.ban_id,
        bans.client_id,
        bans.clause,
        bans.banned_at,
        bans.lifted_at,
        row_number() over (order by bans.banned_at, bans.ban_id) as ban_number,
        strftime(local_time.day_on, '%d %b %Y') as day_text
    from facts.bans
    left join local_time
        on local_time.piece_on = bans.banned_at::date
        and bans.banned_at >= local_time.from_at
        and bans.banned_at < local_time.until_at

),

banned as (

    select
        tickets.ticket_id,
        min(bans.ban_number) as ban_number
    from tickets
    inner join bans
        on bans.client_id = tickets.client_id
        and tickets.opened_at >= bans.banned_at
        and (bans.lifted_at is null or tickets.opened_at < bans.lifted_at)
    group by tickets.ticket_id

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        bans.clause,
        bans.day_text,
        case
            when not requirements.is_required then 'exempt'
            when bans.ban_id is not null then 'fail'
            when tickets.client_id is null then 'unknown'
            else 'pass'
        end::verdict as verdict
    from tickets
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
    left join banned
        on banned.ticket_id = tickets.ticket_id
    left join bans
        on bans.ban_number = banned.ban_number

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    case when verdict = 'fail' then clause else '5' end as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when verdict = 'fail' then 'banned since ' || day_text || coalesce(' under ' || clause, ', no clause recorded')
        when verdict = 'unknown' then 'the ticket names no client'
        else 'no ban in force'
    end as reason
from judged
