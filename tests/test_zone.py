"""Local time and UTC, by SQL, at every change of a zone: as Python's own zones have it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from etl.zone import changes, local_sql, utc_sql
from loading import empty_tables


# Two changes a year, half an hour of summer, four changes in the years of Ramadan's winter time, a day left out, none.
@pytest.mark.parametrize(
    "zone", ["Europe/Vilnius", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Asia/Kolkata", "UTC"]
)
def test_around_every_change_the_clocks_of_a_zone_are_its_own(zone):
    about = [datetime(1970, 1, 1, 15), datetime(2099, 12, 31, 9), *(at for at, _ in changes(zone)[1:])]
    shifts = [timedelta(hours=hours, seconds=seconds) for hours in range(-14, 15) for seconds in (-1, 0, 1)]
    times = [at + shift for at in about for shift in shifts]
    with empty_tables() as con:
        found = con.execute(
            f"select {utc_sql('told', zone)}, {local_sql('told', zone)} from (select unnest($1::timestamp[]) as told)",
            [times],
        ).fetchall()
    # Of a time that occurs twice Python too takes the first, and the offset before where it does not occur.
    utc = [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for at in times]
    local = [at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in times]
    assert found == list(zip(utc, local, strict=True))


def test_what_lies_before_and_after_what_is_known_of_a_zone_has_its_first_and_last_offset():
    with empty_tables() as con:
        sql = utc_sql("told", "Europe/Vilnius")
        found = con.execute(
            f"select {sql} from (values (timestamp '0900-07-01'), ('3000-07-01')) as times(told)"
        ).fetchall()
    assert found == [(datetime(900, 6, 30, 21),), (datetime(3000, 6, 30, 22),)]
