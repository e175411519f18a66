-- Whether anything is known to have gone on after as_of: then what is quiet by as_of is no sign of old data.
-- One row per is_load

with clock as (

    select as_of_at
    from facts.clock

),

later_posts as (

    select posts.ticket_id
    from raw.posts
    cross join clock
    inner join raw.tickets
        on tickets.ticket_id = posts.ticket_id
    where posts.posted_at > clock.as_of_at

),

later_changes as (

    select status_changes.ticket_id
    from raw.status_changes
    cross join clock
    inner join raw.tickets
        on tickets.ticket_id = status_changes.ticket_id
    where status_changes.changed_at > clock.as_of_at

)

select
    true as is_load,
    exists (from later_posts)
    or exists (from later_changes)
    or exists (
        from raw.tickets
        cross join clock
        where greatest(opened_at, first_responded_at, resolved_at, closed_at, last_activity_at) > clock.as_of_at
    ) as has_later_facts
