"""What if a number of the terms were another: the verdicts that would change, and what stands beside them today.

Tried beside the published snapshot, in memory, and never in it. Only what reads the number is made anew
(etl/lineage.py): of facts the columns that need it, and of a rule that reads the number through facts
about its ticket, or through other rules, the tickets that changed there. Whatever a fact says before any
limit is read off the snapshot, where it is stored (`-- Kept in:`, etl/build.py).
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
    REFERENCE,
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
from etl.lineage import EVERY, Limit, Reach, limits_changed, may_change, reached, verdict_left_out, verdicts_seen
from etl.own_policy import changed_terms
from etl.policy import Row, asked_limits, policy_of, rules, write_policy
from etl.renew import COMPARED_TEXTS, is_by_itself, ticket_keys

RESULTS = Path(__file__).with_name("what_if.sql")
# The reports that a page, its words and its downloads ask, whatever is drawn. All of them would be dear to bind.
ASKED_ANYWHERE = ("reports.desk", "reports.numbers", "reports.choices")
ONE_ROW = re.compile(r"^-- One row per subject_id(?: \(.*\))?$", re.M)
KEYS = re.compile(r"^-- One row per (\w+(?:, \w+)*)", re.M)


@contextmanager
def beside(snapshot: Path, **settings: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to an empty database in memory, beside which the snapshot can be read; close it after."""
    con = opened_beside(snapshot, **settings)
    try:
        yield con
    finally:
        con.close()


def opened_beside(snapshot: Path, **settings: str) -> duckdb.DuckDBPyConnection:
    """Return such a connection. What the snapshot has is there under its name, as a view; of its reports those of ASKED_ANYWHERE."""
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
    layers = [layer for layer in LAYERS if layer != "reports"]
    names = con.execute(
        """
        select schema_name || '.' || table_name
        from (
            select database_name, schema_name, table_name from duckdb_tables()
            union all
            select database_name, schema_name, view_name from duckdb_views()
        )
        where database_name = 'snapshot' and list_contains($layers, schema_name)
        """,
        {"layers": layers},
    ).fetchall()
    con.execute("begin")
    for layer in layers:
        con.execute(f"create schema {layer}")
    con.execute("create schema reports")
    for name in [*(name for (name,) in names), *ASKED_ANYWHERE]:
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
    """One trial: what is made anew of what, and in which order.

    Where a rule judges each ticket by itself, and changes through facts about that ticket alone, these are
    compared with the stored ones in what its verdict hears of, and only the tickets that differ are judged
    again.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, limits: frozenset[Limit], is_dated: bool) -> None:
        self.con, self.limits, self.is_dated = con, limits, is_dated
        self.reach = reached(limits, is_dated)
        self.queries = read_queries()
        self.keys = ticket_keys(self.queries)
        self.judges = {name for name in self.reach if _is_judge(name, self.reach)}
        self.names = [name for name in order(self.queries, self.judges) if name in self.reach]
        self.compared = self._comparable()
        self.made: dict[str, str] = {}
        self.narrowed: set[str] = set()

    def run(self) -> None:
        needed = set(self.names).union(*(reads(self.queries[name]) for name in self.names))
        for base, keeper in kept_in(self.queries).items():
            if base in needed and base not in self.reach:
                columns = ", ".join(row[0] for row in self.con.execute(f"describe snapshot.{base}").fetchall())
                self._create("view", base, f"select {columns} from snapshot.{keeper}")
        for name in self.names:
            if name in self.judges:
                try:
                    self._judge(name)
                except (duckdb.DataError, duckdb.OperationalError, duckdb.InvalidInputException) as error:
                    raise QueryError(f"queries/{name.replace('.', '/')}.sql: {error}") from error
            elif self._gathers(name):
                self._gather(name)
            elif name in self.compared:
                self._create("view", name, self.queries[name])
            else:
                self._create("table", name, f"select {self._used(name)} from ({self.queries[name]}\n)")
        self._make_room()

    def _make_room(self) -> None:
        """Let go of all but the results: a trial stays in memory for as long as somebody looks at it."""
        for name, kind in self.made.items():
            self.con.execute(f"drop {kind} {name}")
            self.con.execute(f"create view {name} as select * from snapshot.{name}")
        helpers = self.con.execute(
            "select table_name from duckdb_tables() where database_name = 'memory' and schema_name = 'what_if' "
            "and table_name not in ('changes', 'outcomes')"
        ).fetchall()
        for (name,) in helpers:
            self.con.execute(f"drop table what_if.{name}")
        for schema in {source.partition(".")[0] for source in self.narrowed}:
            self.con.execute(f"drop schema {schema} cascade")

    def _create(self, kind: str, name: str, sql: str) -> None:
        """Create a table or view in the place of the snapshot's. Raises QueryError naming its file."""
        try:
            self.con.execute(f"drop view if exists {name}")
            self.con.execute(f"create {kind} {name} as {sql}")
            self.made[name] = kind
        except duckdb.Error as error:
            raise QueryError(f"queries/{name.replace('.', '/')}.sql: {error}") from error

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
        judge, clause = name.partition(".")[2], CLAUSE.search(self.queries[name])[1]
        verdict = "verdict" if name.startswith("rules.") else "'candidate'"
        has_one_row = bool(ONE_ROW.search(self.queries[name]))
        tried, as_it_is = f"({self.queries[name]}\n)", f"snapshot.{name}"
        if few := self._few(name):
            tried = f"({self._narrowed(name, few)}\n)"
            as_it_is = f"(from snapshot.{name} where subject_id in (select ticket_id from {few}))"
            if name in not_stored(self.queries):
                as_it_is = f"({self._narrowed(name, few, is_tried=False)}\n)"
        if any(name in reads(self.queries[other]) and not self._gathers(other) for other in self.names):
            self._create("view", name, self.queries[name])
        # Of a subject with several rows the worst counts, and it may have none on either side.
        worst = (
            ""
            if has_one_row
            else f"qualify row_number() over (partition by subject_id order by {verdict} desc, reason) = 1"
        )
        said = f"select subject_kind, subject_id, client_id, clause, {verdict} as verdict, reason from"
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
            from ({said} {as_it_is} {worst}) as as_is
            full join ({said} {tried} {worst}) as as_tried using (subject_id)
            where as_is.verdict is distinct from as_tried.verdict
            """,
            {"judge": judge, "clause": clause},
        )
        self.con.execute(
            f"""
            insert into what_if.outcomes
            select $judge, $clause, verdict, sum(was), sum(is_now)
            from (
                select verdict::varchar as verdict, subject_count as was, subject_count as is_now
                from ({self._counted(name, verdict)})
                union all
                select old_verdict, 0, -1 from what_if.changes where judge = $judge and old_verdict is not null
                union all
                select new_verdict, 0, 1 from what_if.changes where judge = $judge and new_verdict is not null
            )
            group by verdict
            having max(was) > 0 or sum(is_now) > 0
            """,
            {"judge": judge, "clause": clause},
        )

    def _counted(self, name: str, verdict: str) -> str:
        """Return a query for how many subjects have each verdict as it is: where it can be, without judging them again."""
        sql, rule = self.queries[name], name.partition(".")[2]
        if not ONE_ROW.search(sql):
            worst = f"select max({verdict}) as verdict from snapshot.{name} group by subject_id"
            return f"select verdict, count(*) as subject_count from ({worst}) group by verdict"
        every = {judge for judge, _, _, has_every_ticket in rules() if has_every_ticket}
        if rule in every and name in not_stored(self.queries) and is_by_itself(sql):
            for other in filter(self._gathers, self.names):
                if left_out := verdict_left_out(self.queries[other], name):
                    rows = f"from snapshot.{other} where rule = '{rule}'"
                    return f"""
                        select verdict, count(*) as subject_count {rows} group by verdict
                        union all
                        select {left_out}, (select count(*) from snapshot.facts.tickets) - count(*) {rows}
                    """
        return f"select {verdict} as verdict, count(*) as subject_count from snapshot.{name} group by all"

    def _gathers(self, name: str) -> bool:
        """Say whether a query of the rules' layer judges nothing by itself, but has rows of other rules, by `rule`."""
        is_gathering = name.startswith("rules.") and name not in UNIONS and not is_judge(name, self.queries[name])
        return is_gathering and name in self.keys

    def _gather(self, name: str) -> None:
        """Put into the place of the snapshot's rows those that the rules judged before have as tried."""
        key, sql, same, tried = self.keys[name], self.queries[name], ["true"], []
        for judged in sorted(self.judges & reads(sql)):
            rule = judged.partition(".")[2]
            self.con.execute(
                f"""
                create or replace view what_if.as_tried_{rule} as
                select subject_kind, subject_id, client_id, clause, new_verdict::verdict as verdict, new_reason as reason
                from what_if.changes
                where judge = '{rule}' and new_verdict is not null
                """
            )
            sql = re.sub(rf"\b{re.escape(judged)}\b", f"what_if.as_tried_{rule}", sql)
            same.append(
                f"not (rule = '{rule}' and {key} in (select subject_id from what_if.changes where judge = '{rule}'))"
            )
            tried.append(f"'{rule}'")
        self._create(
            "view",
            name,
            f"""
            select * from snapshot.{name} where {" and ".join(same)}
            union all by name
            select * from ({sql}\n) where list_contains([{", ".join(tried)}], rule)
            """,
        )

    def _gathering(self, name: str) -> list[str]:
        """Return what a query reads that gathers rows of rules judged anew."""
        return [other for other in sorted(reads(self.queries[name]) & self.reach.keys()) if self._gathers(other)]

    def _comparable(self) -> set[str]:
        """Return the facts that are not made anew for all tickets, for all that hears of them sees some tickets only."""
        found = {
            name
            for name in self.names
            if name.startswith("facts.") and is_by_itself(self.queries[name]) and EVERY not in self.reach[name]
        }
        while whole := {
            fact
            for fact in found
            for reader in self.names
            if reader not in found and self._hears(reader, fact, self.reach[fact]) and not self._rests_on(reader, found)
        }:
            found -= whole
        return found

    def _hears(self, name: str, fact: str, columns: frozenset[str]) -> frozenset[str]:
        """Return the columns of a query that may change with these columns of a fact."""
        if fact not in reads(self.queries[name]):
            return frozenset()
        return may_change(self.queries[name], {fact: columns}, frozenset())

    def _rests_on(self, name: str, compared: set[str]) -> set[str]:
        """Return the facts and rules through which alone the verdict of a rule changes, if that goes ticket by ticket."""
        gathered = (reads(self.queries[other]) for other in self._gathering(name))
        before = (compared & reads(self.queries[name])) | self.judges.intersection(set().union(*gathered))
        if not before or name not in self.judges or not is_by_itself(self.queries[name]):
            return set()
        others = {
            other: columns
            for other, columns in self.reach.items()
            if other not in before and not (other in self.queries and self._gathers(other))
        }
        changes_otherwise = may_change(self.queries[name], others | limits_changed(self.is_dated), self.limits)
        return set() if changes_otherwise & {"verdict", EVERY} else before

    def _few(self, name: str) -> str | None:
        """Return the table of the tickets to judge again, which changed in what a rule rests on; None for all there are."""
        before = self._rests_on(name, self.compared)
        if not before:
            return None
        facts = sorted(before & self.compared)
        differing = [self._differing(fact) for fact in facts]
        few = f"what_if.few_{name.partition('.')[2]}"
        if len(before) == len(facts) == 1:
            few = differing[0]
        else:
            gathered = [self._changed(gathering, name, before) for gathering in self._gathering(name)]
            changed = [f"from {table}" for table in differing] + gathered
            self.con.execute(f"create table {few} as {' union '.join(changed)}")
        # It does not pay to look most of them up.
        (are_few,) = self.con.execute(
            f"select 2 * (select count(*) from {few}) < (select count(*) from snapshot.facts.tickets)"
        ).fetchone()
        return few if are_few else None

    def _changed(self, gathering: str, name: str, before: set[str]) -> str:
        """Return a query for the tickets that changed in the rules gathered, where the rule that reads these may see it."""
        judged = [rule.partition(".")[2] for rule in sorted(before & reads(self.queries[gathering]))]
        seen = "true"
        if verdicts := verdicts_seen(self.queries[name], gathering):
            seen = " or ".join(f"{side}_verdict in ({', '.join(verdicts)})" for side in ("old", "new"))
        return f"select subject_id as ticket_id from what_if.changes where list_contains({judged}, judge) and ({seen})"

    def _differing(self, fact: str) -> str:
        """Return the table of the tickets of which a fact says something else that a verdict hears of."""
        table = f"what_if.differing_{fact.partition('.')[2]}"
        heard = [
            f"as_is.{column} is distinct from as_tried.{column}"
            for column in sorted(self.reach[fact])
            if any(self._hears(judge, fact, frozenset({column})) & {"verdict", EVERY} for judge in self.judges)
        ]
        self.con.execute(
            f"""
            create table if not exists {table} as
            select distinct {self.keys[fact]} as ticket_id
            from snapshot.{fact} as as_is
            inner join {fact} as as_tried using ({KEYS.search(self.queries[fact])[1]})
            where {" or ".join(heard) or "false"}
            """
        )
        return table

    def _narrowed(self, name: str, few: str, *, is_tried: bool = True) -> str:
        """Return a query that sees only these tickets, as tried or as it is."""
        seen = {}
        for other in reads(self.queries[name]):
            layer, short = other.split(".")
            source = other if is_tried else f"snapshot.{other}"
            if other in self.keys:
                kind, rows = "view", f"from {source} where {self.keys[other]} in (select ticket_id from {few})"
                schema = f"{few.partition('.')[2]}_{'tried' if is_tried else 'as_it_is'}_{layer}"
                source = f"{schema}.{short}"
                if source not in self.narrowed:
                    if is_tried and other in self.compared:
                        kind, rows = "table", f"select {self._used(other)} from ({self._narrowed(other, few)}\n)"
                    self.con.execute(f"create schema if not exists {schema}")
                    self.con.execute(f"create {kind} {source} as {rows}")
                    self.narrowed.add(source)
            seen[other] = source
        return REFERENCE.sub(lambda found: seen.get(found[1], found[1]), self.queries[name])
