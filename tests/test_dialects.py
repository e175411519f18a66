"""Each dialect reads its fixture, which holds one bad record, as its own [expect] says."""

from dataclasses import replace
from pathlib import Path

import pytest

from etl.dialect import DIALECTS, DialectError, dialects, read_dialect
from etl.tables import tables
from loading import load_file

EXPORTS = Path(__file__).parent / "exports"
DECLARED = [read_dialect(path) for path in sorted(DIALECTS.glob("*.toml"))]


def load_fixture(con, path, mapping=None):
    """Load one file into the canonical tables of `con`; return the name of its dialect and its account."""
    account = load_file(con, path, mapping=mapping)
    return con.execute("select dialect from raw.files").fetchone()[0], account


def everything(con) -> dict[str, list]:
    """Every row of every canonical table, and what was refused and why."""
    held = {
        name: con.execute(f"select {', '.join(table.columns)} from raw.{name} order by all").fetchall()
        for name, table in tables().items()
    }
    return {name: rows for name, rows in held.items() if rows} | {"refused": rejects(con)}


def rejects(con):
    found = con.execute("select record_number, column_name, reason from raw.rejects order by all").fetchall()
    return [f"record {number}, {column}: {reason}" for number, column, reason in found]


def test_every_dialect_has_one_fixture_and_every_fixture_a_dialect():
    assert {path.stem for path in EXPORTS.glob("*")} == {dialect.name for dialect in DECLARED}


@pytest.mark.parametrize("dialect", DECLARED, ids=lambda dialect: dialect.name)
def test_dialect_reads_its_fixture_and_the_second_time_changes_nothing(raw, dialect):
    (path,) = EXPORTS.glob(f"{dialect.name}.*")
    found, account = load_fixture(raw, path)
    expect = dict(dialect.expect)

    assert found == dialect.name
    assert rejects(raw) == expect.pop("rejected")
    first = expect.pop("first")
    for name, row in first.items():
        table = next(filling.table for filling in dialect.fillings if filling.table.name == name)
        held = raw.execute(f"select {', '.join(row)} from raw.{name} order by {', '.join(table.key)} limit 1")
        assert list(held.fetchone()) == [float(v) if isinstance(v, float) else v for v in row.values()]
    for field in ("rows", "inserted", "updated", "unchanged", "skipped"):
        assert (field, getattr(account, field)) == (field, expect.pop(field, 0))
    for name, count in expect.items():
        assert (name, raw.execute(f"select count(*) from raw.{name}").fetchone()[0]) == (name, count)

    held = everything(raw)
    _, again = load_fixture(raw, path)
    unchanged = account.inserted + account.updated + account.unchanged
    assert again == replace(account, inserted=0, updated=0, unchanged=unchanged)
    assert everything(raw) == held


@pytest.mark.parametrize("dialect", DECLARED, ids=lambda dialect: dialect.name)
def test_dialect_says_where_to_click_and_what_it_was_checked_against(dialect):
    assert dialect.title
    assert dialect.get_it
    assert dialect.seen[:4].isdigit()


def test_names_of_dialects_are_unique():
    names = [dialect.name for dialect in dialects()]
    assert len(names) == len(set(names))


MAPPING = """
title = "Mine"
recognise = ["No", "When"]
[[table]]
name = "tickets"
[table.columns]
ticket_id = "No"
opened_at = { from = "When", format = "%d.%m.%Y %H:%M" }
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('ticket_id = "No"', ""), "[table.columns] of tickets: ticket_id is missing; a row of tickets needs it"),
        (('name = "tickets"', 'name = "ticket"'), "[[table]]: name: no table 'ticket'; known: clients, products"),
        (('from = "When"', 'frm = "When"'), "[table.columns] of tickets, opened_at: unknown entry 'frm'; known: "),
        (('title = "Mine"', 'timezone = "Vilna"'), "timezone: unknown time zone 'Vilna'; use a name like"),
        (('title = "Mine"', "title = "), "cannot be read as TOML: "),
        (("[[table]]", "[[tables]]"), "top level: unknown entry 'tables'; known: "),
        (
            ('ticket_id = "No"', 'ticket_id = "No"\nstatus_code = { from = "S", map = { New = "new" } }'),
            "[table.columns] of tickets, status_code: maps to 'new', which is none of open, pending, on_hold, solved",
        ),
        (
            ('from = "When",', 'from = "When", plus = "Minutes",'),
            "[table.columns] of tickets, opened_at: plus needs an instant to add to, and a unit: one of second, minute, ",
        ),
        (
            ('"No"\n', '{ from = ["No"] }\n'),
            "[table.columns] of tickets, ticket_id from: must be a text, not ['No']",
        ),
        (('"No"\n', "{ value = 5 }\n"), "[table.columns] of tickets, ticket_id value: must be a text, not 5"),
        (
            ('"No"\n', '{ first_of = "No" }\n'),
            "[table.columns] of tickets, ticket_id: first_of needs a list of columns",
        ),
        (('"No"\n', "{ join = [] }\n"), "[table.columns] of tickets, ticket_id: join needs a list of columns"),
        (
            ('"No"\n', '{ first_of = [{ from = "No", map = { a = "b" } }] }\n'),
            "[table.columns] of tickets, ticket_id: unknown entry 'map'; known: first_of, from, join, null, plus, prefix, unit, ",
        ),
        (
            ('"No"\n', '{ from = "No", keep = "earliest" }\n'),
            "[table.columns] of tickets, ticket_id: keep is of no use here: rows are told apart by this column",
        ),
        (
            ('ticket_id = "No"', 'ticket_id = "No"\nsubject = { from = "S", map = { a = 5 } }'),
            "[table.columns] of tickets, subject map: must be a table of texts, like ",
        ),
        (
            ('ticket_id = "No"', 'ticket_id = "No"\nsubject = { from = "S", other = "x" }'),
            "[table.columns] of tickets, subject: other needs a map",
        ),
        (
            ('ticket_id = "No"', 'ticket_id = "No"\nstatus_code = { value = "parked" }'),
            "[table.columns] of tickets, status_code: maps to 'parked', which is none of open, pending, on_hold, solved",
        ),
        (
            (
                'opened_at = { from = "When", format = "%d.%m.%Y %H:%M" }',
                'opened_at = { from = "When", map = { a = "b" }, other = "" }',
            ),
            "[table.columns] of tickets, opened_at: other must not be empty; a row of tickets needs this column",
        ),
        (
            ("%d.%m.%Y %H:%M", "%Q %H"),
            "[table.columns] of tickets, opened_at format: '%Q %H' is none; write it like %d.%m.%Y %H:%M",
        ),
        (('title = "Mine"', 'format = "%Q"'), "format: '%Q' is none; write it like %d.%m.%Y %H:%M"),
        (
            ('"No"\n', '{ from = "No", until = "" }\n'),
            "[table.columns] of tickets, ticket_id until: must not be empty",
        ),
        (
            ('"No"\n', '{ first_of = ["No", { from = "A", plus = "B", unit = "hour" }] }\n'),
            "[table.columns] of tickets, ticket_id: plus needs an instant to add to, and a unit: one of second, minute, ",
        ),
        (
            (
                "opened_at = {",
                'closed_at = { join = ["A", { from = "A", plus = "B", unit = "hour" }] }\nopened_at = {',
            ),
            "[table.columns] of tickets, closed_at: plus can only stand in one part of a first_of, or beside from",
        ),
        (
            ('from = "When",', 'from = "When", timezone = "Vilna",'),
            "[table.columns] of tickets, opened_at timezone: unknown time zone 'Vilna'; use a name like",
        ),
        (
            ('from = "When",', 'from = "When", decimal = ";",'),
            "[table.columns] of tickets, opened_at decimal: must be '.' or ','",
        ),
        (
            ('recognise = ["No", "When"]', "recognise = []"),
            "recognise: missing; name the columns by which the file is known",
        ),
        (('name = "tickets"', 'name = ["tickets"]'), "[[table]]: name: no table ['tickets']; known: clients, products"),
        (
            ('name = "tickets"', 'name = "tickets"\nwhen = { column = 5, is = "a" }'),
            "when of tickets column: must be a text, not 5",
        ),
        (
            ('name = "tickets"', 'name = "tickets"\nwhen = { column = "No", empty = "no" }'),
            "when of tickets empty: must be true or false",
        ),
        (
            ("[[table]]", '[[skip]]\ncolumn = "No"\nis = ["Totals"]\n[[table]]'),
            "[[skip]]: needs a reason: what the record is",
        ),
    ],
)
def test_faulty_mapping_names_the_entry(tmp_path, change, message):
    path = tmp_path / "mine.toml"
    assert change[0] in MAPPING
    path.write_text(MAPPING.replace(*change))
    with pytest.raises(DialectError) as caught:
        read_dialect(path)
    assert str(caught.value).startswith(f"mine.toml: {message}")


def test_mapping_reads_a_file_no_dialect_fits(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(MAPPING)
    (tmp_path / "export.csv").write_text("No;When;Who\n007;02.03.2026 10:30;Ana\n")
    dialect, account = load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    assert (dialect, account.inserted) == ("mine", 1)
    ticket, opened_at = raw.execute("select ticket_id, opened_at from raw.tickets").fetchone()
    assert (ticket, str(opened_at)) == ("007", "2026-03-02 08:30:00")


@pytest.mark.parametrize(
    ("form", "cell", "utc"),
    [
        ("%d/%b/%y %I:%M %p", "25/Feb/26 10:17 PM", "2026-02-25 20:17:00"),
        ("%Y-%m-%d %I:%M %p", "2026-03-02 05:00 PM", "2026-03-02 15:00:00"),
        ("%b %d, %Y %H:%M", "Feb 25, 2026 10:17", "2026-02-25 08:17:00"),
        ("%d.%m.%Y %H:%M %z", "02.03.2026 10:00 +0530", "2026-03-02 04:30:00"),
        ("%d.%m.%Y %H:%M %z", "2026-03-02 10:00", "2026-03-02 08:00:00"),
        ("%d.%m.%Y", "2026-03-02T10:00:00+01:00", "2026-03-02 09:00:00"),
    ],
)
def test_times_as_a_mapping_says_they_are_written(raw, tmp_path, form, cell, utc):
    (tmp_path / "mine.toml").write_text(MAPPING.replace("%d.%m.%Y %H:%M", form))
    (tmp_path / "export.csv").write_text(f'No,When\n1,"{cell}"\n')
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    assert str(raw.execute("select opened_at from raw.tickets").fetchone()[0]) == utc


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("20260302T080000Z", "2026-03-02 08:00:00"),
        ("20260302T080000,5+0530", "2026-03-02 02:30:00"),
        ("20260302T1000", "2026-03-02 08:00:00"),
        ("20260302T10-02", "2026-03-02 12:00:00"),
        ("2026-03-02T08Z", "2026-03-02 08:00:00"),
        ("2026-03-02T10", "2026-03-02 08:00:00"),
        ("2026-03-02T10+01", "2026-03-02 09:00:00"),
        ("2026-03-02t08:00:00z", "2026-03-02 08:00:00"),
        ("2026-03-02T08:00:01,999Z", "2026-03-02 08:00:01"),
        ("2026-03-02 10:00:01,999", "2026-03-02 08:00:01"),
        ("2026-03-02T10:00:00,5+01:00", "2026-03-02 09:00:00"),
        ("20260302", None),
        ("20260302T08.5Z", None),
        ("20260302T0830,5", None),
        ("2026-03-02T08,5", None),
        ("2026-03-02T08:30,5Z", None),
        ("2026-03-02 08", None),
        ("2026-03-02t08+01", None),
        ("20261302T080000Z", None),
    ],
)
def test_instants_as_iso_8601_has_them(raw, tmp_path, cell, utc):
    (tmp_path / "tickets.csv").write_text(f'ticket_id,opened_at\n1,"{cell}"\n')
    load_fixture(raw, tmp_path / "tickets.csv")
    assert [str(at) for (at,) in raw.execute("select opened_at from raw.tickets").fetchall()] == ([utc] if utc else [])


def test_an_iso_time_of_the_first_hour_is_no_date_alone(raw, tmp_path):
    (tmp_path / "purchases.csv").write_text("purchase_id,support_until_at\n1,20260302T00Z\n2,2026-03-02\n")
    load_fixture(raw, tmp_path / "purchases.csv")
    found = raw.execute("select support_until_at from raw.purchases order by purchase_id").fetchall()
    assert [str(at) for (at,) in found] == ["2026-03-02 00:00:00", "2026-03-02 22:00:00"]


def test_amounts_with_a_decimal_comma(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        '[[table]]\nname = "purchases"\n[table.columns]\npurchase_id = "No"\namount = { from = "Sum", decimal = "," }\n'
    )
    cells = {"12,50": 12.5, "12.50": 12.5, "1.234,50": 1234.5, "1.234": 1234, "1,234.50": 1234.5, "-3,1": -3.1, "5": 5}
    refused = ["12.3456", "1.23.4", "1,2,3"]
    rows = "".join(f"{number};{cell}\n" for number, cell in enumerate([*cells, *refused]))
    (tmp_path / "export.csv").write_text("No;Sum\n" + rows)
    _, account = load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    assert account.rejected == len(refused)
    found = raw.execute("select amount from raw.purchases order by purchase_id::int").fetchall()
    assert [float(amount) for (amount,) in found] == list(cells.values())


def test_mapped_words_match_in_any_case_and_script(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        MAPPING
        + 'status_code = { from = "State", map = { "Geschloßen" = "closed", "OTVORENÉ" = "open", "-" = "" } }\n',
        "utf-8",
    )
    states = ["Geschloßen", "GESCHLOßEN", "otvorené", "-"]
    rows = "".join(f"{number},02.03.2026 10:30,{state}\n" for number, state in enumerate(states))
    (tmp_path / "export.csv").write_text("No,When,State\n" + rows, "utf-8")
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    found = raw.execute("select status_code from raw.tickets order by ticket_id").fetchall()
    assert found == [("closed",), ("closed",), ("open",), (None,)]


def test_word_of_no_map_says_nothing_where_the_mapping_has_an_empty_other(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        MAPPING + 'status_code = { from = "State", map = { Done = "closed", "?" = "" }, other = "" }\n'
    )
    rows = "".join(f"{number},02.03.2026 10:30,{state}\n" for number, state in enumerate(["done", "Parked", "?", ""]))
    (tmp_path / "export.csv").write_text("No,When,State\n" + rows)
    _, account = load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    assert account.inserted == 4
    found = raw.execute("select status_code from raw.tickets order by ticket_id").fetchall()
    assert found == [("closed",), (None,), (None,), (None,)]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("'=SUM(A1)", "=SUM(A1)"),
        ("'+1 555 0100", "+1 555 0100"),
        ("'-", "-"),
        ("'@ana", "@ana"),
        ("'quoted'", "'quoted'"),
        ("''=1", "''=1"),
        ("=1", "=1"),
    ],
)
def test_apostrophe_that_guards_a_formula_is_none_of_the_cell(raw, tmp_path, cell, read):
    (tmp_path / "mine.toml").write_text(MAPPING + 'subject = "Text"\nagent_id = "Text"\n')
    (tmp_path / "export.csv").write_text(f"No,When,Text\n1,02.03.2026 10:30,{cell}\n")
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    assert raw.execute("select subject, agent_id from raw.tickets").fetchone() == (read, read)


def test_what_one_event_tells_of_a_ticket_a_later_one_does_not_take_back(raw, tmp_path):
    header = "Case ID,Activity,Timestamp,Customer\n"
    rows = [
        "C1,Created,2026-03-02 10:00:00,\n",
        "C1,Tagged,2026-03-03 10:00:00,ana@example.com\n",
        "C1,Moved,2026-03-04 10:00:00,\n",
        "C1,Closed,2026-03-05 10:00:00,\n",
    ]
    for name, lines in {"one.csv": rows, "late.csv": rows[2:], "again.csv": rows}.items():
        (tmp_path / name).write_text(header + "".join(lines))
        _, account = load_fixture(raw, tmp_path / name)
    assert (account.rows, account.unchanged) == (4, 4)
    found = raw.execute("select ticket_id, client_email, opened_at::varchar from raw.tickets").fetchall()
    assert found == [("C1", "ana@example.com", "2026-03-02 08:00:00")]
    assert raw.execute("select status_code from raw.status_changes").fetchall() == [("closed",)]


def test_reply_of_an_unknown_side_is_no_answer_and_no_silence(raw, tmp_path):
    header = "Ticket,Event,Date,User,Role\n"
    rows = "T1,Reply,2026-03-02 10:00:00,ana,\nT1,Comment,2026-03-02 11:00:00,ben,Partner\n"
    (tmp_path / "log.csv").write_text(header + rows)
    _, account = load_fixture(raw, tmp_path / "log.csv")
    assert account.rejected == 0
    assert raw.execute("select count(*) from raw.posts").fetchone() == (0,)


@pytest.mark.parametrize("nothing", ["", "0", "0.0", "0.00", "0,00"])
def test_payment_of_which_nothing_was_refunded_is_no_refund(raw, tmp_path, nothing):
    header = "id;Created date (UTC);Amount;Currency;Status;Captured;Fee;Amount Refunded\n"
    (tmp_path / "payments.csv").write_text(f"{header}ch_1;2026-02-01 10:00:00;49.00;usd;Paid;true;1;{nothing}\n")
    _, account = load_fixture(raw, tmp_path / "payments.csv")
    assert account.inserted == 1
    assert raw.execute("select * from raw.refunds").fetchall() == []


def test_incident_in_a_state_the_system_forgot_is_still_a_ticket(raw, tmp_path):
    header = "number,incident_state,sys_updated_at,opened_at,resolved_at,closed_at,reopen_count\n"
    rows = "I1,New,02-03-2026 10:00,02-03-2026 09:00,?,?,0\nI2,-100,02-03-2026 11:00,02-03-2026 09:00,?,?,0\n"
    (tmp_path / "log.csv").write_text(header + rows)
    _, account = load_fixture(raw, tmp_path / "log.csv")
    assert (account.inserted, account.rejected) == (2, 0)
    assert raw.execute("select ticket_id from raw.status_changes").fetchall() == [("I1",)]


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-03-02 10:00 EET", "2026-03-02 08:00:00"),
        ("2026-07-02 10:00 EEST", "2026-07-02 07:00:00"),
        ("2026-03-02 10:00 UTC", "2026-03-02 10:00:00"),
        ("2026-03-02 10:00 Asia/Tokyo", "2026-03-02 01:00:00"),
        ("2026-03-02 10:00", "2026-03-02 08:00:00"),
        ("2026-03-02 10:00 PST", None),
        ("2026-03-02 10:00 BST", None),
    ],
)
def test_short_name_of_a_zone_is_read_where_it_is_the_columns_own(raw, tmp_path, cell, utc):
    (tmp_path / "mine.toml").write_text(MAPPING.replace("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M %Z"))
    (tmp_path / "export.csv").write_text(f"No,When\n1,{cell}\n")
    _, account = load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    found = raw.execute("select opened_at from raw.tickets").fetchone()
    assert (account.rejected, found and str(found[0])) == (0 if utc else 1, utc)


def test_format_said_once_is_that_of_every_instant_without_its_own(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'format = "%d/%b/%y %H:%M"\n' + MAPPING + 'closed_at = "Done"\nsubject = "Done"\n'
    )
    (tmp_path / "export.csv").write_text("No,When,Done\n1,02.03.2026 10:30,03/Mar/26 11:00\n")
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    opened, closed, subject = raw.execute("select opened_at, closed_at, subject from raw.tickets").fetchone()
    assert (str(opened), str(closed), subject) == ("2026-03-02 08:30:00", "2026-03-03 09:00:00", "03/Mar/26 11:00")


def test_of_a_list_in_a_cell_the_part_until_a_sign(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        MAPPING + 'client_email = { first_of = [{ from = "All", until = ";" }, { from = "Name", prefix = "mine:" }] }\n'
    )
    cells = ['" Ana@example.com ; b@example.com",x', "li@example.org,x", ",Omar", '"; b@example.com",Ida']
    rows = "".join(f"{number},02.03.2026 10:30,{cell}\n" for number, cell in enumerate(cells))
    (tmp_path / "export.csv").write_text("No,When,All,Name\n" + rows)
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    found = raw.execute("select client_email from raw.tickets order by ticket_id").fetchall()
    assert found == [("ana@example.com",), ("li@example.org",), ("mine:Omar",), ("mine:Ida",)]


def test_time_of_the_clock_is_added_where_no_instant_is_told(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        MAPPING
        + "first_responded_at = { first_of = "
        + '["Answered", { from = "When", plus = "After", unit = "hh:mm:ss" }], format = "%d.%m.%Y %H:%M" }\n'
    )
    cells = {
        "03.03.2026 09:00,99:00:00": "2026-03-03 07:00:00",  # the instant stands, whatever the duration says
        ",31:05:10": "2026-03-03 15:35:10",
        ",0:45": "2026-03-02 09:15:00",
        ",": None,
        ",00:61:00": "refused",
        ",-1:00:00": "refused",
        ",soon": "refused",
        ",999999:00:00": "refused",
    }
    rows = "".join(f"{number},02.03.2026 10:30,{cell}\n" for number, cell in enumerate(cells))
    (tmp_path / "export.csv").write_text("No,When,Answered,After\n" + rows)
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    found = raw.execute("select first_responded_at from raw.tickets order by ticket_id::int").fetchall()
    assert [at and str(at) for (at,) in found] == [utc for utc in cells.values() if utc != "refused"]
    assert rejects(raw)[0] == (
        "record 5, Answered, When, After: cannot read '02.03.2026 10:30 + 00:61:00' as an instant (%d.%m.%Y %H:%M), "
        "and a time like 31:05:00 after it"
    )
    assert len(rejects(raw)) == 4


def test_duration_that_is_no_number_refuses_the_record(raw, tmp_path):
    (tmp_path / "mine.toml").write_text(
        MAPPING + 'first_responded_at = { from = "When", format = "%d.%m.%Y %H:%M", plus = "Hours", unit = "hour" }\n'
    )
    (tmp_path / "export.csv").write_text(
        "No,When,Hours\n1,02.03.2026 10:30,1.5\n2,02.03.2026 10:30,\n3,02.03.2026 10:30,soon\n"
    )
    load_fixture(raw, tmp_path / "export.csv", read_dialect(tmp_path / "mine.toml"))
    found = raw.execute("select ticket_id, first_responded_at from raw.tickets order by 1").fetchall()
    assert [(ticket, at and str(at)) for ticket, at in found] == [("1", "2026-03-02 10:00:00"), ("2", None)]
    assert rejects(raw) == [
        "record 3, When, Hours: cannot read '02.03.2026 10:30 + soon' as an instant (%d.%m.%Y %H:%M), "
        "and a number of seconds, minutes or hours after it"
    ]


HELP_SCOUT_V1 = """{"items": [{"id": 9001, "number": 11, "threadCount": 1, "type": "email", "status": "active",
"isDraft": false, "mailbox": {"id": 1}, "owner": {"id": 9, "firstName": "Ines"}, "createdBy": {"type": "customer"},
"customer": {"id": 7, "firstName": "Ana", "email": "ana@example.com"}, "createdAt": "2026-03-02T07:05:00Z",
"modifiedAt": "2026-03-02T07:05:00Z", "threads": [{"id": 501, "type": "customer", "status": "active", "state": "published",
"createdBy": {"id": 7, "type": "customer"}, "createdAt": "2026-03-02T07:05:00Z", "body": "x"}]}]}"""


def test_conversations_of_the_older_help_scout_api(raw, tmp_path):
    (tmp_path / "page.json").write_text(HELP_SCOUT_V1)
    dialect, account = load_fixture(raw, tmp_path / "page.json")
    assert (dialect, account.inserted) == ("helpscout_conversations", 1)
    assert raw.execute("select client_email, agent_id from raw.tickets").fetchall() == [("ana@example.com", "9")]
    assert raw.execute("select post_id, author_role from raw.posts").fetchall() == [("501", "client")]
    assert raw.execute("select status_code from raw.status_changes").fetchall() == [("open",)]


def test_conversations_as_the_tables_of_free_scout_have_them(raw, tmp_path):
    (tmp_path / "dump.ndjson").write_text(
        '{"id": 1, "number": 21, "threads_count": 1, "type": 1, "status": 3, "state": 2, "mailbox_id": 1, "user_id": 9, '
        '"customer_id": 7, "customer_email": "ana@example.com", "source_via": 1, "created_at": "2026-03-02 07:05:00", '
        '"closed_at": "2026-03-02 09:00:00", "threads": [{"id": 5, "type": 1, "state": 2, "status": 1, "body": "x", '
        '"created_at": "2026-03-02 07:05:00", "created_by_customer_id": 7}, {"id": 6, "type": 4, "state": 2, "status": 3, '
        '"created_at": "2026-03-02 09:00:00"}]}\n'
    )
    dialect, account = load_fixture(raw, tmp_path / "dump.ndjson")
    assert (dialect, account.inserted) == ("freescout_conversations", 1)
    found = raw.execute("select client_email, status_code, opened_by, agent_id from raw.tickets").fetchall()
    assert found == [("ana@example.com", "solved", "client", "9")]
    assert raw.execute("select post_id, author_role, author_id from raw.posts").fetchall() == [("5", "client", "7")]
    assert raw.execute("select count(*) from raw.status_changes").fetchone() == (2,)
