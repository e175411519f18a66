"""What leaves as a file is equal to what was shown, typed, and safe to open in a spreadsheet."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from etl.export import CELL_LETTERS, About, ExportError, Meaning, as_bytes

ABOUT = About(
    "Tickets of =1", {"Desk": "=cmd"}, {"text": Meaning("What was said.", "words", "1.5")}, {"1.5": "Answers."}
)
FORMULAS = [
    "=1+1", "+1", "-1", "@x", "\tx", "\rx", "\x00x", " =1+1", '"=1+1', "'=1", "\uff1d1", "\uff0b1", "\uff0d1",
    "\uff20x", "\n=1", "\u3000=1", "\u00a0=1", "=cmd|' /C calc'!A0", "\ufeff=1",
]  # fmt: skip
HARMLESS = ["plain", "a=b", "1-2", "x@example.com", "'quoted'", "žąsis", "a&b<c>", "007", "  blank", "_x0041_"]


def csv_cells(frame):
    return list(csv.reader(io.StringIO(as_bytes(frame, "csv", ABOUT).decode("utf-8-sig"), newline="")))


def sheet_cells(frame, name="Data"):
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_bytes(frame, "xlsx", ABOUT)))
    return book.get_sheet_by_name(name).to_python()


def part(frame, name):
    return zipfile.ZipFile(io.BytesIO(as_bytes(frame, "xlsx", ABOUT))).read(name).decode()


@pytest.mark.parametrize("text", FORMULAS)
def test_edge_case_55_text_like_a_formula_is_marked_as_text_in_csv_and_xlsx(text):
    frame = pd.DataFrame({"text": [text]})
    assert csv_cells(frame)[1] == [f"'{text}"]
    assert sheet_cells(frame)[1] == [f"'{text}".replace("\x00", "\ufffd")]
    assert "<f>" not in part(frame, "xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text):
    frame = pd.DataFrame({"text": [text, "x"]})
    assert csv_cells(frame)[1] == sheet_cells(frame)[1] == [text]


def test_what_says_what_the_file_is_runs_no_formula_either():
    frame = pd.DataFrame({"=cmd": ["x"]})
    assert csv_cells(frame)[0] == sheet_cells(frame)[0] == ["'=cmd"]
    said = sheet_cells(frame, "Definitions")
    assert said[1][:2] == ["Desk", "'=cmd"]
    assert said[5][0] == "'=cmd"


FRAME = pd.DataFrame(
    {
        "amount": [-1.5, None],
        "count": pd.array([-3, None], "Int64"),
        "seen_at": pd.to_datetime(["2026-03-02 10:00:01", None]).tz_localize("UTC").tz_convert("Europe/Vilnius"),
        "on": pd.to_datetime(["2026-03-02", None]),
        "flag": [True, False],
        "known": pd.Series([True, None], dtype=object),
        "text": ['a,b\n"c"', None],
    }
)


def test_types_and_missing_values_in_csv():
    assert csv_cells(FRAME)[1:] == [
        ["-1.5", "-3", "2026-03-02T12:00:01", "2026-03-02", "true", "true", 'a,b\n"c"'],
        ["", "", "", "", "false", "", ""],
    ]


def test_types_and_missing_values_in_a_sheet():
    assert sheet_cells(FRAME)[1:] == [
        [-1.5, -3.0, datetime(2026, 3, 2, 12, 0, 1), date(2026, 3, 2), True, True, 'a,b\n"c"'],
        ["", "", "", "", False, "", ""],
    ]


def test_types_and_missing_values_in_parquet():
    held = pq.read_table(io.BytesIO(as_bytes(FRAME, "parquet", ABOUT)))
    assert [str(field.type) for field in held.schema] == [
        "double", "int64", "timestamp[us, tz=Europe/Vilnius]", "date32[day]", "bool", "bool", "large_string",
    ]  # fmt: skip
    assert held.column("seen_at")[0].as_py().isoformat() == "2026-03-02T12:00:01+02:00"
    assert held.slice(1).to_pylist()[0] == dict.fromkeys(FRAME.columns, None) | {"flag": False}


def test_parquet_keeps_text_as_it_is():
    held = pq.read_table(io.BytesIO(as_bytes(pd.DataFrame({"text": ["=1"]}), "parquet", ABOUT)))
    assert held.column("text").to_pylist() == ["=1"]


def test_instant_at_midnight_stays_an_instant():
    midnight = pd.to_datetime(["2026-03-02"])
    frame = pd.DataFrame({"opened_at": midnight, "day_on": midnight})
    assert csv_cells(frame)[1:] == [["2026-03-02T00:00:00", "2026-03-02"]]
    # A reader of sheets takes an instant at midnight for a day; its format tells.
    styles = re.findall(r'<c r="[AB]2" s="(\d+)"', part(frame, "xl/worksheets/sheet1.xml"))
    assert styles[0] != styles[1]


@pytest.mark.parametrize("day", ["1900-02-28", "0001-01-01"])
def test_a_day_before_spreadsheets_count_is_written_out(day):
    frame = pd.DataFrame({"day_on": pd.Series([day, "1900-03-01"], dtype="datetime64[s]")})
    assert sheet_cells(frame)[1:] == [[day], [date(1900, 3, 1)]]


def test_a_number_without_end_is_empty():
    frame = pd.DataFrame({"n": [float("inf"), 1.0]})
    assert csv_cells(frame)[1:] == [[""], ["1.0"]]
    assert sheet_cells(frame)[1:] == [[""], [1.0]]


def test_text_longer_than_a_cell_is_cut_and_says_so():
    frame = pd.DataFrame(
        {"text": ["x" * CELL_LETTERS, "x" * (CELL_LETTERS + 1), "\U0001f600" * (CELL_LETTERS // 2 + 1)]}
    )
    fits, too_long, too_wide = (row[0] for row in sheet_cells(frame)[1:])
    assert fits == "x" * CELL_LETTERS
    for cut in (too_long, too_wide):
        assert cut.endswith("[cut here: a cell holds no more]")
        assert len(cut.encode("utf-16-le")) // 2 <= CELL_LETTERS
    assert len(csv_cells(frame)[2][0]) == CELL_LETTERS + 1


def test_the_rows_are_a_table_with_filters_under_a_header_that_stays():
    table = part(FRAME, "xl/tables/table1.xml")
    assert 'ref="A1:G3"' in table
    assert '<autoFilter ref="A1:G3"/>' in table
    sheet = part(FRAME, "xl/worksheets/sheet1.xml")
    assert '<dimension ref="A1:G3"/>' in sheet
    assert 'state="frozen"' in sheet


def test_rows_of_several_portions_are_all_there_in_their_order(monkeypatch):
    monkeypatch.setattr("etl.export.SOME_ROWS", 3)
    frame = pd.DataFrame({"n": range(10)})
    assert [row[0] for row in sheet_cells(frame)[1:]] == list(range(10))
    assert [row[0] for row in csv_cells(frame)[1:]] == [str(n) for n in range(10)]
    assert 'r="A11"' in part(frame, "xl/worksheets/sheet1.xml")


def test_no_rows_of_numbers_alone_are_a_workbook():
    frame = FRAME.head(0).select_dtypes("number")
    assert len(frame.columns) > 0
    assert sheet_cells(frame)[0] == list(frame.columns)


def test_no_rows_are_a_file_with_a_header():
    frame = FRAME.head(0)
    assert csv_cells(frame) == [list(frame.columns)]
    assert sheet_cells(frame)[0] == list(frame.columns)
    assert 'ref="A1:G2"' in part(frame, "xl/tables/table1.xml")


def test_headings_that_differ_in_case_alone_are_told_apart():
    frame = pd.DataFrame([["a", "b"]], columns=["Day", "day"])
    assert sheet_cells(frame)[0] == ["Day", "day (2)"]


def test_more_rows_than_a_sheet_holds_are_refused_with_what_would_do(monkeypatch):
    monkeypatch.setattr("etl.export.SHEET_ROWS", 3)
    assert len(sheet_cells(pd.DataFrame({"n": [1, 2]}))) == 3
    message = "3 rows are more than a sheet of 3 holds; take CSV or Parquet, or narrow the filters"
    with pytest.raises(ExportError, match=message):
        as_bytes(pd.DataFrame({"n": [1, 2, 3]}), "xlsx", ABOUT)
    assert len(csv_cells(pd.DataFrame({"n": [1, 2, 3]}))) == 4


def test_the_second_sheet_defines_each_column():
    said = sheet_cells(pd.DataFrame({"text": ["a"], "other": ["b"]}), "Definitions")
    assert ["Rows", "1"] in [line[:2] for line in said]
    assert ["text", "What was said.", "words", "1.5"] in said
    assert ["other", "", "", ""] in said
    assert said[-1][:2] == ["1.5", "Answers."]


def test_frame_given_is_not_changed():
    frame = pd.DataFrame({"text": ["=1"]})
    for form in ("csv", "xlsx", "parquet"):
        as_bytes(frame, form, ABOUT)
    assert frame.text[0] == "=1"


def test_file_begins_with_a_mark_that_spreadsheets_know_utf8_by():
    assert as_bytes(pd.DataFrame({"a": [1]}), "csv", ABOUT).startswith(b"\xef\xbb\xbfa\r\n1")
