-- Did the client work on a test site, or make a backup first?
-- Clause: 1.4
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down
--
-- For information: it denies nobody support. Only what the help desk recorded is known [X14, X16].

with openings as (

    select
        ticket_id,
        client_id,
        opened_at,
        backup_code
    from facts.openings

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'backup' and parameter is null

)

select
    'ticket' as subject_kind,
    openings.ticket_id as subject_id,
    openings.client_id,
    '1.4' as clause,
    versions.effective_on,
    openings.opened_at as happened_at,
    null::timestamp as due_at,
    case
        when openings.backup_code in ('test_site', 'backed_up') then 'pass'
        when openings.backup_code = 'none' then 'fail'
        else 'unknown'
    end::verdict as verdict,
    case
        when openings.backup_code = 'test_site' then 'a test site was used'
        when openings.backup_code = 'backed_up' then 'a backup was made first'
        when openings.backup_code = 'none' then 'neither a test site nor a backup'
        else 'nobody recorded whether there was a test site or a backup'
    end as reason
from openings
left join versions
    on openings.opened_at >= versions.from_at
    and openings.opened_at < versions.until_at
