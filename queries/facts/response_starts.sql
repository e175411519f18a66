-- Where the response clock of each ticket starts, on what record, and the limits it runs against.
-- One row per ticket_id
--
-- A limit that is no whole number of seconds is within until its whole seconds, and used up by the next one.

with terms as (

    select
        from_at,
        until_at,
        response_first_days,
        response_last_days,
        response_effective_on
    from facts.terms

)

select
    clocks.ticket_id,
    clocks.opened_at,
    clocks.response_basis,
    clocks.has_posts,
    clocks.has_started,
    clocks.response_started_at,
    clocks.reported_response_at,
    clocks.business_day_seconds,
    floor(terms.response_first_days * clocks.business_day_seconds)::bigint as first_limit_seconds,
    floor(terms.response_last_days * clocks.business_day_seconds)::bigint as last_limit_seconds,
    ceil(terms.response_last_days * clocks.business_day_seconds)::bigint as due_after_seconds,
    terms.response_effective_on as effective_on
from facts.response_clocks as clocks
-- The terms are those in force at the opening [6.1].
left join terms
    on clocks.opened_at >= terms.from_at
    and clocks.opened_at < terms.until_at
