"""The commands as a user runs them: what they print, publish and leave alone."""

import json
from pathlib import Path

import pytest

from etl.__main__ import main, parser
from etl.publish import Warehouse, connect

TICKETS = (
    "ticket_id,client_email,opened_at\n1,a@example.com,2026-03-02T10:00:00Z\n2,b@example.com,2026-03-03T10:00:00Z\n"
)
POSTS = "post_id,ticket_id,author_role,posted_at\np,1,agent,2026-03-02T11:00:00Z\nq,9,client,2026-03-02T11:00:00Z\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Run one command on a warehouse of the test's own; return code and standard output."""

    def command(*words):
        code = main([*words, "--warehouse", str(tmp_path / "warehouse")])
        return code, capsys.readouterr().out

    return command


@pytest.fixture
def folder(tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "tickets.csv").write_text(TICKETS)
    (exports / "posts.csv").write_text(POSTS)
    (exports / "notes.md").write_text("not an export")
    return exports


AS_OF = ("--as-of", "2026-03-20T10:00:00Z")


def test_load_json_accounts_for_every_file(unjudged, run, folder, tmp_path):
    code, text = run("load", str(folder), *AS_OF, "--json")
    done = json.loads(text)
    assert code == 0
    assert done["as_of"] == "2026-03-20T10:00:00Z"
    assert Path(done["snapshot"]).parent == (tmp_path / "warehouse" / "snapshots").resolve()
    posts, tickets = done["files"]
    assert tickets == {
        "file": "tickets.csv",
        "dialect": "house_tickets",
        "rows": 2,
        "inserted": 2,
        "updated": 0,
        "unchanged": 0,
        "skipped": 0,
        "rejected": 0,
    }
    assert posts["inserted"] == 2
    assert done["ignored"] == [
        {
            "file": "notes.md",
            "reason": "not an export format; CSV, TSV, XLSX, ODS, JSON, NDJSON, Parquet and ZIP files are read",
        }
    ]


def test_load_tells_what_is_unknown_and_which_file_would_end_that(run, folder):
    _, text = run("load", str(folder), *AS_OF)
    assert "ignored: notes.md: not an export format" in text
    (line,) = [line for line in text.splitlines() if line.startswith("coverage: ")]
    assert line.startswith("coverage: 2 of 2 tickets unknown, mostly: ")
    assert line.endswith("; to know more, load purchases")
    assert "published 20" in text
    assert "as of 2026-03-20 10:00:00 UTC" in text


def test_status_counts_rows_rejects_and_orphans(unjudged, run, folder):
    (folder / "tickets.csv").write_text(TICKETS + "3,,yesterday\n")
    run("load", str(folder), *AS_OF)
    code, text = run("status", "--json")
    found = json.loads(text)
    assert code == 0
    assert found["as_of"] == "2026-03-20T10:00:00Z"
    assert Path(found["snapshot"]).is_absolute()
    assert (found["rows"]["tickets"], found["rows"]["posts"], found["rows"]["purchases"]) == (2, 2, 0)
    assert found["rejected"] == 1
    assert found["orphans"] == {"posts.ticket_id": 1, "tickets.client_email": 2}
    _, text = run("status")
    assert "1 rows of posts.ticket_id name something no file has brought" in text


def test_a_load_of_ones_own_warns_while_the_desk_file_is_the_sample_s(unjudged, run, folder, tmp_path):
    _, text = run("load", str(folder), *AS_OF)
    warning = "the desk file still holds the sample's name, [hours], [holidays], [[maintenance]], [[hours_change]]: "
    assert f"warning: {warning}" in text
    assert f"warning: {warning}" in run("status")[1]
    (tmp_path / "desk.toml").write_text('timezone = "UTC"\n[hours]\nmon = ["09:00-17:00"]\n', "utf-8")
    _, text = run("load", str(folder), *AS_OF, "--desk", str(tmp_path / "desk.toml"))
    assert "warning" not in text
    assert json.loads(run("status", "--json")[1])["warnings"] == []


def test_an_alias_is_no_orphan(unjudged, run, folder):
    (folder / "clients.csv").write_text("client_email\na@example.com\n")
    (folder / "aliases.csv").write_text("alias_email,client_email\nb@example.com,a@example.com\n")
    run("load", str(folder), *AS_OF)
    assert json.loads(run("status", "--json")[1])["orphans"] == {"posts.ticket_id": 1}


def test_two_files_of_one_name_keep_their_own_rejects(unjudged, run, folder, tmp_path):
    for month, wrong in (("jan", "3,,yesterday\n"), ("feb", "3,,tomorrow\n4,,soon\n")):
        (tmp_path / month).mkdir()
        (tmp_path / month / "tickets.csv").write_text(TICKETS + wrong)
    _, text = run("load", str(tmp_path / "jan"), str(tmp_path / "feb"), *AS_OF, "--json")
    assert [file["rejected"] for file in json.loads(text)["files"]] == [1, 2]
    assert json.loads(run("status", "--json")[1])["rejected"] == 3


def test_dates_that_stand_for_ever_stop_neither_load_nor_explain(run, tmp_path):
    exports = tmp_path / "tickets.csv"
    exports.write_text("ticket_id,opened_at,closed_at\n1,2026-03-02,9999-12-31\n2,9999-12-31,\n")
    code, text = run("load", str(exports), *AS_OF, "--json")
    assert (code, json.loads(text)["files"][0]["inserted"]) == (0, 2)
    code, text = run("explain", "ticket", "1")
    assert code == 0
    assert text.startswith("Ticket 1\n")
    assert "after as_of" in text


def test_load_adds_to_what_is_there_and_fresh_starts_anew(unjudged, run, folder, tmp_path):
    run("load", str(folder / "tickets.csv"), *AS_OF)
    run("load", str(folder / "posts.csv"), *AS_OF)
    assert json.loads(run("status", "--json")[1])["rows"]["tickets"] == 2
    run("load", str(folder / "posts.csv"), *AS_OF, "--fresh")
    assert json.loads(run("status", "--json")[1])["rows"]["tickets"] == 0


def test_rejects_of_a_file_are_those_of_its_last_load(unjudged, run, folder):
    tickets = folder / "tickets.csv"
    tickets.write_text(TICKETS + "3,,yesterday\n")
    run("load", str(tickets), *AS_OF)
    run("load", str(tickets), *AS_OF)
    assert json.loads(run("status", "--json")[1])["rejected"] == 1
    tickets.write_text(TICKETS)
    run("load", str(tickets), *AS_OF)
    assert json.loads(run("status", "--json")[1])["rejected"] == 0


def test_dry_run_publishes_nothing(unjudged, run, folder, tmp_path):
    code, text = run("load", str(folder), *AS_OF, "--dry-run")
    assert (code, text.splitlines()[-1]) == (0, "dry run: nothing is published")
    assert Warehouse(tmp_path / "warehouse").current() is None


def test_history_and_rollback(unjudged, run, folder):
    run("load", str(folder / "tickets.csv"), *AS_OF)
    run("load", str(folder / "posts.csv"), *AS_OF, "--fresh")
    first, second = json.loads(run("history", "--json")[1])
    assert (first["tickets"], second["tickets"]) == (2, 0)
    assert (first["is_current"], second["is_current"]) == (False, True)
    code, text = run("rollback", first["id"])
    assert (code, text) == (0, f"{first['id']} is the current snapshot\n")
    assert json.loads(run("status", "--json")[1])["rows"]["tickets"] == 2


def test_sample_is_loaded_once_and_gives_way_to_own_exports(unjudged, run, folder, tmp_path):
    code, text = run("sample")
    assert code == 0
    assert "tickets.csv" in text
    held = Warehouse(tmp_path / "warehouse").current()
    assert run("sample")[0] == 0
    assert Warehouse(tmp_path / "warehouse").current() == held
    with connect(held) as con:
        assert con.execute("select is_sample from raw.desk").fetchone() == (True,)

    _, text = run("load", str(folder), *AS_OF)
    assert text.startswith("The warehouse held only the sample; your exports take its place.")
    with connect(Warehouse(tmp_path / "warehouse").current()) as con:
        assert con.execute("select is_sample, (select count(*) from raw.tickets) from raw.desk").fetchone() == (
            False,
            2,
        )


def test_the_environment_may_name_the_warehouse(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WAREHOUSE", str(tmp_path / "of my own"))
    assert main(["status"]) == 1
    assert f"{tmp_path / 'of my own'}: nothing is published yet" in capsys.readouterr().err


def test_demo_and_dialects(tmp_path, capsys):
    assert main(["demo", "--tickets", "50", "--seed", "3", "--out", str(tmp_path / "demo")]) == 0
    assert (tmp_path / "demo" / "tickets.csv").exists()
    assert main(["dialects"]) == 0
    assert "zendesk_tickets: Zendesk, CSV report of tickets\n    Admin Center > " in capsys.readouterr().out


def test_every_command_of_the_contract_that_exists_has_help():
    text = parser().format_help()
    for command in ("load", "sample", "demo", "status", "history", "rollback", "explain", "dialects"):
        assert f"    {command} " in text
