"""Loading: every record in exactly one class, overlapping loads, corrections, torn files."""

import csv
import io
import os
import random
import zipfile
from datetime import datetime
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.corrections import read_corrections
from etl.load import LoadError
from etl.recognise import find_exports, recognise
from etl.tables import tables
from loading import EXAMPLES, counts, empty_tables, load_file, load_text, reasons

SAMPLE = {
    "id": "007",
    "address": "Ana@Example.com",
    "text": "some words",
    "prose": "some words",
    "code": "X1",
    "currency": "eur",
    "instant": "2026-03-02T10:00:00Z",
    "end": "2026-09-02",
    "flag": "Yes",
    "count": "3",
    "amount": "12.50",
}


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_house_dialect_reads_every_table(raw, tmp_path, table):
    cells = [kind[0] if isinstance(kind, tuple) else SAMPLE[kind] for kind in table.columns.values()]
    text = f"{','.join(table.columns)}\n{','.join(cells)}\n"
    assert counts(load_text(raw, tmp_path, f"{table.name}.csv", text)) == (1, 1, 0, 0, 0, 0)
    row = dict(zip(table.columns, raw.execute(f"select * from raw.{table.name}").fetchone(), strict=False))
    assert None not in row.values()
    wanted = {"id": "007", "address": "ana@example.com", "currency": "EUR", "flag": True, "count": 3}
    wanted |= {"instant": datetime(2026, 3, 2, 10), "end": datetime(2026, 9, 2, 21), "text": "some words"}
    for column, kind in table.columns.items():
        if kind in wanted:
            assert (column, row[column]) == (column, wanted[kind])


TICKETS = "ticket_id,client_email,opened_at,closed_at,status_code,reopen_count\n"


def test_same_file_twice_changes_nothing(raw, tmp_path):
    text = TICKETS + "1,a@example.com,2026-03-02 10:00,,open,0\n2,,2026-03-02 11:00,,open,\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text)) == (2, 2, 0, 0, 0, 0)
    before = raw.execute("from raw.tickets order by all").fetchall()
    assert counts(load_text(raw, tmp_path, "a.csv", text)) == (2, 0, 0, 2, 0, 0)
    assert raw.execute("from raw.tickets order by all").fetchall() == before


def test_later_export_of_a_key_wins_and_a_missing_row_stays(raw, tmp_path):
    load_text(raw, tmp_path, "a.csv", TICKETS + "1,,2026-03-02 10:00,,open,0\n2,,2026-03-02 11:00,,open,\n")
    later = TICKETS + "2,,2026-03-02 11:00,2026-03-03 11:00,closed,\n3,,2026-03-04 11:00,,open,\n"
    assert counts(load_text(raw, tmp_path, "b.csv", later)) == (2, 1, 1, 0, 0, 0)
    assert raw.execute("select ticket_id, status_code from raw.tickets order by all").fetchall() == [
        ("1", "open"),
        ("2", "closed"),
        ("3", "open"),
    ]


def test_of_two_rows_of_a_key_in_one_file_the_later_wins_t15(raw, tmp_path):
    text = TICKETS + "1,,2026-03-02 10:00,,open,0\n1,,2026-03-02 10:00,,pending,0\n1,,2026-03-02 10:00,,pending,0\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text)) == (3, 1, 1, 1, 0, 0)
    assert raw.execute("select status_code from raw.tickets").fetchall() == [("pending",)]


def test_several_rows_of_a_key_change_nothing_the_second_time(raw, tmp_path):
    text = TICKETS + "1,,2026-03-02 10:00,,open,0\n1,,2026-03-02 10:00,,pending,0\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text)) == (2, 1, 1, 0, 0, 0)
    before = raw.execute("from raw.tickets").fetchall()
    assert counts(load_text(raw, tmp_path, "a.csv", text)) == (2, 0, 0, 2, 0, 0)
    assert raw.execute("from raw.tickets").fetchall() == before


def test_empty_key_parts_are_values_like_any_other(raw, tmp_path):
    text = "client_email,list_code,subscribed_at\na@x.example,,\nA@x.example,news,\na@x.example,,\n"
    assert counts(load_text(raw, tmp_path, "subscriptions.csv", text)) == (3, 2, 0, 1, 0, 0)
    assert counts(load_text(raw, tmp_path, "subscriptions.csv", text)) == (3, 0, 0, 3, 0, 0)


@pytest.mark.parametrize("first, second", [("a", "b"), ("b", "a")])
def test_by_the_exports_own_time_of_change_the_newer_row_wins(raw, tmp_path, first, second):
    header = "Id,Requester,Status,Via,Created at,Updated at\n"
    rows = {
        "a": "1,Ana,Open,Mail,2026-03-02 10:00,2026-03-02 10:00\n",
        "b": "1,Ana,Solved,Mail,2026-03-02 10:00,2026-03-05 10:00\n",
    }
    load_text(raw, tmp_path, "first.csv", header + rows[first])
    account = load_text(raw, tmp_path, "second.csv", header + rows[second])
    assert (account.updated, account.unchanged) == ((1, 0) if second == "b" else (0, 1))
    assert raw.execute("select status_code from raw.tickets").fetchall() == [("solved",)]


ZENDESK = "Id,Requester,Status,Via,Created at,Updated at\n"


def zendesk(status, updated_on):
    return f"1,Ana,{status},Mail,2026-03-02 10:00,{updated_on} 10:00\n"


def test_file_with_an_older_row_after_a_newer_one_changes_nothing_the_second_time(raw, tmp_path):
    rows = zendesk("Open", "2026-03-05") + zendesk("Pending", "2026-03-03") + zendesk("Open", "2026-03-05")
    assert counts(load_text(raw, tmp_path, "z.csv", ZENDESK + rows)) == (3, 1, 0, 2, 0, 0)
    assert counts(load_text(raw, tmp_path, "z.csv", ZENDESK + rows)) == (3, 0, 0, 3, 0, 0)


def test_row_confirmed_later_is_not_undone_by_an_older_one(raw, tmp_path):
    load_text(raw, tmp_path, "1.csv", ZENDESK + zendesk("Open", "2026-03-01"))
    assert load_text(raw, tmp_path, "5.csv", ZENDESK + zendesk("Open", "2026-03-05")).unchanged == 1
    assert load_text(raw, tmp_path, "3.csv", ZENDESK + zendesk("Pending", "2026-03-03")).unchanged == 1
    assert raw.execute("select status_code from raw.tickets").fetchall() == [("open",)]


@pytest.mark.parametrize("minutes", ["1e300", "nan", "inf", "1e13"])
def test_duration_beyond_all_measure_refuses_the_record_and_no_more(raw, tmp_path, minutes):
    header = ZENDESK.replace("Updated at", "Updated at,First reply time in minutes")
    rows = "".join(
        zendesk("Open", "2026-03-05").replace("1,", f"{n},", 1).replace("\n", f",{m}\n")
        for n, m in [(1, minutes), (2, 5)]
    )
    assert counts(load_text(raw, tmp_path, "z.csv", header + rows)) == (2, 1, 0, 0, 0, 1)


def test_first_event_of_a_later_export_moves_the_opening_back(raw, tmp_path):
    header = "case:concept:name,time:timestamp,Activity,Resource\n"
    load_text(raw, tmp_path, "late.csv", header + "C,2026-03-05 10:00:00+02:00,Closed,V\n")
    account = load_text(raw, tmp_path, "early.csv", header + "C,2026-03-02 10:00:00+02:00,Assign seriousness,V\n")
    assert counts(account) == (1, 0, 1, 0, 0, 0)
    assert raw.execute("select opened_at from raw.tickets").fetchall() == [(datetime(2026, 3, 2, 8),)]
    account = load_text(raw, tmp_path, "between.csv", header + "C,2026-03-03 10:00:00+02:00,Assign seriousness,V\n")
    assert counts(account) == (1, 0, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02 10:00:00"),
        ("2026-03-02T10:00:00+05:30", "2026-03-02 04:30:00"),
        ("2026-03-02T10:00:00+0530", "2026-03-02 04:30:00"),
        ("2026-03-02 10:00:00-03", "2026-03-02 13:00:00"),
        ("2026-03-02 10:00:59.999", "2026-03-02 08:00:59"),
        ("2026-03-02 10:00", "2026-03-02 08:00:00"),
        ("2026-03-02", "2026-03-01 22:00:00"),
        ("2025-10-26 03:30", "2025-10-26 00:30:00"),  # T1: twice, the first
        ("2025-10-26 04:00", "2025-10-26 02:00:00"),
        ("2026-03-29 03:30", "2026-03-29 01:30:00"),  # T1: never, the offset before the change
        ("2025-04-04 10:11:12 UTC", "2025-04-04 10:11:12"),
        ("2026-03-02 10:00 Europe/Vilnius", "2026-03-02 08:00:00"),
        ("2012-01-01 11:13:25 -0500", "2012-01-01 16:13:25"),
        ("2026-03-02 10:00:00 +05:30", "2026-03-02 04:30:00"),
        ("2026-03-02 24:00", "2026-03-02 22:00:00"),
        ("2026-03-02T24:00:00Z", "2026-03-03 00:00:00"),
        ("0001-01-01", "0001-01-01 00:00:00"),  # in UTC it would be a year before Christ
        ("9999-12-31T23:59:59-05:00", "9999-12-31 23:59:59"),  # in UTC it would be the year 10000
    ],
)
def test_instants_become_utc_seconds(raw, tmp_path, cell, utc):
    load_text(raw, tmp_path, "tickets.csv", f"ticket_id,opened_at\n1,{cell}\n")
    assert str(raw.execute("select opened_at from raw.tickets").fetchone()[0]) == utc


@pytest.mark.parametrize(
    "cell",
    [
        "02-03-26 10:00",  # not the year 2
        "10000-01-01",
        "294247-01-10 04:00:54",
        "0044-03-15 (BC)",
        "2026-03-02 10:00 -5",  # not 10:00 of the desk
        "2026-03-02 10:00:00 BST",  # not Bangladesh
        "2026-03-02 10:00:60",
        "infinity",
    ],
)
def test_instant_that_could_only_be_guessed_is_refused(raw, tmp_path, cell):
    account = load_text(raw, tmp_path, "tickets.csv", f"ticket_id,opened_at\n1,{cell}\n2,2026-03-02\n")
    assert counts(account) == (2, 1, 0, 0, 0, 1)


def test_support_that_never_ends_ends_with_the_last_year(raw, tmp_path):
    load_text(raw, tmp_path, "purchases.csv", "purchase_id,support_until_at\np,9999-12-31\n")
    assert raw.execute("select support_until_at from raw.purchases").fetchall() == [
        (datetime(9999, 12, 31, 23, 59, 59),)
    ]


def test_client_without_address_can_be_an_alias(raw, tmp_path):
    text = "alias_email,client_email\nservicenow_incidents:Caller 1,Ana@Example.com\n"
    load_text(raw, tmp_path, "aliases.csv", text)
    assert raw.execute("select alias_email, client_email from raw.aliases").fetchall() == [
        ("servicenow_incidents:Caller 1", "ana@example.com")
    ]


@pytest.mark.parametrize(
    ("header", "cells", "reason"),
    [
        ("ticket_id,opened_at", ",2026-03-02", "1, ticket_id: ticket_id is empty"),
        ("ticket_id,opened_at", "1,", "1, opened_at: opened_at is empty"),
        ("ticket_id,subject", "1,x", "1, opened_at: opened_at is empty"),
        (
            "ticket_id,opened_at",
            "1,31/04/2026",
            "1, opened_at: cannot read '31/04/2026' as an instant (YYYY-MM-DD HH:MM:SS, with or without zone)",
        ),
        ("ticket_id,opened_at", "1,epoch", "1, opened_at: cannot read 'epoch' as an instant (YYYY-MM-DD HH:MM:SS, "),
        ("ticket_id,opened_at", "1,2026-02-29", "1, opened_at: cannot read '2026-02-29' as an instant (YYYY-MM-DD "),
        (
            "ticket_id,opened_at",
            "1.23E+21,2026-03-02",
            "1, ticket_id: cannot read '1.23E+21' as an id: it is in scientific notation, a spreadsheet has cut its "
            "digits; export the file again and load it without opening it",
        ),
        (
            "ticket_id,opened_at,status_code",
            "1,2026-03-02,parked",
            "1, status_code: cannot read 'parked' as one of open, pending, on_hold, solved, closed",
        ),
        (
            "ticket_id,opened_at,reopen_count",
            "1,2026-03-02,1.5",
            "1, reopen_count: cannot read '1.5' as a whole number",
        ),
        ("ticket_id,opened_at,reopen_count", "1,2026-03-02,-1", "1, reopen_count: cannot read '-1' as a whole number"),
        ("post_id,is_public", "p,maybe", "1, is_public: cannot read 'maybe' as true or false, yes or no, 1 or 0"),
        ("purchase_id,amount", "p,12 EUR", "1, amount: cannot read '12 EUR' as an amount like 1234.56"),
        ("purchase_id,amount", 'p,"1,234"', "1, amount: cannot read '1,234' as an amount like 1234.56"),
        (
            "ticket_id,opened_at,closed_at",
            "1,2026-03-02T10:00:00Z,2026-03-02T09:59:59Z",
            "1, closed_at: closed_at is before opened_at, 2026-03-02 10:00:00 UTC",
        ),
    ],
)
def test_unreadable_cell_refuses_the_record_and_says_why(raw, tmp_path, header, cells, reason):
    account = load_text(raw, tmp_path, "x.csv", f"{header}\n{cells}\n")
    assert counts(account) == (1, 0, 0, 0, 0, 1)
    (found,) = reasons(raw)
    assert found.startswith(reason)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1234.56", 1234.56), ("12,50", 12.5), ("1.234,50", 1234.5), ("1,234.50", 1234.5), ("-4,99", -4.99)],
)
def test_amounts_in_either_style(raw, tmp_path, cell, amount):
    load_text(raw, tmp_path, "purchases.csv", f'purchase_id,amount\np,"{cell}"\n')
    assert float(raw.execute("select amount from raw.purchases").fetchone()[0]) == amount


def test_a_closing_in_the_second_of_the_opening_is_kept(raw, tmp_path):
    text = "ticket_id,opened_at,closed_at\n1,2026-03-02T10:00:00Z,2026-03-02T10:00:00Z\n"
    assert counts(load_text(raw, tmp_path, "tickets.csv", text)) == (1, 1, 0, 0, 0, 0)
    # Also where another record makes the load look closer.
    assert counts(load_text(raw, tmp_path, "tickets.csv", text + "2,yesterday,\n")) == (2, 0, 0, 1, 0, 1)


BODY = "post_id,ticket_id,body\n1,T,plain\n2,T,žąsis — “ok”\n".replace("žąsis", "café")


ENDINGS = ("\n", "\r\n", "\r")


# Pairwise: not every three together, but any two of them, for no more of them act on each other.
@pytest.mark.parametrize(
    ("encoding", "ending", "delimiter"),
    [
        (encoding, ENDINGS[(one + other) % 3], delimiter)
        for one, encoding in enumerate(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
        for other, delimiter in enumerate([",", ";", "\t", "|"])
    ],
)
def test_encodings_line_ends_and_delimiters(raw, tmp_path, encoding, ending, delimiter):
    text = BODY.replace(",", delimiter).replace("\n", ending)
    assert counts(load_text(raw, tmp_path, "posts.csv", text.encode(encoding))) == (2, 2, 0, 0, 0, 0)
    assert raw.execute("select body from raw.posts order by post_id").fetchall() == [("plain",), ("café — “ok”",)]


# Longer than what is looked at to recognise a file.
LONG_BODY = "post_id,ticket_id,body\n" + "".join(f"{number},T,plain\n" for number in range(40_000))


def test_file_that_is_no_utf8_far_down_is_read_as_windows_text(raw, tmp_path):
    text = (LONG_BODY + "last,T,café\n").encode("cp1252")
    assert counts(load_text(raw, tmp_path, "posts.csv", text)) == (40_001, 40_001, 0, 0, 0, 0)
    assert raw.execute("select body from raw.posts where post_id = 'last'").fetchall() == [("café",)]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_file_that_is_no_text_far_down_is_an_error(raw, tmp_path, start):
    with pytest.raises(LoadError, match="neither UTF-8, UTF-16 nor Windows-1252 text"):
        load_text(raw, tmp_path, "posts.csv", start + LONG_BODY.encode() + b"last,T,caf\x81\n")


def test_sep_line_newlines_in_cells_and_doubled_names(raw, tmp_path):
    text = 'sep=;\nticket_id;opened_at;subject;subject\n1;2026-03-02;"two\nlines; ""quoted""";second\n'
    assert counts(load_text(raw, tmp_path, "tickets.csv", text)) == (1, 1, 0, 0, 0, 0)
    assert raw.execute("select subject from raw.tickets").fetchall() == [('two\nlines; "quoted"',)]


@pytest.mark.parametrize(
    ("before", "ending", "encoding"),
    [
        (before, ending, ("utf-8-sig", "utf-16")[(one + other) % 2])  # pairwise, as above
        for one, before in enumerate(["\n", "\n \n", "sep=,\n", '"sep=,"\n', "sep=,\n\n"])
        for other, ending in enumerate(ENDINGS)
    ],
)
def test_lines_before_the_header_are_no_records(raw, tmp_path, before, ending, encoding):
    text = before + "ticket_id,opened_at,subject\n\n1,2026-03-02,one\n\n2,2026-03-02,two\n"
    account = load_text(raw, tmp_path, "tickets.csv", text.replace("\n", ending).encode(encoding))
    assert counts(account) == (2, 2, 0, 0, 0, 0)


def test_sep_line_may_name_the_tab(raw, tmp_path):
    account = load_text(raw, tmp_path, "tickets.csv", "sep=\t\r\nticket_id\topened_at\r\n1\t2026-03-02\r\n")
    assert counts(account) == (1, 1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ('ticket_id,opened_at,"subject', "a quote is opened and never closed"),
        ('"ticket_id,opened_at,subject', "a quote is opened and never closed"),
        ('ticket_id,opened_at,"sub"ject', "text follows a closing quote"),
    ],
)
def test_torn_header_is_an_error_and_swallows_no_record(tmp_path, header, problem):
    path = tmp_path / "tickets.csv"
    path.write_text(header + "\n" + "1,2026-03-02,one\n" * 20_000)
    with pytest.raises(LoadError) as caught:
        recognise(path, path.name)
    assert str(caught.value) == f"tickets.csv: the header is torn: {problem}"


def test_first_record_may_be_long(raw, tmp_path):
    text = f"ticket_id,opened_at,subject\n1,2026-03-02,{'x' * 300_000}\n"
    assert counts(load_text(raw, tmp_path, "tickets.csv", text)) == (1, 1, 0, 0, 0, 0)


def test_utf16_file_cut_in_the_middle_of_a_character_keeps_its_whole_records(raw, tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_bytes("ticket_id,opened_at\n1,2026-03-02\n2,2026-03-02\n3,2026-0".encode("utf-16") + b"x")
    assert counts(load_file(raw, path)) == (3, 2, 0, 0, 0, 1)
    assert raw.execute("select ticket_id from raw.tickets order by 1").fetchall() == [("1",), ("2",)]


@pytest.mark.parametrize("name", ["t[1].csv", "t*.csv", "t?.csv", "t'; drop table x; --.csv", "year=2026/c0=7/t.csv"])
def test_name_of_a_file_is_no_pattern_and_no_sql(raw, tmp_path, name):
    (tmp_path / "t1.csv").write_text("ticket_id,opened_at\nother,2026-03-02\n")
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("ticket_id,opened_at\n1,2026-03-02\n")
    assert counts(load_file(raw, path)) == (1, 1, 0, 0, 0, 0)
    assert raw.execute("select ticket_id from raw.tickets").fetchall() == [("1",)]


@pytest.mark.parametrize("torn", ["", "9,2026-03-02\n"])
def test_delimiters_after_the_last_cell_are_no_cells(raw, tmp_path, torn):
    text = f"ticket_id,opened_at,subject\n1,2026-03-02,one,\n2,2026-03-02,two,,\n{torn}"
    assert load_text(raw, tmp_path, "tickets.csv", text).inserted == 2


@pytest.mark.parametrize("torn", ["", "9,2026-03-02\n"])
def test_record_of_empty_cells_is_skipped_and_counted(raw, tmp_path, torn):
    text = f'ticket_id,opened_at,subject\n1,2026-03-02,one\n,,\n"","",""\n{torn}2,2026-03-02,two\n'
    account = load_text(raw, tmp_path, "tickets.csv", text)
    assert (account.inserted, account.skipped, account.rejected) == (2, 2, 1 if torn else 0)
    assert raw.execute("from raw.skips order by all").fetchall() == [
        ("tickets.csv", 2, "every cell is empty"),
        ("tickets.csv", 3, "every cell is empty"),
    ]


@pytest.mark.parametrize("torn", [False, True])
def test_file_of_one_column(raw, tmp_path, torn):
    text = "\nclient_email\na@x.example\n\n" + ('"b@x.example\n' if torn else "") + "c@x.example\n"
    account = load_text(raw, tmp_path, "clients.csv", text)
    assert (account.inserted, account.skipped, account.rejected) == (2, 1, 1 if torn else 0)
    assert raw.execute("select * from raw.clients where client_email = 'client_email'").fetchall() == []


def test_cell_too_long_to_be_one_is_torn_and_the_rest_is_loaded(raw, tmp_path):
    text = f'ticket_id,opened_at,subject\n1,2026-03-02,"{"x" * 8_000_001}"\n2,2026-03-02,two\n'
    assert counts(load_text(raw, tmp_path, "tickets.csv", text)) == (2, 1, 0, 0, 0, 1)
    assert reasons(raw) == ["1, None: a cell has more than 8,000,000 characters"]


@pytest.mark.parametrize(
    ("torn", "reason"),
    [
        ("2,2026-03-02", "has 2 cells, the header has 3"),
        ("2,2026-03-02,a,b", "has 4 cells, the header has 3"),
        ('2,2026-03-02,"never closed', "a quote is opened and never closed"),
        ('2,2026-03-02,"closed" too early', "text follows a closing quote"),
    ],
)
def test_torn_record_is_named_and_the_rest_is_loaded(raw, tmp_path, torn, reason):
    text = f"ticket_id,opened_at,subject\n1,2026-03-02,one\n{torn}\n3,2026-03-02,three\n4,2026-03-02,four\n"
    assert counts(load_text(raw, tmp_path, "tickets.csv", text)) == (4, 3, 0, 0, 0, 1)
    assert raw.execute("select ticket_id, record_number from raw.tickets order by all").fetchall() == [
        ("1", 1),
        ("3", 3),
        ("4", 4),
    ]
    assert reasons(raw) == [f"2, None: {reason}"]


def test_edge_case_53_overlapping_exports(raw, tmp_path):
    march = TICKETS + "1,,2026-03-02 10:00,,open,0\n2,,2026-03-03 10:00,,open,0\n"
    april = TICKETS + "2,,2026-03-03 10:00,2026-04-01 10:00,closed,0\n3,,2026-04-02 10:00,,open,0\n"
    assert counts(load_text(raw, tmp_path, "march.csv", march)) == (2, 2, 0, 0, 0, 0)
    assert counts(load_text(raw, tmp_path, "march again.csv", march)) == (2, 0, 0, 2, 0, 0)  # idempotent
    assert counts(load_text(raw, tmp_path, "april.csv", april)) == (2, 1, 1, 0, 0, 0)  # the newest wins
    found = raw.execute("select ticket_id, status_code from raw.tickets order by 1").fetchall()
    assert found == [("1", "open"), ("2", "closed"), ("3", "open")]  # what a later export lacks stays


def test_edge_case_53_one_ticket_in_two_dialects(raw, tmp_path):
    newer = '{"id": 1, "requester_id": 7, "submitter_id": 7, "status": "solved", "created_at": "2026-03-02T08:00:00Z", '
    newer += '"updated_at": "2026-03-05T08:00:00Z"}\n'
    load_text(raw, tmp_path, "api.ndjson", newer)
    assert load_text(raw, tmp_path, "report.csv", ZENDESK + zendesk("Open", "2026-03-03")).unchanged == 1
    assert raw.execute("select status_code from raw.tickets").fetchall() == [("solved",)]
    assert load_text(raw, tmp_path, "later.csv", ZENDESK + zendesk("Open", "2026-03-06")).updated == 1


def test_edge_case_53_of_one_instant_what_is_loaded_later_is_the_newer(raw, tmp_path):
    load_text(raw, tmp_path, "a.csv", ZENDESK + zendesk("Open", "2026-03-03"))
    assert load_text(raw, tmp_path, "b.csv", ZENDESK + zendesk("Pending", "2026-03-03")).updated == 1
    assert raw.execute("select status_code from raw.tickets").fetchall() == [("pending",)]


def test_edge_case_54_a_csv_as_spreadsheets_write_it(raw, tmp_path):
    text = (
        "ticket_id;opened_at;subject\r\n"
        '1;2025-10-26 03:30;"two\r\nlines; a semicolon"\r\n'  # twice that night: the first (T1)
        "2;2026-03-29 03:30;never\r\n"  # not on the clock that night: the offset before the change (T1)
        "3;2025-10-26T03:30:00+03:00;summer\r\n"  # offsets of one column go to UTC
        "4;2025-10-26T03:30:00+02:00;winter\r\n"
        "5;02.03.2026 10:00;dotted\r\n"
        "6;31.02.2026;no such day\r\n"
    )
    account = load_text(raw, tmp_path, "tickets.csv", text.encode("utf-8-sig"))
    assert counts(account) == (6, 5, 0, 0, 0, 1)
    found = raw.execute("select strftime(opened_at, '%Y-%m-%d %H:%M') from raw.tickets order by ticket_id").fetchall()
    assert [at for (at,) in found] == [
        "2025-10-26 00:30",
        "2026-03-29 01:30",
        "2025-10-26 00:30",
        "2025-10-26 01:30",
        "2026-03-02 08:00",
    ]
    assert reasons(raw) == ["6, opened_at: cannot read '31.02.2026' as an instant (DD/MM/YYYY or YYYY-MM-DD)"]


def test_sentinels_are_null_where_the_dialect_says_so(raw, tmp_path, mapping):
    text = """
recognise = ["No"]
null = ["?", "-"]
[[table]]
name = "tickets"
[table.columns]
ticket_id = "No"
opened_at = "From"
closed_at = { from = "To", null = ["1900-01-01", "1900-01-01 00:00:00"] }
subject = "What"
"""
    rows = "No,From,To,What\n1,2026-03-02,1900-01-01,-\n2,2026-03-02,?,x\n3,2026-03-02,1900-01-01 00:00:00,?\n"
    assert counts(load_text(raw, tmp_path, "x.csv", rows, mapping=mapping(text))) == (3, 3, 0, 0, 0, 0)
    found = raw.execute("select closed_at, subject from raw.tickets order by ticket_id").fetchall()
    assert found == [(None, None), (None, "x"), (None, None)]


def write_xlsx(path, rows):
    with xlsxwriter.Workbook(
        path, {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False}
    ) as book:
        sheet = book.add_worksheet("tickets")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def write_ods(path, rows):
    def cell(value):
        match value:
            case datetime():
                kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
            case float() | int():
                kind = f'office:value-type="float" office:value="{value}"'
            case _:
                kind = 'office:value-type="string"'
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
        return f"<table:table-cell {kind}>{lines}</table:table-cell>"

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="tickets">'
        f"{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
def test_workbook_reads_like_the_csv(raw, tmp_path, write):
    path = tmp_path / f"tickets.{write.__name__.removeprefix('write_')}"
    rows = [
        ("ticket_id", "opened_at", "subject", "reopen_count"),
        (17850.0, datetime(2026, 3, 2, 10), "=1+1", 2),
        (17851.0, datetime(2026, 3, 2, 11), "two\nlines", 0),
    ]
    write(path, rows)
    assert counts(load_file(raw, path)) == (2, 2, 0, 0, 0, 0)
    assert raw.execute("select ticket_id, opened_at, subject, reopen_count from raw.tickets order by 1").fetchall() == [
        ("17850", datetime(2026, 3, 2, 8), "=1+1", 2),
        ("17851", datetime(2026, 3, 2, 9), "two\nlines", 0),
    ]


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
def test_workbook_may_begin_with_empty_rows_and_hold_others(raw, tmp_path, write):
    path = tmp_path / f"tickets.{write.__name__.removeprefix('write_')}"
    write(path, [("", ""), ("", ""), ("ticket_id", "opened_at"), ("1", "2026-03-02"), ("", ""), ("2", "2026-03-02")])
    assert counts(load_file(raw, path)) == (3, 2, 0, 0, 1, 0)


@pytest.mark.parametrize("write", [write_xlsx, write_ods], ids=["xlsx", "ods"])
def test_workbook_may_begin_with_the_title_of_a_report(raw, tmp_path, write):
    path = tmp_path / f"report.{write.__name__.removeprefix('write_')}"
    title = [("", ""), ("Tickets of March", ""), ("", "")]
    write(path, [*title, ("ticket_id", "opened_at"), ("1", "2026-03-02"), ("2", "soon")])
    assert counts(load_file(raw, path)) == (2, 1, 0, 0, 0, 1)
    assert raw.execute("select record_number from raw.rejects").fetchall() == [(2,)]


def test_error_about_a_sheet_with_a_title_is_about_its_header(tmp_path):
    path = tmp_path / "report.xlsx"
    write_xlsx(path, [("Tickets of March", ""), ("nr", "site_url", "backup_code"), ("1", "", "")])
    with pytest.raises(LoadError, match="nearest is house_tickets, missing: ticket_id"):
        find_exports([path], tmp_path)


def test_sheet_that_no_dialect_fits_is_listed_and_an_empty_one_is_not(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("tickets").write_row(0, 0, ["ticket_id", "opened_at"])
        book.add_worksheet("empty")
        book.add_worksheet("notes").write_row(0, 0, ["what", "who"])
    exports, ignored = find_exports([path], tmp_path)
    assert [export.file_name for export in exports] == ["book.xlsx[tickets]"]
    ((name, reason),) = [(one.file_name, one.reason) for one in ignored]
    assert name == "book.xlsx[notes]"
    assert reason.startswith("no dialect fits; ")


def test_file_given_twice_is_one_and_two_of_one_name_are_two(tmp_path):
    for month in ("jan", "feb"):
        (tmp_path / month).mkdir()
        (tmp_path / month / "tickets.csv").write_text(TICKETS)
    (tmp_path / "jan" / "posts.csv").write_text("post_id,ticket_id\n")
    exports, _ = find_exports([tmp_path / "jan", tmp_path / "jan" / "tickets.csv", tmp_path / "feb"], tmp_path)
    assert [export.file_name for export in exports] == [
        "posts.csv",
        (tmp_path / "jan" / "tickets.csv").as_posix(),
        (tmp_path / "feb" / "tickets.csv").as_posix(),
    ]


def test_file_with_a_header_alone_has_no_rows(raw, tmp_path):
    assert counts(load_text(raw, tmp_path, "tickets.csv", TICKETS)) == (0, 0, 0, 0, 0, 0)


def test_folder_passes_over_what_is_no_export_and_a_named_file_may_not_be(tmp_path):
    (tmp_path / "tickets.csv").write_text(TICKETS)
    (tmp_path / "notes.md").write_text("x")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / ".hidden.csv").write_text("a,b\n1,2\n")
    exports, ignored = find_exports([tmp_path], tmp_path)
    assert [export.file_name for export in exports] == ["tickets.csv"]
    assert {one.file_name for one in ignored} == {"notes.md", "other.csv"}
    with pytest.raises(LoadError):
        find_exports([tmp_path / "other.csv"], tmp_path)


CORRECTIONS = "file,key,column,was,becomes,reason\n"


def test_correction_changes_the_cell_and_expires(raw, tmp_path):
    (tmp_path / "corrections.csv").write_text(
        CORRECTIONS + "tickets.csv,1,opened_at,2062-03-02,2026-03-02,year typed wrong\n"
    )
    known = read_corrections(tmp_path / "corrections.csv")
    path = tmp_path / "tickets.csv"
    path.write_text("ticket_id,opened_at\n1,2062-03-02\n2,2062-03-02\n")
    load_file(raw, path, known)
    assert [
        str(at)[:10] for (at,) in raw.execute("select opened_at from raw.tickets order by ticket_id").fetchall()
    ] == [
        "2026-03-01",
        "2062-03-01",
    ]
    path.write_text("ticket_id,opened_at\n1,2026-03-02\n")
    with pytest.raises(LoadError) as caught:
        load_file(raw, path, known)
    assert str(caught.value) == (
        "corrections: tickets.csv, 1, opened_at: no record still holds '2062-03-02'; "
        "the export is mended, remove this row"
    )


DAMAGE = st.sampled_from(["none", "cut", "more", "quote", "cell", "key", "blank", "twice"])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(DAMAGE, min_size=0, max_size=30), seed=st.integers(0, 2**16), again=st.booleans())
def test_every_record_is_in_exactly_one_class_whatever_the_damage(tmp_path, damage, seed, again):
    chance = random.Random(seed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ticket_id", "opened_at", "subject", "reopen_count"])
    wanted = {"rejected": 0, "sound": 0}
    for number, kind in enumerate(damage):
        ticket = chance.randrange(12) if kind == "twice" else number
        row = [f"T{ticket}", "2026-03-02 10:00", chance.choice(["plain", "a, b", "two\nlines", 'say "x"', ""]), "1"]
        wanted["rejected" if kind in ("cut", "more", "quote", "cell", "key") else "sound"] += 1
        match kind:
            case "cut":
                text.write(f"T{ticket},2026-03-02\n")
            case "more":
                text.write(f"T{ticket},2026-03-02,x,1,2,3\n")
            case "quote":
                text.write(f'T{ticket},2026-03-02,"open "quote,1\n')
            case "cell":
                writer.writerow([*row[:3], chance.choice(["x", "-2", "1e9"])])
            case "key":
                writer.writerow(["", *row[1:]])
            case "blank":
                text.write("\n")
                wanted["sound"] -= 1
            case _:
                writer.writerow(row)
    path = tmp_path / "tickets.csv"
    path.write_text(text.getvalue(), "utf-8", newline="")
    with empty_tables() as con:
        account = load_file(con, path)
        if again:
            inserted = account.inserted
            account = load_file(con, path)
            assert account.inserted == 0
            assert con.execute("select count(*) from raw.tickets").fetchone() == (inserted,)
        rows, *classes = counts(account)
        assert rows == sum(classes) == wanted["rejected"] + wanted["sound"]
        assert account.rejected == wanted["rejected"]
        (named,) = con.execute("select count(distinct record_number) from raw.rejects").fetchone()
        assert named == account.rejected
        (held,) = con.execute("select count(distinct ticket_id) from raw.tickets").fetchone()
        assert con.execute("select count(*) from raw.tickets").fetchone() == (held,)


ODD_CELLS = {
    "opened_at": [
        "2026-03-02T10:00:00Z",
        "2026-3-2T10:00:00.9Z",
        "2026-03-2T1:07:49.5Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02 10:00:00Z",
        "0000-03-02T10:00:00Z",
        "9999-12-31T23:59:59Z",
        "epoc-03-02T10:00:00Z",
        "2026-03-02T10:00:60Z",
        " 2026-03-02T10:00:0Z",
        "2026-03-02T10:00:00+02:00",
        "2026-03-02",
    ],
    "client_email": [
        "Ann@Example.COM",
        " ann@example.com",
        "house_tickets:Xy",
        "a:b@example.com",
        "\u00a0ann@example.com",
    ],
    "agent_id": ["A1", "A1 ", "1.2E+10", "1,2e+10", "x+y", "'=1", "'x", "\tA"],
    "subject": [" kept ", "'=1+1", "'quoted'", "", "\t"],
    "status_code": ["open", "OPEN", " open", "opened"],
    "reopen_count": ["3", "3.0", "3.5", " 3", "-1", ""],
    "is_public": ["true", "TRUE", "yes", "no ", "perhaps"],
    "amount": ["12.50", "1,234.50", "12,50", " 12.5", "12.5 EUR", "1E2"],
}


@pytest.mark.parametrize("column", ODD_CELLS)
def test_straight_way_and_careful_way_read_alike(tmp_path, column):
    """An empty table is filled straight from the file, if no cell in it is odd; any other carefully, whole."""
    table, start = {
        "is_public": ("posts", {"post_id": "", "ticket_id": "T"}),
        "amount": ("refunds", {"refund_id": "", "purchase_id": "P", "currency_code": "EUR"}),
    }.get(column, ("tickets", {"ticket_id": "", "opened_at": "2026-03-01T10:00:00Z"}))
    key = next(iter(start))
    rows = {
        f"row {place}": start | {key: f"row {place}"} | {column: f'"{cell}"'}
        for place, cell in enumerate(ODD_CELLS[column])
    }

    def outcomes(con, names):
        """Load rows as one file; return what became of each: its value, or why it was refused."""
        lines = [rows[names[0]], *(rows[name].values() for name in names)]
        load_text(con, tmp_path, f"{table}.csv", "".join(f"{','.join(line)}\n" for line in lines))
        held = con.execute(f"select {key}, {column} from raw.{table} where {key} <> 'earlier'").fetchall()
        refused = con.execute("select record_number, column_name, found_text, reason from raw.rejects").fetchall()
        return dict(held) | {names[number - 1]: why for number, *why in refused}

    straight = {}
    for name in rows:
        with empty_tables() as con:
            straight |= outcomes(con, [name])
    with empty_tables() as con:
        earlier = start | {key: "earlier"}
        cells = ", ".join(f"${name} as {name}" for name in earlier)
        con.execute(f"insert into raw.{table} by name select {cells}, 0 as file_number, 1 as record_number", earlier)
        careful = outcomes(con, list(rows))
    assert straight.keys() == rows.keys()
    assert straight == careful


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "tickets.csv")
    with pytest.raises(LoadError) as caught:
        find_exports([tmp_path / "tickets.csv"], tmp_path)
    said = "is neither a file nor a folder; save what it gives in a file and load that"
    assert str(caught.value) == f"{tmp_path / 'tickets.csv'}: {said}"
    with pytest.raises(LoadError, match="there is no such file or folder"):
        find_exports([tmp_path / "missing.csv"], tmp_path)
    assert find_exports([tmp_path], tmp_path) == ([], [])
