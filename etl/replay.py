"""The same data as it stood at an earlier instant, or under other terms or another desk.

A replay is a snapshot like any other, made from a published one, which is not touched. What the
load knows stays whole: what had not happened by then is kept from view by the clock, in facts,
and some readings ask for it all the same [R1, S2, T9, P5]. So a replay is a copy of the snapshot's
file with another clock, in which what is different then is made again (etl/renew.py); under other
terms or another desk, and where the snapshot is another version's, every query is.

Replays are kept beside the snapshots, each under a name made of all that it follows from: the
snapshot, the instant, the terms, the desk and this product's own text. One that is there is right.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from etl import EtlError
from etl.build import LAYERS, build, order, product_text_code, read_queries
from etl.calendar import reaches_back, write_calendar
from etl.desk import Desk, parse_desk, read_desk
from etl.load import write_desk
from etl.policy import Row, policy_of, read_rows, write_policy
from etl.publish import BUILDING, KEPT, Warehouse, WarehouseError, connect, put_in_place, writing_to
from etl.renew import renew
from etl.tables import ORIGIN, tables

MADE = LAYERS[LAYERS.index("facts") :]  # the layers that are made anew

Step = Callable[[str, int, int], None]


class ReplayError(EtlError):
    """The instant or the snapshot cannot be replayed; the message says what can."""


@dataclass(frozen=True)
class Replay:
    """A replay's file, what it was made from, its instant (UTC, naive), and whether it was there already."""

    path: Path
    snapshot: Path
    as_of: datetime
    was_kept: bool


def replay(
    *,
    warehouse: Path,
    as_of: datetime,
    policy: Path | None = None,
    desk: Path | None = None,
    out: Path | None = None,
    snapshot: Path | None = None,
    reading: duckdb.DuckDBPyConnection | None = None,
    step: Step = lambda text, done, of: None,
) -> Replay:
    """Judge a snapshot's data again as of an earlier instant; by default the current snapshot's.

    `as_of` is an aware instant. Terms and desk are those of the snapshot, unless a file names
    others. The result is kept in the warehouse, where the same question finds it at once, and
    copied to `out` if that is given. `reading` is a connection to the snapshot, for a process that
    has it open already: DuckDB opens a file once. `step` is told what is being done, and how far.
    Any number may ask at a time: one is made after the other, the same one once. Raises EtlError
    when nothing is published, and for an instant after the snapshot's own.
    """
    house = Warehouse(warehouse)
    source = snapshot or house.current()
    if source is None:
        raise WarehouseError(f"{warehouse}: nothing is published yet; load exports with python -m etl load PATH...")
    if out is not None:
        _check_out(house, out)
    at = as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    with nullcontext(reading) if reading else connect(source) as con:
        _check_version(con, source)
        _check_instant(con, source, at)
        the_desk = read_desk(desk) if desk else parse_desk(_one(con, "select toml_text from raw.desk_file"))
        terms = read_rows(policy) if policy else policy_of(con)
    done = _kept_or_made(house, source, at, the_desk, terms, step)
    if out is None:
        return done
    step(f"writing {out}", 0, 0)
    _copy(done.path, out)
    return Replay(out, source, at, done.was_kept)


def end_of_day(con: duckdb.DuckDBPyConnection, day: date) -> datetime | None:
    """Return the last second of a local day of the desk (UTC, aware), None for the day of the snapshot's as_of.

    What happens at midnight belongs to the day that begins [L2]. Raises ReplayError for a day
    before the first ticket or after as_of.
    """
    first, last = con.execute("select min(day_on), max(day_on) from facts.days").fetchone()
    if first is None:
        raise ReplayError("there are no tickets, so no day can be looked back at")
    if day < first:
        raise ReplayError(f"nothing had happened by {_said(day)}: the first ticket was opened on {_said(first)}")
    if day > last:
        raise ReplayError(
            f"{_said(day)} is after the data ends: it is loaded as of {_said(last)}; load newer exports to see later days"
        )
    if day == last:
        return None
    until = _one(con, "select until_at from facts.days where day_on = $day", {"day": day})
    return (until - timedelta(seconds=1)).replace(tzinfo=UTC)


def _kept_or_made(house: Warehouse, source: Path, at: datetime, desk: Desk, terms: list[Row], step: Step) -> Replay:
    path = house.replays / f"{source.stem}.{at:%Y%m%dT%H%M%S}.{_key(source, at, desk, terms)}.duckdb"
    try:
        if _is_kept(path):
            return Replay(path, source, at, True)
        house.replays.mkdir(parents=True, exist_ok=True)
        with _turn(house.replays / "LOCK", step):
            if _is_kept(path):  # somebody asked the same, and was first
                return Replay(path, source, at, True)
            for left in house.replays.glob(f"*{BUILDING}*"):
                left.unlink()
            building = path.with_name(path.name + BUILDING)
            try:
                _make(building, source, at, desk, terms, step)
                put_in_place(building, path)
            finally:
                for left in house.replays.glob(f"{building.name}*"):
                    left.unlink()
            _make_room(house, path)
    except OSError as error:
        raise ReplayError(f"{error.filename or house.replays}: {error.strerror or error}") from error
    return Replay(path, source, at, False)


@contextmanager
def _turn(lock: Path, step: Step) -> Iterator[None]:
    """Hold the lock that lets one replay be made at a time, for each takes all cores; wait for it as long as it takes."""
    held = FileLock(lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        step("waiting for another replay to be made", 0, 0)
        held.acquire()
    try:
        yield
    finally:
        held.release()


def _make(building: Path, source: Path, at: datetime, desk: Desk, terms: list[Row], step: Step) -> None:
    names = order(read_queries())
    step("copying the snapshot", 0, len(names))
    shutil.copyfile(source, building)
    with writing_to(building) as con:

        def made(name: str) -> None:
            step(f"building {name}", names.index(name), len(names))

        if _differs_in_the_clock_alone(con, at, desk, terms):
            renew(con, at, made)
        else:
            _make_whole(con, at, desk, terms, made)
        step("writing the replay", len(names), len(names))
        con.execute("checkpoint")


def _differs_in_the_clock_alone(con: duckdb.DuckDBPyConnection, at: datetime, desk: Desk, terms: list[Row]) -> bool:
    """Say whether a copied snapshot holds what a replay would make, but for what the clock decides."""
    (is_told,) = con.execute(
        "select count(*) from duckdb_tables() where schema_name = 'raw' and table_name = 'product'"
    ).fetchone()
    return (
        bool(is_told)
        and _one(con, "select text_code from raw.product") == product_text_code()
        and _one(con, "select toml_text from raw.desk_file") == desk.text
        and policy_of(con) == terms
        and reaches_back(con, at)
    )


def _make_whole(
    con: duckdb.DuckDBPyConnection, at: datetime, desk: Desk, terms: list[Row], made: Callable[[str], None]
) -> None:
    for layer in MADE:
        con.execute(f"drop schema {layer} cascade")
        con.execute(f"create schema {layer}")
    con.execute("update raw.clock set as_of_at = ?", [at])
    write_desk(con, desk, _one(con, "select is_sample from raw.desk"))
    write_policy(con, terms, desk.timezone)
    write_calendar(con, desk)
    con.execute("checkpoint")  # what was dropped makes room for what is made
    build(con, step=made)


def _check_version(con: duckdb.DuckDBPyConnection, source: Path) -> None:
    """Raise unless the snapshot's raw tables are those of this version."""
    there = set(
        con.execute("select table_name, column_name from duckdb_columns() where schema_name = 'raw'").fetchall()
    )
    needed = {(table.name, column) for table in tables().values() for column in {**table.columns, **ORIGIN}}
    if not needed | {("desk_file", "toml_text"), ("decisions", "is_taken_back")} <= there:
        raise ReplayError(
            f"{source.stem} was built by another version of the product and cannot be replayed; load again to build "
            "a new one, what is loaded already is kept: python -m etl load PATH"
        )


def _check_instant(con: duckdb.DuckDBPyConnection, source: Path, at: datetime) -> None:
    own = _one(con, "select as_of_at from raw.clock")
    if at > own:
        raise ReplayError(
            f"{at:%Y-%m-%d %H:%M:%S} UTC is after the snapshot {source.stem}, which is as of "
            f"{own:%Y-%m-%d %H:%M:%S} UTC; load with a later --as-of to look further"
        )


def _check_out(house: Warehouse, out: Path) -> None:
    if out.is_dir():
        raise ReplayError(f"{out}: is a folder; name a file, like {out / 'replay.duckdb'}")
    if not out.absolute().parent.is_dir():
        raise ReplayError(f"{out}: there is no folder {out.absolute().parent}")
    if house.folder.resolve() in out.resolve().parents:
        raise ReplayError(f"{out}: lies in the warehouse, which keeps its replays itself; name a file elsewhere")


def _copy(path: Path, out: Path) -> None:
    """Copy a replay to where it is asked for: whole, or not at all."""
    draft = out.with_name(out.name + BUILDING)
    try:
        shutil.copyfile(path, draft)
        put_in_place(draft, out)
    except OSError as error:
        raise ReplayError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _key(source: Path, at: datetime, desk: Desk, terms: list[Row]) -> str:
    """Return a short name of all that a replay follows from."""
    followed = repr((source.stem, at, desk.text, terms, product_text_code()))
    return hashlib.sha256(followed.encode()).hexdigest()[:16]


def _is_kept(path: Path) -> bool:
    """Say whether a replay is there, and if so, that it was asked for again."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except OSError:  # a warehouse that can only be read
        return path.exists()
    return True


def _make_room(house: Warehouse, newest: Path) -> None:
    """Remove the replays of snapshots that are gone, and those asked for longest ago beyond the number kept."""
    snapshots = {path.stem for path in house.kept()}
    kept = sorted(house.replays.glob("*.duckdb"), key=lambda path: path.stat().st_mtime, reverse=True)
    of_today = [path for path in kept if path.name.partition(".")[0] in snapshots]
    stay = {newest, *of_today[:KEPT]}
    for path in kept:
        if path not in stay:
            with suppress(PermissionError):  # Windows keeps a file that is being read; the next replay removes it
                path.unlink(missing_ok=True)


def _one(con: duckdb.DuckDBPyConnection, sql: str, given: dict | None = None):
    return con.execute(sql, given or {}).fetchone()[0]


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
