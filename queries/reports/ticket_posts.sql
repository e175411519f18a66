-- Posts of a ticket up to as_of, each with its author and what it counts as.
-- One row per post_id

select
    posts.ticket_id,
    posts.post_id,
    posts.posted_at,
    case
        when posts.author_role = 'system' then 'system'
        when posts.is_auto then 'automatic'
        when posts.is_public is false then 'private'
        else coalesce(posts.author_role, 'nobody')
    end as kind_code,
    case
        when posts.author_role = 'client' then coalesce(clients.name, tickets.client_id, posts.author_id)
        else coalesce(agents.name, posts.author_id)
    end as author_name,
    posts.body,
    coalesce(
        posts.posted_at = tickets.first_responded_at
        and posts.author_role = 'agent'
        and posts.is_public is distinct from false
        and posts.is_auto is distinct from true,
        false
    ) as is_first_answer,
    -- Within a second the client's word comes first, the agent's second [M3].
    2 * cast(epoch(posts.posted_at) as bigint) + (posts.author_role is not distinct from 'agent')::bigint as position
from raw.posts as posts
inner join facts.tickets as tickets
    on tickets.ticket_id = posts.ticket_id
cross join facts.clock as clock
left join facts.clients as clients
    on clients.client_id = tickets.client_id
left join facts.agents as agents
    on agents.agent_id = posts.author_id
where posts.posted_at <= clock.as_of_at
