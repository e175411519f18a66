"""What the pages read: one snapshot per page run, opened read-only and locked down.

A published snapshot never changes and every load makes a new file name, so the file's name is
the first key of every cached answer and nothing has to expire. A retired connection is never
closed, only let go: closing it would pull it from under another reader's running query.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import duckdb
import pandas as pd
import streamlit as st

from etl import ask
from etl.filters import Filters
from etl.people import masked_names
from etl.publish import Warehouse, warehouse_folder

Desk = Any  # a named tuple with the columns of reports.desk

# The newest snapshot is held here, older ones by the page runs that still read them. One file is
# never opened twice: a rollback may come back to one that a reader still has open.
_newest: list["Snapshot"] = []
_opened: "WeakValueDictionary[Path, Snapshot]" = WeakValueDictionary()
_opening = threading.Lock()


class OutdatedSnapshotError(Exception):
    """The snapshot was built by another version of the queries and lacks what a page asks for."""


@contextmanager
def holding() -> Iterator[None]:
    """Have a table or column that a snapshot does not hold raise OutdatedSnapshotError."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise OutdatedSnapshotError(str(error)) from error


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot: its file, and a connection that can only read it."""

    path: Path
    connection: duckdb.DuckDBPyConnection

    @property
    def name(self) -> str:
        """The snapshot's id, as `python -m etl history` prints it; of a replay, that of what it replays."""
        return self.path.name.partition(".")[0]

    @property
    def is_replay(self) -> bool:
        """Whether this is a snapshot as it stood at an earlier instant."""
        return self.path.stem != self.name

    @property
    def file_name(self) -> str:
        """What tells files made of this snapshot from those of another: its id, and of a replay its instant."""
        return f"{self.name}_as_of_{self.desk.as_of_at:%Y%m%dT%H%M%S}" if self.is_replay else self.name

    @cached_property
    def desk(self) -> Desk:
        """Whose desk this is and as of when: the one row of reports.desk."""
        return next(self.answer("select * from reports.desk").itertuples(index=False, name="Desk"))

    @cached_property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of every table, by `<layer>.<name>`."""
        listed = self.answer(ask.LISTED_COLUMNS)
        return {row.name: tuple(row.columns) for row in listed.itertuples()}

    def answer(self, sql: str, given: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Run one query in a cursor of its own. Raises OutdatedSnapshotError for what is not there."""
        # One shared connection, many threads: only a cursor per query never hands out another's rows.
        cursor = self.connection.cursor()
        parameters = {name: list(value) if isinstance(value, tuple) else value for name, value in (given or {}).items()}
        try:
            with holding():
                return cursor.execute(sql, parameters).df()
        finally:
            cursor.close()

    def read(self, function: Callable[..., Any], *given: object) -> Any:
        """Return what a function makes of a cursor of this snapshot and the given values.

        Raises OutdatedSnapshotError where it asks for what is not there.
        """
        cursor = self.connection.cursor()
        try:
            with holding():
                return function(cursor, *given)
        finally:
            cursor.close()

    def in_desk_time(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with its `_at` columns in the desk's zone, so that a table shows local time."""
        return ask.in_desk_time(frame, self.desk.timezone)


def take_snapshot() -> Snapshot | None:
    """Open the snapshot that CURRENT names, for the length of one page run; None without one.

    Raises WarehouseError when CURRENT names what is not there.
    """
    path = Warehouse(warehouse_folder()).current()
    if path is None:
        return None
    snapshot = open_snapshot(path.resolve())
    _newest[:] = [snapshot]
    return snapshot


def open_snapshot(path: Path) -> Snapshot:
    """Open a snapshot's file, or give the one that is open: all readers share it."""
    with _opening:
        snapshot = _opened.get(path)
        if snapshot is None:
            snapshot = _opened[path] = Snapshot(path, _open(path))
        return snapshot


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    """Connect read-only; whatever reaches SQL can neither read files, nor write, nor fetch."""
    settings = {
        "threads": "2",
        "memory_limit": "1GB",
        "temp_directory": str(Path(tempfile.gettempdir()) / "dashboard_spill"),
        "max_temp_directory_size": "4GB",
        "max_execution_time": "20000",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        # Of a list only the rows shown are read whole, up to this many: of the others, what they are ordered by.
        "late_materialization_max_rows": "1000",
    }
    connection = duckdb.connect(str(path), read_only=True, config=settings)
    # In this order: a temporary folder cannot be named once outside access is off.
    connection.execute("SET GLOBAL TimeZone='UTC'")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")
    return connection


def current() -> Snapshot:
    """Return the snapshot of this page run; every number of a page comes from the same one."""
    return st.session_state["snapshot"]


def desk() -> Desk:
    """Return the one row about the desk and its snapshot: name, timezone, as_of_text, is_stale, ..."""
    return current().desk


def rows(
    report: str,
    filters: Filters | None = None,
    *,
    within: str | None = None,
    limit: int | None = None,
    offset: int = 0,
    **where: str | int | bool | None,
) -> pd.DataFrame:
    """Return rows of `<layer>.<name>`, e.g. reports.queue, in the order of its `position` if it has one.

    With `filters`, the report is computed over the chosen tickets and period. `where` keeps rows
    whose columns equal the given values (None: are empty); `within` names a day column that must
    lie in the chosen period. Instants come in the desk's time zone, names as they may be shown.
    Raises OutdatedSnapshotError when the snapshot does not hold what the report reads.
    """
    snapshot = current()
    sql, given = query(snapshot, report, filters, within=within, limit=limit, offset=offset, **where)
    return snapshot.in_desk_time(masked_names(_cached(str(snapshot.path), sql, tuple(given.items()), snapshot)))


def count(report: str, filters: Filters | None = None, *, within: str | None = None, **where) -> int:
    """Return how many rows `rows` would return with the same arguments and no limit."""
    snapshot = current()
    sql, given = query(snapshot, report, filters, within=within, **where)
    counted = f"select count(*) as row_count from ({sql})"
    return int(_cached(str(snapshot.path), counted, tuple(given.items()), snapshot).row_count[0])


def reader(report: str, filters: Filters | None = None, **asked) -> Callable[[], pd.DataFrame]:
    """Return a function that gives all of `rows(...)`, callable from any thread: a download is one."""
    snapshot = current()
    sql, given = query(snapshot, report, filters, **asked)
    return lambda: snapshot.in_desk_time(snapshot.answer(sql, given))


def query(snapshot: Snapshot, report: str, filters: Filters | None = None, **asked) -> tuple[str, dict[str, object]]:
    """Return the SQL text and the bound parameters that `rows` runs for the same arguments.

    Raises OutdatedSnapshotError for a report and KeyError for a column that the snapshot does not have.
    """
    if report not in snapshot.columns:
        raise OutdatedSnapshotError(f"no {report}")
    return ask.query(snapshot.columns, report, filters, **asked)


@st.cache_data(max_entries=500, max_size="128MB", show_spinner=False)
def _cached(path: str, sql: str, given: tuple[tuple[str, object], ...], _snapshot: Snapshot) -> pd.DataFrame:
    """Return the answer to a query, kept for as long as there is room: a snapshot never changes."""
    return _snapshot.answer(sql, given=dict(given))
