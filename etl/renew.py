"""Judge a built snapshot again as of an earlier instant, making anew only what is different then.

Most tickets were settled by then: closed, and nothing of them is dated later. What is said of them
does not depend on the clock, and stays as it is stored. Of a table that says something of each
ticket by itself, the rows of all other tickets are taken out, and made again by the table's own
query, which is given the rows of those tickets alone of every table of tickets it reads. Any other
table whose query reads the clock, itself or through what it reads, is made whole. Where one of
these has other rows than before, the tickets that its rows name, and those of the clients or, where
they name none, of the versions of products that they name, are no longer settled either.

What a table is follows from its query: one row, or some, per ticket_id, unless the header says "Made
whole". Tests hold every such query to it, and compare with snapshots that are built whole.
"""

import re
from collections.abc import Callable
from datetime import datetime

import duckdb

from etl.build import (
    REFERENCE,
    QueryError,
    in_order,
    kept_in,
    not_stored,
    order,
    read_queries,
    reads,
    views_in_a_snapshot,
    with_filters,
)
from etl.tables import tables

PER_TICKET = re.compile(r"^-- One row per (?:(ticket_id)\b|(subject_id) \(a ticket_id\))", re.M)
MADE_WHOLE = re.compile(r"^-- Made whole", re.M)
CLOCK = ("raw.clock", "facts.clock")
# Whose tickets a row may be about that names no ticket; of a client, of whatever product.
NAMED = ("client_id", "product_id", "version")

# What two texts share neither the clock nor the terms change.
COMPARED_TEXTS = "select older_ticket_id, newer_ticket_id, has_two_sites, similarity_share, shared_words from"

# Nothing is dated after the clock, and both of the ticket's own clocks have ended. What a ticket's row states
# counts as one that is dated by the latest of its instants.
UNSETTLED = """
create table unsettled.tickets as
select openings.ticket_id
from facts.openings as openings
inner join facts.states as states
    on states.ticket_id = openings.ticket_id
cross join raw.clock as clock
where openings.opened_at > clock.as_of_at
    or states.is_open is distinct from false
    or states.closed_at is null
    or states.closed_at > clock.as_of_at
    or greatest(
        openings.stated_responded_at,
        openings.stated_resolved_at,
        openings.stated_closed_at,
        openings.stated_activity_at
    ) > clock.as_of_at

union

select posts.ticket_id
from raw.posts as posts
cross join raw.clock as clock
where posts.posted_at > clock.as_of_at
    and posts.ticket_id is not null

union

select status_changes.ticket_id
from raw.status_changes as status_changes
cross join raw.clock as clock
where status_changes.changed_at > clock.as_of_at
    and status_changes.ticket_id is not null
"""


def renew(con: duckdb.DuckDBPyConnection, as_of: datetime, step: Callable[[str], None] = lambda name: None) -> None:
    """Set the clock of a built snapshot back to `as_of`, and every table to what it says then.

    The snapshot must have been built by the queries as they are now, and its calendar reach as far back as
    those of `as_of` do. `step` is told each name before it is looked at. Raises QueryError naming the file at fault.
    """
    queries = read_queries()
    keys = ticket_keys(queries)
    views = views_in_a_snapshot(queries)
    other = _depending_on_the_clock(queries) - views
    by_itself = {name for name in other & keys.keys() if is_by_itself(queries[name])}
    compared = set().union(*(_reads_through(views, name, queries) for name in by_itself)) & other - by_itself - {*CLOCK}

    con.execute("update raw.clock set as_of_at = ?", [as_of])
    con.execute(f"insert into raw.compared_texts {COMPARED_TEXTS} facts.compared_pairs")
    con.execute("create schema unsettled")
    con.execute(UNSETTLED)
    _narrow(con, keys, queries)

    def make(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        if name not in other:
            return
        try:
            if name in by_itself:
                _replace_rows(cursor, name, keys[name], narrowed(queries[name], keys))
            else:
                _replace(cursor, name, with_filters(queries[name]), is_compared=name in compared)
        except duckdb.Error as error:
            raise QueryError(f"queries/{name.replace('.', '/')}.sql: {error}") from error

    in_order(con, {name: reads(queries[name]) & queries.keys() for name in queries}, make, step)
    con.execute("delete from raw.compared_texts")
    for schema in {"unsettled", *(_narrow_schema(name) for name in keys)}:
        con.execute(f"drop schema {schema} cascade")


def ticket_keys(queries: dict[str, str]) -> dict[str, str]:
    """Return, per table of rows of tickets and per view that is asked of such rows, the column with the ticket's id."""
    keys = {f"raw.{table.name}": "ticket_id" for table in tables().values() if "ticket_id" in table.columns}
    views = views_in_a_snapshot(queries) - _asked_of_its_rows(queries)
    for name, sql in queries.items():
        if name not in views and (found := PER_TICKET.search(sql)):
            keys[name] = found[1] or found[2]
    return keys


def is_by_itself(sql: str) -> bool:
    """Say whether a query says something of each ticket that follows from the rows of that ticket alone.

    Rows of other things than tickets it may read as it likes: of its client, the terms, the calendar.
    """
    return bool(PER_TICKET.search(sql)) and not MADE_WHOLE.search(sql)


def narrowed(sql: str, keys: dict[str, str]) -> str:
    """Return a query that reads of every table of tickets the rows of unsettled tickets alone."""
    return REFERENCE.sub(
        lambda found: f"{_narrow_schema(found[1])}.{found[1].partition('.')[2]}" if found[1] in keys else found[1],
        with_filters(sql),
    )


def _depending_on_the_clock(queries: dict[str, str]) -> set[str]:
    found = {*CLOCK}
    for name in order(queries):
        if reads(queries[name]) & found:
            found.add(name)
    return found & queries.keys()


def _reads_through(views: set[str], name: str, queries: dict[str, str]) -> set[str]:
    """Return what a query reads, and in the place of each view what that reads."""
    found = reads(queries[name])
    return found.union(*(_reads_through(views, view, queries) for view in found & views))


def _asked_of_its_rows(queries: dict[str, str]) -> set[str]:
    """Return the views that say something of each ticket by itself: they are asked of the rows they are made of."""
    return {name for name in kept_in(queries).keys() | not_stored(queries) if is_by_itself(queries[name])}


def _narrow_schema(name: str) -> str:
    return f"unsettled_{name.partition('.')[0]}"


def _narrow(con: duckdb.DuckDBPyConnection, keys: dict[str, str], queries: dict[str, str]) -> None:
    """Create a view of every table of tickets that is there, with the rows of unsettled tickets."""
    for schema in {_narrow_schema(name) for name in keys}:
        con.execute(f"create schema {schema}")
    there = con.execute("select schema_name || '.' || table_name from duckdb_tables() where not temporary").fetchall()
    for (name,) in there:
        if name in keys:
            con.execute(
                f"""create view {_narrow_schema(name)}.{name.partition(".")[2]} as
                    from {name} where {keys[name]} in (select ticket_id from unsettled.tickets)"""
            )
    asked = _asked_of_its_rows(queries) & keys.keys()
    for name in order(queries, asked):
        if name in asked:
            con.execute(
                f"create view {_narrow_schema(name)}.{name.partition('.')[2]} as {narrowed(queries[name], keys)}"
            )


def _replace_rows(con: duckdb.DuckDBPyConnection, name: str, key: str, sql: str) -> None:
    """Make the rows of unsettled tickets again."""
    con.execute("begin")
    con.execute(f"delete from {name} where {key} in (select ticket_id from unsettled.tickets)")
    con.execute(f"insert into {name} by name select * from ({sql.rstrip().rstrip(';')}\n)")
    con.execute("commit")


def _replace(con: duckdb.DuckDBPyConnection, name: str, sql: str, is_compared: bool) -> None:
    """Make a table again, whole; if tickets are judged by it, those that its other rows are about are unsettled."""
    if not is_compared:
        con.execute(f"create or replace table {name} as {sql}")
        return
    before = f"{name}_before"
    con.execute(f"alter table {name} rename to {before.partition('.')[2]}")
    con.execute(f"create table {name} as {sql}")
    columns = [column for column, *_ in con.execute(f"describe {name}").fetchall()]
    tickets = [column for column in columns if column == "ticket_id" or column.endswith("_ticket_id")]
    named = [column for column in NAMED if column in columns]
    if "client_id" in named:
        named = ["client_id"]
    about = [*tickets, *named]
    # A row that is in both cancels out; 64 bits tell the rows of one ticket or client apart.
    told = ", ".join([*about, "row_code"])
    con.execute(
        f"""create temp table other_rows as
            select {told}
            from (
                select *, hash(made) as row_code, 1 as side from {name} as made
                union all
                select *, hash(made) as row_code, -1 as side from {before} as made
            )
            group by {told}
            having sum(side) <> 0"""
    )
    con.execute(f"drop table {before}")
    said_of = [f"select {column} as ticket_id from other_rows" for column in tickets]
    if named:
        same = " and ".join(f"other_rows.{column} is not distinct from openings.{column}" for column in named)
        said_of.append(
            f"select openings.ticket_id from facts.openings as openings where exists (from other_rows where {same})"
        )
    if not about and con.execute("from other_rows limit 1").fetchall():
        said_of.append("select ticket_id from facts.openings")
    if said_of:
        con.execute(f"insert into unsettled.tickets ({' union '.join(said_of)}) except from unsettled.tickets")
    con.execute("drop table other_rows")
