"""Business time by brute force: every open window of every local day, less every maintenance window."""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from math import ceil
from zoneinfo import ZoneInfo

import holidays

from reference.cells import start_of, to_local, to_utc

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[datetime, datetime]


class UncoveredError(Exception):
    """Business seconds asked for never come: the desk opens too seldom."""


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
    """Return spans with the holes cut out."""
    for hole_start, hole_end in holes:
        cut: list[Span] = []
        for start, end in spans:
            cut += [(start, min(end, hole_start)), (max(start, hole_end), end)]
        spans = [span for span in cut if span[0] < span[1]]
    return spans


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
        if "business_day_hours" in self.desk:
            return round(self.desk["business_day_hours"] * 3600)
        week = self.week(self.day(start))
        totals = Counter(
            sum(closes - opens for opens, closes in map(edges, windows)) for windows in week.values() if windows
        )
        return max(totals, key=lambda total: (totals[total], total))

    def start_of(self, day: date) -> datetime:
        """Return the first instant of a local day in UTC."""
        return start_of(day, self.zone)
