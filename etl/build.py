"""Create everything under queries/, in dependency order.

The path is the name: queries/facts/tickets.sql is facts.tickets. A query names what it reads as
<layer>.<name>, so the order follows from the text. By definition each is a view; in a published
snapshot it is a stored table of the same name and rows. A report that is asked filtered or of one
client, or that no other query reads, stays a view there too: its stored result would have no reader. So
does a query that says "Not stored" in its header: to ask it again takes less than to write it down.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from etl import EtlError
from etl.publish import beside

QUERIES = Path(__file__).parent.parent / "queries"
LAYERS = ("raw", "policy", "facts", "rules", "patterns", "reports")  # each reads itself and those before
REFERENCE = re.compile(rf"\b((?:{'|'.join(LAYERS)})\.[a-z]\w*)")
# The layers whose queries with a clause judge, all in one shape, and what their union, <layer>.findings, calls each.
UNITED = {"rules": "rule", "patterns": "pattern"}
UNIONS = frozenset(f"{layer}.findings" for layer in UNITED)
CLAUSE = re.compile(r"^-- Clause: (.+)$", re.M)

# A report that can be filtered reads filtered_<name> for reports.<name>, a table that has the columns of the shared
# filters, and chosen_period. The published table is its unfiltered result.
FILTERED = re.compile(r"\bfiltered_([a-z]\w*)")
WHOLE_PERIOD = "select min(day_on) as from_on, max(day_on) as until_on from facts.days"


# What depends on no limit stands in a query of its own, and is stored with what does: so other limits can be tried on
# what is stored (etl/what_if.py), and nothing is stored twice.
KEPT = re.compile(r"^-- Kept in: (\w+\.\w+)$", re.M)

# A report that is only ever asked of one client is not worth storing whole, though another report reads it.
ASKED_OF_ONE = re.compile(r"^-- Asked of one \w+:", re.M)

# Where to write a query's rows takes longer than to ask it again wherever it is read; its header says why.
NOT_STORED = re.compile(r"^-- Not stored\b", re.M)


class QueryError(EtlError):
    """A query cannot be created; the message names its file."""


@cache
def read_queries(folder: Path = QUERIES) -> dict[str, str]:
    """Return {"layer.name": sql} for every file under queries/, plus the unions of the layers of one shape."""
    queries = {f"{path.parent.name}.{path.stem}": path.read_text("utf-8") for path in sorted(folder.glob("*/*.sql"))}
    unions = {
        f"{layer}.findings": "\nunion all by name\n".join(
            f"select '{name.partition('.')[2]}' as {called}, * from {name}"
            for name, sql in queries.items()
            if name.startswith(f"{layer}.") and is_judge(name, sql)
        )
        for layer, called in UNITED.items()
    }
    return queries | unions


def is_judge(name: str, sql: str) -> bool:
    """Say whether a query is a rule or a pattern: it judges by a clause, and is among the findings."""
    return name.partition(".")[0] in UNITED and bool(CLAUSE.search(sql))


@cache
def product_text_code() -> str:
    """Return a short name of all text that decides what a snapshot holds: the queries and this package."""
    found = hashlib.sha256(repr(sorted(read_queries().items())).encode())
    for path in sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in (".py", ".sql", ".toml")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@cache
def without_comments(sql: str) -> str:
    """Return a query's text without what its comments say."""
    return re.sub(r"--.*", "", sql)


@cache
def reads(sql: str) -> set[str]:
    """Return the <layer>.<name> a query mentions outside its comments."""
    text = without_comments(sql)
    found = set(REFERENCE.findall(text)) | {f"reports.{name}" for name in FILTERED.findall(text)}
    if "chosen_period" in text:
        found.add("facts.days")
    return found


def order(queries: dict[str, str], wanted: set[str] | None = None) -> list[str]:
    """Return the names in an order in which each comes after what it reads.

    With `wanted`, only those and what they need. Raises QueryError on a circle.
    """
    graph = {name: reads(sql) & queries.keys() for name, sql in queries.items()}
    if wanted is not None:
        needed, todo = set(), list(wanted)
        while todo:
            name = todo.pop()
            if name not in needed:
                needed.add(name)
                todo += graph[name]
        graph = {name: graph[name] for name in needed}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise QueryError(f"queries/: a circle: {' -> '.join(error.args[1])}") from error


def readers(names: set[str]) -> set[str]:
    """Return the queries that read any of the given tables or queries, directly or through others."""
    queries = read_queries()
    found: set[str] = set()
    for name in order(queries):  # each comes after what it reads
        if reads(queries[name]) & (names | found):
            found.add(name)
    return found


def waiting_for(graph: dict[str, set[str]]) -> dict[str, int]:
    """Return how many names wait for each, those that wait for one of these included."""
    waiting: dict[str, set[str]] = {name: set() for name in graph}
    for name in reversed(list(TopologicalSorter(graph).static_order())):
        for read in graph[name]:
            waiting[read] |= {name} | waiting[name]
    return {name: len(others) for name, others in waiting.items()}


def with_filters(sql: str, narrow: Callable[[str], str] = str, period: str = WHOLE_PERIOD) -> str:
    """Return a report's query with the names it filters by bound: tables to what `narrow` leaves of them."""
    names, has_period = _filtered(sql)
    bound = [f"filtered_{name} as ({narrow(f'select * from reports.{name}')})" for name in names]
    if has_period:
        bound.append(f"chosen_period as ({period})")
    return f"with {', '.join(bound)} select * from ({sql.rstrip().rstrip(';')}\n)" if bound else sql


@cache
def _filtered(sql: str) -> tuple[tuple[str, ...], bool]:
    """Return the reports that a query reads filtered, and whether it reads the chosen period."""
    text = without_comments(sql)
    return tuple(sorted({*FILTERED.findall(text)})), "chosen_period" in text


def views_in_a_snapshot(queries: dict[str, str]) -> set[str]:
    """Return the queries that stay views: unions, what another keeps, what says it is not stored, and reports that filter,
    that are asked of one client or that no query reads."""
    read = set().union(*map(reads, queries.values()))
    return (
        UNIONS
        | kept_in(queries).keys()
        | not_stored(queries)
        | {
            name
            for name, sql in queries.items()
            if name.startswith("reports.") and (name not in read or is_asked_in_part(sql))
        }
    )


@cache
def is_asked_in_part(sql: str) -> bool:
    """Say whether a report filters, or is asked of one client at a time."""
    return with_filters(sql) != sql or bool(ASKED_OF_ONE.search(sql))


def kept_in(queries: dict[str, str]) -> dict[str, str]:
    """Return the queries that say in their header which other one stores all their columns, row by row."""
    return {name: keeper for name, sql in queries.items() if (keeper := keeper_of(sql))}


@cache
def keeper_of(sql: str) -> str | None:
    """Return the query that stores all columns of this one, if its header names one."""
    kept = KEPT.search(sql)
    return kept and kept[1]


def not_stored(queries: dict[str, str]) -> set[str]:
    """Return the queries that say in their header that they are asked anew wherever they are read."""
    return {name for name, sql in queries.items() if NOT_STORED.search(sql)}


def build(
    con: duckdb.DuckDBPyConnection,
    *,
    stored: bool = True,
    wanted: set[str] | None = None,
    given: set[str] = frozenset(),
    step: Callable[[str], None] = lambda name: None,
) -> None:
    """Create the queries as tables (`stored`) or views; `given` ones exist already.

    Tables that do not read each other are made side by side: one query alone keeps few cores busy.
    `step` is told each name before it is made. Raises QueryError naming the file at fault.
    """
    queries = {name: sql for name, sql in read_queries().items() if name not in given}
    names = order(queries, wanted)
    views = views_in_a_snapshot(read_queries()) if stored else set(names)

    def make(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        kind = "view" if name in views else "table"
        try:
            cursor.execute(f"create or replace {kind} {name} as {with_filters(queries[name])}")
        except duckdb.Error as error:
            raise QueryError(f"queries/{name.replace('.', '/')}.sql: {error}") from error

    if not stored:
        for name in names:
            step(name)
            make(con, name)
        return
    in_order(con, {name: reads(queries[name]) & set(names) for name in names}, make, step)


def in_order(
    con: duckdb.DuckDBPyConnection,
    graph: dict[str, set[str]],
    make: Callable[[duckdb.DuckDBPyConnection, str], None],
    step: Callable[[str], None],
) -> None:
    """Make every name of a graph {name: those it reads} after those, on as many connections as DuckDB has threads."""
    if threads_of(con) == 1:
        for name in TopologicalSorter(graph).static_order():
            step(name)
            make(con, name)
        return
    waiting = waiting_for(graph)
    todo = TopologicalSorter(graph)
    todo.prepare()
    ready: list[str] = []
    idle = [beside(con) for _ in range(threads_of(con))]
    with side_by_side(con) as pool:
        running: dict[Future, tuple[str, duckdb.DuckDBPyConnection]] = {}
        while todo.is_active():
            # What most others wait for goes first.
            ready = sorted({*ready, *todo.get_ready()}, key=lambda name: (waiting[name], name))
            while ready and idle:
                name, connection = ready.pop(), idle.pop()
                step(name)
                running[pool.submit(make, connection, name)] = name, connection
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                name, connection = running.pop(future)
                todo.done(name)
                idle.append(connection)


def threads_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many threads the connection's database computes on."""
    return con.execute("select current_setting('threads')").fetchone()[0]


@contextmanager
def side_by_side(con: duckdb.DuckDBPyConnection) -> Iterator[ThreadPoolExecutor]:
    """Give as many threads as DuckDB has; when one fails, what has not begun never does."""
    pool = ThreadPoolExecutor(threads_of(con))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
