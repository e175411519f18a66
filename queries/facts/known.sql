-- What the load knows at all, asked of every row of it whatever its date.
-- One row per is_load
--
-- A column without one value, or a table without one row, means that the export does not know;
-- a single value makes every empty cell mean "nothing there" [T9, R1, S16].
-- What is blank is told as in facts.openings.

with clock as (

    select as_of_at
    from facts.clock

),

-- What is valid but dated after as_of; mostly nothing.
later_posts as (

    select posts.ticket_id
    from raw.posts
    cross join clock
    inner join raw.tickets
        on tickets.ticket_id = posts.ticket_id
    where posts.posted_at > clock.as_of_at
        and posts.posted_at >= tickets.opened_at

),

later_changes as (

    select status_changes.ticket_id
    from raw.status_changes
    cross join clock
    inner join raw.tickets
        on tickets.ticket_id = status_changes.ticket_id
    where status_changes.changed_at > clock.as_of_at
        and status_changes.changed_at >= tickets.opened_at

)

select
    true as is_load,
    exists (from facts.posted_tickets) or exists (from later_posts) as has_posts,
    exists (from facts.changed_tickets) or exists (from later_changes) as has_status_changes,
    exists (
        from raw.tickets
        where status_code is not null
            or resolved_at is not null
            or closed_at is not null
    ) as has_states,
    (select count(first_responded_at) from raw.tickets) as responded_count,
    exists (from raw.tickets where regexp_matches(description, '[^\s\v\pZ\x1c-\x1f\x{85}]')) as has_descriptions,
    exists (from raw.tickets where product_id is not null) as has_products,
    exists (from raw.tickets where version is not null) as has_versions,
    exists (from raw.tickets where regexp_matches(environment, '[^\s\v\pZ\x1c-\x1f\x{85}]')) as has_environments,
    exists (from raw.clients) as has_clients,
    exists (from raw.purchases) as has_purchases,
    exists (from raw.subscriptions) as has_subscriptions
