-- The scenes are played: each becomes a client, a purchase, a talk with its posts and changes of status,
-- and what was refunded, disputed, recorded or banned. From here on they are tickets like any other.

create table plan.cast_of_scenes as
with clocked as (
    select
        scenes.*,
        (select max(purchase_number) from plan.purchases) + row_number() over (order by scenes.arrival_number) as own_purchase,
        slots.open_before + case when slots.is_open then opened_seconds % 900 else 0 end as clock_open,
        case
            when scene = 'edges' then 2 * business_day()
            when scene = 'late_answer' then 2 * business_day() + 1
            else 1800 + pick(510, scenes.arrival_number, 7000)
        end as answer_open
    from plan.scenes
    inner join plan.slots on slots.slot = opened_seconds // 900
),
answered as (
    select
        clocked.*,
        open_slots.from_seconds + (clock_open + answer_open) % 900 as answered_seconds
    from clocked
    inner join plan.open_slots on open_number = (clock_open + answer_open) // 900
),
-- The older ticket of a pair: still open when the newer one comes, or, as a look-alike, closed in that second.
ended as (
    select
        answered.*,
        newer.opened_seconds as newer_seconds,
        case
            when answered.scene in ('idle', 'idle_edge') then null
            when answered.scene = 'edges' then answered.opened_seconds + 2 * week()
            when answered.scene = 'late_end' then answered.opened_seconds + 2 * week() + 1
            when answered.is_second then answered.opened_seconds + 900 + pick(511, answered.arrival_number, 800)
            when answered.scene = 'pair_edge' and answered.take % 4 = 1 then newer.opened_seconds
            when newer.opened_seconds is not null then newer.opened_seconds + 86400
            else answered.answered_seconds + 3600 + pick(511, answered.arrival_number, 5000)
        end as ended_seconds
    from answered
    left join plan.scenes as newer on newer.arrival_number = answered.other_number and newer.is_second
),
-- A ticket that is closed for another is not answered first.
settled as (
    select
        * replace (case when is_second and answered_seconds >= ended_seconds then null else answered_seconds end as answered_seconds)
    from ended
)
select
    *,
    case when scene = 'pair_edge' and is_second and take % 4 >= 2 then own_purchase when is_second then own_purchase - 1 else own_purchase end
        as purchase_number,
    case
        when scene = 'idle_edge' then answered_seconds + 691200 + 86400 * (take % 2)
        when scene = 'idle' then answered_seconds + 691200 + case when take % 2 = 0 then -1 else 86401 end
    end as silenced_seconds
from settled
order by arrival_number;

insert into plan.clients by name
select
    client_number,
    bought_seconds as first_seconds,
    false as is_visitor,
    given_name,
    given_name || ' ' || family_name as client_name,
    family_name || ' & Co' as business,
    lower(given_name) || '.' || lower(family_name) || '.' || (client_number - 40000000)::varchar || '@example.net' as client_email,
    'https://' || lower(family_name) || '-' || (client_number - 40000000)::varchar || '.example.org' as website,
    ['DE', 'LT', 'US', 'FR', 'PL', 'ES'][1 + pick(513, client_number, 6)] as country_code,
    case scene
        when 'edges' then opened_seconds
        when 'registered_after' then opened_seconds + 1
        else bought_seconds
    end as registered_seconds,
    case
        when scene = 'edges' then opened_seconds
        when scene = 'off_list' and take % 2 = 0 then opened_seconds + 1
        else bought_seconds
    end as subscribed_seconds,
    case when scene = 'off_list' and take % 2 = 1 then opened_seconds end as unsubscribed_seconds
from (
    select
        *,
        ['Aino', 'Bence', 'Chiara', 'Dalia', 'Emeka', 'Fatou', 'Hana', 'Isak', 'Jana', 'Kaito'][1 + pick(514, client_number, 10)]
            as given_name,
        ['Almqvist', 'Castelo', 'Dubrov', 'Fairholm', 'Gallego', 'Hartono', 'Kallas', 'Macrae', 'Nakano', 'Olander'][1 + pick(515, client_number, 10)]
            as family_name
    from plan.cast_of_scenes
    where client_number = 40000000 + arrival_number - 30000000
);

insert into plan.purchases by name
select
    purchase_number,
    client_number,
    product_number,
    bought_seconds as purchased_seconds,
    false as is_renewal,
    not (scene = 'extra_after' and take % 2 = 0) as has_support_extra,
    case
        when scene = 'edges' then opened_seconds
        when scene = 'extra_after' and take % 2 = 1 then opened_seconds + 1
    end as extra_from_seconds,
    null as stated_months,
    'LK-' || upper(substr(md5(getvariable('seed')::varchar || '/scene/' || arrival_number::varchar), 1, 10)) as licence_key
from plan.cast_of_scenes
where purchase_number = own_purchase
order by purchase_number;

insert into plan.talks by name
select
    arrival_number,
    product_number,
    false as is_by_agent,
    purchase_number,
    client_number,
    opened_seconds,
    opened_seconds as clock_seconds,
    clock_open,
    case when scene in ('pair', 'pair_edge') then case when is_second then 'closed' else 'kept' end end as pair_fate,
    other_number,
    coalesce(other_number is not null and not is_second, false) as is_older,
    0 as stress,
    scene in ('edges', 'late_answer', 'late_end') as is_exact,
    case when answered_seconds is not null then answer_open end as answer_open,
    case
        when answered_seconds is null then null
        when scene = 'late_answer' then 'late'
        when answer_open > business_day() then 'within_2_days'
        else 'within_1_day'
    end as answer_band,
    answered_seconds,
    case when scene in ('idle', 'idle_edge') then 'auto_closed' when is_second then 'duplicate' else 'solved' end as ending,
    true as is_one_touch,
    ended_seconds,
    case
        when scene in ('idle', 'idle_edge') or is_second then null
        when ended_seconds - opened_seconds <= week() then 'within_1_week'
        when ended_seconds - opened_seconds <= 2 * week() then 'within_2_weeks'
        else 'late'
    end as resolution_band,
    case when answered_seconds is null then -1 else 0 end as round_count,
    clock_open + answer_open as answered_open,
    answered_seconds as talked_seconds,
    0 as reopen_count
from plan.cast_of_scenes;

insert into plan.fates by name
select
    arrival_number,
    coalesce(answered_seconds, opened_seconds) as silent_since_seconds,
    case when scene = 'idle_edge' then 'on_time' when scene = 'idle' and take % 2 = 0 then 'early' when scene = 'idle' then 'late' end
        as silence,
    silenced_seconds,
    scene in ('idle', 'idle_edge') as is_exact
from plan.cast_of_scenes;

insert into plan.changes by name
select
    arrival_number,
    coalesce(silenced_seconds, ended_seconds) as changed_seconds,
    case when silenced_seconds is not null or is_second then 'closed' else 'solved' end as status_code,
    case when silenced_seconds is not null then 'auto_closed' when is_second then 'duplicate' else 'solved' end as outcome_code,
    'closing' as kind
from plan.cast_of_scenes;

insert into plan.posts by name
with written as (
    select
        arrival_number,
        answered_seconds as posted_seconds,
        'agent' as author_role,
        case when scene in ('idle', 'idle_edge') then 'question' else 'solution' end as phrase
    from plan.cast_of_scenes
    where answered_seconds is not null
    union all
    -- A burst is three words of the client within 600 seconds; one second more, and it is none.
    select
        arrival_number,
        opened_seconds + 60 + unnest(case scene when 'burst' then [0, 300, 600] else [0, 300, 601] end),
        'client',
        'detail'
    from plan.cast_of_scenes
    where scene in ('edges', 'burst')
    union all
    -- Thanks in the very second of the closing are no further question.
    select
        arrival_number,
        ended_seconds,
        'client',
        'thanks'
    from plan.cast_of_scenes
    where scene = 'edges'
    union all
    select
        arrival_number,
        coalesce(silenced_seconds, ended_seconds),
        'system',
        case when is_second then 'merged' else 'silenced' end
    from plan.cast_of_scenes
    where is_second or silenced_seconds is not null
)
select
    arrival_number,
    row_number() over (partition by arrival_number, author_role order by posted_seconds) as turn_number,
    posted_seconds,
    author_role,
    true as is_public,
    author_role = 'system' as is_auto,
    author_role <> 'system' as is_word,
    phrase
from written;

-- How each ticket was filled in: under which of the client's addresses, about which of the product's names.
create table plan.alias_names as
select
    client_number,
    split_part(client_email, '@', 1) || '.office@example.net' as alias_email
from plan.clients
where draw(320, client_number) < 0.03 and client_number < 40000000;

create table plan.manners as
with drawn as (
    select
        talks.arrival_number,
        talks.product_number,
        talks.is_by_agent,
        talks.client_number,
        scenes.scene,
        scenes.take,
        scenes.version_before,
        scenes.arrival_number is not null as is_scene,
        alias_names.client_number is not null and draw(390, talks.arrival_number) < 0.5 as is_by_alias,
        talks.other_number is null and scenes.arrival_number is null as may_be_unexplained
    from plan.talks
    left join plan.scenes on scenes.arrival_number = talks.arrival_number
    left join plan.alias_names on alias_names.client_number = talks.client_number
)
select
    arrival_number,
    scene,
    version_before,
    is_by_alias,
    -- Addresses and product names that nobody has explained yet.
    may_be_unexplained and not is_by_alias and draw(433, arrival_number) < 0.004 as is_unknown_client,
    may_be_unexplained
    and draw(434, arrival_number) <= 0.05
    and draw(392, arrival_number) >= case when product_number <= 3 then 0.03 else 0 end
    and product_number in (4, 5) as is_unknown_product,
    draw(392, arrival_number) < 0.03 as is_by_old_name,
    case
        when scene = 'blank' then 'blank'
        when scene = 'edges' then 'curt'
        when not is_scene and draw(393, arrival_number) < 0.016 then 'none'
        when is_by_agent then 'desk'
        else 'story'
    end as description_kind,
    case
        when scene = 'off_channel' then ['email', 'phone'][1 + take % 2]
        when is_scene or draw(397, arrival_number) < 0.942 then 'ticket'
        when draw(397, arrival_number) < 0.970 then 'email'
        when draw(397, arrival_number) < 0.980 then 'phone'
        when draw(397, arrival_number) < 0.990 then 'chat'
        when draw(397, arrival_number) < 0.995 then 'other'
    end as channel_code,
    case
        when scene = 'off_topic' then ['web', 'seo', 'html', 'hosting', 'download', 'unzip', 'email'][1 + take % 7]
        when scene = 'edges' then 'general'
        when is_scene or draw(398, arrival_number) < 0.93 then 'product'
        when draw(398, arrival_number) < 0.95 then 'general'
        when draw(398, arrival_number) < 0.992
            then ['web', 'seo', 'html', 'hosting', 'download', 'unzip', 'email'][1 + pick(399, arrival_number, 7)]
    end as category_code,
    case when is_scene then not (scene = 'incomplete' and take % 2 = 0) else draw(400, arrival_number) < 0.82 end
        as has_environment,
    case
        when is_scene then not coalesce(scene = 'incomplete' and take % 2 = 1, false)
        else draw(306, arrival_number) >= 0.07
    end as has_version,
    not is_scene and draw(306, arrival_number) < 0.30 as is_behind,
    case
        when scene = 'no_backup' then 'none'
        when scene = 'edges' then 'unknown'
        when is_scene then 'backed_up'
        else ['test_site', 'backed_up', 'backed_up', 'backed_up', 'none', 'unknown', 'unknown'][1 + pick(405, arrival_number, 7)]
    end as backup_code
from drawn;
