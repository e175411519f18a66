"""Everything that leaves the product as a file goes through here.

A spreadsheet runs a cell that starts like a formula. Text cells that do are given a leading
apostrophe, here and nowhere else; numbers and instants keep their type and are never touched.
"""

import re

import pandas as pd

# Also after blanks or quotes, and in full-width form: spreadsheets are that forgiving.
FORMULA = re.compile("^[\\s\"'\u3000]*[=+\\-@\t\r\x00\uff1d\uff0b\uff0d\uff20]")


def neutral(text: object) -> object:
    """Return a cell as it may be opened in a spreadsheet: text that looks like a formula is marked."""
    return f"'{text}" if isinstance(text, str) and FORMULA.match(text) else text


def to_csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV (RFC 4180, UTF-8 with byte-order mark so that Excel shows accents).

    Instants are ISO 8601 to the second, days are dates, missing values are empty, columns and rows in the order
    given. Text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    safe = frame.copy()
    safe.columns = [neutral(str(name)) for name in frame.columns]
    for position, kind in enumerate(safe.dtypes):
        column = safe.iloc[:, position]
        if pd.api.types.is_datetime64_any_dtype(kind):
            # The name tells an instant from a day: an instant may be midnight in every row.
            name = str(frame.columns[position])
            at_midnight = (column.dropna() == column.dropna().dt.normalize()).all()
            days = name.endswith("_on") or (at_midnight and not name.endswith("_at"))
            safe.isetitem(position, column.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%dT%H:%M:%S"))
        elif not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(position, column.astype(object).map(neutral, na_action="ignore"))
    text = safe.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")
