"""Everything that leaves the product as a file goes through here: CSV, XLSX and Parquet.

A spreadsheet runs a cell that starts like a formula. Text cells that do are given a leading apostrophe
in CSV and XLSX, here and nowhere else; numbers and instants keep their type and are never touched.
Rows are spelt by DuckDB, not cell by cell in Python: a sheet is XML text like any other.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from etl import EtlError

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
SHEET_ROWS = 1_048_576  # a sheet of a spreadsheet has so many, the header included
CELL_LETTERS = 32_767  # and a cell takes so many letters
CUT = " [cut here: a cell holds no more]"
# Days that Excel knows as everybody else does: it counts a 29 February 1900 that never was.
FIRST_DAY, DAY_ZERO = "1900-03-01", "1899-12-30"
SOME_ROWS = 20_000
WIDEST = 48  # letters
DATA_SHEET, DATA_TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
NUMBER_FORMATS = {"instant": "yyyy-mm-dd hh:mm:ss", "day": "yyyy-mm-dd"}

# Also after blanks or quotes, and in full-width form: spreadsheets are that forgiving.
BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
FORMULA = f"^[{BLANKS}\"']*[=+\\-@\t\r\\x00\uff1d\uff0b\uff0d\uff20]"


class ExportError(EtlError):
    """A table cannot be written in the form asked for; the message says in which it can."""


@dataclass(frozen=True)
class Meaning:
    """What one column holds: in words, its unit, its clause, and the number format of a spreadsheet."""

    words: str = ""
    unit: str = ""
    clause: str = ""
    number_format: str | None = None


@dataclass(frozen=True)
class About:
    """What a file says of itself: its title, facts such as desk and filters, its columns, its clauses."""

    title: str
    told: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Meaning] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)
    made_at: datetime | None = None


def write(frame: pd.DataFrame, out: BinaryIO, form: str, about: About) -> None:
    """Write a table to an open binary file as "csv", "xlsx" or "parquet": columns and rows in the order given.

    Instants that carry a zone are written in it (Parquet keeps the instant itself), days as days, ids as text.
    Raises ExportError where a sheet has no room for the rows.
    """
    WRITERS[form](frame, out, about)


def as_bytes(frame: pd.DataFrame, form: str, about: About) -> bytes:
    """Return what `write` writes."""
    out = io.BytesIO()
    write(frame, out, form, about)
    return out.getvalue()


def fits(rows: int, form: str) -> bool:
    """Say whether a file of that form has room for so many rows."""
    return form != "xlsx" or rows < SHEET_ROWS


def neutral(text: str) -> str:
    """Return text as it may be opened in a spreadsheet: marked if it looks like a formula."""
    return f"'{text}" if re.match(FORMULA, text) else text


class _Table:
    """A frame as DuckDB reads it, with what each column is: text, number, flag, day or instant."""

    def __init__(self, frame: pd.DataFrame, *, keeps_zone: bool = False):
        series = [frame.iloc[:, place] for place in range(len(frame.columns))]
        self.headings = [str(name) for name in frame.columns]
        self.row_count = len(frame)
        self.kinds = [_kind(*pair) for pair in zip(self.headings, series, strict=True)]
        self.names = [f"column_{place}" for place in range(len(series))]
        columns = [_column(column, kind, keeps_zone) for column, kind in zip(series, self.kinds, strict=True)]
        self.held = pa.table(columns, names=self.names)
        self.con = duckdb.connect()
        self.con.register("held", self.held)

    def spelt(self, row: str) -> Iterator[bytes]:
        """Return the rows as an SQL expression spells them, some thousands at a time; line 1 is the header."""
        for first in range(0, self.row_count, SOME_ROWS):
            some = self.held.slice(first, SOME_ROWS)
            line = pa.array(range(first + 2, first + 2 + some.num_rows), pa.int64())
            self.con.register("held", some.append_column("line", line))
            yield "".join(text for (text,) in self.con.execute(f"select {row} from held").fetchall()).encode()


def _kind(name: str, column: pd.Series) -> str:
    # With missing values among them, flags come as objects.
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        return "flag"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "instant"
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        # The name tells an instant from a day: an instant may be midnight in every row.
        at_midnight = (column.dropna() == column.dropna().dt.normalize()).all()
        return "day" if name.endswith("_on") or (at_midnight and not name.endswith("_at")) else "instant"
    return "text"


def _column(column: pd.Series, kind: str, keeps_zone: bool) -> pa.Array:
    if kind == "day":
        return pa.Array.from_pandas(column.dt.date, type=pa.date32())
    if kind == "text":
        return pa.Array.from_pandas(column.astype("string"), type=pa.large_string())
    if isinstance(column.dtype, pd.DatetimeTZDtype) and not keeps_zone:
        column = column.dt.tz_localize(None)
    return pa.Array.from_pandas(column, type=pa.bool_() if kind == "flag" else None)


def _harmless(name: str) -> str:
    """Return the SQL of `neutral` for a column of text."""
    return f"case when regexp_matches({name}, {_quoted(FORMULA)}) then '''' || {name} else {name} end"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---------------------------------------------------------------- CSV


def _write_csv(frame: pd.DataFrame, out: BinaryIO, about: About) -> None:
    """Write RFC 4180 in UTF-8, with the mark by which Excel knows it. Missing values are empty."""
    table = _Table(frame)
    out.write(b"\xef\xbb\xbf")
    out.write((",".join(_csv_text(neutral(heading)) for heading in table.headings) + "\r\n").encode())
    # An empty line would be no row at all.
    nothing = '""' if len(table.names) == 1 else ""
    cells = ", ".join(_csv_cell(name, kind, nothing) for name, kind in zip(table.names, table.kinds, strict=True))
    for lines in table.spelt(f"concat_ws(',', {cells}) || chr(13) || chr(10)"):
        out.write(lines)


def _csv_text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search('[",\r\n]', text) else text


def _csv_cell(name: str, kind: str, nothing: str) -> str:
    if kind == "text":
        spelt = _harmless(name)
        quoted = f"""'"' || replace({spelt}, '"', '""') || '"'"""
        spelt = f"""case when regexp_matches({name}, '[",\r\n]') then {quoted} else {spelt} end"""
    else:
        spelt = {
            "flag": f"{name}::varchar",
            "number": f"case when isfinite({name}) then {name}::varchar end",
            "day": f"strftime({name}, '%Y-%m-%d')",
            "instant": f"strftime({name}, '%Y-%m-%dT%H:%M:%S')",
        }[kind]
    return f"coalesce({spelt}, '{nothing}')"


# ---------------------------------------------------------------- Parquet


def _write_parquet(frame: pd.DataFrame, out: BinaryIO, about: About) -> None:
    """Write typed columns: instants with their zone, days as dates. Text stays as it is: nothing runs it."""
    table = _Table(frame, keeps_zone=True)
    told = {"title": about.title, **about.told}
    pq.write_table(table.held.rename_columns(table.headings).replace_schema_metadata(told), out, compression="zstd")


# ---------------------------------------------------------------- XLSX


def _write_xlsx(frame: pd.DataFrame, out: BinaryIO, about: About) -> None:
    """Write a workbook of two sheets: the rows as a table with filters, and what each column means.

    XlsxWriter makes the workbook with the table still empty; the rows go into its sheet as DuckDB spells them.
    """
    if not fits(len(frame), "xlsx"):
        raise ExportError(
            f"{len(frame):,} rows are more than a sheet of {SHEET_ROWS:,} holds; take CSV or Parquet, or narrow the filters"
        )
    table = _Table(frame)
    empty = zipfile.ZipFile(io.BytesIO(_workbook(table, about)))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        for part in empty.infolist():
            content = empty.read(part)
            if part.filename == DATA_TABLE:
                content = content.replace(_area(table, 1).encode(), _area(table, table.row_count).encode())
            if part.filename != DATA_SHEET:
                packed.writestr(part, content)
                continue
            begin, rows_end, end = content.decode().partition("</sheetData>")
            begin = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{_area(table, table.row_count)}"', begin)
            with packed.open(DATA_SHEET, "w", force_zip64=True) as sheet:
                sheet.write(begin.encode())
                for lines in table.spelt(_sheet_row(table, _styles(begin))):
                    sheet.write(lines)
                sheet.write((rows_end + end).encode())


def _workbook(table: _Table, about: About) -> bytes:
    """Return a workbook with the header, widths and formats of the table, and the sheet of definitions."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    book.set_properties({"title": about.title, "created": about.made_at or datetime(2000, 1, 1)})
    sheet = book.add_worksheet("Data")
    headings = _told_apart([neutral(" ".join(heading.split())) or "-" for heading in table.headings])
    columns = [{"header": heading} for heading in headings]
    area = {"name": "Data", "columns": columns, "style": "Table Style Light 1"}
    # Of one row: XlsxWriter would look for formulas in every cell. It is made as long as its rows when they come.
    sheet.add_table(0, 0, 1, len(headings) - 1, area)
    for place, width in enumerate(_widths(table)):
        meaning = about.columns.get(table.headings[place], Meaning())
        number_format = NUMBER_FORMATS.get(table.kinds[place]) or meaning.number_format or "General"
        sheet.set_column(place, place, width, book.add_format({"num_format": number_format}))
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    _define(book, table, about)
    book.close()
    return held.getvalue()


def _define(book: xlsxwriter.Workbook, table: _Table, about: About) -> None:
    """Write the sheet of definitions: what the file is, what each column holds, what the clauses say."""
    sheet = book.add_worksheet("Definitions")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14})
    for place, width in enumerate((34, 74, 40, 10)):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, neutral(about.title), title)
    line = 1
    for name, text in {**about.told, "Rows": f"{table.row_count:,}"}.items():
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, neutral(text), wrapped)
        line += 1
    line += 1
    for place, heading in enumerate(("Column", "What it holds", "Unit", "Clause")):
        sheet.write_string(line, place, heading, bold)
    for heading in table.headings:
        line += 1
        meaning = about.columns.get(heading, Meaning())
        for place, text in enumerate((heading, meaning.words, meaning.unit, meaning.clause)):
            sheet.write_string(line, place, neutral(text), wrapped)
    if about.clauses:
        line += 2
        sheet.write_string(line, 0, "Clause", bold)
        sheet.write_string(line, 1, "What the terms say", bold)
        for number, text in about.clauses.items():
            line += 1
            sheet.write_string(line, 0, number, wrapped)
            sheet.write_string(line, 1, neutral(text), wrapped)


def _told_apart(headings: Sequence[str]) -> list[str]:
    """Return headings of which no two are the same but for case: a spreadsheet's table wants that."""
    seen: dict[str, int] = {}
    for place, heading in enumerate(headings):
        seen[heading.lower()] = seen.get(heading.lower(), 0) + 1
        if seen[heading.lower()] > 1:
            headings[place] = f"{heading} ({seen[heading.lower()]})"
    return headings


def _widths(table: _Table) -> list[int]:
    """Return how many letters wide each column is: as its heading or its texts, within reason."""
    longest = [
        f"max(length({name}))" if kind == "text" else "max(0)"
        for name, kind in zip(table.names, table.kinds, strict=True)
    ]
    most = table.con.execute(f"select {', '.join(longest)} from (from held limit {SOME_ROWS})").fetchall()[0]
    least = {"instant": 17, "day": 11, "number": 9, "flag": 8, "text": 6}
    return [
        min(WIDEST, max(least[kind], len(heading) + 4, (length or 0) + 2))
        for kind, heading, length in zip(table.kinds, table.headings, most, strict=True)
    ]


def _styles(sheet: str) -> list[str]:
    """Return the number of each column's format, as the sheet's own list of columns has it."""
    styles = []
    for column in re.findall(r"<col ([^>]*)/>", sheet):
        said = dict(re.findall(r'(\w+)="([^"]*)"', column))
        styles += [said.get("style", "0")] * (int(said["max"]) - int(said["min"]) + 1)
    return styles


def _area(table: _Table, row_count: int) -> str:
    """Return the cells of a table; one has a row even where there is none to show."""
    return f"A1:{xl_col_to_name(len(table.names) - 1)}{max(1, row_count) + 1}"


def _sheet_row(table: _Table, styles: Sequence[str]) -> str:
    """Return the SQL that spells one row of a sheet."""
    cells = [
        _sheet_cell(name, kind, xl_col_to_name(place), styles[place])
        for place, (name, kind) in enumerate(zip(table.names, table.kinds, strict=True))
    ]
    return f"""concat('<row r="', line, '">', {", ".join(cells)}, '</row>')"""


def _sheet_cell(name: str, kind: str, letter: str, style: str) -> str:
    """Return the SQL that spells one cell; null, which spells nothing, where it is empty."""
    begin = f"""'<c r="{letter}' || line || '" s="{style}"""
    text = f"""{begin}" t="inlineStr"><is><t xml:space="preserve">' || {{}} || '</t></is></c>'"""
    number = f"""{begin}"><v>' || {{}} || '</v></c>'"""
    if kind == "text":
        return text.format(_xml(_short_enough(_harmless(name))))
    if kind == "flag":
        return f"""{begin}" t="b"><v>' || {name}::integer || '</v></c>'"""
    if kind == "number":
        return f"case when isfinite({name}) then {number.format(f'{name}::varchar')} end"
    # The count of days as spreadsheets have it; what they cannot count is written out.
    written = "%Y-%m-%d" if kind == "day" else "%Y-%m-%dT%H:%M:%S"
    counted = f"(epoch({name}::timestamp) - epoch(timestamp '{DAY_ZERO}')) / 86400"
    return (
        f"case when {name} >= date '{FIRST_DAY}' and {name} < date '10000-01-01' "
        f"then {number.format(f'({counted})::varchar')} "
        f"else {text.format(f'strftime({name}, {_quoted(written)})')} end"
    )


def _short_enough(text: str) -> str:
    """Return the SQL that cuts text to what a cell holds, counted as spreadsheets do: in units of UTF-16."""
    units = f"length({text}) + length(regexp_replace({text}, '[^\\x{{10000}}-\\x{{10ffff}}]', '', 'g'))"
    # Half is enough of what nobody reads in a cell, and never cuts one letter of two units in the middle.
    kept = f"left({text}, {(CELL_LETTERS - len(CUT)) // 2})"
    return f"case when strlen({text}) > {CELL_LETTERS} and {units} > {CELL_LETTERS} then {kept} || {_quoted(CUT)} else {text} end"


def _xml(text: str) -> str:
    """Return the SQL of text as XML takes it; what XML has no letter for becomes the sign for such."""
    special = "'[&<>\\x00-\\x08\\x0b-\\x1f\\x{fffe}\\x{ffff}]|_x[0-9a-fA-F]{4}_'"
    spelt = f"regexp_replace({text}, '_(x[0-9a-fA-F]{{4}}_)', '_x005F_\\1', 'g')"
    for letter, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "_x000D_")):
        spelt = f"replace({spelt}, {_quoted(letter)}, {_quoted(name)})"
    spelt = f"regexp_replace({spelt}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{{fffe}}\\x{{ffff}}]', '\ufffd', 'g')"
    return f"case when regexp_matches({text}, {special}) then {spelt} else {text} end"


WRITERS: dict[str, Callable[[pd.DataFrame, BinaryIO, About], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "parquet": _write_parquet,
}
