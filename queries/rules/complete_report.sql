-- Does the ticket say what it is about: the problem, the product, its version and the environment?
-- Clause: 0.3
-- One row per subject_id (a ticket_id)
-- Not stored: judging again takes less than writing it all down
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
        known.has_descriptions,
        known.has_products,
        known.has_versions,
        known.has_environments,
        case
            when openings.has_description and openings.has_product and openings.has_version and openings.has_environment
                then 'pass'
            when (openings.has_description or known.has_descriptions)
                and (openings.has_product or known.has_products)
                and (openings.has_version or known.has_versions)
                and (openings.has_environment or known.has_environments)
                then 'fail'
            else 'unknown'
        end::verdict as verdict
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
    verdict,
    case verdict
        when 'pass' then 'description, product, version and environment are stated'
        when 'fail'
            then 'not stated: ' || concat_ws(
                ', ',
                case when not has_description then 'description' end,
                case when not has_product then 'product' end,
                case when not has_version then 'version' end,
                case when not has_environment then 'environment' end
            )
        else 'no ticket of the load states: ' || concat_ws(
            ', ',
            case when not has_description and not has_descriptions then 'description' end,
            case when not has_product and not has_products then 'product' end,
            case when not has_version and not has_versions then 'version' end,
            case when not has_environment and not has_environments then 'environment' end
        )
    end as reason
from judged
