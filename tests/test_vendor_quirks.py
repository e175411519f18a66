"""What vendors, users and spreadsheets do to a file changes nothing: every dialect, on its own fixture."""

import csv
from functools import cache
from pathlib import Path

import pytest

from etl.dialect import folded
from etl.read import sheet_rows
from etl.recognise import recognise
from loading import empty_tables, load_file, load_text
from test_dialects import DECLARED, EXPORTS, everything, rejects

FLAT = [
    pytest.param(dialect, path, id=dialect.name)
    for dialect in DECLARED
    for path in EXPORTS.glob(f"{dialect.name}.*")
    if path.suffix in (".csv", ".xlsx")
]


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a flat fixture from its header on, as text; those of a workbook all as wide as the header."""
    (export,) = recognise(path, path.name)
    if export.sheet:
        rows = [row[: len(export.header)] for row in sheet_rows(path, export.sheet)]
        return rows[export.header_line :]
    with path.open(encoding=export.encoding, newline="") as file:
        return list(csv.reader(file, delimiter=export.delimiter))


def written(rows: list[list[str]], delimiter: str = ",", line_end: str = "\n") -> str:
    """Rows as the text of a CSV with every cell quoted."""
    lines = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "".join(line + line_end for line in lines)


def turned(rows: list[list[str]]) -> list[list[str]]:
    """The same table with its columns in another order; columns of one name stay in theirs, as in any export."""
    names = [name.casefold()[::-1] for name in rows[0]]
    places = sorted(range(len(names)), key=names.__getitem__)
    return [[row[place] for place in places] for row in rows]


def without(rows: list[list[str]], dropped: set[str]) -> list[list[str]]:
    """The same table without some of its columns."""
    places = [place for place, name in enumerate(rows[0]) if name not in dropped]
    return [[row[place] for place in places] for row in rows]


@cache
def unharmed(path: Path) -> tuple:
    """What the fixture itself comes to: its account, and everything it left."""
    with empty_tables() as con:
        return load_file(con, path, zone="UTC"), everything(con)


@pytest.mark.parametrize(("dialect", "path"), FLAT)
def test_what_others_do_to_a_file_does_not_matter(raw, tmp_path, dialect, path):
    """Columns in another order and more of them, capitals, another separator, encoding, line end and name."""
    rows = turned(rows_of(path))
    assert rows[0] != rows_of(path)[0]
    header, *records = [["Summation column", *row, "Colour [list]"] for row in rows]
    for number, (record, row) in enumerate(zip(records, rows[1:], strict=True), 1):
        if any(row):  # a blank line stays one
            record[0], record[-1] = str(number), "blue"
    text = "sep=;\r\n" + written([[name.upper() for name in header], *records], ";", "\r\n")
    account = load_text(raw, tmp_path, "export (1).tsv", text.encode("utf-16"), zone="UTC")
    assert (account, everything(raw)) == unharmed(path)
    assert raw.execute("select dialect from raw.files").fetchall() == [(dialect.name,)]


@pytest.mark.parametrize(("dialect", "path"), FLAT)
def test_columns_the_user_did_not_tick_are_not_missed(raw, tmp_path, dialect, path):
    header, *rows = rows_of(path)
    needed = {called for name in dialect.recognise for called in dialect.called(name)}
    optional = [name for name in header if folded(name) not in needed]
    few = without([header, *rows], set(optional))
    account, held = unharmed(path)
    found = load_text(raw, tmp_path, "few.csv", written(few), zone="UTC")
    assert raw.execute("select dialect from raw.files").fetchall() == [(dialect.name,)]
    assert found.rows == account.rows
    # What could not be read may be gone with its column; nothing is refused that was not.
    assert {reason.split(",")[0] for reason in rejects(raw)} <= {reason.split(",")[0] for reason in held["refused"]}
