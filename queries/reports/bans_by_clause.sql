-- The grounds that bans rest on, and those of candidates, with what each clause says.
-- One row per clause

with grounds as (

    select
        clause,
        text as clause_text
    from reports.clause_list

)

select
    bans.clause,
    any_value(grounds.clause_text) as clause_text,
    count(*) filter (bans.state <> 'candidate') as ban_count,
    count(*) filter (bans.state <> 'candidate')
    / nullif(sum(count(*) filter (bans.state <> 'candidate')) over (), 0) as ban_share,
    count(*) filter (bans.state = 'active') as active_count,
    count(*) filter (bans.state = 'candidate') as candidate_count,
    row_number() over (
        order by count(*) filter (bans.state <> 'candidate') desc, count(*) desc, bans.clause
    ) as position
from reports.bans as bans
left join grounds
    on grounds.clause = bans.clause
group by bans.clause
