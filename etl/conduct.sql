-- Public posts of clients up to as_of that match a pattern and that nobody decided on, the newest first.
-- One row per post_id

select
    posts.post_id,
    posts.ticket_id,
    openings.client_id,
    coalesce(clients.name, openings.client_id) as client_name,
    posted.day_on as posted_on,
    posts.body,
    exists (
        from facts.incidents
        where incidents.ticket_id = posts.ticket_id
    ) as has_incident
from raw.posts
cross join facts.clock
inner join facts.openings
    on openings.ticket_id = posts.ticket_id
left join facts.clients
    on clients.client_id = openings.client_id
left join facts.local_time as posted
    on posted.piece_on = cast(posts.posted_at as date)
    and posted.from_at <= posts.posted_at
    and posts.posted_at < posted.until_at
where posts.author_role = 'client'
    and coalesce(posts.is_public, true)
    and not coalesce(posts.is_auto, false)
    and posts.posted_at >= openings.opened_at
    and posts.posted_at <= clock.as_of_at
    and openings.client_id is not null
    and regexp_matches(posts.body, $pattern)
    and not exists (
        from facts.decisions
        where decisions.post_id = posts.post_id
    )
order by
    posts.posted_at desc,
    posts.post_id
limit $at_most
