-- Had the client bought the Technical Support extra with the purchase that covers the ticket?
-- Clause: 2.1
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down

with tickets as (

    select
        ticket_id,
        client_id,
        opened_at
    from facts.tickets

),

requirements as (

    select
        from_at,
        until_at,
        value = 'true' as is_required,
        effective_on
    from policy.limits
    where rule = 'support_extra' and parameter = 'required'

),

coverages as (

    select
        ticket_id,
        is_known,
        has_bought_anything,
        has_purchase,
        support_extra_code
    from facts.coverages

),

judged as (

    select
        tickets.*,
        requirements.effective_on,
        requirements.is_required,
        coverages.is_known,
        coverages.has_bought_anything,
        coverages.has_purchase,
        case
            when not requirements.is_required then 'exempt'
            when not coverages.is_known or not coverages.has_bought_anything then 'unknown'
            when not coverages.has_purchase then 'fail'
            when coverages.support_extra_code = 'yes' then 'pass'
            when coverages.support_extra_code = 'no' then 'fail'
            else 'unknown'
        end::verdict as verdict
    from tickets
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
    inner join coverages
        on coverages.ticket_id = tickets.ticket_id

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '2.1' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when not is_known then 'the ticket names no client or no product'
        when not has_bought_anything then 'no purchase under any address of the client'
        when not has_purchase then 'no purchase of the product before the ticket'
        when verdict = 'pass' then 'bought with the Technical Support extra'
        when verdict = 'fail' then 'bought without the Technical Support extra, or with one from a later day on'
        else 'the export does not say whether the Technical Support extra was bought'
    end as reason
from judged
