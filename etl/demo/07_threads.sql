-- What was written and which states a ticket went through, placed between the instants of its course.

create table plan.talks as
with counted as (
    select
        *,
        case
            when answered_seconds is null then -1
            when is_one_touch or ending = 'duplicate' then 0
            else
                (ending in ('solved', 'not_apparent', 'client_specific', 'unresolved'))::integer
                + (draw(200, arrival_number) < 0.5)::integer
                + (draw(201, arrival_number) < 0.3)::integer
                + (draw(202, arrival_number) < 0.2)::integer
        end as drawn_rounds
    from plan.endings
),
-- Never much longer than five days without a word while somebody works on it.
rounds as (
    select
        *,
        case
            when drawn_rounds > 0 and ended_seconds is not null
                then greatest(drawn_rounds, (ended_seconds - answered_seconds) // 400000)
            else drawn_rounds
        end as round_count,
        clock_open + answer_open as answered_open,
        coalesce(ended_seconds, 0) - pick(203, arrival_number, 60) as last_word_aim
    from counted
),
placed as (
    select
        rounds.*,
        case
            when ended_seconds is not null
                then last_slot.open_before + case when last_slot.is_open then last_word_aim % 900 else 0 end
            -- Talks that end with silence: their length is drawn here.
            else answered_open + round_count * (3000 + pick(204, arrival_number, 40000))
        end as talked_open
    from rounds
    left join plan.slots as last_slot on last_slot.slot = last_word_aim // 900 and rounds.ended_seconds is not null
)
select
    placed.*,
    case
        when ended_seconds is not null and round_count > 0 then last_word_aim
        when round_count > 0 then open_slots.from_seconds + talked_open % 900
        when round_count = 0 then answered_seconds
    end as talked_seconds,
    -- How often it comes back after it was called solved.
    case
        when ending in ('solved', 'not_apparent', 'client_specific') and pair_fate is null and round_count > 0
            then least(
                round_count,
                (draw(205, arrival_number) < 0.13)::integer
                + (draw(205, arrival_number) < 0.025)::integer
                + (draw(205, arrival_number) < 0.004)::integer
            )
        else 0
    end as reopen_count,
    talked_open - answered_open < 1800 * round_count as is_wall_clock
from placed
left join plan.open_slots on open_slots.open_number = talked_open // 900
order by arrival_number;

-- The desk's answers: number 0 is the first, number round_count the last of the talk.
create table plan.spoken as
with numbered as (
    select
        talks.*,
        unnest(range(0, round_count + 1)) as answer_number
    from plan.talks
    where round_count >= 0
),
aimed as (
    select
        *,
        (answer_number + 0.6 * (draw(210, arrival_number * 16 + answer_number) - 0.5)) / greatest(round_count, 1) as part
    from numbered
),
opened as (
    select
        *,
        answered_open + cast(floor((talked_open - answered_open) * part) as bigint) as said_open
    from aimed
)
select
    arrival_number,
    answer_number,
    round_count,
    reopen_count,
    case
        when answer_number = 0 then answered_seconds
        when answer_number = round_count then talked_seconds
        when is_wall_clock then answered_seconds + cast(floor((talked_seconds - answered_seconds) * part) as bigint)
        else open_slots.from_seconds + said_open % 900
    end as said_seconds,
    pick(211, arrival_number * 16 + answer_number, 20) as lag_seconds
from opened
left join plan.open_slots on open_slots.open_number = said_open // 900;

-- The client's word between two answers; after a long pause it came late rather than soon.
create table plan.replies as
with gaps as (
    select
        *,
        lag(said_seconds) over (partition by arrival_number order by answer_number) as before_seconds,
        draw(212, arrival_number * 16 + answer_number) as part
    from plan.spoken
)
select
    arrival_number,
    answer_number,
    answer_number > round_count - reopen_count as is_reopening,
    before_seconds
    + cast(floor(
        (said_seconds - before_seconds)
        * case when said_seconds - before_seconds < 130000 then 0.12 + 0.75 * part else 0.5 + 0.45 * part end
    ) as bigint) as replied_seconds
from gaps
where answer_number > 0;

-- How a ticket that fell silent, was deferred or was never answered goes on.
create table plan.fates as
with last_words as (
    select
        talks.arrival_number,
        talks.product_number,
        ending,
        opened_seconds,
        clock_seconds,
        answered_seconds,
        ended_seconds,
        talked_seconds,
        draw(220, arrival_number) as silence_draw,
        -- The client's unanswered word.
        case
            when
                ending in ('forgotten')
                or (ending = 'auto_closed' and draw(221, arrival_number) < 0.11)
                then talked_seconds + 3000 + pick(222, arrival_number, 120000)
            when ending = 'neglected' and draw(221, arrival_number) < 0.5
                then clock_seconds + 40000 + pick(222, arrival_number, 250000)
        end as unanswered_seconds
    from plan.talks
),
silences as (
    select
        *,
        coalesce(unanswered_seconds, talked_seconds, clock_seconds, opened_seconds) as silent_since_seconds,
        case
            when ending not in ('auto_closed', 'neglected', 'silent', 'forgotten') then null
            -- What the nightly job missed is found months later, if at all.
            when (ending = 'forgotten' or silence_draw >= 0.965) and draw(228, arrival_number) < 0.55 then 'found'
            when ending = 'forgotten' then 'missed'
            when silence_draw < 0.80 then 'on_time'
            when silence_draw < 0.87 then 'early'
            when silence_draw < 0.94 then 'late'
            when silence_draw < 0.965 then 'exact'
            else 'missed'
        end as silence
    from last_words
),
due as (
    select
        *,
        silent_since_seconds + 691200 as due_seconds,
        pick(223, arrival_number, 4) as edge
    from silences
),
-- A deferred ticket waits for the next release of its product.
deferred as (
    select
        due.arrival_number,
        releases.version as release_version,
        releases.released_seconds
    from due
    asof join plan.releases
        on releases.product_number = due.product_number and releases.released_seconds >= due.talked_seconds + 7200
    where ending = 'deferred'
)
select
    due.arrival_number,
    unanswered_seconds,
    silent_since_seconds,
    case
        when silence = 'exact' then ['early', 'on_time', 'on_time', 'late'][1 + edge]
        when silence = 'found' then 'late'
        else silence
    end as silence,
    case
        -- A job closes idle tickets every night.
        when silence in ('on_time', 'late')
            then due_seconds + (86400 - (due_seconds - 4500) % 86400) % 86400
                + case when silence = 'late' then 86400 * (1 + pick(224, due.arrival_number, 4)) + 3600 else 0 end
        when silence = 'found' then due_seconds + 86400 * (25 + pick(229, due.arrival_number, 70)) + 30000
        when silence = 'early' then due_seconds - 7200 - pick(224, due.arrival_number, 200000)
        when silence = 'exact' then due_seconds + [-1, 0, 86400, 86401][1 + edge]
    end as silenced_seconds,
    silence = 'exact' as is_exact,
    release_version,
    case
        when ending <> 'deferred' then null
        when draw(225, due.arrival_number) < 0.62 then 'solved'
        when draw(225, due.arrival_number) < 0.80 then 'closed'
        else 'held'
    end as deferral,
    case when ending = 'deferred' then talked_seconds + pick(226, due.arrival_number, 20) end as deferred_seconds,
    case
        when ending = 'deferred' and draw(225, due.arrival_number) < 0.62
            then released_seconds + 3600 + pick(227, due.arrival_number, 7200)
    end as delivered_seconds
from due
left join deferred on deferred.arrival_number = due.arrival_number
order by due.arrival_number;

-- Every change of status with its outcome.
create table plan.changes as
with states as (
    -- Waiting for the client after an answer; most agents set it, some do not.
    select
        arrival_number,
        said_seconds + lag_seconds as changed_seconds,
        'pending' as status_code,
        null as outcome_code,
        'none' as kind
    from plan.spoken
    inner join plan.talks using (arrival_number)
    where
        draw(230, arrival_number) < 0.86
        and (
            spoken.answer_number < spoken.round_count - spoken.reopen_count
            or (spoken.answer_number = spoken.round_count and ending in ('auto_closed', 'forgotten'))
        )
    union all
    select
        replies.arrival_number,
        replied_seconds,
        'open',
        null,
        case when is_reopening then 'reopening' else 'none' end
    from plan.replies
    where is_reopening or draw(230, replies.arrival_number) < 0.86
    union all
    select
        arrival_number,
        said_seconds + lag_seconds,
        'solved',
        'solved',
        'closing'
    from plan.spoken
    where answer_number >= round_count - reopen_count and answer_number < round_count
    union all
    select
        fates.arrival_number,
        unanswered_seconds,
        'open',
        null,
        'none'
    from plan.fates
    inner join plan.talks on talks.arrival_number = fates.arrival_number
    where unanswered_seconds is not null and ending <> 'neglected' and draw(230, fates.arrival_number) < 0.86
    union all
    -- The end: mostly "solved", which the help desk turns into "closed" after four days.
    select
        arrival_number,
        ended_seconds,
        case
            when ending in ('unresolved', 'duplicate') or draw(231, arrival_number) < 0.1 then 'closed'
            else 'solved'
        end,
        ending,
        'closing'
    from plan.talks
    where ended_seconds is not null
    union all
    select
        arrival_number,
        ended_seconds + 345600 + pick(232, arrival_number, 3600),
        'closed',
        case when draw(233, arrival_number) < 0.5 then ending end,
        'none'
    from plan.talks
    where ended_seconds is not null and ending not in ('unresolved', 'duplicate') and draw(231, arrival_number) >= 0.1
    union all
    -- Some press the button twice; that is one closing.
    select
        arrival_number,
        ended_seconds + 7,
        'solved',
        ending,
        'none'
    from plan.talks
    where
        ended_seconds is not null
        and ending not in ('unresolved', 'duplicate')
        and draw(231, arrival_number) >= 0.1
        and draw(234, arrival_number) < 0.008
    union all
    select
        arrival_number,
        silenced_seconds,
        'closed',
        'auto_closed',
        'closing'
    from plan.fates
    where silenced_seconds is not null
    union all
    select
        arrival_number,
        deferred_seconds,
        case when deferral = 'closed' then 'closed' else 'on_hold' end,
        'deferred',
        case when deferral = 'closed' then 'closing' else 'deferring' end
    from plan.fates
    where deferred_seconds is not null
    union all
    select
        arrival_number,
        delivered_seconds,
        'solved',
        'solved',
        'closing'
    from plan.fates
    where delivered_seconds is not null
)
select states.*
from states, plan.span
where changed_seconds <= as_of_seconds;

-- Every post: `phrase` says what kind of sentence it is, `turn_number` keeps one ticket from hearing the same
-- sentence again, `is_word` says that somebody told the other something.
create table plan.posts as
with written as (
    select
        arrival_number,
        0 as turn_number,
        opened_seconds + 2 + pick(240, arrival_number, 8) as posted_seconds,
        'system' as author_role,
        true as is_public,
        true as is_auto,
        false as is_word,
        'auto_reply' as phrase
    from plan.talks
    where not is_by_agent and draw(241, arrival_number) < 0.84
    union all
    select
        arrival_number,
        0,
        opened_seconds,
        'agent',
        true,
        false,
        true,
        'agent_opening'
    from plan.talks
    where is_by_agent
    union all
    select
        arrival_number,
        0,
        clock_seconds,
        'client',
        true,
        false,
        true,
        'first_word'
    from plan.talks
    where is_by_agent and clock_seconds is not null
    union all
    -- The client adds something while waiting; a few do so three times in ten minutes.
    select
        arrival_number,
        0,
        clock_seconds + 240 + cast(floor((answered_seconds - clock_seconds - 300) * draw(242, arrival_number)) as bigint),
        'client',
        true,
        false,
        true,
        'detail'
    from plan.talks
    where answered_seconds > clock_seconds + 900 and draw(243, arrival_number) < 0.13
    union all
    select
        arrival_number,
        unnest([1, 2, 3]),
        clock_seconds + 60 + unnest([0, 150, 410]),
        'client',
        true,
        false,
        true,
        'detail'
    from plan.talks
    where answered_seconds > clock_seconds + 900 and draw(243, arrival_number) >= 0.993
    union all
    select
        arrival_number,
        0,
        answered_seconds - 40 - pick(244, arrival_number, 800),
        'agent',
        false,
        false,
        false,
        'note'
    from plan.talks
    where answered_seconds > clock_seconds + 900 and draw(245, arrival_number) < 0.24
    union all
    select
        spoken.arrival_number,
        answer_number,
        said_seconds,
        'agent',
        true,
        false,
        true,
        case
            when ending = 'deferred' and answer_number = spoken.round_count then 'deferral'
            when ending = 'unresolved' and answer_number = spoken.round_count then 'refusal'
            when ending = 'client_specific' and answer_number = spoken.round_count then 'client_specific'
            when ending = 'not_apparent' and answer_number = spoken.round_count then 'not_apparent'
            when ending = 'duplicate' or ending in ('auto_closed', 'forgotten') then 'question'
            when answer_number >= spoken.round_count - spoken.reopen_count then 'solution'
            when draw(246, spoken.arrival_number * 16 + answer_number) < 0.6 then 'question'
            else 'attempt'
        end
    from plan.spoken
    inner join plan.talks on talks.arrival_number = spoken.arrival_number
    union all
    select
        arrival_number,
        answer_number,
        said_seconds + 40,
        'agent',
        false,
        false,
        false,
        'note'
    from plan.spoken
    where draw(247, arrival_number * 16 + answer_number) < 0.06
    union all
    -- An absence notice of the client's mailbox.
    select
        arrival_number,
        answer_number,
        said_seconds + 24,
        'client',
        true,
        true,
        false,
        'absence'
    from plan.spoken
    where answer_number = 0 and draw(248, arrival_number) < 0.012
    union all
    select
        arrival_number,
        answer_number,
        replied_seconds,
        'client',
        true,
        false,
        true,
        case when is_reopening then 'again' else 'reply' end
    from plan.replies
    union all
    -- Thanks, after the ticket was closed or just before the client closes it.
    select
        arrival_number,
        0,
        case
            when ended_seconds > answered_seconds + 3000 and is_one_touch then ended_seconds - 30 - pick(249, arrival_number, 400)
            else ended_seconds + 400 + pick(249, arrival_number, 90000)
        end,
        'client',
        true,
        false,
        true,
        'thanks'
    from plan.talks
    where
        ending in ('solved', 'not_apparent')
        and (
            (ended_seconds > answered_seconds + 3000 and is_one_touch)
            or draw(250, arrival_number) < 0.09
        )
    union all
    select
        arrival_number,
        0,
        unanswered_seconds,
        'client',
        true,
        false,
        true,
        'waiting'
    from plan.fates
    where unanswered_seconds is not null
    union all
    select
        arrival_number,
        0,
        silent_since_seconds + 518400 + 3600,
        'system',
        true,
        true,
        false,
        'warning'
    from plan.fates
    where silenced_seconds > silent_since_seconds + 530000
    union all
    select
        arrival_number,
        0,
        silenced_seconds,
        'system',
        true,
        true,
        false,
        'silenced'
    from plan.fates
    where silenced_seconds is not null
    union all
    select
        arrival_number,
        0,
        ended_seconds,
        'system',
        true,
        true,
        false,
        'merged'
    from plan.talks
    where ending = 'duplicate'
    union all
    select
        arrival_number,
        0,
        delivered_seconds - 15,
        'agent',
        true,
        false,
        true,
        'delivery'
    from plan.fates
    where delivered_seconds is not null
)
select written.*
from written, plan.span
where posted_seconds <= as_of_seconds;
