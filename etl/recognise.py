"""Find the exports under the paths given and say what each one is, before anything is loaded.

A file is known by its header. Encoding and delimiter are found out here too, so that the reader
never guesses: a sniffer that chooses wrongly turns a damaged file into one odd column.
"""

import codecs
import csv
import io
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path

import duckdb

from etl import EtlError, torn
from etl.dialect import HOUSE, Dialect, dialects, folded
from etl.records import (
    JSON,
    PARQUET,
    RECORDS_LOOKED_AT,
    Records,
    find_parquet,
    first_objects,
    json_layout,
    may_hold_nan,
    ways_to_read,
)
from etl.unpack import ARCHIVES, ArchiveError, unpack

TEXT = {".csv", ".tsv"}
SPREADSHEET = {".xlsx", ".ods"}
DELIMITERS = ",;\t|"
NO_EXPORT = "not an export format; CSV, TSV, XLSX, ODS, JSON, NDJSON, Parquet and ZIP files are read"
HEADER_BYTES = 1 << 18
CHUNK_BYTES = 1 << 24
LETTER_BYTES = 4  # of the longest letter in UTF-8
# What may stand before the header: a line that names the delimiter, and blank lines.
SEP_LINE = re.compile(r'"?sep=([^\r\n])"?[ ]*(\r\n|\r|\n)', re.IGNORECASE)
BLANK_LINE = re.compile(r"[ \t]*(\r\n|\r|\n)")
# The longest record that is read; a longer one is almost surely a quote that never closes.
LONGEST_RECORD = 8_000_000
# How far down a sheet the header is looked for: reports begin with a title, a date, a blank row.
ROWS_TO_A_HEADER = 10

csv.field_size_limit(LONGEST_RECORD)


class LoadError(EtlError):
    """An export cannot be loaded as a whole; the message says what to change."""


@dataclass(frozen=True)
class Export:
    """One table-like thing to load: a text file, a sheet of a workbook, or a list of objects in a file."""

    path: Path
    file_name: str
    dialect: Dialect
    header: list[str]
    delimiter: str = ","
    encoding: str | None = "utf-8"  # None of what is no text
    header_line: int = 0  # lines or sheet rows before the header (a `sep=;` line, blank lines, a report's title)
    sheet: str | None = None
    records: Records | None = None  # of files whose records are objects; the header is then what the dialect reads


@dataclass(frozen=True)
class Ignored:
    """A file under a folder, a sheet of a workbook, or a list in a file that is not loaded, and why."""

    file_name: str
    reason: str


def find_exports(
    paths: list[Path], scratch: Path, mapping: Dialect | None = None
) -> tuple[list[Export], list[Ignored]]:
    """Return what can be loaded under `paths`, sorted by path, and what is passed over.

    Archives are unpacked into the folder `scratch`, to be kept until the exports are read. A file
    named itself must be loadable, and of an archive something; a file found in a folder may be
    passed over, and so may a sheet of a workbook that holds others. A file given twice is one file.
    Raises LoadError for a path that does not exist, and for a named file that no dialect fits.
    """
    exports: list[Export] = []
    ignored: list[Ignored] = []
    for file, name, is_named in _named(paths):
        try:
            if file.suffix.lower() in ARCHIVES:
                found, passed_over = _archive(file, name, scratch, mapping)
            else:
                found, passed_over = _recognise(file, name, mapping)
        except (LoadError, ArchiveError) as error:
            if is_named:
                raise
            ignored.append(Ignored(name, str(error).removeprefix(f"{name}: ")))
        else:
            exports += found
            ignored += passed_over
    return exports, ignored


def _named(paths: list[Path]) -> list[tuple[Path, str, bool]]:
    """Every file under `paths` once, with the name it is known by, and whether it was named itself.

    The name is that under the folder given; where two files have the same, the whole path.
    """
    files: dict[Path, tuple[Path, str, bool]] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(found for found in path.rglob("*") if found.is_file()):
                relative = file.relative_to(path)
                if not any(part.startswith((".", "~$")) for part in relative.parts):
                    files.setdefault(file.resolve(), (file, relative.as_posix(), False))
        elif path.is_file():
            files[path.resolve()] = (path, path.name, True)
        elif path.exists():  # a pipe, which would be read twice, or a device, which has no end
            raise LoadError(f"{path}: is neither a file nor a folder; save what it gives in a file and load that")
        else:
            raise LoadError(f"{path}: there is no such file or folder")
    count = Counter(name for _, name, _ in files.values())
    return [(file, name if count[name] == 1 else file.as_posix(), named) for file, name, named in files.values()]


def _archive(path: Path, file_name: str, scratch: Path, mapping: Dialect | None) -> tuple[list[Export], list[Ignored]]:
    """The exports in an archive, and what of it is passed over. Raises LoadError when there is no export."""
    into = Path(tempfile.mkdtemp(dir=scratch))
    members, others = unpack(path, file_name, into, TEXT | SPREADSHEET | JSON | PARQUET)
    exports: list[Export] = []
    ignored: list[Ignored] = []
    for other in others:
        nested = "an archive in an archive is not opened; unpack it and load the folder"
        ignored.append(Ignored(other, nested if Path(other).suffix.lower() in ARCHIVES else NO_EXPORT))
    for member, name in members:
        try:
            found, passed_over = _recognise(member, name, mapping)
        except LoadError as error:
            ignored.append(Ignored(name, str(error).removeprefix(f"{name}: ")))
        else:
            exports += found
            ignored += passed_over
    if not exports:
        why = f": {ignored[-1].file_name}: {ignored[-1].reason}" if ignored else "; it is empty"
        raise LoadError(f"{file_name}: holds nothing that can be loaded{why}")
    return exports, ignored


def recognise(path: Path, file_name: str, mapping: Dialect | None = None) -> list[Export]:
    """Return the exports in one file: one for a text file, one for each known sheet of a workbook or list of objects.

    Raises LoadError when it is empty, of another format, or no dialect fits.
    """
    return _recognise(path, file_name, mapping)[0]


def _recognise(path: Path, file_name: str, mapping: Dialect | None) -> tuple[list[Export], list[Ignored]]:
    suffix = path.suffix.lower()
    if suffix in SPREADSHEET:
        return _workbook(path, file_name, mapping)
    if suffix in PARQUET:
        return _objects(path, file_name, mapping, None, "")
    if suffix not in TEXT | JSON:
        raise LoadError(f"{file_name}: {NO_EXPORT}")
    try:
        encoding = find_encoding(path, file_name, whole=suffix in JSON)
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
    except OSError as error:
        raise LoadError(f"{file_name}: cannot be opened: {error.strerror}") from error
    text = codecs.getincrementaldecoder(encoding)().decode(head)
    if not text.strip():
        raise LoadError(f"{file_name}: the file is empty; there is not even a header")
    if suffix in JSON:
        return _objects(path, file_name, mapping, encoding, text)

    skipped, delimiters = 0, DELIMITERS
    if sep := SEP_LINE.match(text):
        skipped, delimiters, text = 1, sep[1], text[sep.end() :]
    while blank := BLANK_LINE.match(text):
        skipped, text = skipped + 1, text[blank.end() :]
    headers = {delimiter: _header(text, delimiter) for delimiter in delimiters}
    # The delimiter under which a dialect fits; for the message, the one that gives most columns.
    likely = max(headers, key=lambda delimiter: len(headers[delimiter]))
    for delimiter in sorted(headers, key=lambda delimiter: delimiter != likely):
        dialect = _fitting(headers[delimiter], file_name, mapping)
        if dialect:
            _demand_whole(text, delimiter, file_name)
            return [Export(path, file_name, dialect, headers[delimiter], delimiter, encoding, skipped)], []
    _demand_whole(text, likely, file_name)
    raise _unknown(headers[likely], file_name, mapping)


def find_encoding(path: Path, file_name: str, whole: bool = False) -> str:
    """Return utf-8, utf-8-sig, utf-16 or cp1252, whichever reads the whole file.

    UTF-8 is believed once the file's beginning is, unless `whole`: DuckDB refuses what is none, and
    a large file need not be read twice. A file may be cut off in the middle of a letter. Raises
    LoadError when none reads it.
    """
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            possible = ["utf-16"]
        elif start.startswith(codecs.BOM_UTF8):
            possible = ["utf-8-sig"]
        else:
            possible = ["utf-8", "cp1252"]
        for encoding in possible:
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            has_letters = encoding != "utf-8"  # by which it is known, beside the cut one
            try:
                if encoding.startswith("utf-8") and not whole:
                    head = file.read(HEADER_BYTES)
                    decoder.decode(head)
                    has_letters = has_letters or not head[:-LETTER_BYTES].isascii()
                    if len(head) == HEADER_BYTES:
                        return encoding
                else:
                    while chunk := file.read(CHUNK_BYTES):
                        if encoding != "utf-8" or not chunk.isascii() or decoder.getstate()[0]:
                            decoder.decode(chunk)
                            has_letters = has_letters or not chunk[:-LETTER_BYTES].isascii()
                if not has_letters:
                    decoder.decode(b"", final=True)
                return encoding
            except UnicodeDecodeError:
                continue
    raise LoadError(f"{file_name}: neither UTF-8, UTF-16 nor Windows-1252 text; save it as CSV in UTF-8")


def _header(text: str, delimiter: str) -> list[str]:
    """The names of the first record, which may hold newlines inside quotes."""
    row = next(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter), [])
    return [" ".join(name.split()) for name in row]


def _demand_whole(text: str, delimiter: str, file_name: str) -> None:
    """Raise LoadError when the header is torn: an open quote would swallow the records after it."""
    try:
        next(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise LoadError(f"{file_name}: the header is torn: {what_is_torn(error)}") from error


def what_is_torn(error: csv.Error) -> str:
    """Return what is wrong with a record the csv module could not read."""
    if "unexpected end" in str(error):
        return "a quote is opened and never closed"
    if "field limit" in str(error):
        return f"a cell has more than {LONGEST_RECORD:,} characters"
    return "text follows a closing quote"


def _workbook(path: Path, file_name: str, mapping: Dialect | None) -> tuple[list[Export], list[Ignored]]:
    from etl.read import sheet_rows, sheets

    found, ignored, problems = [], [], []
    names = sheets(path, file_name)
    for sheet in names:
        label = file_name if len(names) == 1 else f"{file_name}[{sheet}]"
        rows = [[" ".join(name.split()) for name in row] for row in islice(sheet_rows(path, sheet), ROWS_TO_A_HEADER)]
        if not rows:
            problems.append(LoadError(f"{label}: the sheet is empty; there is not even a header"))
            continue
        for number, header in enumerate(rows):
            if dialect := _fitting(header, label, mapping):
                found.append(Export(path, label, dialect, header, header_line=number, sheet=sheet))
                break
        else:
            # Nothing fits: of the rows above the first records, the one with most names.
            header = max(rows, key=lambda row: sum(map(bool, row)))
            problems.append(_unknown(header, label, mapping))
            ignored.append(Ignored(label, str(problems[-1]).removeprefix(f"{label}: ")))
    if not found:
        raise problems[0] if problems else LoadError(f"{file_name}: the workbook has no sheet")
    return found, ignored


def _objects(
    path: Path, file_name: str, mapping: Dialect | None, encoding: str | None, head: str
) -> tuple[list[Export], list[Ignored]]:
    """The exports in a file of objects; `head` is how its text begins."""
    from etl.read import as_utf8, literally, said

    suffix = path.suffix.lower()
    kind = "Parquet" if suffix in PARQUET else "JSON"
    problem = None
    with _reader().cursor() as con, as_utf8(path, encoding) as text:
        try:
            if kind == "Parquet":
                ways = [find_parquet(con, literally(text))]
            else:
                layout = json_layout(suffix, head)
                ways = list(ways_to_read(layout, first_objects(con, literally(text), layout, text.stat().st_size)))
        except duckdb.Error as error:
            ways = []
            if kind == "JSON":
                ways = list(ways_to_read(layout, torn.first_objects(text, layout, RECORDS_LOOKED_AT)))
            if not ways:
                raise LoadError(f"{file_name}: cannot be read as {kind}: {said(error, text, path)}") from error
        has_nan = kind == "JSON" and may_hold_nan(text)
    for lists in ways:
        found, ignored = [], []
        for records in lists:
            label = file_name if len(lists) == 1 else f"{file_name}[{records.label}]"
            names = list(records.fields)
            if dialect := _fitting(names, label, mapping):
                header, chosen = replace(records, has_nan=has_nan).read_by(dialect)
                found.append(Export(path, label, dialect, header, encoding=encoding, records=chosen))
            else:
                error = _unknown(names, label, mapping)
                problem = problem or error
                ignored.append(Ignored(label, str(error).removeprefix(f"{label}: ")))
        if found:
            return found, ignored
    raise problem or LoadError(f"{file_name}: holds no record, so there is nothing to know it by")


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    """Return a database without tables, by which all files are looked at: opening it takes longer than a look."""
    return duckdb.connect(config={"threads": "1"})


def _fitting(header: list[str], file_name: str, mapping: Dialect | None) -> Dialect | None:
    """The dialect of a header, a user's mapping before all others; None when none fits."""
    if mapping and not mapping.missing(header):
        return mapping
    fits = [dialect for dialect in dialects() if not dialect.missing(header)]
    declared = [dialect for dialect in fits if not dialect.name.startswith(HOUSE)]
    if declared:
        most = max(len(dialect.recognise) for dialect in declared)
        best = [dialect for dialect in declared if len(dialect.recognise) == most]
        if len(best) > 1:
            names = " and ".join(dialect.name for dialect in best)
            raise LoadError(f"{file_name}: fits {names}; say which with --mapping")
        return best[0]

    # The house dialect: any column but the key may be missing, so the table that knows most of
    # the header's columns, and at least half of them; of equals the one the file is named for.
    names = {folded(name) for name in header if name}
    stem = Path(file_name.partition("[")[0]).stem.lower()

    def rank(dialect: Dialect) -> tuple[int, bool]:
        table = dialect.fillings[0].table
        return len(names & table.columns.keys()), table.name in stem

    best = sorted((dialect for dialect in fits if 2 * rank(dialect)[0] >= len(names)), key=rank, reverse=True)
    if len(best) > 1 and rank(best[0]) == rank(best[1]):
        either = " and ".join(dialect.fillings[0].table.name for dialect in best[:2])
        raise LoadError(f"{file_name}: could be {either}; name the file after its table, or add a column")
    return best[0] if best else None


def _unknown(header: list[str], file_name: str, mapping: Dialect | None) -> LoadError:
    """The error for a header nothing fits: the nearest dialect, what is missing, what would do."""
    there = {folded(name) for name in header}

    def likeness(dialect: Dialect) -> float:
        wanted = {folded(name) for name in dialect.recognise}
        columns = {folded(name) for filling in dialect.fillings for s in filling.columns.values() for name in s.names()}
        return len(wanted & there) / len(wanted) + len(columns & there) / max(len(there), 1)

    nearest = mapping or max(dialects(), key=likeness)
    missing = ", ".join(nearest.missing(header)) or "more of its columns"
    near = (
        f"nearest is {nearest.name}, missing: {missing}"
        if mapping or likeness(nearest)
        else "none knows a column of it"
    )
    would_do = (
        "Name in the mapping's recognise what stands in the header"
        if mapping
        else "Describe the file in a mapping and load it with --mapping FILE "
        "(python -m etl dialects shows how one is written)"
    )
    return LoadError(f"{file_name}: no dialect fits; {near}. {would_do}")
