-- Conditions of support that a ticket was not known to meet when it was opened, and those not asked of it.
-- One row per ticket_id, rule
--
-- The rules are in the order of the policy [E7]. A further requirement is one more rule with a row per
-- ticket: name it here, in its place, and in reports.not_passed, and count it in reports.conditions and
-- reports.tickets.

select
    1 as place,
    'coverage' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.coverage
where verdict <> 'pass'

union all

select
    2 as place,
    'support_extra' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.support_extra
where verdict <> 'pass'

union all

select
    3 as place,
    'registration' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.registration
where verdict <> 'pass'

union all

select
    4 as place,
    'description' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.description
where verdict <> 'pass'

union all

select
    5 as place,
    'scope' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.scope
where verdict <> 'pass'

union all

select
    6 as place,
    'channel' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.channel
where verdict <> 'pass'

union all

select
    7 as place,
    'mailing_list' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.mailing_list
where verdict <> 'pass'

union all

select
    8 as place,
    'not_banned' as rule,
    subject_id as ticket_id,
    verdict,
    clause,
    reason
from rules.not_banned
where verdict <> 'pass'
