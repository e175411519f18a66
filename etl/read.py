"""Read exports into the temporary table `incoming`: every cell as text, one row per record.

`incoming` has columns c0, c1, ... in header order, and file_number. Files of one header stand in it one
after the other: rowid + 1 is a record's number among all of them, and `parts` says at which record
each file begins. The fast way is DuckDB's strict parser. When that refuses a file, it is torn
somewhere: then it is read again record by record, the whole ones are kept, and each torn one is named.
"""

import csv
import datetime as dt
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import dropwhile, islice
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from etl.cells import quoted
from etl.recognise import LONGEST_RECORD, Export, LoadError, find_encoding, what_is_torn
from etl.records import JSON, Records, what_is_wrong
from etl.torn import FOUND_TEXT, has_its_end, write_whole_records

LINES_OF_A_RECORD = 20_000

Torn = tuple[int, str, str]  # record number, the text found, what is wrong with it


def read(
    con: duckdb.DuckDBPyConnection, files: list[tuple[int, Export]], told: Callable[[], None] = lambda: None
) -> list[Torn]:
    """Fill the temporary tables `incoming` and `parts` with numbered files of one header; return the torn records.

    A torn record's row in `incoming` is empty, so that numbers stay true; its number is that among
    all records. `told` is called before each file. Raises LoadError when a file cannot be read at all.
    """
    _, first = files[0]
    columns = [f"c{number} varchar" for number in range(len(first.header))]
    columns += ["torn varchar"] if first.records is not None else []
    con.execute(f"create or replace temp table incoming ({', '.join(columns)}, file_number integer)")
    con.execute(
        "create or replace temp table parts "
        "(file_number integer, file_name varchar, records_before bigint, record_count bigint)"
    )
    torn: list[Torn] = []
    parts, before = [], 0
    for file_number, export in files:
        told()
        count, found = (_read_csv if export.records is None else _read_objects)(con, export, file_number)
        torn += [(before + number, text, why) for number, text, why in found]
        parts.append((file_number, export.file_name, before, count))
        before += count
    con.execute("insert into parts select unnest(?), unnest(?), unnest(?), unnest(?)", list(zip(*parts, strict=True)))
    if first.records is not None:
        con.execute("alter table incoming drop column torn")
    return torn


def _read_csv(con: duckdb.DuckDBPyConnection, export: Export, file_number: int) -> tuple[int, list[Torn]]:
    """Add the records of a file or sheet to `incoming`; return how many there are, and the torn ones by their number."""
    width = len(export.header)
    with _as_csv(export) as path:
        try:
            return _add(con, _parser(path, export.delimiter, width), file_number), []
        except duckdb.Error:
            if export.sheet is None and export.encoding.startswith("utf-8"):
                encoding = find_encoding(export.path, export.file_name, whole=True)
                if encoding != export.encoding:
                    return _read_csv(con, replace(export, encoding=encoding), file_number)
            repaired, torn = _repair(path, export.delimiter, width)
            try:
                return _add(con, _parser(repaired, ",", width), file_number), torn
            except duckdb.Error as error:
                raise LoadError(f"{export.file_name}: cannot be read: {str(error).splitlines()[0]}") from error
            finally:
                repaired.unlink()


def _add(con: duckdb.DuckDBPyConnection, relation: str, file_number: int) -> int:
    """Add a file's records to `incoming`; return how many there are."""
    return con.execute(f"insert into incoming select *, {file_number} from {relation}").fetchone()[0]


def straight(export: Export) -> str | None:
    """Return SQL that reads a sound file as it lies there, with the columns of `incoming`; None where it cannot be."""
    if not _is_plain(export):
        return None
    if export.records is not None:
        if not has_its_end(export.path, export.records.layout):
            return None
        return f"({export.records.query(_literal(export.path), export.path.stat().st_size, strict=True)})"
    return _parser(export.path, export.delimiter, len(export.header))


def _read_objects(con: duckdb.DuckDBPyConnection, export: Export, file_number: int) -> tuple[int, list[Torn]]:
    """Add the records of a file of objects to `incoming`, as _read_csv does; a value that is none is torn."""
    with as_utf8(export.path, export.encoding) as path:
        if has_its_end(path, export.records.layout):
            try:
                return _add_objects(con, path, export.records, file_number)
            except duckdb.Error as error:
                if export.records.layout == "parquet":
                    raise LoadError(f"{export.file_name}: cannot be read: {said(error, path, export.path)}") from error
        with _temporary() as lines:
            torn = write_whole_records(path, export.records, lines)
            lines.flush()
            count, others = _add_objects(con, Path(lines.name), export.records.in_lines, file_number)
    return count, [(number, *torn.get(number, (text, problem))) for number, text, problem in others]


def _add_objects(
    con: duckdb.DuckDBPyConnection, path: Path, records: Records, file_number: int
) -> tuple[int, list[Torn]]:
    """Add the records of a sound file to `incoming`, as _read_csv does. Raises duckdb.Error for one that is torn."""
    count = _add(con, f"({records.query(_literal(path), path.stat().st_size)})", file_number)
    torn = con.execute(
        "select rowid + 1 - ((select count(*) from incoming) - ?), torn "
        "from incoming where file_number = ? and torn is not null order by rowid",
        [count, file_number],
    ).fetchall()
    if torn and records.layout == "lines" and not records.is_list:
        torn = _lines(path, {number for number, _ in torn})
    return count, [(number, text[:FOUND_TEXT], what_is_wrong(text)) for number, text in torn]


def said(error: duckdb.Error, read: Path, meant: Path) -> str:
    """Return what DuckDB says is wrong with a file, by its own name."""
    return str(error).splitlines()[0].replace(literally(read), meant.name)


def _lines(path: Path, numbers: set[int]) -> list[tuple[int, str]]:
    """The lines of those numbers; a blank line has none."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        filled = (line.strip() for line in file if line.strip())
        return [(number, line) for number, line in enumerate(filled, 1) if number in numbers]


def _parser(path: Path, delimiter: str, width: int) -> str:
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(width))
    return f"""read_csv(
        {_literal(path)}, auto_detect = false, delim = {quoted(delimiter)}, quote = '"', escape = '"',
        header = true, columns = {{{columns}}}, max_line_size = {LONGEST_RECORD}, compression = 'none',
        hive_partitioning = false)"""


def _literal(path: Path) -> str:
    return quoted(literally(path))


def literally(path: Path) -> str:
    """Return a path as DuckDB has to be told it, which takes `*`, `?` and `[` for a pattern of names."""
    return re.sub(r"([*?\[])", r"[\1]", path.absolute().as_posix())


@contextmanager
def _as_csv(export: Export) -> Iterator[Path]:
    """Give the path of the export as UTF-8 text that begins with its header."""
    if export.sheet is None:
        with as_utf8(export.path, export.encoding, export.header_line) as path:
            yield path
    else:
        with _temporary() as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            width = len(export.header)
            for row in islice(sheet_rows(export.path, export.sheet), export.header_line, None):
                writer.writerow((row + [""] * width)[:width])
            file.flush()
            yield Path(file.name)


@contextmanager
def as_utf8(path: Path, encoding: str | None, lines_before: int = 0) -> Iterator[Path]:
    """Give the path of a file as UTF-8 text, less the first lines, its lines ending as DuckDB knows them.

    A file that is no text, of no encoding, stays as it is.
    """
    if encoding is None or (_is_utf8(path, encoding) and not lines_before):
        yield path
    else:
        with _temporary() as file, path.open(encoding=encoding, errors="replace", newline=None) as text:
            for _ in range(lines_before):
                text.readline()
            shutil.copyfileobj(text, file)
            file.flush()
            yield Path(file.name)


def _is_plain(export: Export) -> bool:
    """Whether the file is UTF-8 text that begins with its header, its lines ending as DuckDB knows them."""
    if export.sheet is not None or export.header_line:
        return False
    return export.encoding is None or _is_utf8(export.path, export.encoding)


def _is_utf8(path: Path, encoding: str) -> bool:
    """Whether DuckDB reads a text as it is; only of a CSV file it takes off what marks it as UTF-8."""
    is_utf8 = encoding == "utf-8" or (encoding == "utf-8-sig" and path.suffix.lower() not in JSON)
    return is_utf8 and not _old_line_ends(path)


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


def _repair(path: Path, delimiter: str, width: int) -> tuple[Path, list[Torn]]:
    """Copy the whole records of a torn file to a clean one, and name the torn ones.

    A record that does not parse, or has another number of cells, loses its first line and
    reading goes on with the next, so that one open quote never swallows what follows it.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = file.readlines()
    torn: list[Torn] = []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv", delete=False) as clean:
        writer = csv.writer(clean, quoting=csv.QUOTE_ALL, lineterminator="\n")
        position, record = 0, -1  # the header is record 0
        while position < len(lines):
            if not lines[position].strip("\r\n") and width > 1:
                position += 1
                continue
            cells, used, problem = _record(lines, position, delimiter, width)
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


def _record(lines: list[str], position: int, delimiter: str, width: int) -> tuple[list[str], int, str]:
    """The cells of the record that starts at a line, how many lines it has, and what is wrong.

    Delimiters after the last cell are no cells, as for DuckDB.
    """
    until = min(position + LINES_OF_A_RECORD, len(lines))
    reader = csv.reader((lines[number] for number in range(position, until)), delimiter=delimiter, strict=True)
    try:
        cells = next(reader) or [""]
    except csv.Error as error:
        return [], 1, what_is_torn(error)
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if sum(map(len, cells)) > LONGEST_RECORD // 4 and len(",".join(cells).encode()) > LONGEST_RECORD:
        return [], reader.line_num, f"has more than {LONGEST_RECORD:,} characters"
    return cells, reader.line_num, ""


def _is_whole(lines: list[str], position: int, delimiter: str, width: int) -> bool:
    if position >= len(lines):
        return False
    cells, _, problem = _record(lines, position, delimiter, width)
    return not problem and len(cells) == width


def sheets(path: Path, file_name: str) -> list[str]:
    """Return the names of a workbook's sheets. Raises LoadError when it is none."""
    try:
        with CalamineWorkbook.from_path(path) as book:
            return book.sheet_names
    except (CalamineError, OSError) as error:
        raise LoadError(f"{file_name}: cannot be read as a workbook: {error}") from error


def sheet_rows(path: Path, sheet: str) -> Iterator[list[str]]:
    """Give the rows of a sheet from the header on, as text, as a person would have typed it into a CSV."""
    with CalamineWorkbook.from_path(path) as book:
        rows = ([_text(cell) for cell in row] for row in book.get_sheet_by_name(sheet).iter_rows())
        yield from dropwhile(lambda row: not any(row), rows)


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
