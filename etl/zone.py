"""Local time to UTC and back as plain SQL, from the zone's own table of changes.

DuckDB's time zone functions take the second of two equal local times; reading [T1] wants the
first, and the offset before the change where a local time does not exist. Both are the same
rule: the old offset holds until the later of the two readings of the change. So a zone is a
list of steps, and a conversion is a search in it: a nested CASE, evaluated in vectors.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from etl import EtlError

FIRST_YEAR, LAST_YEAR = 1970, 2100
# No zone has kept an offset for less than seven days since 1970, so no change hides in a step.
STEP = timedelta(days=3)


def zone_info(name: str) -> ZoneInfo:
    """Return the zone of that IANA name. Raises EtlError when there is none."""
    try:
        return ZoneInfo(name)
    except Exception as error:
        raise EtlError(f"unknown time zone {name!r}; use a name like Europe/Vilnius or UTC") from error


@cache
def changes(name: str) -> list[tuple[datetime, int]]:
    """Return [(UTC instant, offset in seconds from then on)], the first one at the beginning."""
    zone = zone_info(name)

    def offset(instant: datetime) -> int:
        return int(instant.replace(tzinfo=UTC).astimezone(zone).utcoffset().total_seconds())

    found = [(datetime.min, offset(datetime(FIRST_YEAR, 1, 1)))]
    day = datetime(FIRST_YEAR, 1, 1)
    while day < datetime(LAST_YEAR, 1, 1):
        then = day + STEP
        if offset(then) != offset(day):
            low, high = day, then
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
                low, high = (middle, high) if offset(middle) == offset(day) else (low, middle)
            found.append((high, offset(high)))
        day = then
    return found


@cache
def short_names(name: str) -> tuple[str, ...]:
    """Return what the zone's own clocks call themselves, winter first: EET and EEST. Elsewhere they may mean another."""
    zone = zone_info(name)
    found = (datetime(LAST_YEAR - 1, month, 1, tzinfo=zone).tzname() for month in (1, 7))
    return tuple(dict.fromkeys(short for short in found if short.isalpha()))


def utc_sql(local: str, name: str, within: tuple[datetime, datetime] | None = None) -> str:
    """Return SQL that turns a local TIMESTAMP expression into UTC, by reading [T1].

    `within` is the first and the last value it is asked for, both included, where they are known:
    a search among few changes is planned in a tenth of the time.
    """
    steps = changes(name)
    bounds = [
        (at + timedelta(seconds=max(before, after)), after)
        for (at, after), (_, before) in zip(steps[1:], steps, strict=False)
    ]
    offset = steps[0][1]
    if within:
        earliest, latest = within
        offset = next((after for at, after in reversed(bounds) if at <= earliest), offset)
        bounds = [(at, after) for at, after in bounds if earliest < at <= latest]
    if not bounds and offset == 0:
        return local
    return f"({local} - to_seconds({_search(local, offset, bounds)}))"


def local_sql(instant: str, name: str) -> str:
    """Return SQL that turns a UTC TIMESTAMP expression into the zone's local TIMESTAMP."""
    steps = changes(name)
    return f"({instant} + to_seconds({_search(instant, steps[0][1], steps[1:])}))"


def _search(value: str, first: int, bounds: list[tuple[datetime, int]]) -> str:
    """Return a balanced CASE that gives the offset in force at `value`."""
    if not bounds:
        return str(first)
    middle = len(bounds) // 2
    at, offset = bounds[middle]
    return (
        f"case when {value} < timestamp '{at:%Y-%m-%d %H:%M:%S}' "
        f"then {_search(value, first, bounds[:middle])} "
        f"else {_search(value, offset, bounds[middle + 1 :])} end"
    )
