"""What the desk says of names: which address is whose other address, and which text is which product.

Two files of the house dialect, `aliases.csv` and `product_aliases.csv`, are the desk's own. They lie in
`data/`, or in the folder that $ALIASES names, and every load reads them as they are then: a row that
is new, changed or gone is so for all data, old and new. A third, `not_the_same.csv`, holds suggestions
that were turned down. People may edit all three; what is written here is added to what stands there,
under a lock, in one step.
"""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from etl import EtlError
from etl.publish import put_in_place
from etl.recognise import Export, LoadError, recognise
from etl.tables import tables

DATA = Path(__file__).parent.parent / "data"
KINDS = ("aliases", "product_aliases")  # the tables of tables.toml that have such a file
TURNED_DOWN = ("not_the_same", ("text", "is_not"))
DELIMITERS = ",;\t"


class AliasError(EtlError):
    """A row cannot be written to a file of the desk's; the message says why and what would do."""


@dataclass(frozen=True)
class Text:
    """A file of the desk's as it stands: its lines, how they are written, and its rows by column."""

    text: str
    columns: tuple[str, ...]
    delimiter: str
    newline: str
    has_mark: bool
    rows: list[dict[str, str]]


def alias_folder() -> Path:
    """Return where the desk's files are: $ALIASES, or data/."""
    return Path(os.environ.get("ALIASES") or DATA)


def label(kind: str) -> str:
    """Return what the file of a kind is called in the account of a load; no export's file has such a name."""
    return f"your {kind}.csv"


def find_alias_files(folder: Path) -> list[Export]:
    """Return the desk's files as exports to load; one that is not there, or empty, says nothing.

    Raises LoadError for a folder there is not, unless it is that of alias_folder(), and for a file that
    is not of the house dialect's table of its name.
    """
    if folder != alias_folder() and not folder.is_dir():
        raise LoadError(f"{folder}: there is no such folder of alias files")
    found = []
    for kind in KINDS:
        path = folder / f"{kind}.csv"
        if not path.exists() or not path.stat().st_size:
            continue
        wanted = ",".join(tables()[kind].columns)
        try:
            (export,) = recognise(path, label(kind))
        except LoadError as error:
            if "no dialect fits" not in str(error):
                raise
            raise LoadError(f"{path}: the header must be {wanted}") from error
        if {filling.table.name for filling in export.dialect.fillings} != {kind}:
            raise LoadError(f"{path}: the header must be {wanted}; this one is of {export.dialect.title}")
        found.append(export)
    return found


def stated(folder: Path, kind: str) -> dict[str, str]:
    """Return {text: what it stands for} as the desk's file of a kind says now. Raises AliasError."""
    key, value = tables()[kind].columns
    rows = _read(folder / f"{kind}.csv", (key, value)).rows
    return {_clean(kind, row[key]): _clean(kind, row[value]) for row in rows if row[key].strip() and row[value].strip()}


def accept(folder: Path, kind: str, text: str, stands_for: str) -> None:
    """Add a row to the desk's file of a kind: from the next load on `text` stands for `stands_for`.

    Raises AliasError, and writes nothing, for a text that stands for something already, for one that
    would lead back to itself, and when the file cannot be read or written.
    """
    columns = tuple(tables()[kind].columns)
    text, stands_for = _clean(kind, text), _clean(kind, stands_for)
    for given in (text, stands_for):
        if not given or not given.isprintable():
            raise AliasError(f"{given!r} is no name or address; write one, in one line")
    with _writing(folder):
        known = stated(folder, kind)
        if text in known:
            raise AliasError(f"{text} stands for {known[text]} already; take that back first")
        end, seen = stands_for, {text}
        while end not in seen:
            seen.add(end)
            end = known.get(end, "")
        if end:
            raise AliasError(f"{text} cannot stand for {stands_for}: that leads back to {end}")
        _append(folder / f"{kind}.csv", columns, (text, stands_for))


def take_back(folder: Path, kind: str, text: str) -> None:
    """Take the rows of a text out of the desk's file of a kind; the rest of the file stays as it is."""
    columns = tuple(tables()[kind].columns)
    path = folder / f"{kind}.csv"
    with _writing(folder):
        there = _read(path, columns)
        kept = [row for row in there.rows if _clean(kind, row[columns[0]]) != _clean(kind, text)]
        if len(kept) < len(there.rows):
            _write(path, there, _lines(there, [there.columns, *(list(row.values()) for row in kept)]))


def turn_down(folder: Path, text: str, candidate: str) -> None:
    """Note that `candidate` is not what `text` stands for, so that it is not suggested again. Raises AliasError."""
    name, columns = TURNED_DOWN
    with _writing(folder):
        if (text, candidate) not in turned_down(folder):
            _append(folder / f"{name}.csv", columns, (text, candidate))


def turned_down(folder: Path) -> set[tuple[str, str]]:
    """Return the suggestions that were turned down, each as (text, candidate). Raises AliasError."""
    name, (text, candidate) = TURNED_DOWN
    return {(row[text], row[candidate]) for row in _read(folder / f"{name}.csv", (text, candidate)).rows}


def why_not_writable(folder: Path) -> str:
    """Return why nothing can be written in a folder, nothing if it can."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        return f"{there} is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} can only be read"


def in_force(kind: str) -> tuple[str, dict[str, object]]:
    """Return the query, and its parameters, for what a snapshot holds of a kind that bears on the desk's file.

    One row per text: stands_for, and is_own if it came from that file. The parameter `texts` is the caller's.
    """
    key, value = tables()[kind].columns
    sql = f"""
        select held.{key} as text, held.{value} as stands_for, coalesce(files.file_name = $own, false) as is_own
        from raw.{kind} as held
        left join raw.files
            on files.file_number = held.file_number
        where files.file_name = $own
            or list_contains($texts::varchar[], held.{key})"""
    return sql, {"own": label(kind)}


def _clean(kind: str, text: str) -> str:
    """Return a cell as the loader reads it: addresses in lower case, ids as written."""
    is_address = "address" in tables()[kind].columns.values()
    return text.strip().lower() if is_address else text.strip()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Hold the lock of the desk's files, for a moment each."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".aliases.lock", timeout=10):
            yield
    except OSError as error:  # filelock's own time-out is one
        raise AliasError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _read(path: Path, columns: tuple[str, ...]) -> Text:
    """Return a file of the desk's; a missing or empty one is a header. Raises AliasError."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        raw = text = ""
    except OSError as error:
        raise AliasError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AliasError(f"{path}: cannot be read: it is no UTF-8 text") from error
    if not text.strip():
        return Text("", columns, ",", "\n", False, [])
    newline = "\r\n" if "\r\n" in text else "\n"
    first = text.splitlines()[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise AliasError(f"{path}: a row is torn: {error}") from error
    names = tuple(name.strip() for name in header)
    if not set(columns) <= set(names):
        raise AliasError(f"{path}: the header must be {','.join(columns)}")
    whole = [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]
    if len(whole) < sum(map(bool, rows)):
        number = next(number for number, row in enumerate(rows, 1) if row and len(row) != len(names))
        raise AliasError(f"{path}: row {number} has {len(rows[number - 1])} cells, the header {len(names)}")
    return Text(text, names, delimiter, newline, raw.startswith(b"\xef\xbb\xbf"), whole)


def _append(path: Path, columns: tuple[str, ...], row: tuple[str, ...]) -> None:
    """Add a row to a file as the file is written: its columns, delimiter and line ends."""
    there = _read(path, columns)
    cells = dict(zip(columns, row, strict=True))
    head = there.text if not there.text or there.text.endswith(("\n", "\r")) else there.text + there.newline
    added = [[cells.get(name, "") for name in there.columns]]
    _write(path, there, head + _lines(there, added if head else [list(columns), *added]))


def _lines(there: Text, rows: list) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=there.delimiter, lineterminator=there.newline).writerows(rows)
    return text.getvalue()


def _write(path: Path, there: Text, text: str) -> None:
    """Replace a file in one step."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(text.encode("utf-8-sig" if there.has_mark else "utf-8"))
    put_in_place(draft, path)
