-- Does the ticket say what it is about: the problem, the product, its version and the environment?
-- Clause: 0.3
-- One row per subject_id (a ticket_id)
--
-- For information: it denies nobody support. What no ticket of the load states, the export does not
-- know [X16].

with openings as (

    select
        ticket_id,
        client_id,
        opened_at,
        has_description,
        product_id is not null as has_product,
        version is not null as has_version,
        has_environment
    from facts.openings

),

versions as (

    select
        from_at,
        until_at,
        effective_on
    from policy.limits
    where rule = 'complete_report' and parameter is null

),

known as (

    select
        has_descriptions,
        has_products,
        has_versions,
        has_environments
    from facts.known

),

judged as (

    select
        openings.*,
        versions.effective_on,
        concat_ws(
            ', ',
            case when not openings.has_description and not known.has_descriptions then 'description' end,
            case when not openings.has_product and not known.has_products then 'product' end,
            case when not openings.has_version and not known.has_versions then 'version' end,
            case when not openings.has_environment and not known.has_environments then 'environment' end
        ) as unknown_text,
        concat_ws(
            ', ',
            case when not openings.has_description then 'description' end,
            case when not openings.has_product then 'product' end,
            case when not openings.has_version then 'version' end,
            case when not openings.has_environment then 'environment' end
        ) as missing_text
    from openings
    cross join known
    left join versions
        on openings.opened_at >= versions.from_at
        and openings.opened_at < versions.until_at

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '0.3' as clause,
    effective_on,
    opened_at as happened_at,
    null::timestamp as due_at,
    case
        when missing_text = '' then 'pass'
        when unknown_text <> '' then 'unknown'
        else 'fail'
    end::verdict as verdict,
    case
        when missing_text = '' then 'description, product, version and environment are stated'
        when unknown_text <> '' then 'no ticket of the load states: ' || unknown_text
        else 'not stated: ' || missing_text
    end as reason
from judged
