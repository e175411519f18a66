-- The exports: one view per file, with the columns of the house dialect.

-- Which of the people present wrote each post: mostly the ticket's own agent.
create table plan.owners as
select
    talks.arrival_number,
    case
        when talks.answered_seconds is null and draw(310, talks.arrival_number) < 0.5 then null
        when talks.answer_band = 'within_1_day' and talks.answer_open < 5000
            then shifts.fast[1 + pick(311, talks.arrival_number, len(shifts.fast))]
        when talks.answer_band = 'within_1_day'
            then shifts.usual[1 + pick(311, talks.arrival_number, len(shifts.usual))]
        else shifts.slow[1 + pick(311, talks.arrival_number, len(shifts.slow))]
    end as agent_number
from plan.talks
inner join plan.slots on slots.slot = coalesce(talks.answered_seconds, talks.opened_seconds) // 900
inner join plan.shifts on shift_number = seconds_of(slots.local_on::timestamp) // 86400 * 24 + slots.local_hour;

-- Where every ticket stands at as_of.
create table plan.states as
with ranked as (
    select
        *,
        changed_seconds * 8
        + case status_code when 'open' then 0 when 'pending' then 1 when 'on_hold' then 2 when 'solved' then 3 else 4 end
            as place
    from plan.changes
)
select
    arrival_number,
    arg_max(status_code, place) as status_code,
    arg_max(outcome_code, place) filter (where kind in ('closing', 'deferring')) as stated_outcome,
    max(changed_seconds) filter (where kind = 'closing') as closing_seconds,
    max(changed_seconds) filter (where kind = 'reopening') as reopened_seconds,
    max(changed_seconds) filter (where status_code = 'closed') as filed_seconds,
    count(*) filter (where kind = 'reopening') as reopen_count
from ranked
group by arrival_number;

create table plan.talk_states as
select
    talks.arrival_number,
    coalesce(status_code, 'open') as status_code,
    coalesce(closing_seconds > coalesce(reopened_seconds, 0), false) as is_closed,
    case when closing_seconds > coalesce(reopened_seconds, 0) or states.status_code = 'on_hold' then stated_outcome end
        as outcome_code,
    case when closing_seconds > coalesce(reopened_seconds, 0) then closing_seconds end as closing_seconds,
    filed_seconds,
    coalesce(states.reopen_count, 0) as reopen_count
from plan.talks
left join plan.states on states.arrival_number = talks.arrival_number;

create table plan.numbers as
select
    arrival_number,
    opened_seconds,
    (10400 + row_number() over (order by opened_seconds, arrival_number))::varchar as ticket_id
from plan.talks, plan.span
where opened_seconds <= as_of_seconds;

create table plan.old_names as
select
    product_number,
    product_name || ' Pro' as source_text
from plan.products
where product_number <= 3;

create view files.product_aliases as
select
    source_text,
    product_id
from plan.old_names
inner join plan.products using (product_number)
order by source_text;

create view files.products as
select
    product_id,
    product_name
from plan.products
order by product_number;

create view files.releases as
select
    product_id,
    version,
    instant_of(released_seconds) as released_at
from plan.releases
inner join plan.products using (product_id), plan.span
where released_seconds <= as_of_seconds
order by releases.product_number, release_number;

create view files.agents as
select
    agent_id,
    agent_name as name
from plan.agents
order by agent_number;

create view files.aliases as
select
    alias_email,
    client_email
from plan.alias_names
inner join plan.clients using (client_number)
order by client_number;

create view files.clients as
select
    client_email,
    client_name as name,
    instant_of(case when registered_seconds <= as_of_seconds then registered_seconds end) as registered_at,
    country_code,
    website
from plan.clients
cross join plan.span
order by client_number;

create view files.subscriptions as
select
    client_email,
    'product-updates' as list_code,
    instant_of(subscribed_seconds) as subscribed_at,
    instant_of(case when unsubscribed_seconds <= as_of_seconds then unsubscribed_seconds end) as unsubscribed_at
from plan.clients
cross join plan.span
where subscribed_seconds is not null
order by client_number;

create table plan.sold as
select
    purchases.*,
    'P' || (20000 + purchase_number)::varchar as purchase_id,
    client_email,
    products.product_id,
    (price * case when draw(330, purchase_number) < 0.16 then 3 else 1 end)::decimal(18, 2) as amount,
    case when country_code in ('US', 'CA', 'AU') then 'USD' when country_code = 'GB' then 'GBP' else 'EUR' end as currency_code,
    ['192.0.2.', '198.51.100.', '203.0.113.'][1 + pick(331, client_number, 3)] || pick(332, client_number, 255)::varchar as ip,
    -- A few people pay with the card of somebody else who is a client too.
    case when client_number % 97 = 0 then client_number - 1 else client_number end as card_number
from plan.purchases
inner join plan.clients using (client_number)
inner join plan.products using (product_number);

create view files.purchases as
select
    purchase_id,
    client_email,
    coalesce(case when draw(333, purchase_number) < 0.03 then source_text end, product_id) as product_id,
    instant_of(purchased_seconds) as purchased_at,
    amount,
    currency_code,
    has_support_extra,
    case
        when stated_months is not null
            then instant_of(purchased_seconds)::date + to_months(stated_months::integer)
    end::date::varchar as support_until_at,
    instant_of(case when extra_from_seconds <= as_of_seconds then extra_from_seconds end) as support_extra_from_at,
    licence_key,
    ip as purchase_ip,
    case when draw(334, client_number) < 0.7 then 'd-' || substr(md5('device' || client_number::varchar), 1, 8) end as device_id,
    case when draw(335, card_number) < 0.8 then 'fp_' || substr(md5('card' || card_number::varchar), 1, 10) end
        as payment_fingerprint,
    ['visa', 'mastercard', 'visa', 'mastercard', 'amex', 'paypal'][1 + pick(336, card_number, 6)] as card_network_code
from plan.sold
cross join plan.span
left join plan.old_names using (product_number)
order by purchase_number;

create view files.downloads as
with fetched as (
    select
        purchase_number * 4 as download_number,
        *,
        purchased_seconds + 60 + pick(340, purchase_number, 40000) as fetched_seconds
    from plan.sold
    where draw(341, purchase_number) < 0.93
    union all
    select
        purchase_number * 4 + 1,
        *,
        purchased_seconds + 86400 * (14 + pick(342, purchase_number, 140))
    from plan.sold
    where draw(343, purchase_number) < 0.3
)
select
    'D' || download_number::varchar as download_id,
    client_email,
    purchase_id,
    fetched.product_id,
    releases.version,
    instant_of(fetched_seconds) as downloaded_at,
    ip
from fetched
cross join plan.span
asof join plan.releases
    on releases.product_number = fetched.product_number and releases.released_seconds <= fetched.fetched_seconds
where fetched_seconds <= as_of_seconds
order by download_number;

create table plan.ends_of_purchase as
select
    purchase_number,
    min(ended_seconds) filter (where ending = 'solved') as first_solved_seconds,
    min(clock_seconds) as first_asked_seconds
from plan.talks
where purchase_number is not null
group by purchase_number;

create table plan.refunds as
with asked as (
    select
        sold.*,
        case
            -- Asked for after the desk had solved the first question (3.1), ...
            when first_solved_seconds is not null and draw(350, sold.purchase_number) < 0.025
                then first_solved_seconds + 3600 + pick(351, sold.purchase_number, 2000000)
            -- ... or as refunds usually are, soon after the purchase.
            when draw(352, sold.purchase_number) < 0.028
                then purchased_seconds + 7200 + pick(353, sold.purchase_number, 1500) * pick(354, sold.purchase_number, 2000)
        end as requested_seconds,
        draw(355, sold.purchase_number) as fate
    from plan.sold
    left join plan.ends_of_purchase using (purchase_number)
    where client_number < 40000000
),
decided as (
    select
        *,
        requested_seconds + 9000 + pick(356, purchase_number, 400000) as decided_seconds
    from asked
    where requested_seconds is not null
),
every_refund as (
    select
        'R' || (5000 + purchase_number)::varchar as refund_id,
        purchase_number,
        requested_seconds,
        case when decided_seconds <= as_of_seconds then decided_seconds end as decided_seconds,
        case when decided_seconds > as_of_seconds then 'requested' when fate < 0.7 then 'approved' else 'denied' end as status_code,
        draw(357, purchase_number) >= 0.12 as is_whole
    from decided
    cross join plan.span
    where requested_seconds <= as_of_seconds
    union all
    -- Of a scene: coverage ends with the decision, in the second of the ticket or in the one after it.
    select
        'R' || (5000 + purchase_number)::varchar,
        purchase_number,
        opened_seconds - 86400,
        opened_seconds + case scene when 'edges' then 1 else 0 end,
        'approved',
        true
    from plan.cast_of_scenes
    where scene in ('edges', 'given_back')
    union all
    -- Asked for in the second of the resolution, or in the one after it.
    select
        'R' || (5000 + purchase_number)::varchar || '-2',
        purchase_number,
        ended_seconds + case scene when 'edges' then 0 else 1 end,
        ended_seconds + 86400,
        'denied',
        false
    from plan.cast_of_scenes
    where scene in ('edges', 'refund_after')
)
select *
from every_refund;

create view files.refunds as
select
    refund_id,
    purchase_id,
    instant_of(requested_seconds) as requested_at,
    instant_of(decided_seconds) as decided_at,
    status_code,
    case when is_whole then amount else (amount / 2)::decimal(18, 2) end as amount,
    currency_code
from plan.refunds
inner join plan.sold using (purchase_number)
order by purchase_number, refund_id;

create table plan.chargebacks as
with disputed as (
    select
        purchase_number,
        purchased_seconds + 86400 * (12 + pick(360, purchase_number, 70)) + pick(361, purchase_number, 80000) as disputed_seconds,
        draw(362, purchase_number) as fate
    from plan.sold
    where draw(363, purchase_number) < 0.009 and client_number < 40000000
    union all
    -- Of a scene: disputed in the second of the first question, or in the one after it; lost.
    select
        purchase_number,
        opened_seconds + case scene when 'edges' then 0 else 1 end,
        0
    from plan.cast_of_scenes
    where scene in ('edges', 'dispute_after')
),
closing as (
    select
        *,
        disputed_seconds + 86400 * (25 + pick(364, purchase_number, 45)) as closed_seconds
    from disputed
)
select
    'CB' || (700 + purchase_number)::varchar as chargeback_id,
    purchase_number,
    disputed_seconds,
    case when closed_seconds <= as_of_seconds then closed_seconds end as closed_seconds,
    case
        when closed_seconds > as_of_seconds then 'open'
        when fate < 0.5 then 'lost'
        when fate < 0.88 then 'won'
        else 'withdrawn'
    end as status_code
from closing
cross join plan.span
where disputed_seconds <= as_of_seconds;

create view files.chargebacks as
select
    chargeback_id,
    purchase_id,
    instant_of(disputed_seconds) as opened_at,
    instant_of(closed_seconds) as closed_at,
    status_code,
    ['10.4', '13.1', '13.3', '4837', '4853', '4855'][1 + pick(365, purchase_number, 6)] as reason_code,
    amount,
    case when currency_code = 'EUR' then 15.00 else 20.00 end::decimal(18, 2) as fee_amount,
    case when draw(366, purchase_number) < 0.25 then (5 + pick(367, purchase_number, 40))::decimal(18, 2) end
        as other_cost_amount,
    currency_code,
    instant_of(disputed_seconds + 86400 * 14) as evidence_due_at
from plan.chargebacks
inner join plan.sold using (purchase_number)
order by purchase_number;

create view files.status_changes as
select
    ticket_id,
    instant_of(changed_seconds) as changed_at,
    status_code,
    -- Now and then the agent states the outcome on the ticket only.
    case when kind = 'closing' and draw(370, arrival_number) < 0.04 then null else outcome_code end as outcome_code
from plan.changes
inner join plan.numbers using (arrival_number)
order by changed_seconds, ticket_id, status_code;

create view files.posts as
with placed as (
    select
        posts.*,
        ticket_id,
        owners.agent_number as owner_number,
        row_number() over (order by posted_seconds, ticket_id, phrase, author_role) as post_number,
        slots.local_on,
        slots.local_hour
    from plan.posts
    inner join plan.numbers on numbers.arrival_number = posts.arrival_number
    inner join plan.owners on owners.arrival_number = posts.arrival_number
    inner join plan.slots on slots.slot = posted_seconds // 900
),
authored as (
    select
        placed.*,
        case
            when author_role <> 'agent' then null
            when list_contains(shifts.agents, owner_number) and draw(380, post_number) < 0.88 then owner_number
            when phrase in ('deferral', 'question', 'attempt') and draw(380, post_number) < 0.5 then owner_number
            else shifts.agents[1 + pick(381, post_number, len(shifts.agents))]
        end as agent_number
    from placed
    inner join plan.shifts on shift_number = seconds_of(placed.local_on::timestamp) // 86400 * 24 + placed.local_hour
),
worded as (
    select
        authored.*,
        agents.agent_id,
        agents.agent_name,
        case author_role when 'client' then client_number end as client_number,
        case authored.phrase
            when 'question' then topics.questions
            when 'attempt' then topics.attempts
            when 'solution' then topics.solutions
            else phrases.texts
        end as texts,
        author_role = 'agent' and is_public as is_letter,
        authored.phrase in ('first_word', 'detail', 'reply', 'again', 'waiting') and draw(385, post_number) < 0.65
            as has_aside,
        case when author_role = 'client' and is_public and not is_auto then draw(387, post_number) end as temper,
        part,
        product_name,
        newest_version,
        site,
        given_name
    from authored
    inner join plan.subjects_of_talk as talk on talk.arrival_number = authored.arrival_number
    inner join plan.talks on talks.arrival_number = authored.arrival_number
    inner join plan.topics on topics.topic_number = talk.topic_number
    left join plan.phrases using (phrase)
    left join plan.agents on agents.agent_number = authored.agent_number
),
frames as (
    select
        any_value(texts) filter (where phrase = 'greeting') as greetings,
        any_value(texts) filter (where phrase = 'farewell') as farewells,
        any_value(texts) filter (where phrase = 'aside') as asides,
        any_value(texts) filter (where phrase = 'outburst') as outbursts,
        any_value(texts) filter (where phrase = 'harmless') as harmless_words
    from plan.phrases
)
select
    post_number::varchar as post_id,
    ticket_id,
    author_role,
    case author_role when 'agent' then agent_id when 'client' then client_email end as author_id,
    is_public,
    is_auto,
    instant_of(posted_seconds) as posted_at,
    fill(
        case when is_letter then greetings[1 + pick(382, post_number, len(greetings))] else '' end
        || texts[1 + (pick(383, worded.arrival_number, len(texts)) + turn_number) % len(texts)]
        || case
            when temper < 0.002 then ' ' || outbursts[1 + pick(388, post_number, len(outbursts))]
            when temper < 0.006 then ' ' || harmless_words[1 + pick(388, post_number, len(harmless_words))]
            when has_aside then ' ' || asides[1 + pick(386, post_number, len(asides))]
            else ''
        end
        || case when is_letter then farewells[1 + pick(384, post_number, len(farewells))] else '' end,
        part, product_name, newest_version, site, worded.given_name, coalesce(split_part(agent_name, ' ', 1), 'you')
    ) as body
from worded
cross join frames
left join plan.clients on clients.client_number = worded.client_number
order by post_number;

create view files.tickets as
with settings as (
    select texts
    from plan.phrases
    where phrase = 'setting'
),
last_words as (
    select
        arrival_number,
        max(posted_seconds) filter (where is_word) as last_word_seconds
    from plan.posts
    group by arrival_number
)
select
    numbers.ticket_id,
    case
        when is_by_alias then alias_email
        when is_unknown_client then replace(clients.client_email, '@', '+support@')
        when draw(391, talks.arrival_number) < 0.012 then upper(clients.client_email[1]) || clients.client_email[2:]
        else clients.client_email
    end as client_email,
    coalesce(
        case when is_by_old_name then source_text end,
        case
            when not is_unknown_product then null
            when talks.product_number = 4 then product_name || ' plugin'
            when talks.product_number = 5 then upper(replace(talk.product_id, '-', '_'))
        end,
        talk.product_id
    ) as product_id,
    fill(topics.subjects[subject_choice], part, product_name, newest_version, site, talk.given_name, '') as subject,
    case description_kind
        when 'none' then null
        when 'blank' then ' '
        when 'curt' then '?'
        when 'desk' then fill('Opened by the desk: {part} on {site}.', part, product_name, newest_version, site, '', '')
        else fill(
            topics.stories[story_choice]
            || ' ' || settings.texts[1 + pick(394, talks.arrival_number, len(settings.texts))]
            || case
                when draw(395, talks.arrival_number) < 0.5
                    then ' ' || settings.texts[1 + pick(396, talks.arrival_number, len(settings.texts))]
                else ''
            end,
            part, product_name, newest_version, site, talk.given_name, ''
        )
    end as description,
    channel_code,
    category_code,
    talk.version,
    talk_states.status_code,
    case when talks.is_by_agent then 'agent' else 'client' end as opened_by,
    instant_of(talks.opened_seconds) as opened_at,
    instant_of(case when answered_seconds <= as_of_seconds then answered_seconds end) as first_responded_at,
    instant_of(case when talk_states.outcome_code in ('solved', 'not_apparent', 'client_specific') then closing_seconds end)
        as resolved_at,
    instant_of(case when is_closed then filed_seconds end) as closed_at,
    talk_states.outcome_code,
    case
        when talk_states.outcome_code = 'duplicate' then other_tickets.ticket_id
    end as duplicate_of_id,
    talk_states.reopen_count,
    agents.agent_id,
    instant_of(greatest(talks.opened_seconds, last_words.last_word_seconds)) as last_activity_at,
    case
        when has_environment
            then 'PHP 8.' || (1 + pick(401, talks.client_number, 4))::varchar || ', '
                || ['nginx', 'Apache', 'Apache', 'LiteSpeed'][1 + pick(402, talks.client_number, 4)] || ', '
                || ['MariaDB 10.11', 'MariaDB 11.4', 'MySQL 8.0', 'MySQL 8.4'][1 + pick(403, talks.client_number, 4)]
    end as environment,
    case when draw(404, talks.arrival_number) < 0.85 then talk.site end as site_url,
    backup_code,
    case when draw(406, talks.arrival_number) < 0.7 then sold.purchase_id end as purchase_id,
    case when draw(406, talks.arrival_number) < 0.4 then sold.licence_key end as licence_key,
    case
        when not is_closed then null
        when draw(407, talks.arrival_number) > 0.3 then 'unrated'
        when
            draw(408, talks.arrival_number)
            < 0.06
            + case when answer_band = 'late' then 0.3 else 0 end
            + case when coalesce(talks.resolution_band, 'late') = 'late' then 0.25 else 0 end
            then 'bad'
        else 'good'
    end as satisfaction_code
from plan.talks
cross join plan.span
cross join settings
inner join plan.numbers on numbers.arrival_number = talks.arrival_number
inner join plan.manners on manners.arrival_number = talks.arrival_number
inner join plan.subjects_of_talk as talk on talk.arrival_number = talks.arrival_number
inner join plan.topics on topics.topic_number = talk.topic_number
inner join plan.talk_states on talk_states.arrival_number = talks.arrival_number
inner join plan.clients on clients.client_number = talks.client_number
inner join plan.owners on owners.arrival_number = talks.arrival_number
left join plan.agents on agents.agent_number = owners.agent_number
left join plan.sold on sold.purchase_number = talks.purchase_number
left join plan.alias_names on alias_names.client_number = talks.client_number
left join plan.old_names on old_names.product_number = talks.product_number
left join plan.numbers as other_tickets on other_tickets.arrival_number = talks.other_number
left join last_words on last_words.arrival_number = talks.arrival_number
order by numbers.opened_seconds, numbers.arrival_number;

-- A few clients were excluded, most of them with a recorded incident; some came back to the desk meanwhile.
create table plan.excluded as
with regulars as (
    select
        client_number,
        count(*) as ticket_count,
        max(opened_seconds) as last_opened_seconds
    from plan.talks, plan.span
    where opened_seconds <= as_of_seconds
    group by client_number
    having count(*) >= 3
),
chosen as (
    select
        *,
        row_number() over (order by draw(420, client_number), client_number) as ban_number
    from regulars
    order by ban_number
    limit cast(4 + getvariable('tickets_count') // 700 as bigint)
)
select
    *,
    case
        when ban_number % 3 = 0 then last_opened_seconds + 86400 * 3 + pick(421, client_number, 20000)
        else last_opened_seconds - 3600 - pick(421, client_number, 86400 * 12)
    end as banned_seconds,
    ['5.9', '0.2', '5.4', '5.2', '5.6', '5.11', '5.9', '5.4'][1 + (ban_number - 1) % 8] as clause
from chosen;

create table plan.bans as
with every_ban as (
    select
        client_number,
        ban_number,
        clause,
        banned_seconds,
        case when ban_number % 4 = 1 and banned_seconds + 86400 * 60 <= as_of_seconds
            then banned_seconds + 86400 * (20 + pick(422, client_number, 40)) end as lifted_seconds
    from plan.excluded
    cross join plan.span
    where banned_seconds <= as_of_seconds
    union all
    -- Of a scene: the ticket comes in the first or in the last second of the ban, or in the one after it.
    select
        client_number,
        (select count(*) from plan.excluded) + row_number() over (order by arrival_number),
        '5.6',
        opened_seconds - case when scene = 'banned' and take % 2 = 0 then 0 else 864000 end,
        opened_seconds + case when scene = 'banned' and take % 2 = 0 then 864000 when scene = 'banned' then 1 else 0 end
    from plan.cast_of_scenes
    where scene in ('edges', 'banned')
)
select *
from every_ban;

create view files.bans as
select
    'B' || ban_number::varchar as ban_id,
    client_email,
    clause,
    instant_of(banned_seconds) as banned_at,
    instant_of(lifted_seconds) as lifted_at,
    case clause
        when '5.9' then 'Repeated disparaging comments after a reminder'
        when '0.2' then 'Threat against a member of the team'
        when '5.4' then 'Many tickets for one issue after a reminder'
        when '5.2' then 'One licence in use on many sites'
        when '5.6' then 'Questions of the desk left without answer'
        else 'Decided by the management'
    end as reason,
    ['Rasa Petkute', 'Tomasz Zielny', 'management'][1 + ban_number % 3] as decided_by
from plan.bans
inner join plan.clients using (client_number)
order by ban_number;

create table plan.incidents as
with before_bans as (
    select
        client_number,
        arg_max(talks.arrival_number, talks.opened_seconds) as arrival_number,
        any_value(clause) as clause,
        any_value(banned_seconds) as banned_seconds
    from plan.excluded
    inner join plan.talks using (client_number)
    where clause in ('5.9', '0.2', '5.4', '5.6') and talks.opened_seconds < banned_seconds
    group by client_number
),
happened as (
    select
        client_number,
        arrival_number,
        clause,
        banned_seconds - 1800 - pick(430, client_number, 50000) as occurred_seconds,
        case clause
            when '5.9' then 'Disparaging remarks in a reply'
            when '0.2' then 'Wrote that a member of the team would regret it'
            when '5.4' then 'Fourth ticket for the same issue'
            else 'No reply to three questions, then a new ticket'
        end as note
    from before_bans
    union all
    -- A different question in a ticket that was answered already.
    select
        client_number,
        arrival_number,
        '4.8',
        ended_seconds + 3600 + pick(431, arrival_number, 200000),
        'A different question; asked to open a new ticket'
    from plan.talks
    where ending = 'solved' and draw(432, arrival_number) < 0.006 and arrival_number < 30000000
    union all
    -- Of a scene: what was recorded under another clause is neither a second question nor misconduct.
    select
        client_number,
        arrival_number,
        case scene when 'edges' then '4.2' when 'other_question' then '4.8' else ['0.2', '5.9'][1 + take % 2] end,
        opened_seconds + 600,
        case scene
            when 'edges' then 'Asked to be called back at once'
            when 'other_question' then 'A different question; asked to open a new ticket'
            else 'Disparaging remarks in the ticket'
        end
    from plan.cast_of_scenes
    where scene in ('edges', 'other_question', 'insult')
)
select
    'I' || (row_number() over (order by occurred_seconds, happened.arrival_number))::varchar as incident_id,
    happened.*
from happened
cross join plan.span
inner join plan.numbers on numbers.arrival_number = happened.arrival_number
where occurred_seconds <= as_of_seconds and occurred_seconds >= numbers.opened_seconds;

create view files.incidents as
select
    incident_id,
    client_email,
    ticket_id,
    clause,
    instant_of(occurred_seconds) as occurred_at,
    note,
    agent_name as recorded_by
from plan.incidents
inner join plan.clients on clients.client_number = incidents.client_number
inner join plan.numbers on numbers.arrival_number = incidents.arrival_number
left join plan.owners on owners.arrival_number = incidents.arrival_number
left join plan.agents on agents.agent_number = owners.agent_number
order by occurred_seconds, incidents.arrival_number;
