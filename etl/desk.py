"""The desk file: whose desk this is, when it is open, and what shuts it.

Everything in it is checked here, once, so that the calendar never has to guess: a desk that
cannot be read is an error that names the entry, never a desk that is always closed.
"""

import difflib
import hashlib
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import available_timezones

import holidays

from etl import EtlError
from etl.zone import changes, zone_info

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?")

# What each part of the file may hold. An unknown key is most often a misspelt one, and a
# misspelt [[hours_change]] that is silently skipped would make every number wrong.
KEYS = {
    "": (
        "name",
        "timezone",
        "business_day_hours",
        "ticket_url",
        "client_url",
        "hours",
        "holidays",
        "maintenance",
        "hours_change",
    ),
    "holidays": ("country", "subdivision", "dates", "partial"),
    "partial": ("on", "open"),
    "maintenance": ("starts_at", "ends_at", "announced_at", "weekly", "from", "until"),
    "hours_change": ("from", "hours"),
}

Windows = tuple[tuple[int, int], ...]  # (opens, closes) in seconds of the local day


# What the shipped desk file says, entry by entry: whoever loads exports of their own has hours of their own.
SAMPLE_ENTRIES = {
    "name": "2c5dc18ed0edde94",
    "[hours]": "f1fdd31d61997faf",
    "[holidays]": "34c2f4a930f25fc0",
    "[[maintenance]]": "bd222ec1ac7efccd",
    "[[hours_change]]": "a38e458d91e2cef9",
}


class DeskError(EtlError):
    """The desk file says something that cannot be; the message names file, entry and remedy."""


@dataclass(frozen=True)
class Week:
    """The opening windows of each weekday (0 is Monday), from a local day until the next week."""

    from_on: date | None  # None: since the beginning
    windows: tuple[Windows, ...]
    business_day_seconds: int


@dataclass(frozen=True)
class Shutdown:
    """One stretch of maintenance at a stated time; `starts_at` and `ends_at` in UTC."""

    starts_at: datetime
    ends_at: datetime
    announced_at: datetime | None


@dataclass(frozen=True)
class WeeklyShutdown:
    """Maintenance that returns every week, on local days from `from_on` until before `until_on`."""

    windows: tuple[Windows, ...]
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class Desk:
    """A checked desk file. Weeks are in order of `from_on`; the first holds from the beginning.

    `text` is the file as it was read.
    """

    name: str
    timezone: str
    ticket_url: str | None
    client_url: str | None
    weeks: tuple[Week, ...]
    country: str | None
    subdivision: str | None
    own_dates: frozenset[date]
    partial_days: dict[date, Windows]
    shutdowns: tuple[Shutdown, ...]
    weekly_shutdowns: tuple[WeeklyShutdown, ...]
    text: str = field(default="", compare=False, repr=False)

    @property
    def last_stated_on(self) -> date | None:
        """The last day the file names: after it one week repeats for ever."""
        days = [week.from_on for week in self.weeks if week.from_on]
        days += [*self.own_dates, *self.partial_days]
        days += [shutdown.ends_at.date() for shutdown in self.shutdowns]
        days += [day for weekly in self.weekly_shutdowns for day in (weekly.from_on, weekly.until_on) if day]
        return max(days, default=None)

    def public_holidays(self, years: range) -> dict[date, str]:
        """Return {day: name} of the country's public holidays, observed days included [C10]."""
        if self.country is None:
            return {}
        library = holidays.country_holidays
        known = library(self.country, subdiv=self.subdivision)
        english = next((language for language in known.supported_languages if language.startswith("en")), None)
        return dict(library(self.country, subdiv=self.subdivision, years=years, language=english))


def read_desk(path: str | Path) -> Desk:
    """Return the desk file's content, checked.

    Raises DeskError when the file cannot be read, and for the first entry that cannot be used;
    the message is "<file>: <entry>: <what is wrong>; <what would do>".
    """
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise DeskError(
            f"{path.name}: no such file; name the desk with --desk FILE, or begin with data/desk.toml"
        ) from error
    except UnicodeDecodeError as error:
        raise DeskError(f"{path.name}: not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise DeskError(f"{path.name}: cannot be read: {error.strerror}") from error
    return parse_desk(text, path.name)


def parse_desk(text: str, file_name: str = "desk.toml") -> Desk:
    """Return the desk that a TOML text describes; see read_desk."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeskError(f"{file_name}: not readable as TOML: {error}") from error
    try:
        return replace(_desk(content), text=text)
    except DeskError as error:
        raise DeskError(f"{file_name}: {error}") from error


def left_of_the_sample(desk: Desk) -> tuple[str, ...]:
    """Return the entries of a desk file that are still those of the sample's desk.

    None where the hours alone are alike: a file in which nothing else is left was written for its desk.
    """
    week = desk.weeks[0]
    entries = {
        "name": desk.name,
        "[hours]": (desk.timezone, week.windows),
        "[holidays]": (sorted(desk.own_dates), sorted(desk.partial_days.items())),
        "[[maintenance]]": (desk.shutdowns, desk.weekly_shutdowns),
        "[[hours_change]]": desk.weeks[1:],
    }
    left = tuple(
        entry
        for entry, held in entries.items()
        if hashlib.sha256(repr(held).encode()).hexdigest()[:16] == SAMPLE_ENTRIES[entry]
    )
    return () if left in ((), ("[hours]",)) else left


def utc_of(local: datetime, timezone: str) -> datetime:
    """Return the UTC instant of a local time of the zone, both naive.

    A time that occurs twice is the first of the two; one that does not occur is read with the
    offset in force before the change [T1]. Same rule as etl.zone.utc_sql.
    """
    steps = changes(timezone)
    offset = steps[0][1]
    for (_, before), (at, after) in pairwise(steps):
        if local < at + timedelta(seconds=max(before, after)):
            break
        offset = after
    return local - timedelta(seconds=offset)


def clock_text(seconds: int) -> str:
    """Return seconds of the day as people write them: "09:00", "24:00", "12:00:20"."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def windows_text(windows: Windows) -> str:
    """Return windows as the desk file writes them, or "closed"."""
    return ", ".join(f"{clock_text(opens)}-{clock_text(closes)}" for opens, closes in windows) or "closed"


def _desk(content: dict) -> Desk:
    _known_keys("", content)
    timezone = _timezone(content)
    stated = _business_day(content)
    calendar = _table("[holidays]", content.get("holidays", {}))
    _known_keys("holidays", calendar)
    country, subdivision = _country(calendar)
    shutdowns, weekly_shutdowns = _maintenance(content.get("maintenance", []), timezone)
    return Desk(
        name=_string("name", content.get("name", "Support desk")),
        timezone=timezone,
        ticket_url=_template("ticket_url", content, "{ticket_id}"),
        client_url=_template("client_url", content, "{client_id}"),
        weeks=_weeks(content, stated),
        country=country,
        subdivision=subdivision,
        own_dates=_own_dates(calendar),
        partial_days=_partial_days(calendar),
        shutdowns=shutdowns,
        weekly_shutdowns=weekly_shutdowns,
    )


def _timezone(content: dict) -> str:
    if "timezone" not in content:
        raise DeskError('timezone: missing; name the zone the desk works in, e.g. timezone = "Europe/Vilnius"')
    name = _string("timezone", content["timezone"])
    try:
        zone_info(name)
    except EtlError as error:
        raise DeskError(f"timezone: {error}{_nearest(name, available_timezones())}") from error
    return name


def _business_day(content: dict) -> int | None:
    """Return the stated length of a business day in seconds, or None."""
    if "business_day_hours" not in content:
        return None
    hours = content["business_day_hours"]
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24:
        raise DeskError(
            f"business_day_hours: {hours!r} is no length of a business day; write hours above 0 and up to 24, e.g. 7.5"
        )
    seconds = round(hours * 60 * 60)
    if not seconds:
        raise DeskError(f"business_day_hours: {hours!r} is less than a second; write hours, e.g. 7.5")
    return seconds


def _weeks(content: dict, stated: int | None) -> tuple[Week, ...]:
    if "hours" not in content:
        raise DeskError(
            '[hours]: missing; write the opening windows of each weekday, e.g. mon = ["09:00-13:00", "14:00-18:00"]'
        )
    first = _windows_of_week("[hours]", content["hours"])
    if not any(first):
        raise DeskError('[hours]: opens on no day; write at least one window, e.g. mon = ["09:00-17:00"]')
    weeks = [Week(None, first, stated or _most_frequent_total(first))]

    starts: dict[date, int] = {}
    for number, entry in enumerate(_tables("hours_change", content.get("hours_change", [])), 1):
        where = f"[[hours_change]] {number}"
        _known_keys("hours_change", entry, where)
        if "from" not in entry:
            raise DeskError(f"{where}: from is missing; write the local day the hours change, e.g. from = 2027-01-04")
        from_on = _day(f"{where} from", entry["from"])
        if from_on in starts:
            raise DeskError(
                f"{where} from: {from_on} is also the day of [[hours_change]] {starts[from_on]}; keep one of them"
            )
        starts[from_on] = number
        if "hours" not in entry:
            raise DeskError(f'{where}: hours is missing; write the whole new week, e.g. hours.mon = ["09:00-17:00"]')
        windows = _windows_of_week(f"{where} hours", entry["hours"])
        if not any(windows) and stated is None:
            raise DeskError(
                f"{where} hours: opens on no day, so a business day has no length; write a window, "
                "or state business_day_hours if the desk is shut from then on"
            )
        weeks.append(Week(from_on, windows, stated or _most_frequent_total(windows)))
    return tuple(sorted(weeks, key=lambda week: week.from_on or date.min))


def _most_frequent_total(windows: tuple[Windows, ...]) -> int:
    """Return the most frequent daily total of the open weekdays; of equal ones the longest [C3]."""
    totals = Counter(sum(closes - opens for opens, closes in day) for day in windows if day)
    return max(totals, key=lambda total: (totals[total], total))


def _windows_of_week(where: str, hours: object) -> tuple[Windows, ...]:
    hours = _table(where, hours)
    _weekdays(where, hours)
    return tuple(_windows(f"{where} {day}", hours.get(day, [])) for day in WEEKDAYS)


def _windows(where: str, written: object) -> Windows:
    """Return the windows of one day in order; none overlaps, none is empty or passes midnight."""
    windows = _each_window(where, written)
    for (opens, closes), (next_opens, next_closes) in pairwise(windows):
        if next_opens < closes:
            raise DeskError(
                f"{where}: '{windows_text(((opens, closes),))}' and '{windows_text(((next_opens, next_closes),))}' "
                "overlap; write windows that do not share time"
            )
    return windows


def _each_window(where: str, written: object) -> Windows:
    if not isinstance(written, list):
        raise DeskError(f'{where}: {written!r} is no list of windows; write e.g. ["09:00-13:00", "14:00-18:00"]')
    return tuple(sorted(_window(where, text) for text in written))


def _window(where: str, text: object) -> tuple[int, int]:
    found = WINDOW.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise DeskError(f"{where}: {text!r} is no window; write it like '09:00-17:00'")
    opens, closes = (
        (int(hour), int(minute), int(second or 0)) for hour, minute, second in (found.groups()[:3], found.groups()[3:])
    )
    for hour, minute, second in (opens, closes):
        if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second)):
            raise DeskError(
                f"{where}: {text!r} has a time that does not exist; times run from 00:00 to 24:00, the end of the day"
            )
    opens, closes = (hour * 3600 + minute * 60 + second for hour, minute, second in (opens, closes))
    if opens == closes:
        raise DeskError(f"{where}: {text!r} is empty; leave it out, or write the end after the start")
    if opens > closes:
        if closes == 0:
            raise DeskError(f"{where}: {text!r} passes midnight; the end of the day is written 24:00")
        raise DeskError(f"{where}: {text!r} passes midnight; write it as two windows")
    return opens, closes


def _country(calendar: dict) -> tuple[str | None, str | None]:
    country, subdivision = calendar.get("country"), calendar.get("subdivision")
    if subdivision == "":  # as data/desk.toml shows the line
        subdivision = None
    if country is None:
        if subdivision is not None:
            raise DeskError("[holidays] subdivision: stated without a country; add the country it is part of")
        return None, None
    country = _string("[holidays] country", country)
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise DeskError(
            f"[holidays] country: {country!r} is not known; write its code of two letters, e.g. 'LT'"
            f"{_nearest(country.upper(), known)}"
        )
    if subdivision is None:
        return country, None
    subdivision = _string("[holidays] subdivision", subdivision)
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError as error:
        subdivisions = ", ".join(known[country])
        raise DeskError(
            f"[holidays] subdivision: {subdivision!r} is not known in {country}; "
            + (f"it has {subdivisions}" if subdivisions else "it has none, leave the line out")
        ) from error
    return country, subdivision


def _own_dates(calendar: dict) -> frozenset[date]:
    dates = calendar.get("dates", [])
    if not isinstance(dates, list):
        raise DeskError(f"[holidays] dates: {dates!r} is no list of days; write e.g. dates = [2026-12-31]")
    return frozenset(_day("[holidays] dates", day) for day in dates)


def _partial_days(calendar: dict) -> dict[date, Windows]:
    days: dict[date, Windows] = {}
    for number, entry in enumerate(_tables("holidays.partial", calendar.get("partial", [])), 1):
        where = f"[holidays] partial {number}"
        _known_keys("partial", entry, where)
        for key, example in (("on", "on = 2026-12-31"), ("open", 'open = ["09:00-13:00"]')):
            if key not in entry:
                raise DeskError(f"{where}: {key} is missing; write e.g. {example}")
        day = _day(f"{where} on", entry["on"])
        if day in days:
            raise DeskError(f"{where} on: {day} is there twice; write all windows of the day in one entry")
        days[day] = _windows(f"{where} open", entry["open"])
    return days


def _maintenance(entries: object, timezone: str) -> tuple[tuple[Shutdown, ...], tuple[WeeklyShutdown, ...]]:
    dated, weekly = [], []
    for number, entry in enumerate(_tables("maintenance", entries), 1):
        where = f"[[maintenance]] {number}"
        _known_keys("maintenance", entry, where)
        if "weekly" in entry:
            weekly.append(_weekly_shutdown(where, entry))
        else:
            dated.append(_shutdown(where, entry, timezone))
    return tuple(dated), tuple(weekly)


def _shutdown(where: str, entry: dict, timezone: str) -> Shutdown:
    for key in ("from", "until"):
        if key in entry:
            raise DeskError(f"{where}: {key} belongs to weekly maintenance; write starts_at and ends_at, or add weekly")
    for key in ("starts_at", "ends_at"):
        if key not in entry:
            raise DeskError(
                f'{where}: {key} is missing; write starts_at and ends_at, or weekly = {{ sun = ["02:00-06:00"] }}'
            )
    starts_at, ends_at = (_instant(f"{where} {key}", entry[key], timezone) for key in ("starts_at", "ends_at"))
    if ends_at <= starts_at:
        raise DeskError(f"{where}: empty, it ends at or before its start; write an ends_at after starts_at")
    announced = entry.get("announced_at")
    return Shutdown(
        starts_at, ends_at, None if announced is None else _instant(f"{where} announced_at", announced, timezone)
    )


def _weekly_shutdown(where: str, entry: dict) -> WeeklyShutdown:
    for key in ("starts_at", "ends_at"):
        if key in entry:
            raise DeskError(f"{where}: both weekly and {key}; write two entries")
    weekly = _table(f"{where} weekly", entry["weekly"])
    _weekdays(f"{where} weekly", weekly)
    # Maintenance may overlap [C5], so only each window by itself is checked.
    windows = tuple(_each_window(f"{where} weekly {day}", weekly.get(day, [])) for day in WEEKDAYS)
    if not any(windows):
        raise DeskError(f'{where} weekly: empty; write at least one window, e.g. weekly = {{ sun = ["02:00-06:00"] }}')
    from_on, until_on = (_day(f"{where} {key}", entry[key]) if key in entry else None for key in ("from", "until"))
    if from_on and until_on and until_on <= from_on:
        raise DeskError(f"{where}: empty, until {until_on} is not after from {from_on}; write a later until")
    return WeeklyShutdown(windows, from_on, until_on)


def _instant(where: str, value: object, timezone: str) -> datetime:
    """Return a UTC instant cut to whole seconds; a time without zone is the desk's own."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            value = None
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise DeskError(f"{where}: no instant; write e.g. 2026-03-14T22:00:00, or with a zone 2026-03-14T20:00:00Z")
    value = value.replace(microsecond=0)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else utc_of(value, timezone)


def _day(where: str, value: object) -> date:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise DeskError(f"{where}: {value!r} is no day; write e.g. 2026-12-31") from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise DeskError(f"{where}: {str(value)!r} is no day; write e.g. 2026-12-31")
    return value


def _template(key: str, content: dict, placeholder: str) -> str | None:
    """Return an address with its placeholder, or None. Only web addresses: it becomes a link."""
    if key not in content:
        return None
    text = _string(key, content[key])
    if not re.match(r"https?://", text):
        raise DeskError(f"{key}: {text!r} is no web address; begin it with https://")
    others = set(re.findall(r"\{[^}]*\}?", text)) - {placeholder}
    if placeholder not in text or others:
        raise DeskError(f"{key}: {text!r} must hold {placeholder}, and no other braces; that is where the id goes")
    return text


def _string(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DeskError(f"{where}: {value!r} is no text; write it in quotes")
    return value.strip()


def _table(where: str, value: object) -> dict:
    if not isinstance(value, dict):
        raise DeskError(f"{where}: {value!r} is no table; see data/desk.toml for its shape")
    return value


def _tables(name: str, value: object) -> list[dict]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        shape = "partial = [{ on = ..., open = [...] }]" if name == "holidays.partial" else f"[[{name}]]"
        raise DeskError(f"{name}: no list of tables; write {shape}")
    return value


def _weekdays(where: str, entry: dict) -> None:
    for key in entry:
        _misplaced(where, key)
        if key not in WEEKDAYS:
            raise DeskError(f"{where}: unknown weekday {key!r}; the weekdays are {', '.join(WEEKDAYS)}")


def _known_keys(part: str, entry: dict, where: str | None = None) -> None:
    where = where or (f"[{part}]" if part else "")
    for key in entry:
        if key in KEYS[part]:
            continue
        if where:
            _misplaced(where, key)
        raise DeskError(
            f"{where + ': ' if where else ''}unknown key {key!r}{_nearest(key, KEYS[part])}; "
            f"known are {', '.join(KEYS[part])}"
        )


def _misplaced(where: str, key: str) -> None:
    """Refuse a key of the whole file below a [table]: TOML reads it as part of that table."""
    if key in ("name", "timezone", "business_day_hours", "ticket_url", "client_url"):
        raise DeskError(f"{where}: {key!r} belongs to the whole desk; move it above the first [table]")


def _nearest(word: str, known: object) -> str:
    near = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f" (did you mean {near[0]}?)" if near else ""
