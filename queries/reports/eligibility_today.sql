-- Whether each client may open a ticket for a product today, and if not, why.
-- One row per client_id, product_id
--
-- What decides is the first failing condition in the order of the policy, else the first unknown one [E8].

with decided as (

    select
        standings.*,
        case
            when coverage_verdict = 'fail' then 'coverage'
            when support_extra_verdict = 'fail' then 'support_extra'
            when registration_verdict = 'fail' then 'registration'
            when mailing_list_verdict = 'fail' then 'mailing_list'
            when not_banned_verdict = 'fail' then 'not_banned'
            when coverage_verdict = 'unknown' then 'coverage'
            when support_extra_verdict = 'unknown' then 'support_extra'
            when registration_verdict = 'unknown' then 'registration'
            when mailing_list_verdict = 'unknown' then 'mailing_list'
        end as rule
    from reports.standings as standings

)

select
    client_id,
    product_id,
    case rule
        when 'coverage' then coverage_verdict
        when 'support_extra' then support_extra_verdict
        when 'registration' then registration_verdict
        when 'mailing_list' then mailing_list_verdict
        when 'not_banned' then not_banned_verdict
        else 'pass'
    end::verdict as verdict,
    case rule
        when 'coverage' then '1.2'
        when 'support_extra' then '2.1'
        when 'registration' then '2.2'
        when 'mailing_list' then '5.3'
        when 'not_banned' then ban_clause
    end as clause,
    case rule
        when 'coverage' then coverage_reason
        when 'support_extra' then support_extra_reason
        when 'registration' then registration_reason
        when 'mailing_list' then mailing_list_reason
        when 'not_banned' then not_banned_reason
        else 'every condition is met'
    end as reason,
    covered_until_at,
    rule
from decided
