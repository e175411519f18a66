"""A replay shows what had happened by an instant, from the data of today; the snapshot stays as it is."""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import duckdb
import pytest

import etl.replay
from etl.__main__ import main
from etl.build import QueryError, read_queries, views_in_a_snapshot
from etl.demo import SAMPLE_AS_OF
from etl.load import DATA, load
from etl.publish import Warehouse, connect
from etl.replay import ReplayError, end_of_day, replay
from loading import EXAMPLES, FEW, differing, judging, some
from reference.compare import broken, differences, loaded
from reference.desks import make
from reference.verdicts import Model

# What dates each row of an export, and which instants may lie ahead without being news.
BORN = {
    "clients": "registered_at",
    "releases": "released_at",
    "downloads": "downloaded_at",
    "purchases": "purchased_at",
    "refunds": "requested_at",
    "chargebacks": "opened_at",
    "subscriptions": "subscribed_at",
    "tickets": "opened_at",
    "posts": "posted_at",
    "status_changes": "changed_at",
    "incidents": "occurred_at",
    "bans": "banned_at",
}
AHEAD = {"support_until_at", "support_extra_from_at", "evidence_due_at"}
# What the state columns say as long as the instant beside them has not come.
UNTIL_THEN = {
    "refunds": {"status_code": "requested"},
    "chargebacks": {"status_code": "open"},
    "tickets": {"status_code": "open", "outcome_code": "", "reopen_count": "0"},
}


def as_they_were(table: str, rows: list[dict[str, str]], at: str) -> list[dict[str, str]]:
    """Return the rows of an export as it would have been written at an instant, like "2026-03-01T10:00:00Z"."""
    found = []
    for row in rows:
        born = BORN.get(table)
        if born and row[born] > at:
            continue
        news = {name for name, cell in row.items() if name.endswith("_at") and cell > at} - AHEAD
        states = UNTIL_THEN.get(table, {}) if news - {"last_activity_at", "first_responded_at"} else {}
        found.append(row | dict.fromkeys(news, "") | states)
    return found


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def write_rows(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def exports(made_up_desk) -> Path:
    return made_up_desk / "exports"


@pytest.fixture(scope="module")
def house(made_up_desk, tmp_path_factory) -> Path:
    """A warehouse with those exports."""
    return Path(shutil.copytree(made_up_desk / "warehouse", tmp_path_factory.mktemp("house") / "warehouse"))


def tables_of(layers: tuple[str, ...]) -> set[str]:
    """Return the names of the tables that a snapshot stores in these layers."""
    queries = read_queries()
    return {name for name in queries if name.partition(".")[0] in layers} - views_in_a_snapshot(queries)


def test_at_its_own_as_of_it_is_the_snapshot(house):
    snapshot = Warehouse(house).current()
    before = hashlib.sha256(snapshot.read_bytes()).digest()
    done = replay(warehouse=house, as_of=SAMPLE_AS_OF)
    assert done.path != snapshot
    with connect(snapshot) as con:
        loaded = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('raw', 'policy')"
        ).fetchall()
    names = {name for (name,) in loaded} | tables_of(("facts", "rules", "patterns", "reports"))
    assert {"raw.tickets", "raw.open_windows", "policy.limits", "facts.tickets", "rules.auto_close"} <= names
    assert differing(snapshot, done.path, names) == []
    assert hashlib.sha256(snapshot.read_bytes()).digest() == before
    assert Warehouse(house).current() == snapshot


@pytest.mark.parametrize("at", some("2025-03-01T00:00:00Z", "2026-08-31T20:59:59Z", "2026-01-15T12:00:00Z", few=2))
def test_it_is_the_load_of_the_exports_as_they_were_then(at, exports, house, tmp_path):
    then = tmp_path / "exports"
    then.mkdir()
    for file in exports.glob("*.csv"):
        if rows := as_they_were(file.stem, rows_of(file), at):
            write_rows(then / file.name, rows)
    instant = datetime.fromisoformat(at)
    done = load([then], warehouse=tmp_path / "warehouse", as_of=instant)
    # The other facts also hold what the load as a whole knows, and how far its calendar reaches.
    names = {"facts.tickets", "facts.turns", "facts.purchases"} | tables_of(("rules", "patterns", "reports"))
    assert differing(done.snapshot, replay(warehouse=house, as_of=instant).path, names) == []


@pytest.mark.parametrize("seed", some(35, 20))
def test_a_replay_and_the_model_agree_on_every_day_of_a_random_desk(seed, tmp_path):
    desk, dice = make(seed), Random(seed)
    last = max(desk.as_ofs)
    loaded(desk, last, tmp_path).close()
    openings = [row["opened_at"] for row in desk.typed["tickets"] if row["opened_at"] <= last]
    instants = [min(desk.as_ofs), *dice.sample(openings, k=min(1, len(openings)))]
    chosen = instants if EXAMPLES > FEW else instants[seed % len(instants) :][:1]
    model = Model([(desk, at) for at in chosen])
    for number, at in enumerate(chosen):
        done = replay(warehouse=tmp_path / "warehouse", as_of=at.replace(tzinfo=UTC))
        with connect(done.path) as con:
            found = differences(con, model, number)
            assert not found, f"seed {seed}, replayed at {at}: " + "; ".join(map(str, found[:6]))
            assert not broken(con)


# What is known later, case by case: each has a client of its own, called as the case

HOUSE = {
    "clients": [{"client_email": "ann", "registered_at": "2026-01-01T08:00:00Z"}],
    "purchases": [
        {
            "purchase_id": "ann",
            "client_email": "ann",
            "product_id": "shop",
            "purchased_at": "2026-01-02T08:00:00Z",
            "amount": "49",
            "currency_code": "EUR",
            "has_support_extra": "true",
        }
    ],
    "subscriptions": [{"client_email": "ann", "subscribed_at": "2026-01-01T08:00:00Z"}],
    "tickets": [
        {
            "ticket_id": f"ann {name}",
            "client_email": "ann",
            "product_id": "shop",
            "description": "It stops.",
            "channel_code": "ticket",
            "category_code": "product",
            "opened_at": opened_at,
            "status_code": "open",
        }
        for name, opened_at in (("t", "2026-03-02T08:00:00Z"), ("u", "2026-03-16T08:00:00Z"))
    ],
    "posts": [
        {"post_id": "ann", "ticket_id": "ann t", "author_role": "agent", "posted_at": "2026-03-03T08:00:00Z"},
    ],
}
TODAY = datetime(2026, 4, 1, 8, tzinfo=UTC)
# After ticket t was opened, before u was: the last instant before the news, and that of the news itself.
BEFORE, NEWS = "2026-03-10T07:59:59Z", "2026-03-10T08:00:00Z"
OF_T = "select verdict::varchar from rules.eligibility where subject_id = 'ann t'"
OF_U = "select verdict::varchar from rules.eligibility where subject_id = 'ann u'"
ASKED_TODAY = "select verdict::varchar from reports.eligibility_today where client_id = 'ann'"
BANNED = "select state from reports.bans where client_id = 'ann'"
ANSWERED = "select first_responded_at::varchar from facts.tickets where ticket_id = 'ann t'"
BAND = "select resolution_band from facts.tickets where ticket_id = 'ann t'"
OUTCOME = "select outcome_code from facts.tickets where ticket_id = 'ann t'"
OPEN = "select is_open::varchar from facts.tickets where ticket_id = 'ann t'"

# {case: (cells that differ from HOUSE's, {question: (answer before, at the news, today)})}
KNOWN_LATER = {
    "a ban": (
        {"bans": {"ban_id": "ann", "client_email": "ann", "clause": "5.9", "banned_at": NEWS}},
        {
            OF_T: ("pass", "pass", "pass"),
            OF_U: (None, None, "fail"),
            ASKED_TODAY: ("pass", "fail", "fail"),
            BANNED: (None, "active", "active"),
        },
    ),
    "the lifting of a ban": (
        {
            "bans": {
                "ban_id": "ann",
                "client_email": "ann",
                "clause": "5.9",
                "banned_at": "2026-03-01T08:00:00Z",
                "lifted_at": NEWS,
            }
        },
        {
            OF_T: ("fail", "fail", "fail"),
            OF_U: (None, None, "pass"),
            ASKED_TODAY: ("fail", "pass", "pass"),
            BANNED: ("active", "lifted", "lifted"),
        },
    ),
    "a refund, asked for before": (
        {
            "refunds": {
                "refund_id": "ann",
                "purchase_id": "ann",
                "requested_at": "2026-03-04T08:00:00Z",
                "decided_at": NEWS,
                "status_code": "approved",
            }
        },
        {OF_T: ("pass", "pass", "pass"), OF_U: (None, None, "fail"), ASKED_TODAY: ("pass", "fail", "fail")},
    ),
    "a lost dispute, opened before": (
        {
            "chargebacks": {
                "chargeback_id": "ann",
                "purchase_id": "ann",
                "opened_at": "2026-03-04T08:00:00Z",
                "closed_at": NEWS,
                "status_code": "lost",
            }
        },
        {OF_T: ("pass", "pass", "pass"), OF_U: (None, None, "fail"), ASKED_TODAY: ("pass", "fail", "fail")},
    ),
    "leaving the mailing list": (
        {"subscriptions": {"unsubscribed_at": NEWS}},
        {OF_T: ("pass", "pass", "pass"), OF_U: (None, None, "fail"), ASKED_TODAY: ("pass", "fail", "fail")},
    ),
    "a registration": (
        {"clients": {"registered_at": NEWS}},
        {OF_T: ("fail", "fail", "fail"), OF_U: (None, None, "pass"), ASKED_TODAY: ("fail", "pass", "pass")},
    ),
    "an answer": (
        {"posts": {"posted_at": NEWS}},
        {ANSWERED: (None, "2026-03-10 08:00:00", "2026-03-10 08:00:00")},
    ),
    "a closing that columns state": (
        {"tickets": {"status_code": "closed", "resolved_at": NEWS, "outcome_code": "solved"}},
        {
            BAND: ("in_progress", "within_2_weeks", "within_2_weeks"),
            OUTCOME: (None, "solved", "solved"),
            OPEN: ("true", "false", "false"),
        },
    ),
}


def rows_of_case(case: str, news: dict[str, dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Return the rows of one case, by table: those of HOUSE, the first of each table with the news in it."""
    tables = {table: [dict(row) for row in HOUSE.get(table, [{}])] for table in {**HOUSE, **news}}
    for table, cells in news.items():
        tables[table][0] |= cells
    return {
        table: [{name: cell.replace("ann", case) for name, cell in row.items()} for row in rows]
        for table, rows in tables.items()
    }


def write_house(folder: Path, cases: dict[str, dict[str, dict[str, str]]]) -> list[Path]:
    """Write the exports of all cases together; return the files."""
    tables: dict[str, list[dict[str, str]]] = {}
    for case, news in cases.items():
        for table, rows in rows_of_case(case, news).items():
            tables.setdefault(table, []).extend(rows)
    for table, rows in tables.items():
        columns = dict.fromkeys(name for row in rows for name in row)
        write_rows(folder / f"{table}.csv", [dict.fromkeys(columns, "") | row for row in rows])
    return [folder / f"{table}.csv" for table in tables]


@pytest.fixture(scope="module")
def known_later(tmp_path_factory) -> Iterator[list[duckdb.DuckDBPyConnection]]:
    """All cases before the news, at the news, and today."""
    folder = tmp_path_factory.mktemp("later")
    files = write_house(folder, {case: news for case, (news, _) in KNOWN_LATER.items()})
    today = load(files, warehouse=folder / "warehouse", as_of=TODAY).snapshot
    earlier = [replay(warehouse=folder / "warehouse", as_of=datetime.fromisoformat(at)).path for at in (BEFORE, NEWS)]
    with ExitStack() as open_:
        yield [open_.enter_context(connect(path)) for path in (*earlier, today)]


@pytest.mark.parametrize("case", KNOWN_LATER)
def test_what_was_known_later_was_not_known_before(case, known_later):
    for question, expected in KNOWN_LATER[case][1].items():
        assert tuple(first_cell(con, question.replace("ann", case)) for con in known_later) == expected, question


def test_eligibility_of_an_earlier_ticket_never_changes(known_later):
    """A refund, dispute, ban or lifting that came after a ticket changes nothing about it, then or today."""
    before, at, today = (
        sorted(
            con.execute(
                "select subject_id, verdict, clause from rules.eligibility where subject_id like '% t'"
            ).fetchall()
        )
        for con in known_later
    )
    assert len(before) == len(KNOWN_LATER)
    assert before == at == today


def first_cell(con: duckdb.DuckDBPyConnection, sql: str):
    """Return the first cell of an answer, None without a row."""
    return (con.execute(sql).fetchone() or (None,))[0]


def answer(path: Path, sql: str):
    """Return the first cell of what a snapshot answers, None without a row."""
    with connect(path) as con:
        return first_cell(con, sql)


DESK = 'timezone = "UTC"\n[hours]\nmon = ["09:00-17:00"]\ntue = ["09:00-17:00"]\n'
MAINTENANCE = """[[maintenance]]
starts_at = 2026-03-02T10:00:00Z
ends_at = 2026-03-02T12:00:00Z
announced_at = 2026-03-09T08:00:00Z
"""
SECONDS = "select response_business_seconds from facts.tickets where ticket_id = 'ann t'"


def test_maintenance_announced_after_the_fact(tmp_path):
    """The desk file holds at every instant [C5]; what was published before it changed stays as it was, and is replayed so.

    Terms and desk are those of the snapshot: a replay asks what stood then, not what the files say now.
    """
    files = write_house(tmp_path, {"ann": {}})
    desk, policy, folder = tmp_path / "desk.toml", tmp_path / "policy.csv", tmp_path / "warehouse"
    at = datetime(2026, 3, 4, 8, tzinfo=UTC)
    policy.write_text((DATA / "policy.csv").read_text("utf-8"), "utf-8")
    with judging("facts.tickets"):
        desk.write_text(DESK)
        old = load(files, warehouse=folder, desk=desk, policy=policy, as_of=TODAY).snapshot
        desk.write_text(DESK + MAINTENANCE)
        new = load(files, warehouse=folder, desk=desk, policy=policy, as_of=TODAY).snapshot
        assert (answer(old, SECONDS), answer(new, SECONDS)) == (8 * 3600, 6 * 3600)

        desk.unlink()
        policy.unlink()
        replayed = replay(warehouse=folder, as_of=at).path
        assert answer(replayed, SECONDS) == 6 * 3600
        assert answer(replayed, "select kind from raw.closures where from_at = '2026-03-02 10:00:00'") == "maintenance"
        assert answer(replay(warehouse=folder, as_of=at, snapshot=old).path, SECONDS) == 8 * 3600
        desk.write_text(DESK)
        assert answer(replay(warehouse=folder, as_of=at, desk=desk).path, SECONDS) == 8 * 3600


def test_a_corrected_row_counts_as_corrected(tmp_path):
    """What a later export states without a date, it states for every instant [T5]."""
    folder = tmp_path / "warehouse"
    with judging():
        load(write_house(tmp_path, {"ann": {}}), warehouse=folder, as_of=TODAY)
    with judging("facts.tickets"):
        load(write_house(tmp_path, {"ann": {"tickets": {"product_id": "other"}}}), warehouse=folder, as_of=TODAY)
        done = replay(warehouse=folder, as_of=datetime.fromisoformat(BEFORE))
    assert answer(done.path, "select product_id from facts.tickets") == "other"


# Terms, days, files


def test_other_terms_judge_the_same_tickets_again(house, tmp_path):
    rows = rows_of(DATA / "policy.csv")
    for row in rows:
        if (row["rule"], row["parameter"]) == ("resolution_time", "last"):
            row["value"] = "30"
    write_rows(tmp_path / "policy.csv", rows)
    late = "select count(*) from rules.resolution_time where verdict = 'fail'"
    with judging("rules.resolution_time"):
        mild = replay(warehouse=house, as_of=SAMPLE_AS_OF, policy=tmp_path / "policy.csv")
        assert 0 < answer(mild.path, late) < answer(mild.snapshot, late)
    assert mild.path != replay(warehouse=house, as_of=SAMPLE_AS_OF).path


def test_a_day_ends_with_its_last_second_in_the_desk_s_zone(house):
    with connect(Warehouse(house).current()) as con:
        assert end_of_day(con, date(2026, 3, 1)) == datetime(2026, 3, 1, 21, 59, 59, tzinfo=UTC)
        # The clocks of Vilnius change on 29 March 2026.
        assert end_of_day(con, date(2026, 3, 29)) == datetime(2026, 3, 29, 20, 59, 59, tzinfo=UTC)
        assert end_of_day(con, date(2026, 10, 30)) is None
        with pytest.raises(ReplayError, match=r"^31 Oct 2026 is after the data ends: it is loaded as of 30 Oct 2026;"):
            end_of_day(con, date(2026, 10, 31))
        first = con.execute("select min(day_on) from facts.days").fetchone()[0]
        assert end_of_day(con, first).date() == first
        with pytest.raises(ReplayError, match=r"^nothing had happened by 1 Jan 2020: the first ticket was opened on "):
            end_of_day(con, date(2020, 1, 1))


# The last second of a day, the first of the next, and after a week in which nothing happened
THREE_TICKETS = "ticket_id,opened_at\na,2026-03-02T23:59:59\nb,2026-03-03T00:00:00\nc,2026-03-12T10:00:00Z\n"


@pytest.fixture(scope="module")
def three_tickets(tmp_path_factory) -> Path:
    """A warehouse with those, of the desk's own days."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "tickets.csv").write_text(THREE_TICKETS)
    load([folder / "tickets.csv"], warehouse=folder / "warehouse", as_of=TODAY)
    return folder / "warehouse"


def test_what_happens_at_midnight_is_of_the_day_that_begins(small):
    with connect(Warehouse(small).current()) as con:
        at = end_of_day(con, date(2026, 3, 2))
    with judging("facts.tickets", "reports.load_by_day"):
        done = replay(warehouse=small, as_of=at)
    with connect(done.path) as con:
        assert first_cell(con, "select list(ticket_id) from facts.tickets") == ["a"]
        assert first_cell(con, "select max(day_on) from reports.load_by_day") == date(2026, 3, 2)


def test_what_was_quiet_then_is_not_stale_where_newer_facts_are_loaded(small):
    """Between two tickets nothing happened for a week: no news, not old data. After the last the data is old."""
    stale = "select is_stale from reports.desk"
    assert answer(Warehouse(small).current(), stale) is True
    with judging("reports.desk"):
        for day, was_stale in ((9, False), (13, False), (20, True)):
            at = datetime(2026, 3, day, tzinfo=UTC)
            assert answer(replay(warehouse=small, as_of=at).path, stale) is was_stale, day


# Kept, shared, whole


@pytest.fixture
def small(three_tickets, tmp_path) -> Path:
    """A copy of it, to do with as one likes."""
    return Path(shutil.copytree(three_tickets, tmp_path / "warehouse"))


@pytest.fixture
def unbuilt() -> Iterator[None]:
    """Replays of nothing: where only files are looked at, no query need be made."""
    with judging():
        yield


AT = datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_the_same_question_is_answered_by_the_same_file(small, unbuilt):
    first, second = replay(warehouse=small, as_of=AT), replay(warehouse=small, as_of=AT.replace(microsecond=5))
    assert (first.was_kept, second.was_kept) == (False, True)
    assert first.path == second.path
    other = replay(warehouse=small, as_of=AT.replace(second=1))
    assert not other.was_kept


def test_of_those_who_ask_at_once_one_makes_it(small):
    with judging("facts.tickets"), ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: replay(warehouse=small, as_of=AT), range(3)))
    assert sorted(one.was_kept for one in done) == [False, True, True]
    assert len({one.path for one in done}) == 1
    assert answer(done[0].path, "select count(*) from facts.tickets") == 2


def test_one_that_fails_leaves_nothing_and_what_a_killed_one_left_is_removed(small, unbuilt, monkeypatch):
    replays = Warehouse(small).replays
    replays.mkdir()
    (replays / "left.duckdb.building").write_text("half")
    with monkeypatch.context() as patched:
        patched.setattr(etl.replay, "build", lambda *args, **more: (_ for _ in ()).throw(QueryError("out of luck")))
        with pytest.raises(QueryError):
            replay(warehouse=small, as_of=AT)
    assert [path.name for path in replays.iterdir()] == ["LOCK"]
    assert not replay(warehouse=small, as_of=AT).was_kept


def test_a_bounded_number_is_kept_those_asked_for_last(small, unbuilt, monkeypatch):
    monkeypatch.setattr(etl.replay, "KEPT", 2)
    first = replay(warehouse=small, as_of=AT).path
    gone = replay(warehouse=small, as_of=AT.replace(second=1)).path
    stranger = first.with_name(f"19990101T000000.{first.name.partition('.')[2]}")
    stranger.write_bytes(first.read_bytes())
    for number, path in enumerate((gone, first, stranger)):
        os.utime(path, (number, number))
    newest = replay(warehouse=small, as_of=AT.replace(second=2)).path
    assert set(first.parent.glob("*.duckdb")) == {first, newest}


def test_another_version_of_the_product_makes_it_anew(small, unbuilt, monkeypatch):
    first = replay(warehouse=small, as_of=AT)
    monkeypatch.setattr(etl.replay, "product_text_code", lambda: "another")
    assert not replay(warehouse=small, as_of=AT).was_kept
    assert first.path.exists()


# The command


def test_the_command_says_what_it_made_and_where(small, tmp_path, capsys):
    asked = ["replay", "--as-of", "2026-03-09T12:00:00Z", "--warehouse", str(small)]
    with judging("facts.tickets"):
        assert main(asked) == 0
    assert "as it stood on 2026-03-09 12:00:00 UTC: 2 tickets" in capsys.readouterr().out
    out = tmp_path / "out.duckdb"
    out.write_text("what was there before")
    assert main([*asked, "--json", "--out", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == {
        "snapshot": str(out.resolve()),
        "replay_of": str(Warehouse(small).current().resolve()),
        "as_of": "2026-03-09T12:00:00Z",
        "tickets": 2,
    }
    assert answer(out, "select as_of_at from raw.clock") == AT.replace(tzinfo=None)


def test_what_cannot_be_replayed_is_said(small, tmp_path, capsys):
    def said(*more: str, folder: Path = small) -> str:
        assert main(["replay", "--warehouse", str(folder), *more]) == 1
        return capsys.readouterr().err.splitlines()[-1]

    assert said("--as-of", "2026-04-01T08:00:01Z").endswith(
        "which is as of 2026-04-01 08:00:00 UTC; load with a later --as-of to look further"
    )
    assert "nothing is published yet" in said("--as-of", "2026-03-09T12:00:00Z", folder=tmp_path / "none")
    current = Warehouse(small).current()
    inside = said("--as-of", "2026-03-09T12:00:00Z", "--out", str(current))
    assert inside.endswith("lies in the warehouse, which keeps its replays itself; name a file elsewhere")
    assert "is a folder; name a file" in said("--as-of", "2026-03-09T12:00:00Z", "--out", str(tmp_path))
    assert "there is no folder" in said("--as-of", "2026-03-09T12:00:00Z", "--out", str(tmp_path / "no" / "out"))
    assert "no such file" in said("--as-of", "2026-03-09T12:00:00Z", "--desk", str(tmp_path / "no.toml"))
    for wrong in ([], ["--as-of", "2026-03-09T12:00:00"]):
        with pytest.raises(SystemExit) as exit:
            main(["replay", *wrong])
        assert exit.value.code == 2


def test_a_snapshot_of_another_version_says_what_to_do(small):
    path = Warehouse(small).current()
    with duckdb.connect(str(path)) as con:
        con.execute("drop table raw.desk_file")
    with pytest.raises(ReplayError, match=r"was built by another version of the product .* python -m etl load PATH$"):
        replay(warehouse=small, as_of=AT)
