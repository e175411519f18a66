"""The one place that shows, or masks, who a person is.

With MASK_PEOPLE=1 in the environment names become initials and addresses lose all but their first
letters, on the screen and in what is exported from it alike.
"""

import os
import re
from collections.abc import Collection

import numpy as np
import pandas as pd

# Also as a part of a link, where @ is written %40.
ADDRESS = re.compile(r"([^\s@<>\"',;:()/?=&]+)(?:@|%40)([^\s@<>\"',;:()/?&]+\.[^\s@<>\"',;:()/?&]+)")
# What is called so is a person's name, unless it is known to be a thing's: a new column is hidden till somebody looks.
NAMING = ("name", "by", "actor")
THINGS = frozenset(
    "product_name version_name weekday_name unassigned_name file_name table_name column_name opened_by last_word_by".split()
)
# Ids that may be names: of an id without a blank nobody can tell.
IDS_OF_PEOPLE = frozenset(("client_id", "buyer_id", "agent_id", "author_id"))
# A bare name is that of whom the rows are about.
OF_PEOPLE = ("client_id", "agent_id")


def is_masked() -> bool:
    """Say whether people are shown masked."""
    return os.environ.get("MASK_PEOPLE", "").lower() in {"1", "true", "yes"}


def person(name: object, address: object = None) -> str:
    """Return how a person is called: the name, else the address or id; "unknown" without either."""
    shown = next((str(text) for text in (name, address) if isinstance(text, str) and text.strip()), "")
    if not shown:
        return "unknown"
    if not is_masked():
        return shown
    if "@" in shown:
        return masked(shown)
    return " ".join(f"{word[0]}." for word in shown.split())


def masked(text: object) -> object:
    """Return a sentence with the addresses in it shortened, when people are shown masked."""
    # Few texts hold an address: whether to hide any is asked, and one looked for, where there can be one.
    if not isinstance(text, str) or ("@" not in text and "%40" not in text) or not is_masked():
        return text
    return ADDRESS.sub(lambda found: f"{found[1][0]}…@{found[2][0]}…", text)


def person_id(text: object) -> object:
    """Return an id, when people are shown masked without the person in it: some help desks have names for ids."""
    return person(text) if is_masked() and isinstance(text, str) and " " in text.strip() else masked(text)


def names_person(column: str, beside: Collection[str] = ()) -> bool:
    """Say whether a column holds people's names, by what it is called and which columns are beside it."""
    if column == "name":
        return not set(OF_PEOPLE).isdisjoint(beside)
    return column.rpartition("_")[2] in NAMING and column not in THINGS


def masked_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a report with the names of people as initials, when people are shown masked.

    Ids stay, though they may be addresses: a page asks by them. In rows of a kind, the label of an agent is a name,
    but for that of nobody.
    """
    if not is_masked():
        return frame
    hidden = frame.copy()
    for name in frame.columns:
        if names_person(name, frame.columns):
            hidden[name] = frame[name].astype(object).map(person, na_action="ignore")
    if {"kind", "label"} <= set(frame.columns):
        people = (frame.kind == "agent") & (frame["code"] != "" if "code" in frame.columns else True)
        hidden["label"] = frame.label.where(~people, frame.label.astype(object).map(person, na_action="ignore"))
    return hidden


def masked_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a report with the people in them masked, names and addresses, when people are shown masked."""
    if not is_masked():
        return frame
    hidden = masked_names(frame)
    for name in IDS_OF_PEOPLE.intersection(frame.columns):
        hidden[name] = frame[name].astype(object).map(person_id, na_action="ignore")
    if {"kind", "code"} <= set(frame.columns):
        codes = frame["code"].astype(object)
        hidden["code"] = codes.where(frame.kind != "agent", codes.map(person_id, na_action="ignore"))
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_datetime64_any_dtype(frame[name]):
            hidden[name] = hidden[name].astype(object).map(_masked_cell, na_action="ignore")
    return hidden


def _masked_cell(value: object) -> object:
    """Return a cell with the addresses in it shortened: a text, or a list of them."""
    if isinstance(value, list | tuple | np.ndarray):
        return [masked(text) for text in value]
    return masked(value)
