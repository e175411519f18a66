"""Loads of many desks as one frame per table: every row carries the number of its desk.

A frame's index is the identity of its rows: what belongs to a ticket or a purchase names it by that number, so
columns align by themselves.
"""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from reference.cells import KEYS
from reference.desks import COLUMNS, RandomDesk
from reference.frames import lookup
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
        self.tables = {table: frame_of(table, looks) for table in KEYS}
        addresses, names = chain_ends(self.tables["aliases"]), product_names(self.tables)
        for frame in self.tables.values():
            frame["as_of"] = lookup(frame.desk, self.as_of)
            if "client_email" in frame:
                frame["client_id"] = replaced(frame, "client_email", addresses)
            if "product_id" in frame:
                frame["product_id"] = replaced(frame, "product_id", names)
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


def replaced(frame: pd.DataFrame, column: str, words: pd.DataFrame) -> pd.Series:
    """Return a column with the words of each desk that have another one, `was`, replaced by what it `becomes`."""
    found = pd.DataFrame({"desk": frame.desk, "was": frame[column]}).merge(words, on=["desk", "was"], how="left")
    return found.becomes.fillna(frame[column])


def chain_ends(aliases: pd.DataFrame) -> pd.DataFrame:
    """Return each alias with the address at the end of its chain [T10]: one step more for all, until none moves."""
    links = aliases[["desk", "alias_email", "client_email"]].set_axis(["desk", "was", "becomes"], axis=1)
    steps = links
    while True:
        further = replaced(links, "becomes", steps)
        if further.equals(links.becomes):
            return links
        links = links.assign(becomes=further)


def product_names(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what exports call the desk's products: a text that is no product_id of its own."""
    own = tables["products"][["desk", "product_id"]].assign(is_own=True)
    names = tables["product_aliases"][["desk", "source_text", "product_id"]].set_axis(
        ["desk", "was", "becomes"], axis=1
    )
    found = names.merge(own, left_on=["desk", "was"], right_on=["desk", "product_id"], how="left")
    return names[found.is_own.isna()]
