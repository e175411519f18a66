"""Read one export into the temporary table `incoming`: every cell as text, one row per record.

`incoming` has columns c0, c1, ... in header order, and its rowid + 1 is the record's number. The
fast way is DuckDB's strict parser. When that refuses the file, it is torn somewhere: then it is
read again record by record, the whole ones are kept, and each torn one is named.
"""

import csv
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from etl.recognise import Export, LoadError

# The longest record that is read; a longer one is almost surely a quote that never closes.
LONGEST_RECORD = 8_000_000
LINES_OF_A_RECORD = 20_000

Torn = tuple[int, str, str]  # record number, the text found, what is wrong with it


def read(con: duckdb.DuckDBPyConnection, export: Export) -> list[Torn]:
    """Fill the temporary table `incoming` and return the records that are torn.

    A torn record's row in `incoming` is empty, so that numbers stay true. Raises LoadError when
    the file cannot be read at all.
    """
    width = len(export.header)
    with _as_utf8(export) as (path, skipped):
        try:
            _copy(con, path, export.delimiter, width, skipped)
            return []
        except duckdb.Error:
            repaired, torn = _repair(path, export.delimiter, width, skipped)
            try:
                _copy(con, repaired, ",", width, 0)
            except duckdb.Error as error:
                raise LoadError(f"{export.file_name}: cannot be read: {str(error).splitlines()[0]}") from error
            finally:
                repaired.unlink()
            return torn


def _copy(con: duckdb.DuckDBPyConnection, path: Path, delimiter: str, width: int, skipped: int) -> None:
    columns = "{" + ", ".join(f"'c{number}': 'VARCHAR'" for number in range(width)) + "}"
    con.execute(
        f"""
        create or replace temp table incoming as
        select * from read_csv(
            ?, auto_detect = false, delim = ?, quote = '"', escape = '"', header = true, skip = {skipped},
            columns = {columns}, max_line_size = {LONGEST_RECORD}, compression = 'none')
        """,
        [str(path), delimiter],
    )


@contextmanager
def _as_utf8(export: Export) -> Iterator[tuple[Path, int]]:
    """Give the path of the export as UTF-8 text with line feeds, and how many lines to skip."""
    if export.sheet is not None:
        with _temporary() as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            width = len(export.header)
            for row in sheet_rows(export.path, export.sheet):
                writer.writerow((row + [""] * width)[:width])
            file.flush()
            yield Path(file.name), 0
    elif export.encoding in ("utf-8", "utf-8-sig") and not _old_line_ends(export.path):
        yield export.path, export.header_line
    else:
        with _temporary() as file, export.path.open(encoding=export.encoding, newline=None) as text:
            shutil.copyfileobj(text, file)
            file.flush()
            yield Path(file.name), export.header_line


def _old_line_ends(path: Path) -> bool:
    """Whether lines end with a carriage return alone, which DuckDB would read as one line."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return b"\r" in head and b"\n" not in head


@contextmanager
def _temporary() -> Iterator:
    file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed and removed below
        "w", encoding="utf-8", newline="", suffix=".csv", delete=False
    )
    try:
        with file:
            yield file
    finally:
        Path(file.name).unlink()


def _repair(path: Path, delimiter: str, width: int, skipped: int) -> tuple[Path, list[Torn]]:
    """Copy the whole records of a torn file to a clean one, and name the torn ones.

    A record that does not parse, or has another number of cells, loses its first line and
    reading goes on with the next, so that one open quote never swallows what follows it.
    """
    csv.field_size_limit(LONGEST_RECORD)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = file.readlines()[skipped:]
    torn: list[Torn] = []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv", delete=False) as clean:
        writer = csv.writer(clean, quoting=csv.QUOTE_ALL, lineterminator="\n")
        position, record = 0, -1  # the header is record 0
        while position < len(lines):
            if not lines[position].strip("\r\n") and width > 1:
                position += 1
                continue
            cells, used, problem = _record(lines, position, delimiter)
            if not problem and len(cells) != width and record >= 0:
                problem = f"has {len(cells)} cells, the header has {width}"
                if used > 1 and not _is_whole(lines, position + 1, delimiter, width):
                    pass  # a whole record of several lines that is too long or short
                else:
                    used = 1
            record += 1
            if problem and record > 0:
                torn.append((record, lines[position].rstrip("\r\n")[:500], problem))
                writer.writerow([""] * width)
            else:
                writer.writerow((cells + [""] * width)[:width])
            position += used
    return Path(clean.name), torn


def _record(lines: list[str], position: int, delimiter: str) -> tuple[list[str], int, str]:
    """The cells of the record that starts at a line, how many lines it has, and what is wrong."""
    reader = csv.reader(iter(lines[position : position + LINES_OF_A_RECORD]), delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num, ""
    except csv.Error as error:
        unclosed = "unexpected end" in str(error)
        return [], 1, "a quote is opened and never closed" if unclosed else "text follows a closing quote"


def _is_whole(lines: list[str], position: int, delimiter: str, width: int) -> bool:
    if position >= len(lines):
        return False
    cells, _, problem = _record(lines, position, delimiter)
    return not problem and len(cells) == width


def sheets(path: Path, file_name: str) -> list[str]:
    """Return the names of a workbook's sheets. Raises LoadError when it is none."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            return book.sheet_names
    except (CalamineError, OSError) as error:
        raise LoadError(f"{file_name}: cannot be read as a workbook: {error}") from error


def sheet_rows(path: Path, sheet: str) -> Iterator[list[str]]:
    """Give the rows of a sheet as text, as a person would have typed it into a CSV."""
    with CalamineWorkbook.from_path(path) as book:
        for row in book.get_sheet_by_name(sheet).iter_rows():
            yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case float() if abs(cell) >= 2**53:
            return f"{cell:E}"  # its digits are lost: as an id it is refused
        case dt.datetime():
            return cell.isoformat(sep=" ")
        case dt.timedelta():
            seconds = int(cell.total_seconds())
            return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(cell)
