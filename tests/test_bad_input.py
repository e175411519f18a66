"""Every kind of bad input: what goes in, the exit code, and the exact message.

A message says where, what, and what would do. Nothing is published when the code is not 0.
"""

from pathlib import Path

import pytest
from filelock import FileLock

from etl.__main__ import main
from etl.publish import Warehouse
from etl.recognise import NO_EXPORT

ROOT = Path(__file__).parent.parent
TICKETS = "ticket_id,opened_at\n1,2026-03-02T10:00:00Z\n"
DESK = 'name = "D"\ntimezone = "Europe/Vilnius"\n[hours]\nmon = ["09:00-17:00"]\n'
MAPPING = '[[table]]\nname = "tickets"\n[table.columns]\nticket_id = "No"\nopened_at = "When"\n'
BINARY = bytes(range(128, 160)) * 4

# name, files to write, arguments after `load` ({} is the folder), exit code, message
CASES = [
    (
        "a path that does not exist",
        {},
        "{}/none.csv",
        1,
        "error: {}/none.csv: there is no such file or folder",
    ),
    (
        "an unknown file: the nearest dialect, what is missing, how to map it",
        {"x.csv": "Id,Requester,Via,Created at\n1,Ana,Mail,2026-03-02\n"},
        "{}/x.csv",
        1,
        "error: x.csv: no dialect fits; nearest is zendesk_tickets, missing: Status, Updated at. Describe the file in a "
        "mapping and load it with --mapping FILE (python -m etl dialects shows how one is written)",
    ),
    (
        "an unknown file nearest to the house dialect",
        {"x.csv": "ticket,opened_at,subject\n1,2026-03-02,x\n"},
        "{}/x.csv",
        1,
        "error: x.csv: no dialect fits; nearest is house_tickets, missing: ticket_id. Describe the file in a "
        "mapping and load it with --mapping FILE (python -m etl dialects shows how one is written)",
    ),
    (
        "an empty file",
        {"x.csv": ""},
        "{}/x.csv",
        1,
        "error: x.csv: the file is empty; there is not even a header",
    ),
    (
        "a file of another kind",
        {"x.pdf": "%PDF"},
        "{}/x.pdf",
        1,
        f"error: x.pdf: {NO_EXPORT}",
    ),
    (
        "text in no known encoding",
        {"x.csv": b"ticket_id,opened_at\n" + BINARY},
        "{}/x.csv",
        1,
        "error: x.csv: neither UTF-8, UTF-16 nor Windows-1252 text; save it as CSV in UTF-8",
    ),
    (
        "a workbook that is none",
        {"x.xlsx": "not a zip"},
        "{}/x.xlsx",
        1,
        "error: x.xlsx: cannot be read as a workbook: ",
    ),
    (
        "a file that could be either of two tables",
        {"x.csv": "client_email\na@example.com\n"},
        "{}/x.csv",
        1,
        "error: x.csv: could be clients and subscriptions; name the file after its table, or add a column",
    ),
    (
        "--strict and a refused record",
        {"x.csv": TICKETS + "2,yesterday\n3,tomorrow\n"},
        "{}/x.csv --strict",
        1,
        "error: x.csv: record 2, opened_at: cannot read 'yesterday' as an instant (YYYY-MM-DD HH:MM:SS, with or without "
        "zone) and 1 more (--strict: nothing is published)",
    ),
    (
        "--strict and an id in scientific notation",
        {"x.csv": TICKETS + '"4,086918E+05",2026-03-02\n'},
        "{}/x.csv --strict",
        1,
        "error: x.csv: record 2, ticket_id: cannot read '4,086918E+05' as an id: it is in scientific notation, a "
        "spreadsheet has cut its digits; export the file again and load it without opening it (--strict: nothing is "
        "published)",
    ),
    (
        "--strict and a torn record",
        {"x.csv": TICKETS + '2,"2026-03-02\n'},
        "{}/x.csv --strict",
        1,
        "error: x.csv: record 2: a quote is opened and never closed (--strict: nothing is published)",
    ),
    (
        "--strict and a missing key",
        {"x.csv": TICKETS + ",2026-03-02\n"},
        "{}/x.csv --strict",
        1,
        "error: x.csv: record 2, ticket_id: ticket_id is empty (--strict: nothing is published)",
    ),
    (
        "--strict and a cell of the wrong type",
        {"x.csv": "ticket_id,opened_at,reopen_count\n1,2026-03-02,often\n"},
        "{}/x.csv --strict",
        1,
        "error: x.csv: record 1, reopen_count: cannot read 'often' as a whole number (--strict: nothing is published)",
    ),
    (
        "--strict and a file passed over",
        {"in/x.csv": TICKETS, "in/notes.txt": "some, notes\n"},
        "{}/in --strict",
        1,
        f"error: notes.txt: {NO_EXPORT} (--strict: nothing is published)",
    ),
    (
        "an as-of without zone",
        {"x.csv": TICKETS},
        "{}/x.csv --as-of 2026-03-02T10:00:00",
        2,
        "argument --as-of: '2026-03-02T10:00:00' has no zone; write it like 2026-03-02T10:00:00Z or with +02:00",
    ),
    (
        "an as-of that is no instant",
        {"x.csv": TICKETS},
        "{}/x.csv --as-of yesterday",
        2,
        "argument --as-of: 'yesterday' is no instant; write it like 2026-03-01T17:00:00Z",
    ),
    ("no path at all", {}, "", 2, "error: the following arguments are required: PATH"),
    (
        "a desk file that is not there",
        {"x.csv": TICKETS},
        "{}/x.csv --desk {}/desk.toml",
        1,
        "error: desk.toml: ",
    ),
    (
        "a desk in an unknown zone",
        {"x.csv": TICKETS, "desk.toml": DESK.replace("Europe/Vilnius", "Europe/Vilna")},
        "{}/x.csv --desk {}/desk.toml",
        1,
        "error: desk.toml: timezone: unknown time zone 'Europe/Vilna'",
    ),
    (
        "a desk with overlapping hours",
        {"x.csv": TICKETS, "desk.toml": DESK.replace('"09:00-17:00"', '"09:00-13:00", "12:00-17:00"')},
        "{}/x.csv --desk {}/desk.toml",
        1,
        "error: desk.toml: [hours] mon: ",
    ),
    (
        "a desk without hours",
        {"x.csv": TICKETS, "desk.toml": 'name = "D"\ntimezone = "Europe/Vilnius"\n'},
        "{}/x.csv --desk {}/desk.toml",
        1,
        "error: desk.toml: [hours]: ",
    ),
    (
        "a policy file that is not there",
        {"x.csv": TICKETS},
        "{}/x.csv --policy {}/policy.csv",
        1,
        "error: {}/policy.csv: cannot be read: No such file or directory",
    ),
    (
        "a policy without a column",
        {"x.csv": TICKETS, "policy.csv": "clause,effective_on,rule\n"},
        "{}/x.csv --policy {}/policy.csv",
        1,
        "error: policy.csv: the column parameter is missing; the columns are clause, effective_on, rule, parameter, ",
    ),
    (
        "a mapping that is not there",
        {"x.csv": TICKETS},
        "{}/x.csv --mapping {}/mine.toml",
        1,
        "error: mine.toml: cannot be opened: No such file or directory",
    ),
    (
        "a mapping for another file",
        {"x.csv": "a,b\n1,2\n", "mine.toml": MAPPING},
        "{}/x.csv --mapping {}/mine.toml",
        1,
        "error: x.csv: no dialect fits; nearest is mine, missing: No, When. Name in the mapping's recognise what stands in the header",
    ),
    (
        "corrections with another header",
        {"x.csv": TICKETS, "c.csv": "file,key\n"},
        "{}/x.csv --corrections {}/c.csv",
        1,
        "error: c.csv: the header must be file,key,column,was,becomes,reason",
    ),
    (
        "a correction without a reason",
        {"x.csv": TICKETS, "c.csv": "file,key,column,was,becomes,reason\nx.csv,1,opened_at,a,b,\n"},
        "{}/x.csv --corrections {}/c.csv",
        1,
        "error: c.csv: row 1: the reason is empty; say why the cell is wrong",
    ),
    (
        "a correction that has expired",
        {"x.csv": TICKETS, "c.csv": "file,key,column,was,becomes,reason\nx.csv,1,opened_at,a,b,typing error\n"},
        "{}/x.csv --corrections {}/c.csv",
        1,
        "error: corrections: x.csv, 1, opened_at: no record still holds 'a'; the export is mended, remove this row",
    ),
    (
        "a corrections file that is not there",
        {"x.csv": TICKETS},
        "{}/x.csv --corrections {}/c.csv",
        1,
        "error: c.csv: cannot be read: No such file or directory",
    ),
    (
        "corrections that are no UTF-8",
        {
            "x.csv": TICKETS,
            "c.csv": "file,key,column,was,becomes,reason\nx.csv,1,subject,a,caf\u00e9,b\n".encode("cp1252"),
        },
        "{}/x.csv --corrections {}/c.csv",
        1,
        "error: c.csv: cannot be read: it is no UTF-8 text",
    ),
    (
        "a torn correction",
        {"x.csv": TICKETS, "c.csv": 'file,key,column,was,becomes,reason\nx.csv,1,subject,a,b,"typing error\n'},
        "{}/x.csv --corrections {}/c.csv",
        1,
        "error: c.csv: row 1 is torn: a quote is opened and never closed",
    ),
    (
        "a torn header",
        {"x.csv": TICKETS.replace("opened_at", '"opened_at')},
        "{}/x.csv",
        1,
        "error: x.csv: the header is torn: a quote is opened and never closed",
    ),
    (
        "an as-of outside the calendar",
        {"x.csv": TICKETS},
        "{}/x.csv --as-of 0001-01-01T00:00:00+14:00",
        2,
        "argument --as-of: '0001-01-01T00:00:00+14:00' lies outside the years 1900 to 2999",
    ),
    (
        "text like the name of an emoji",
        {"x.csv": "ticket_id,opened_at\n1,2026-03-02 10:100:00\n"},
        "{}/x.csv --strict",
        1,
        "error: x.csv: record 1, opened_at: cannot read '2026-03-02 10:100:00' as an instant",
    ),
    (
        "a circle of aliases",
        {
            "x.csv": TICKETS,
            "aliases.csv": "alias_email,client_email\na@example.com,b@example.com\nb@example.com,a@example.com\n",
        },
        "{}/x.csv {}/aliases.csv",
        1,
        "error: ",
    ),
    (
        "a warehouse where a file is",
        {"x.csv": TICKETS, "house": "a file"},
        "{}/x.csv --warehouse {}/house",
        1,
        "error: {}/house: cannot be written: Not a directory",
    ),
]


@pytest.mark.parametrize(
    ("files", "arguments", "code", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_bad_input(tmp_path, capsys, files, arguments, code, message):
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    words = ["load", *(word.replace("{}", str(tmp_path)) for word in arguments.split())]
    if "--warehouse" not in words:
        words += ["--warehouse", str(tmp_path / "warehouse")]
    if code == 2:
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 2
    else:
        assert main(words) == code
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if "error: " in line]
    assert message.replace("{}", str(tmp_path)) in (lines[-1] if lines else said)
    assert Warehouse(tmp_path / "warehouse").current() is None


def test_strict_names_a_record_of_this_load(tmp_path, capsys):
    (tmp_path / "a.csv").write_text(TICKETS + "2,yesterday\n")
    (tmp_path / "b.csv").write_text(TICKETS + "3,tomorrow\n")
    house = ["--warehouse", str(tmp_path / "warehouse"), "--as-of", "2026-03-20T10:00:00Z"]
    assert main(["load", str(tmp_path / "a.csv"), *house]) == 0
    assert main(["load", str(tmp_path / "b.csv"), *house, "--strict"]) == 1
    assert "error: b.csv: record 2, opened_at: cannot read 'tomorrow'" in capsys.readouterr().err


def test_locked_warehouse_names_the_holder(tmp_path, capsys):
    (tmp_path / "x.csv").write_text(TICKETS)
    with FileLock(tmp_path / "LOCK"):
        assert main(["load", str(tmp_path / "x.csv"), "--warehouse", str(tmp_path)]) == 1
    assert f"error: {tmp_path}: another process is writing; wait until it is done" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["status"], ["explain", "ticket", "1"]])
def test_nothing_published_yet_says_what_to_do(tmp_path, capsys, command):
    assert main([*command, "--warehouse", str(tmp_path / "none")]) == 1
    assert "nothing is published yet; load exports with python -m etl load PATH..." in capsys.readouterr().err


def test_wrong_command_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["lod"])
    assert stopped.value.code == 2
    assert "invalid choice: 'lod'" in capsys.readouterr().err
