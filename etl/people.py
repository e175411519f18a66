"""The one place that shows, or masks, who a person is.

With MASK_PEOPLE=1 in the environment names become initials and addresses lose all but their first
letters, on the screen and in what is exported from it alike.
"""

import os
import re

import pandas as pd

ADDRESS = re.compile(r"([^\s@<>\"',;:()]+)@([^\s@<>\"',;:()]+\.[^\s@<>\"',;:()]+)")


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
    if not is_masked() or not isinstance(text, str):
        return text
    return ADDRESS.sub(lambda found: f"{found[1][0]}…@{found[2][0]}…", text)


def masked_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a report with the people in them masked, when people are shown masked.

    Columns named `..._name` of clients, agents and authors hold names; any other text may hold addresses.
    """
    if not is_masked():
        return frame
    hidden = frame.copy()
    for name in frame.columns:
        if name.endswith(("client_name", "agent_name", "author_name")):
            hidden[name] = frame[name].astype(object).map(person)
        elif not pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_datetime64_any_dtype(frame[name]):
            hidden[name] = frame[name].astype(object).map(masked, na_action="ignore")
    return hidden
