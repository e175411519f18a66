"""The desk file: what it may say, and that every faulty entry is refused by name, with the remedy."""

from datetime import date, datetime
from pathlib import Path

import pytest

from etl.desk import DeskError, left_of_the_sample, parse_desk, read_desk, utc_of, windows_text

DATA = Path(__file__).parent.parent / "data"

SAMPLE = Path(__file__).parent.parent / "data" / "desk.toml"
GOOD = 'timezone = "Europe/Vilnius"\n[hours]\nmon = ["09:00-17:00"]\n'


def hours(line: str) -> str:
    return f'timezone = "Europe/Vilnius"\n[hours]\n{line}\n'


def test_the_desk_of_the_sample_says_everything_a_desk_can_say():
    desk = read_desk(SAMPLE)
    assert desk.timezone == "Europe/Vilnius"
    assert "{ticket_id}" in desk.ticket_url and "{client_id}" in desk.client_url
    assert windows_text(desk.weeks[0].windows[0]) == "09:00-13:00, 14:00-18:00"
    assert [week.from_on for week in desk.weeks] == [None, date(2027, 1, 4)]
    assert desk.country == "LT" and desk.own_dates and desk.partial_days
    assert desk.shutdowns and desk.weekly_shutdowns


def test_the_least_a_desk_must_say():
    desk = parse_desk(GOOD)
    assert desk.name == "Support desk"
    assert desk.ticket_url is None and desk.country is None
    assert desk.weeks[0].windows == (((9 * 3600, 17 * 3600),), (), (), (), (), (), ())


def test_an_empty_subdivision_is_none():
    assert parse_desk(GOOD + '[holidays]\ncountry = "DE"\nsubdivision = ""').subdivision is None
    assert parse_desk(GOOD + '[holidays]\nsubdivision = ""').country is None


def test_windows_may_be_written_in_any_order_and_may_touch():
    desk = parse_desk(hours('mon = ["14:00-24:00", "9:00 - 13:00", "13:00-14:00"]'))
    assert windows_text(desk.weeks[0].windows[0]) == "09:00-13:00, 13:00-14:00, 14:00-24:00"


@pytest.mark.parametrize(
    "line, seconds",
    [
        ('mon = ["09:00-12:00"]\nfri = ["09:00-12:00"]\nwed = ["09:00-17:00"]', 3 * 3600),
        ('mon = ["09:00-12:00"]\nwed = ["09:00-17:00"]', 8 * 3600),
        ('mon = ["09:00-13:00", "14:00-17:30"]', 27000),
    ],
    ids=["the most frequent total", "of equally frequent ones the longest", "windows of a day add up"],
)
def test_the_business_day_left_out_is_the_weeks_own(line, seconds):
    assert parse_desk(hours(line)).weeks[0].business_day_seconds == seconds


def test_a_stated_business_day_may_be_a_fraction_and_holds_for_every_week():
    change = '[[hours_change]]\nfrom = 2026-02-02\nhours.mon = ["09:00-12:00"]\n'
    desk = parse_desk("business_day_hours = 7.5\n" + GOOD + change)
    assert [week.business_day_seconds for week in desk.weeks] == [27000, 27000]
    assert [week.business_day_seconds for week in parse_desk(GOOD + change).weeks] == [28800, 10800]


def test_changes_of_hours_are_taken_in_order_of_their_day():
    later = '[[hours_change]]\nfrom = 2027-02-01\nhours.mon = ["09:00-12:00"]\n'
    earlier = '[[hours_change]]\nfrom = "2026-02-02"\nhours.tue = ["09:00-11:00"]\n'
    days = [week.from_on for week in parse_desk(GOOD + later + earlier).weeks]
    assert days == [None, date(2026, 2, 2), date(2027, 2, 1)]


def test_a_shut_desk_needs_a_stated_business_day():
    shut = "[[hours_change]]\nfrom = 2027-02-01\nhours = {}\n"
    assert parse_desk("business_day_hours = 8\n" + GOOD + shut).weeks[1].windows == ((),) * 7
    with pytest.raises(DeskError, match=r"hours_change.* 1 hours: opens on no day"):
        parse_desk(GOOD + shut)


@pytest.mark.parametrize(
    "written, utc",
    [
        ("2026-03-14T22:00:00", datetime(2026, 3, 14, 20)),
        ("2026-03-14T22:00:00+01:00", datetime(2026, 3, 14, 21)),
        ('"2026-03-14 22:00:00.9"', datetime(2026, 3, 14, 20)),
        ("2026-03-14", datetime(2026, 3, 13, 22)),
        ("2026-03-29T03:30:00", datetime(2026, 3, 29, 1, 30)),
        ("2026-10-25T03:30:00", datetime(2026, 10, 25, 0, 30)),
    ],
    ids=["local", "with a zone", "text, cut to seconds", "a day alone", "in the gap [T1]", "twice [T1]"],
)
def test_instants_of_maintenance(written, utc):
    desk = parse_desk(GOOD + f"[[maintenance]]\nstarts_at = {written}\nends_at = 2030-01-01T00:00:00\n")
    assert desk.shutdowns[0].starts_at == utc


def test_local_times_around_a_change_go_by_the_offset_before_it():
    assert utc_of(datetime(2026, 3, 29, 2, 59, 59), "Europe/Vilnius") == datetime(2026, 3, 29, 0, 59, 59)
    assert utc_of(datetime(2026, 3, 29, 4), "Europe/Vilnius") == datetime(2026, 3, 29, 1)
    assert utc_of(datetime(2026, 10, 25, 4), "Europe/Vilnius") == datetime(2026, 10, 25, 2)
    assert utc_of(datetime(2026, 6, 1), "UTC") == datetime(2026, 6, 1)


@pytest.mark.parametrize(
    "text, message",
    [
        (
            '[hours]\nmon = ["09:00-17:00"]',
            'timezone: missing; name the zone the desk works in, e.g. timezone = "Europe/Vilnius"',
        ),
        (
            'timezone = "Europe/Vilnus"\n[hours]\nmon = ["09:00-17:00"]',
            "timezone: unknown time zone 'Europe/Vilnus'; use a name like Europe/Vilnius or UTC"
            " (did you mean Europe/Vilnius?)",
        ),
        ("timezone = 2", "timezone: 2 is no text; write it in quotes"),
        (
            'timezone = "UTC"',
            '[hours]: missing; write the opening windows of each weekday, e.g. mon = ["09:00-13:00", "14:00-18:00"]',
        ),
        (hours(""), '[hours]: opens on no day; write at least one window, e.g. mon = ["09:00-17:00"]'),
        (hours("mon = []"), '[hours]: opens on no day; write at least one window, e.g. mon = ["09:00-17:00"]'),
        (
            hours('monday = ["09:00-17:00"]'),
            "[hours]: unknown weekday 'monday'; the weekdays are mon, tue, wed, thu, fri, sat, sun",
        ),
        (
            hours('mon = ["09:00-17:00"]\nticket_url = "https://a/{ticket_id}"'),
            "[hours]: 'ticket_url' belongs to the whole desk; move it above the first [table]",
        ),
        (
            hours('mon = ["09:00-13:00", "12:30-17:00"]'),
            "[hours] mon: '09:00-13:00' and '12:30-17:00' overlap; write windows that do not share time",
        ),
        (
            hours('mon = ["09:00-09:00"]'),
            "[hours] mon: '09:00-09:00' is empty; leave it out, or write the end after the start",
        ),
        (hours('mon = ["22:00-06:00"]'), "[hours] mon: '22:00-06:00' passes midnight; write it as two windows"),
        (
            hours('mon = ["18:00-00:00"]'),
            "[hours] mon: '18:00-00:00' passes midnight; the end of the day is written 24:00",
        ),
        (
            hours('mon = ["09:00-24:30"]'),
            "[hours] mon: '09:00-24:30' has a time that does not exist; "
            "times run from 00:00 to 24:00, the end of the day",
        ),
        (
            hours('mon = ["09:75-17:00"]'),
            "[hours] mon: '09:75-17:00' has a time that does not exist; "
            "times run from 00:00 to 24:00, the end of the day",
        ),
        (hours('mon = ["9 to 5"]'), "[hours] mon: '9 to 5' is no window; write it like '09:00-17:00'"),
        (
            hours('mon = "09:00-17:00"'),
            '[hours] mon: \'09:00-17:00\' is no list of windows; write e.g. ["09:00-13:00", "14:00-18:00"]',
        ),
        (
            "business_day_hours = 0\n" + GOOD,
            "business_day_hours: 0 is no length of a business day; write hours above 0 and up to 24, e.g. 7.5",
        ),
        (
            'business_day_hours = "8"\n' + GOOD,
            "business_day_hours: '8' is no length of a business day; write hours above 0 and up to 24, e.g. 7.5",
        ),
        (
            "busines_day_hours = 8\n" + GOOD,
            "unknown key 'busines_day_hours' (did you mean business_day_hours?); known are name, timezone, "
            "business_day_hours, ticket_url, client_url, hours, holidays, maintenance, hours_change",
        ),
        (
            GOOD + '[holidays]\ncountry = "XX"',
            "[holidays] country: 'XX' is not known; write its code of two letters, e.g. 'LT'",
        ),
        (
            GOOD + '[holidays]\ncountry = "de"',
            "[holidays] country: 'de' is not known; write its code of two letters, e.g. 'LT' (did you mean DE?)",
        ),
        (
            GOOD + '[holidays]\ncountry = "LT"\nsubdivision = "BY"',
            "[holidays] subdivision: 'BY' is not known in LT; it has none, leave the line out",
        ),
        (
            GOOD + '[holidays]\nsubdivision = "BY"',
            "[holidays] subdivision: stated without a country; add the country it is part of",
        ),
        (
            GOOD + '[holidays]\ndates = ["24.12.2026"]',
            "[holidays] dates: '24.12.2026' is no day; write e.g. 2026-12-31",
        ),
        (
            GOOD + "[holidays]\ndates = [2026-12-24T00:00:00]",
            "[holidays] dates: '2026-12-24 00:00:00' is no day; write e.g. 2026-12-31",
        ),
        (
            GOOD + "[holidays]\npartial = [{ on = 2026-12-24 }]",
            '[holidays] partial 1: open is missing; write e.g. open = ["09:00-13:00"]',
        ),
        (
            GOOD + '[holidays]\npartial = [{ on = 2026-12-24, open = ["09:00-13:00", "12:00-14:00"] }]',
            "[holidays] partial 1 open: '09:00-13:00' and '12:00-14:00' overlap; write windows that do not share time",
        ),
        (
            GOOD + "[holidays]\npartial = [{ on = 2026-12-24, open = [] }, { on = 2026-12-24, open = [] }]",
            "[holidays] partial 2 on: 2026-12-24 is there twice; write all windows of the day in one entry",
        ),
        (
            GOOD + "[[maintenance]]\nstarts_at = 2026-03-14T22:00:00",
            '[[maintenance]] 1: ends_at is missing; write starts_at and ends_at, or weekly = { sun = ["02:00-06:00"] }',
        ),
        (
            GOOD + "[[maintenance]]\nstarts_at = 2026-03-14T22:00:00\nends_at = 2026-03-14T22:00:00",
            "[[maintenance]] 1: empty, it ends at or before its start; write an ends_at after starts_at",
        ),
        (
            GOOD + '[[maintenance]]\nstarts_at = "soon"\nends_at = 2026-03-14T22:00:00',
            "[[maintenance]] 1 starts_at: no instant; "
            "write e.g. 2026-03-14T22:00:00, or with a zone 2026-03-14T20:00:00Z",
        ),
        (
            GOOD + "[[maintenance]]\nweekly = {}",
            '[[maintenance]] 1 weekly: empty; write at least one window, e.g. weekly = { sun = ["02:00-06:00"] }',
        ),
        (
            GOOD + '[[maintenance]]\nweekly = { sun = ["02:00-02:00"] }',
            "[[maintenance]] 1 weekly sun: '02:00-02:00' is empty; leave it out, or write the end after the start",
        ),
        (
            GOOD + '[[maintenance]]\nweekly = { sun = ["02:00-06:00"] }\nfrom = 2026-02-02\nuntil = 2026-02-02',
            "[[maintenance]] 1: empty, until 2026-02-02 is not after from 2026-02-02; write a later until",
        ),
        (
            GOOD + '[[hours_change]]\nform = 2026-02-02\nhours.mon = ["09:00-17:00"]',
            "[[hours_change]] 1: unknown key 'form' (did you mean from?); known are from, hours",
        ),
        (
            GOOD + '[[hours_change]]\nhours.mon = ["09:00-17:00"]',
            "[[hours_change]] 1: from is missing; write the local day the hours change, e.g. from = 2027-01-04",
        ),
        (
            GOOD + "[[hours_change]]\nfrom = 2026-02-02",
            '[[hours_change]] 1: hours is missing; write the whole new week, e.g. hours.mon = ["09:00-17:00"]',
        ),
        (
            GOOD + '[[hours_change]]\nfrom = 2026-02-02\nhours.mon = ["09:00-17:00"]\n' * 2,
            "[[hours_change]] 2 from: 2026-02-02 is also the day of [[hours_change]] 1; keep one of them",
        ),
        (
            'ticket_url = "javascript:{ticket_id}"\n' + GOOD,
            "ticket_url: 'javascript:{ticket_id}' is no web address; begin it with https://",
        ),
        (
            'client_url = "https://help.example.com/{id}"\n' + GOOD,
            "client_url: 'https://help.example.com/{id}' must hold {client_id}, and no other braces; "
            "that is where the id goes",
        ),
        (
            'timezone = "UTC"\n[hours\n',
            "not readable as TOML: Expected ']' at the end of a table declaration (at line 2, column 7)",
        ),
    ],
)
def test_a_faulty_entry_is_named_with_its_remedy(text, message, tmp_path):
    path = tmp_path / "desk.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(DeskError) as error:
        read_desk(path)
    assert str(error.value) == f"desk.toml: {message}"


def test_a_desk_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(DeskError, match=r"^none\.toml: no such file; name the desk with --desk FILE"):
        read_desk(tmp_path / "none.toml")
    (tmp_path / "desk.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(DeskError, match=r"^desk\.toml: not UTF-8 text; save it as UTF-8$"):
        read_desk(tmp_path / "desk.toml")


def test_what_is_left_of_the_sample_in_a_desk_file():
    shipped = (DATA / "desk.toml").read_text("utf-8")
    every = ("name", "[hours]", "[holidays]", "[[maintenance]]", "[[hours_change]]")
    assert left_of_the_sample(parse_desk(shipped)) == every
    own_hours = shipped.replace('fri = ["09:00-13:00", "14:00-17:00"]', 'fri = ["09:00-13:00"]')
    assert left_of_the_sample(parse_desk(own_hours)) == ("name", "[holidays]", "[[maintenance]]", "[[hours_change]]")
    own_zone = shipped.replace("Europe/Vilnius", "Europe/Riga")
    assert "[hours]" not in left_of_the_sample(parse_desk(own_zone))
    # By chance open at the same hours, and nothing else alike: a desk's own file.
    alike = shipped[shipped.index("[hours]") : shipped.index("# Public holidays")]
    assert left_of_the_sample(parse_desk(f'name = "Mine"\ntimezone = "Europe/Vilnius"\n{alike}')) == ()
