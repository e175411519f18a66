"""The policy file: what it gives, version by version, and what it is refused for."""

from datetime import date, datetime

import pytest

from etl.policy import SHIPPED, PolicyError, asked_limits, parse_policy, read_rows, write_policy

SHIPPED_TEXT = SHIPPED.read_text("utf-8")


def changed(was: str, becomes: str) -> str:
    """Return the shipped file with one text replaced, which must be in it once."""
    assert SHIPPED_TEXT.count(was) == 1
    return SHIPPED_TEXT.replace(was, becomes)


def added(row: str) -> str:
    """Return the shipped file with a row more."""
    return SHIPPED_TEXT + row + "\n"


LAST_RECORD = len(parse_policy(SHIPPED_TEXT))
REFUSED = {
    "a missing column": (
        SHIPPED_TEXT.replace("value,unit", "value,units", 1),
        "policy.csv: the column unit is missing; the columns are "
        "clause, effective_on, rule, parameter, value, unit, text, reading, source",
    ),
    "a torn row": (
        added("1.5,2026-01-01,response_time"),
        f"policy.csv: record {LAST_RECORD + 1}: has fewer cells than the header",
    ),
    "a row too long": (
        added("1.5,2026-01-01,response_time,first,1,business_day,a,b,c,d"),
        f"policy.csv: record {LAST_RECORD + 1}: has more cells than the header",
    ),
    "a row without a clause": (
        added(",2026-01-01,response_time,first,1,business_day,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, clause: is empty",
    ),
    "an unreadable day": (
        added("1.5,2026-02-30,response_time,first,1,business_day,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, effective_on: cannot read '2026-02-30' as a day; write it like 2026-03-01",
    ),
    "an unknown unit": (
        added("1.5,2026-01-01,response_time,first,1,fortnight,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, unit: cannot read 'fortnight' as a unit; known: "
        "minute, hour, day, business_day, month, count, share, flag, list",
    ),
    "a unit of another kind": (
        added("1.5,2026-01-01,response_time,first,1,day,a,b,c"),
        "policy.csv: response_time first from 2026-01-01, unit: day where business_day is expected",
    ),
    "an unreadable number": (
        added("1.5,2026-01-01,response_time,first,one,business_day,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: cannot read 'one' as a number of unit business_day",
    ),
    "a negative number": (
        added("1.5,2026-01-01,response_time,first,-1,business_day,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: cannot read '-1' as a number of unit business_day",
    ),
    "half a month": (
        added("1.2,2026-01-01,coverage,months,1.5,month,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: cannot read '1.5' as a whole number of unit month",
    ),
    "a share above 1": (
        added("4.7,2026-01-01,duplicate,similarity,60,share,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: a share lies between 0 and 1, not at 60",
    ),
    "more months than there are": (
        added("1.2,2026-01-01,coverage,months,100000000,month,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: 100000000 is too much, at most 1,200 of unit month can be "
        "counted; name a number up to that",
    ),
    "a number that no computer holds": (
        added(f"1.2,2026-01-01,coverage,months,{'9' * 400},month,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: 99999999999999999... is too much, at most 1,200 of unit month "
        "can be counted; name a number up to that",
    ),
    "none of what makes a finding": (
        added("5.6,2026-01-01,desk_questions_unanswered,tickets,0,count,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: 0 finds nothing; the least that can be asked for is 1",
    ),
    "digits of another script": (
        added("1.2,2026-01-01,coverage,months,\u0666,month,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: cannot read '\u0666' as a number of unit month",
    ),
    "a first limit beyond the last": (
        added("1.5,2026-01-01,response_time,first,2.5,business_day,a,b,c"),
        "policy.csv: response_time from 2026-01-01: the first limit, 2.5 business_day, lies beyond the last, "
        "2 business_day; make the first at most 2 business_day, or the last later",
    ),
    "a last limit before the first, in another unit": (
        added("1.6,2026-01-01,resolution_time,last,167,hour,a,b,c"),
        "policy.csv: resolution_time from 2026-01-01: the first limit, 7 day, lies beyond the last, 167 hour; "
        "make the first at most 167 hour, or the last later",
    ),
    "a flag that is none": (
        added("2.1,2026-01-01,support_extra,required,perhaps,flag,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: cannot read 'perhaps' as true or false",
    ),
    "an unknown choice": (
        added("1.6,2026-01-01,resolution_time,clock,sundial,,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, value: cannot read 'sundial' as one of elapsed, desk",
    ),
    "a number without a unit": (
        added("1.5,2026-01-01,response_time,first,1,,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, unit: is empty; response_time first needs one",
    ),
    "a parameter of no rule": (
        added("1.5,2026-01-01,,first,1,business_day,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}, rule: the parameter first belongs to no rule",
    ),
    "a version that stands twice": (
        added("1.6,2015-01-01,resolution_time,first,8,day,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}: resolution_time first from 2015-01-01 stands in record 11 already",
    ),
    "a clause that stands twice": (
        added("1.1,2015-01-01,,,,,a,b,c"),
        f"policy.csv: record {LAST_RECORD + 1}: clause 1.1 from 2015-01-01 stands in record 4 already",
    ),
    "a limit the queries ask for and no row gives": (
        changed("auto_close,soon,48,hour", "auto_close,later,48,hour"),
        "policy.csv: no row gives auto_close soon; data/policy.csv as shipped shows the rows",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_a_faulty_file_is_refused_with_its_place(text, message):
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert str(caught.value) == message


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(PolicyError, match=r"none\.csv: cannot be read: No such file or directory"):
        read_rows(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("é".encode("cp1252"))
    with pytest.raises(PolicyError, match=r"latin\.csv: is not UTF-8 at byte 0; save it as UTF-8"):
        read_rows(tmp_path / "latin.csv")


def test_the_shipped_file_is_read_whole(raw):
    write_policy(raw, read_rows(SHIPPED), "Europe/Vilnius")
    clauses = raw.execute("select count(*), count(distinct clause), min(effective_on) from policy.clauses").fetchone()
    assert clauses == (LAST_RECORD, 49, date(2015, 1, 1))
    limit = raw.execute("select * from policy.limits where rule = 'resolution_time' and parameter = 'last'").fetchall()
    assert limit == [
        (
            "1.6",
            "resolution_time",
            "last",
            date(2015, 1, 1),
            datetime(1, 1, 1),
            datetime(9999, 12, 31),
            "14",
            14.0,
            1209600,
            "day",
        )
    ]
    flags = raw.execute(
        "select value, value_number, value_seconds, unit from policy.limits where rule = 'resolution_time' and parameter = 'clock'"
    ).fetchall()
    assert flags == [("elapsed", None, None, None)]


def test_a_version_holds_from_local_midnight_until_the_next(raw):
    rows = parse_policy(
        added("1.6,2026-03-30,resolution_time,last,20,day,a,b,c\n1.6,2026-01-01,resolution_time,last,360,hour,a,b,c")
    )
    write_policy(raw, rows, "Europe/Vilnius")
    assert raw.execute(
        """
        select effective_on, from_at, until_at, value_seconds
        from policy.limits
        where rule = 'resolution_time' and parameter = 'last'
        order by from_at
        """
    ).fetchall() == [
        (date(2015, 1, 1), datetime(1, 1, 1), datetime(2025, 12, 31, 22), 1209600),
        (date(2026, 1, 1), datetime(2025, 12, 31, 22), datetime(2026, 3, 29, 21), 1296000),
        (date(2026, 3, 30), datetime(2026, 3, 29, 21), datetime(9999, 12, 31), 1728000),
    ]


def test_blank_rows_a_byte_order_mark_and_spaces_are_no_fault(raw, tmp_path):
    path = tmp_path / "policy.csv"
    path.write_text(
        "\ufeff" + changed("resolution_time,first,7,day", "resolution_time, first , 7 ,day") + ",,,,,,,,\n", "utf-8"
    )
    write_policy(raw, read_rows(path), "UTC")
    assert raw.execute(
        "select value, value_number from policy.limits where rule = 'resolution_time' and parameter = 'first'"
    ).fetchall() == [("7", 7.0)]


def test_limits_may_meet_and_move_together():
    parse_policy(added("1.6,2026-01-01,resolution_time,last,168,hour,a,b,c"))
    parse_policy(
        added(
            "1.5,2026-01-01,response_time,first,3,business_day,a,b,c\n1.5,2026-01-01,response_time,last,3,business_day,a,b,c"
        )
    )


@pytest.mark.parametrize(
    ("written", "read"), [("6.0", "6"), ("06", "6"), ("6.50", "6.5"), ("0.0", "0"), ("10", "10"), ("0010.010", "10.01")]
)
def test_one_number_is_read_one_way(written, read):
    rows = parse_policy(added(f"4.6,2026-01-01,auto_close,idle,{written},day,a,b,c"))
    assert (rows[-1].value, rows[-1].value_number) == (read, float(read))


def test_a_list_holds_each_word_once_in_small_letters():
    rows = parse_policy(added("4.3,2026-01-01,channel,accepted,Ticket| other||ticket |OTHER,list,a,b,c"))
    assert rows[-1].value == "ticket|other"


def test_what_a_query_asks_for_is_read_from_it():
    assert {("response_time", "first"), ("channel", "accepted"), ("duplicate", "window")} <= asked_limits()
    assert ("response_time", "grace") not in asked_limits()
