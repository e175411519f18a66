-- Clients who, time and again, opened several tickets about one issue or wrote several posts within minutes.
-- Clause: 5.4
-- One row per subject_id (a ticket_id), happened_at, reason
-- Made whole: a repeat is counted with those on the client's other tickets
--
-- Counted are duplicates, each at its opening, and bursts of posts, each at its first. A finding is one
-- beyond as many as the policy allows within the window that ends with it.

with bursts as (

    select
        subject_id as ticket_id,
        client_id,
        happened_at
    from rules.post_burst
    where verdict = 'fail'

),

repeats as (

    select distinct
        newer_ticket_id as ticket_id,
        client_id,
        newer_opened_at as happened_at,
        'ticket ' || newer_ticket_id as evidence
    from facts.duplicate_pairs

    union all

    select
        ticket_id,
        client_id,
        happened_at,
        'burst ' || ticket_id || ' at ' || strftime(happened_at, '%Y-%m-%dT%H:%M:%SZ') as evidence
    from bursts

),

counts as (

    select
        from_at,
        until_at,
        value_number::bigint as value_number
    from policy.limits
    where rule = 'repeated_requests' and parameter = 'allowed'

),

windows as (

    select
        from_at,
        until_at,
        value_number::integer as month_count
    from policy.limits
    where rule = 'repeated_requests' and parameter = 'window'

),

judged as (

    select
        repeats.ticket_id,
        repeats.client_id,
        repeats.happened_at,
        repeats.evidence,
        counts.value_number as allowed_count,
        windows.month_count
    from repeats
    left join counts
        on repeats.happened_at >= counts.from_at
        and repeats.happened_at < counts.until_at
    left join windows
        on repeats.happened_at >= windows.from_at
        and repeats.happened_at < windows.until_at
    where repeats.client_id is not null

),

-- The latest of a client that would make a finding, and the first of them.
latest as (

    select
        ticket_id,
        client_id,
        happened_at,
        allowed_count,
        month_count,
        count(*) over last_ones as repeat_count,
        first_value(happened_at) over last_ones as first_happened_at,
        list(evidence) over last_ones as evidence,
        count(*) over last_ones - count(*) filter (starts_with(evidence, 'burst ')) over last_ones as duplicate_count
    from judged
    window last_ones as (
        partition by client_id order by happened_at, evidence rows between allowed_count preceding and current row
    )

)

select
    'ticket' as subject_kind,
    ticket_id as subject_id,
    client_id,
    '5.4' as clause,
    happened_at,
    list_sort(evidence) as evidence,
    'more than ' || allowed_count || ' within ' || month_count || ' months; of the last ' || repeat_count
    || ': duplicates ' || duplicate_count || ', bursts of posts ' || repeat_count - duplicate_count as reason
from latest
where repeat_count > allowed_count
    and first_happened_at > happened_at - to_months(month_count)
