-- Was the ticket opened while a purchase of its product was covered?
-- Clause: 1.2
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
    where rule = 'coverage' and parameter = 'required'

),

coverages as (

    select
        ticket_id,
        is_known,
        has_bought_anything,
        has_purchase,
        has_undated_purchase,
        has_unclear_end,
        is_covered,
        covered_until_at,
        purchase_id,
        effective_on
    from facts.coverages

),

likely_purchases as (

    select
        ticket_id,
        likely_text
    from facts.likely_purchases

),

local_time as (

    select
        piece_on,
        from_at,
        until_at,
        offset_seconds
    from facts.local_time

),

judged as (

    select
        tickets.*,
        -- The terms of coverage are those at the purchase, where there is one [6.1].
        coalesce(coverages.effective_on, requirements.effective_on) as effective_on,
        requirements.is_required,
        coverages.is_known,
        coverages.has_bought_anything,
        coverages.has_purchase,
        coverages.has_unclear_end,
        coverages.purchase_id,
        coverages.covered_until_at,
        likely_purchases.likely_text,
        strftime(coverages.covered_until_at + to_seconds(local_time.offset_seconds), '%d %b %Y %H:%M') as until_text,
        case
            when not requirements.is_required then 'exempt'
            when coverages.is_covered then 'pass'
            when not coverages.is_known or not coverages.has_bought_anything then 'unknown'
            when coverages.has_undated_purchase or coverages.has_unclear_end then 'unknown'
            else 'fail'
        end::verdict as verdict
    from tickets
    left join requirements
        on tickets.opened_at >= requirements.from_at
        and tickets.opened_at < requirements.until_at
    inner join coverages
        on coverages.ticket_id = tickets.ticket_id
    left join likely_purchases
        on likely_purchases.ticket_id = tickets.ticket_id
    left join local_time
        on local_time.piece_on = coverages.covered_until_at::date
        and coverages.covered_until_at >= local_time.from_at
        and coverages.covered_until_at < local_time.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '1.2' as clause,
    effective_on,
    opened_at as happened_at,
    covered_until_at as due_at,
    verdict,
    case
        when not is_required then 'not required'
        when verdict = 'pass' then 'purchase ' || purchase_id || ' is covered until ' || until_text
        when not is_known then 'the ticket names no client or no product'
        when not has_bought_anything
            then 'no purchase under any address of the client'
                || case when likely_text is null then '' else '; likely matches: ' || likely_text end
        when has_unclear_end then 'a full refund or a lost dispute of purchase ' || purchase_id || ' has no date'
        when verdict = 'unknown' then 'a purchase of the product has no date'
        when has_purchase then 'the coverage of purchase ' || purchase_id || ' ended ' || until_text
        else 'no purchase of the product before the ticket'
    end as reason
from judged
