"""The calendar: named cases of edge_cases.md, and every duration against a count minute by minute."""

from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.build import build
from etl.calendar import write_calendar
from etl.desk import WEEKDAYS, DeskError, parse_desk
from loading import EXAMPLES, empty_tables

ZONE = "Europe/Vilnius"
OFFICE = "\n".join(f'{day} = ["09:00-17:00"]' for day in WEEKDAYS[:5])
AROUND_THE_CLOCK = "\n".join(f'{day} = ["00:00-24:00"]' for day in WEEKDAYS)
FACTS = {"facts.business_time", "facts.open_time", "facts.days", "facts.local_time"}

# The two look-ups and the way back, as their headers tell it.
ANSWERS = """
with asked as (

    select
        place,
        asked_at,
        ended_at,
        limit_seconds
    from questions

),

started as (

    select
        asked.*,
        time.running_seconds
        + case when time.is_open then date_sub('second', time.from_at, asked_at) else 0 end as seconds
    from asked
    left join facts.business_time as time
        on time.piece_on = asked_at::date
        and asked_at >= time.from_at
        and asked_at < time.until_at

)

select
    ending.running_seconds
    + case when ending.is_open then date_sub('second', ending.from_at, ended_at) else 0 end
    - started.seconds as business_seconds,
    open_time.from_at + to_seconds(started.seconds + limit_seconds - open_time.from_seconds) as due_at
from started
left join facts.business_time as ending
    on ending.piece_on = ended_at::date
    and ended_at >= ending.from_at
    and ended_at < ending.until_at
left join facts.open_time
    on open_time.bucket_number = (started.seconds + limit_seconds - 1) // 86400
    and started.seconds + limit_seconds > open_time.from_seconds
    and started.seconds + limit_seconds <= open_time.until_seconds
order by place
"""


@contextmanager
def calendar(hours=OFFICE, more="", *, zone=ZONE, before="", first="2025-06-01", as_of="2026-06-01", limits=2):
    """Give a connection with the calendar of a desk: its first ticket at `first`, read at `as_of` (UTC)."""
    desk = parse_desk(f'timezone = "{zone}"\n{before}\n[hours]\n{hours}\n{more}')
    with empty_tables() as con:
        con.execute("insert into raw.clock values (?)", [datetime.fromisoformat(str(as_of))])
        write_limits(con, limits)
        if first is not None:
            opened_at = datetime.fromisoformat(str(first))
            con.execute("insert into raw.tickets (ticket_id, opened_at) values ('first', ?)", [opened_at])
        write_calendar(con, desk)
        build(con, wanted=FACTS)
        yield con


@pytest.fixture(scope="module")
def calendar_of():
    """A function like `calendar`, of which each desk's is laid out once. Not to be changed."""
    with ExitStack() as open_:
        yield cache(lambda *hours, **desk: open_.enter_context(calendar(*hours, **desk)))


def write_limits(con, business_days):
    """Write the limits the calendar reaches for: the longest answer, coverage, and the queue's pace."""
    con.execute(
        """
        create table policy.limits as
        from (values
            ('response_time', 'last', ?, null, 'business_day'),
            ('coverage', 'months', 6, null, 'month'),
            ('queue', 'pace', 28, 2419200, 'day')
        ) as limits(rule, parameter, value_number, value_seconds, unit)
        """,
        [business_days],
    )


def utc(text, zone=ZONE):
    """Return a local time of the zone, "2025-12-24 16:00", as naive UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def answers(con, questions):
    """Return [(business seconds, due instant)] of [(asked_at, ended_at, limit in seconds)]."""
    con.execute(
        "create or replace temp table questions (place int, asked_at timestamp, ended_at timestamp, limit_seconds bigint)"
    )
    asked, ended, limits = zip(*questions, strict=True)
    con.execute(
        "insert into questions select unnest(?::int[]), unnest(?::timestamp[]), unnest(?::timestamp[]), unnest(?::bigint[])",
        [list(range(len(questions))), list(asked), list(ended), list(limits)],
    )
    return con.execute(ANSWERS).fetchall()


def business_minutes(con, asked, ended, zone=ZONE):
    [(seconds, _)] = answers(con, [(utc(asked, zone), utc(ended, zone), 1)])
    return None if seconds is None else seconds / 60


def due(con, asked, limit_seconds, zone=ZONE):
    [(_, due_at)] = answers(con, [(utc(asked, zone), utc(asked, zone), limit_seconds)])
    return due_at


HOLIDAYS = '[holidays]\ncountry = "LT"\n'

# (edge case of edge_cases.md, desk, asked, answered, business minutes, elapsed minutes or None)
NAMED = [
    ("1 over a weekend", {}, "2026-05-15 16:00", "2026-05-18 10:00", 120, None),
    ("2 over the spring change", {}, "2026-03-27 16:00", "2026-03-30 10:00", 120, 3900),
    ("3 over the autumn change", {}, "2025-10-24 16:00", "2025-10-27 10:00", 120, 4020),
    ("3 over an autumn change to come", {}, "2026-10-23 16:00", "2026-10-26 10:00", 120, 4020),
    ("4 the day of 23 hours", {"hours": AROUND_THE_CLOCK}, "2026-03-29 00:00", "2026-03-30 00:00", 23 * 60, 23 * 60),
    ("4 the day of 25 hours", {"hours": AROUND_THE_CLOCK}, "2025-10-26 00:00", "2025-10-27 00:00", 25 * 60, 25 * 60),
    ("5 three holidays mid-week", {"more": HOLIDAYS}, "2025-12-23 16:00", "2025-12-29 10:00", 120, None),
    ("6 a Monday holiday", {"more": HOLIDAYS}, "2026-04-03 16:00", "2026-04-07 10:00", 120, None),
    (
        "7 own dates from Friday to Tuesday",
        {"more": "[holidays]\ndates = [2026-05-08, 2026-05-09, 2026-05-10, 2026-05-11, 2026-05-12]"},
        "2026-05-07 16:00",
        "2026-05-13 10:00",
        120,
        None,
    ),
    (
        "8 an early closing",
        {"more": '[holidays]\npartial = [{ on = 2026-05-15, open = ["09:00-13:00"] }]'},
        "2026-05-15 12:00",
        "2026-05-18 10:00",
        120,
        None,
    ),
    ("9 Saturday to Sunday", {}, "2026-05-16 12:00", "2026-05-17 12:00", 0, None),
    ("10 one evening", {}, "2026-05-14 18:00", "2026-05-14 20:00", 0, None),
    ("11 from the opening second", {}, "2026-05-14 09:00", "2026-05-14 09:01", 1, None),
    ("11 from the closing second", {}, "2026-05-14 17:00", "2026-05-15 09:00", 0, None),
    ("11 to the closing second", {}, "2026-05-14 16:59", "2026-05-14 17:00", 1, None),
    ("12 half a minute", {}, "2026-05-14 12:00:20", "2026-05-14 12:00:50", 0.5, None),
    ("13 61 weeks", {"first": "2024-06-01"}, "2024-07-01 10:00", "2025-09-01 10:00", 146_400, None),
    (
        "17 a lunch break",
        {"hours": 'thu = ["09:00-13:00", "14:00-18:00"]'},
        "2026-05-14 08:00",
        "2026-05-14 19:00",
        480,
        None,
    ),
    (
        "18 maintenance inside a window",
        {"more": "[[maintenance]]\nstarts_at = 2026-05-14T10:00:00\nends_at = 2026-05-14T11:30:00"},
        "2026-05-14 09:00",
        "2026-05-14 17:00",
        390,
        None,
    ),
    (
        "18 maintenance across two windows",
        {"more": "[[maintenance]]\nstarts_at = 2026-05-14T16:00:00\nends_at = 2026-05-15T10:00:00"},
        "2026-05-14 09:00",
        "2026-05-15 17:00",
        840,
        None,
    ),
    (
        "18 maintenance equal to a window",
        {"more": "[[maintenance]]\nstarts_at = 2026-05-14T09:00:00\nends_at = 2026-05-14T17:00:00"},
        "2026-05-14 09:00",
        "2026-05-15 10:00",
        60,
        None,
    ),
    (
        "18 maintenance twice at once, and on a holiday, is taken off once",
        {
            "more": "[holidays]\ndates = [2026-05-15]\n"
            "[[maintenance]]\nstarts_at = 2026-05-14T16:00:00\nends_at = 2026-05-15T12:00:00\n"
            "[[maintenance]]\nstarts_at = 2026-05-14T15:00:00\nends_at = 2026-05-14T16:30:00\n"
        },
        "2026-05-14 09:00",
        "2026-05-18 10:00",
        7 * 60 - 60 + 60,
        None,
    ),
    (
        "19 maintenance announced after the fact applies at every as_of [C5]",
        {
            "more": "[[maintenance]]\nstarts_at = 2026-05-14T10:00:00\nends_at = 2026-05-14T11:00:00\n"
            "announced_at = 2026-07-01T10:00:00"
        },
        "2026-05-14 09:00",
        "2026-05-14 17:00",
        420,
        None,
    ),
    (
        "20 hours that change while the ticket waits",
        {"more": '[[hours_change]]\nfrom = 2026-05-15\nhours.fri = ["08:00-10:00"]'},
        "2026-05-14 16:00",
        "2026-05-18 17:00",
        60 + 120,
        None,
    ),
    (
        "[C1] a partial day wins over a public holiday and an own date",
        {
            "more": '[holidays]\ncountry = "LT"\ndates = [2025-12-25]\n'
            'partial = [{ on = 2025-12-25, open = ["10:00-11:00"] }]'
        },
        "2025-12-25 00:00",
        "2025-12-26 00:00",
        60,
        None,
    ),
    (
        "[C1] a partial day opens a closed Saturday",
        {"more": '[holidays]\npartial = [{ on = 2026-05-16, open = ["10:00-11:00", "12:00-14:00"] }]'},
        "2026-05-16 00:00",
        "2026-05-18 00:00",
        180,
        None,
    ),
    (
        "[C5] weekly maintenance begins with its first local day",
        {"more": '[[maintenance]]\nweekly = { wed = ["09:00-10:00"], thu = ["09:00-10:00"] }\nfrom = 2026-05-14'},
        "2026-05-13 08:00",
        "2026-05-14 18:00",
        8 * 60 + 7 * 60,
        None,
    ),
    (
        "[C5] weekly maintenance ends before its last local day",
        {"more": '[[maintenance]]\nweekly = { wed = ["09:00-10:00"], thu = ["09:00-10:00"] }\nuntil = 2026-05-14'},
        "2026-05-13 08:00",
        "2026-05-14 18:00",
        7 * 60 + 8 * 60,
        None,
    ),
    (
        "[C10] a holiday on Saturday observed on Friday closes the Friday",
        {"more": '[holidays]\ncountry = "US"'},
        "2026-07-02 16:00",
        "2026-07-06 10:00",
        120,
        None,
    ),
    (
        "[C10] a subdivision has its own holidays",
        {"more": '[holidays]\ncountry = "DE"\nsubdivision = "BY"'},
        "2026-01-06 00:00",
        "2026-01-07 00:00",
        0,
        None,
    ),
    (
        "[C4] windows that meet at midnight are one",
        {"hours": 'thu = ["22:00-24:00"]\nfri = ["00:00-06:00"]'},
        "2026-05-14 21:00",
        "2026-05-15 07:00",
        480,
        None,
    ),
    (
        "[C6] a window over the spring change is an hour shorter",
        {"hours": 'sun = ["02:00-06:00"]'},
        "2026-03-29 00:00",
        "2026-03-29 12:00",
        180,
        None,
    ),
    (
        "[C6] a window over the autumn change is an hour longer",
        {"hours": 'sun = ["02:00-06:00"]'},
        "2025-10-26 00:00",
        "2025-10-26 12:00",
        300,
        None,
    ),
    (
        "[T1] an edge in the gap is read with the offset before it: 03:30 is 04:30",
        {"hours": 'sun = ["03:30-06:00"]'},
        "2026-03-29 00:00",
        "2026-03-29 12:00",
        90,
        None,
    ),
    (
        "[T1] an edge that occurs twice is the first: open from the first 03:30",
        {"hours": 'sun = ["03:30-05:00"]'},
        "2025-10-26 00:00",
        "2025-10-26 12:00",
        150,
        None,
    ),
    (
        "[C6] a window that lies in the gap whole is read an hour later, as long as it is",
        {"hours": 'sun = ["03:10-03:20"]\nmon = ["09:00-10:00"]'},
        "2026-03-29 00:00",
        "2026-03-29 12:00",
        10,
        None,
    ),
    (
        "[C6] a window read an hour later may meet another: time counts once",
        {"hours": 'sun = ["03:10-03:20", "04:00-05:00"]'},
        "2026-03-29 00:00",
        "2026-03-29 12:00",
        60,
        None,
    ),
    (
        "[C6] a skipped midnight is the first instant of the day",
        {"hours": AROUND_THE_CLOCK, "zone": "Africa/Cairo"},
        "2026-04-24 01:00",
        "2026-04-25 00:00",
        23 * 60,
        23 * 60,
    ),
    (
        "a day that the zone skipped whole opens nothing",
        {
            "hours": 'thu = ["09:00-17:00"]\nfri = ["09:00-17:00"]',
            "zone": "Pacific/Apia",
            "first": "2011-12-01",
            "as_of": "2012-06-01",
        },
        "2011-12-29 00:00",
        "2012-01-02 00:00",
        480,
        None,
    ),
]


@pytest.mark.parametrize(
    "desk, asked, ended, minutes, elapsed", [case[1:] for case in NAMED], ids=[case[0] for case in NAMED]
)
def test_business_time(calendar_of, desk, asked, ended, minutes, elapsed):
    zone = desk.get("zone", ZONE)
    assert business_minutes(calendar_of(**desk), asked, ended, zone) == minutes
    if elapsed is not None:
        assert (utc(ended, zone) - utc(asked, zone)) / timedelta(minutes=1) == elapsed


@pytest.mark.parametrize("as_of", ["2026-06-01", "2036-06-01"])
def test_21_the_calendar_covers_whatever_the_load_holds(as_of):
    with calendar(first="1999-12-31T23:59:59", as_of=as_of) as con:
        minutes = business_minutes(con, "2000-01-01 01:59:59", "2000-01-03 10:00")
        assert minutes == 60
        at_as_of = datetime.fromisoformat(as_of)
        [(seconds, _)] = answers(con, [(at_as_of, at_as_of + timedelta(days=186), 1)])
        assert seconds > 0


def test_the_calendar_covers_rows_of_every_table_and_what_is_dated_after_as_of():
    with calendar() as con:
        con.execute("insert into raw.purchases (purchase_id, purchased_at) values ('p', timestamp '2003-02-01')")
        con.execute("insert into raw.bans (ban_id, lifted_at) values ('b', timestamp '2031-02-01')")
        write_calendar(con, parse_desk(f'timezone = "{ZONE}"\n[hours]\n{OFFICE}'))
        first, last = con.execute("select min(from_at), max(until_at) from raw.local_days").fetchone()
        assert first <= datetime(2003, 2, 1) and last > datetime(2031, 2, 1)


def test_the_calendar_covers_as_of_and_the_pace_before_it_when_all_rows_are_later():
    with calendar(first="2027-02-01", as_of="2026-06-01") as con:
        assert business_minutes(con, "2026-05-04 09:00", "2026-06-01 17:00") == 21 * 8 * 60


def test_the_calendar_reaches_as_far_as_an_answer_can_be_expected():
    # One answer in 28 days, and 30 tickets that wait.
    with calendar(OFFICE) as con:
        con.execute(
            "insert into raw.tickets (ticket_id, opened_at) select i, timestamp '2026-05-31' from range(29) as r(i)"
        )
        write_calendar(con, parse_desk(f'timezone = "{ZONE}"\n[hours]\n{OFFICE}'))
        build(con, wanted=FACTS)
        assert due(con, "2026-06-01 03:00", 30 * 20 * 28800) > datetime(2028, 9, 1)


def test_a_term_without_end_does_not_stretch_the_calendar_for_ever():
    with calendar() as con:
        con.execute("insert into raw.purchases (purchase_id, support_until_at) values ('p', timestamp '9999-12-31')")
        write_calendar(con, parse_desk(f'timezone = "{ZONE}"\n[hours]\n{OFFICE}'))
        assert con.execute("select max(until_at) < timestamp '2040-01-01' from raw.local_days").fetchone() == (True,)


def test_an_empty_warehouse_has_a_calendar_and_no_days():
    with calendar(first=None) as con:
        assert business_minutes(con, "2026-06-01 10:00", "2026-06-02 10:00") == 480
        assert con.execute("select count(*) from facts.days").fetchone() == (0,)


DUES = [
    ("[C8] two days from Monday 09:00 end on Tuesday 17:00", "2026-05-11 09:00", 2 * 28800, "2026-05-12 17:00"),
    ("one second more is due after the next opening", "2026-05-11 09:00", 2 * 28800 + 1, "2026-05-13 09:00:01"),
    ("asked on Saturday, the clock begins on Monday", "2026-05-16 12:00", 28800, "2026-05-18 17:00"),
    ("asked at the closing second", "2026-05-14 17:00", 3600, "2026-05-15 10:00"),
    ("asked within a window", "2026-05-14 16:30", 3600, "2026-05-15 09:30"),
    ("over a spring change", "2026-03-27 16:00", 7200, "2026-03-30 10:00"),
]


@pytest.mark.parametrize("asked, limit, expected", [case[1:] for case in DUES], ids=[case[0] for case in DUES])
def test_due_instants(calendar_of, asked, limit, expected):
    assert due(calendar_of(), asked, limit) == utc(expected)


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_a_due_instant_is_found_in_a_window_without_end(calendar_of, hour):
    # The desk's days begin at another hour than UTC's, so pieces reach over the borders of buckets.
    asked = f"2026-05-14 {hour:02}:00"
    for limit in (1, 86399, 86400, 86401, 2 * 86400):
        assert due(calendar_of(AROUND_THE_CLOCK), asked, limit) == utc(asked) + timedelta(seconds=limit)


def test_the_calendar_reaches_to_the_last_due_instant_even_over_a_long_shutdown():
    shut = '[[hours_change]]\nfrom = 2026-06-02\nhours = {}\n[[hours_change]]\nfrom = 2031-01-01\nhours.wed = ["09:00-17:00"]'
    with calendar(more=shut, before="business_day_hours = 8") as con:
        assert due(con, "2026-06-01 17:00", 2 * 28800) == utc("2031-01-08 17:00")


def test_a_day_of_which_three_entries_speak_is_one_day():
    more = '[holidays]\ncountry = "LT"\ndates = [2025-12-25, 2025-12-26]\npartial = [{ on = 2025-12-25, open = [] }]'
    with calendar(more=more) as con:
        assert con.execute("select count(*) - count(distinct day_on) from raw.local_days").fetchone() == (0,)
        found = con.execute(
            "select kind from raw.closures where from_at between ? and ? order by from_at",
            [utc("2025-12-25 00:00"), utc("2025-12-26 00:00")],
        ).fetchall()
        assert found == [("partial day",), ("own date",)]


def test_the_calendar_covers_a_very_long_limit():
    with calendar(limits=2000) as con:
        assert due(con, "2026-06-01 03:00", 2000 * 28800) > datetime(2034, 1, 1)


@pytest.mark.parametrize(
    "more, since",
    [
        ("[[hours_change]]\nfrom = 2026-05-30\nhours = {}", "after 2026-06-01 00:00 UTC (as of)"),
        ("[[hours_change]]\nfrom = 2026-07-01\nhours = {}", "after 2026-06-30 14:00 UTC"),
        (
            "[[maintenance]]\nweekly = { "
            + ", ".join(f'{day} = ["00:00-24:00"]' for day in WEEKDAYS)
            + " }\nfrom = 2026-06-03",
            "after 2026-06-02 14:00 UTC",
        ),
    ],
    ids=["shut already", "shut soon", "maintenance for ever"],
)
def test_a_desk_that_never_opens_again_is_an_error(more, since):
    with pytest.raises(DeskError) as error, calendar(more=more, before="business_day_hours = 8", limits=50):
        pass
    assert str(error.value) == (
        f"the desk never opens again {since}, so what is asked then is never due; "
        "mend hours_change, dates or maintenance in the desk file, or ask --as-of an earlier day"
    )


def test_the_business_day_is_that_of_the_week_in_force_on_the_local_day():
    change = '[[hours_change]]\nfrom = 2026-05-15\nhours.fri = ["08:00-10:30"]'
    with calendar(more=change) as con:
        query = "select business_day_seconds from facts.local_time where from_at <= ? and ? < until_at"
        found = [
            con.execute(query, [instant, instant]).fetchone()[0]
            for instant in (utc("2026-05-14 23:59:59"), utc("2026-05-15 00:00"))
        ]
        assert found == [28800, 9000]
        assert con.execute(
            "select business_day_seconds from facts.days where day_on between '2026-05-14' and '2026-05-15' order by day_on"
        ).fetchall() == [(28800,), (9000,)]


def test_days_run_from_the_first_ticket_to_as_of_without_a_gap():
    with calendar(
        first="2026-03-27T21:59:59",
        as_of="2026-03-30T21:00:00",
        more='[holidays]\npartial = [{ on = 2026-03-28, open = ["10:00-12:00"] }]',
    ) as con:
        found = con.execute(
            "select day_on, date_sub('hour', from_at, until_at), open_seconds, weekday_number, is_over from facts.days order by day_on"
        ).fetchall()
        # The first ticket came one second before Saturday began; as_of is Tuesday's first instant.
        assert found == [
            (date(2026, 3, 27), 24, 28800, 5, True),
            (date(2026, 3, 28), 24, 7200, 6, True),
            (date(2026, 3, 29), 23, 0, 7, True),
            (date(2026, 3, 30), 24, 28800, 1, True),
            (date(2026, 3, 31), 24, 28800, 2, False),
        ]


def test_a_ticket_of_the_first_second_of_a_day_begins_with_that_day():
    with calendar(first="2026-03-27T22:00:00", as_of="2026-03-29T22:00:00") as con:
        assert con.execute("select min(day_on) from facts.days").fetchone() == (date(2026, 3, 28),)


def test_a_ticket_after_as_of_does_not_begin_the_days():
    with calendar(first="2026-06-01T00:00:01", as_of="2026-06-01") as con:
        assert con.execute("select count(*) from facts.days").fetchone() == (0,)


@pytest.mark.parametrize(
    "zone", ["Europe/Vilnius", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "UTC"]
)
def test_local_time_tells_the_day_and_hour_of_every_instant(zone):
    with calendar(zone=zone, first="2011-11-01", as_of="2026-06-01") as con:
        instants = [datetime(2011, 11, 10) + timedelta(minutes=47 * step) for step in range(60_000)]
        con.execute("create temp table instants as select unnest(?::timestamp[]) as happened_at", [instants])
        found = con.execute(
            """
            select happened_at, day_on, happened_at + to_seconds(offset_seconds)
            from instants
            inner join facts.local_time
                on local_time.piece_on = happened_at::date
                and happened_at >= local_time.from_at
                and happened_at < local_time.until_at
            order by happened_at
            """
        ).fetchall()
        assert con.execute(
            """
            select count(*) filter (where until_at <= from_at or from_at <> previous_until_at)
            from (select *, lag(until_at) over (order by from_at) as previous_until_at from facts.local_time)
            """
        ).fetchone() == (0,)
        local = [at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in instants]
        assert found == [(at, here.date(), here) for at, here in zip(instants, local, strict=True)]


def test_closures_say_what_shut_an_open_day():
    more = (
        '[holidays]\ncountry = "LT"\ndates = [2026-05-16, 2026-05-18]\n'
        'partial = [{ on = 2026-05-19, open = ["09:00-13:00"] }, { on = 2026-05-20, open = [] }]\n'
        "[[maintenance]]\nstarts_at = 2026-05-21T10:00:00\nends_at = 2026-05-21T11:00:00\n"
        '[[maintenance]]\nweekly = { thu = ["16:00-17:00"] }\nfrom = 2026-05-21\nuntil = 2026-05-22'
    )
    with calendar(more=more) as con:
        found = con.execute(
            "select from_at, until_at, kind, name from raw.closures where from_at between '2026-05-01' and '2026-06-30' order by from_at"
        ).fetchall()
        # Saturday the 16th is an own date too, but the desk is closed on Saturdays anyway.
        assert found == [
            (utc("2026-05-18 00:00"), utc("2026-05-19 00:00"), "own date", "a day of the desk's own"),
            (utc("2026-05-19 00:00"), utc("2026-05-20 00:00"), "partial day", "open 09:00-13:00"),
            (utc("2026-05-20 00:00"), utc("2026-05-21 00:00"), "partial day", "closed"),
            (utc("2026-05-21 10:00"), utc("2026-05-21 11:00"), "maintenance", "maintenance"),
            (utc("2026-05-21 16:00"), utc("2026-05-21 17:00"), "maintenance", "weekly maintenance"),
            (utc("2026-06-24 00:00"), utc("2026-06-25 00:00"), "public holiday", "Day of Dew and Saint John"),
        ]


@pytest.mark.parametrize("hours", [OFFICE, AROUND_THE_CLOCK], ids=["office hours", "around the clock"])
def test_pieces_are_cut_at_midnight_and_at_every_edge_and_leave_no_gap(hours):
    with calendar(hours) as con:
        assert con.execute(
            """
            select
                count(*) filter (where from_at <> previous_until_at) as gap_count,
                count(*) filter (where until_at > piece_on + interval 1 day or from_at < piece_on) as uncut_count,
                count(*) filter (where is_open and piece_on <> from_at::date) as misplaced_count,
                count(*) filter (where until_at is null or until_at <= from_at) as empty_count
            from (select *, lag(until_at) over (order by from_at) as previous_until_at from facts.business_time)
            """
        ).fetchone() == (0, 0, 0, 0)


# ---------------------------------------------------------------- against a count minute by minute

CENTRES = [
    ("Europe/Vilnius", date(2026, 3, 29)),
    ("Europe/Vilnius", date(2025, 10, 26)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("America/Havana", date(2025, 11, 2)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/New_York", date(2026, 2, 2)),
]
MINUTE = timedelta(minutes=1)
DAYS_EACH_SIDE = 6


def windows(overlapping=False):
    """Windows of one day as minutes: an even number of edges in order, or any pairs."""
    edge = st.integers(0, 48).map(lambda half_hours: half_hours * 30)
    if overlapping:
        return st.lists(st.lists(edge, min_size=2, max_size=2, unique=True).map(sorted).map(tuple), max_size=2)
    return (
        st.lists(edge, max_size=4, unique=True)
        .map(sorted)
        .map(lambda edges: list(zip(edges[::2], edges[1::2], strict=False)))
    )


def week(overlapping=False):
    return st.lists(windows(overlapping), min_size=7, max_size=7).filter(any)


@st.composite
def desks(draw):
    zone, centre = draw(st.sampled_from(CENTRES))
    some_day = st.integers(-DAYS_EACH_SIDE, DAYS_EACH_SIDE).map(lambda days: centre + timedelta(days=days))
    start = st.integers(-DAYS_EACH_SIDE * 1440, DAYS_EACH_SIDE * 1440)
    midnight = datetime.combine(centre, datetime.min.time())
    return {
        "zone": zone,
        "centre": centre,
        "weeks": [(None, draw(week())), *draw(st.lists(st.tuples(some_day, week()), max_size=1))],
        "own_dates": draw(st.lists(some_day, max_size=2)),
        "partial": draw(st.dictionaries(some_day, windows(), max_size=2)),
        "weekly": draw(st.lists(st.tuples(some_day, week(overlapping=True)), max_size=1)),
        # Dated maintenance in UTC.
        "shutdowns": [
            (midnight + begins * MINUTE, midnight + (begins + length) * MINUTE)
            for begins, length in draw(st.lists(st.tuples(start, st.integers(1, 3000)), max_size=2))
        ],
    }


def text_of(desk):
    """Return the desk as its file would say it."""

    def listed(day_windows):
        return str([f"{o // 60:02}:{o % 60:02}-{c // 60:02}:{c % 60:02}" for o, c in day_windows]).replace("'", '"')

    def table(days):
        return ", ".join(f"{day} = {listed(some)}" for day, some in zip(WEEKDAYS, days, strict=True))

    partial = ", ".join(f"{{ on = {day}, open = {listed(some)} }}" for day, some in desk["partial"].items())
    lines = [
        f'timezone = "{desk["zone"]}"',
        f"hours = {{ {table(desk['weeks'][0][1])} }}",
        f"holidays = {{ dates = [{', '.join(map(str, desk['own_dates']))}], partial = [{partial}] }}",
    ]
    lines += [f"[[hours_change]]\nfrom = {day}\nhours = {{ {table(days)} }}" for day, days in desk["weeks"][1:]]
    lines += [f"[[maintenance]]\nfrom = {day}\nweekly = {{ {table(days)} }}" for day, days in desk["weekly"]]
    lines += [
        f"[[maintenance]]\nstarts_at = {a.isoformat()}Z\nends_at = {b.isoformat()}Z" for a, b in desk["shutdowns"]
    ]
    return "\n".join(lines)


def open_minutes(desk):
    """Return (first minute, [is the desk open in that UTC minute]) by looking at every minute's wall clock."""
    zone = ZoneInfo(desk["zone"])
    first = datetime.combine(desk["centre"], datetime.min.time()) - timedelta(days=DAYS_EACH_SIDE + 3)
    minutes = [first + step * MINUTE for step in range((2 * DAYS_EACH_SIDE + 6) * 1440)]
    seen, begins = {}, {}
    for place, at in enumerate(minutes):
        local = at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        seen.setdefault(local, place)
        begins.setdefault(local.date(), place)

    def place_of(day, minute):
        if minute in (0, 1440):
            return begins[day + timedelta(days=minute // 1440)]
        wall, late = datetime.combine(day, datetime.min.time()) + minute * MINUTE, 0
        while wall not in seen:  # in a gap: as far after the last wall clock before it
            wall, late = wall - MINUTE, late + 1
        return seen[wall] + late

    is_open, is_shut = [False] * len(minutes), [False] * len(minutes)
    for day in sorted(begins)[1:-2]:
        hours = [days for from_on, days in desk["weeks"] if from_on is None or from_on <= day][-1]
        today = hours[day.weekday()]
        if day in desk["own_dates"]:
            today = []
        if day in desk["partial"]:
            today = desk["partial"][day]
        for opens, closes in today:
            for place in range(place_of(day, opens), place_of(day, closes)):
                is_open[place] = True
        for from_on, days in desk["weekly"]:
            for opens, closes in days[day.weekday()] if day >= from_on else []:
                for place in range(place_of(day, opens), place_of(day, closes)):
                    is_shut[place] = True
    for starts, ends in desk["shutdowns"]:
        for place in range(max(0, (starts - first) // MINUTE), min(len(minutes), (ends - first) // MINUTE)):
            is_shut[place] = True
    return first, [opened and not shut for opened, shut in zip(is_open, is_shut, strict=True)]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(desk=desks(), data=st.data())
def test_every_duration_and_due_instant_agrees_with_a_count_by_the_minute(desk, data):
    first, is_open = open_minutes(desk)
    totals = [0]
    for opened in is_open:
        totals.append(totals[-1] + 60 * opened)

    def running(at):
        place, rest = divmod(int((at - first).total_seconds()), 60)
        return totals[place] + rest * is_open[place]

    begins = datetime.combine(desk["centre"], datetime.min.time()) - timedelta(days=DAYS_EACH_SIDE)
    span = 2 * DAYS_EACH_SIDE * 86400
    second = st.integers(0, span - 1)
    edges = [place for place in range(1, len(is_open)) if is_open[place] != is_open[place - 1]]
    near = [int((first + place * MINUTE - begins).total_seconds()) + off for place in edges for off in (-1, 0, 1)]
    near = [seconds for seconds in near if 0 <= seconds < span] or [0]
    some_second = second | st.sampled_from(near)
    pairs = data.draw(st.lists(st.tuples(some_second, some_second, st.integers(1, 60000)), min_size=20, max_size=20))
    questions = [
        (begins + timedelta(seconds=min(a, b)), begins + timedelta(seconds=max(a, b)), limit) for a, b, limit in pairs
    ]

    with empty_tables() as con:
        con.execute("insert into raw.clock values (?)", [begins + timedelta(seconds=span)])
        write_limits(con, 3)
        con.execute("insert into raw.tickets (ticket_id, opened_at) values ('first', ?)", [begins])
        try:
            write_calendar(con, parse_desk(text_of(desk)))
        except DeskError as error:
            assert "never opens again" in str(error)  # maintenance every open minute of every week
            return
        build(con, wanted=FACTS)
        found = answers(con, questions)
        middles = [asked + (ended - asked) // 2 for asked, ended, _ in questions]
        middles = [middle.replace(microsecond=0) for middle in middles]
        halves = [
            answers(con, [(asked, middle, 1) for (asked, _, _), middle in zip(questions, middles, strict=True)]),
            answers(con, [(middle, ended, 1) for (_, ended, _), middle in zip(questions, middles, strict=True)]),
        ]
        dues = [(asked, due_at) for (asked, _, _), (_, due_at) in zip(questions, found, strict=True)]
        at_due = answers(con, [(asked, due_at, 1) for asked, due_at in dues])
        just_before = answers(con, [(asked, due_at - timedelta(seconds=1), 1) for asked, due_at in dues])

    for place, ((asked, ended, limit), (seconds, _)) in enumerate(zip(questions, found, strict=True)):
        assert seconds == running(ended) - running(asked)
        assert 0 <= seconds <= (ended - asked).total_seconds()
        assert sum(half[place][0] for half in halves) == seconds
        assert at_due[place][0] == limit
        assert just_before[place][0] == limit - 1
