"""Business time: every open window of every local day, less every maintenance window.

`Hours` is one desk file: a document, so its windows are read out of it in plain Python, day by day, and its own
arithmetic is brute force. `Calendar` is the windows of many desks as one frame, for whole columns at once.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from math import ceil
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pandas as pd

from reference.cells import start_of, to_local, to_utc
from reference.frames import latest, whole_seconds

BEGINNING = datetime(1700, 1, 1)  # before there was anything
LONGEST = timedelta(days=3)  # of all limits of random desks: three business days of 24 hours
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[datetime, datetime]


class UncoveredError(Exception):
    """Business seconds asked for never come: the desk opens too seldom."""


@cache
def edges(text: str) -> tuple[int, int]:
    """Return "09:00-17:00" as seconds of the day."""

    def seconds(clock: str) -> int:
        parts = [int(part) for part in clock.split(":")]
        return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)

    opens, closes = text.split("-")
    return seconds(opens), seconds(closes)


def merged(spans: list[Span]) -> list[Span]:
    """Return the union of spans, empty ones dropped."""
    union: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return union


def less(spans: list[Span], holes: list[Span]) -> list[Span]:
    """Return spans with the holes cut out; both in order, none overlapping another of its kind."""
    ends = [end for _, end in holes]
    left: list[Span] = []
    for start, end in spans:
        for number in range(bisect_right(ends, start), len(holes)):
            hole_start, hole_end = holes[number]
            if hole_start >= end:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = hole_end
        if start < end:
            left.append((start, end))
    return left


class Hours:
    """The opening hours of one desk file (a parsed TOML document)."""

    def __init__(self, desk: dict):
        self.desk = desk
        self.zone = ZoneInfo(desk["timezone"])
        stated = desk.get("holidays", {})
        self.closed_on = set(stated.get("dates", []))
        self.partial = {entry["on"]: entry["open"] for entry in stated.get("partial", [])}
        self.public = (
            holidays.country_holidays(stated["country"], subdiv=stated.get("subdivision"))
            if "country" in stated
            else None
        )
        self.changes = sorted(desk.get("hours_change", []), key=lambda change: change["from"])
        self.windows_on = cache(self._windows_on)
        self.open_on = cache(self._open_on)

    def week(self, day: date) -> dict[str, list[str]]:
        """Return the week in force on a local day [C2, C7]."""
        week = self.desk["hours"]
        for change in self.changes:
            if change["from"] <= day:
                week = change["hours"]
        return week

    def _windows_on(self, day: date) -> list[Span]:
        """Return the opening windows of one local day in UTC [C1, C6]."""
        if day in self.partial:
            windows = self.partial[day]
        elif day in self.closed_on or (self.public is not None and day in self.public):
            windows = []
        else:
            windows = self.week(day).get(WEEKDAYS[day.weekday()], [])
        return [self.window(day, text) for text in windows]

    def window(self, day: date, text: str) -> Span:
        """Return one local window of one day in UTC; 24:00 is the start of the next day [C4]."""
        midnight = datetime(day.year, day.month, day.day)
        opens, closes = (to_utc(midnight + timedelta(seconds=edge), self.zone) for edge in edges(text))
        return opens, closes

    def maintenance(self, first: date, last: date) -> list[Span]:
        """Return the maintenance windows that matter to the local days from first to last [C5]."""
        spans: list[Span] = []
        for entry in self.desk.get("maintenance", []):
            if "weekly" in entry:
                day = first
                while day <= last:
                    if entry.get("from", day) <= day and ("until" not in entry or day < entry["until"]):
                        spans += [self.window(day, text) for text in entry["weekly"].get(WEEKDAYS[day.weekday()], [])]
                    day += timedelta(days=1)
            else:
                spans.append((self.stated(entry["starts_at"]), self.stated(entry["ends_at"])))
        return merged(spans)

    def stated(self, moment: datetime) -> datetime:
        """Return a date and time of the desk file in UTC."""
        if moment.tzinfo is None:
            return to_utc(moment, self.zone)
        return (moment - moment.utcoffset()).replace(tzinfo=None)

    def _open_on(self, first: date, last: date) -> list[Span]:
        """Return what is open on the local days from first to last, maintenance cut out."""
        spans: list[Span] = []
        day = first
        while day <= last:
            spans += self.windows_on(day)
            day += timedelta(days=1)
        return less(merged(spans), self.maintenance(first, last))

    def open_since(self, since: datetime, until: datetime, longest: timedelta) -> list[Span]:
        """Return what is open since an instant, on until the longest limit begun by another is used up."""
        weeks = 4
        while True:
            spans = self.open_on(self.day(since) - timedelta(days=1), self.day(until) + timedelta(weeks=weeks))
            if sum((closes - max(opens, until) for opens, closes in spans if closes > until), timedelta()) >= longest:
                return spans
            if weeks > 600:
                raise UncoveredError(f"{longest} of business time after {until}")
            weeks *= 3

    def day(self, instant: datetime) -> date:
        """Return the desk's local day of a UTC instant."""
        return to_local(instant, self.zone).date()

    def business_seconds(self, start: datetime, end: datetime) -> int:
        """Return the open seconds of [start, end); 0 when end is not after start."""
        if end <= start:
            return 0
        total = timedelta()
        for opens, closes in self.open_on(self.day(start) - timedelta(days=1), self.day(end) + timedelta(days=1)):
            total += max(min(closes, end) - max(opens, start), timedelta())
        return int(total.total_seconds())

    def due(self, start: datetime, seconds: float) -> datetime:
        """Return the first whole second at which that many open seconds since start are used up [C8, T2]."""
        left = timedelta(seconds=ceil(seconds))
        if not left:
            return start
        first = self.day(start) - timedelta(days=1)
        for weeks in (8, 60, 600):
            remaining = left
            for opens, closes in self.open_on(first, first + timedelta(weeks=weeks)):
                opens = max(opens, start)
                if opens < closes:
                    if closes - opens >= remaining:
                        return opens + remaining
                    remaining -= closes - opens
        raise UncoveredError(f"{seconds} business seconds after {start}")

    def business_day_seconds(self, start: datetime) -> int:
        """Return how long a business day is for a clock that starts at this instant [C3]."""
        return self.day_of_week(self.week(self.day(start)))

    def day_of_week(self, week: dict[str, list[str]]) -> int:
        """Return how long a business day of a week is: its most frequent daily total, unless one is stated [C3]."""
        if "business_day_hours" in self.desk:
            return round(self.desk["business_day_hours"] * 3600)
        totals = Counter(
            sum(closes - opens for opens, closes in map(edges, windows)) for windows in week.values() if windows
        )
        return max(totals, key=lambda total: (totals[total], total))

    def business_days(self) -> list[tuple[date, int]]:
        """Return (first local day, seconds of a business day) of every week there ever is [C2, C3, C7]."""
        weeks = [
            (BEGINNING.date(), self.desk["hours"]),
            *((change["from"], change["hours"]) for change in self.changes),
        ]
        return [(since, self.day_of_week(week)) for since, week in weeks]

    def start_of(self, day: date) -> datetime:
        """Return the first instant of a local day in UTC."""
        return start_of(day, self.zone)


# Many desks at once


class Calendar:
    """The opening hours of many desks, numbered as they are given. A column of instants goes with one of desks."""

    def __init__(self, hours: Sequence[Hours], since: Sequence[datetime], until: Sequence[datetime]):
        self.zone = pd.Series([one.zone.key for one in hours], dtype=object)
        windows = pd.DataFrame(
            [
                (desk, opens_at, closes_at)
                for desk, (one, first, last) in enumerate(zip(hours, since, until, strict=True))
                for opens_at, closes_at in one.open_since(first, last, LONGEST)
            ],
            columns=["desk", "opens_at", "closes_at"],
        ).astype({"opens_at": "datetime64[us]", "closes_at": "datetime64[us]"})
        spans = whole_seconds(windows.closes_at - windows.opens_at)
        # A desk's open seconds before each window: every question about business time is a difference of these.
        windows["open_before"] = spans.groupby(windows.desk).cumsum() - spans
        self.windows = windows
        self.business_days = pd.DataFrame(
            [(desk, *version) for desk, one in enumerate(hours) for version in one.business_days()],
            columns=["desk", "since_on", "seconds"],
        ).astype({"since_on": "datetime64[us]"})

    def local_day(self, desk: pd.Series, at: pd.Series) -> pd.Series:
        """Return the local day of each instant, as its midnight on the desk's own wall clock."""
        parts = [
            part.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
            for zone, part in at.groupby(desk.map(self.zone))
        ]
        return aligned(parts, at.index)

    def start_of(self, desk: pd.Series, day: pd.Series) -> pd.Series:
        """Return the first instant of each local day in UTC: of a midnight that happens twice the first [T1, P7]."""
        parts = [
            part.dt.tz_localize(zone, ambiguous=[True] * len(part), nonexistent="shift_forward")
            .dt.tz_convert("UTC")
            .dt.tz_localize(None)
            for zone, part in day.groupby(desk.map(self.zone))
        ]
        return aligned(parts, day.index)

    def open_before(self, desk: pd.Series, at: pd.Series) -> pd.Series:
        """Return the open seconds of each desk before an instant, counted from where its calendar begins."""
        last = latest("desk", desk, at, self.windows, "opens_at")
        inside = whole_seconds(at.where(at < last.closes_at, last.closes_at) - last.opens_at)
        return (last.open_before + inside).fillna(0).where(at.notna())

    def business_seconds(self, desk: pd.Series, start: pd.Series, end: pd.Series) -> pd.Series:
        """Return the open seconds of each [start, end): 0 where the end is not after the start, else NA if unknown."""
        spent = self.open_before(desk, end) - self.open_before(desk, start)
        return spent.clip(lower=0).astype("Int64")

    def due(self, desk: pd.Series, start: pd.Series, seconds: pd.Series) -> pd.Series:
        """Return the first whole second at which that many open seconds since a start are used up [C8, T2]."""
        used = (self.open_before(desk, start) + np.ceil(seconds)).astype("int64")
        # The window in which the last of them passes: the last one before which not all are used up.
        last = latest("desk", desk, used, self.windows, "open_before", exact=False)
        due_at = last.opens_at + pd.to_timedelta(used - last.open_before, unit="s")
        if (due_at > last.closes_at).any():
            raise UncoveredError(f"a limit of more than {LONGEST}")
        return due_at.where(seconds > 0, start)

    def business_day_seconds(self, desk: pd.Series, at: pd.Series) -> pd.Series:
        """Return how long a business day is for a clock that starts at each instant [C3]."""
        return latest("desk", desk, self.local_day(desk, at), self.business_days, "since_on").seconds


def aligned(parts: list[pd.Series], index: pd.Index) -> pd.Series:
    """Return parts of a column of instants as one again, in the order of an index."""
    return pd.concat([pd.Series(dtype="datetime64[us]"), *parts]).reindex(index).astype("datetime64[us]")
