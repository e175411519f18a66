"""The account of one ticket: its sums are the stored numbers, and it says why each row counts or not."""

import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from random import Random

import duckdb
import pytest

from etl.build import build
from etl.calendar import write_calendar
from etl.desk import parse_desk
from etl.explain import ExplainError, explain_ticket
from etl.policy import read_rows, write_policy
from etl.tables import create_tables
from loading import judged, some
from reference.compare import built
from reference.desks import make

POLICY = Path(__file__).parent.parent / "data" / "policy.csv"
WANTED = {"facts.tickets", "facts.turns", "rules.findings", "reports.auto_closes", "reports.duplicates"}
DESK = """
timezone = "Europe/Vilnius"
ticket_url = "https://help.example.com/tickets/{ticket_id}"
[hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]
[holidays]
dates = [2026-05-18]
partial = [{ on = 2026-05-19, open = ["09:00-13:00"] }]
[[maintenance]]
starts_at = 2026-05-15T16:00:00
ends_at = 2026-05-15T16:30:00
"""


def desk_with(tickets, posts=(), changes=(), *, as_of="2026-06-01T00:00:00", desk=DESK):
    """Return a built snapshot of the given rows; instants are UTC."""
    con = duckdb.connect()
    create_tables(con)
    the_desk = parse_desk(desk)
    con.execute("insert into raw.clock values (?)", [datetime.fromisoformat(as_of)])
    con.execute(
        "insert into raw.desk values (?, ?, ?, ?, false, null)",
        [the_desk.name, the_desk.timezone, the_desk.ticket_url, the_desk.client_url],
    )
    for table, rows in (("tickets", tickets), ("posts", posts), ("status_changes", changes)):
        for row in rows:
            listed = ", ".join(f"? as {column}" for column in row)
            con.execute(f"insert into raw.{table} by name select {listed}", list(row.values()))
    write_policy(con, read_rows(POLICY), the_desk.timezone)
    write_calendar(con, the_desk)
    build(con, wanted=WANTED)
    return con


def ticket(ticket_id="T1", opened_at="2026-05-15T12:00:00", **more):
    return {
        "ticket_id": ticket_id,
        "client_email": "ada@example.org",
        "opened_at": opened_at,
        "status_code": "open",
    } | more


def post(post_id, posted_at, author_role="agent", **more):
    return {"post_id": post_id, "ticket_id": "T1", "posted_at": posted_at, "author_role": author_role} | more


def change(changed_at, status_code, outcome_code=None):
    return {"ticket_id": "T1", "changed_at": changed_at, "status_code": status_code, "outcome_code": outcome_code}


# {test: the rows of its own} in the one desk that the tests with an `@of_one_desk` share; each has a client of its own.
ROWS = {}


def of_one_desk(tickets, posts=(), changes=()):
    """Have the shared desk hold a test's rows; what its `told` says of one of these tickets is said of them alone."""

    def keep(test):
        ROWS[test.__name__] = {"tickets": tickets, "posts": posts, "changes": changes}
        return test

    return keep


@pytest.fixture(scope="module")
def one_desk():
    """The shared desk, built once. Not to be changed."""
    together = {"tickets": [], "posts": [], "changes": []}
    for test, rows in ROWS.items():
        for kind, listed in rows.items():
            for row in listed:
                ids = {
                    name: f"{test} {cell}" for name, cell in row.items() if name.endswith("_id") and name != "author_id"
                }
                client = {"client_email": f"{test}@example.org"} if kind == "tickets" else {}
                together[kind].append(row | ids | client)
    with desk_with(**together) as con:
        yield con


@pytest.fixture
def told(one_desk, request):
    """A function that returns the account of one of the test's own tickets."""
    test = request.node.function.__name__
    return lambda ticket_id="T1": explain_ticket(one_desk, f"{test} {ticket_id}").replace(f"{test} ", "")


def sums(text):
    """Return [(name, total, sum of the lines above it)] of every block of the text."""
    found, lines = [], []
    for line in text.splitlines():
        if match := re.fullmatch(r"    ([+=]) (.*?)\s+([\d,]+) s", line):
            mark, label, seconds = match[1], match[2], int(match[3].replace(",", ""))
            if mark == "+":
                lines.append(seconds)
            else:
                found.append((label.partition(",")[0], seconds, sum(lines)))
                lines = []
    return found


INSTANTS = (
    "response_due_at",
    "first_responded_at",
    "first_resolved_at",
    "resolved_at",
    "closed_at",
    "last_activity_at",
    "auto_close_due_at",
)


def stamps(con) -> dict:
    """Return every instant of the tickets as the text writes it, made by DuckDB from the stored offsets."""
    instants = " union ".join(f"select {name} as said_at from facts.tickets" for name in INSTANTS)
    told = con.execute(
        f"""
        select said_at, strftime(said_at + to_seconds(offset_seconds), '%a %d %b %Y %H:%M:%S')
        from ({instants}) as instants
        asof join raw.zone_offsets
            on said_at >= from_at
        """
    )
    return dict(told.fetchall())


def by_ticket(con, sql: str) -> dict[str, list[tuple]]:
    """Return the rows of a query by its first column, the ticket, without it."""
    found = defaultdict(list)
    for ticket_id, *row in con.execute(sql).fetchall():
        found[ticket_id].append(tuple(row))
    return found


@pytest.mark.parametrize("seed", [9, 17, 23])
def test_every_sum_is_the_stored_number_on_a_random_desk(seed):
    desk = make(seed)
    with built(desk, desk.as_ofs[-1], wanted=WANTED) as con:
        tickets = con.execute("select * from facts.tickets").df().astype(object)
        tickets = tickets.where(tickets.notna(), None).to_dict("records")
        assert tickets
        turns = by_ticket(con, "select ticket_id, answer_business_seconds from facts.turns order by turn_number")
        verdicts = by_ticket(
            con, "select subject_id, rule, verdict::varchar from rules.findings where subject_kind = 'ticket'"
        )
        stamp = stamps(con)
        for row in some(*Random(seed).sample(tickets, len(tickets)), few=12):
            text = explain_ticket(con, row["ticket_id"])
            assert "DISAGREES" not in text
            blocks = sums(text)
            assert all(total == added for _, total, added in blocks)
            expected = [seconds for (seconds,) in turns[row["ticket_id"]] if seconds is not None]
            assert [total for name, total, _ in blocks if name.endswith("business_seconds")] == expected
            first = [total for name, total, _ in blocks if name == "response_business_seconds"]
            assert first == [row["response_business_seconds"]] * (row["response_business_seconds"] is not None)
            waits = [total for name, total, _ in blocks if name == "client_wait_seconds"]
            assert waits == [row["client_wait_seconds"]] * (row["client_wait_seconds"] is not None)
            if row["desk_seconds"] is not None:
                assert f"= {row['desk_seconds']:,} s\n" in text
            if row["resolution_seconds"] is not None:
                assert f"             = {row['resolution_seconds']:,} s" in text
            for name in INSTANTS:
                if row[name] is not None:
                    assert stamp[row[name]] in text, name
            for name in ("response_band", "resolution_band", "response_basis", "outcome_code", "last_word_by"):
                if row[name] is not None:
                    assert row[name] in text, name
            assert verdicts[row["ticket_id"]]
            for rule, verdict in verdicts[row["ticket_id"]]:
                assert f"  {verdict:<8} {rule} (clause " in text


def test_what_was_recorded_of_a_ticket_and_refunded_after_it_is_among_its_verdicts():
    rows = {
        "tickets": [ticket(), ticket("T2")],
        "incidents": [
            {"incident_id": "I1", "ticket_id": "T1", "clause": "5.9", "occurred_at": datetime(2026, 5, 16)},
            {"incident_id": "I2", "ticket_id": "T2", "clause": "5.9", "occurred_at": datetime(2026, 5, 16)},
        ],
        "purchases": [{"purchase_id": "P1", "client_email": "c@x.example", "product_id": "p", "purchased_at": datetime(2026, 5, 1)}],
        "refunds": [
            {"refund_id": "R0", "purchase_id": "P1", "requested_at": datetime(2026, 5, 2)},
            {"refund_id": "R1", "purchase_id": "P1", "requested_at": datetime(2026, 5, 16)},
        ],
        "chargebacks": [{"chargeback_id": "C1", "purchase_id": "P1", "opened_at": datetime(2026, 5, 16), "status_code": "open"}],
    }  # fmt: skip
    for one in rows["tickets"]:
        one |= {"client_email": "c@x.example", "product_id": "p"}
    with judged(rows, datetime(2026, 6, 1), read_rows(POLICY), WANTED) as con:
        first, second = (explain_ticket(con, name) for name in ("T1", "T2"))
    assert "  fail     conduct of incident I1 (clause 5.9, terms of 2015-01-01)\n" in first
    assert "  pass     refund_waiver of refund R1 (clause 3.1, terms of 2015-01-01)\n" in first
    assert "  fail     chargeback_waiver of dispute C1 (clause 3.2, terms of 2015-01-01)\n" in first
    assert not any(name in first for name in ("incident I2", "refund R0"))
    assert "incident I2" in second
    assert not any(name in second for name in ("incident I1", "refund R1", "dispute C1"))


def test_a_stored_number_that_does_not_add_up_is_said_to_be_wrong():
    with desk_with([ticket()], [post("p1", "2026-05-19T07:00:00")]) as con:
        assert "DISAGREES" not in explain_ticket(con, "T1")
        con.execute("update facts.turns set answer_business_seconds = answer_business_seconds + 1")
        con.execute("update facts.tickets set client_wait_seconds = 7, auto_close_due_at = opened_at")
        text = explain_ticket(con, "T1")
        assert len(re.findall("DISAGREES: (?:answer_business|client_wait|auto_close)", text)) == 3


ANSWERED_ON_WEDNESDAY = """\
First response (clause 1.5): within_1_day
-----------------------------------------
  Terms      An answer can be expected within one to two business days.
  Basis      posts: the ticket has posts, and they win over any reported column [R1, R2]
  Start      Fri 15 May 2026 15:00:00 +03:00  the creation: opened by the client
  Posts      1 up to as_of:
    Wed 20 May 2026 10:00:00 +03:00  post p1, agent gus: THE FIRST ANSWER
  Answer     Wed 20 May 2026 10:00:00 +03:00
  Business day  28,800 s (8 h), of the week in force on Fri 15 May 2026 [C3]
  Limits     first 1 business day = 28,800 s, last 2 business days = 57,600 s, in force from 2015-01-01
  Open from Fri 15 May 2026 15:00:00 +03:00 to Wed 20 May 2026 10:00:00 +03:00 (the answer):
    + Fri 15 May 2026  15:00:00 - 16:00:00                                                          3,600 s
    + Fri 15 May 2026  16:30:00 - 17:00:00                                                          1,800 s
    + Tue 19 May 2026  09:00:00 - 13:00:00                                                         14,400 s
    + Wed 20 May 2026  09:00:00 - 10:00:00                                                          3,600 s
    = response_business_seconds, 0.81 business days                                                23,400 s
  Shut or changed meanwhile:
    Fri 15 May 2026  16:00:00 - 16:30:00  maintenance (4.5)
    Mon 18 May 2026  own date: a day of the desk's own
    Tue 19 May 2026  partial day: open 09:00-13:00
  Due        Thu 21 May 2026 11:30:00 +03:00: the first instant at which 57,600 s open are used up [C8]
  Band       within_1_day: open time 23,400 s <= 28,800 s, within the first limit
"""


@of_one_desk([ticket()], [post("p1", "2026-05-20T07:00:00", author_id="gus")])
def test_the_response_is_laid_out_window_by_window(told):
    text = told()
    section = text[text.index("First response") : text.index("Turns (")]
    assert section.rstrip() == ANSWERED_ON_WEDNESDAY.rstrip()


@of_one_desk(
    [ticket()],
    [
        post("a", "2026-05-15T11:59:59"),
        post("b", "2026-05-15T12:00:00"),
        post("c", "2026-05-15T12:00:05", is_auto=True),
        post("d", "2026-05-15T12:01:00", "system"),
        post("e", "2026-05-15T12:02:00", is_public=False),
        post("f", "2026-05-15T12:03:00", None),
        post("g", "2026-05-15T12:04:00", "client"),
        post("h", "2026-05-15T12:05:00"),
        post("i", "2026-05-15T12:06:00"),
        post("j", None),
        post("k", "2026-07-01T00:00:00"),
    ],
)
def test_each_post_passed_over_has_its_reason(told):
    text = told()
    said = dict(re.findall(r"post (\w), [^:]*: (.*)", text))
    assert said == {
        "a": "no effect, dated before the creation [S15]",
        "b": "passed over, in the second of the creation, not later",
        "c": "passed over, automatic [M2]",
        "d": "passed over, a system message",
        "e": "passed over, a private note",
        "f": "passed over, nobody's [M1]",
        "g": "the client's word",
        "h": "THE FIRST ANSWER",
        "j": "ignored, it has no time [M1]",
    }
    assert list(said) == ["a", "b", "c", "d", "e", "f", "g", "h", "j"]
    assert "    and 1 after it\n    1 dated after as_of: not yet written [T4]\n" in text


def test_in_one_second_the_client_wrote_first():
    posts = [
        post("a", "2026-05-15T12:00:00"),
        post("b", "2026-05-15T13:00:00"),
        post("c", "2026-05-15T14:00:00"),
        post("d", "2026-05-15T14:00:00", "client"),
    ]
    with desk_with([ticket()], posts, as_of="2026-05-15T15:00:00") as con:
        text = explain_ticket(con, "T1")
    assert text.index("and 2 after it") > text.index("post b, agent: THE FIRST ANSWER")
    # An agent's word in the second of the creation is no answer, so no wait begins there.
    assert re.findall(r"\+ \w+ 15 May 2026 (.{8}) .* to .* (.{8}) \S+ \((.*)\)", text) == [
        ("16:00:00", "17:00:00", "the client wrote"),
        ("17:00:00", "18:00:00", "as of"),
    ]


@of_one_desk(
    [ticket()],
    [
        post("a", "2026-05-15T13:00:00", "client"),
        post("b", "2026-05-15T13:00:00", is_public=False),
        post("c", "2026-05-15T13:00:00", is_auto=True),
    ],
)
def test_the_last_activity_is_a_word_and_not_a_note_of_the_same_second(told):
    assert "a word of the client, post a\n" in told()


@of_one_desk(
    [ticket(), ticket("T2")],
    [post("a", "2026-05-15T13:00:00"), post("b", "2026-05-15T13:00:01", ticket_id="T2")],
)
def test_what_begins_with_the_answer_did_not_shut_the_desk_meanwhile(told):
    assert "Shut meanwhile: nothing but what the week itself leaves closed.\n" in told("T1")
    assert "    Fri 15 May 2026  16:00:00 - 16:30:00  maintenance (4.5)\n" in told("T2")


@of_one_desk([ticket()], [post("a", "2026-05-15T13:00:00"), post("b", "2026-05-15T13:00:00", "client")])
def test_posts_of_one_second_are_told_clients_first(told):
    assert re.findall(r"post (\w),", told()) == ["b", "a"]


@of_one_desk(
    [ticket(opened_by="agent")],
    [
        post("a", "2026-05-15T12:10:00"),
        post("b", "2026-05-15T13:00:00", "client"),
        post("c", "2026-05-15T13:00:00"),
        post("d", "2026-05-15T13:30:00"),
    ],
)
def test_a_ticket_opened_by_an_agent_starts_with_the_clients_first_word(told):
    text = told()
    assert "Start      Fri 15 May 2026 16:00:00 +03:00  the client's first word: opened by an agent" in text
    assert "post a, agent: passed over, the client has not written yet [R3]" in text
    assert "post b, client: the client's first word: the clock starts [R3]" in text
    assert "post c, agent: passed over, in the second of the client's first word, not later" in text
    assert "post d, agent: THE FIRST ANSWER" in text


@pytest.fixture(scope="module")
def without_posts():
    """A desk with four tickets, one of which has not happened yet. Not to be changed."""
    tickets = [ticket("T1"), ticket("T12"), ticket("X9"), ticket("LATER", "2026-07-01T00:00:00")]
    with desk_with(tickets) as con:
        yield con


def test_a_load_with_neither_posts_nor_states_has_what_the_help_desk_reports():
    tickets = [ticket(status_code=None), ticket("T2", first_responded_at="2026-05-15T13:00:00", status_code=None)]
    with desk_with(tickets) as con:
        elsewhere, here = explain_ticket(con, "T1"), explain_ticket(con, "T2")
    assert "Basis      reported: no posts; the help desk's own column" in here
    said = "Basis      reported: no posts; first_responded_at is filled for other tickets and not here,"
    assert said in elsewhere
    said = "Band unknown: the load does not say whether the ticket is open [S16]"
    assert said in " ".join(here.split()) and said in " ".join(elsewhere.split())


def test_without_posts_and_reports_there_is_no_basis(without_posts):
    said = "Basis      none: neither posts nor a reported response in the whole load, so the answer is unknown"
    assert said in explain_ticket(without_posts, "T1")


@of_one_desk(
    [ticket()],
    [
        post("a", "2026-05-15T13:00:00"),
        post("b", "2026-05-20T13:00:00", "client"),
        post("c", "2026-05-21T08:00:00"),
        post("d", "2026-05-22T08:00:00"),
    ],
    [
        change("2026-05-16T10:00:00", "solved"),
        change("2026-05-20T13:00:00", "open"),
        change("2026-05-29T08:00:00", "closed", "auto_closed"),
    ],
)
def test_waits_closings_and_later_turns_are_told_one_by_one(told):
    text = told()
    waits = re.findall(r"    \+ (.*? to .*?)  +([\d,]+ s)", text)
    assert waits == [
        ("Fri 15 May 2026 16:00:00 +03:00 to Wed 20 May 2026 16:00:00 +03:00 (the client wrote)", "432,000 s"),
        ("Thu 21 May 2026 11:00:00 +03:00 to Fri 29 May 2026 11:00:00 +03:00 (closed)", "691,200 s"),
    ]
    assert sums(text)[-1] == ("client_wait_seconds", 1_123_200, 1_123_200)
    assert "Closed     Sat 16 May 2026 13:00:00 +03:00  solved: a resolution" in text
    assert "Reopened   Wed 20 May 2026 16:00:00 +03:00  which undoes the closing before it [S5]" in text
    assert "Closed     Fri 29 May 2026 11:00:00 +03:00  auto_closed: no resolution" in text
    assert "Reopened        1 time, counted from the status changes [S10]" in text
    assert "  Turn 2: within_1_day\n  Asked      Wed 20 May 2026 16:00:00 +03:00  post b\n" in text
    assert "Last activity  Fri 22 May 2026 11:00:00 +03:00  a word of the agent, post d" in text
    assert "Auto-close due Sat 30 May 2026 11:00:00 +03:00  = last activity + 8 days (691,200 s)" in text
    assert "Inactivity (clause 4.6): early" in text


@of_one_desk(
    [ticket()],
    [post("a", "2026-05-15T13:00:00"), post("b", "2026-05-20T13:00:00", "client")],
    [change("2026-05-19T10:00:00", "solved")],
)
def test_a_question_after_the_closing_runs_no_clock(told):
    text = told()
    assert (
        "  Open from Wed 20 May 2026 16:00:00 +03:00 to Wed 20 May 2026 16:00:00 +03:00 "
        "(asked after the closing, so no time runs [V9]):\n"
    ) in text
    assert ("answer_business_seconds", 0, 0) in sums(text)


@of_one_desk([ticket(product_id="A"), ticket("T2", "2026-05-16T12:00:00", product_id="A", duplicate_of_id="T1")])
def test_both_tickets_of_a_pair_name_the_other(told):
    older, newer = told("T1"), told("T2")
    assert "  Older of a pair with ticket T2 (4.7): exempt, and out of the averages [D5]\n" in older
    assert "  Newer of a pair with ticket T1 (4.7)\n" in newer
    assert "  fail     duplicate (clause 4.7" in older and "duplicate (clause" not in newer


NOT_KNOWN = {
    "unknown time": (
        {"status_code": "closed"},
        "Closed at a time nobody recorded: no resolution time, no wait, no desk time [S11]",
    ),
    "unknown time, outcome known": (
        {"status_code": "closed", "outcome_code": "solved"},
        "Band unknown: it was closed at an unknown time [S11]",
    ),
    "deferred": (
        {"outcome_code": "deferred"},
        "Band deferred: waits for a release (4.9), outside the bands [S7]",
    ),
    "unknown outcome": (
        {"status_code": "closed", "closed_at": "2026-05-20T00:00:00"},
        "Band unknown: it was closed without an outcome, so nobody can say whether it was resolved [S4]",
    ),
    "after as_of": (
        {"status_code": "closed", "closed_at": "2026-07-20T00:00:00"},
        "closed_at Mon 20 Jul 2026 03:00:00 +03:00 (after as_of, so not yet [T6]).",
    ),
}


@of_one_desk([ticket(case, **more) for case, (more, _) in NOT_KNOWN.items()])
@pytest.mark.parametrize("case", NOT_KNOWN)
def test_what_is_not_known_is_said(case, told):
    assert NOT_KNOWN[case][1] in " ".join(told(case).split())


@of_one_desk(
    [ticket(opened_at="2026-03-12T12:00:00"), ticket("T2", "2025-01-02T12:00:00")],
    [post("a", "2026-04-13T07:00:00"), post("b", "2026-04-13T07:00:00", ticket_id="T2")],
)
def test_a_long_wait_is_added_up_by_week_and_by_month(told, one_desk):
    for ticket_id, label in (("T1", "week of Mon 16 Mar 2026, 5 windows"), ("T2", "March 2025, 21 windows")):
        text = told(ticket_id)
        [stored] = one_desk.execute(
            "select response_business_seconds from facts.tickets where ticket_id = ?",
            [f"test_a_long_wait_is_added_up_by_week_and_by_month {ticket_id}"],
        ).fetchone()
        assert label in text
        assert sums(text)[0] == ("response_business_seconds", stored, stored)


@of_one_desk([ticket(opened_at="2026-05-15T13:00:00"), ticket("T2", "2026-05-15T13:30:00")])
def test_maintenance_at_the_opening_is_told_for_information(told):
    at_once = "Opened during maintenance (4.5, for information): Fri 15 May 2026  16:00:00 - 16:30:00"
    assert at_once in told("T1")
    assert "Opened outside maintenance" in told("T2")


@of_one_desk([ticket("T1/?#", subject="Red \x1b[31malert\nTicket 2")])
def test_what_an_export_says_does_not_steer_the_terminal_or_the_link(told):
    text = told("T1/?#")
    assert text.startswith("Ticket T1/?#: Red [31malert Ticket 2\n")
    assert re.search(r"https://help\.example\.com/tickets/\w+%20T1%2F%3F%23\n", text)


@pytest.mark.parametrize(
    "asked, message",
    [
        ("t1", "no ticket t1; the nearest ids are T1, T12, X9"),
        ("T13", "no ticket T13; the nearest ids are T1, T12, X9"),
        (
            "LATER",
            "ticket LATER: opened 2026-07-01 00:00:00 UTC, after as_of 2026-06-01 00:00:00 UTC; "
            "it has not happened yet in this snapshot",
        ),
    ],
)
def test_an_unknown_ticket_is_an_error_that_names_near_ids(asked, message, without_posts):
    with pytest.raises(ExplainError) as error:
        explain_ticket(without_posts, asked)
    assert str(error.value) == message


def test_an_empty_snapshot_has_nothing_to_explain():
    with desk_with([]) as con, pytest.raises(ExplainError, match="no ticket T1: the snapshot holds no tickets"):
        explain_ticket(con, "T1")
