"""The policy file: which value of a parameter is in force at an instant, and since which day."""

import csv
import io
from datetime import date, datetime
from pathlib import Path

from reference.hours import Hours

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

    def version(self, rule: str, parameter: str, at: datetime) -> tuple[date, str]:
        """Return (effective_on, value) in force at an instant; before the first version, the first [T12]."""
        versions = self.versions[rule, parameter]
        in_force = versions[0]
        for version in versions:
            if version[0] <= at:
                in_force = version
        return in_force[1], in_force[2]

    def number(self, rule: str, parameter: str, at: datetime) -> float:
        """Return a parameter in force as a number."""
        return float(self.version(rule, parameter, at)[1])

    def is_required(self, rule: str, at: datetime) -> bool:
        """Tell whether the requirement counts for a ticket opened at that instant."""
        return (rule, "required") not in self.versions or self.version(rule, "required", at)[1].lower() == "true"

    def effective_on(self, rule: str, at: datetime) -> date | None:
        """Return the day of the version of a rule in force, None if the versions of its numbers differ."""
        days = {self.version(*key, at)[0] for key in self.versions if key[0] == rule}
        if rule in ("channel", "scope"):  # a requirement and its lists decide together
            return max(days)
        return days.pop() if len(days) == 1 else None
