-- Was the question asked through an accepted channel?
-- Clause: 4.3
-- One row per subject_id (a ticket_id)

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at,
        channel_code
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'channel' and parameter = 'required'

),

accepted_channels as (

    select
        from_at,
        until_at,
        unnest(string_split(value, '|')) as channel_code
    from policy.limits
    where rule = 'channel' and parameter = 'accepted'

),

refused_channels as (

    select
        from_at,
        until_at,
        unnest(string_split(value, '|')) as channel_code
    from policy.limits
    where rule = 'channel' and parameter = 'refused'

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        case
            when not requirements.is_required then 'exempt'
            when accepted_channels.channel_code is not null then 'pass'
            when refused_channels.channel_code is not null then 'fail'
            else 'unknown'
        end::verdict as verdict
    from tickets
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
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
