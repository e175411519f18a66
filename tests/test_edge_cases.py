"""Edge cases of exports as they come from help desks, each by its number in the list; those of rows are in tests/cases."""

import json
from datetime import UTC, datetime

import pytest

from etl.ask import LISTED_COLUMNS, is_filtered, query
from etl.filters import Filters
from etl.load import load
from etl.publish import connect
from loading import counts, load_text

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
