"""Load one file into the canonical tables as etl.load does, judge rows that no file holds, or judge a load in part."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path

import duckdb
import pytest

import etl.decisions
import etl.load
import etl.replay
from etl.build import build
from etl.calendar import write_calendar
from etl.cells import Cells
from etl.desk import parse_desk
from etl.load import load_exports
from etl.policy import Row, write_policy
from etl.publish import connect
from etl.recognise import recognise
from etl.tables import create_tables

ZONE = "Europe/Vilnius"
# Monday to Friday, 09:00 to 17:00.
OFFICE_HOURS = f'timezone = "{ZONE}"\n[hours]\n' + "".join(
    f'{day} = ["09:00-17:00"]\n' for day in ("mon", "tue", "wed", "thu", "fri")
)
# How many made-up inputs a property is tried on; EXAMPLES=500 looks longer than every run of the suite can.
FEW = 5
EXAMPLES = int(os.environ.get("EXAMPLES", FEW))


def some(*cases: object, few: int = 1) -> tuple:
    """Return the first of what a property is tried on, as many as each run has time for; all if EXAMPLES asks for more."""
    return cases if EXAMPLES > FEW else cases[:few]


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": "1"})
    con.execute("set global timezone = 'UTC'")
    con.execute("attach ':memory:' as empty")
    with con.cursor() as cursor:
        cursor.execute("use empty")
        create_tables(cursor)
    return con


_numbers = count(1)


@contextmanager
def empty_tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a database of its own in memory, with the canonical tables, empty; gone afterwards.

    A process opens DuckDB and makes the tables once, and copies them: that takes longer than what most tests ask. So
    settings must be the connection's own (`set session ...`).
    """
    name = f"memory_{next(_numbers)}"
    _instance().execute(f"attach ':memory:' as {name}")
    try:
        _instance().execute(f"copy from database empty to {name} (schema)")
        with _instance().cursor() as con:
            con.execute(f"use {name}")
            yield con
    finally:
        _instance().execute(f"detach {name}")


def load_file(con, path, corrections=(), mapping=None, date_order=None, zone=ZONE):
    """Load one file; return its account."""
    (export,) = recognise(path, path.name, mapping)
    (number,) = con.execute("select coalesce(max(file_number), 0) + 1 from raw.files").fetchone()
    (account,) = load_exports(con, [(number, export)], Cells(export, zone, date_order), list(corrections))
    con.execute(
        "insert into raw.files select ?, ?, ?, now(), 0, 0, 0, 0, 0, 0", [number, path.name, export.dialect.name]
    )
    return account


def load_text(con, tmp_path, name, text, **how):
    """Write a file, text or bytes, and load it; return its account."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_file(con, path, **how)


def counts(account):
    """An account as (rows, inserted, updated, unchanged, skipped, rejected)."""
    return (account.rows, account.inserted, account.updated, account.unchanged, account.skipped, account.rejected)


def reasons(con):
    """Every reject as 'record number, column: reason'."""
    found = con.execute("select record_number, column_name, reason from raw.rejects order by all").fetchall()
    return [f"{number}, {column}: {reason}" for number, column, reason in found]


def judged(
    tables: dict[str, list[dict]], as_of: datetime, policy: list[Row], wanted: set[str]
) -> duckdb.DuckDBPyConnection:
    """Return a connection with the wanted queries over rows as a load would have typed them; instants are UTC."""
    con = duckdb.connect(config={"threads": "1"})
    create_tables(con)
    desk = parse_desk(OFFICE_HOURS)
    con.execute("insert into raw.clock values (?)", [as_of])
    con.execute("insert into raw.desk by name select ? as timezone, false as is_sample", [desk.timezone])
    for table, rows in tables.items():
        for row in rows:
            listed = ", ".join(f"? as {column}" for column in row)
            con.execute(f"insert into raw.{table} by name select {listed}", list(row.values()))
    write_policy(con, policy, desk.timezone)
    write_calendar(con, desk)
    build(con, wanted=wanted)
    return con


def differing(one: Path, other: Path, names: Iterable[str]) -> list[str]:
    """Return which of the named tables do not hold the same rows in two snapshots, in whatever order.

    Rows are added up by their hash, each as often as it is there.
    """
    names = sorted(names)
    with connect(one) as con:
        con.execute(f"attach '{other}' as other (read_only)")
        sums = [
            "(select (count(*), sum(hash(rows)::hugeint)) is distinct from "
            f"(select (count(*), sum(hash(rows)::hugeint)) from other.{name} as rows) from {name} as rows)"
            for name in names
        ]
        return [name for name, sum_ in zip(names, sums, strict=True) if con.execute(f"select {sum_}").fetchone()[0]]


@contextmanager
def judging(*asked: str) -> Iterator[None]:
    """Have loads, rebuilds, replays and decisions that enter make these queries and what they read, and no others.

    Most of a small load's time goes into planning all queries; where a test asks what was read, or one table, that is
    many times what it needs. Nothing is said of unknown verdicts then, and a replay is made whole.
    """

    def part(con: duckdb.DuckDBPyConnection, *, wanted: set[str] | None = None, **more) -> None:
        if asked:
            build(con, wanted={*asked} if wanted is None else wanted & {*asked}, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(etl.load, "build", part)
        patch.setattr(etl.decisions, "build", part)
        patch.setattr(etl.load, "unknowns", lambda con: [])
        patch.setattr(etl.replay, "build", part)
        patch.setattr(etl.replay, "_differs_in_the_clock_alone", lambda *args: False)
        yield
