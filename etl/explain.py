"""One ticket in plain words: every number of facts.tickets and facts.turns with its arithmetic.

Nothing here is judged anew. The stored numbers are read, and the rows they came from are laid out
beside them, so that a person can add up the same open windows and waits. Each sum that is shown
is made from those rows; should one ever differ from the stored number, the text says so.
"""

import textwrap
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import quote

import duckdb

from etl import EtlError
from etl.people import person_id

RESOLVED = ("solved", "not_apparent", "client_specific")
# More windows than this are added up by week, more weeks than this by month.
WINDOWS_LISTED, WEEKS_LISTED, CLOSURES_LISTED, POSTS_LISTED = 14, 14, 12, 40
WIDTH = 100


class ExplainError(EtlError):
    """There is nothing to explain; the message names what was asked for and what would do."""


def explain_ticket(con: duckdb.DuckDBPyConnection, ticket_id: str) -> str:
    """Return the whole account of one ticket of a snapshot as text, times in the desk's zone.

    Raises ExplainError when the snapshot has no such ticket, naming ids that are near.
    """
    return "\n\n".join(account(con, ticket_id))


def account(con: duckdb.DuckDBPyConnection, ticket_id: str) -> list[str]:
    """Return what `explain_ticket` says section by section, the first line of each its title.

    Raises ExplainError like it.
    """
    ticket = Ticket(con, ticket_id)
    sections = (_heading, _first_response, _turns, _resolution, _waits, _activity, _verdicts)
    # What an export says must not steer a terminal.
    return [
        "".join(letter for letter in "\n".join(section(ticket)) if letter == "\n" or letter.isprintable())
        for section in sections
    ]


class Ticket:
    """The rows that belong to one ticket, and the words for its instants and spans."""

    def __init__(self, con: duckdb.DuckDBPyConnection, ticket_id: str):
        self.con = con
        self.as_of = self.value("select as_of_at from facts.clock")
        found = self.rows("select * from facts.tickets where ticket_id = ?", ticket_id)
        if not found:
            raise ExplainError(_not_found(self, ticket_id))
        self.row = found[0]
        self.id = ticket_id
        self.opened_at = self.row["opened_at"]
        self.stated = self.rows("select * from raw.tickets where ticket_id = ?", ticket_id)[0]
        self.start = self.rows("select * from facts.response_starts where ticket_id = ?", ticket_id)[0]
        self.turns = self.rows("select * from facts.turns where ticket_id = ? order by turn_number", ticket_id)
        self.closings = self.rows("select * from facts.closings where ticket_id = ? order by closing_number", ticket_id)
        # Within a second the client's word comes first, the agent's second [M3].
        self.posts = self.rows(
            """
            select post_id, author_role, author_id, is_public, is_auto, posted_at
            from raw.posts
            where ticket_id = ?
            order by posted_at nulls last, author_role is not distinct from 'agent', post_id
            """,
            ticket_id,
        )
        self.has_changes = bool(self.value("select count(*) from facts.changed_tickets where ticket_id = ?", ticket_id))
        self.unknown_closing = not self.row["is_open"] and self.row["closed_at"] is None
        self.ended_at = None if self.unknown_closing else self.row["closed_at"] or self.as_of
        self.desk = self.rows("select name, timezone, ticket_url from raw.desk")[0]
        offsets = self.rows("select from_at, offset_seconds from raw.zone_offsets order by from_at")
        self.offset_starts = [row["from_at"] for row in offsets]
        self.offsets = [row["offset_seconds"] for row in offsets]

    def rows(self, sql: str, *values: object, **named: object) -> list[dict]:
        """Return the rows of a query as dictionaries."""
        done = self.con.execute(sql, named or list(values))
        names = [column[0] for column in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def value(self, sql: str, *values: object) -> object:
        """Return the first column of the first row of a query, or None."""
        rows = self.con.execute(sql, list(values)).fetchall()
        return rows[0][0] if rows else None

    def limit(self, rule: str, parameter: str) -> dict:
        """Return the version of a limit that was in force at the ticket's opening [6.1]."""
        return self.rows(
            """
            select * from policy.limits
            where rule = ? and parameter = ? and from_at <= ? and ? < until_at
            """,
            rule,
            parameter,
            self.opened_at,
            self.opened_at,
        )[0]

    def clause_text(self, clause: str, effective_on: object = None) -> str | None:
        """Return the words of a clause, of the version of that day."""
        return self.value(
            """
            select text from policy.clauses
            where clause = ? and text is not null
            order by effective_on <= coalesce(?, effective_on) desc, effective_on desc
            limit 1
            """,
            clause,
            effective_on,
        )

    def local(self, at: datetime) -> datetime:
        """Return the desk's local time of a UTC instant."""
        try:
            return at + timedelta(seconds=self._offset(at))
        except OverflowError:  # "for ever", written as the last day of the year 9999
            return at

    def stamp(self, at: datetime | None) -> str:
        """Return an instant as local time with its offset: "Fri 15 May 2026 16:00:00 +03:00"."""
        if at is None:
            return "unknown"
        offset = self._offset(at)
        sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
        return f"{self.local(at):%a %d %b %Y %H:%M:%S} {sign}{minutes // 60:02}:{minutes % 60:02}"

    def span(self, from_at: datetime, until_at: datetime) -> str:
        """Return a stretch in local time, the day once if it does not change."""
        begin, end = self.local(from_at), self.local(until_at)
        if end.time() == datetime.min.time() and (end - timedelta(seconds=1)).date() == begin.date():
            return f"{begin:%a %d %b %Y  %H:%M:%S} - 24:00:00"
        if begin.date() == end.date():
            return f"{begin:%a %d %b %Y  %H:%M:%S} - {end:%H:%M:%S}"
        return f"{begin:%a %d %b %Y  %H:%M:%S} - {end:%a %d %b %Y %H:%M:%S}"

    def _offset(self, at: datetime) -> int:
        return self.offsets[max(0, bisect_right(self.offset_starts, at) - 1)]


@dataclass(frozen=True)
class Window:
    """A stretch of open time within the asked span (UTC)."""

    from_at: datetime
    until_at: datetime

    @property
    def seconds(self) -> int:
        """Return its length."""
        return int((self.until_at - self.from_at).total_seconds())


# ---------------------------------------------------------------- the sections


def _heading(ticket: Ticket) -> Iterator[str]:
    row, stated = ticket.row, ticket.stated
    subject = " ".join((stated["subject"] or "").split())
    yield f"Ticket {ticket.id}" + (f": {subject}" if subject else "")
    facts = [
        ("client", row["client_id"]),
        ("product", row["product_id"]),
        ("agent", person_id(row["agent_id"])),
        ("channel", row["channel_code"]),
    ]
    yield "  " + ", ".join(f"{name} {value if value is not None else 'not stated'}" for name, value in facts)
    if ticket.desk["ticket_url"]:
        yield "  " + ticket.desk["ticket_url"].replace("{ticket_id}", quote(ticket.id, safe=""))
    state = {True: "open", False: "closed", None: "not known whether open or closed"}[row["is_open"]]
    outcome = f", outcome {row['outcome_code']}" if row["outcome_code"] else ""
    yield f"  {state}{outcome}, as of {ticket.stamp(ticket.as_of)}"
    yield f"  Times are local: {ticket.desk['timezone']}. Durations are in seconds; windows are half-open."
    pairs = ticket.rows(
        "select * from reports.duplicates where ? in (older_ticket_id, newer_ticket_id) order by all", ticket.id
    )
    for pair in pairs:
        if pair["older_ticket_id"] == ticket.id:
            yield f"  Older of a pair with ticket {pair['newer_ticket_id']} (4.7): exempt, and out of the averages [D5]"
        else:
            yield f"  Newer of a pair with ticket {pair['older_ticket_id']} (4.7)"
    during = ticket.rows(
        "select * from raw.closures where kind = 'maintenance' and from_at <= ? and ? < until_at order by from_at",
        ticket.opened_at,
        ticket.opened_at,
    )
    for closure in during:
        yield (
            f"  Opened during {closure['name']} (4.5, for information): "
            f"{ticket.span(closure['from_at'], closure['until_at'])}"
        )
    if not during:
        yield "  Opened outside maintenance (4.5, for information)."


def _first_response(ticket: Ticket) -> Iterator[str]:
    row, start = ticket.row, ticket.start
    yield from _title("First response", "1.5", row["response_band"] or "no band")
    yield from _clause(ticket, "1.5", ticket.limit("response_time", "last")["effective_on"])
    yield _wrapped("  Basis      ", f"{row['response_basis']}: {_basis(ticket)}")
    yield f"  Start      {_start(ticket)}"
    if row["response_basis"] == "posts" and ticket.posts:
        yield from _passed_over(ticket)
    if row["first_responded_at"] is not None:
        yield f"  Answer     {ticket.stamp(row['first_responded_at'])}"
    elif row["response_basis"] == "none":
        yield "  Answer     unknown"
    else:
        yield "  Answer     none so far" if row["is_open"] else "  Answer     none"
    if start["response_started_at"] is None:
        what = "is not known" if start["has_started"] else "is still to come"
        yield f"  The clock's start {what}, so there are no seconds, no due instant and no band [R3]."
        return
    if not ticket.turns:  # a date such as 0001-01-01, which stands for none
        yield "  The calendar does not reach back to this day, so there are no seconds, no due instant and no band."
        return
    turn = ticket.turns[0]
    yield from _limits(ticket)
    yield from _clock(ticket, turn)
    if row["response_band"] == "closed_unanswered":
        yield "  Closed unanswered: first response has no duration [R4]; the seconds above are those of turn 1 [V9]."
    else:
        yield from _check(
            "response_business_seconds", row["response_business_seconds"], turn["answer_business_seconds"]
        )


def _turns(ticket: Ticket) -> Iterator[str]:
    later = ticket.turns[1:]
    yield from _title("Turns", "1.5", f"{len(ticket.turns)}")
    if ticket.turns:
        yield "  Turn 1 is the first response, above. A further turn is a client's word after an answer [V9]."
    else:
        yield "  None: the first turn begins where the response clock starts [V9]."
    for turn in later:
        yield ""
        yield f"  Turn {turn['turn_number']}: {turn['answer_band'] or 'unknown'}"
        yield f"  Asked      {ticket.stamp(turn['asked_at'])}{_by(ticket, turn['asked_at'], 'client')}"
        if turn["answered_at"] is not None:
            yield f"  Answer     {ticket.stamp(turn['answered_at'])}{_by(ticket, turn['answered_at'], 'agent')}"
        else:
            yield "  Answer     none so far" if ticket.row["is_open"] else "  Answer     none"
        yield from _clock(ticket, turn)


def _resolution(ticket: Ticket) -> Iterator[str]:
    row = ticket.row
    yield from _title("Resolution", "1.6", row["resolution_band"] or "unknown")
    yield from _clause(ticket, "1.6", ticket.limit("resolution_time", "last")["effective_on"])
    yield _wrapped("  ", "Judged by its status changes alone [S2]." if ticket.has_changes else _reported_state(ticket))
    yield f"  Start      {ticket.stamp(ticket.opened_at)}  the creation, whoever opened it [S14]"
    for closing in ticket.closings:
        outcome = closing["outcome_code"] or "outcome unknown"
        counts = "a resolution" if outcome in RESOLVED else "no resolution"
        yield f"  Closed     {ticket.stamp(closing['closed_at'])}  {outcome}: {counts}"
        if closing["reopened_at"] is not None:
            yield f"  Reopened   {ticket.stamp(closing['reopened_at'])}  which undoes the closing before it [S5]"
    if ticket.unknown_closing and row["is_open"] is not None:
        yield "  Closed     at a time nobody recorded: no resolution time, no wait, no desk time [S11]"
    yield f"  First resolved  {_or_none(ticket, row['first_resolved_at'])}"
    yield f"  Resolved        {_or_none(ticket, row['resolved_at'])}"
    yield f"  Reopened        {_reopened(ticket)} [S10]"
    yield from _resolution_clock(ticket)


def _resolution_clock(ticket: Ticket) -> Iterator[str]:
    row = ticket.row
    seconds = row["resolution_seconds"]
    if seconds is None:
        yield "  No resolution time: " + (
            "closed without a resolution, or at an unknown time [S6, S11]."
            if row["is_open"] is False
            else "the load does not say whether the ticket is open [S16]."
        )
    else:
        end = row["resolved_at"] or ticket.as_of
        what = "resolved" if row["resolved_at"] else "as of, it is open"
        yield f"  Elapsed    {ticket.stamp(ticket.opened_at)} to {ticket.stamp(end)} ({what})"
        elapsed = int((end - ticket.opened_at).total_seconds())
        yield f"             = {_seconds(elapsed)}" + (f" = {_long(elapsed)}" if elapsed >= 60 else "")
        yield from _check("resolution_seconds", seconds, elapsed)
    first, last, clock = (ticket.limit("resolution_time", name) for name in ("first", "last", "clock"))
    yield (
        f"  Limits     first {_quantity(first)} = {_seconds(first['value_seconds'])}, "
        f"last {_quantity(last)} = {_seconds(last['value_seconds'])}, in force from {last['effective_on']}"
    )
    judged = row["desk_seconds"] if clock["value"] == "desk" and row["desk_seconds"] is not None else seconds
    which = "desk time" if clock["value"] == "desk" and row["desk_seconds"] is not None else "elapsed time"
    if seconds is not None and row["resolution_band"] != "deferred":
        yield f"  Band       {_compare(judged, first['value_seconds'], last['value_seconds'], which)}: {row['resolution_band']}"
    else:
        reasons = {
            "auto_closed": "closed automatically, outside the bands",
            "duplicate": "closed as a duplicate, outside the bands",
            "deferred": "waits for a release (4.9), outside the bands [S7]",
            "closed_unresolved": "closed without a resolution, outside the bands",
            None: _why_no_band(ticket),
        }
        yield f"  Band       {row['resolution_band'] or 'unknown'}: {reasons[row['resolution_band']]}"


def _waits(ticket: Ticket) -> Iterator[str]:
    row = ticket.row
    yield from _title("Waiting for the client", "1.6", None)
    if row["client_wait_seconds"] is None:
        yield "  Unknown: " + (
            "the ticket was closed at an unknown time [S11]."
            if row["response_basis"] == "posts"
            else "without posts nobody knows who waited for whom [S13]."
        )
        return
    yield "  A wait runs from an answer to the client's next word, or to the end of the clock [S13]."
    total = 0
    for from_at, until_at, ending in _client_waits(ticket):
        seconds = int((until_at - from_at).total_seconds())
        total += seconds
        yield _line(f"{ticket.stamp(from_at)} to {ticket.stamp(until_at)} ({ending})", seconds)
    yield _line("client_wait_seconds", total, "=")
    yield from _check("client_wait_seconds", row["client_wait_seconds"], total)
    elapsed = int((ticket.ended_at - ticket.opened_at).total_seconds())
    what = "closing" if row["closed_at"] else "as of"
    yield f"  desk_seconds = {_seconds(elapsed)} from creation to {what} - {_seconds(total)} = {_seconds(elapsed - total)}"
    yield from _check("desk_seconds", row["desk_seconds"], elapsed - total)


def _activity(ticket: Ticket) -> Iterator[str]:
    row = ticket.row
    [auto_close] = ticket.rows("select * from reports.auto_closes where ticket_id = ?", ticket.id) or [None]
    idle, grace, soon = (ticket.limit("auto_close", name) for name in ("idle", "grace", "soon"))
    yield from _title("Inactivity", "4.6", auto_close["state"] if auto_close else "not subject")
    yield from _clause(ticket, "4.6", idle["effective_on"])
    last = row["last_activity_at"]
    if last is None:
        yield "  The last activity is not known, so there is no due instant [A3, S11]."
    else:
        yield f"  Last activity  {ticket.stamp(last)}  {_activity_source(ticket)}"
        due = last + timedelta(seconds=idle["value_seconds"])
        yield f"  Auto-close due {ticket.stamp(due)}  = last activity + {_quantity(idle)} ({_seconds(idle['value_seconds'])})"
        yield from _check("auto_close_due_at", row["auto_close_due_at"], due)
    yield f"  Last word by   {row['last_word_by'] or 'unknown'}"
    if auto_close is None:
        yield "  State          none: " + _why_no_state(ticket)
        return
    if last is not None:
        yield (
            f"  Closing soon from {ticket.stamp(due - timedelta(seconds=soon['value_seconds']))}, "
            f"on time until {ticket.stamp(due + timedelta(seconds=grace['value_seconds']))} [A1]"
        )
    against = f"closed {ticket.stamp(row['closed_at'])}" if row["closed_at"] else f"as of {ticket.stamp(ticket.as_of)}"
    yield f"  State          {auto_close['state']} ({against})"
    neglected = {
        True: "yes: the desk, not the client, fell silent",
        False: "no",
        None: "unknown",
    }[auto_close["is_neglected"]]
    yield f"  Neglected      {neglected} [A5]"


def _verdicts(ticket: Ticket) -> Iterator[str]:
    # Its own, those of incidents recorded on it, and of refunds and disputes it came before as the first issue.
    findings = ticket.rows(
        """
        with subjects as (
            select 'ticket' as subject_kind, $ticket_id as subject_id, '' as subject_text
            union all
            select 'incident', incident_id, ' of incident ' || incident_id
            from facts.incidents
            where ticket_id = $ticket_id
            union all
            select 'refund', refund_id, ' of refund ' || refund_id
            from facts.first_issues
            inner join facts.refunds
                on refunds.purchase_id = first_issues.purchase_id and refunds.asked_at > first_issues.asked_at
            where first_issues.ticket_id = $ticket_id
            union all
            select 'chargeback', chargeback_id, ' of dispute ' || chargeback_id
            from facts.first_issues
            inner join facts.chargebacks
                on chargebacks.purchase_id = first_issues.purchase_id
                and chargebacks.opened_at > first_issues.asked_at
            where first_issues.ticket_id = $ticket_id
        )
        select findings.*, findings.verdict::varchar as verdict_text, subjects.subject_text
        from rules.findings
        inner join subjects
            on subjects.subject_kind = findings.subject_kind and subjects.subject_id = findings.subject_id
        """,
        ticket_id=ticket.id,
    )
    clauses = dict(
        ticket.con.execute(
            "select rule, min(clause) from policy.clauses where rule is not null group by rule"
        ).fetchall()
    )
    yield from _title("Verdicts", None, f"{len(findings)}")
    for finding in sorted(
        findings,
        key=lambda row: (
            _clause_order(clauses.get(row["rule"]) or row["clause"]),
            row["rule"],
            str(row["happened_at"]),
        ),
    ):
        clause = finding["clause"] or clauses.get(finding["rule"])
        since = f", terms of {finding['effective_on']}" if finding["effective_on"] else ""
        subject = f"{finding['rule']}{finding['subject_text']}"
        yield f"  {finding['verdict_text']:<8} {subject} (clause {clause or 'not stated'}{since})"
        text = ticket.clause_text(clause, finding["effective_on"]) if clause else None
        if text:
            yield _wrapped("           ", text)
        if finding["reason"]:
            yield _wrapped("           Here: ", finding["reason"])
        if finding["due_at"] is not None:
            yield f"           Due {ticket.stamp(finding['due_at'])}"


# ---------------------------------------------------------------- the parts of a section


def _basis(ticket: Ticket) -> str:
    stated = ticket.stated["first_responded_at"]
    match ticket.row["response_basis"]:
        case "posts" if ticket.start["has_posts"]:
            also = f"; the help desk's own column says {ticket.stamp(stated)} and is not used" if stated else ""
            return f"the ticket has posts, and they win over any reported column [R1, R2]{also}"
        case "posts":
            return "the ticket has no posts, but the load holds posts of others: silent, so unanswered [R1]"
        case "reported" if stated is not None and stated > ticket.opened_at:
            return f"no posts; the help desk's own column first_responded_at says {ticket.stamp(stated)} [R1]"
        case "reported":
            return "no posts; first_responded_at is filled for other tickets and not here, so unanswered [R1]"
        case _:
            return "neither posts nor a reported response in the whole load, so the answer is unknown [R1]"


def _start(ticket: Ticket) -> str:
    row, started_at = ticket.row, ticket.start["response_started_at"]
    if row["opened_by"] == "client":
        return f"{ticket.stamp(started_at)}  the creation: opened by the client"
    if started_at is not None:
        return f"{ticket.stamp(started_at)}  the client's first word: opened by an agent at {ticket.stamp(ticket.opened_at)} [R3]"
    if row["response_basis"] == "posts":
        return "none: opened by an agent, and the client has not written yet [R3]"
    return "unknown: opened by an agent, and without posts nobody knows when the client first wrote [R3]"


def _passed_over(ticket: Ticket) -> Iterator[str]:
    """Tell every post up to the first answer and why it is or is not that answer."""
    answered_at = ticket.row["first_responded_at"]
    known = [post for post in ticket.posts if post["posted_at"] is None or post["posted_at"] <= ticket.as_of]
    shown = [post for post in known if answered_at is None or (post["posted_at"] or answered_at) <= answered_at]
    later, unborn = len(known) - len(shown), len(ticket.posts) - len(known)
    yield f"  Posts      {len(known):,} up to as_of" + ("; up to the answer:" if later else ":" if known else "")
    for post in shown[:POSTS_LISTED]:
        when = ticket.stamp(post["posted_at"]) if post["posted_at"] else "no time"
        author = " ".join(filter(None, (post["author_role"] or "nobody's", person_id(post["author_id"]))))
        yield f"    {when}  post {post['post_id']}, {author}: {_why(ticket, post)}"
    if len(shown) > POSTS_LISTED:
        yield f"    and {len(shown) - POSTS_LISTED:,} more before the answer"
    if later:
        yield f"    and {later:,} after it"
    if unborn:
        yield f"    {unborn:,} dated after as_of: not yet written [T4]"


def _why(ticket: Ticket, post: dict) -> str:
    """Return why a post is or is not the first answer, in the order in which that is decided."""
    at, role = post["posted_at"], post["author_role"]
    started_at, answered_at = ticket.start["response_started_at"], ticket.row["first_responded_at"]
    if at is None:
        return "ignored, it has no time [M1]"
    if at < ticket.opened_at:
        return "no effect, dated before the creation [S15]"
    if role is None:
        return "passed over, nobody's [M1]"
    if role == "system":
        return "passed over, a system message"
    if post["is_auto"]:
        return "passed over, automatic [M2]"
    if post["is_public"] is False:
        return "passed over, a private note" if role == "agent" else "passed over, not public [M2]"
    if role == "client":
        if ticket.row["opened_by"] == "agent" and at == started_at:
            return "the client's first word: the clock starts [R3]"
        return "the client's word"
    if started_at is None or at < started_at:
        return "passed over, the client has not written yet [R3]"
    if at == started_at:
        what = "creation" if ticket.row["opened_by"] == "client" else "client's first word"
        return f"passed over, in the second of the {what}, not later"
    return "THE FIRST ANSWER" if at == answered_at else "an agent's word"


def _limits(ticket: Ticket) -> Iterator[str]:
    start = ticket.start
    first, last = (ticket.limit("response_time", name) for name in ("first", "last"))
    length = start["business_day_seconds"]
    day = ticket.local(start["response_started_at"])
    yield f"  Business day  {_seconds(length)} ({_hours(length)}), of the week in force on {day:%a %d %b %Y} [C3]"
    yield (
        f"  Limits     first {_quantity(first)} = {_seconds(start['first_limit_seconds'])}, "
        f"last {_quantity(last)} = {_seconds(start['last_limit_seconds'])}, in force from {last['effective_on']}"
    )


def _clock(ticket: Ticket, turn: dict) -> Iterator[str]:
    """Lay out the open time of one turn, its due instant and its band."""
    asked_at, seconds = turn["asked_at"], turn["answer_business_seconds"]
    limit = ticket.start["last_limit_seconds"]
    if seconds is not None:
        ended_at, what = _turn_end(ticket, turn)
        yield f"  Open from {ticket.stamp(asked_at)} to {ticket.stamp(ended_at)} ({what}):"
        windows = _open_windows(ticket, asked_at, ended_at)
        for label, open_seconds in _listed(ticket, windows):
            yield _line(label, open_seconds)
        total = sum(window.seconds for window in windows)
        length = ticket.start["business_day_seconds"]
        name = "answer" if turn["turn_number"] > 1 or turn["answer_band"] == "closed_unanswered" else "response"
        yield _line(f"{name}_business_seconds, {total / length:.2f} business days", total, "=")
        yield from _check("answer_business_seconds", seconds, total)
        yield from _closures(ticket, asked_at, ended_at)
    elif ticket.unknown_closing and ticket.row["is_open"] is False:
        yield "  No seconds: the ticket was closed at an unknown time [S11]."
    else:
        yield "  No seconds: " + (
            "nothing says whether or when it was answered [R1]."
            if ticket.row["response_basis"] == "none"
            else "the load does not say whether the ticket is open [S16]."
        )
    if turn["due_at"] is not None:
        due_after = ticket.start["due_after_seconds"]
        yield f"  Due        {ticket.stamp(turn['due_at'])}: the first instant at which {_seconds(due_after)} open are used up [C8]"
        until_due = sum(window.seconds for window in _open_windows(ticket, asked_at, turn["due_at"]))
        yield from _check("open seconds until due", due_after, until_due)
    band = turn["answer_band"] or "unknown"
    if seconds is None:
        yield f"  Band       {band}"
    elif band == "closed_unanswered":
        yield f"  Band       {band}: {_compare(seconds, ticket.start['first_limit_seconds'], limit, 'open time')} at the closing"
    else:
        yield f"  Band       {band}: {_compare(seconds, ticket.start['first_limit_seconds'], limit, 'open time')}"


def _turn_end(ticket: Ticket, turn: dict) -> tuple[datetime, str]:
    if turn["answered_at"] is not None:
        return turn["answered_at"], "the answer"
    if ticket.row["closed_at"] is not None:
        if ticket.row["closed_at"] < turn["asked_at"]:
            return turn["asked_at"], "asked after the closing, so no time runs [V9]"
        return ticket.row["closed_at"], "the closing"
    return ticket.as_of, "as of, unanswered"


def _open_windows(ticket: Ticket, from_at: datetime, until_at: datetime) -> list[Window]:
    """Return the desk's open windows within a span, cut to it."""
    found = ticket.con.execute(
        """
        select greatest(opens_at, $from_at), least(closes_at, $until_at)
        from raw.open_windows
        where opens_at < $until_at and closes_at > $from_at
        order by opens_at
        """,
        {"from_at": from_at, "until_at": until_at},
    ).fetchall()
    return [Window(*row) for row in found]


def _listed(ticket: Ticket, windows: list[Window]) -> Iterator[tuple[str, int]]:
    """Return (label, seconds) for each window, or added up by week or month where they are many."""
    if not windows:
        yield "no open window", 0
        return
    if len(windows) <= WINDOWS_LISTED:
        for window in windows:
            yield ticket.span(window.from_at, window.until_at), window.seconds
        return

    def week(window: Window) -> datetime:
        day = ticket.local(window.from_at).replace(hour=0, minute=0, second=0)
        return day - timedelta(days=day.weekday())

    weeks = [(f"week of {monday:%a %d %b %Y}", list(some)) for monday, some in groupby(windows, week)]
    if len(weeks) > WEEKS_LISTED:
        weeks = [
            (month, list(some))
            for month, some in groupby(windows, lambda window: f"{ticket.local(window.from_at):%B %Y}")
        ]
    for label, some in weeks:
        yield f"{label}, {len(some)} window{'s' if len(some) > 1 else ''}", sum(window.seconds for window in some)


def _closures(ticket: Ticket, from_at: datetime, until_at: datetime) -> Iterator[str]:
    """Tell what shut the desk within a span while its week says open."""
    found = ticket.rows(
        "select * from raw.closures where from_at < ? and until_at > ? order by from_at, until_at", until_at, from_at
    )
    if not found:
        yield "  Shut meanwhile: nothing but what the week itself leaves closed."
        return
    yield "  Shut or changed meanwhile:"
    for closure in found[:CLOSURES_LISTED]:
        begin = ticket.local(closure["from_at"])
        if closure["kind"] == "maintenance":
            yield f"    {ticket.span(closure['from_at'], closure['until_at'])}  {closure['name']} (4.5)"
        else:
            yield f"    {begin:%a %d %b %Y}  {closure['kind']}: {closure['name']}"
    rest = found[CLOSURES_LISTED:]
    for (kind, name), some in groupby(
        sorted(rest, key=lambda row: (row["kind"], row["name"])), lambda row: (row["kind"], row["name"])
    ):
        yield f"    and {len(list(some)):,} more times {name if kind == 'maintenance' else f'{kind}: {name}'}"


def _client_waits(ticket: Ticket) -> Iterator[tuple[datetime, datetime, str]]:
    """Return (from, until, what ended it) of each wait for the client [S13]."""
    if not ticket.start["has_posts"]:
        return
    since = None
    for word in ticket.rows(
        "select said_at, is_agent from facts.words where ticket_id = ? and said_at <= ? order by word_number",
        ticket.id,
        ticket.ended_at,
    ):
        at = word["said_at"]
        if not word["is_agent"] and since is not None:
            yield since, at, "the client wrote"
            since = None
        if word["is_agent"] and since is None and at > ticket.opened_at:
            since = at
    if since is not None:
        yield since, ticket.ended_at, "closed" if ticket.row["closed_at"] else "as of"


def _reopened(ticket: Ticket) -> str:
    count = ticket.row["reopen_count"]
    if count is None:
        return "unknown: the load holds no status changes, and the help desk states no number"
    times = f"{count:,} time{'' if count == 1 else 's'}"
    if ticket.has_changes:
        return f"{times}, counted from the status changes"
    if ticket.stated["reopen_count"] is not None:
        return f"{times}, as the help desk states"
    return f"{times}: other tickets have status changes, this one has none"


def _activity_source(ticket: Ticket) -> str:
    last = ticket.row["last_activity_at"]
    if ticket.start["has_posts"]:
        spoke = [
            post
            for post in ticket.posts
            if post["posted_at"] == last and _counts_as_word(post) and last <= (ticket.ended_at or last)
        ]
        if spoke:
            return f"a word of the {spoke[-1]['author_role']}, post {spoke[-1]['post_id']}"
        return "the creation: no word since"
    if (
        ticket.stated["last_activity_at"] is not None
        and max(ticket.stated["last_activity_at"], ticket.opened_at) == last
    ):
        return "as the help desk's column states; there are no posts [A3]"
    return "the creation: there are no posts, and none is stated [A3]"


def _why_no_state(ticket: Ticket) -> str:
    row = ticket.row
    if row["is_open"] is None:
        return "the load does not say whether the ticket is open [S16]"
    if row["is_open"] and row["outcome_code"] == "deferred":
        return "it waits for a release (4.9), so 4.6 does not apply [A6]"
    if row["is_open"] is False and row["outcome_code"] != "auto_closed":
        return "closed otherwise than for inactivity [A7]"
    return "the last activity is not known [A3]"


def _why_no_band(ticket: Ticket) -> str:
    if ticket.row["is_open"] is None:
        return "the load does not say whether the ticket is open [S16]"
    if ticket.unknown_closing:
        return "it was closed at an unknown time [S11]"
    return "it was closed without an outcome, so nobody can say whether it was resolved [S4]"


def _reported_state(ticket: Ticket) -> str:
    stated = ticket.stated
    named = []
    for column in ("status_code", "resolved_at", "closed_at", "outcome_code"):
        value = stated[column]
        if value is not None and column.endswith("_at"):
            value = ticket.stamp(value) + (" (after as_of, so not yet [T6])" if value > ticket.as_of else "")
        if value is not None:
            named.append(f"{column} {value}")
    return (
        "No status changes: judged by the help desk's own columns, " + (", ".join(named) or "all of them empty") + "."
    )


def _counts_as_word(post: dict) -> bool:
    return post["author_role"] in ("client", "agent") and post["is_public"] is not False and not post["is_auto"]


def _by(ticket: Ticket, at: datetime, role: str) -> str:
    found = [
        post
        for post in ticket.posts
        if post["posted_at"] == at and post["author_role"] == role and _counts_as_word(post)
    ]
    if not found:
        return ""
    author = f" by {person_id(found[0]['author_id'])}" if found[0]["author_id"] else ""
    return f"  post {found[0]['post_id']}{author}"


# ---------------------------------------------------------------- words


def _title(name: str, clause: str | None, verdict: str | None) -> Iterator[str]:
    text = f"{name}" + (f" (clause {clause})" if clause else "") + (f": {verdict}" if verdict else "")
    yield text
    yield "-" * len(text)


def _clause(ticket: Ticket, clause: str, effective_on: object) -> Iterator[str]:
    text = ticket.clause_text(clause, effective_on)
    if text:
        yield _wrapped("  Terms      ", text)


def _wrapped(begin: str, text: str) -> str:
    """Return a sentence after its heading, broken at words and set in under itself."""
    return "\n".join(
        textwrap.wrap(
            text,
            WIDTH,
            initial_indent=begin,
            subsequent_indent=" " * len(begin),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _line(label: str, seconds: int, mark: str = "+") -> str:
    return f"    {mark} {label:<88} {_seconds(seconds):>12}"


def _check(name: str, stored: object, shown: object) -> Iterator[str]:
    """Say so if a sum differs from the stored number; that would be a fault of the product."""
    if stored != shown:
        yield f"  DISAGREES: {name} is stored as {stored}; please report this ticket's rows"


def _compare(seconds: int, first: int, last: int, what: str) -> str:
    if seconds <= first:
        return f"{what} {_seconds(seconds)} <= {_seconds(first)}, within the first limit"
    if seconds <= last:
        return f"{what} {_seconds(seconds)} <= {_seconds(last)}, within the last limit"
    return f"{what} {_seconds(seconds)} > {_seconds(last)}, beyond the last limit"


def _quantity(limit: dict) -> str:
    unit = (limit["unit"] or "").replace("_", " ")
    return f"{limit['value']} {unit}" + ("" if limit["value_number"] == 1 else "s")


def _seconds(seconds: int) -> str:
    return f"{seconds:,} s"


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:.4g} h"


def _long(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def _or_none(ticket: Ticket, at: datetime | None) -> str:
    return "-" if at is None else ticket.stamp(at)


def _clause_order(clause: str | None) -> list[int]:
    return [int(part) for part in (clause or "99").split(".") if part.isdigit()]


def _not_found(ticket: Ticket, ticket_id: str) -> str:
    later = ticket.value("select opened_at from raw.tickets where ticket_id = ?", ticket_id)
    if later is not None:
        return (
            f"ticket {ticket_id}: opened {later:%Y-%m-%d %H:%M:%S} UTC, after as_of {ticket.as_of:%Y-%m-%d %H:%M:%S} UTC; "
            "it has not happened yet in this snapshot"
        )
    near = nearest(ticket.con, ticket_id)
    if not near:
        return f"no ticket {ticket_id}: the snapshot holds no tickets; load exports first"
    return f"no ticket {ticket_id}; the nearest ids are {', '.join(near)}"


def nearest(con: duckdb.DuckDBPyConnection, ticket_id: str) -> list[str]:
    """Return the three ids of tickets that look most like what was asked for."""
    found = con.execute(
        """
        select ticket_id from facts.tickets
        order by damerau_levenshtein(lower(ticket_id), lower($id)), ticket_id
        limit 3
        """,
        {"id": ticket_id},
    ).fetchall()
    return [row[0] for row in found]
