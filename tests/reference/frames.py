"""What every rule does with frames. Null never equals null here, though pandas would merge them: see `met`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def met(left: pd.DataFrame, right: pd.DataFrame, on: Sequence[str], name: str) -> pd.DataFrame:
    """Return every row of `right` of the same desk that has the same known values; `name` is the row of `left` it met."""
    known = left[["desk", *on]].dropna().rename_axis(name).reset_index()
    return known.merge(right, on=["desk", *on])


def latest(by: str, key: pd.Series, at: pd.Series, rows: pd.DataFrame, since: str, exact: bool = True) -> pd.DataFrame:
    """Return for each instant the last row of its key (column `by`) that began by then, by column `since`.

    Null where there is none; of rows that began together the last. Unless `exact`, one must have begun before.
    """
    asked = pd.DataFrame({by: key, "until": at}).dropna().rename_axis("row").reset_index().sort_values("until")
    ordered = rows.sort_values(since, kind="stable")
    found = pd.merge_asof(asked, ordered, left_on="until", right_on=since, by=by, allow_exact_matches=exact)
    return found.set_index("row").reindex(at.index)


def lookup(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return the value of each key, by the index of the values; null where there is none. (Series.map fails on none.)"""
    return values.reindex(keys).set_axis(keys.index)


def among(index: pd.Index, found: pd.Series) -> pd.Series:
    """Tell which of an index are among the values found."""
    return pd.Series(index.isin(found.dropna()), index)


def others_hold(holds: pd.Series, desk: pd.Series) -> pd.Series:
    """Tell of each row whether any other of its desk holds something."""
    return holds.groupby(desk).transform("sum") - holds > 0


def chosen(index: pd.Index, *cases: tuple[pd.Series, object], otherwise: object = None) -> pd.Series:
    """Return, row by row, the value of the first case that holds."""
    conditions = [condition.reindex(index).fillna(False).astype(bool).to_numpy() for condition, _ in cases]
    values = [
        value.astype(object).reindex(index).to_numpy() if isinstance(value, pd.Series) else value for _, value in cases
    ]
    if isinstance(otherwise, pd.Series):
        otherwise = otherwise.astype(object).reindex(index).to_numpy()
    return pd.Series(np.select(conditions, [np.asarray(value, object) for value in values], otherwise), index, object)


def earlier(one: pd.Series, other: pd.Series) -> pd.Series:
    """Return the earlier of two columns of instants; of one that is null the other."""
    return one.where(one.le(other) | other.isna(), other)


def whole_seconds(span: pd.Series) -> pd.Series:
    """Return spans of time in whole seconds."""
    return span // pd.Timedelta(seconds=1)


def rows_by_desk(frame: pd.DataFrame) -> dict[int, list[dict]]:
    """Return the rows of each desk as dicts, null as None and instants as Python's."""
    columns = [column for column in frame if column != "desk"]
    cells = [frame[column].astype(object).where(frame[column].notna(), None) for column in columns]
    found: dict[int, list[dict]] = {}
    for desk, *row in zip(frame.desk, *cells, strict=True):
        found.setdefault(desk, []).append(dict(zip(columns, row, strict=True)))
    return found
