"""Put small faults into the queries and see which ones no case notices.

`python -m tests.mutate [QUERY...] [--since REV] [--workers N]`, or `make mutate`. For each query of
facts, rules and patterns every mutant (tests/mutants.py) takes the query's place, and its cases are
tried, then those of the queries that read it, the nearest first, until one fails. A case is prepared
once by a worker, which keeps it (some 8 MB); behind the mutant only what changes is built again, in a
transaction that is rolled back.

A mutant that means the same as the query is excused in tests/mutants_excused.toml, with the reason; an
excuse that excuses nothing any more is an error. Exits with 1 when less than TARGET of all mutants is
caught, an excuse has expired, or a case fails without any fault; 2 is wrong usage.
"""

import argparse
import subprocess
import sys
import time
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import duckdb

from etl.build import UNIONS, QueryError, read_queries, reads, views_in_a_snapshot, with_filters
from etl.tables import create_tables
from tests.case import Case, read_cases
from tests.mutants import Mutant, mutants, read, written

ROOT = Path(__file__).parent.parent
EXCUSES = Path(__file__).with_name("mutants_excused.toml")
TARGET = 0.90
# Mutants that go to a worker at once: many share the preparation of cases, few share the work evenly.
BATCH = 20
# A mutant may loop for ever or multiply rows: it is stopped, and caught.
LIMITS = {
    "threads": "1",
    "max_execution_time": "30000",
    "memory_limit": "1GB",
    "max_temp_directory_size": "0KB",
}
# What is no mutant because it is no SQL, such as a full join on an inequality.
NO_QUERY = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException, duckdb.NotImplementedException)


@dataclass(frozen=True)
class Excuse:
    """Mutants that mean the same as the query, as patterns of its name and of the change, and why."""

    query: str
    change: str
    why: str

    def covers(self, query: str, mutant: Mutant) -> bool:
        return fnmatchcase(query, self.query) and fnmatchcase(mutant.change, self.change)


class Prepared:
    """A case with everything it reads made, on which a query can be replaced and the case asked again."""

    def __init__(self, case: Case):
        self.case = case
        self.con = duckdb.connect(config=LIMITS)
        self.con.execute("set enable_progress_bar = false")
        create_tables(self.con)
        case.prepare(self.con)
        self.views = views_in_a_snapshot(read_queries())
        self.rows: dict[str, list[str]] = {}

    def notices(self, query: str, sql: str) -> bool | None:
        """Say whether the case fails with `sql` in the place of the query; None: the query's rows are the same.

        Raises NO_QUERY if `sql` is none.
        """
        self.con.execute("begin")
        try:
            return self._fails(query, sql)
        except duckdb.Error as error:
            if isinstance(error, NO_QUERY):
                raise
            return True
        except QueryError as error:
            if isinstance(error.__cause__, NO_QUERY):
                raise error.__cause__ from error
            return True
        finally:
            self.con.execute("rollback")

    def _fails(self, query: str, sql: str) -> bool | None:
        case, queries = self.case, read_queries()
        if query == case.query:
            return self._differs(sql)
        changed: set[str] = set()
        for name in case.built:
            if name == query or reads(queries[name]) & changed:
                if name in self.views and name != query:
                    changed.add(name)
                    continue
                before = self._before(name)
                text = with_filters(sql if name == query else queries[name])
                kind = "view" if name in self.views else "table"
                self.con.execute(f"create or replace {kind} {name} as {text}")
                if contents(self.con, name) != before:
                    changed.add(name)
                elif name == query:
                    return None
        return bool(reads(queries[case.query]) & changed) and self._differs()

    def _differs(self, sql: str | None = None) -> bool:
        """Say whether the case's query, or `sql` in its place, gives something else than expected."""
        if "error" in self.case.said:
            try:
                self.case.ask(self.con, sql)
            except QueryError as error:
                return self.case.said["error"] not in str(error)
            return True
        return self.case.compared(self.case.ask(self.con, sql)) != self.case.expected

    def read_by(self, query: str) -> int:
        """Return the same number for the same rows in everything a query reads."""
        return hash(tuple((name, *self._before(name)) for name in sorted(reads(read_queries()[query]))))

    def _before(self, name: str) -> list[str]:
        """Return the rows of a table without any fault."""
        if name not in self.rows:
            self.rows[name] = contents(self.con, name)
        return self.rows[name]


def contents(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Return the rows of a table in an order of their own."""
    return sorted(map(repr, con.execute(f"from {name}").fetchall()))


@cache
def mutants_of(query: str) -> list[Mutant]:
    return mutants(read_queries()[query])


@cache
def prepared(case: Case) -> Prepared:
    return Prepared(case)


@cache
def cases_of(query: str) -> list[Case]:
    """Return the cases that build the query, those of the query itself first, then of those that read it, and so on."""
    queries = read_queries()
    distance = {query: 0}
    front = {query}
    while front:
        front = {name for name, sql in queries.items() if reads(sql) & front} - distance.keys()
        distance |= dict.fromkeys(front, max(distance.values()) + 1)
    # Of what the build refuses there are no rows behind the query to compare.
    found = [
        case
        for case in read_cases()
        if case.query == query or (query in case.built and case.query in distance and "error" not in case.said)
    ]
    return sorted(found, key=lambda case: (distance[case.query], len(case.built)))


def noticing(query: str, sql: str) -> Case | None:
    """Return the first case that fails with `sql` in the place of a query. Raises NO_QUERY if it is none."""
    # Where all it reads is the same as in a case in which its rows stayed the same, they will again.
    harmless: set[int] = set()
    for case in cases_of(query):
        trial = prepared(case)
        if case.query != query and trial.read_by(query) in harmless:
            continue
        notices = trial.notices(query, sql)
        if notices:
            return case
        if notices is None:
            harmless.add(trial.read_by(query))
    return None


def tried(task: tuple[str, int]) -> tuple[str, list[bool | None], str | None]:
    """Try the batch of a query's mutants that begins with a number.

    Returns the query, whether each was caught (None: it is no query), and the case that fails anyway.
    """
    query, start = task
    # SQLGlot must write the query so that it means what was read: only then is a fault the mutant's.
    broken = noticing(query, written(read(read_queries()[query]))) if start == 0 else None
    found: list[bool | None] = []
    for mutant in mutants_of(query)[start : start + BATCH]:
        try:
            found.append(noticing(query, mutant.sql) is not None)
        except NO_QUERY:
            found.append(None)
    return query, found, broken.title if broken else None


def chosen(patterns: list[str], since: str | None) -> list[str]:
    """Return the queries that are looked at: those asked for, or whose file or cases git says changed. Raises SystemExit."""
    named = [name for name in read_queries() if not name.startswith("reports.") and name not in UNIONS]
    if since is not None:
        paths = subprocess.run(
            ["git", "diff", "--name-only", since, "--", "queries", "tests/cases"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        patterns = patterns + [name_of(path) for path in paths]
        return [name for name in named if name in patterns]
    names = [name_of(pattern) for pattern in patterns]
    for pattern, name in zip(patterns, names, strict=True):
        if not any(fnmatchcase(other, name) for other in named):
            raise SystemExit(f"{pattern}: no such query of facts, rules or patterns")
    return [name for name in named if not names or any(fnmatchcase(name, pattern) for pattern in names)]


def name_of(path: str) -> str:
    """Return "layer.name" of a query's file, of the file of its cases, or of the name itself."""
    return ".".join(path.removesuffix(".sql").removesuffix(".toml").split("/")[-2:])


def read_excuses() -> list[Excuse]:
    return [Excuse(**row) for row in tomllib.loads(EXCUSES.read_text("utf-8")).get("excused", [])]


@dataclass(frozen=True)
class Outcome:
    """What became of a query's mutants: those caught, those no case noticed, and of these the ones excused."""

    query: str
    caught: list[Mutant]
    survivors: list[Mutant]
    excused: dict[Mutant, Excuse]

    @property
    def counted(self) -> int:
        return len(self.caught) + len(self.survivors)

    def __str__(self) -> str:
        path = f"queries/{self.query.replace('.', '/')}.sql"
        excused = f", {len(self.excused)} excused" if self.excused else ""
        lines = [f"{self.query:28} {len(self.caught):4} of {self.counted:4}{excused}"]
        return "\n".join(
            lines + [f"    {path}:{mutant.line} {mutant.within}: {mutant.change}" for mutant in self.survivors]
        )


def outcome(query: str, found: list[bool | None], excuses: list[Excuse]) -> Outcome:
    """Return what became of a query's mutants, in their order; None is no mutant."""
    pairs = list(zip(mutants_of(query), found, strict=True))
    missed = [mutant for mutant, is_caught in pairs if is_caught is False]
    excused = {mutant: excuse for mutant in missed for excuse in reversed(excuses) if excuse.covers(query, mutant)}
    return Outcome(
        query,
        caught=[mutant for mutant, is_caught in pairs if is_caught],
        survivors=[mutant for mutant in missed if mutant not in excused],
        excused=excused,
    )


def expired(excuses: list[Excuse], outcomes: list[Outcome]) -> list[Excuse]:
    """Return the excuses that excuse nothing any more, as far as all they speak of was tried."""
    used = {excuse for one in outcomes for excuse in one.excused.values()}
    tried_names = {one.query for one in outcomes}
    return [
        excuse
        for excuse in excuses
        if excuse not in used and tried_names >= {name for name in chosen([], None) if fnmatchcase(name, excuse.query)}
    ]


def main(arguments: list[str] | None = None) -> int:
    """Try the mutants of the queries asked for, print what was not caught; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutate", description=__doc__.splitlines()[0])
    parser.add_argument("queries", nargs="*", metavar="QUERY", help="rules.coverage, 'facts.*' or a file; default: all")
    parser.add_argument("--since", metavar="REV", help="only what differs from a revision of git, its cases included")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    names = chosen(asked.queries, asked.since)
    excuses = read_excuses()

    tasks = [(name, start) for name in names for start in range(0, len(mutants_of(name)), BATCH)]
    # What is tried on the most cases goes first, so that no worker is left alone with it.
    tasks.sort(key=lambda task: -len(cases_of(task[0])))
    results: dict[str, list[bool | None]] = defaultdict(list)
    # A query without a mutant is tried at once.
    outcomes = [outcome(name, [], excuses) for name in names if not mutants_of(name)]
    failing: set[str] = set()
    with get_context("spawn").Pool(asked.workers) as pool:
        for query, found, broken in pool.imap(tried, tasks):
            results[query] += found
            failing |= {broken} - {None}
            if len(results[query]) == len(mutants_of(query)):
                outcomes.append(outcome(query, results[query], excuses))
                print(outcomes[-1], flush=True)

    caught, counted = sum(len(one.caught) for one in outcomes), sum(one.counted for one in outcomes)
    share = caught / counted if counted else 1.0
    stale = expired(excuses, outcomes)
    for excuse in stale:
        print(f"tests/mutants_excused.toml: nothing left to excuse, remove it: {excuse.query}: {excuse.change}")
    for title in sorted(failing):
        print(f"fails without any fault, or SQLGlot does not write the query as it read it: {title}")
    print(
        f"{caught:,} of {counted:,} mutants caught: {share:.1%} (target {TARGET:.0%}); "
        f"{sum(len(one.excused) for one in outcomes)} excused; {time.monotonic() - started:.0f} s"
    )
    return 0 if share >= TARGET and not stale and not failing else 1


if __name__ == "__main__":
    sys.exit(main())
