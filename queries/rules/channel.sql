-- Was the question asked through an accepted channel?
-- Clause: 4.3
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        channel_code
    from facts.tickets

),

limits as (

    select
        parameter,
        from_at,
        until_at,
        value,
        effective_on
    from policy.limits
    where rule = 'channel' and parameter in ('required', 'accepted', 'refused')

),

edges as (

    select distinct from_at
    from limits

),

-- A version begins with each change of the requirement or of a list.
terms as (

    select
        edges.from_at,
        coalesce(lead(edges.from_at) over (order by edges.from_at), timestamp '9999-12-31 00:00:00') as until_at,
        bool_or(limits.value = 'true') filter (limits.parameter = 'required') as is_required,
        max(limits.effective_on) as effective_on
    from edges
    inner join limits
        on edges.from_at >= limits.from_at
        and edges.from_at < limits.until_at
    group by edges.from_at

),

accepted_channels as (

    select
        from_at,
        until_at,
        unnest(string_split(value, '|')) as channel_code
    from limits
    where parameter = 'accepted'

),

refused_channels as (

    select
        from_at,
        until_at,
        unnest(string_split(value, '|')) as channel_code
    from limits
    where parameter = 'refused'

),

judged as (

    select
        tickets.*,
        terms.effective_on,
        terms.is_required,
        case
            when not terms.is_required then 'exempt'
            when accepted_channels.channel_code is not null then 'pass'
            when refused_channels.channel_code is not null then 'fail'
            else 'unknown'
        end::verdict as verdict
    from tickets
    left join terms
        on tickets.opened_at >= terms.from_at
        and tickets.opened_at < terms.until_at
    left join accepted_channels
        on accepted_channels.channel_code = tickets.channel_code
        and tickets.opened_at >= accepted_channels.from_at
        and tickets.opened_at < accepted_channels.until_at
    left join refused_channels
        on refused_channels.channel_code = tickets.channel_code
        and tickets.opened_at >= refused_channels.from_at
        and tickets.opened_at < refused_channels.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '4.3' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when channel_code is null then 'the ticket has no channel'
        when verdict = 'pass' then 'asked by ' || channel_code
        when verdict = 'fail' then 'asked by ' || channel_code || ', which is not an accepted channel'
        else 'asked by ' || channel_code || ', a channel the terms do not name'
    end as reason
from judged
