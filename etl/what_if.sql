-- What a trial of other terms finds (etl/what_if.py): written there, read by the page and the command.

create schema what_if;
create type verdict as enum ('exempt', 'pass', 'open', 'unknown', 'fail');

-- One row per judge (a rule or pattern) and subject whose verdict changes; NULL where there is no finding.
create table what_if.changes (
    judge varchar not null,
    clause varchar,
    subject_kind varchar,
    subject_id varchar not null,
    client_id varchar,
    old_verdict varchar,
    new_verdict varchar,
    old_reason varchar,
    new_reason varchar
);

-- One row per judge and verdict: how many subjects have it, as it is and as tried.
create table what_if.outcomes (
    judge varchar not null,
    clause varchar,
    verdict varchar,
    old_count bigint,
    new_count bigint,
    change_count bigint generated always as (new_count - old_count)
);

-- One row per judge, old_verdict, new_verdict.
create view what_if.moves as
select
    judge,
    any_value((select max(outcomes.clause) from what_if.outcomes as outcomes where outcomes.judge = changes.judge)) as clause,
    coalesce(old_verdict, 'none') as old_verdict,
    coalesce(new_verdict, 'none') as new_verdict,
    count(*) as subject_count,
    row_number() over (order by judge, count(*) desc, any_value(coalesce(old_verdict, '') || coalesce(new_verdict, ''))) as position
from what_if.changes as changes
group by
    judge,
    coalesce(old_verdict, 'none'),
    coalesce(new_verdict, 'none');

-- One row per judge, subject_id, newest ticket first.
create view what_if.change_list as
select
    changes.judge,
    changes.clause,
    changes.subject_kind,
    changes.subject_id,
    case when changes.subject_kind = 'ticket' then changes.subject_id end as ticket_id,
    case when changes.subject_kind <> 'ticket' then changes.subject_kind || ' ' || changes.subject_id end as other_subject,
    changes.client_id,
    coalesce(clients.name, changes.client_id) as client_name,
    tickets.subject,
    tickets.opened_on,
    coalesce(changes.old_verdict, 'none') as old_verdict,
    coalesce(changes.new_verdict, 'none') as new_verdict,
    changes.old_reason,
    changes.new_reason,
    row_number() over (order by tickets.opened_at desc nulls last, changes.subject_id, changes.judge) as position
from what_if.changes
left join snapshot.reports.tickets as tickets
    on changes.subject_kind = 'ticket'
    and tickets.ticket_id = changes.subject_id
left join facts.clients as clients
    on clients.client_id = changes.client_id;
