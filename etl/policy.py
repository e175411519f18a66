"""The policy file: every clause with its words and readings, every number with the day it took effect.

Only starts are stored: a row is in force from 00:00 of its local day until the next row of the
same rule and parameter, and the first reaches back to the beginning [T12]. So no version can
overlap another or leave a gap. What a query asks the policy for is read from the query itself.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb

from etl import EtlError
from etl.build import read_queries
from etl.desk import utc_of

COLUMNS = ("clause", "effective_on", "rule", "parameter", "value", "unit", "text", "reading", "source")
NEEDED = ("clause", "effective_on", "rule", "parameter", "value", "unit", "text")
SHIPPED = Path(__file__).parent.parent / "data" / "policy.csv"

# What a value of the unit is: a number that is a duration in seconds, another number, or text.
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
NUMBERS = ("business_day", "month", "count", "share")
TEXTS = ("flag", "list", "")
UNITS = (*SECONDS, *NUMBERS, *TEXTS)
CHOICES = {("resolution_time", "clock"): ("elapsed", "desk")}
# As many or more of these are a finding; with none of them there is nothing to find.
AT_LEAST_ONE = {("post_burst", "posts"), ("licence_shared", "clients"), ("desk_questions_unanswered", "tickets")}
# A century, and of what is counted as many as a desk could ever see: beyond, there are no days to count with.
MOST = {
    "minute": 52_596_000,
    "hour": 876_600,
    "day": 36_525,
    "business_day": 36_525,
    "month": 1_200,
    "count": 1_000_000_000,
    "share": 1,
}

# The first version reaches back to the beginning, the last one has no end [T12].
BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)
LIMITS = {
    "clause": "varchar",
    "rule": "varchar",
    "parameter": "varchar",
    "effective_on": "date",
    "from_at": "timestamp",
    "until_at": "timestamp",
    "value": "varchar",
    "value_number": "double",
    "value_seconds": "bigint",
    "unit": "varchar",
}

# How a rule says what it asks, of which clause, and whether it has a row for every ticket.
HEADER = re.compile(r"-- (?P<question>.+\?)\n-- Clause: (?P<clause>.+)\n-- One row per (?P<grain>.+)")
RULES = {"rule": "varchar", "clause": "varchar", "question": "varchar", "has_every_ticket": "boolean"}
# A pattern says what it finds, and of which clause.
FINDS = re.compile(r"-- (?P<statement>.+\.)\n-- Clause: (?P<clause>.+)\n")
PATTERNS = {"pattern": "varchar", "clause": "varchar", "statement": "varchar"}

# How a query asks for a limit; the missing ones are named before anything is built.
ASKED = re.compile(r"\brule = '(\w+)'\s+and\s+(?:\w+\.)?parameter (?:= '(\w+)'|in \(([^)]*)\))")


class PolicyError(EtlError):
    """The policy file is not usable; the message names the row and the column."""


@dataclass(frozen=True)
class Row:
    """One row of the policy file, checked; `value_number` is None for flags, lists and choices."""

    clause: str
    effective_on: date
    rule: str
    parameter: str
    value: str
    value_number: float | None
    unit: str
    text: str
    reading: str
    source: str


def read_rows(path: str | Path) -> list[Row]:
    """Return the rows of the policy file, checked. Raises PolicyError."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    return parse_policy(text, path.name)


def parse_policy(text: str, file_name: str = "policy.csv") -> list[Row]:
    """Return the rows of a policy file, in its order. Raises PolicyError for anything unreadable."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    for column in NEEDED:
        if column not in header:
            raise PolicyError(f"{file_name}: the column {column} is missing; the columns are {', '.join(COLUMNS)}")
    rows: list[Row] = []
    first_record: dict[tuple, int] = {}
    for record, cells in enumerate(reader, start=1):
        where = f"{file_name}: record {record}"
        if None in cells or None in cells.values():
            raise PolicyError(f"{where}: has {'more' if None in cells else 'fewer'} cells than the header")
        if not any(cell.strip() for cell in cells.values()):
            continue
        row = _row(where, {name: cells.get(name, "").strip() for name in COLUMNS})
        # A number belongs to its rule, under whichever clause it stands: two would contradict each other.
        key = (row.rule, row.parameter) if row.parameter else (row.clause, row.rule, "")
        earlier = first_record.setdefault((*key, row.effective_on), record)
        if earlier != record:
            named = " ".join(filter(None, (row.rule, row.parameter))) or f"clause {row.clause}"
            raise PolicyError(f"{where}: {named} from {row.effective_on} stands in record {earlier} already")
        rows.append(row)
    _check_versions(file_name, rows)
    return rows


def policy_of(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return the policy rows that a snapshot was judged by."""
    found = con.execute(f"select {', '.join(COLUMNS)} from policy.clauses order by rowid").fetchall()
    return parse_policy(_as_csv(found), "the snapshot's policy")


def policy_text(rows: list[Row]) -> str:
    """Return rows as a policy file holds them."""
    return _as_csv([getattr(row, name) for name in COLUMNS] for row in rows)


def _as_csv(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def with_value(row: Row, value: str, where: str) -> Row:
    """Return a row with another value, checked as one of a file is; `where` begins the message. Raises PolicyError."""
    value, number = _value(where, {name: str(getattr(row, name)) for name in COLUMNS} | {"value": value.strip()})
    return replace(row, value=value, value_number=number)


@cache
def asked_limits() -> set[tuple[str, str]]:
    """Return every (rule, parameter) that a query asks policy.limits for."""
    asked = set()
    for sql in read_queries().values():
        for rule, one, several in ASKED.findall(re.sub(r"--.*", "", sql)):
            asked |= {(rule, parameter) for parameter in ([one] if one else re.findall(r"\w+", several))}
    return asked


def write_policy(con: duckdb.DuckDBPyConnection, rows: list[Row], timezone: str) -> None:
    """Fill policy.clauses and policy.limits from checked rows, policy.rules and policy.patterns from the queries.

    policy.clauses has the columns of the file, effective_on a DATE. policy.limits has one row per
    version of each parameter: clause, rule, parameter, effective_on, from_at, until_at (UTC,
    half-open, without gaps), value, value_number, value_seconds (of minutes, hours and days), unit.
    A rule without numbers has its versions there too, with neither parameter nor value.
    policy.rules has one row per rule there is: its clause, its question, has_every_ticket; policy.patterns one per
    pattern: its clause, and what it finds.
    """
    clauses = [tuple(getattr(row, name) or None for name in COLUMNS) for row in rows]
    limits = []
    stated = sorted((row for row in rows if row.rule), key=lambda row: (row.rule, row.parameter, row.effective_on))
    for _, grouped in groupby(stated, key=lambda row: (row.rule, row.parameter)):
        versions = list(grouped)
        starts = [utc_of(datetime.combine(row.effective_on, time.min), timezone) for row in versions[1:]]
        for row, from_at, until_at in zip(versions, [BEGINNING, *starts], [*starts, END], strict=True):
            seconds = round(row.value_number * SECONDS[row.unit]) if row.unit in SECONDS else None
            value = (row.value if row.parameter else None, row.value_number, seconds, row.unit or None)
            limits.append((row.clause, row.rule, row.parameter or None, row.effective_on, from_at, until_at, *value))
    _write(con, "policy.clauses", dict.fromkeys(COLUMNS, "varchar") | {"effective_on": "date"}, clauses)
    _write(con, "policy.limits", LIMITS, limits)
    _write(con, "policy.rules", RULES, list(rules()))
    _write(con, "policy.patterns", PATTERNS, list(_patterns()))


@cache
def rules() -> tuple[tuple[str, str, str, bool], ...]:
    """Return every rule there is: its name, its clause, its question, and whether it has a row for every ticket."""
    found = []
    for name, sql in read_queries().items():
        header = HEADER.match(sql)
        if header and name.startswith("rules."):
            has_every_ticket = header["grain"] == "subject_id (a ticket_id)"
            found.append((name.removeprefix("rules."), header["clause"], header["question"], has_every_ticket))
    return tuple(found)


@cache
def _patterns() -> tuple[tuple[str, str, str], ...]:
    """Return every pattern there is: its name, its clause, what it finds."""
    found = ((name, FINDS.match(sql)) for name, sql in read_queries().items() if name.startswith("patterns."))
    return tuple(
        (name.removeprefix("patterns."), header["clause"], header["statement"]) for name, header in found if header
    )


def _write(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[tuple]) -> None:
    """Create or replace a table of the given rows, in one statement."""
    given = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    listed = ", ".join(f"unnest(${column}::{kind}[]) as {column}" for column, kind in columns.items())
    con.execute(f"create or replace table {table} as select {listed}", given)


def _row(where: str, cells: dict[str, str]) -> Row:
    if not cells["clause"]:
        raise PolicyError(f"{where}, clause: is empty")
    try:
        effective_on = date.fromisoformat(cells["effective_on"])
    except ValueError:
        raise PolicyError(
            f"{where}, effective_on: cannot read {cells['effective_on']!r} as a day; write it like 2026-03-01"
        ) from None
    if cells["parameter"] and not cells["rule"]:
        raise PolicyError(f"{where}, rule: the parameter {cells['parameter']} belongs to no rule")
    if cells["unit"] not in UNITS:
        known = ", ".join(filter(None, UNITS))
        raise PolicyError(f"{where}, unit: cannot read {cells['unit']!r} as a unit; known: {known}")
    cells["value"], number = _value(where, cells) if cells["parameter"] else (cells["value"], None)
    return Row(**(cells | {"effective_on": effective_on, "value_number": number}))


def _value(where: str, cells: dict[str, str]) -> tuple[str, float | None]:
    """Return the value as the queries compare it, and as a number where it is one."""
    value, unit = cells["value"], cells["unit"]
    if unit == "flag":
        if value.lower() not in ("true", "false"):
            raise PolicyError(f"{where}, value: cannot read {value!r} as true or false")
        return value.lower(), None
    if unit == "list":
        # Codes, compared in small letters; a word that stood twice would be two rows to every join.
        return "|".join(dict.fromkeys(filter(None, (entry.strip() for entry in value.lower().split("|"))))), None
    if unit == "":
        choices = CHOICES.get((cells["rule"], cells["parameter"]))
        if choices is None:
            raise PolicyError(f"{where}, unit: is empty; {cells['rule']} {cells['parameter']} needs one")
        if value not in choices:
            raise PolicyError(f"{where}, value: cannot read {value!r} as one of {', '.join(choices)}")
        return value, None
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        raise PolicyError(f"{where}, value: cannot read {_shortened(value)!r} as a number of unit {unit}")
    # One number is written one way, so that 6.0 is no change of 6.
    whole, _, part = value.partition(".")
    value = ".".join(filter(None, (whole.lstrip("0") or "0", part.rstrip("0"))))
    number = float(value)
    if unit == "share" and number > 1:
        raise PolicyError(f"{where}, value: a share lies between 0 and 1, not at {_shortened(value)}")
    if number > MOST[unit]:
        most = f"at most {MOST[unit]:,} of unit {unit} can be counted; name a number up to that"
        raise PolicyError(f"{where}, value: {_shortened(value)} is too much, {most}")
    if unit in ("month", "count") and number != int(number):
        raise PolicyError(f"{where}, value: cannot read {_shortened(value)!r} as a whole number of unit {unit}")
    if number < 1 and (cells["rule"], cells["parameter"]) in AT_LEAST_ONE:
        raise PolicyError(f"{where}, value: {value} finds nothing; the least that can be asked for is 1")
    return value, number


def _shortened(value: str) -> str:
    return value if len(value) <= 20 else f"{value[:17]}..."


def _check_versions(file_name: str, rows: list[Row]) -> None:
    """Check that every limit a query asks for is there, in a unit of the kind the query counts in, first before last."""
    units: dict[tuple[str, str], str] = {}
    if SHIPPED.exists():
        with SHIPPED.open(encoding="utf-8-sig", newline="") as file:
            units = {
                (cells["rule"], cells["parameter"]): cells["unit"]
                for cells in csv.DictReader(file)
                if cells["parameter"]
            }
    for row in rows:
        expected = units.setdefault((row.rule, row.parameter), row.unit)
        if row.parameter and row.unit != expected and not {row.unit, expected} <= SECONDS.keys():
            raise PolicyError(
                f"{file_name}: {row.rule} {row.parameter} from {row.effective_on}, "
                f"unit: {row.unit or 'empty'} where {expected or 'empty'} is expected"
            )
    _check_order(file_name, rows)
    missing = asked_limits() - {(row.rule, row.parameter) for row in rows}
    if missing:
        listed = ", ".join(f"{rule} {parameter}" for rule, parameter in sorted(missing))
        raise PolicyError(f"{file_name}: no row gives {listed}; data/policy.csv as shipped shows the rows")


def _check_order(file_name: str, rows: list[Row]) -> None:
    """Check of every rule that has a first limit and a last one that the first never lies beyond the last."""
    versions: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.effective_on):
        versions.setdefault((row.rule, row.parameter), []).append(row)
    for (rule, parameter), firsts in versions.items():
        lasts = versions.get((rule, "last"), [])
        if parameter != "first" or not lasts:
            continue
        for day in sorted({row.effective_on for row in (*firsts, *lasts)}):
            first, last = (in_force(found, day) for found in (firsts, lasts))
            if _amount(first) > _amount(last):
                raise PolicyError(
                    f"{file_name}: {rule} from {day}: the first limit, {first.value} {first.unit}, lies beyond the "
                    f"last, {last.value} {last.unit}; make the first at most {last.value} {last.unit}, or the last later"
                )


def in_force(versions: list[Row], day: date) -> Row:
    """Return the version in force on a day; before the first day, the first is."""
    begun = [row for row in versions if row.effective_on <= day]
    return max(begun, key=lambda row: row.effective_on) if begun else min(versions, key=lambda row: row.effective_on)


def _amount(row: Row) -> float:
    return (row.value_number or 0) * SECONDS.get(row.unit, 1)
