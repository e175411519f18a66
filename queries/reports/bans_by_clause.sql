-- The grounds that bans rest on, with what each clause says.
-- One row per clause

with grounds as (

    select
        clause,
        any_value(text) as clause_text
    from policy.clauses
    group by clause

)

select
    bans.clause,
    any_value(grounds.clause_text) as clause_text,
    count(*) as ban_count,
    count(*) / sum(count(*)) over () as ban_share,
    count(*) filter (bans.state = 'active') as active_count,
    row_number() over (order by count(*) desc, bans.clause) as position
from reports.bans as bans
left join grounds
    on grounds.clause = bans.clause
where bans.state <> 'candidate'
group by bans.clause
