"""Known errors of an export, each with a reason and a guard.

A correction is a row that expires: file, key, column, was, becomes, reason. It changes a cell
before anything is read from it; when the cell no longer holds `was`, the export has been mended
and the load stops and says to remove the row.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import duckdb

from etl.cells import Cells, quoted
from etl.recognise import Export, LoadError, what_is_torn

COLUMNS = ["file", "key", "column", "was", "becomes", "reason"]


@dataclass(frozen=True)
class Correction:
    """One cell that is known to be wrong in one file."""

    file: str
    key: str
    column: str
    was: str
    becomes: str
    reason: str


def read_corrections(path: Path | None, may_lack: bool = False) -> list[Correction]:
    """Return the rows of a corrections file; none when `may_lack` and there is no file. Raises LoadError."""
    if path is None or (may_lack and not path.exists()):
        return []
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise LoadError(f"{path.name}: cannot be read: {why}") from error
    found = []
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        if reader.fieldnames != COLUMNS:
            raise LoadError(f"{path.name}: the header must be {','.join(COLUMNS)}")
        for number, row in enumerate(reader, 1):
            if None in row.values() or None in row:
                raise LoadError(f"{path.name}: row {number}: needs {len(COLUMNS)} cells")
            if not row["reason"].strip():
                raise LoadError(f"{path.name}: row {number}: the reason is empty; say why the cell is wrong")
            found.append(Correction(**row))
    except csv.Error as error:
        raise LoadError(f"{path.name}: row {len(found) + 1} is torn: {what_is_torn(error)}") from error
    return found


def correct(con: duckdb.DuckDBPyConnection, export: Export, cells: Cells, corrections: list[Correction]) -> int:
    """Change the cells of `incoming` that corrections name; return how many rows of them applied.

    Raises LoadError for a column the file does not have, and for a correction that has expired.
    """
    applied = 0
    filling = export.dialect.fillings[0]
    cells = cells.inside(filling)
    key = cells.text(filling.columns[filling.table.key[0]])
    for correction in corrections:
        if correction.file != export.file_name:
            continue
        said = f"corrections: {correction.file}, {correction.key}, {correction.column}"
        places = cells.found(correction.column)
        if not places:
            raise LoadError(f"{said}: the file has no column {correction.column!r}")
        was = f"coalesce(trim(c{places[0]}), '') = {quoted(correction.was.strip())}"
        (changed,) = con.execute(
            f"update incoming set c{places[0]} = ? where {key} = ? and {was}",
            [correction.becomes, correction.key.strip()],
        ).fetchone()
        if not changed:
            raise LoadError(f"{said}: no record still holds {correction.was!r}; the export is mended, remove this row")
        applied += 1
    return applied
