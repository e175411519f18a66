-- What each rule must find at as_of, and what only looks like it: the hits of the whole desk, as the plan
-- has them, and the look-alikes that were staged. Like the other key it reads no export, policy or rule,
-- and has no heading that an export has.

-- Tickets as the rules may know them: who asks about what, if that is known, and what was filled in.
create table plan.asked as
select
    talks.arrival_number,
    numbers.ticket_id,
    talks.client_number,
    talks.product_number,
    talks.opened_seconds,
    case when talks.clock_seconds <= as_of_seconds then talks.clock_seconds end as clock_seconds,
    manners.is_unknown_client,
    manners.is_unknown_product
from plan.talks
cross join plan.span
inner join plan.numbers on numbers.arrival_number = talks.arrival_number
inner join plan.manners on manners.arrival_number = talks.arrival_number;

-- Until when each purchase is covered: six months by the calendar, a stated end, a full refund, a lost dispute.
create table plan.covers as
with given_back as (
    select
        purchase_number,
        min(decided_seconds) as ended_seconds
    from plan.refunds
    where status_code = 'approved' and is_whole
    group by purchase_number
),
lost as (
    select
        purchase_number,
        closed_seconds as ended_seconds
    from plan.chargebacks
    where status_code = 'lost'
)
select
    purchases.purchase_number,
    purchases.client_number,
    purchases.product_number,
    purchased_seconds,
    has_support_extra,
    has_support_extra and coalesce(extra_from_seconds, purchased_seconds) <= as_of_seconds as has_started_extra,
    case when extra_from_seconds <= as_of_seconds then extra_from_seconds else purchased_seconds end as extra_seconds,
    least(
        coalesce(following.first_slot * 900, 9000000000),
        given_back.ended_seconds,
        lost.ended_seconds
    ) as covered_seconds
from plan.purchases
cross join plan.span
inner join plan.slots on slots.slot = purchased_seconds // 900
left join plan.local_days as following
    on following.day_on = 1 + case
        when stated_months is null then (slots.local_on + to_months(6))::date
        else (instant_of(purchased_seconds)::date + to_months(stated_months::integer))::date
    end
left join given_back on given_back.purchase_number = purchases.purchase_number
left join lost on lost.purchase_number = purchases.purchase_number;

-- The purchases of the client and product before each ticket; of an unexplained address or name there are none.
create table plan.cover_of_tickets as
with matched as (
    select
        asked.arrival_number,
        covers.*,
        asked.opened_seconds < covered_seconds as is_covering,
        extra_seconds <= asked.opened_seconds as has_extra_by_then,
        max(purchased_seconds) over (partition by asked.arrival_number) = purchased_seconds as is_latest
    from plan.asked
    inner join plan.covers
        on
            covers.client_number = asked.client_number
            and covers.product_number = asked.product_number
            and covers.purchased_seconds <= asked.opened_seconds
    where not is_unknown_client and not is_unknown_product
),
judged as (
    select
        *,
        bool_or(is_covering) over (partition by arrival_number) as is_covered
    from matched
)
select
    arrival_number,
    bool_or(is_covering) as is_covered,
    bool_or(has_support_extra and has_extra_by_then) filter (is_covering or (not is_covered and is_latest)) as has_extra,
    bool_or(has_support_extra is null) filter (is_covering or (not is_covered and is_latest)) as may_have_extra
from judged
group by arrival_number;

-- The first question about each purchase, and when it was closed and came back.
create table plan.first_questions as
select
    covers.purchase_number,
    arg_min(asked.arrival_number, (asked.clock_seconds, asked.ticket_id)) as arrival_number,
    min(asked.clock_seconds) as clock_seconds
from plan.covers
inner join plan.asked
    on
        asked.client_number = covers.client_number
        and asked.product_number = covers.product_number
        and asked.clock_seconds >= covers.purchased_seconds
where not is_unknown_client and not is_unknown_product
group by covers.purchase_number;

create table plan.late_requests as
select
    refund_id,
    min(changed_seconds) filter (kind = 'closing' and outcome_code in ('solved', 'not_apparent', 'client_specific'))
        < any_value(requested_seconds) as was_resolved,
    arg_max(kind, changed_seconds) filter (kind in ('closing', 'reopening') and changed_seconds <= requested_seconds)
        = 'closing' as was_closed
from plan.refunds
inner join plan.first_questions
    on first_questions.purchase_number = refunds.purchase_number and clock_seconds < requested_seconds
inner join plan.changes on changes.arrival_number = first_questions.arrival_number
group by refund_id;

-- Three words of the client within 600 seconds, none of the desk's between: the bursts, each with its first word.
create table plan.bursts as
with words as (
    select
        arrival_number,
        author_role,
        posted_seconds,
        sum((author_role = 'agent')::integer) over (
            partition by arrival_number order by posted_seconds, author_role desc
        ) as stretch_number
    from plan.posts
    where is_word
),
spans as (
    select
        *,
        lead(posted_seconds, 2) over stretch - posted_seconds <= 600 as is_start,
        posted_seconds - lag(posted_seconds, 2) over stretch <= 600 as is_end,
        lead(posted_seconds) over stretch - lag(posted_seconds) over stretch <= 600 as is_middle
    from words
    where author_role = 'client'
    window stretch as (partition by arrival_number, stretch_number order by posted_seconds)
)
select distinct arrival_number
from spans
where is_start or is_middle or is_end;

create table plan.findings as
with ticket_findings as (
    select
        asked.arrival_number,
        asked.ticket_id,
        unnest([
            case
                when
                    not (talks.is_older and is_pair)
                    and (
                        key.planned_response_band in ('late', 'overdue')
                        or (
                            key.planned_response_band = 'closed_unanswered'
                            and closing.open_before + case when closing.is_open then closing_seconds % 900 else 0 end
                            > talks.clock_open + 2 * business_day()
                        )
                    )
                    then 'response_time'
            end,
            case
                when key.planned_resolution_band in ('late', 'overdue') and not (talks.is_older and is_pair)
                    then 'resolution_time'
            end,
            case when key.planned_auto_close_state in ('early', 'late', 'missed') then 'auto_close' end,
            case when is_ever_client and not coalesce(cover.is_covered, false) then 'coverage' end,
            case when is_ever_client and not coalesce(cover.has_extra or cover.may_have_extra, false) then 'support_extra' end,
            case
                when asked.is_unknown_client or (registered_seconds > asked.opened_seconds and registered_seconds <= as_of_seconds)
                    then 'registration'
            end,
            case when description_kind in ('none', 'blank') then 'description' end,
            case when category_code in ('web', 'seo', 'html', 'hosting', 'download', 'unzip', 'email') then 'scope' end,
            case when channel_code in ('email', 'phone') then 'channel' end,
            case
                when
                    asked.is_unknown_client
                    or subscribed_seconds is null
                    or subscribed_seconds > asked.opened_seconds
                    or unsubscribed_seconds <= asked.opened_seconds
                    then 'mailing_list'
            end,
            case when banned.arrival_number is not null then 'not_banned' end,
            case when is_outdated and not asked.is_unknown_product then 'latest_version' end,
            case
                when description_kind in ('none', 'blank') or not has_environment or subject.version is null then 'complete_report'
            end,
            case when backup_code = 'none' then 'backup' end,
            case when second_questions.arrival_number is not null then 'one_question' end,
            case when bursts.arrival_number is not null then 'post_burst' end,
            case when talks.is_older and talks.pair_fate = 'kept' and newer.pair_fate = 'closed' and is_pair then 'duplicate' end
        ]) as rule
    from plan.asked
    cross join plan.span
    inner join plan.talks on talks.arrival_number = asked.arrival_number
    inner join plan.manners on manners.arrival_number = asked.arrival_number
    inner join plan.subjects_of_talk as subject on subject.arrival_number = asked.arrival_number
    inner join plan.clients on clients.client_number = asked.client_number
    inner join plan.answer_key as key on key.planned_ticket = asked.ticket_id
    inner join plan.talk_states on talk_states.arrival_number = asked.arrival_number
    left join plan.slots as closing on closing.slot = closing_seconds // 900
    cross join lateral (
        -- Whoever never bought anything, or writes from an address nobody has explained, may have under another one.
        select not clients.is_visitor and not asked.is_unknown_client as is_ever_client
    ) as buyer
    left join plan.cover_of_tickets as cover on cover.arrival_number = asked.arrival_number
    left join (
        select distinct asked.arrival_number
        from plan.asked
        inner join plan.bans
            on
                bans.client_number = asked.client_number
                and bans.banned_seconds <= asked.opened_seconds
                and (lifted_seconds is null or asked.opened_seconds < lifted_seconds)
        where not is_unknown_client
    ) as banned on banned.arrival_number = asked.arrival_number
    left join (select distinct arrival_number from plan.incidents where clause = '4.8') as second_questions
        on second_questions.arrival_number = asked.arrival_number
    left join plan.bursts on bursts.arrival_number = asked.arrival_number
    left join plan.talks as newer on newer.arrival_number = talks.other_number
    cross join lateral (
        select coalesce(manners.scene, '') <> 'pair_edge' and coalesce(newer.opened_seconds <= as_of_seconds, false) as is_pair
    ) as pairing
),
hits as (
    select
        rule,
        ticket_id as subject_id
    from ticket_findings
    where rule is not null
    union all
    select distinct
        'eligibility',
        ticket_id
    from ticket_findings
    where rule in ('coverage', 'support_extra', 'registration', 'description', 'scope', 'channel', 'mailing_list', 'not_banned')
    union all
    select
        'refund_waiver',
        refund_id
    from plan.late_requests
    where was_resolved and was_closed
    union all
    select
        'chargeback_waiver',
        chargeback_id
    from plan.chargebacks
    inner join plan.first_questions
        on first_questions.purchase_number = chargebacks.purchase_number and clock_seconds < disputed_seconds
    where status_code in ('open', 'lost')
    union all
    select
        'conduct',
        incident_id
    from plan.incidents
    where clause <> '4.8' and clause <> '4.2'
),
-- What a ticket of "edges" just keeps to, and the other look-alikes.
staged as (
    select
        unnest([
            'response_time', 'resolution_time', 'coverage', 'support_extra', 'registration', 'description', 'scope', 'channel',
            'mailing_list', 'not_banned', 'latest_version', 'complete_report', 'backup', 'one_question', 'post_burst', 'eligibility'
        ]) as rule,
        arrival_number
    from plan.scenes
    where scene = 'edges'
    union all
    select
        rule,
        arrival_number
    from plan.scenes
    where role = 'look-alike' and rule is not null and not is_second
),
look_alikes as (
    select
        rule,
        ticket_id as subject_id
    from staged
    inner join plan.numbers using (arrival_number)
    union all
    select
        'refund_waiver',
        refund_id
    from plan.refunds
    inner join plan.cast_of_scenes using (purchase_number)
    where scene = 'edges' and not is_whole
    union all
    select
        'chargeback_waiver',
        chargeback_id
    from plan.chargebacks
    inner join plan.cast_of_scenes using (purchase_number)
    where scene = 'edges'
    union all
    select
        'conduct',
        incident_id
    from plan.incidents
    inner join plan.scenes using (arrival_number)
    where scene in ('edges', 'other_question')
)
select
    rule as planned_rule,
    subject_id as planned_subject,
    'hit' as planned_as
from hits
union all
select
    rule,
    subject_id,
    'look-alike'
from look_alikes
order by planned_rule, planned_as, planned_subject;
