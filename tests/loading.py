"""Load one file into the canonical tables as etl.load does, without judging anything."""

import os

from etl.cells import Cells
from etl.load import load_exports
from etl.recognise import recognise

ZONE = "Europe/Vilnius"
# How many made-up inputs a property is tried on; EXAMPLES=500 looks longer than every run of the suite can.
EXAMPLES = int(os.environ.get("EXAMPLES", "5"))


def load_file(con, path, corrections=(), mapping=None, date_order=None, zone=ZONE):
    """Load one file; return its account."""
    (export,) = recognise(path, path.name, mapping)
    (number,) = con.execute("select coalesce(max(file_number), 0) + 1 from raw.files").fetchone()
    (account,) = load_exports(con, [(number, export)], Cells(export, zone, date_order), list(corrections))
    con.execute(
        "insert into raw.files select ?, ?, ?, now(), 0, 0, 0, 0, 0, 0", [number, path.name, export.dialect.name]
    )
    return account


def load_text(con, tmp_path, name, text, **how):
    """Write a file, text or bytes, and load it; return its account."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_file(con, path, **how)


def counts(account):
    """An account as (rows, inserted, updated, unchanged, skipped, rejected)."""
    return (account.rows, account.inserted, account.updated, account.unchanged, account.skipped, account.rejected)


def reasons(con):
    """Every reject as 'record number, column: reason'."""
    found = con.execute("select record_number, column_name, reason from raw.rejects order by all").fetchall()
    return [f"{number}, {column}: {reason}" for number, column, reason in found]
