"""What people decide is kept, on SQLite and on PostgreSQL alike, and enters the snapshots."""

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import duckdb
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import postgres
from etl import decisions, store
from etl.__main__ import main
from etl.build import QueryError
from etl.decisions import (
    CANDIDATE,
    CONFIRMED,
    DECISION,
    DISMISSED,
    LIFTED,
    TAKEN_BACK,
    DecisionError,
    enter,
    stored,
    take_back,
)
from etl.load import load, rebuild
from etl.publish import BusyError, Warehouse, WarehouseError
from etl.store import METADATA, VERSIONS, add
from loading import judging

AS_OF = datetime(2026, 3, 20, 10, tzinfo=UTC)
HOLDS = AS_OF.replace(tzinfo=None)
FILES = {
    "tickets.csv": "ticket_id,client_email,product_id,description,opened_at\n"
    "1,ann@x.example,grid,It fails,2026-03-02T10:00:00Z\n"
    "2,bob@x.example,grid,It fails,2026-03-20T10:00:00Z\n",
    "incidents.csv": "incident_id,client_email,ticket_id,clause,occurred_at,note\n"
    "I1,ann@x.example,1,5.9,2026-03-03T10:00:00Z,rude\n"
    "I2,bob@x.example,2,5.9,2026-03-04T10:00:00Z,rude\n",
}


@pytest.fixture(scope="session")
def server():
    """The URL of a PostgreSQL server's database."""
    programs = postgres.find()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    with postgres.server(programs) as url:
        yield url


def engine(url):
    return sa.create_engine(url, poolclass=sa.pool.NullPool)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """An empty store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    url = request.getfixturevalue("server")
    yield url
    with engine(url).begin() as connection:
        connection.execute(sa.text("drop schema public cascade"))
        connection.execute(sa.text("create schema public"))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A folder of exports and a warehouse that holds them. Not to be changed."""
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "exports").mkdir()
    for name, text in FILES.items():
        (folder / "exports" / name).write_text(text)
    load([folder / "exports"], warehouse=folder / "warehouse", as_of=AS_OF)
    return folder


@pytest.fixture
def house(loaded, tmp_path):
    """A warehouse with two candidates for a ban, one of whom opens a ticket at the very as-of."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    return tmp_path / "warehouse"


@pytest.fixture
def only_bans():
    """Of what follows from decisions this test looks at the bans alone."""
    with judging("reports.bans"):
        yield


def decide(url, decision, subject="5.9 ann@x.example", kind=CANDIDATE, **more):
    given = {"actor": "Rasa", "holds_from_at": HOLDS, "is_sample": False} | more
    return add(url, kind, subject, decision, **given)


def bans(house):
    """(client, state, clause, ban) of every ban and candidate of the current snapshot."""
    with duckdb.connect(str(Warehouse(house).current()), read_only=True) as con:
        return con.execute("select client_id, state, clause, ban_id from reports.bans order by all").fetchall()


# --- the store


def test_a_decision_is_kept_as_it_was_made(url):
    assert stored(url) == []
    kept = decide(url, DISMISSED, evidence=("ticket 1", 'ticket "ä\n2'), note="  a joke  ", actor=" Rasa ")
    later = decide(url, CONFIRMED, "5.4 bob", seen=0, is_sample=True)
    assert stored(url) == [kept, later]
    assert (kept.kind, kept.subject, kept.evidence, kept.decision, kept.actor, kept.note, kept.holds_from_at) == (
        "candidate", "5.9 ann@x.example", ("ticket 1", 'ticket "ä\n2'), "dismissed", "Rasa", "a joke", HOLDS,
    )  # fmt: skip
    assert abs((datetime.now(UTC).replace(tzinfo=None) - kept.decided_at).total_seconds()) < 3600
    assert (later.number > kept.number, later.note, later.evidence, later.is_sample) == (True, None, (), True)


def test_who_decides_second_is_told_of_the_first(url):
    first = decide(url, DISMISSED, actor="Ann")
    with pytest.raises(DecisionError, match=r"Ann decided this meanwhile \(dismissed, 20.*; nothing was changed"):
        decide(url, CONFIRMED, actor="Bo")
    assert stored(url) == [first]
    second = decide(url, CONFIRMED, actor="Bo", seen=1)
    decide(url, DISMISSED, "5.9 other")
    assert stored(url)[:2] == [first, second]


def test_of_many_who_decide_at_once_one_does(url):
    decide(url, DISMISSED, "5.9 other")  # the table is there
    together = Barrier(6)

    def one(number):
        together.wait()
        try:
            return decide(url, CONFIRMED, actor=f"person {number}")
        except DecisionError as error:
            return str(error)

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(one, range(6)))
    (kept,) = [one for one in done if not isinstance(one, str)]
    assert [one.actor for one in stored(url) if one.subject == "5.9 ann@x.example"] == [kept.actor]
    assert all(one.startswith(f"{kept.actor} decided this meanwhile") for one in done if one is not kept)


def test_a_decision_has_a_name(url):
    with pytest.raises(DecisionError, match="needs the name of who makes it"):
        decide(url, DISMISSED, actor="  ")
    assert stored(url) == []


def test_the_schema_is_what_its_versions_make(url):
    decide(url, DISMISSED)
    with engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == store.NEWEST


def test_a_store_of_a_newer_product_is_left_alone(url):
    decide(url, DISMISSED)
    with engine(url).begin() as connection:
        connection.execute(sa.text(f"update {VERSIONS} set version_num = '9999'"))
    with pytest.raises(DecisionError, match=r"version 9999, this product knows up to .*; update the product"):
        stored(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("secret.sqlite", "DECISIONS is no URL of a database; write it like postgresql"),
        ("mysql+pymysql://u@localhost/x", "the driver pymysql is not installed; pip install pymysql"),
        ("postgresql+psycopg://u:secret@/x?host=/nowhere", r"u:\*\*\*@/x\?host=%2Fnowhere cannot be used: "),
    ],
)
def test_a_store_that_cannot_be_used_is_said(url, message):
    with pytest.raises(DecisionError, match=message) as caught:
        decide(url, DISMISSED)
    assert "secret" not in str(caught.value)


def test_a_broken_store_stops_a_load_before_it_begins(house, tmp_path, monkeypatch):
    (tmp_path / "store.sqlite").write_bytes(b"no database" * 100)
    monkeypatch.setenv("DECISIONS", f"sqlite:///{tmp_path / 'store.sqlite'}")
    before = Warehouse(house).current()
    with pytest.raises(DecisionError, match=r"store.sqlite cannot be used: file is not a database"):
        load([tmp_path / "exports"], warehouse=house, as_of=AS_OF)
    assert Warehouse(house).current() == before


def test_the_store_lies_beside_the_warehouse(tmp_path, monkeypatch):
    assert decisions.store_of(tmp_path / "warehouse") == f"sqlite:///{tmp_path / 'warehouse.decisions.sqlite'}"
    monkeypatch.setenv("DECISIONS", "postgresql://x/y")
    assert decisions.store_of(tmp_path / "warehouse") == "postgresql://x/y"


@pytest.mark.parametrize("name", ["what? x=1", "a#b", "100%41", "ä & b"])
def test_whatever_the_warehouse_is_called_its_store_lies_beside_it(name, tmp_path):
    kept = decide(decisions.store_of(tmp_path / name), DISMISSED)
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.decisions.sqlite"]
    assert stored(decisions.store_of(tmp_path / name)) == [kept]


# --- how decisions enter


def test_a_confirmed_candidate_is_a_ban_from_the_next_publish_on(house):
    url = decisions.store_of(house)
    assert bans(house) == [
        ("ann@x.example", "candidate", "5.9", None),
        ("bob@x.example", "candidate", "5.9", None),
    ]
    decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    assert {state for _, state, _, _ in bans(house)} == {"candidate"}
    before = Warehouse(house).current()
    path = enter(warehouse=house)
    assert path == Warehouse(house).current() != before
    assert bans(house)[1] == ("bob@x.example", "active", "5.9", "decision 1")
    with duckdb.connect(str(path), read_only=True) as con:
        verdicts = con.execute("select subject_id, verdict, clause from rules.not_banned order by all").fetchall()
        kind = con.execute("select eligibility_code from reports.tickets where ticket_id = '2'").fetchone()
    assert verdicts == [("1", "pass", "5"), ("2", "fail", "5.9")]
    assert kind == ("ineligible",)
    assert enter(warehouse=house) == path  # nothing new, nothing published


def test_what_enters_is_what_a_whole_rebuild_makes(house):
    url = decisions.store_of(house)
    decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    decide(url, DISMISSED, evidence=("incident I1",))

    def everything():
        """The rows of every table, and the text of every view: of the same rows it says the same."""
        with duckdb.connect(str(Warehouse(house).current()), read_only=True) as con:
            said = con.execute("select schema_name || '.' || view_name, sql from duckdb_views() where not internal")
            texts = dict(said.fetchall())
            named = con.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where schema_name not in ('raw', 'policy') order by all"
            ).fetchall()
            return texts | {name: sorted(map(repr, con.execute(f"from {name}").fetchall())) for (name,) in named}

    enter(warehouse=house)
    entered = everything()
    assert len(bans(house)) == 1
    rebuild(warehouse=house)
    assert entered == everything()
    assert {"facts.decisions", "reports.bans"} <= entered.keys()


def test_decisions_survive_every_load(house, tmp_path):
    url = decisions.store_of(house)
    confirmed = decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    decide(url, DISMISSED, evidence=("incident I1",))
    decided = [("bob@x.example", "active", "5.9", f"decision {confirmed.number}")]
    with judging("reports.bans"):
        load([tmp_path / "exports"], warehouse=house, as_of=AS_OF, fresh=True)
        assert bans(house) == decided
        (tmp_path / "exports" / "incidents.csv").write_text(
            FILES["incidents.csv"] + "I3,ann@x.example,1,5.9,2026-03-05T10:00:00Z,\n"
        )
        load([tmp_path / "exports"], warehouse=house, as_of=AS_OF)
    assert bans(house) == [("ann@x.example", "candidate", "5.9", None), *decided]


def test_no_decision_is_missed_between_reading_them_and_publishing(house, tmp_path, monkeypatch):
    """Who decides publishes as soon as nobody else writes: whoever read the store before would undo that."""
    is_held = []

    def looked_at(url):
        try:
            with Warehouse(house).writing():
                is_held.append(False)
        except BusyError:
            is_held.append(True)
        return []

    monkeypatch.setattr("etl.load.stored", looked_at)
    with judging():
        load([tmp_path / "exports"], warehouse=house, as_of=AS_OF)
        rebuild(warehouse=house)
    assert is_held == [True, True]


def test_a_decision_is_taken_back_or_a_ban_lifted(only_bans, house):
    url = decisions.store_of(house)
    one = decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    two = decide(url, CONFIRMED, evidence=("incident I1",))
    enter(warehouse=house)
    assert [state for _, state, _, _ in bans(house)] == ["active", "active"]
    decide(url, TAKEN_BACK, str(one.number), DECISION)
    decide(url, LIFTED, str(two.number), DECISION)
    enter(warehouse=house)
    assert bans(house) == [
        ("ann@x.example", "lifted", "5.9", f"decision {two.number}"),
        ("bob@x.example", "candidate", "5.9", None),
    ]


def test_a_taking_back_that_is_taken_back_does_nothing(only_bans, house):
    url = decisions.store_of(house)
    decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    held = []
    for number in (1, 2, 3, 2, 5):
        take_back(url, number, actor="Eva", holds_from_at=HOLDS, note="why not")
        enter(warehouse=house)
        held.append([state for _, state, _, ban in bans(house) if ban == "decision 1"])
    assert held == [[], ["active"], [], ["active"], []]
    with pytest.raises(DecisionError, match=r"decision 1 was taken back by Eva, .* again, take back decision 2"):
        take_back(url, 1, actor="Eva", holds_from_at=HOLDS)
    with pytest.raises(DecisionError, match="there is no decision 9; python -m etl decisions lists"):
        take_back(url, 9, actor="Eva", holds_from_at=HOLDS)
    with pytest.raises(DecisionError, match="needs the name of who makes it"):
        take_back(url, 6, actor="", holds_from_at=HOLDS)


def test_what_was_decided_on_the_sample_holds_there_only(house):
    url = decisions.store_of(house)
    decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",), is_sample=True)
    before = Warehouse(house).current()
    assert enter(warehouse=house) == before
    assert {state for _, state, _, _ in bans(house)} == {"candidate"}


def test_nothing_enters_where_nothing_is_published_or_another_writes(house, tmp_path):
    with pytest.raises(WarehouseError, match="nothing is published yet; load exports with"):
        enter(warehouse=tmp_path / "new")
    with Warehouse(house).writing(), pytest.raises(BusyError):
        enter(warehouse=house)


def test_a_snapshot_of_another_version_is_to_be_rebuilt(house):
    decide(decisions.store_of(house), CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    before = Warehouse(house).current()
    with duckdb.connect(str(before)) as con:
        con.execute("drop table facts.addresses")
    with pytest.raises(QueryError, match="queries/facts/"):
        enter(warehouse=house)
    with duckdb.connect(str(before)) as con:
        con.execute("update raw.product set text_code = 'another'")
    for drop in ("facts.openings", "raw.product", "raw.decisions"):
        with duckdb.connect(str(before)) as con:
            con.execute(f"drop table {drop}")
        with pytest.raises(WarehouseError, match="was built by another version of the product; python -m etl rebuild"):
            enter(warehouse=house)
    assert Warehouse(house).current() == before


def test_a_snapshot_of_an_older_version_still_tells_what_is_pending(house, capsys):
    decide(decisions.store_of(house), CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    with duckdb.connect(str(Warehouse(house).current())) as con:
        con.execute("alter table raw.decisions drop column is_taken_back")
    assert main(["decisions", "--warehouse", str(house)]) == 0
    assert "pending" in capsys.readouterr().out


def test_a_file_that_is_no_store_is_not_made_one(tmp_path):
    with sqlite3.connect(tmp_path / "other.sqlite") as con:
        con.execute("create table of_others (x)")
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert stored(url) == []
    kept = decide(url, DISMISSED)
    assert stored(url) == [kept]
    with sqlite3.connect(tmp_path / "other.sqlite") as con:
        assert con.execute("select count(*) from of_others").fetchone() == (0,)


def test_the_command_takes_a_decision_back(only_bans, house, capsys):
    url = decisions.store_of(house)
    decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    enter(warehouse=house)
    asked = ["decisions", "--warehouse", str(house), "--take-back", "1"]
    assert main(asked) == 1
    assert "needs the name of who makes it" in capsys.readouterr().err
    assert main([*asked, "--by", "Eva", "--note", "a joke"]) == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.endswith("Rasa: candidate 5.9 bob@x.example confirmed - taken back by 2")
    assert second.endswith("Eva: decision 1 taken back (a joke)")
    assert last == "2 decisions, 0 pending"
    assert {state for _, state, _, _ in bans(house)} == {"candidate"}
    assert main([*asked, "--by", "Eva"]) == 1
    assert "decision 1 was taken back by Eva" in capsys.readouterr().err


def test_the_command_lists_decisions_and_enters_them(only_bans, house, capsys, monkeypatch):
    url = f"sqlite:///{house.parent / 'elsewhere.sqlite'}"
    decide(url, CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",), note="twice", actor="Ann")
    decide(url, DISMISSED, is_sample=True)
    asked = ["decisions", "--warehouse", str(house), "--decisions", url]
    assert main(asked) == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.endswith("UTC, Ann: candidate 5.9 bob@x.example confirmed (twice) - pending")
    assert second.endswith("Rasa: candidate 5.9 ann@x.example dismissed")
    assert last == "2 decisions, 1 pending, 1 on the sample"
    assert main([*asked, "--enter", "--json"]) == 0
    assert [one["is_pending"] for one in json.loads(capsys.readouterr().out)] == [False, False]
    assert bans(house)[1] == ("bob@x.example", "active", "5.9", "decision 1")


def test_a_taking_back_while_another_writes_is_kept_and_says_how_to_publish_it(only_bans, house, capsys):
    decide(decisions.store_of(house), CONFIRMED, "5.9 bob@x.example", evidence=("incident I2",))
    asked = ["decisions", "--warehouse", str(house)]
    with Warehouse(house).writing():
        assert main([*asked, "--take-back", "1", "--by", "Ann"]) == 1
    said = capsys.readouterr().err
    assert "decision 1 is taken back, which is not published yet" in said
    assert "python -m etl decisions --enter" in said
    assert main([*asked, "--enter"]) == 0
