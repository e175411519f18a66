-- Tickets that a rule does not let pass, by what the shared filters choose; of the clocks and of pairs the unknown.
-- Date: the day of opening.
-- One row per rule, verdict, reason, opened_on, product_id, agent_id, channel_code, eligibility_code
--
-- Most tickets pass most rules: with these few counted, the rest is what passed. Only the unknown is
-- told apart by its reason: why a ticket failed is often its own.

with not_passed as (

    -- Of the conditions of support what is not met is stored; of the other rules it is looked for.
    select
        rule,
        verdict,
        case when verdict = 'unknown' then reason end as reason,
        ticket_id
    from rules.unmet_conditions

    union all

    select
        rule,
        verdict,
        case when verdict = 'unknown' then reason end as reason,
        subject_id as ticket_id
    from rules.findings
    where subject_kind = 'ticket'
        and rule not in (
            'coverage', 'support_extra', 'registration', 'description', 'scope', 'channel', 'mailing_list', 'not_banned'
        )
        and (
            verdict = 'unknown'
            or verdict <> 'pass'
            and rule not in ('response_time', 'resolution_time', 'auto_close', 'duplicate', 'post_burst')
        )

)

select
    not_passed.rule,
    not_passed.verdict,
    not_passed.reason,
    tickets.opened_on,
    tickets.product_id,
    tickets.agent_id,
    tickets.channel_code,
    tickets.eligibility_code,
    count(*) as ticket_count
from not_passed
inner join reports.tickets as tickets
    on tickets.ticket_id = not_passed.ticket_id
group by
    not_passed.rule,
    not_passed.verdict,
    not_passed.reason,
    tickets.opened_on,
    tickets.product_id,
    tickets.agent_id,
    tickets.channel_code,
    tickets.eligibility_code
