"""What people decided, and how it enters the snapshots.

A decision is kept in a store of its own (etl/store.py): an export can be loaded again, a decision
cannot. The store lies beside the warehouse, `<warehouse>.decisions.sqlite`, or where $DECISIONS says: the
URL of any database SQLAlchemy speaks. Every load copies the store into raw.decisions, from where facts
read it; `enter` does that to the current snapshot, and makes again only what follows from it.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

import duckdb

from etl import EtlError
from etl.build import QueryError, build, order, product_text_code, read_queries, readers
from etl.publish import Warehouse, WarehouseError, writing_to

SQLITE = "sqlite:///"
TABLE = "raw.decisions"

# What a decision may be about, and what may be decided of it.
CANDIDATE, CONFIRMED, DISMISSED = "candidate", "confirmed", "dismissed"
DECISION, TAKEN_BACK, LIFTED = "decision", "taken_back", "lifted"
POST, RECORDED = "post", "recorded"  # or dismissed; the clause it is recorded under follows


class DecisionError(EtlError):
    """A decision cannot be read or kept; the message says why and what would do."""


@dataclass(frozen=True)
class Decision:
    """One decision, in the order of raw.decisions; instants are UTC and naive.

    `kind` says what it is about (candidate: the clause and the client; post: its id; decision: an earlier one's number),
    `evidence` names the rows it was made on. It holds from the as-of of the snapshot it was made on; one made on
    the shipped sample holds there only.
    """

    number: int
    kind: str
    subject: str
    evidence: tuple[str, ...]
    decision: str
    actor: str
    note: str | None
    decided_at: datetime
    holds_from_at: datetime
    is_sample: bool


def candidate(clause: str, client_id: str) -> str:
    """Return what the store calls a candidate for a ban."""
    return f"{clause} {client_id}"


def recorded(clause: str) -> str:
    """Return what the store calls the decision that a post is an incident under a clause."""
    return f"{RECORDED} {clause}"


def store_of(warehouse: Path) -> str:
    """Return the URL of the store of a warehouse: $DECISIONS, or a file beside its folder."""
    folder = Path(warehouse).absolute()
    # What has a meaning in a URL is written as it takes it: a folder may be called `a?b`.
    beside = quote(str(folder.with_name(f"{folder.name}.decisions.sqlite")), safe="/\\:")
    return os.environ.get("DECISIONS") or f"{SQLITE}{beside}"


def file_of(url: str) -> Path | None:
    """Return the file of a store that is one; None for a database elsewhere."""
    return Path(unquote(url.removeprefix(SQLITE).partition("?")[0])) if url.startswith(SQLITE) else None


def stored(url: str) -> list[Decision]:
    """Return every decision of a store, the first one first; none where there is no store yet.

    Raises DecisionError when it cannot be read.
    """
    if (file := file_of(url)) and not file.exists():
        return []
    # SQLAlchemy takes a while to import, and most loads have nothing to ask it.
    from etl.store import read

    return read(url)


def entered(con: duckdb.DuckDBPyConnection) -> list[Decision]:
    """Return the decisions that a snapshot holds, the first one first."""
    found = con.execute(f"select * from {TABLE} order by decision_number").fetchall()
    return [Decision(*row[:3], tuple(row[3]), *row[4:]) for row in found]


def pending(con: duckdb.DuckDBPyConnection, decided: list[Decision]) -> list[Decision]:
    """Return those of a store's decisions that a snapshot ought to hold and does not, the first one first."""
    (is_sample,) = con.execute("select is_sample from raw.desk").fetchone()
    there = entered(con)
    return [one for one in decided if one.is_sample == is_sample and one not in there]


def write_decisions(con: duckdb.DuckDBPyConnection, decisions: list[Decision]) -> None:
    """Make raw.decisions of a snapshot that is being written hold those of these that were made on such data."""
    (is_sample,) = con.execute("select is_sample from raw.desk").fetchone()
    con.execute(f"delete from {TABLE}")
    places = ", ".join("?" for _ in fields(Decision))
    rows = [[*vars(one).values()] for one in decisions if one.is_sample == is_sample]
    if rows:
        con.executemany(f"insert into {TABLE} values ({places})", rows)


def enter(
    *, warehouse: Path, store: str | None = None, step: Callable[[str, int, int], None] = lambda text, done, of: None
) -> Path:
    """Publish the current snapshot with the decisions as the store holds them now; return its path.

    Clock, data and terms stay: only what reads decisions is made again. The current snapshot stays where
    it holds them all. Raises EtlError when nothing is published, another process writes, the store cannot be
    read, or the snapshot was built by another version of the product.
    """
    house = Warehouse(warehouse)
    with house.writing() as building:
        before = house.current()
        if before is None:
            raise WarehouseError(f"{warehouse}: nothing is published yet; load exports with python -m etl load PATH...")
        held = stored(store or store_of(warehouse))
        # With the views: what reads one waits for what stands under it.
        follows = readers({TABLE})
        names = order({name: read_queries()[name] for name in follows})
        step("copying the snapshot", 0, len(names))
        shutil.copyfile(before, building)
        with writing_to(building) as con:
            try:
                there = entered(con)
                write_decisions(con, held)
                if entered(con) == there:
                    return before
                build(
                    con,
                    wanted=follows,
                    given=frozenset(read_queries().keys() - follows),
                    step=lambda name: step(f"building {name}", names.index(name), len(names)),
                )
            except (duckdb.CatalogException, QueryError) as error:
                if _is_of_this_version(con):
                    raise
                raise WarehouseError(
                    f"{before.stem} was built by another version of the product; "
                    "python -m etl rebuild enters the decisions"
                ) from error
            step("writing the snapshot", len(names), len(names))
            con.execute("checkpoint")
        return house.publish(building)


def _is_of_this_version(con: duckdb.DuckDBPyConnection) -> bool:
    """Say whether a snapshot was built by the queries and the code as they are now."""
    if not con.execute("from duckdb_tables() where schema_name = 'raw' and table_name = 'product'").fetchone():
        return False
    return con.execute("select text_code from raw.product").fetchone() == (product_text_code(),)
