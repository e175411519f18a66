"""Files of one header are read and merged as one: what comes of each is what would come of it alone."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.cells import Cells
from etl.load import LoadError, load, load_exports
from etl.publish import connect
from etl.recognise import find_exports
from etl.tables import ORIGIN, tables
from loading import EXAMPLES, empty_tables

# A log of tickets: dated rows, columns that only move back, records that are no data, a second table.
LOG = """
recognise = ["No", "State"]
timezone = "UTC"
[[skip]]
column = "State"
is     = ["void"]
reason = "void"
[[table]]
name = "tickets"
{updated_at}
[table.columns]
ticket_id   = "No"
opened_at   = {{ from = "At", keep = "earliest" }}
subject     = {{ from = "Subject", keep = "filled" }}
status_code = "State"
[[table]]
name = "posts"
when = {{ column = "Note", empty = false }}
[table.columns]
post_id   = "Note"
ticket_id = "No"
posted_at = "At"
"""
HEADER = ["No", "State", "At", "Subject", "Changed", "Note"]
DAMAGE = ["cut", "quote", "open", "state", "key", "blank", "empty"]


def a_file(chance, damage):
    """A file of few tickets that say few things, so that days overlap and contradict each other."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for _ in range(chance.randrange(7)):
        row = [
            f"T{chance.randrange(3)}",
            chance.choice(["open", "open", "solved", "void"]),
            f"2026-03-0{chance.randrange(1, 5)}",
            chance.choice(["", "a", "two\nlines"]),
            chance.choice(["", *["2026-03-05", "2026-03-06", "2026-03-07"] * 3]),
            chance.choice(["", "", f"N{chance.randrange(9)}"]),
        ]
        kind = chance.choice(DAMAGE) if chance.random() < damage else None
        match kind:
            case "cut":
                text.write("T1,open\n")
            case "quote":
                text.write('T1,open,"2026-03-01"x,,,\n')
            case "open":
                text.write('T1,open,2026-03-01,"never closed,,\n')
            case "blank":
                text.write("\n")
            case _:
                row[0] = "" if kind == "key" else row[0]
                row[1] = "parked" if kind == "state" else row[1]
                writer.writerow([""] * len(row) if kind == "empty" else row)
    return text.getvalue()


def outcome(files, runs, cells):
    """Everything the runs of numbered files leave behind: accounts, canonical rows, rejects and skips."""
    with empty_tables() as con:
        accounts = [account for run in runs for account in load_exports(con, files[run], cells(), [])]
        left = {name: con.execute(f"from raw.{name} order by all").fetchall() for name in tables()}
        left |= {name: con.execute(f"from raw.{name} order by all").fetchall() for name in ("rejects", "skips")}
        return accounts, left


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(
    seed=st.integers(0, 2**16),
    count=st.integers(2, 5),
    held=st.integers(0, 2),
    damage=st.sampled_from([0, 0, 0.3]),
    is_dated=st.booleans(),
)
def test_files_together_come_to_what_they_come_to_one_by_one(tmp_path, mapping, seed, count, held, damage, is_dated):
    chance = random.Random(seed)
    taught = mapping(LOG.format(updated_at='updated_at = "Changed"' if is_dated else ""))
    paths = [tmp_path / f"{number}.csv" for number in range(held + count)]
    for path in paths:
        path.write_text(a_file(chance, damage), "utf-8", newline="")
    exports, ignored = find_exports(paths, tmp_path, taught)
    assert len(exports) == len(paths) and not ignored
    files = list(enumerate(exports, 1))

    def cells():
        return Cells(exports[0], "UTC")

    alone = [slice(number, number + 1) for number in range(len(files))]
    one_by_one = outcome(files, alone, cells)
    together = outcome(files, [*alone[:held], slice(held, None)], cells)
    assert together == one_by_one
    for account in together[0]:
        classes = (account.inserted, account.updated, account.unchanged, account.skipped, account.rejected)
        assert account.rows == sum(classes)


@pytest.mark.parametrize(
    ("days", "classes", "left"),
    [
        # What one day changes and takes back is no change, though the days around it make one.
        (
            [["open,2026-03-03,"], ["solved,2026-03-03,", "open,2026-03-03,"], ["solved,2026-03-03,"]],
            [(1, 0, 0), (0, 0, 2), (0, 1, 0)],
            ("solved", 3, 3, 1),
        ),
        # A row that does not say of when it is takes the place, and the age, of the one that was there.
        (
            [["open,2026-03-03,2026-03-05"], ["solved,2026-03-03,"], ["open,2026-03-03,2026-03-04"]],
            [(1, 0, 0), (0, 1, 0), (0, 1, 0)],
            ("open", 3, 3, 1),
        ),
        # An older row only moves the opening back; the row stays that of the newer.
        (
            [["open,2026-03-03,2026-03-05"], ["solved,2026-03-01,2026-03-04"], ["open,2026-03-02,2026-03-05"]],
            [(1, 0, 0), (0, 1, 0), (0, 0, 1)],
            ("open", 1, 1, 1),
        ),
        # A row confirmed at a later date is of that date.
        (
            [["open,2026-03-03,2026-03-04"], ["open,2026-03-03,2026-03-06"], ["solved,2026-03-03,2026-03-05"]],
            [(1, 0, 0), (0, 0, 1), (0, 0, 1)],
            ("open", 3, 2, 1),
        ),
    ],
)
@pytest.mark.parametrize("held", [0, 1])
def test_days_that_contradict_each_other(tmp_path, mapping, days, classes, left, held):
    taught = mapping(LOG.format(updated_at='updated_at = "Changed"'))
    paths = [tmp_path / f"{number}.csv" for number in range(len(days))]
    for path, rows in zip(paths, days, strict=True):
        cells = (row.split(",") for row in rows)
        path.write_text("\n".join(["No,State,At,Changed", *(f"T1,{','.join(row)}" for row in cells)]) + "\n")
    exports, _ = find_exports(paths, tmp_path, taught)
    runs = [*(slice(number, number + 1) for number in range(held)), slice(held, None)]
    accounts, after = outcome(list(enumerate(exports, 1)), runs, lambda: Cells(exports[0], "UTC"))
    assert [(account.inserted, account.updated, account.unchanged) for account in accounts] == classes
    (row,) = after["tickets"]
    columns = [*tables()["tickets"].columns, *ORIGIN]
    row = dict(zip(columns, row, strict=True))
    assert (row["status_code"], row["opened_at"].day, row["file_number"], row["record_number"]) == left


DAYS = {
    "2026-02-03.csv": "No,State,At\n1,open,02/03/2026\n",
    "2026-02-04.csv": "No,State,At\n2,open,02/04/2026\n3,solved\n4,solved,03/31/2026\n",
}
PLAIN = """
recognise = ["No", "State"]
timezone = "UTC"
[[table]]
name = "tickets"
[table.columns]
ticket_id   = "No"
opened_at   = "At"
status_code = "State"
"""


@pytest.fixture
def days(tmp_path, mapping):
    """A function that loads a folder of days and returns what was loaded, and what was said meanwhile."""
    (tmp_path / "days").mkdir()
    for name, text in DAYS.items():
        (tmp_path / "days" / name).write_text(text)
    mapping(PLAIN)

    def loaded(*paths, corrections=""):
        (tmp_path / "corrections.csv").write_text("file,key,column,was,becomes,reason\n" + corrections)
        said = []
        result = load(
            [tmp_path / "days" / path for path in paths],
            warehouse=tmp_path / "house",
            mapping=tmp_path / "mine.toml",
            corrections=tmp_path / "corrections.csv",
            as_of=datetime(2026, 6, 1, tzinfo=UTC),
            step=lambda *told: said.append(told),
        )
        return result, [told for told in said if told[0].startswith("loading")]

    return loaded


def test_a_day_alone_leaves_the_order_of_its_dates_open_and_the_folder_tells(days):
    with pytest.raises(LoadError, match=r"2026-02-03\.csv: At: every date of it"):
        days("2026-02-03.csv")
    result, said = days(".")
    with connect(result.snapshot) as con:
        rows = con.execute(
            "select ticket_id, month(opened_at), file_number, record_number from raw.tickets order by 1"
        ).fetchall()
        rejects = con.execute("select file_name, record_number, reason from raw.rejects").fetchall()
    assert rows == [("1", 2, 1, 1), ("2", 2, 2, 1), ("4", 3, 2, 3)]
    assert rejects == [("2026-02-04.csv", 2, "has 2 cells, the header has 3")]
    assert [(file.file, file.account.rows, file.account.rejected) for file in result.files] == [
        ("2026-02-03.csv", 1, 0),
        ("2026-02-04.csv", 3, 1),
    ]
    assert said == [("loading 2 files like 2026-02-03.csv", done, 2) for done in (0, 1)]


def test_a_file_that_is_corrected_is_loaded_by_itself(days):
    change = "2026-02-03.csv,1,At,02/03/2026,2026-02-03,not a date of ours\n"
    result, said = days(".", corrections=change)
    assert [text for text, _, _ in said] == ["loading 2026-02-03.csv", "loading 2026-02-04.csv"]
    with connect(result.snapshot) as con:
        assert con.execute("select month(opened_at) from raw.tickets where ticket_id = '1'").fetchall() == [(2,)]
