"""Each query gives the rows its cases in tests/cases/ expect.

tests/cases/<layer>/<name>.toml holds the cases of queries/<layer>/<name>.sql. A case is a sentence, a
time, rows in and rows out:

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
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb
import pytest

from etl.ask import bound
from etl.build import QueryError, build, order, read_queries, reads, with_filters
from etl.calendar import write_calendar
from etl.desk import parse_desk
from etl.filters import Filters
from etl.policy import COLUMNS, SHIPPED, Row, parse_policy, write_policy
from etl.tables import create_tables

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
CASES = [
    (f"{path.parent.name}.{path.stem}", case)
    for path in sorted(FOLDER.glob("*/*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_case(name: str, case: dict):
    assert case.keys() <= KEYS
    with duckdb.connect(config={"threads": "1"}) as con:
        if "error" in case:
            with pytest.raises(QueryError) as caught:
                rows(con, name, case)
            assert case["error"] in str(caught.value)
            return
        found = rows(con, name, case)
    expect = [{column: plain(value) for column, value in row.items()} for row in case["expect"]]
    compared = [{column: row[column] for column in wanted} for row, wanted in zip(found, expect, strict=False)]
    assert compared == expect
    assert len(found) == len(expect), f"more rows than expected: {found[len(expect) :]}"


def rows(con: duckdb.DuckDBPyConnection, name: str, case: dict) -> list[dict]:
    """Return the rows the query gives for a case, in the order of its grain."""
    given = case.get("given", {})
    stand_ins = frozenset(table for table in given if not table.startswith("raw."))
    prepare(con, case, needed(name, stand_ins))
    for table in stand_ins:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in shapes()[table].items())
        con.execute(f"create table {table} ({columns})")
    for table, listed in given.items():
        for row in listed:
            columns = ", ".join(row)
            con.execute(
                f"insert into {table} ({columns}) values ({', '.join('?' for _ in row)})",
                [plain(value) for value in row.values()],
            )
    if uses_calendar(needed(name, stand_ins)):
        # The calendar covers what is in raw; a download nobody asks about makes it cover the stand-ins.
        instants = [plain(value) for listed in given.values() for row in listed for value in row.values()]
        first = min((instant for instant in instants if isinstance(instant, datetime)), default=plain(case["as_of"]))
        con.execute("insert into raw.downloads (download_id, downloaded_at) values ('first', ?)", [first])
        write_calendar(con, parse_desk(case.get("desk", DESK)))
    sql = read_queries()[name]
    key = re.search(r"^-- One row per ([a-z_, ]+)", re.sub(r" \([^)]*\)", "", sql), re.M)[1]
    build(con, wanted=needed(name, stand_ins) - {name}, given=stand_ins)
    filters = Filters(**{kind: tuple(codes) for kind, codes in case.get("chosen", {}).items()})
    chosen = {"narrow": filters.narrow}
    if "period" in case:
        chosen["period"] = f"select date '{case['period'][0]}' as from_on, date '{case['period'][1]}' as until_on"
    try:
        asked = f"select * from ({with_filters(sql, **chosen)}\n) order by {key}"
        cursor = con.execute(asked, bound(asked, filters.parameters()))
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def prepare(con: duckdb.DuckDBPyConnection, case: dict, names: set[str]) -> None:
    """Create the raw tables, the clock, the desk and the policy of a case."""
    create_tables(con)
    con.execute("insert into raw.clock values (?)", [plain(case["as_of"])])
    desk = parse_desk(case.get("desk", DESK))
    con.execute("insert into raw.desk values (?, ?, null, null, false)", [desk.name, desk.timezone])
    if any("policy." in read_queries()[name] for name in names) or uses_calendar(names):
        write_policy(con, policy(case.get("policy", ())), desk.timezone)


@cache
def needed(name: str, stand_ins: frozenset[str]) -> set[str]:
    """Return the queries that the query reads, itself among them, less what stands in for the rest."""
    queries = {
        other: ("" if other in stand_ins else sql) for other, sql in read_queries().items() if other != "rules.findings"
    }
    return set(order(queries, {name})) - stand_ins


def uses_calendar(names: set[str]) -> bool:
    """Tell whether any of the queries reads what the calendar writes."""
    written = {"raw.open_windows", "raw.local_days", "raw.zone_offsets", "raw.closures"}
    return any(reads(read_queries()[name]) & written for name in names)


def policy(changes: list[dict]) -> list[Row]:
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
    with duckdb.connect() as con:
        prepare(con, {"as_of": datetime(2026, 3, 2)}, set(read_queries()))
        write_calendar(con, parse_desk(DESK))
        build(con)
        found: dict[str, dict[str, str]] = {}
        for schema, table, column, kind in con.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall():
            kind = "verdict" if kind.startswith("ENUM") else kind
            found.setdefault(f"{schema}.{table}", {})[column] = kind
        return found


def plain(value: object) -> object:
    """Return a value of TOML as DuckDB gives it back: instants in UTC without zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return None if value == "null" else value
