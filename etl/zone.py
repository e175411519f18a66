"""Local time to UTC and back as plain SQL, from the zone's own table of changes.

DuckDB's time zone functions take the second of two equal local times; reading [T1] wants the
first, and the offset before the change where a local time does not exist. Both are the same
rule: the old offset holds until the later of the two readings of the change. So a zone is a
list of steps, and a conversion is a look at those of one year: lists with a place for each.
"""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from etl import EtlError

EPOCH, LAST_YEAR = datetime(1970, 1, 1), 2100
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
        return int(datetime.fromtimestamp((instant - EPOCH).total_seconds(), zone).utcoffset().total_seconds())

    day, before = EPOCH, offset(EPOCH)
    found = [(datetime.min, before)]
    while day.year < LAST_YEAR:
        then = day + STEP
        if (after := offset(then)) != before:
            low, high = day, then
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            found.append((high, after))
        day, before = then, after
    return found


@cache
def short_names(name: str) -> tuple[str, ...]:
    """Return what the zone's own clocks call themselves, winter first: EET and EEST. Elsewhere they may mean another."""
    zone = zone_info(name)
    found = (datetime(LAST_YEAR - 1, month, 1, tzinfo=zone).tzname() for month in (1, 7))
    return tuple(dict.fromkeys(short for short in found if short.isalpha()))


@cache
def utc_sql(local: str, name: str) -> str:
    """Return SQL that turns a local TIMESTAMP expression into UTC, by reading [T1]."""
    steps = changes(name)
    bounds = [
        (at + timedelta(seconds=max(before, after)), after)
        for (at, after), (_, before) in zip(steps[1:], steps, strict=False)
    ]
    if not bounds and steps[0][1] == 0:
        return local
    return f"({local} - to_seconds({_offset(local, steps[0][1], bounds)}))"


@cache
def local_sql(instant: str, name: str) -> str:
    """Return SQL that turns a UTC TIMESTAMP expression into the zone's local TIMESTAMP."""
    steps = changes(name)
    return f"({instant} + to_seconds({_offset(instant, steps[0][1], steps[1:])}))"


def _offset(value: str, first: int, bounds: list[tuple[datetime, int]]) -> str:
    """Return SQL for the offset in force at `value`: `first`, or from each bound on the one beside it."""
    if not bounds:
        return str(first)
    years = range(bounds[0][0].year, bounds[-1][0].year + 1)
    of_year: dict[int, list[tuple[datetime, int]]] = {year: [] for year in years}
    for at, offset in bounds:
        of_year[at.year].append((at, offset))
    # Per year: the offset it begins with, and each change with the offset from then on, as many as any year has.
    columns = [[] for _ in range(1 + 2 * max(map(len, of_year.values())))]
    offset = first
    for changed in of_year.values():
        columns[0].append(offset)
        for place in range(len(columns) // 2):
            at, offset = changed[place] if place < len(changed) else (None, offset)
            columns[1 + 2 * place].append(f"{at:%Y-%m-%d %H:%M:%S}" if at else "null")
            columns[2 + 2 * place].append(offset)
    row = f"[greatest(least(year({value}), {years[-1]}), {years[0]}) - {years[0] - 1}]"
    looked_up = [
        f"('[{', '.join(map(str, column))}]'::{'timestamp' if number % 2 else 'bigint'}[]){row}"
        for number, column in enumerate(columns)
    ]
    arms = " ".join(
        f"when {value} < {until} then {before}" for before, until in zip(looked_up[::2], looked_up[1::2], strict=False)
    )
    return f"case {arms} else {looked_up[-1]} end"
