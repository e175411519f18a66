-- Scenes: tickets that are laid out to the second, each at the edge of a rule. A hit is one step over it;
-- a look-alike keeps just within, or is what the rule does not mean. One row per ticket, with everything
-- that sets it apart; what is not said here is as it should be. Each scene has a client of its own.

-- What is staged. A ticket of "edges" is a look-alike for all the rules that can meet in one ticket.
create table plan.stagings as
select
    *,
    unnest(range(case role when 'hit' then getvariable('hit_count') else getvariable('look_alike_count') end)) as take
from (
    values
        ('edges', 'look-alike', null),
        ('idle_edge', 'look-alike', 'auto_close'),
        ('pair_edge', 'look-alike', 'duplicate'),
        ('late_answer', 'hit', 'response_time'),
        ('late_end', 'hit', 'resolution_time'),
        ('day_after', 'hit', 'coverage'),
        ('given_back', 'hit', 'coverage'),
        ('extra_after', 'hit', 'support_extra'),
        ('registered_after', 'hit', 'registration'),
        ('blank', 'hit', 'description'),
        ('off_topic', 'hit', 'scope'),
        ('off_channel', 'hit', 'channel'),
        ('off_list', 'hit', 'mailing_list'),
        ('banned', 'hit', 'not_banned'),
        ('outdated', 'hit', 'latest_version'),
        ('incomplete', 'hit', 'complete_report'),
        ('no_backup', 'hit', 'backup'),
        ('idle', 'hit', 'auto_close'),
        ('other_question', 'hit', 'one_question'),
        ('pair', 'hit', 'duplicate'),
        ('burst', 'hit', 'post_burst'),
        ('refund_after', 'hit', 'refund_waiver'),
        ('dispute_after', 'hit', 'chargeback_waiver'),
        ('insult', 'hit', 'conduct')
) as staging (scene, role, rule);

create table plan.scenes as
with stages as (
    select
        *,
        row_number() over (order by scene, take) as stage_number
    from plan.stagings
),
-- The stretch in which scenes are played: nothing of theirs is cut off by the start or by as_of.
stretch as (
    select
        seconds_of(first_on::timestamp) + 230 * 86400 as from_seconds,
        as_of_seconds - 80 * 86400 as until_seconds
    from plan.span
),
-- Releases that have one before them, in an order of their own.
premieres as (
    select
        releases.product_number,
        releases.released_seconds,
        older.version as version_before,
        row_number() over (order by draw(500, releases.product_number * 1000 + releases.release_number)) as premiere_number
    from plan.releases
    inner join plan.releases as older
        on older.product_number = releases.product_number and older.release_number = releases.release_number - 1
    cross join stretch
    where releases.released_seconds between from_seconds and until_seconds
),
premiere_count as (
    select count(*) as how_many
    from premieres
),
-- Local days on which the six months of a purchase end, not clamped.
last_days as (
    select
        local_days.day_on,
        bought.first_slot * 900 + 43200 as bought_seconds,
        following.first_slot * 900 as over_seconds,
        row_number() over (order by draw(501, local_days.day_on - date '2000-01-01')) as day_number
    from plan.local_days
    cross join stretch
    inner join plan.local_days as following
        on following.day_on = local_days.day_on + 1
    inner join plan.local_days as bought
        on bought.day_on = (local_days.day_on - to_months(6))::date
    where
        (bought.day_on + to_months(6))::date = local_days.day_on
        and local_days.first_slot * 900 between from_seconds and until_seconds
),
open_stretch as (
    select
        min(open_number) as first_number,
        count(*) as how_many
    from plan.open_slots
    cross join stretch
    where open_slots.from_seconds between stretch.from_seconds and stretch.until_seconds
),
placed as (
    select
        stages.*,
        case when scene in ('edges', 'outdated') then premieres.version_before end as version_before,
        last_days.over_seconds,
        last_days.bought_seconds,
        coalesce(case when scene in ('edges', 'outdated') then premieres.product_number end, 1 + pick(502, stage_number, 6))
            as product_number,
        case
            when scene = 'edges' then premieres.released_seconds - 1
            when scene = 'outdated' then premieres.released_seconds
            when scene = 'day_after' then last_days.over_seconds
            else open_slots.from_seconds + pick(503, stage_number, 900)
        end as opened_seconds
    from stages
    cross join open_stretch
    cross join premiere_count
    left join premieres on premiere_number = 1 + (take + case scene when 'edges' then 0 else 40 end) % premiere_count.how_many
    left join last_days on day_number = 1 + take
    left join plan.open_slots on open_number = first_number + pick(504, stage_number, open_stretch.how_many)
),
-- The second ticket of a pair, and when it is opened.
doubled as (
    select
        *,
        null::bigint as first_seconds,
        stage_number * 2 as scene_number
    from placed
    union all
    select
        * replace (
            case when scene = 'pair_edge' and take % 4 = 2 then 1 + product_number % 6 else product_number end as product_number,
            opened_seconds + case when scene = 'pair_edge' and take % 4 = 0 then 2592001 else 172800 end as opened_seconds
        ),
        opened_seconds as first_seconds,
        stage_number * 2 + 1
    from placed
    where scene in ('pair', 'pair_edge')
)
select
    30000000 + scene_number as arrival_number,
    case when first_seconds is not null then 30000000 + scene_number - 1 when scene in ('pair', 'pair_edge') then 30000000 + scene_number + 1 end
        as other_number,
    first_seconds is not null as is_second,
    scene,
    role,
    rule,
    take,
    product_number,
    version_before,
    opened_seconds,
    first_seconds,
    case when scene = 'day_after' then bought_seconds else opened_seconds - 40 * 86400 end as bought_seconds,
    -- The client of the first ticket of a pair asks again, but for one kind of look-alike.
    40000000 + case when first_seconds is null or (scene = 'pair_edge' and take % 4 = 3) then scene_number else scene_number - 1 end
        as client_number
from doubled
order by scene_number;
