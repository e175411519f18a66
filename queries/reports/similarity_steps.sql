-- Limits of the similarity that can be tried: every twentieth, and the one in force.
-- One row per limit_share

with steps as (

    select unnest(range(4, 20)) / 20 as limit_share

),

in_force as (

    select limits.value_number::double as limit_share
    from policy.limits as limits
    inner join facts.clock as clock
        on clock.as_of_at >= limits.from_at
        and clock.as_of_at < limits.until_at
    where limits.rule = 'duplicate'
        and limits.parameter = 'similarity'

),

tried as (

    select limit_share
    from steps

    union

    select limit_share
    from in_force

)

select
    tried.limit_share,
    in_force.limit_share is not null as is_in_force,
    row_number() over (order by tried.limit_share) as position
from tried
left join in_force
    on in_force.limit_share = tried.limit_share
