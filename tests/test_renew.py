"""A snapshot whose clock is set back says what one says that is built whole; what was settled is not made again."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

import etl.replay
from etl.build import kept_in, not_stored, read_queries, views_in_a_snapshot
from etl.demo import SAMPLE_AS_OF
from etl.publish import Warehouse, connect
from etl.renew import is_by_itself, narrowed, renew, ticket_keys
from etl.replay import replay
from loading import differing, some
from reference.compare import loaded
from reference.desks import make

QUERIES = read_queries()
KEYS = ticket_keys(QUERIES)
BY_ITSELF = sorted(name for name in KEYS if is_by_itself(QUERIES.get(name, "")))
# A calendar that is laid out around a later instant reaches further, and says the same of every instant of both.
CALENDAR = {
    "raw.local_days",
    "raw.open_windows",
    "raw.closures",
    "facts.business_time",
    "facts.open_time",
    "facts.local_time",
}


@pytest.fixture(scope="module")
def house(made_up_desk, tmp_path_factory) -> Path:
    """A warehouse with a small made-up desk."""
    return Path(shutil.copytree(made_up_desk / "warehouse", tmp_path_factory.mktemp("house") / "warehouse"))


def tables_of(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the tables of the connection's own file."""
    found = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    return {name for (name,) in found}


def both_ways(house: Path, at: datetime, folder: Path, monkeypatch) -> tuple[Path, Path]:
    """Write a replay that was renewed and one that was built whole into a folder; return both."""
    renewed, whole = folder / f"renewed_{at:%Y%m%d%H%M%S}.duckdb", folder / f"whole_{at:%Y%m%d%H%M%S}.duckdb"
    with monkeypatch.context() as patched:
        patched.setattr(etl.replay, "build", lambda *args, **more: pytest.fail("was not renewed"))
        kept = replay(warehouse=house, as_of=at, out=renewed)
    assert not kept.was_kept
    shutil.rmtree(Warehouse(house).replays)  # or the same question would find it
    with monkeypatch.context() as patched:
        patched.setattr(etl.replay, "_differs_in_the_clock_alone", lambda *args: False)
        replay(warehouse=house, as_of=at, out=whole)
    return renewed, whole


def different(one: Path, other: Path) -> list[str]:
    """Return what two snapshots do not both say, but for their calendars."""
    with connect(one) as con:
        names = tables_of(con)
    with connect(other) as con:
        assert tables_of(con) == names
    return differing(one, other, names - CALENDAR)


@pytest.mark.parametrize("days", some(0.5, 700, 45, few=2))
def test_of_a_made_up_desk_it_is_what_a_whole_build_is(days, house, tmp_path, monkeypatch):
    assert different(*both_ways(house, SAMPLE_AS_OF - timedelta(days=days), tmp_path, monkeypatch)) == []


@pytest.mark.parametrize("seed", some(47, 11))
def test_of_a_random_desk_it_is_what_a_whole_build_is(seed, tmp_path, monkeypatch):
    desk, dice = make(seed), Random(seed)
    last = max(desk.as_ofs)
    loaded(desk, last, tmp_path).close()
    openings = sorted(row["opened_at"] for row in desk.typed["tickets"] if row["opened_at"] <= last)
    # Whichever lies far enough after the calendar's beginning.
    later = sorted({at for at in [*desk.as_ofs, *openings] if at >= openings[0] + timedelta(days=40)})
    at = dice.choice(later)
    assert different(*both_ways(tmp_path / "warehouse", at.replace(tzinfo=UTC), tmp_path, monkeypatch)) == [], at


@pytest.fixture(scope="module")
def half(house) -> Iterator[duckdb.DuckDBPyConnection]:
    """The snapshot, with half of its tickets as those that a query is given."""
    with duckdb.connect() as con:
        con.execute(f"attach '{Warehouse(house).current()}' as snapshot (read_only)")
        for schema in sorted({name.partition(".")[0] for name in KEYS}):
            con.execute(f"create schema unsettled_{schema}")
        con.execute(
            "create table kept as select ticket_id from snapshot.facts.openings where epoch(opened_at)::bigint % 2 = 1"
        )
        for name, key in KEYS.items():
            con.execute(f"create view unsettled_{name} as from snapshot.{name} where {key} in (from memory.main.kept)")
        con.execute("use snapshot")
        yield con


@pytest.mark.parametrize("name", BY_ITSELF)
def test_what_is_said_of_a_ticket_follows_from_its_own_rows(name, half):
    """Given half of the tickets, a query says of each what it says among all; else its header says "Made whole: why"."""
    given_half = narrowed(QUERIES[name], KEYS).replace("unsettled_", "memory.unsettled_")
    of_half = f"select * from {name} where {KEYS[name]} in (from memory.main.kept)"
    assert half.execute("select count(*) from memory.main.kept").fetchone()[0] > 50
    differing = half.execute(f"(({given_half}) except all {of_half}) union all ({of_half} except all ({given_half}))")
    assert differing.fetchmany(1) == []


def test_every_table_of_tickets_is_known_by_its_header():
    views = views_in_a_snapshot(QUERIES) - kept_in(QUERIES).keys() - not_stored(QUERIES)
    assert {"facts.tickets", "facts.words", "rules.coverage", "rules.eligibility", "reports.tickets"} <= {*BY_ITSELF}
    assert {"raw.tickets", "raw.posts", "raw.status_changes"} <= KEYS.keys()
    assert views.isdisjoint(KEYS)
    # A place in the queue, anybody's purchases, the releases of the product, and pairs.
    assert {"facts.waiting_turns", "facts.likely_purchases", "reports.deferred", "rules.duplicate"}.isdisjoint(
        BY_ITSELF
    )


def test_what_was_settled_is_not_made_again(house, tmp_path):
    """A settled ticket's row is left where it is, be it what it may; the others' are made again."""
    at = datetime(2026, 6, 1)
    file = tmp_path / "copy.duckdb"
    file.write_bytes(Warehouse(house).current().read_bytes())
    with duckdb.connect(str(file)) as con:
        con.execute("update facts.tickets set version = 'left as it was'")
        renew(con, at)
        left = "select count(*) from facts.tickets where version is not distinct from 'left as it was' and "
        settled = "not is_open and closed_at <= ?"
        assert con.execute(left + "is_open").fetchone() == (0,)
        assert con.execute("select count(*) from facts.tickets where is_open").fetchone()[0] > 0
        assert con.execute(left + settled, [at]).fetchone()[0] > 50
        assert not [name for name in tables_of(con) if name.startswith("unsettled")]


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("the product's text", "update raw.product set text_code = 'another'"),
        ("a snapshot that does not say what built it", "drop table raw.product"),
        ("a calendar that begins later", "delete from raw.local_days where day_on < '2026-05-20'"),
    ],
)
def test_else_it_is_built_whole(what, change, house, tmp_path, monkeypatch):
    folder = tmp_path / "warehouse"
    Warehouse(folder).snapshots.mkdir(parents=True)
    snapshot = Warehouse(house).current()
    copy = Warehouse(folder).snapshots / snapshot.name
    copy.write_bytes(snapshot.read_bytes())
    Warehouse(folder).pointer.write_text(snapshot.name)
    with duckdb.connect(str(copy)) as con:
        con.execute(change)
    built = []
    monkeypatch.setattr(etl.replay, "build", lambda *args, **more: built.append(what))
    replay(warehouse=folder, as_of=datetime(2026, 6, 1, tzinfo=UTC))
    assert built == [what]
