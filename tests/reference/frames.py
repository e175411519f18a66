"""Loads of many desks as one frame per table: every row carries the number of its desk.

A frame's index is the identity of its rows: what belongs to a ticket or a purchase names it by that number, so
columns align by themselves. Null never equals null here, though pandas would merge them: see `met`.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from reference.cells import KEYS
from reference.desks import COLUMNS, RandomDesk
from reference.hours import Calendar
from reference.terms import Policy

Look = tuple[RandomDesk, datetime]  # a desk, and the instant it is looked at


class Load:
    """What the loads of many desks hold, each looked at at one instant; desks are numbered as they are given.

    In every table `as_of` is the instant the row's desk is looked at, `client_id` the address at the end of the alias
    chain [T10], and `product_id` what the desk calls the product.
    """

    def __init__(self, looks: Sequence[Look]):
        self.looks = looks
        self.as_of = pd.Series([as_of for _, as_of in looks], dtype="datetime64[us]")
        raw = {table: frame_of(table, looks) for table in KEYS}
        links = chain_ends(raw["aliases"])
        products, names = raw["products"], raw["product_aliases"]
        self.tables = {
            table: renamed(frame, links, products, names).assign(as_of=lookup(frame.desk, self.as_of))
            for table, frame in raw.items()
        }
        tickets = self.tables["tickets"]
        self.policy = Policy([desk.terms for desk, _ in looks])
        desks = pd.Series(self.as_of.index, self.as_of.index)
        pace = pd.to_timedelta(self.policy.number("queue", "pace", desks, self.as_of), unit="D")
        first = tickets.groupby("desk").opened_at.min().reindex(desks).fillna(self.as_of)
        self.calendar = Calendar(
            [desk.hours for desk, _ in looks], first.where(first < self.as_of - pace, self.as_of - pace), self.as_of
        )


def frame_of(table: str, looks: Sequence[Look]) -> pd.DataFrame:
    """Return the rows of one table of all desks, every column there and of its type; an empty cell is null [T9]."""
    rows = [row | {"desk": desk} for desk, (load, _) in enumerate(looks) for row in load.typed[table]]
    frame = pd.DataFrame(rows, columns=["desk", *COLUMNS[table]])
    return frame.astype({"desk": "int64"} | {column: type_of(column) for column in COLUMNS[table]})


def type_of(column: str) -> str:
    """Return the type of a column by its name."""
    if column.endswith("_at"):
        return "datetime64[us]"
    if column.startswith(("is_", "has_")):
        return "boolean"
    if column.endswith("_count"):
        return "Int64"
    return "object" if column == "amount" else "str"


def chain_ends(aliases: pd.DataFrame) -> pd.DataFrame:
    """Return each alias with the address at the end of its chain [T10]: one step more for all, until none moves."""
    links = aliases[["desk", "alias_email", "client_email"]]
    steps = links.rename(columns={"alias_email": "client_email", "client_email": "further"})
    while True:
        further = links.merge(steps, on=["desk", "client_email"], how="left").further
        if further.isna().all():
            return links.rename(columns={"client_email": "client_id"})
        links = links.assign(client_email=further.fillna(links.client_email))


def renamed(frame: pd.DataFrame, links: pd.DataFrame, products: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its `client_id`, and with the desk's own word for a product that it does not know [T10]."""
    if "client_email" in frame:
        found = frame.merge(links, left_on=["desk", "client_email"], right_on=["desk", "alias_email"], how="left")
        frame = frame.assign(client_id=found.client_id.fillna(frame.client_email))
    if "product_id" in frame and frame is not products and frame is not names:
        own = products[["desk", "product_id"]].assign(is_own=True)
        other = names[["desk", "source_text", "product_id"]].rename(columns={"product_id": "named"})
        found = frame.merge(own, on=["desk", "product_id"], how="left").merge(
            other, left_on=["desk", "product_id"], right_on=["desk", "source_text"], how="left"
        )
        frame = frame.assign(product_id=frame.product_id.where(found.is_own.eq(True) | found.named.isna(), found.named))
    return frame


# What every rule needs


def met(left: pd.DataFrame, right: pd.DataFrame, on: Sequence[str], name: str) -> pd.DataFrame:
    """Return every row of `right` of the same desk that has the same known values; `name` is the row of `left` it met."""
    known = left[["desk", *on]].dropna().rename_axis(name).reset_index()
    return known.merge(right, on=["desk", *on])


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


def rows_by_desk(frame: pd.DataFrame) -> dict[int, list[dict]]:
    """Return the rows of each desk as dicts, null as None and instants as Python's."""
    columns = [column for column in frame if column != "desk"]
    cells = [frame[column].astype(object).where(frame[column].notna(), None) for column in columns]
    found: dict[int, list[dict]] = {}
    for desk, *row in zip(frame.desk, *cells, strict=True):
        found.setdefault(desk, []).append(dict(zip(columns, row, strict=True)))
    return found
