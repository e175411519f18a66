"""A case: a sentence, a time, rows in, rows out; read from tests/cases/ and asked of a query.

tests/cases/<layer>/<name>.toml holds the cases of queries/<layer>/<name>.sql:

    name     the sentence; the tag of the reading it walks, if any, in brackets
    as_of    the clock
    given    rows per table: raw ones, or stand-ins for tables of the layers before; columns left
             out are NULL; a stand-in is not built, nor is anything only it needs
    desk     the desk file, if not Monday to Friday, 09:00-17:00, Europe/Vilnius
    policy   rows that replace, or with an effective_on add to, those of data/policy.csv
    chosen, period   the filters of a report: codes per kind, and [first day, last day]
    expect   every row, in the order of the grain, each with the columns it cares for
    error    instead of expect: what the build says

"null" is NULL, in and out. Instants without zone are UTC.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

import duckdb

from etl.ask import bound
from etl.build import UNIONS, QueryError, build, order, read_queries, reads, with_filters
from etl.calendar import write_calendar
from etl.desk import parse_desk
from etl.filters import Filters
from etl.policy import COLUMNS, SHIPPED, Row, parse_policy, write_policy
from tests.loading import empty_tables

FOLDER = Path(__file__).parent / "cases"
DESK = """
name = "Desk"
timezone = "Europe/Vilnius"
[hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]
"""
KEYS = {"name", "as_of", "given", "desk", "policy", "chosen", "period", "expect", "error"}


@dataclass(frozen=True, eq=False)
class Case:
    """One case of the query "layer.name": what its file says, and the queries it has built."""

    query: str
    said: dict

    @property
    def title(self) -> str:
        return f"{self.query}: {self.said['name']}"

    @cached_property
    def stand_ins(self) -> frozenset[str]:
        """The tables whose rows are given instead of built."""
        return frozenset(table for table in self.said.get("given", {}) if not table.startswith("raw."))

    @cached_property
    def built(self) -> list[str]:
        """What is built before the query itself, each after what it reads."""
        return [name for name in needed(self.query, self.stand_ins) if name != self.query]

    @cached_property
    def filters(self) -> Filters:
        return Filters(**{kind: tuple(codes) for kind, codes in self.said.get("chosen", {}).items()})

    def prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make everything the query reads, on empty canonical tables. Raises QueryError where the case's `error` may lie."""
        names = {*self.built, self.query}
        self._fill_raw(con, names)
        for table in self.stand_ins:
            columns = ", ".join(f'"{column}" {kind}' for column, kind in shapes()[table].items())
            con.execute(f"create or replace table {table} ({columns})")
        given = self.said.get("given", {})
        for table, listed in given.items():
            for columns, rows in groupby(listed, key=tuple):
                alike = list(rows)
                row = f"({', '.join('?' for _ in columns)})"
                con.execute(
                    f"insert into {table} ({', '.join(columns)}) values {', '.join(row for _ in alike)}",
                    [plain(value) for one in alike for value in one.values()],
                )
        if uses_calendar(names):
            values = [plain(value) for listed in given.values() for row in listed for value in row.values()]
            instants = [plain(self.said["as_of"]), *(value for value in values if isinstance(value, datetime))]
            years = min(instants).year, max(instants).year
            changes = tuple(tuple(change.items()) for change in self.said.get("policy", ()))
            for table, columns in calendar(self.said.get("desk", DESK), changes, *years).items():
                listed = ", ".join(f"unnest(${column}) as {column}" for column in columns)
                con.execute(f"insert into raw.{table} by name select {listed}", columns)
        build(con, wanted={*self.built}, given=self.stand_ins)

    def _fill_raw(self, con: duckdb.DuckDBPyConnection, names: set[str]) -> None:
        """Fill in the clock, the desk and the policy, as far as the queries named ask for them."""
        con.execute("insert into raw.clock values (?)", [plain(self.said["as_of"])])
        desk = parse_desk(self.said.get("desk", DESK))
        con.execute("insert into raw.desk values (?, ?, null, null, false, null)", [desk.name, desk.timezone])
        if any("policy." in read_queries()[name] for name in names) or uses_calendar(names):
            write_policy(con, policy(self.said.get("policy", ())), desk.timezone)

    def ask(self, con: duckdb.DuckDBPyConnection, sql: str | None = None) -> list[dict]:
        """Return the rows the query (or `sql` in its place) gives once all is prepared, in the order of its grain."""
        written = read_queries()[self.query]
        key = re.search(r"^-- One row per ([a-z_, ]+)", re.sub(r" \([^)]*\)", "", written), re.M)[1]
        chosen = {"narrow": self.filters.narrow}
        if "period" in self.said:
            first, last = self.said["period"]
            chosen["period"] = f"select date '{first}' as from_on, date '{last}' as until_on"
        try:
            asked = f"select * from ({with_filters(sql or written, **chosen)}\n) order by {key}"
            cursor = con.execute(asked, bound(asked, self.filters.parameters()))
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            raise QueryError(str(error)) from error

    @cached_property
    def expected(self) -> list[dict]:
        return [{column: plain(value) for column, value in row.items()} for row in self.said["expect"]]

    def compared(self, found: list[dict]) -> list[dict]:
        """Return of the rows found what the expected rows care for; rows too many whole."""
        cared = [{column: row[column] for column in wanted} for row, wanted in zip(found, self.expected, strict=False)]
        return cared + found[len(self.expected) :]


@cache
def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Return every case under tests/cases/."""
    return [
        Case(f"{path.parent.name}.{path.stem}", said)
        for path in sorted(folder.glob("*/*.toml"))
        for said in tomllib.loads(path.read_text("utf-8"))["case"]
    ]


@cache
def needed(name: str, stand_ins: frozenset[str]) -> list[str]:
    """Return the queries that the query reads, itself last, in the order of building, less what stands in for the rest."""
    queries = {
        other: ("" if other in stand_ins else sql) for other, sql in read_queries().items() if other not in UNIONS
    }
    return [other for other in order(queries, {name}) if other not in stand_ins]


def uses_calendar(names: set[str]) -> bool:
    """Tell whether any of the queries reads what the calendar writes."""
    written = {"raw.open_windows", "raw.local_days", "raw.zone_offsets", "raw.closures"}
    return any(reads(read_queries()[name]) & written for name in names)


@cache
def calendar(desk: str, changes: tuple, first: int, last: int) -> dict[str, dict[str, list]]:
    """Return {table: {column: values}} of the calendar of a desk file that serves every instant of these years.

    Laying one out takes longer than most cases, and one that reaches further says the same of each instant.
    """
    with empty_tables() as con:
        con.execute("insert into raw.clock values (?)", [datetime(last, 12, 31, 23, 59, 59)])
        con.execute("insert into raw.downloads (downloaded_at) values (?)", [datetime(first, 1, 1)])
        write_policy(con, policy(map(dict, changes)), parse_desk(desk).timezone)
        write_calendar(con, parse_desk(desk))
        found = {}
        for table in ("open_windows", "local_days", "zone_offsets", "closures"):
            cursor = con.execute(f"from raw.{table}")
            rows = cursor.fetchall()
            found[table] = {column[0]: [row[n] for row in rows] for n, column in enumerate(cursor.description)}
        return found


def policy(changes: Iterable[dict]) -> list[Row]:
    """Return the rows of data/policy.csv with a case's own: read as a file would be."""
    shipped = list(csv.DictReader(SHIPPED.read_text("utf-8").splitlines()))
    for change in changes:
        key = (change["rule"], change["parameter"])
        base = next(row for row in shipped if (row["rule"], row["parameter"]) == key)
        changed = base | {column: str(value) for column, value in change.items()}
        if "effective_on" not in change:
            shipped.remove(base)
        shipped.append(changed)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(shipped)
    return parse_policy(text.getvalue())


@cache
def shapes() -> dict[str, dict[str, str]]:
    """Return {"layer.name": {column: type}} of every query."""
    with empty_tables() as con:
        Case("facts.clock", {"as_of": datetime(2026, 3, 2)})._fill_raw(con, set(read_queries()))
        write_calendar(con, parse_desk(DESK))
        build(con)
        found: dict[str, dict[str, str]] = {}
        for schema, table, column, kind in con.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where database_name = current_database()"
        ).fetchall():
            kind = "verdict" if kind.startswith("ENUM") else kind
            found.setdefault(f"{schema}.{table}", {})[column] = kind
        return found


def plain(value: object) -> object:
    """Return a value of TOML as DuckDB gives it back: instants in UTC without zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return None if value == "null" else value
