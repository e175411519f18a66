"""With MASK_PEOPLE=1 no name and no address leaves: not on a page, not in a file, not from a command."""

import json
import re
import shutil
from datetime import datetime

import pandas as pd
import pytest

from etl.__main__ import main
from etl.decisions import CANDIDATE, DISMISSED
from etl.people import masked, masked_rows, names_person
from etl.store import add
from test_pages import charts, connect, downloads, open_page, texts

__all__ = ["downloads", "open_page"]

ADDRESS = re.compile(r"[\w.+-]{2,}(?:@|%40)[\w-]{2,}\.")
TWO_WORDS = re.compile(r"\b(?=(\w+ \w+))")
REPORTS = """
    select distinct table_schema || '.' || table_name
    from information_schema.columns
    where table_schema = 'reports'
    order by 1
"""
PEOPLE = """
    select name from raw.clients
    union select name from raw.agents
    union select decided_by from raw.bans
    union select recorded_by from raw.incidents
"""


@pytest.fixture(scope="module")
def shown(sample_warehouse, tmp_path_factory):
    """A copy of the sample: the pages hold its file open, locked down, and no other test can open it then."""
    return shutil.copytree(sample_warehouse, tmp_path_factory.mktemp("shown") / "warehouse")


@pytest.fixture
def sample(shown, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    return shown


@pytest.fixture(scope="module")
def con(sample_warehouse):
    with connect(sample_warehouse) as con:
        yield con


@pytest.fixture(scope="module")
def told(con):
    """A function that returns what in a text tells who somebody is: a full name of the sample, or any address."""
    names = {name for (name,) in con.execute(PEOPLE).fetchall() if name and " " in name}

    def telling(text: str) -> list[str]:
        return [*ADDRESS.findall(text), *names.intersection(TWO_WORDS.findall(text))]

    return telling


def test_no_column_of_any_report_tells_a_name_or_an_address(sample, con, told):
    telling, looked_at = {}, 0
    for (report,) in con.execute(REPORTS).fetchall():
        frame = masked_rows(con.execute(f"from {report}").df())
        for column in frame.select_dtypes(exclude=["number", "datetime", "bool"]):
            texts_of = frame[column].dropna().astype(str).drop_duplicates()
            looked_at += len(texts_of)
            if found := told("\n".join(texts_of)):
                telling[f"{report}.{column}"] = found[:3]
    assert telling == {}
    assert looked_at > 10_000


def test_the_banned_and_the_agents_are_initials_on_pages_and_in_their_files(sample, open_page, told, downloads):
    app = open_page(sample, "pages/3_terms/2_banned_clients.py")
    assert not told(texts(app) + "".join(frame.value.to_csv() for frame in (*app.dataframe, *app.table)))
    assert downloads["bans"].count(b"\n") > 10
    assert not any(told(downloads[name].decode()) for name in downloads if "." not in name)
    app = open_page(sample, "pages/2_support/2_load.py", load="By product, agent, channel", load_kind="agent")
    assert any("agent" in alternative for alternative in charts(app))
    assert not told("".join(frame.to_csv() for _, frame in charts(app).values()))
    assert not told(downloads["load_by_agent"].decode())


def test_no_export_of_the_command_tells_who_is_banned(sample, con, told, tmp_path):
    out = tmp_path / "bans.csv"
    assert (
        main(
            [
                "export",
                "ban_list",
                "--warehouse",
                str(shutil.copytree(sample, tmp_path / "warehouse")),
                "--out",
                str(out),
            ]
        )
        == 0
    )
    assert not told(out.read_text("utf-8"))
    assert len(out.read_text("utf-8").splitlines()) > 10


def test_no_command_tells_who_decided_on_whom(sample, told, tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    add(
        url, CANDIDATE, "5.9 ann.arbor@x.example", DISMISSED, actor="Rasa Petkute", note="wrote to bob.berg@x.example",
        holds_from_at=datetime(2026, 3, 1), is_sample=True,
    )  # fmt: skip
    asked = ["decisions", "--warehouse", str(shutil.copytree(sample, tmp_path / "warehouse")), "--decisions", url]
    assert main(asked) == 0
    assert "R. P.: candidate 5.9 a…@x… dismissed (wrote to b…@x…)" in capsys.readouterr().out
    assert main([*asked, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["actor"], listed["subject"], listed["note"]) == ("R. P.", "5.9 a…@x…", "wrote to b…@x…")


def test_an_address_within_a_link_is_masked(monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    assert masked("https://h.example/c/ann.b%40x.example?to=bob@y.example") == "https://h.example/c/a…@x…?to=b…@y…"
    assert masked("https://h.example/c/ann.b%40x.example") == "https://h.example/c/a…@x…"


@pytest.mark.parametrize(
    ("column", "beside", "is_person"),
    [
        ("client_name", [], True),
        ("reviewed_by", [], True),  # a new column, till somebody says that it is none
        ("product_name", [], False),
        ("last_word_by", [], False),
        ("name", ["client_id"], True),
        ("name", ["product_id"], False),
        ("namely", [], False),
        ("actor", [], True),
    ],
)
def test_a_column_is_a_person_s_by_what_it_is_called(column, beside, is_person):
    assert names_person(column, beside) == is_person


def test_ids_that_are_names_are_initials_and_nobody_keeps_the_word(monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    rows = pd.DataFrame(
        {
            "kind": ["agent", "agent", "product"],
            "code": ["Ben Ott", "", "Gallery Grid"],
            "label": ["Ben Ott", "Unassigned", "Gallery Grid"],
            "agent_id": ["Ben Ott", "A15", None],
            "client_id": ["zammad_report:Ana Ruiz", "ann@x.example", None],
        }
    )
    hidden = masked_rows(rows)
    assert hidden["code"].tolist() == ["B. O.", "", "Gallery Grid"]
    assert hidden["label"].tolist() == ["B. O.", "Unassigned", "Gallery Grid"]
    assert hidden["agent_id"].tolist()[:2] == ["B. O.", "A15"]
    assert hidden["client_id"].tolist()[:2] == ["z. R.", "a…@x…"]


def test_an_address_that_names_an_agent_is_masked_in_what_is_shown(sample, open_page, told):
    app = open_page(sample, "pages/tickets.py", agent_id="Ben Ott", client_id="ann@x.example")
    assert "Shown: **agent B. O. · client a…@x…**" in [text.value.replace("\\", "") for text in app.markdown]
