"""The desk's calendar as rows: when it is open, its local days, and what shut it meanwhile.

One idea: a day takes its windows from the first of partial day, holiday and week that says
something about it [C1]; all edges become UTC [C6]; and one sweep over them, maintenance counted
beside, leaves the time that is open. Durations and due instants are look-ups in the result
(facts.business_time, facts.open_time), so a span it does not cover would be a wrong number:
write_calendar covers every question that can be asked, or says why it cannot.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

import duckdb

from etl.desk import WEEKDAYS, Desk, DeskError, Windows, windows_text
from etl.tables import tables
from etl.zone import changes

# However few answers a desk gives, a forecast further away than this says nothing.
LONGEST_FORECAST = timedelta(days=10 * 366)
# A desk that did not open for so long after the last day its file names will not open again:
# from there on one week repeats, and no country has holidays all year.
NEVER = timedelta(days=2 * 366)
TEMPORARY = (
    "day_plans",
    "local_offsets",
    "plan_special",
    "plan_weeks",
    "plan_windows",
    "shutdowns",
    "week_windows",
    "weekly_shutdowns",
    "weekly_windows",
)


def write_calendar(con: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Fill raw.open_windows, raw.local_days, raw.closures and raw.zone_offsets for the desk.

    Needs the raw tables, raw.clock and policy.limits filled. The calendar runs from the first
    instant any row or the queue's pace looks back to, to past the last one that can be asked
    about: the end of every running limit and of the support that begins today, and the instant
    by which the desk, open as its file says, has used up the longest response limit. Raises
    DeskError when it never does.
    """
    as_of = con.execute("select as_of_at from raw.clock").fetchone()[0]
    first, last = _span_of_rows(con, as_of)
    pace, forecast = _pace_and_forecast(con)
    first = min(first, as_of - pace)
    until = max(last, as_of + _longest_limit(con), as_of + forecast) + timedelta(days=40)
    needed = _open_seconds_needed(con, desk)

    _write_zone(con, desk)
    stated_until = datetime.combine(desk.last_stated_on or date.min, datetime.min.time())
    while True:
        _write_days(con, desk, first.date() - timedelta(days=2), until.date() + timedelta(days=2))
        _write_closures(con, desk)
        _write_windows(con)
        found, latest = con.execute(
            """
            select
                coalesce(sum(epoch(closes_at) - epoch(greatest(opens_at, $as_of))), 0)::bigint,
                max(closes_at)
            from raw.open_windows
            where closes_at > $as_of
            """,
            {"as_of": as_of},
        ).fetchone()
        if found >= needed:
            break
        if until - max(latest or as_of, stated_until, as_of) > NEVER:
            when = f"after {latest:%Y-%m-%d %H:%M} UTC" if latest else f"after {as_of:%Y-%m-%d %H:%M} UTC (as of)"
            raise DeskError(
                f"the desk never opens again {when}, so what is asked then is never due; "
                "mend hours_change, dates or maintenance in the desk file, or ask --as-of an earlier day"
            )
        until += max(until - as_of, NEVER)
    for name in TEMPORARY:
        con.execute(f"drop table if exists temp.{name}")


def reaches_back(con: duckdb.DuckDBPyConnection, as_of: datetime) -> bool:
    """Say whether the calendar serves an earlier as_of as well: it does, unless the queue's pace looks back beyond it."""
    pace, _ = _pace_and_forecast(con)
    (first,) = con.execute("select min(from_at) from raw.local_days").fetchone()
    return first is not None and first <= as_of - pace


def _span_of_rows(con: duckdb.DuckDBPyConnection, as_of: datetime) -> tuple[datetime, datetime]:
    """Return the first instant of any row and the last one, as_of if it is later.

    Terms that end far in the future (a licence "until 9999") are not events: nobody waits for
    them, so the end is limited.
    """
    instants = [
        (table.name, column)
        for table in tables().values()
        for column, kind in table.columns.items()
        if kind in ("instant", "end")
    ]
    listed = "\nunion all\n".join(
        f"select min({column}) as first_at, max({column}) as last_at from raw.{table}" for table, column in instants
    )
    first, last = con.execute(
        f"""
        select
            coalesce(min(first_at), $as_of),
            least(coalesce(max(last_at), $as_of), $as_of + to_seconds($longest))
        from ({listed})
        """,
        {"as_of": as_of, "longest": int(LONGEST_FORECAST.total_seconds())},
    ).fetchone()
    return max(first, datetime(1, 1, 4)), max(last, as_of)


def _longest_limit(con: duckdb.DuckDBPyConnection) -> timedelta:
    """Return the longest limit of the policy that is counted in elapsed time or months."""
    days = con.execute(
        """
        select max(value_number * case unit when 'month' then 31 when 'day' then 1 else 0 end)
        from policy.limits
        """
    ).fetchone()[0]
    return min(timedelta(days=days or 0), 3 * LONGEST_FORECAST)


def _pace_and_forecast(con: duckdb.DuckDBPyConnection) -> tuple[timedelta, timedelta]:
    """Return how far back the desk's pace looks, and how far ahead expected answers can lie [X11].

    At worst the desk gave one answer in all that time, and every ticket waits for one.
    """
    seconds, tickets = con.execute(
        """
        select
            coalesce(max(value_seconds), 0),
            (select count(*) from raw.tickets)
        from policy.limits
        where rule = 'queue' and parameter = 'pace'
        """
    ).fetchone()
    pace = min(timedelta(seconds=seconds), LONGEST_FORECAST)
    return pace, min(pace * (tickets + 1), LONGEST_FORECAST)


def _open_seconds_needed(con: duckdb.DuckDBPyConnection, desk: Desk) -> int:
    """Return the most open seconds a response limit can need after as_of."""
    days = con.execute("select max(value_number) from policy.limits where unit = 'business_day'").fetchone()[0]
    return int((days or 0) * max(week.business_day_seconds for week in desk.weeks)) + 1


def _write_zone(con: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Fill raw.zone_offsets, and temp.local_offsets: the offset to read each local time with [T1].

    The old offset holds until the later of the two readings of a change, as in etl.zone.utc_sql;
    a join finds it faster than a search written out once per edge.
    """
    steps = changes(desk.timezone)
    offsets = [offset for _, offset in steps]
    con.execute("delete from raw.zone_offsets")
    con.execute(
        "insert into raw.zone_offsets select unnest($changes::timestamp[]), unnest($offsets::bigint[])",
        {"changes": [datetime.min] + [at for at, _ in steps[1:]], "offsets": offsets},
    )
    bounds = [at + timedelta(seconds=max(before, after)) for (_, before), (at, after) in pairwise(steps)]
    _write(
        con,
        "local_offsets",
        {"from_at": "timestamp", "until_at": "timestamp", "offset_seconds": "bigint"},
        zip([datetime.min, *bounds], [*bounds, datetime.max.replace(microsecond=0)], offsets, strict=True),
    )


def _write_days(con: duckdb.DuckDBPyConnection, desk: Desk, first: date, last: date) -> None:
    """Fill raw.local_days from `first` to `last`, and temp.day_plans with why each day opens as it does.

    temp.day_plans(day_on, kind, name, windows_key): windows_key points into temp.plan_windows.
    """
    # A holiday may be observed in the year before or after its own.
    years = range(max(1, first.year - 1), last.year + 2)
    weeks, windows, special = [], [], []

    def plan(day_windows: Windows, key: str) -> str:
        windows.extend((key, opens, closes) for opens, closes in day_windows)
        return key

    for number, week in enumerate(desk.weeks):
        until = desk.weeks[number + 1].from_on if number + 1 < len(desk.weeks) else date.max
        for weekday, day_windows in enumerate(week.windows):
            key = plan(day_windows, f"week {number} {WEEKDAYS[weekday]}")
            weeks.append((week.from_on or date.min, until, weekday + 1, week.business_day_seconds, key))

    # The first to speak about a date decides it: partial day, own date, public holiday [C1].
    for day, day_windows in desk.partial_days.items():
        text = windows_text(day_windows)
        name = "closed" if text == "closed" else f"open {text}"
        special.append((day, "partial day", name, plan(day_windows, f"partial {day}")))
    spoken = set(desk.partial_days)
    special += [(day, "own date", "a day of the desk's own", "closed") for day in desk.own_dates - spoken]
    spoken |= desk.own_dates
    special += [
        (day, "public holiday", name, "closed")
        for day, name in desk.public_holidays(years).items()
        if day not in spoken
    ]

    _write(con, "plan_windows", {"windows_key": "varchar", "opens": "bigint", "closes": "bigint"}, windows)
    _write(
        con,
        "plan_weeks",
        {"from_on": "date", "until_on": "date", "weekday": "bigint", "length": "bigint", "windows_key": "varchar"},
        weeks,
    )
    _write(
        con, "plan_special", {"day_on": "date", "kind": "varchar", "name": "varchar", "windows_key": "varchar"}, special
    )

    con.execute("delete from raw.local_days")
    con.execute(
        """
        create or replace temp table day_plans as
        with days as (

            select (day_at)::date as day_on
            from generate_series($first::timestamp, $last::timestamp, interval 1 day) as series(day_at)

        ),

        -- A midnight that a change skips is the change itself, so the first instant of its day [C6].
        starts as (

            select
                days.day_on,
                days.day_on::timestamp - to_seconds(local_offsets.offset_seconds) as from_at
            from days
            inner join temp.local_offsets
                on days.day_on::timestamp >= local_offsets.from_at
                and days.day_on::timestamp < local_offsets.until_at

        ),

        borders as (

            select
                day_on,
                from_at,
                lead(from_at) over (order by day_on) as until_at
            from starts

        )

        select
            borders.day_on,
            borders.from_at,
            borders.until_at,
            plan_weeks.length as business_day_seconds,
            plan_weeks.windows_key as week_key,
            coalesce(plan_special.windows_key, plan_weeks.windows_key) as windows_key,
            plan_special.kind,
            plan_special.name
        from borders
        inner join temp.plan_weeks
            on plan_weeks.weekday = isodow(borders.day_on)
            and borders.day_on >= plan_weeks.from_on
            and borders.day_on < plan_weeks.until_on
        left join temp.plan_special
            on plan_special.day_on = borders.day_on
        -- A day that the zone skipped whole never happened.
        where borders.from_at < borders.until_at
        """,
        {"first": first, "last": last},
    )
    con.execute(
        """
        insert into raw.local_days
        select day_on, from_at, until_at, business_day_seconds from temp.day_plans order by day_on
        """
    )
    _write_utc_windows(
        con,
        "week_windows",
        """
        select
            day_plans.day_on,
            plan_windows.opens,
            plan_windows.closes
        from temp.day_plans
        inner join temp.plan_windows
            on plan_windows.windows_key = day_plans.windows_key
        """,
    )


def _write_utc_windows(con: duckdb.DuckDBPyConnection, name: str, wall_windows: str) -> None:
    """Create temp.<name>(opens_at, closes_at) in UTC, edge by edge [C4, C6].

    `wall_windows` selects day_on, and opens and closes in seconds of its wall clock; 24:00 is the
    next day's 00:00. A window whose edges a change turns round is left out.
    """
    con.execute(
        f"""
        create or replace temp table {name} as
        with wall_windows as (

            select
                day_on::timestamp + to_seconds(opens) as opens_at,
                day_on::timestamp + to_seconds(closes) as closes_at
            from ({wall_windows})

        ),

        utc_windows as (

            select
                wall_windows.opens_at - to_seconds(opening.offset_seconds) as opens_at,
                wall_windows.closes_at - to_seconds(closing.offset_seconds) as closes_at
            from wall_windows
            inner join temp.local_offsets as opening
                on wall_windows.opens_at >= opening.from_at
                and wall_windows.opens_at < opening.until_at
            inner join temp.local_offsets as closing
                on wall_windows.closes_at >= closing.from_at
                and wall_windows.closes_at < closing.until_at

        )

        select opens_at, closes_at
        from utc_windows
        where opens_at < closes_at
        """
    )


def _write_closures(con: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Fill raw.closures: holidays on days the week opens, partial days, every maintenance window."""
    con.execute("delete from raw.closures")
    con.execute(
        """
        insert into raw.closures
        select from_at, until_at, kind, name
        from temp.day_plans
        where kind = 'partial day'
            or (kind is not null and week_key in (select windows_key from temp.plan_windows))
        order by from_at
        """
    )
    _write(
        con,
        "shutdowns",
        {"from_at": "timestamp", "until_at": "timestamp"},
        [(shutdown.starts_at, shutdown.ends_at) for shutdown in desk.shutdowns],
    )
    _write(
        con,
        "weekly_shutdowns",
        {"from_on": "date", "until_on": "date", "weekday": "bigint", "opens": "bigint", "closes": "bigint"},
        [
            (weekly.from_on or date.min, weekly.until_on or date.max, weekday + 1, starts, ends)
            for weekly in desk.weekly_shutdowns
            for weekday, windows in enumerate(weekly.windows)
            for starts, ends in windows
        ],
    )
    _write_utc_windows(
        con,
        "weekly_windows",
        """
        select
            day_plans.day_on,
            weekly_shutdowns.opens,
            weekly_shutdowns.closes
        from temp.day_plans
        inner join temp.weekly_shutdowns
            on weekly_shutdowns.weekday = isodow(day_plans.day_on)
            and day_plans.day_on >= weekly_shutdowns.from_on
            and day_plans.day_on < weekly_shutdowns.until_on
        """,
    )
    con.execute(
        """
        insert into raw.closures
        select from_at, until_at, 'maintenance', 'maintenance'
        from temp.shutdowns

        union all

        select opens_at, closes_at, 'maintenance', 'weekly maintenance'
        from temp.weekly_windows
        order by 1
        """
    )


def _write_windows(con: duckdb.DuckDBPyConnection) -> None:
    """Fill raw.open_windows: one sweep over all edges; open is what a window covers and no maintenance does."""
    con.execute("delete from raw.open_windows")
    con.execute(
        """
        insert into raw.open_windows
        with edges as (

            select opens_at as edge_at, 1 as open_change, 0 as shut_change
            from temp.week_windows

            union all

            select closes_at, -1, 0
            from temp.week_windows

            union all

            select from_at, 0, 1
            from raw.closures
            where kind = 'maintenance'

            union all

            select until_at, 0, -1
            from raw.closures
            where kind = 'maintenance'

        ),

        instants as (

            select
                edge_at,
                sum(open_change) as open_change,
                sum(shut_change) as shut_change
            from edges
            group by edge_at

        ),

        states as (

            select
                edge_at,
                sum(open_change) over upto > 0 and sum(shut_change) over upto = 0 as is_open
            from instants
            window upto as (order by edge_at rows between unbounded preceding and current row)

        ),

        turns as (

            select
                edge_at,
                is_open,
                coalesce(lag(is_open) over (order by edge_at), false) as was_open
            from states

        ),

        windows as (

            select
                edge_at as opens_at,
                lead(edge_at) over (order by edge_at) as closes_at,
                is_open
            from turns
            where is_open <> was_open

        )

        select opens_at, closes_at
        from windows
        where is_open
        order by opens_at
        """
    )


def _write(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Iterable[tuple]) -> None:
    """Create or replace a temporary table of the given rows, in one statement."""
    rows = list(rows)
    given = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    listed = ", ".join(f"unnest(${column}::{kind}[]) as {column}" for column, kind in columns.items())
    con.execute(f"create or replace temp table {name} as select {listed}", given)
