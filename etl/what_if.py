"""What if a number of the terms were another: the verdicts that would change, and what stands beside them today.

Tried beside the published snapshot, in memory, and never in it. Only what reads the number is made anew
(etl/lineage.py): of facts the columns that need it, of rules the verdict, and of a rule that reads other
rules the subjects whose verdicts changed there. Whatever a fact says before any limit is read off the
snapshot, where it is stored (`-- Kept in:`, etl/build.py).
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import duckdb

from etl.build import (
    CLAUSE,
    LAYERS,
    UNIONS,
    QueryError,
    is_judge,
    kept_in,
    not_stored,
    order,
    read_queries,
    reads,
    without_comments,
)
from etl.lineage import EVERY, Limit, Reach, limits_changed, may_change, reached
from etl.own_policy import changed_terms
from etl.policy import Row, asked_limits, policy_of, write_policy
from etl.renew import COMPARED_TEXTS, is_by_itself

RESULTS = Path(__file__).with_name("what_if.sql")
ONE_ROW = re.compile(r"^-- One row per subject_id(?: \(.*\))?$", re.M)
BY_SUBJECT = re.compile(r"^-- One row per (subject_id|ticket_id)\b", re.M)


@contextmanager
def beside(snapshot: Path, **settings: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to an empty database in memory, beside which the snapshot can be read; close it after."""
    con = opened_beside(snapshot, **settings)
    try:
        yield con
    finally:
        con.close()


def opened_beside(snapshot: Path, **settings: str) -> duckdb.DuckDBPyConnection:
    """Return such a connection. Everything of the snapshot is there under its name, as a view."""
    con = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # A folder of its own, made when it is needed and gone with the connection; else it were the working folder.
            "temp_directory": str(Path(tempfile.gettempdir()) / f"what_if_{uuid4().hex}"),
            **settings,
        }
    )
    con.execute("set global timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    file = str(snapshot).replace("'", "''")
    con.execute(f"attach '{file}' as snapshot (read_only)")
    con.execute("set enable_external_access = false")
    names = con.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'snapshot' "
        "union all select schema_name || '.' || view_name from duckdb_views() where database_name = 'snapshot' and not internal"
    ).fetchall()
    con.execute("begin")
    for layer in LAYERS:
        con.execute(f"create schema {layer}")
    for (name,) in names:
        con.execute(f"create view {name} as select * from snapshot.{name}")
    con.execute(f"create or replace view raw.compared_texts as {COMPARED_TEXTS} snapshot.facts.compared_pairs")
    con.execute(RESULTS.read_text("utf-8"))
    con.execute("commit")
    return con


def try_out(con: duckdb.DuckDBPyConnection, values: Mapping[Limit, str], from_on: date | None = None) -> None:
    """Judge the snapshot beside the connection by other numbers, and fill the tables of what_if.

    what_if.changes has a row per rule (or pattern) and subject whose verdict changes: both verdicts, both
    reasons, NULL where there is no row. what_if.outcomes has, of each that reads the numbers, how many
    subjects have each verdict, as it is and as it would be. Raises EtlError for numbers that cannot be.
    """
    con.execute("use snapshot")
    rows = policy_of(con)
    (timezone,) = con.execute("select timezone from raw.desk").fetchone()
    con.execute("use memory")
    terms = changed_terms(rows, values, from_on)
    for name in ("clauses", "limits", "rules", "patterns"):
        con.execute(f"drop view if exists policy.{name}")
    write_policy(con, terms, timezone)
    _Trial(con, frozenset(values), from_on is not None).run()


def judges_of(limits: Iterable[Limit]) -> list[str]:
    """Return the rules and patterns whose verdicts may change with these limits, "layer.name", in order."""
    reach = reached(frozenset(limits))
    return [name for name in order(read_queries()) if name in reach and _is_judge(name, reach)]


def numbers(rows: list[Row]) -> list[Row]:
    """Return of each number of the terms that a query asks for its latest version."""
    latest: dict[Limit, Row] = {}
    for row in rows:
        limit = (row.rule, row.parameter)
        if limit in asked_limits() and (limit not in latest or row.effective_on >= latest[limit].effective_on):
            latest[limit] = row
    return list(latest.values())


def _is_judge(name: str, reach: Reach) -> bool:
    if not is_judge(name, read_queries()[name]):
        return False
    return name.startswith("patterns.") or (name.startswith("rules.") and bool(reach[name] & {"verdict", EVERY}))


class _Trial:
    """One trial: what is made anew of what, and in which order."""

    def __init__(self, con: duckdb.DuckDBPyConnection, limits: frozenset[Limit], is_dated: bool) -> None:
        self.con, self.limits, self.is_dated = con, limits, is_dated
        self.reach = reached(limits, is_dated)
        self.queries = read_queries()
        judges = {name for name in self.reach if _is_judge(name, self.reach)}
        self.names = [name for name in order(self.queries, judges) if name in self.reach]
        self.judged: list[str] = []
        self.kinds: dict[str, str] = {}

    def run(self) -> None:
        needed = set(self.names).union(*(reads(self.queries[name]) for name in self.names))
        for base, keeper in kept_in(self.queries).items():
            if base in needed and base not in self.reach:
                columns = ", ".join(row[0] for row in self.con.execute(f"describe snapshot.{base}").fetchall())
                self._create("view", base, f"select {columns} from snapshot.{keeper}")
        for name in self.names:
            if _is_judge(name, self.reach):
                try:
                    self._judge(name)
                except (duckdb.DataError, duckdb.OperationalError, duckdb.InvalidInputException) as error:
                    raise QueryError(f"queries/{name.replace('.', '/')}.sql: {error}") from error
            elif self._gathers(name):
                self._gather(name)
            else:
                self._create("table", name, f"select {self._used(name)} from ({self.queries[name]}\n)")
        self._make_room()

    def _make_room(self) -> None:
        """Let go of all but the results: a trial stays in memory for as long as somebody looks at it."""
        for name in self.names:
            self.con.execute(f"drop {self.kinds[name]} {name}")
            self.con.execute(f"create view {name} as select * from snapshot.{name}")
        helpers = self.con.execute(
            "select table_name from duckdb_tables() where database_name = 'memory' and schema_name = 'what_if' "
            "and table_name not in ('changes', 'outcomes')"
        ).fetchall()
        for (name,) in helpers:
            self.con.execute(f"drop table what_if.{name}")

    def _create(self, kind: str, name: str, sql: str, of: str | None = None) -> None:
        """Create a table or view; where it cannot be, the file at fault is that of the query `of`, or of its name."""
        try:
            self.con.execute(f"drop view if exists {name}")
            self.con.execute(f"create {kind} {name} as {sql}")
            self.kinds[name] = kind
        except duckdb.Error as error:
            raise QueryError(f"queries/{(of or name).replace('.', '/')}.sql: {error}") from error

    def _used(self, name: str) -> str:
        """Return the columns of a fact that what is made of it may name: wide facts are not written whole."""
        columns = [row[0] for row in self.con.execute(f"describe snapshot.{name}").fetchall()]
        readers = [without_comments(self.queries[other]) for other in self.names if name in reads(self.queries[other])]
        short = name.partition(".")[2]
        stars = rf"\bselect \*\s+from {name}\b|^(?!.*\b{short} as \().*\b{short}\.\*"
        if any(re.search(stars, text, re.DOTALL) for text in readers):
            return "*"
        return ", ".join(column for column in columns if any(re.search(rf"\b{column}\b", text) for text in readers))

    def _judge(self, name: str) -> None:
        """Judge anew by one rule or pattern, and add to the results the subjects whose verdict changes."""
        judge = name.partition(".")[2]
        before = self._all_it_rests_on(name)
        # What sees few subjects is made once; of the others the verdicts alone come first, for who changed.
        if before:
            self._create("table", f"what_if.of_few_{judge}", self._restricted(name, before), name)
            others = (
                f"select * from snapshot.{name} where subject_id not in (select subject_id from what_if.few_{judge})"
            )
            self._create("view", name, f"{others} union all by name select * from what_if.of_few_{judge}")
        else:
            self._create("view", name, self.queries[name])
        is_rule, has_one_row = name.startswith("rules."), bool(ONE_ROW.search(self.queries[name]))
        verdict = "verdict" if is_rule else "'candidate'"
        of_subject = f"select subject_id, {verdict if has_one_row else f'max({verdict})'} as verdict from"
        grouped = "" if has_one_row else "group by subject_id"
        all_that_was = f"snapshot.{name}"
        if name in not_stored(self.queries):  # asked twice below, and each time judged again
            all_that_was = f"what_if.was_{judge}"
            self.con.execute(f"create table {all_that_was} as {of_subject} snapshot.{name} {grouped}")
        was, is_tried, as_it_is = all_that_was, name, f"snapshot.{name}"
        if before:
            was = f"{was} where subject_id in (select subject_id from what_if.few_{judge})"
            is_tried = f"what_if.of_few_{judge}"
        # Of a subject with several rows the worst counts, and it may have none on either side.
        self.con.execute(
            f"""
            create table what_if.changed_{judge} as
            select subject_id
            from ({of_subject} {was} {grouped}) as as_is
            full join ({of_subject} {is_tried} {grouped}) as as_tried using (subject_id)
            where as_is.verdict is distinct from as_tried.verdict
            """
        )
        chosen = f"where subject_id in (select subject_id from what_if.changed_{judge})"
        if not before and is_by_itself(self.queries[name]) and self._are_few(f"what_if.changed_{judge}", all_that_was):
            is_tried = f"({self._narrowed(self.queries[name], f'what_if.changed_{judge}')}\n)"
            if name in not_stored(self.queries):
                as_it_is = f"({self._narrowed(self.queries[name], f'what_if.changed_{judge}', is_tried=False)}\n)"
        self.con.execute(f"create table what_if.as_tried_{judge} as select * from {is_tried} {chosen}")
        said = f"subject_kind, subject_id, client_id, clause, {verdict}::varchar as verdict, reason"
        worst = (
            ""
            if has_one_row
            else f"qualify row_number() over (partition by subject_id order by {verdict} desc, reason) = 1"
        )
        self.con.execute(
            f"""
            insert into what_if.changes
            select
                $judge,
                coalesce(as_tried.clause, as_is.clause, $clause),
                coalesce(as_tried.subject_kind, as_is.subject_kind),
                subject_id,
                coalesce(as_tried.client_id, as_is.client_id),
                as_is.verdict,
                as_tried.verdict,
                as_is.reason,
                as_tried.reason
            from (select {said} from {as_it_is} {chosen} {worst}) as as_is
            full join (select {said} from what_if.as_tried_{judge} {worst}) as as_tried using (subject_id)
            """,
            {"judge": judge, "clause": self._clause(name)},
        )
        self.con.execute(
            f"""
            insert into what_if.outcomes
            select $judge, $clause, verdict::varchar, sum(was), sum(is_now)
            from (
                select verdict::varchar as verdict, count(*) as was, count(*) as is_now
                from ({of_subject} {all_that_was} {grouped})
                group by all
                union all
                select old_verdict, 0, -1 from what_if.changes where judge = $judge and old_verdict is not null
                union all
                select new_verdict, 0, 1 from what_if.changes where judge = $judge and new_verdict is not null
            )
            group by verdict
            """,
            {"judge": judge, "clause": self._clause(name)},
        )
        self.judged.append(name)

    def _gathers(self, name: str) -> bool:
        """Say whether a query of the rules' layer judges nothing by itself, but has rows of other rules, by `rule`."""
        is_gathering = name.startswith("rules.") and name not in UNIONS and not is_judge(name, self.queries[name])
        return is_gathering and bool(BY_SUBJECT.search(self.queries[name]))

    def _gather(self, name: str) -> None:
        """Put into the place of the snapshot's rows those that the rules judged before have as tried."""
        key = BY_SUBJECT.search(self.queries[name])[1]
        sql, same, rules = self.queries[name], ["true"], []
        for judged in [judged for judged in self.judged if judged in reads(sql)]:
            rule = judged.partition(".")[2]
            sql = re.sub(rf"\b{re.escape(judged)}\b", f"what_if.as_tried_{rule}", sql)
            same.append(f"not (rule = '{rule}' and {key} in (select subject_id from what_if.changed_{rule}))")
            rules.append(f"'{rule}'")
        self._create(
            "view",
            name,
            f"""
            select * from snapshot.{name} where {" and ".join(same)}
            union all by name
            select * from ({sql}\n) where list_contains([{", ".join(rules)}], rule)
            """,
        )

    def _read_of(self, name: str, names: Iterable[str]) -> list[str]:
        """Return which of the names a query reads, by itself or through what gathers rules."""
        read = reads(self.queries[name])
        read = read.union(
            *(reads(self.queries[other]) for other in read if other in self.queries and self._gathers(other))
        )
        return [other for other in names if other in read]

    def _are_few(self, subjects: str, all_of_them: str) -> bool:
        """Say whether it pays to look these subjects up in what a query reads, rather than to ask for all."""
        few, count = self.con.execute(
            f"select (select count(*) from {subjects}), (select count(*) from {all_of_them})"
        ).fetchone()
        return 4 * few < count

    def _all_it_rests_on(self, name: str) -> list[str]:
        """Return those judged before that a rule reads, if it changes through nothing else and ticket by ticket."""
        before = self._read_of(name, self.judged)
        if not before or not is_by_itself(self.queries[name]):
            return []
        others = {
            other: columns
            for other, columns in self.reach.items()
            if other not in before and not (other in self.queries and self._gathers(other))
        }
        changes_otherwise = may_change(self.queries[name], others | limits_changed(self.is_dated), self.limits)
        return [] if changes_otherwise & {"verdict", EVERY} else before

    def _restricted(self, name: str, before: list[str]) -> str:
        """Return a query that sees only the subjects whose verdicts changed in those judged before."""
        few = f"what_if.few_{name.partition('.')[2]}"
        self.con.execute(
            f"create table {few} as "
            + " union ".join(f"select subject_id from what_if.changed_{other.partition('.')[2]}" for other in before)
        )
        return self._narrowed(self.queries[name], few, before)

    def _narrowed(self, sql: str, subjects: str, before: Iterable[str] = (), *, is_tried: bool = True) -> str:
        """Return a query that sees only these subjects, as tried or as it is.

        Of what was judged `before`, it sees their verdicts as tried.
        """
        for other in reads(sql):
            layer, judge = other.split(".")
            key = BY_SUBJECT.search(self.queries.get(other, ""))
            if not key:
                if not is_tried:
                    sql = re.sub(rf"\b{layer}\.{judge}\b", f"snapshot.{other}", sql)
                continue
            chosen = f"{key[1]} in (select subject_id from {subjects})"
            seen = f"select * from {other if is_tried and other in self.reach else f'snapshot.{other}'} where {chosen}"
            if other in before:
                same = f"subject_id not in (select subject_id from what_if.changed_{judge})"
                seen = f"select * from snapshot.{other} where {chosen} and {same} union all by name select * from what_if.as_tried_{judge}"
            schema = f"{'changed' if is_tried else 'unchanged'}_{layer}"
            self.con.execute(f"create schema if not exists {schema}")
            self.con.execute(f"create or replace view {schema}.{judge} as {seen}")
            sql = re.sub(rf"\b{layer}\.{judge}\b", f"{schema}.{judge}", sql)
        return sql

    def _clause(self, name: str) -> str:
        return CLAUSE.search(self.queries[name])[1]
