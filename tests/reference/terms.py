"""The policy file: which value of a parameter is in force at an instant, and since which day."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from reference.frames import latest
from reference.hours import BEGINNING, Hours

ANY = object()  # of a cell that the readings leave open; it is not compared
PUBLISHED = Path(__file__).parents[2] / "data" / "policy.csv"

# What the terms say, of the parameters a random desk may vary.
VARIED = {
    ("response_time", "first"): "1",
    ("response_time", "last"): "2",
    ("resolution_time", "first"): "7",
    ("resolution_time", "last"): "14",
    ("resolution_time", "clock"): "elapsed",
    ("coverage", "months"): "6",
    ("auto_close", "idle"): "8",
    ("auto_close", "grace"): "24",
    ("auto_close", "soon"): "48",
    ("duplicate", "window"): "30",
    ("post_burst", "posts"): "3",
    ("post_burst", "window"): "10",
    ("channel", "accepted"): "ticket",
}
REQUIREMENTS = (
    "coverage",
    "support_extra",
    "registration",
    "description",
    "scope",
    "channel",
    "mailing_list",
    "not_banned",
)


def published() -> list[dict[str, str]]:
    """Return the rows of the product's own policy file."""
    return list(csv.DictReader(io.StringIO(PUBLISHED.read_text("utf-8"))))


class Terms:
    """The parameters of one policy file, each with the instants its versions came into force."""

    def __init__(self, rows: list[dict[str, str]], hours: Hours):
        self.versions: dict[tuple[str, str], list[tuple[datetime, date, str]]] = {}
        for row in rows:
            if row["rule"]:  # one without numbers has its versions too
                day = date.fromisoformat(row["effective_on"])
                key = row["rule"], row["parameter"]
                self.versions.setdefault(key, []).append((hours.start_of(day), day, row["value"]))
        for found in self.versions.values():
            found.sort()
            found[0] = (BEGINNING, *found[0][1:])  # before the first version, the first [T12]

    def number(self, rule: str, parameter: str, at: datetime) -> float:
        """Return a parameter in force at an instant as a number."""
        return float([value for since, _, value in self.versions[rule, parameter] if since <= at][-1])


class Policy:
    """The parameters of many policy files, numbered as they are given. A column of instants goes with one of desks."""

    def __init__(self, terms: Sequence[Terms]):
        versions = pd.DataFrame(
            [
                (desk, *key, *version)
                for desk, one in enumerate(terms)
                for key, found in one.versions.items()
                for version in found
            ],
            columns=["desk", "rule", "parameter", "since_at", "effective_on", "value"],
        ).astype({"since_at": "datetime64[us]", "effective_on": "datetime64[us]"})
        self.versions = dict(list(versions.groupby(["rule", "parameter"])))

    def in_force(self, rule: str, parameter: str, desk: pd.Series, at: pd.Series) -> pd.DataFrame:
        """Return (effective_on, value) of a parameter at each instant."""
        return latest("desk", desk, at, self.versions[rule, parameter], "since_at")[["effective_on", "value"]]

    def number(self, rule: str, parameter: str, desk: pd.Series, at: pd.Series) -> pd.Series:
        """Return a parameter at each instant as a number."""
        return self.in_force(rule, parameter, desk, at).value.astype(float)

    def is_required(self, rule: str, desk: pd.Series, at: pd.Series) -> pd.Series:
        """Tell whether a requirement counts for what was asked at each instant."""
        return self.in_force(rule, "required", desk, at).value.str.lower() == "true"

    def effective_on(self, rule: str, desk: pd.Series, at: pd.Series) -> pd.Series:
        """Return the day of the version of a rule at each instant: ANY where the versions of its numbers differ."""
        days = pd.DataFrame(
            {key: self.in_force(*key, desk, at).effective_on for key in self.versions if key[0] == rule}
        )
        first, last = days.min(axis=1), days.max(axis=1)
        if rule in ("channel", "scope"):  # a requirement and its lists decide together
            first = last
        return last.dt.date.astype(object).where(first.eq(last) | last.isna(), ANY)

    def is_changed(self, rule: str, desk: pd.Series) -> pd.Series:
        """Tell of each desk whether its versions of a rule begin on several days."""
        days = pd.concat([versions for key, versions in self.versions.items() if key[0] == rule])
        return desk.map(days.groupby("desk").effective_on.nunique()) > 1
