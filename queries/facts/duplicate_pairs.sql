-- Two tickets about the same issue, by the help desk's word or by their texts, and which was closed first.
-- One row per older_ticket_id, newer_ticket_id
--
-- The desk's word replaces the comparison of the texts [D1-D2]. Of several similar tickets each is paired
-- with the last one before it that was still open, so that n of them are n - 1 pairs. Two different sites
-- are never similar by text; a pair the help desk names stands [D6].

with compared_pairs as (

    select
        older_ticket_id,
        newer_ticket_id,
        client_id,
        product_id,
        older_opened_at,
        newer_opened_at,
        effective_on,
        is_named,
        has_two_sites,
        similarity_share
    from facts.compared_pairs

),

similarities as (

    select
        from_at,
        until_at,
        value_number,
        effective_on
    from policy.limits
    where rule = 'duplicate' and parameter = 'similarity'

),

judged as (

    select
        compared_pairs.older_ticket_id,
        compared_pairs.newer_ticket_id,
        compared_pairs.client_id,
        compared_pairs.product_id,
        compared_pairs.older_opened_at,
        compared_pairs.newer_opened_at,
        greatest(compared_pairs.effective_on, similarities.effective_on) as effective_on,
        compared_pairs.similarity_share,
        compared_pairs.is_named,
        compared_pairs.similarity_share > 0
        and compared_pairs.similarity_share >= similarities.value_number
        and not compared_pairs.has_two_sites as is_similar
    from compared_pairs
    left join similarities
        on compared_pairs.newer_opened_at >= similarities.from_at
        and compared_pairs.newer_opened_at < similarities.until_at

),

ranked as (

    select
        judged.*,
        row_number() over (
            partition by newer_ticket_id, is_similar
            order by older_opened_at desc, older_ticket_id desc
        ) as older_rank
    from judged
    where is_named or is_similar

),

states as (

    select
        ticket_id,
        is_closed_at_unknown_time
    from facts.states

),

pairs as (

    select
        ranked.older_ticket_id,
        ranked.newer_ticket_id,
        ranked.client_id,
        ranked.product_id,
        ranked.older_opened_at,
        ranked.newer_opened_at,
        ranked.effective_on,
        ranked.similarity_share,
        case
            when ranked.is_named and ranked.is_similar then 'both'
            when ranked.is_named then 'helpdesk'
            else 'text'
        end as basis,
        states.is_closed_at_unknown_time as is_newer_closed_at_unknown_time
    from ranked
    inner join states
        on states.ticket_id = ranked.newer_ticket_id
    where ranked.is_named
        or ranked.older_rank = 1

),

closings as (

    select
        ticket_id,
        closed_at,
        outcome_code
    from facts.closings

),

-- The first closing of each since the newer one was opened, that second included [D3].
older_closings as (

    select
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        min(closings.closed_at) as closed_at,
        arg_min(coalesce(closings.outcome_code, ''), closings.closed_at) as outcome_code
    from pairs
    inner join closings
        on closings.ticket_id = pairs.older_ticket_id
    where closings.closed_at >= pairs.newer_opened_at
    group by
        pairs.older_ticket_id,
        pairs.newer_ticket_id

),

newer_closings as (

    select
        pairs.older_ticket_id,
        pairs.newer_ticket_id,
        min(closings.closed_at) as closed_at,
        arg_min(coalesce(closings.outcome_code, ''), closings.closed_at) as outcome_code
    from pairs
    inner join closings
        on closings.ticket_id = pairs.newer_ticket_id
    where closings.closed_at >= pairs.newer_opened_at
    group by
        pairs.older_ticket_id,
        pairs.newer_ticket_id

)

select
    pairs.older_ticket_id,
    pairs.newer_ticket_id,
    pairs.client_id,
    pairs.product_id,
    pairs.older_opened_at,
    pairs.newer_opened_at,
    pairs.effective_on,
    pairs.similarity_share,
    pairs.basis,
    older_closings.closed_at as older_closed_at,
    newer_closings.closed_at as newer_closed_at,
    case
        when pairs.is_newer_closed_at_unknown_time then 'unknown'
        when older_closings.closed_at is null and newer_closings.closed_at is null then 'both_open'
        when newer_closings.closed_at is null then 'older_closed'
        when older_closings.closed_at is null then 'newer_closed'
        when newer_closings.closed_at < older_closings.closed_at then 'newer_closed'
        when newer_closings.closed_at = older_closings.closed_at
            and newer_closings.outcome_code = 'duplicate'
            and older_closings.outcome_code <> 'duplicate'
            then 'newer_closed'
        else 'older_closed'
    end as verdict
from pairs
left join older_closings
    on older_closings.older_ticket_id = pairs.older_ticket_id
    and older_closings.newer_ticket_id = pairs.newer_ticket_id
left join newer_closings
    on newer_closings.older_ticket_id = pairs.older_ticket_id
    and newer_closings.newer_ticket_id = pairs.newer_ticket_id
