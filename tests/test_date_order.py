"""Columns by other names, and dates of which only the whole column tells the order of day and month."""

import pytest

from etl.__main__ import main
from etl.dialect import DialectError
from etl.load import LoadError
from loading import counts, load_text, reasons

BOTH = """
recognise = ["No"]
timezone = "UTC"
[[table]]
name = "tickets"
[table.columns]
ticket_id = "No"
opened_at = { from = "When", format = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d-%m-%Y"] }
closed_at = { from = "End", format = ["%d/%b/%y %I:%M %p", "%d/%m/%y", "%m/%d/%y"] }
"""


def opened(con):
    found = con.execute("select strftime(opened_at, '%Y-%m-%d') from raw.tickets order by ticket_id").fetchall()
    return [day for (day,) in found]


def test_one_cell_tells_for_the_whole_column(raw, tmp_path, mapping):
    text = "No,When\n1,02/03/2026 10:00\n2,03/02/2026 10:00\n3,{} 10:00\n"
    load_text(raw, tmp_path, "a.csv", text.format("25/03/2026"), mapping=mapping(BOTH))
    assert opened(raw) == ["2026-03-02", "2026-02-03", "2026-03-25"]
    load_text(raw, tmp_path, "b.csv", text.format("03/25/2026"), mapping=mapping(BOTH))
    assert opened(raw) == ["2026-02-03", "2026-03-02", "2026-03-25"]


def test_formats_of_one_order_may_stand_side_by_side(raw, tmp_path, mapping):
    text = "No,When\n1,02/03/2026 10:00\n2,02-03-2026\n3,25/03/2026 10:00\n4,2026-03-26 10:00\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=mapping(BOTH))) == (4, 4, 0, 0, 0, 0)
    assert opened(raw) == ["2026-03-02", "2026-03-02", "2026-03-25", "2026-03-26"]


def test_each_column_is_decided_by_its_own_cells(raw, tmp_path, mapping):
    text = (
        "No,When,End\n1,25/03/2026 10:00,04/13/26\n2,02/03/2026 10:00,05/04/26\n3,02/03/2026 10:00,05/Apr/26 10:17 PM\n"
    )
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=mapping(BOTH))) == (3, 3, 0, 0, 0, 0)
    found = raw.execute("select strftime(closed_at, '%Y-%m-%d %H:%M') from raw.tickets order by ticket_id").fetchall()
    assert found == [("2026-04-13 00:00",), ("2026-05-04 00:00",), ("2026-04-05 22:17",)]


def test_order_that_reads_most_wins_and_the_others_are_refused(raw, tmp_path, mapping):
    text = "No,When\n1,25/03/2026 10:00\n2,26/03/2026 10:00\n3,03/25/2026 10:00\n4,02/03/2026 10:00\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=mapping(BOTH))) == (4, 3, 0, 0, 0, 1)
    assert reasons(raw)[0].startswith("3, When: cannot read '03/25/2026 10:00' as an instant (%d/%m/%Y %H:%M or ")
    assert opened(raw) == ["2026-03-25", "2026-03-26", "2026-03-02"]


AMBIGUOUS = "ticket_id,opened_at\n1,5/5/2026\n2,02/03/2026 10:00\n3,\n"
MESSAGE = (
    "tickets.csv: opened_at: every date of it, such as '02/03/2026 10:00', reads as well with the day first as with the "
    'month first; say which with --date-order dmy or --date-order mdy, or date_order = "dmy" in a mapping'
)


def test_column_that_leaves_it_open_is_refused_until_somebody_says(raw, tmp_path, mapping):
    with pytest.raises(LoadError) as caught:
        load_text(raw, tmp_path, "tickets.csv", AMBIGUOUS)
    assert str(caught.value) == MESSAGE
    with pytest.raises(LoadError, match="such as '02/03/2026 10:00'"):
        load_text(raw, tmp_path, "a.csv", "No,When\n1,02/03/2026 10:00\n", mapping=mapping(BOTH))


@pytest.mark.parametrize(("order", "day"), [("dmy", "2026-03-02"), ("mdy", "2026-02-03")])
def test_user_says_which_on_the_command_line_or_in_the_mapping(raw, tmp_path, mapping, order, day):
    load_text(raw, tmp_path, "tickets.csv", AMBIGUOUS, date_order=order)
    assert opened(raw) == ["2026-05-04", day]  # 5 May began on the 4th in UTC
    pinned = mapping(f'date_order = "{order}"\n{BOTH}')
    load_text(raw, tmp_path, "a.csv", "No,When\n2,02/03/2026 10:00\n", mapping=pinned)
    assert opened(raw)[1] == day


def test_what_the_user_says_does_not_undo_what_the_cells_tell(raw, tmp_path):
    text = "ticket_id,opened_at\n1,02/03/2026 12:00\n2,12/25/2026 12:00\n"
    load_text(raw, tmp_path, "tickets.csv", text, date_order="dmy")
    assert opened(raw) == ["2026-02-03", "2026-12-25"]


def test_pin_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "tickets.csv"
    path.write_text(AMBIGUOUS)
    words = ["load", str(path), "--warehouse", str(tmp_path / "house"), "--as-of", "2026-06-01T00:00:00Z"]
    assert main(words) == 1
    assert f"error: {MESSAGE}" in capsys.readouterr().err
    assert main([*words, "--date-order", "dmy", "--dry-run"]) == 0


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("25.03.2026 10:00:30", "2026-03-25"),
        ("02.03.2026", "2026-03-01"),  # with points the day is first everywhere; midnight of the desk
        ("25-03-2026 10:00", "2026-03-25"),
        ("3/25/2026 5:07 PM", "2026-03-25"),
        ("25/03/2026, 17:07", "2026-03-25"),
        ("5/5/2026 12:00", "2026-05-05"),
    ],
)
def test_usual_dates_need_no_declaration(raw, tmp_path, cell, day):
    text = f'ticket_id,opened_at\n1,"{cell}"\n2,2026-04-01 12:00\n'
    assert counts(load_text(raw, tmp_path, "tickets.csv", text)) == (2, 2, 0, 0, 0, 0)
    assert opened(raw)[0] == day


def test_year_of_two_digits_is_no_year_of_the_first_century(raw, tmp_path, mapping):
    text = "No,When,End\n1,25/03/26 10:00,\n2,2026-03-25,25/03/26\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=mapping(BOTH))) == (2, 1, 0, 0, 0, 1)
    assert raw.execute("select year(closed_at) from raw.tickets").fetchall() == [(2026,)]


OTHER = """
recognise = ["Number", "Created"]
timezone = "UTC"
[also_called]
Number = ["Ticket-Nummer", "Número"]
Created = "Erstellt am"
[[table]]
name = "tickets"
[table.columns]
ticket_id = "Number"
opened_at = "Created"
"""


@pytest.mark.parametrize("header", ["number,CREATED", " Ticket-Nummer , erstellt  am", "NÚMERO,Erstellt am"])
def test_column_by_another_name(raw, tmp_path, mapping, header):
    account = load_text(raw, tmp_path, "a.csv", f"{header}\n1,2026-03-02\n", mapping=mapping(OTHER))
    assert counts(account) == (1, 1, 0, 0, 0, 0)


def test_of_two_names_the_first_declared_is_meant(raw, tmp_path, mapping):
    text = "Número,Ticket-Nummer,Created\nlater,first,2026-03-02\n"
    load_text(raw, tmp_path, "a.csv", text, mapping=mapping(OTHER))
    assert raw.execute("select ticket_id from raw.tickets").fetchall() == [("first",)]


def test_column_missing_by_every_name_is_named_as_the_dialect_does(raw, tmp_path, mapping):
    with pytest.raises(LoadError, match="nearest is mine, missing: Created\\. "):
        load_text(raw, tmp_path, "a.csv", "Número\n1\n", mapping=mapping(OTHER))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('timezone = "UTC"', 'date_order = "ymd"'), "date_order: must be dmy or mdy"),
        (('Created = "Erstellt am"', "Created = 5"), "[also_called] Created: must be a text or a list of texts"),
    ],
)
def test_faulty_declaration_names_the_entry(mapping, change, message):
    with pytest.raises(DialectError) as caught:
        mapping(OTHER.replace(*change))
    assert str(caught.value) == f"mine.toml: {message}"
