"""The same desk, written as each help desk exports it, gives the same numbers for what each export can know.

One demo desk is loaded in house form, with all its posts and changes of state. Each form below writes it as
that system would, with the words of that system and without what it does not export. What must come of it
is said as SQL over the whole desk: a column by itself, an expression where the export tells less, and
null where it tells nothing. Nothing may be made up in its place.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from etl.build import build
from etl.calendar import write_calendar
from etl.demo import SAMPLE_AS_OF, write_demo
from etl.desk import read_desk
from etl.policy import SHIPPED, read_rows, write_policy
from etl.tables import tables
from etl.zone import local_sql, utc_sql
from loading import empty_tables, load_file, reasons

DESK = read_desk(Path(__file__).parent.parent / "data" / "desk.toml")
TICKETS, SEED = 240, 7
SHOP = ("purchases", "refunds", "chargebacks", "product_aliases")  # who is covered is not the help desk's to know
VERDICTS = ("response_time", "resolution_time", "coverage", "channel")
SOLVED = "outcome_code in ('solved', 'not_apparent', 'client_specific')"
TOLD = f"(is_open or first_responded_at is not null or {SOLVED})"
MERGED = "(outcome_code is not distinct from 'duplicate')"
MERGED_UNANSWERED = f"({MERGED} and first_responded_at is null)"
NO_STORY = dict.fromkeys(["client_wait_seconds", "desk_seconds", "last_word_by", "last_activity_at"], "null")


def ended(known: str) -> dict[str, str]:
    """What is known of the end of a ticket where of some ends the outcome is told: an open ticket runs, also
    one that waits for a release, which only its outcome would tell; any other end is unknown."""
    late = "resolution_seconds > 14 * 86400"
    return {
        "resolution_band": f"""case
            when is_open and {late} then 'overdue'
            when is_open then 'in_progress'
            when {known} then resolution_band
        end""",
        "resolution_verdict": f"""case
            when is_open and {late} then 'fail'
            when is_open then 'open'
            when {known} then resolution_verdict
            else 'unknown'
        end""",
    }


WITHOUT_OUTCOMES = {"outcome_code": f"case when {SOLVED} then 'solved' end"} | ended(SOLVED)
# Of states that only say open or closed, nothing tells a resolution from another end.
ONLY_CLOSED = {
    "outcome_code": "null",
    "resolved_at": "null",
    "resolution_seconds": "case when is_open then resolution_seconds end",
} | ended("false")
# When the client of a ticket the desk began first wrote is not told: its clock has no start.
BEGUN_BY_THE_DESK = {
    "first_responded_at": "case when opened_by = 'client' then first_responded_at else told_answered_at end",
    "response_business_seconds": "case when opened_by = 'client' then response_business_seconds end",
    "response_due_at": "case when opened_by = 'client' then response_due_at end",
    "response_band": "case when opened_by = 'client' then response_band end",
    "response_verdict": "case when opened_by = 'client' then response_verdict else 'unknown' end",
}
FIRST_ANSWER_ONLY = {"response_basis": "'reported'", **NO_STORY}
NO_REOPENINGS = {"reopen_count": "null"}


@dataclass(frozen=True)
class Form:
    """How one system writes the desk, and what of it can be known then."""

    header: str  # the export's columns, | between
    rows: str  # SQL over `desk` for the cells, in that order; or a query that gives them, and first the ticket
    expected: dict[str, str] = field(default_factory=dict)  # column: SQL over `desk`; of the others, themselves
    among: str = "true"  # the tickets the export can hold at all, or tell the beginning of
    stands_in: str = ""  # what the export has instead of an address, as SQL; the desk then says whose it is
    is_json: bool = False  # `rows` is then a query for the objects, one a line
    more: str = ""  # SQL for cells in any number, each in a column of this name at the end
    more_name: str = ""


def local(column: str, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return f"coalesce(strftime({local_sql(column, DESK.timezone)}, '{form}'), '')"


def iso(column: str) -> str:
    return f"coalesce(strftime({column}, '%Y-%m-%dT%H:%M:%SZ'), '')"


def words(column: str, **said: str) -> str:
    arms = " ".join(f"when '{code}' then '{word}'" for code, word in said.items())
    return f"case {column} {arms} else '' end"


# A log of events tells most ends by their events, but not a closing for the sake of a later release, nor an
# outcome that only the ticket's own row states [S3].
CHANGE = f"""case
    when {SOLVED} then 'Solved'
    when outcome_code = 'auto_closed' then 'Auto-closed'
    when outcome_code = 'duplicate' then 'Merged'
    when outcome_code = 'unresolved' then 'Rejected'
    when outcome_code = 'deferred' and status_code = 'on_hold' then 'Deferred'
    else 'Moved'
end"""
AT_THE_END = "(is_open or outcome_code is distinct from 'deferred' and is_told_by_changes)"
FIVE = words(
    "status_code", open="Open", pending="Pending", on_hold="Waiting on Third Party", solved="Resolved", closed="Closed"
)
CHANNELS = words("channel_code", ticket="Portal", email="Email", phone="Phone", chat="Chat", other="Forum")
FORMS = {
    "house_tickets": Form(
        "ticket_id|client_email|product_id|channel_code|status_code|opened_by|opened_at|first_responded_at|resolved_at|closed_at|outcome_code|reopen_count|agent_id|last_activity_at",
        f"""ticket_id, address, product_id, channel_code, status_code, opened_by, {iso("opened_at")}, {iso("told_answered_at")},
        {iso("told_resolved_at")}, {iso("told_closed_at")},
        told_outcome_code, told_reopen_count, agent_id, {iso("last_activity_at")}""",
        FIRST_ANSWER_ONLY | {"last_activity_at": "last_activity_at"},
        "opened_by = 'client'",
    ),
    "zendesk_tickets": Form(
        "Id|Requester|Requester id|Requester email|Assignee|Subject|Status|Via|Created at|Updated at|Solved at|Reopens|First reply time in minutes|Product [list]",
        f"""ticket_id, '', '', address, coalesce(agent_id, '-'), 'x',
        {words("status_code", open="Open", pending="Pending", on_hold="Hold", solved="Solved", closed="Closed")},
        {words("channel_code", ticket="Web form", email="Mail", phone="Phone", chat="Chat", other="Forum")},
        {local("opened_at", "%Y-%m-%d %H:%M")}, {local("opened_at", "%Y-%m-%d %H:%M")},
        {local("told_resolved_at", "%Y-%m-%d %H:%M")}, told_reopen_count,
        date_diff('minute', opened_at, told_answered_at), product_id""",
        FIRST_ANSWER_ONLY
        | WITHOUT_OUTCOMES
        | {
            "closed_at": f"case when {SOLVED} then closed_at end",
            # When a ticket was closed that was never solved is not told, nor whether it was late unanswered then.
            "response_verdict": f"case when {TOLD} then response_verdict else 'unknown' end",
        },
        "opened_by = 'client'",
    ),
    "zendesk_export": Form(
        "",
        f"""
        select
            ticket_id as id,
            {words("status_code", open="open", pending="pending", on_hold="hold", solved="solved", closed="closed")}
                as status,
            {{'channel': {words("channel_code", ticket="web", email="email", phone="voice", chat="chat", other="forum")}}} as via,
            {iso("opened_at")} as created_at,
            {iso("opened_at")} as updated_at,
            {{'id': address, 'email': address}} as requester,
            {{'id': case opened_by when 'client' then address else 'the desk' end}} as submitter,
            {{'id': agent_id}} as assignee,
            {{'solved_at': {iso("told_resolved_at")}, 'reopens': told_reopen_count}} as metric_set,
            -- What the ticket was opened with is its first comment.
            list_prepend(
                {{
                    'id': 'opening ' || ticket_id,
                    'author_id': case opened_by when 'client' then address else 'the desk' end,
                    'created_at': {iso("opened_at")}
                }},
                coalesce(said.comments, [])
            ) as comments
        from desk
        left join (
            select
                ticket_id,
                list({{
                    'id': post_id,
                    'author_id': case author_role when 'client' then address else author_id end,
                    'created_at': {iso("posted_at")}
                }} order by posted_at, author_role desc) as comments
            from raw.posts
            inner join desk using (ticket_id)
            where is_public and not is_auto
            group by all
        ) as said using (ticket_id)""",
        WITHOUT_OUTCOMES
        | {
            "product_id": "null",
            "coverage_verdict": "'unknown'",
            "response_verdict": f"case when {TOLD} then response_verdict else 'unknown' end",
            # Closed without ever being solved: when is not told, so neither what came before it.
            "closed_at": f"case when {SOLVED} then closed_at end",
            "client_wait_seconds": f"case when is_open or {SOLVED} then client_wait_seconds end",
            "desk_seconds": f"case when is_open or {SOLVED} then desk_seconds end",
            "last_activity_at": f"case when is_open or {SOLVED} then last_activity_at end",
            "last_word_by": f"""case
                when is_open or {SOLVED} then case last_word_by when 'nobody' then opened_by else last_word_by end
            end""",
        },
        is_json=True,
    ),
    "freshdesk_tickets": Form(
        "Ticket ID|Subject|Status|Source|Agent|Created time|Resolved time|Closed time|Last update time|Initial response time|First response time (in hrs)|Product|Full name|Email",
        f"""ticket_id, 'x', {FIVE}, case when opened_by = 'agent' then 'Outbound Email' else {CHANNELS} end,
        coalesce(agent_id, 'No Agent'), {local("opened_at")}, {local("told_resolved_at")}, {local("told_closed_at")},
        {local("opened_at")}, {local("told_answered_at")}, '00:00:00', coalesce(product_id, 'No Product'), 'Somebody', address""",
        FIRST_ANSWER_ONLY
        | NO_REOPENINGS
        | WITHOUT_OUTCOMES
        | BEGUN_BY_THE_DESK
        | {
            "channel_code": "case when opened_by = 'agent' then 'email' else channel_code end",
            "channel_verdict": "case when opened_by = 'agent' then 'fail' else channel_verdict end",
        },
    ),
    "freshservice_tickets": Form(
        "Subject|Status|Agent|Source|Ticket Id|Requester Email|Created Time|Resolved Time|Closed Time|Initial Response Time|Product",
        f"""'x', {FIVE}, agent_id, {CHANNELS}, ticket_id, address, {local("opened_at")}, {local("told_resolved_at")},
        {local("told_closed_at")}, {local("told_answered_at")}, product_id""",
        FIRST_ANSWER_ONLY | NO_REOPENINGS | WITHOUT_OUTCOMES,
        "opened_by = 'client'",
    ),
    "osticket_queue": Form(
        "Ticketnummer|Erstellungsdatum|Betreff|Von|Von E-Mail|Quelle|Aktueller Status|Closed Date|Agent zugewiesen|Reopen Count|Produkt",
        f"""ticket_id, {local("opened_at")}, 'x', 'Jemand', address,
        {words("channel_code", ticket="Web", email="E-Mail", phone="Telefon", chat="API", other="Other")},
        case when is_open then 'Offen' when {SOLVED} then 'Gelöst' when outcome_code = 'auto_closed' then 'Erledigt' else 'Geschlossen' end,
        {local("closed_at")}, agent_id, told_reopen_count, product_id""",
        {"response_basis": "'none'"}
        | NO_STORY
        | WITHOUT_OUTCOMES
        | dict.fromkeys(["first_responded_at", "response_business_seconds", "response_band"], "null")
        | {
            "response_verdict": "'unknown'",
            "channel_code": "case when channel_code = 'chat' then 'other' else channel_code end",
        },
        "opened_by = 'client'",
    ),
    "zammad_report": Form(
        "#|Title|State|Owner|Customer|Create Channel|Sender|Product|Created At|Updated At|Closed At|First Response At|Last Contact At",
        f"""ticket_id, 'x', case when told_outcome_code = 'duplicate' then 'merged' else
        {words("status_code", open="open", pending="pending reminder", on_hold="vendor is asked", solved="closed", closed="closed")} end,
        coalesce(agent_id, '-'), 'Person ' || replace(address, '@', ' at '), {words("channel_code", ticket="web", email="email", phone="phone", chat="chat", other="note")},
        {words("opened_by", client="Customer", agent="Agent")}, product_id, {local("opened_at")}, {local("opened_at")},
        case when told_outcome_code is distinct from 'duplicate' then {local("closed_at")} else '' end,
        {local("told_answered_at")}, {local("last_activity_at")}""",
        FIRST_ANSWER_ONLY
        | NO_REOPENINGS
        | ONLY_CLOSED
        | BEGUN_BY_THE_DESK
        | {
            "outcome_code": f"case when {MERGED} then outcome_code end",
            **ended(MERGED),
            # When a merged ticket was closed is not in the report, nor whether it was late unanswered then.
            "closed_at": f"case when not {MERGED} then closed_at end",
            "last_activity_at": f"case when not {MERGED} then last_activity_at end",
            "response_verdict": f"""case
                when opened_by = 'client' and not {MERGED_UNANSWERED} then response_verdict else 'unknown'
            end""",
        },
        stands_in="'zammad_report:Person ' || replace(address, '@', ' at ')",
    ),
    # A stage and a state of the desk's own making: what nobody knows is open or closed as the dates have it.
    "hubspot_tickets": Form(
        "Ticket ID|Ticket name|Ticket status|Create date|Ticket owner|Source|Close date|All associated contact emails|Time to first agent email reply (HH:mm:ss)|Product",
        f"""ticket_id, 'x', {words("status_code", open="New", pending="Waiting on contact", on_hold="Waits for release", solved="Closed", closed="All is told")},
        {local("opened_at", "%Y-%m-%d %H:%M")}, agent_id,
        {words("channel_code", ticket="Form", email="Email", phone="Phone", chat="Chat", other="LinkedIn")},
        {local("closed_at", "%Y-%m-%d %H:%M")}, address || ';office@example.net',
        coalesce(date_diff('minute', opened_at, told_answered_at) // 60 || ':'
            || lpad(date_diff('minute', opened_at, told_answered_at) % 60 || '', 2, '0') || ':00', ''),
        product_id""",
        FIRST_ANSWER_ONLY | NO_REOPENINGS | ONLY_CLOSED,
        "opened_by = 'client'",
    ),
    "jira_service_tickets": Form(
        "Summary|Issue key|Issue id|Status|Resolution|Assignee|Reporter|Reporter Id|Creator Id|Created|Resolved|Components|Status Category",
        f"""'x', ticket_id, '1', 'Any', {words("outcome_code", solved="Done", not_apparent="Cannot Reproduce", client_specific="Done", duplicate="Duplicate", unresolved="Won''t Do", auto_closed="Stale", deferred="Later")},
        agent_id, 'Somebody', 'id ' || replace(address, '@', ' at '), case when opened_by = 'agent' then 'somebody of the desk' else 'id ' || replace(address, '@', ' at ') end,
        {local("opened_at", "%d/%b/%y %I:%M %p")}, {local("closed_at", "%d/%b/%y %I:%M %p")}, product_id,
        case when is_open then 'In Progress' else 'Done' end""",
        {
            "channel_code": "null",
            "channel_verdict": "'unknown'",
            **NO_REOPENINGS,
            "outcome_code": """case
                when outcome_code = 'client_specific' then 'solved'
                when outcome_code not in ('auto_closed', 'deferred') then outcome_code
            end""",
            **ended("outcome_code not in ('auto_closed', 'deferred')"),
        },
        stands_in="'jira_service_tickets:id ' || replace(address, '@', ' at ')",
        more=f"""select ticket_id, list({local("posted_at", "%d/%b/%y %I:%M %p")} || ';' ||
            case author_role when 'client' then 'id ' || replace(address, '@', ' at ') else author_id end || ';some; words' order by posted_at, author_role desc)
            from raw.posts inner join desk using (ticket_id)
            where is_public and not is_auto and author_role in ('client', 'agent') group by all""",
        more_name="Comment",
    ),
    "ticket_events": Form(
        "Ticket ID|Event|Time|Actor|Actor role|State|Customer|Product",
        f"""
        select ticket_id, 'Created', {local("opened_at")}, '', '', '', address, product_id from desk
        union all
        select ticket_id, 'Reply', {local("posted_at")}, post_id, author_role, '', '', '' from raw.posts
        where is_public and not is_auto
        union all
        select ticket_id, {CHANGE}, {local("changed_at")}, '', 'system',
            case when {CHANGE} = 'Moved' then
                {words("status_code", open="Open", pending="Pending", on_hold="On hold", solved="Solved", closed="Closed")}
            else '' end, '', ''
        from raw.status_changes""",
        {
            "agent_id": "null",
            "channel_code": "null",
            "channel_verdict": "'unknown'",
            "outcome_code": f"case when {AT_THE_END} then case when {SOLVED} then 'solved' else outcome_code end end",
            "resolved_at": f"case when {AT_THE_END} then resolved_at end",
            "resolution_seconds": f"case when {AT_THE_END} then resolution_seconds end",
            "resolution_band": f"case when {AT_THE_END} then resolution_band end",
            "resolution_verdict": f"case when {AT_THE_END} then resolution_verdict else 'unknown' end",
        },
        "opened_by = 'client'",
    ),
}


COLUMNS = (
    *("client_id", "product_id", "agent_id", "channel_code", "opened_at", "is_open"),
    *("response_basis", "first_responded_at", "response_business_seconds", "response_due_at", "response_band"),
    *("closed_at", "outcome_code", "reopen_count", "resolved_at", "resolution_seconds", "resolution_band"),
    *("client_wait_seconds", "desk_seconds", "last_word_by", "last_activity_at"),
    *(f"{rule.split('_')[0]}_verdict" for rule in VERDICTS),
)
JUDGED = ", ".join(f"{rule}.verdict::varchar as {rule.split('_')[0]}_verdict" for rule in VERDICTS)
JOINED = " ".join(f"inner join rules.{rule} on {rule}.subject_id = tickets.ticket_id" for rule in VERDICTS)


def judge(con: duckdb.DuckDBPyConnection) -> None:
    """Judge what is loaded as of the end of the demo."""
    con.execute("insert into raw.clock values (?)", [SAMPLE_AS_OF.replace(tzinfo=None)])
    con.execute("insert into raw.desk values (?, ?, null, null, false, null)", [DESK.name, DESK.timezone])
    write_policy(con, read_rows(SHIPPED), DESK.timezone)
    # Which tickets are alike follows from how much of their texts an export tells; here only the desk's word counts.
    con.execute("update policy.limits set value_number = 2 where rule = 'duplicate' and parameter = 'similarity'")
    write_calendar(con, DESK)
    build(con, wanted={"facts.tickets", "rules.duplicate", *(f"rules.{rule}" for rule in VERDICTS)})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The desk with all that is known of it, judged; in whole minutes, since some exports tell no seconds."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, TICKETS, SEED)
    with empty_tables() as con:
        for path in sorted(folder.glob("*.csv")):
            load_file(con, path)
        for table, columns in {
            "tickets": ("opened_at", "first_responded_at", "resolved_at", "closed_at", "last_activity_at"),
            "posts": ("posted_at",),
            "status_changes": ("changed_at",),
        }.items():
            minutes = ", ".join(f"{column} = date_trunc('minute', {column})" for column in columns)
            con.execute(f"update raw.{table} set {minutes}")
        judge(con)
        con.execute(f"""
            create table desk as
            select
                tickets.*,
                tickets.client_id as address,
                told.status_code,
                told.first_responded_at as told_answered_at,
                told.resolved_at as told_resolved_at,
                told.closed_at as told_closed_at,
                told.outcome_code as told_outcome_code,
                told.reopen_count as told_reopen_count,
                exists (
                    from raw.status_changes as changes
                    where changes.ticket_id = tickets.ticket_id
                        and (changes.outcome_code is not null or changes.status_code = 'solved')
                ) as is_told_by_changes,
                {JUDGED}
            from facts.tickets
            inner join (
                select *, {local_sql("closed_at", DESK.timezone)} as closed_local from raw.tickets
            ) as told
                on told.ticket_id = tickets.ticket_id
            {JOINED}
            -- The older of a pair is exempt, and which are pairs only texts tell. A ticket answered within its first
            -- minute has, in whole minutes, no answer. An hour that comes twice is told by no local time [T1].
            where tickets.ticket_id not in (select subject_id from rules.duplicate)
                and told.first_responded_at is distinct from told.opened_at
                and told.closed_at is not distinct from {utc_sql("told.closed_local", DESK.timezone)}""")
        yield con


def cells(form: Form, con: duckdb.DuckDBPyConnection) -> list[list]:
    """The export of the desk in that form: its header, then a row for each ticket."""
    tickets = f"select ticket_id from desk where {form.among}"
    if form.rows.lstrip().startswith("select"):
        query = f"from ({form.rows}) where ticket_id in ({tickets})"
    else:
        query = f"select {form.rows} from desk where {form.among} order by ticket_id"
    rows = con.execute(query).fetchall()
    more = dict(con.execute(form.more).fetchall()) if form.more else {}
    most = max(map(len, more.values()), default=0)
    header = form.header.split("|")
    place = next((header.index(name) for name in ("Issue key",) if name in header), 0)
    return [
        [*header, *[form.more_name] * most],
        *([*row, *more.get(row[place], ()), *[""] * (most - len(more.get(row[place], ())))] for row in rows),
    ]


@pytest.mark.parametrize("name", FORMS)
def test_same_desk_gives_the_same_numbers_in_every_form(whole, raw, tmp_path, name):
    form = FORMS[name]
    for table in SHOP:
        columns = ", ".join(tables()[table].columns)
        whole.execute(
            f"copy (select {columns} from raw.{table}) to '{tmp_path}/{table}.csv' (timestampformat '%Y-%m-%dT%H:%M:%SZ')"
        )
    stated = "select alias_email, client_email from raw.aliases"
    if form.stands_in:
        stated += f" union select {form.stands_in}, address from desk"
    whole.execute(f"copy ({stated}) to '{tmp_path}/aliases.csv'")
    export = tmp_path / ("export.ndjson" if form.is_json else "export.csv")
    if form.is_json:
        whole.execute(f"copy ({form.rows}) to '{export}' (format json)")
    else:
        with export.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(cells(form, whole))

    for path in sorted(tmp_path.glob("*.*")):
        load_file(raw, path)
    assert reasons(raw) == []
    assert (export.name, name) in raw.execute("select file_name, dialect from raw.files").fetchall()
    judge(raw)
    columns = ", ".join(f"{form.expected.get(column, column)} as {column}" for column in COLUMNS)
    expected = whole.execute(f"select ticket_id, {columns} from desk where {form.among} order by ticket_id")
    expected = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in expected.fetchall()}
    found = raw.execute(
        f"select tickets.ticket_id, {', '.join(COLUMNS)} from (select tickets.*, {JUDGED} from facts.tickets {JOINED}) as tickets order by all"
    )
    found = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in found.fetchall()}
    differing = [
        (ticket, column, value, found[ticket][column])
        for ticket, row in expected.items()
        for column, value in row.items()
        if found.get(ticket, {}).get(column, "no such ticket") != value
    ]
    assert differing == []
    assert found.keys() == expected.keys()


def test_desk_has_tickets_of_every_kind_that_forms_tell_apart(whole):
    held = {
        column: {value for (value,) in whole.execute(f"select distinct {column} from desk").fetchall()}
        for column in ("outcome_code", "response_band", "resolution_band", "opened_by", "status_code", "channel_code")
    }
    assert held["opened_by"] == {"client", "agent"}
    assert held["status_code"] == {"open", "pending", "on_hold", "solved", "closed"}
    assert held["channel_code"] == {"ticket", "email", "phone", "chat", "other", None}
    assert held["outcome_code"] > {
        "solved",
        "not_apparent",
        "client_specific",
        "auto_closed",
        "duplicate",
        "unresolved",
    }
    assert held["response_band"] > {"within_1_day", "within_2_days", "late", "closed_unanswered"}
    assert held["resolution_band"] > {"within_1_week", "within_2_weeks", "late", "in_progress", "deferred"}
