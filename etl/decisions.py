"""What people decided, and how it enters the snapshots.

A decision is kept in a store of its own (etl/store.py): an export can be loaded again, a decision
cannot. The store lies beside the warehouse, `<warehouse>.decisions.sqlite`, or where $DECISIONS says: the
URL of any database SQLAlchemy speaks. Every load copies the store into raw.decisions, from where facts
read it; `enter` does that to the current snapshot, and makes again only what follows from it.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

import duckdb

from etl import EtlError
from etl.build import QueryError, build, order, product_text_code, read_queries, readers
from etl.people import person
from etl.publish import Warehouse, WarehouseError, writing_to

SQLITE = "sqlite:///"
TABLE = "raw.decisions"
ABOUT = Path(__file__).with_suffix(".sql")

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


def taken_back(decided: list[Decision]) -> dict[int, Decision]:
    """Return, by its number, each decision that was taken back, with the one that did so.

    A taking back that was itself taken back does nothing.
    """
    by_subject: dict[str, Decision] = {}
    # Whatever is about a decision is newer than it.
    for one in reversed(decided):
        if (one.kind, one.decision) == (DECISION, TAKEN_BACK) and str(one.number) not in by_subject:
            by_subject[one.subject] = one
    return {one.number: by_subject[str(one.number)] for one in decided if str(one.number) in by_subject}


def take_back(url: str, number: int, *, actor: str, holds_from_at: datetime, note: str | None = None) -> Decision:
    """Take a decision of a store back, by a new one about it, and return that.

    Raises DecisionError where there is none of that number, it was taken back already, or the store cannot be written.
    """
    from etl.store import add

    decided = stored(url)
    about = next((one for one in decided if one.number == number), None)
    if about is None:
        raise DecisionError(f"there is no decision {number}; python -m etl decisions lists those there are")
    if by := taken_back(decided).get(number):
        raise DecisionError(
            f"decision {number} was taken back by {person(by.actor)}, {by.decided_at:%Y-%m-%d %H:%M} UTC; "
            f"to have it hold again, take back decision {by.number}"
        )
    return add(
        url,
        DECISION,
        str(number),
        TAKEN_BACK,
        actor=actor,
        holds_from_at=holds_from_at,
        is_sample=about.is_sample,
        note=note,
        seen=sum((one.kind, one.subject) == (DECISION, str(number)) for one in decided),
    )


@dataclass(frozen=True)
class Past:
    """A decision with whom it is about: clause (of a candidate), client and ticket (of a post), None where unknown.

    `about` is the decision on a candidate or a post that it is or goes back to.
    """

    decision: Decision
    about: Decision
    clause: str | None
    client_id: str | None
    client_name: str | None
    ticket_id: str | None


def past(con: duckdb.DuckDBPyConnection, decided: list[Decision], listed: list[Decision]) -> list[Past]:
    """Return the listed ones of a store's decisions with whom they are about, as a snapshot knows them."""
    by_number = {str(one.number): one for one in decided}

    def first(one: Decision) -> Decision:
        while one.kind == DECISION and one.subject in by_number:
            one = by_number[one.subject]
        return one

    found = []
    for one in listed:
        about = first(one)
        clause, _, client_id = about.subject.partition(" ") if about.kind == CANDIDATE else (None, None, None)
        found.append(Past(one, about, clause, client_id, None, None))
    asked = {
        "client_emails": sorted({one.client_id for one in found if one.client_id}),
        "post_ids": sorted({one.about.subject for one in found if one.about.kind == POST}),
    }
    known = {(kind, subject): told for kind, subject, *told in con.execute(ABOUT.read_text("utf-8"), asked).fetchall()}
    whom = [
        known.get((one.about.kind, one.client_id or one.about.subject), (one.client_id, None, None)) for one in found
    ]
    return [
        replace(one, client_id=client_id, client_name=client_name, ticket_id=ticket_id)
        for one, (client_id, client_name, ticket_id) in zip(found, whom, strict=True)
    ]


def entered(con: duckdb.DuckDBPyConnection) -> list[Decision]:
    """Return the decisions that a snapshot holds, the first one first."""
    listed = ", ".join(["decision_number", *(field.name for field in fields(Decision)[1:])])
    found = con.execute(f"select {listed} from {TABLE} order by decision_number").fetchall()
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
    places = ", ".join("?" for _ in (*fields(Decision), "is_taken_back"))
    gone = taken_back(decisions)
    rows = [[*vars(one).values(), one.number in gone] for one in decisions if one.is_sample == is_sample]
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
            except (duckdb.CatalogException, duckdb.BinderException, QueryError) as error:
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
