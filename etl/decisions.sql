-- Whom decisions on these candidates and posts are about.
-- One row per kind, subject: a client's address as it was when decided, a post

with candidates as (

    select unnest($client_emails::varchar[]) as client_email

),

decided_posts as (

    select unnest($post_ids::varchar[]) as post_id

)

select
    'candidate' as kind,
    candidates.client_email as subject,
    coalesce(addresses.client_id, candidates.client_email) as client_id,
    clients.name as client_name,
    null as ticket_id
from candidates
left join facts.addresses
    on addresses.alias_email = candidates.client_email
left join facts.clients
    on clients.client_id = coalesce(addresses.client_id, candidates.client_email)

union all

select
    'post' as kind,
    posts.post_id as subject,
    openings.client_id,
    clients.name as client_name,
    posts.ticket_id
from raw.posts
inner join decided_posts
    on decided_posts.post_id = posts.post_id
inner join facts.openings
    on openings.ticket_id = posts.ticket_id
left join facts.clients
    on clients.client_id = openings.client_id
