"""The same load in DuckDB, compared with the model cell by cell, and what must hold of any snapshot."""

import csv
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from etl.build import build
from etl.calendar import write_calendar
from etl.desk import read_desk
from etl.load import load
from etl.policy import read_rows, write_policy
from loading import empty_tables
from reference.cells import Tables
from reference.desks import COLUMNS, RandomDesk
from reference.hours import Hours
from reference.terms import ANY
from reference.verdicts import TABLES, Model

KEYS = {
    "facts.turns": ("ticket_id", "turn_number"),
    "rules.duplicate": ("subject_id", "happened_at"),
    "rules.post_burst": ("subject_id", "happened_at"),
    "reports.bans": ("client_id", "clause", "since_at"),
    "reports.causes": ("product_id", "version", "outcome_code"),
    "reports.duplicates": ("older_ticket_id", "newer_ticket_id"),
    "reports.eligibility_today": ("client_id", "product_id"),
    "reports.entitlements": ("client_id", "product_id", "right_code"),
    "reports.load_by_day": ("day_on",),
    "reports.support_without_income": ("purchase_id",),
}
TAGS = {
    "response_basis": "R1 R2 R6 S15",
    "first_responded_at": "M1-M3 R3 R5 R6 T4",
    "response_business_seconds": "C1-C6 R3 R4",
    "response_due_at": "C3 C8 R7 T12",
    "response_band": "C9 R4 R5 S16",
    "first_resolved_at": "S5 S9",
    "resolved_at": "S1-S5",
    "resolution_seconds": "S6 S11",
    "desk_seconds": "S6 S13",
    "client_wait_seconds": "S13 M3",
    "resolution_band": "S4-S8 S16",
    "reopen_count": "S10",
    "closed_at": "S1 S2 S11 T6",
    "outcome_code": "S3 S4 S7",
    "last_activity_at": "A2 A3 S11",
    "last_word_by": "A2-A4 M3",
    "auto_close_due_at": "A3",
    "is_open": "S1 S2 S11 S16 T6",
    "client_id": "T10",
    "product_id": "V4",
    "facts.turns": "V9 M3",
    "rules.response_time": "R4 R7 D5 V3",
    "rules.resolution_time": "S8 D5 V3",
    "rules.coverage": "P1-P7 T6 T7 V3",
    "rules.support_extra": "P5 P6",
    "rules.registration": "E1 T10",
    "rules.description": "E2 T9",
    "rules.scope": "E6",
    "rules.channel": "E3",
    "rules.mailing_list": "E4",
    "rules.not_banned": "E5 V2",
    "rules.eligibility": "E7",
    "rules.auto_close": "A1 A3 A6 A8 S11 S16",
    "rules.duplicate": "D1-D6",
    "rules.latest_version": "X1 T7",
    "rules.complete_report": "X16 T9",
    "rules.backup": "X14 X16",
    "rules.one_question": "X2 S11 T7",
    "rules.conduct": "X3 V2 T7",
    "rules.refund_waiver": "W1-W3 V1 V5 T6",
    "rules.chargeback_waiver": "W1 W3 W4 T6",
    "reports.entitlements": "0.2 3.1 E8 W1-W3",
    "rules.post_burst": "B1-B3 M2 M3",
    "reports.duplicates": "D1-D4",
    "reports.auto_closes": "A1 A5 A7",
    "reports.bans": "N1 N2",
    "reports.eligibility_today": "E8",
    "reports.causes": "4.11 V10 S3-S7",
    "reports.deferred": "4.9 S7 T4 T5 M2",
    "reports.load_by_day": "L1-L4 S11 S16",
    "reports.queue": "X11",
    "reports.support_without_income": "3.4 E8 P3 P4 N2",
    "issue_first_seen_at": "D6",
}


@dataclass(frozen=True)
class Difference:
    """One cell that differs, or a row only one side has (column "row")."""

    table: str
    key: tuple
    column: str
    model: object
    found: object

    @property
    def tag(self) -> str:
        """Return the readings the model's value rests on."""
        return TAGS.get(self.column) or TAGS.get(self.table, "")

    def __str__(self) -> str:
        key = ", ".join(map(str, self.key))
        return f"{self.table}({key}).{self.column}: model {self.model}, found {self.found} [{self.tag}]"


# Two ways into DuckDB


def write_files(tables: dict[str, list[dict[str, str]]], folder: Path) -> None:
    """Write an export as CSV files, a file per table that has rows."""
    for table, records in tables.items():
        if records:
            used = [column for column in COLUMNS[table] if any(column in record for record in records)]
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, used, restval="")
                writer.writeheader()
                writer.writerows(records)


def write_desk(desk: RandomDesk, folder: Path) -> tuple[Path, Path]:
    """Write the desk file and the policy file; return their paths."""
    toml, policy = folder / "desk.toml", folder / "policy.csv"
    toml.write_text(desk.toml, "utf-8")
    with policy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(desk.policy[0]))
        writer.writeheader()
        writer.writerows(desk.policy)
    return toml, policy


def loaded(desk: RandomDesk, as_of: datetime, folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a snapshot made by the real loader from real files."""
    exports = folder / "exports"
    exports.mkdir()
    write_files(desk.tables, exports)
    toml, policy = write_desk(desk, folder)
    done = load(
        [exports],
        warehouse=folder / "warehouse",
        desk=toml,
        policy=policy,
        corrections=None,
        as_of=as_of.replace(tzinfo=UTC),
        fresh=True,
    )
    return duckdb.connect(str(done.snapshot), read_only=True)


@contextmanager
def built(desk: RandomDesk, as_of: datetime, wanted: set[str] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a snapshot in memory, from rows typed by the model: no loader, so many times as fast."""
    with empty_tables() as con:
        fill(con, desk.typed)
        con.execute("insert into raw.clock values (?)", [as_of])
        with tempfile.TemporaryDirectory() as folder:
            toml, policy = write_desk(desk, Path(folder))
            the_desk = read_desk(toml)
            con.execute("insert into raw.desk values ('Desk', ?, null, null, false, null)", [the_desk.timezone])
            write_policy(con, read_rows(policy), the_desk.timezone)
        write_calendar(con, the_desk)
        build(con, wanted=wanted)
        yield con


def fill(con: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Insert typed rows into the raw tables, numbered as their records were."""
    for table, rows in tables.items():
        if rows:
            columns = list(dict.fromkeys(column for row in rows for column in row))
            # Column by column: a statement for every row takes many times as long.
            cells = {column: [row.get(column) for row in rows] for column in columns}
            con.execute(
                f"insert into raw.{table} by name select {', '.join(f'unnest(${column}) as {column}' for column in columns)}, "
                "1 as file_number, unnest(range(1, $row_count + 1)) as record_number",
                cells | {"row_count": len(rows)},
            )


# Comparing


def differences(con: duckdb.DuckDBPyConnection, model: Model, number: int = 0) -> list[Difference]:
    """Return every cell of every table the snapshot has in which it and that desk of a model differ."""
    desk, as_of = model.load.looks[number]
    there = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            """select schema_name, view_name from duckdb_views() where database_name = current_database()
            union all select schema_name, table_name from duckdb_tables() where database_name = current_database()"""
        ).fetchall()
    }
    found: list[Difference] = []
    for table in TABLES:
        if table in there:
            found += compared(table, model.rows(table, number), con, desk.hours, as_of)
    return found


def compared(
    table: str, rows: list[dict], con: duckdb.DuckDBPyConnection, hours: Hours, as_of: datetime
) -> list[Difference]:
    """Return the differences of one table; columns the model does not compute are left alone."""
    cursor = con.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description]
    theirs = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if table == "reports.queue":
        theirs = [row | {"pace": pace(row, rows, hours, as_of)} for row in ranked(theirs)]
    if table == "reports.eligibility_today":
        theirs = [
            row | {"verdict": str(row["verdict"]).replace("ineligible", "fail").replace("eligible", "pass")}
            for row in theirs
        ]
    if table == "reports.bans":
        theirs = [row for row in theirs if row["state"] != "candidate"]
    default = ("subject_id",) if table.startswith("rules.") else ("ticket_id",)
    key = KEYS.get(table, default)
    sides: dict[tuple, tuple[list[dict], list[dict]]] = defaultdict(lambda: ([], []))
    for side, side_rows in enumerate((rows, theirs)):
        for row in side_rows:
            sides[tuple(row[column] for column in key)][side].append(row)
    found: list[Difference] = []
    for key_values, (ours, others) in sides.items():
        if len(ours) != len(others):
            found.append(Difference(table, key_values, "row", len(ours), len(others)))
            continue
        if len(ours) > 1:
            order = [column for column, value in ours[0].items() if value is not ANY]
            ours, others = (sorted(one, key=lambda row: [str(row.get(c)) for c in order]) for one in (ours, others))
        for our, other in zip(ours, others, strict=True):
            for column, value in our.items():
                if column not in other:
                    found.append(Difference(table, key_values, column, value, "no such column"))
                elif value is not ANY and value != other[column]:
                    found.append(Difference(table, key_values, column, value, other[column]))
            if table.startswith("rules.") and not (other.get("reason") or "").strip():
                found.append(Difference(table, key_values, "reason", "a sentence", other.get("reason")))
    return found


def ranked(rows: list[dict]) -> list[dict]:
    """Return the queue with equal ranks for equal waits; positions that are no 1..n stay as they are."""
    if sorted(row["position"] for row in rows) != list(range(1, len(rows) + 1)):
        return rows
    first: dict[datetime, int] = {}
    for row in rows:
        first[row["waiting_since_at"]] = min(row["position"], first.get(row["waiting_since_at"], row["position"]))
    return [row | {"position": first[row["waiting_since_at"]], "place": row["position"]} for row in rows]


def pace(row: dict, rows: list[dict], hours: Hours, as_of: datetime) -> float | str | None:
    """Return the pace an expected answer rests on: the model's, if within a business second or two of it.

    No expected answer is right without a pace, and where it would be further away than a calendar reaches.
    """
    wanted = next((our["pace"] for our in rows if our["ticket_id"] == row["ticket_id"]), None)
    expected, place = row["expected_answer_at"], row.get("place", row["position"])
    if wanted is None or expected is None:
        is_far = wanted is not None and place / wanted > hours.business_seconds(as_of, as_of + timedelta(days=90))
        return wanted if expected is None and is_far else None if expected is None else f"expected at {expected}"
    seconds = hours.business_seconds(as_of, expected)
    return wanted if abs(seconds - place / wanted) <= 2 else f"{place} places in {seconds} business seconds"


# What holds of any snapshot, whatever is in it. Each query returns the rows that break it.

PER_TICKET_RULES = (
    "response_time", "resolution_time", "coverage", "support_extra", "registration", "description", "scope", "channel",
    "mailing_list", "not_banned", "auto_close", "eligibility", "latest_version", "complete_report", "backup",
    "one_question",
)  # fmt: skip
INVARIANTS = {
    "backlog(d) = backlog(d-1) + opened + reopened - closed": """
        select day_on from (
            select *, coalesce(lag(backlog_count) over (order by day_on), 0) as before from reports.load_by_day
        ) where backlog_count is distinct from before + opened_count + reopened_count - closed_count""",
    "the backlog is waiting on somebody": """
        select day_on from reports.load_by_day
        where backlog_count is distinct from waiting_on_desk_count + waiting_on_client_count""",
    "every local day once": """
        select day_on from (select day_on, lag(day_on) over (order by day_on) as before from reports.load_by_day)
        where before is not null and day_on <> before + 1""",
    "the last backlog is what is open": """
        select last_day.backlog_count from (select * from reports.load_by_day order by day_on desc limit 1) as last_day
        where backlog_count is distinct from (select count(*) from facts.tickets where is_open)
        and backlog_count is not null""",
    "0 <= business seconds <= elapsed seconds": """
        select ticket_id from facts.turns, facts.clock
        where answer_business_seconds < 0 or answer_business_seconds
            > greatest(epoch(coalesce(answered_at, as_of_at)) - epoch(asked_at), 0)""",
    "0 <= client's wait <= elapsed seconds": """
        select ticket_id from facts.tickets, facts.clock
        where client_wait_seconds < 0 or desk_seconds < 0
            or client_wait_seconds + desk_seconds <> epoch(coalesce(closed_at, as_of_at)) - epoch(opened_at)""",
    "one row per ticket in facts.tickets and reports.tickets": """
        select ticket_id from facts.tickets group by ticket_id having count(*) <> 1
        union all
        select ticket_id from reports.tickets group by ticket_id having count(*) <> 1""",
    "nothing after as_of": """
        select ticket_id from facts.tickets, facts.clock
        where greatest(opened_at, first_responded_at, resolved_at, first_resolved_at, closed_at, last_activity_at) > as_of_at""",
    "turn 1 is the first response": """
        select tickets.ticket_id from facts.tickets as tickets
        left join facts.turns as turns on turns.ticket_id = tickets.ticket_id and turns.turn_number = 1
        where turns.answer_band is distinct from tickets.response_band
        or turns.due_at is distinct from tickets.response_due_at""",
    "one row per ticket in every rule about tickets": f"""
        with judged as ({" union all ".join(f"select '{rule}' as rule, subject_id from rules.{rule}" for rule in PER_TICKET_RULES)}),
        wanted as (select rule, ticket_id from facts.tickets, (select unnest({list(PER_TICKET_RULES)}) as rule))
        select wanted.rule, wanted.ticket_id, judged.rule, judged.subject_id from wanted
        full join judged on judged.rule = wanted.rule and judged.subject_id = wanted.ticket_id
        group by all having count(*) <> 1 or wanted.rule is null or judged.rule is null""",
}


def broken(con: duckdb.DuckDBPyConnection, whole: bool = True) -> dict[str, list]:
    """Return the invariants that do not hold, each with the rows that break it.

    Unless the snapshot is `whole`, those about tables it does not have are passed over.
    """
    found: dict[str, list] = {}
    for name, query in INVARIANTS.items():
        try:
            found[name] = con.execute(query).fetchall()
        except duckdb.CatalogException:
            if whole:
                raise
    if con.execute("select bool_and(is_open is null) from facts.tickets").fetchone()[0]:  # nothing is known [S16]
        for name in ("backlog(d) = backlog(d-1) + opened + reopened - closed", "the last backlog is what is open"):
            found.pop(name, None)
    return {name: rows for name, rows in found.items() if rows}
