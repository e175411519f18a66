"""The canonical tables: what etl/tables.toml declares, as Python objects and as DuckDB tables.

The declaration is the one place a column is written; the `raw` schema, the house dialect, the
orphan counts and the messages about bad cells all come from it.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

DECLARATION = Path(__file__).with_name("tables.toml")

SQL_TYPES = {
    "id": "VARCHAR",
    "address": "VARCHAR",
    "text": "VARCHAR",
    "prose": "VARCHAR",
    "code": "VARCHAR",
    "currency": "VARCHAR",
    "instant": "TIMESTAMP",
    "end": "TIMESTAMP",
    "flag": "BOOLEAN",
    "count": "BIGINT",
    "amount": "DECIMAL(18,2)",
}

# Where a row came from, so that every number leads back to its record.
ORIGIN = {"file_number": "INTEGER", "record_number": "BIGINT", "updated_at": "TIMESTAMP"}


@dataclass(frozen=True)
class Table:
    """One canonical table: its columns and types in contract order, its key and its checks."""

    name: str
    about: str
    key: tuple[str, ...]
    columns: dict[str, str | tuple[str, ...]]
    required: tuple[str, ...] = ()
    optional_key: tuple[str, ...] = ()
    not_before: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    aliases: str | None = None

    @property
    def demanded(self) -> tuple[str, ...]:
        """The columns a row must fill: the key, less its optional part, and the required ones."""
        key = tuple(column for column in self.key if column not in self.optional_key)
        return key + self.required


def sql_type(kind: str | tuple[str, ...]) -> str:
    """Return the DuckDB type of a declared type; a list of codes is text."""
    return "VARCHAR" if isinstance(kind, tuple) else SQL_TYPES[kind]


@cache
def tables() -> dict[str, Table]:
    """Return every canonical table by name, in the order of the declaration."""
    declared = tomllib.loads(DECLARATION.read_text("utf-8"))
    return {
        name: Table(
            name=name,
            about=entry["about"],
            key=tuple(entry["key"]),
            columns={
                column: tuple(kind) if isinstance(kind, list) else kind for column, kind in entry["columns"].items()
            },
            required=tuple(entry.get("required", ())),
            optional_key=tuple(entry.get("optional_key", ())),
            not_before=entry.get("not_before", {}),
            links=entry.get("links", {}),
            aliases=entry.get("aliases"),
        )
        for name, entry in declared.items()
    }


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the `raw` schema, empty, and the verdict type, in the connection's database."""
    con.execute((DECLARATION.parent / "tables.sql").read_text("utf-8"))
    for table in tables().values():
        columns = {column: sql_type(kind) for column, kind in table.columns.items()} | ORIGIN
        listed = ", ".join(f"{column} {kind}{_compression(table, column)}" for column, kind in columns.items())
        con.execute(f"create table raw.{table.name} ({listed})")


def _compression(table: Table, column: str) -> str:
    """Return how a column is stored where DuckDB's own choice takes several times as long to write.

    What people wrote at length becomes half as large by zstd, in half the time; ids that occur once
    become little smaller by anything.
    """
    kind = table.columns.get(column)
    if kind == "prose":
        return " using compression zstd"
    return " using compression uncompressed" if kind == "id" and table.key == (column,) else ""
