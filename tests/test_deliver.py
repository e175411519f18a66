"""python -m etl export: a report as a file, with the filters of the pages, and clear words where that cannot be."""

import csv
import re
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.build import read_queries
from etl.define import comments
from etl.load import load
from etl.publish import Warehouse, connect
from test_commands import POSTS, TICKETS

METRICS = ("_seconds", "_days", "_count", "_at")
OF_A_TICKET = "'ticket' as subject_kind"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deliver")
    (folder / "tickets.csv").write_text(TICKETS)
    (folder / "posts.csv").write_text(POSTS)
    load([folder], warehouse=folder / "warehouse")
    return folder / "warehouse"


@pytest.fixture
def export(warehouse, capsys):
    """Run the command; return its code, what it wrote and what it said."""

    def run(*words):
        code = main(["export", *words, "--warehouse", str(warehouse)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["ticket_id"] for row in csv.DictReader(file)]


def test_a_report_goes_to_a_file_named_by_its_end(export, tmp_path):
    code, said, _ = export("tickets", "--out", str(tmp_path / "t.csv"))
    assert code == 0
    assert said == f"2 rows of tickets written to {tmp_path / 't.csv'}\n"
    assert ids(tmp_path / "t.csv") == ["1", "2"]
    assert export("rules.coverage", "--out", str(tmp_path / "t.xlsx"))[0] == 0
    assert (tmp_path / "t.xlsx").read_bytes().startswith(b"PK")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_without_a_file_csv_is_printed(warehouse, capfdbinary):
    assert main(["export", "tickets", "--warehouse", str(warehouse)]) == 0
    written = capfdbinary.readouterr()
    assert written.out.startswith(b"\xef\xbb\xbfticket_id,client_id,")
    assert b"writing 2 rows" in written.err


def test_the_last_day_of_the_period_is_in_it(export, tmp_path):
    for first, last, expected in (
        ("2026-03-02", "2026-03-02", ["1"]),
        ("2026-03-02", "2026-03-03", ["1", "2"]),
        ("2026-03-03", None, ["2"]),
        (None, "2026-03-02", ["1"]),
    ):
        options = [*(("--from", first) if first else ()), *(("--to", last) if last else ())]
        assert export("ticket_metrics", "--out", str(tmp_path / "t.csv"), *options)[0] == 0
        assert ids(tmp_path / "t.csv") == expected


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "no report is called nothing; there are address_suggestions, attention, "),
        (["tickets", "--format", "xlsx"], "XLSX is no text: name a file with --out FILE.xlsx"),
        (["tickets", "--out", "{folder}/t.ods"], "t.ods: no form is called 'ods'; name one with --format: csv, xlsx, parquet"),
        (["tickets", "--out", "{folder}/no/t.csv"], "the folder {folder}/no does not exist"),
        (["ticket_metrics", "--channel", "fax"], "no ticket has channel_code 'fax'; there are ''"),
        (["desk", "--channel", ""], "reports.desk does not change with --channel; leave it out"),
        (["ticket_metrics", "--from", "2026-03-03", "--to", "2026-03-02"], "--from 2026-03-03 is after --to 2026-03-02"),
        (["desk", "--from", "2026-03-03"], "reports.desk has no opened_on, so --from and --to need --dated-by"),
        (["ticket_metrics", "--dated-by", "closed_at"], "reports.ticket_metrics has no day closed_at; it has opened_on"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_what_would_do(words, says, export, tmp_path):
    code, _, said = export(*(word.replace("{folder}", str(tmp_path)) for word in words))
    assert code == 1
    assert says.replace("{folder}", str(tmp_path)) in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_fails_leaves_the_one_before(export, tmp_path, monkeypatch):
    out = tmp_path / "t.xlsx"
    out.write_text("before")
    monkeypatch.setattr("etl.export.SHEET_ROWS", 2)
    code, _, said = export("tickets", "--out", str(out))
    assert code == 1
    assert "2 rows are more than a sheet of 2 holds; take CSV or Parquet" in said
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("t.xlsx", "before")]


def test_the_one_row_per_ticket_export_has_every_metric(export, tmp_path, warehouse):
    """Every number, instant and flag that reports.tickets knows, and the verdict of every rule on tickets."""
    assert export("ticket_metrics", "--out", str(tmp_path / "t.csv"))[0] == 0
    header = set((tmp_path / "t.csv").read_text("utf-8-sig").splitlines()[0].split(","))
    with connect(Warehouse(warehouse).current()) as con:
        known = [row[0] for row in con.execute("select column_name from (describe reports.tickets)").fetchall()]
    queries = read_queries().items()
    rules = [name.removeprefix("rules.") for name, sql in queries if name.startswith("rules.") and OF_A_TICKET in sql]
    assert not {name for name in known if name.endswith(METRICS) or name.startswith("is_")} - header
    verdicts = [{f"{rule.removesuffix('_time')}_verdict_code", f"{rule}_code"} for rule in rules]
    assert len(verdicts) > 10
    assert [names for names in verdicts if not names & header] == []
    assert "satisfaction_code" in header


def test_every_column_of_the_one_row_per_ticket_export_is_explained(export, tmp_path):
    assert export("ticket_metrics", "--out", str(tmp_path / "t.csv"))[0] == 0
    header = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    said = comments(read_queries()["reports.ticket_metrics"])
    assert list(said) == header
    assert all(re.fullmatch(r"[A-Z].*\.", words) for words, clause in said.values())
