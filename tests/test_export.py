"""What leaves as a file is equal to what was shown, and safe to open in a spreadsheet."""

import csv
import io

import pandas as pd
import pytest

from etl.export import to_csv


def cells(frame):
    return list(csv.reader(io.StringIO(to_csv(frame).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "\x00x",
        " =1+1",
        '"=1+1',
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "\n=1",
    ],
)
def test_text_like_a_formula_is_marked_as_text(text):
    assert cells(pd.DataFrame({"text": [text]}))[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["plain", "a=b", "1-2", "x@example.com", "", "'quoted'", "žąsis"])
def test_other_text_is_left_alone(text):
    assert cells(pd.DataFrame({"text": [text, "x"]}))[1] == [text]


def test_header_like_a_formula_is_marked_too():
    assert cells(pd.DataFrame({"=cmd": ["x"]}))[0] == ["'=cmd"]


def test_numbers_instants_days_and_missing_values():
    frame = pd.DataFrame(
        {
            "amount": [-1.5, None],
            "count": pd.array([-3, None], "Int64"),
            "at": pd.to_datetime(["2026-03-02 10:00:01", None]),
            "on": pd.to_datetime(["2026-03-02", None]),
            "flag": [True, False],
            "text": ['a,b\n"c"', None],
        }
    )
    assert cells(frame)[1:] == [
        ["-1.5", "-3", "2026-03-02T10:00:01", "2026-03-02", "True", 'a,b\n"c"'],
        ["", "", "", "", "False", ""],
    ]


def test_instant_at_midnight_stays_an_instant():
    midnight = pd.to_datetime(["2026-03-02"])
    frame = pd.DataFrame({"opened_at": midnight, "day_on": midnight})
    assert cells(frame)[1:] == [["2026-03-02T00:00:00", "2026-03-02"]]


def test_frame_given_is_not_changed():
    frame = pd.DataFrame({"text": ["=1"]})
    to_csv(frame)
    assert frame.text[0] == "=1"


def test_file_begins_with_a_mark_that_spreadsheets_know_utf8_by():
    assert to_csv(pd.DataFrame({"a": [1]})).startswith(b"\xef\xbb\xbfa\r\n1")
