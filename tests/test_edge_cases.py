"""Edge cases as they come from help desks, each by its number in the list; further ones are in tests/cases."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from etl.ask import LISTED_COLUMNS, is_filtered, query
from etl.filters import Filters
from etl.load import load
from etl.policy import SHIPPED, read_rows
from etl.publish import connect
from loading import counts, judged, load_text

LOG = "ticket_id,event,time,actor,actor_role,state\n"
# Two tickets whose log tells nothing of agents, products, channels or answers, its lines in no order.
OUT_OF_ORDER = """ticket_id,event,time,state
1,Resolved,2026-03-03 10:00,Solved
2,Created,2026-03-02 12:00,New
1,Reopened,2026-03-02 15:00,Open
1,Created,2026-03-02 09:00,New
1,Resolved,2026-03-02 14:00,Solved
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A snapshot of a log without agents, products, channels and answers, read in no order."""
    folder = tmp_path_factory.mktemp("log")
    (folder / "log.csv").write_text(OUT_OF_ORDER)
    done = load([folder / "log.csv"], warehouse=folder / "warehouse", as_of=datetime(2026, 3, 20, 12, tzinfo=UTC))
    with connect(done.snapshot) as con:
        yield con


def roles(con):
    """Every post's author and role."""
    return con.execute("select author_id, author_role from raw.posts order by posted_at").fetchall()


def test_edge_case_25_the_role_is_that_of_the_message_not_that_of_today(raw, tmp_path):
    events = LOG + (
        "1,Created,2026-03-02 09:00,ana,customer,New\n"
        "1,Reply,2026-03-02 10:00,eva,agent,\n"  # who changes sides later
        "2,Created,2026-03-20 09:00,eva,customer,New\n"
        "2,Reply,2026-03-20 10:00,eva,customer,\n"
    )
    assert counts(load_text(raw, tmp_path, "log.csv", events)) == (4, 4, 0, 0, 0, 0)
    assert roles(raw) == [("eva", "agent"), ("eva", "client")]


def test_edge_case_26_a_colleague_of_the_client_is_the_clients_side(raw, tmp_path):
    events = LOG + "1,Created,2026-03-02 09:00,ana,customer,New\n1,Reply,2026-03-02 10:00,leo,customer,\n"
    load_text(raw, tmp_path, "log.csv", events)
    thread = {"id": 1, "type": "customer", "state": "published", "status": "active", "body": "Same here.",
              "createdBy": {"id": 8, "type": "customer"}, "createdAt": "2026-03-03T10:00:00Z"}  # fmt: skip
    conversation = {"number": 7, "status": "active", "createdAt": "2026-03-03T09:00:00Z", "mailboxId": 1,
                    "primaryCustomer": {"id": 5}, "_embedded": {"threads": [thread]}}  # fmt: skip
    load_text(raw, tmp_path, "conversations.json", json.dumps([conversation]))
    assert roles(raw) == [("leo", "client"), ("8", "client")]


def test_edge_case_26_a_mail_whose_side_is_not_told_is_no_answer(raw, tmp_path):
    events = LOG + "1,Created,2026-03-02 09:00,ana,customer,New\n1,Email sent,2026-03-02 10:00,ben,,\n"
    load_text(raw, tmp_path, "log.csv", events)
    assert roles(raw) == []


def test_edge_case_31_a_change_that_is_written_twice_is_one(raw, tmp_path):
    solved = "1,Resolved,2026-03-03 10:00,ben,agent,Solved\n"
    load_text(raw, tmp_path, "log.csv", LOG + "1,Created,2026-03-02 09:00,ana,customer,New\n" + 2 * solved)
    found = raw.execute("select status_code from raw.status_changes order by changed_at").fetchall()
    assert found == [("open",), ("solved",)]


def test_edge_case_37_events_out_of_order_are_taken_by_their_time(log):
    found = log.execute(
        "select ticket_id, is_open, reopen_count, resolution_seconds from facts.tickets order by ticket_id"
    ).fetchall()
    assert found[0] == ("1", False, 1, 25 * 3600)
    assert found[1][:3] == ("2", True, 0)


def test_edge_case_37_what_contradicts_the_rows_is_reported_after_a_load(tmp_path):
    (tmp_path / "tickets.csv").write_text(
        "ticket_id,opened_at,status_code\n1,2026-03-02T09:00:00Z,open\n2,2026-03-02T09:00:00Z,open\n"
    )
    (tmp_path / "status_changes.csv").write_text(
        "ticket_id,changed_at,status_code\n1,2026-03-03T09:00:00Z,solved\n2,2026-03-01T09:00:00Z,open\n"
    )
    as_of = datetime(2026, 3, 20, 12, tzinfo=UTC)
    files = [tmp_path / "tickets.csv", tmp_path / "status_changes.csv"]
    done = load(files, warehouse=tmp_path / "warehouse", as_of=as_of)
    with connect(done.snapshot) as con:
        found = con.execute("select ticket_id, sentence from reports.contradictions order by ticket_id").fetchall()
        (seconds,) = con.execute("select resolution_seconds from facts.tickets where ticket_id = '1'").fetchone()
    assert found == [
        ("1", "Its row says open, its changes of state closed."),
        ("2", "Dated before the opening: changes of state, 1."),
    ]
    assert seconds == 24 * 3600  # nothing runs on to as_of


def test_edge_case_39_every_report_answers_where_a_field_never_occurs(log):
    columns = {name: tuple(listed) for name, listed in log.execute(LISTED_COLUMNS).fetchall()}
    asked = [name for name in columns if name.startswith("reports.")]
    for report in asked:
        filters = Filters(period="Everything loaded") if is_filtered(report) else None
        log.execute(*query(columns, report, filters)).fetchall()
    assert len(asked) > 40
    found = log.execute("select kind, label, opened_count, backlog_count from reports.load_by_group order by kind")
    assert found.fetchall() == [
        ("agent", "not stated", 2, 1),
        ("channel", "not stated", 2, 1),
        ("desk", "the desk", 2, 1),
        ("product", "not stated", 2, 1),
    ]


# Rows of one desk in Vilnius, UTC+2 in winter and UTC+3 in summer; each edge case has clients of its own.
AS_OF = datetime(2026, 6, 20, 12)
OPENED = datetime(2026, 3, 2, 8)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
WANTED = {
    "facts.tickets", "rules.coverage", "rules.support_extra", "rules.not_banned", "rules.duplicate", "rules.auto_close",
    "reports.tickets", "reports.duplicates", "reports.contradictions", "reports.bans", "reports.auto_closes",
    "reports.eligibility_today",
}  # fmt: skip


def ticket(ticket_id, client, opened_at=OPENED, **more):
    return {"ticket_id": ticket_id, "client_email": client, "product_id": "p", "opened_at": opened_at, **more}


def bought(purchase_id, client, at, **more):
    return {"purchase_id": purchase_id, "client_email": client, "product_id": "p", "purchased_at": at, **more}


MERGED = [
    ticket("40 older into newer", "40a", duplicate_of_id="40 newer"),
    ticket("40 newer", "40a", OPENED + HOUR),
    ticket("40 first", "40b"),
    ticket("40 newer into older", "40b", OPENED + HOUR, duplicate_of_id="40 first"),
    ticket("40 chain a", "40c", duplicate_of_id="40 chain b"),
    ticket("40 chain b", "40c", OPENED + HOUR, duplicate_of_id="40 chain c"),
    ticket("40 chain c", "40c", OPENED + 2 * HOUR),
    ticket("40 circle a", "40d", duplicate_of_id="40 circle b"),
    ticket("40 circle b", "40d", OPENED + HOUR, duplicate_of_id="40 circle a"),
]
REPEATED = [
    ticket("41 older", "41a"),
    ticket("41 minutes later", "41a", OPENED + 10 * timedelta(minutes=1), duplicate_of_id="41 older"),
    ticket("41 long ago", "41b"),
    ticket("41 months later", "41b", OPENED + 90 * DAY, duplicate_of_id="41 long ago"),
    ticket("42 product p", "42", subject="The slider is blank", description="The slider is blank since the update."),
    ticket(
        "42 product q",
        "42",
        OPENED + HOUR,
        subject="The slider is blank",
        description="The slider is blank since the update.",
    )
    | {"product_id": "q"},
]
# The clocks go forward on 29 March 2026: eight days of 24 hours end an hour later on the wall clock.
LAST_WORD = datetime(2026, 3, 24, 8)
SILENT = [
    ticket(
        f"43 {who} {name}",
        "43",
        datetime(2026, 3, 23, 8),
        closed_at=LAST_WORD + 8 * DAY + after,
        outcome_code="auto_closed",
    )
    for who in ("client", "agent", "system")
    for name, after in (("early", -SECOND), ("on time", 0 * SECOND))
]
SAID = [
    {
        "post_id": one["ticket_id"],
        "ticket_id": one["ticket_id"],
        "author_role": one["ticket_id"].split()[1],
        "posted_at": LAST_WORD,
    }
    for one in SILENT
]
COVERED = [
    ticket("44 last second", "44", datetime(2026, 2, 28, 21, 59, 59)),
    ticket("44 next day", "44", datetime(2026, 2, 28, 22)),
    ticket("44 leap day", "44 leap", datetime(2024, 2, 29, 21, 59, 59)),
    ticket("44 after it", "44 leap", datetime(2024, 2, 29, 22)),
    ticket("45 by either", "45"),
    ticket("45 renewed", "45", datetime(2026, 6, 1, 8)),
    ticket("45 extra later", "45 extra"),
    ticket("46 before", "46", OPENED),
    ticket("46 after", "46", OPENED + 10 * DAY),
    ticket("52 while banned", "52 once", OPENED + DAY),
    ticket("52 lifted", "52 once", OPENED + 5 * DAY),
    ticket("52 again", "52 once", OPENED + 30 * DAY),
]
BOUGHT = [
    bought("31 August", "44", datetime(2025, 8, 31, 10)),
    # The last second of 31 August in Vilnius.
    bought("leap", "44 leap", datetime(2023, 8, 31, 20, 59, 59)),
    bought("ends first", "45", datetime(2025, 9, 20, 8), has_support_extra=True),
    bought("renewal", "45", datetime(2026, 1, 20, 8), has_support_extra=True),
    bought(
        "extra", "45 extra", datetime(2026, 1, 20, 8), has_support_extra=True, support_extra_from_at=OPENED + SECOND
    ),
    bought("refunded", "46", datetime(2026, 1, 20, 8), amount=49, currency_code="EUR"),
]
ROWS = {
    "tickets": [*MERGED, *REPEATED, *SILENT, *COVERED],
    "posts": SAID,
    "purchases": BOUGHT,
    "refunds": [{"refund_id": "1", "purchase_id": "refunded", "decided_at": OPENED + 5 * DAY, "status_code": "approved"}],
    "bans": [
        {"ban_id": "1", "client_email": "52 once", "clause": "5.9", "banned_at": OPENED, "lifted_at": OPENED + 5 * DAY,
         "reason": "threats", "decided_by": "Ann"},
        {"ban_id": "2", "client_email": "52 once", "clause": "0.2", "banned_at": OPENED + 30 * DAY,
         "lifted_at": AS_OF + DAY, "reason": "threats again", "decided_by": "Ben"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    """The rows above, judged."""
    with judged(ROWS, AS_OF, read_rows(SHIPPED), WANTED) as con:
        yield con


def verdicts(con, rule, number, *more):
    """What a rule says of the tickets of an edge case, by their names."""
    columns = ", ".join(("substr(subject_id, 4)", "verdict::varchar", *more))
    found = con.execute(
        f"select {columns} from rules.{rule} where subject_id like ? order by happened_at, subject_id", [f"{number} %"]
    )
    return found.fetchall()


def pairs(con, number):
    """The pairs of an edge case: older, newer."""
    found = con.execute(
        """
        select substr(older_ticket_id, 4), substr(newer_ticket_id, 4)
        from reports.duplicates
        where older_ticket_id like ?
        order by all
        """,
        [f"{number} %"],
    )
    return found.fetchall()


def test_edge_case_40_of_merged_tickets_the_older_one_is_the_duplicate_whoever_names_whom(rows):
    assert pairs(rows, 40) == [
        ("chain a", "chain b"),
        ("chain b", "chain c"),
        ("circle a", "circle b"),
        ("first", "newer into older"),
        ("older into newer", "newer"),
    ]


def test_edge_case_40_a_chain_counts_once_and_is_as_old_as_its_first(rows):
    found = rows.execute(
        """
        select substr(ticket_id, 4), is_in_averages, issue_first_seen_at
        from reports.tickets
        where ticket_id like '40 chain%'
        order by ticket_id
        """
    )
    assert found.fetchall() == [("chain a", False, OPENED), ("chain b", False, OPENED), ("chain c", True, OPENED)]


def test_edge_case_40_a_circle_is_reported(rows):
    found = rows.execute("select ticket_id from reports.contradictions where contradiction_code = 'circle' order by 1")
    assert found.fetchall() == [("40 circle a",), ("40 circle b",)]


def test_edge_case_41_the_same_issue_is_one_only_inside_the_window(rows):
    assert pairs(rows, 41) == [("older", "minutes later")]
    # Neither was closed within a day of the newer.
    assert verdicts(rows, "duplicate", 41) == [("older", "fail")]


def test_edge_case_42_the_same_words_about_another_product_are_no_duplicate(rows):
    assert pairs(rows, 42) == []


def test_edge_case_43_eight_days_are_eight_times_24_hours_whoever_spoke_last(rows):
    found = verdicts(rows, "auto_close", 43, "due_at")
    due = LAST_WORD + 8 * DAY
    # A system message is no activity: those are due eight days after the opening, a day before.
    assert sorted(found) == [
        ("agent early", "fail", due),
        ("agent on time", "pass", due),
        ("client early", "fail", due),
        ("client on time", "pass", due),
        ("system early", "pass", due - DAY),
        ("system on time", "pass", due - DAY),
    ]
    states = rows.execute(
        "select state, is_neglected from reports.auto_closes where ticket_id like '43 client%' order by 1"
    )
    assert states.fetchall() == [("early", True), ("on_time", True)]


def test_edge_case_44_the_last_day_is_clamped_and_covered_to_its_last_local_second(rows):
    assert verdicts(rows, "coverage", 44, "due_at") == [
        ("leap day", "pass", datetime(2024, 2, 29, 22)),
        ("after it", "fail", datetime(2024, 2, 29, 22)),
        ("last second", "pass", datetime(2026, 2, 28, 22)),
        ("next day", "fail", datetime(2026, 2, 28, 22)),
    ]


def test_edge_case_45_any_purchase_that_covers_is_enough_and_the_latest_end_is_shown(rows):
    assert verdicts(rows, "coverage", 45, "due_at")[:2] == [
        ("by either", "pass", datetime(2026, 7, 20, 21)),
        ("extra later", "pass", datetime(2026, 7, 20, 21)),
    ]
    assert verdicts(rows, "coverage", 45)[2] == ("renewed", "pass")


def test_edge_case_45_an_extra_bought_after_the_ticket_does_not_heal_it(rows):
    assert verdicts(rows, "support_extra", 45) == [("by either", "pass"), ("extra later", "fail"), ("renewed", "pass")]
    today = rows.execute("select clause from reports.eligibility_today where client_id = '45 extra'").fetchall()
    assert today != [("2.1",)]


def test_edge_case_46_a_refund_ends_coverage_at_its_instant_and_not_before(rows):
    assert verdicts(rows, "coverage", 46, "due_at") == [
        ("before", "pass", OPENED + 5 * DAY),
        ("after", "fail", OPENED + 5 * DAY),
    ]


def test_edge_case_46_as_of_a_day_before_the_refund_it_had_not_happened():
    then = OPENED + 5 * DAY - SECOND
    with judged(ROWS, then, read_rows(SHIPPED), {"rules.coverage"}) as con:
        assert verdicts(con, "coverage", 46, "due_at") == [("before", "pass", datetime(2026, 7, 20, 21))]


def test_edge_case_52_a_ban_is_an_interval_with_its_reason_and_who_decided(rows):
    assert verdicts(rows, "not_banned", 52, "clause") == [
        ("while banned", "fail", "5.9"),
        ("lifted", "pass", "5"),
        ("again", "fail", "0.2"),
    ]
    found = rows.execute(
        """
        select state, clause, since_at, until_at, reason, decided_by, tickets_since_count
        from reports.bans
        order by since_at
        """
    )
    assert found.fetchall() == [
        ("lifted", "5.9", OPENED, OPENED + 5 * DAY, "threats", "Ann", 1),
        ("active", "0.2", OPENED + 30 * DAY, None, "threats again", "Ben", 1),
    ]
