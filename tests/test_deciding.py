"""The page of banned clients, as a person who decides uses it: confirm, dismiss, take back, lift."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime

import duckdb
import pytest

from dashboard.parts import deciding
from etl.decisions import CANDIDATE, DISMISSED, LIFTED, enter, store_of, stored
from etl.publish import Warehouse
from etl.store import add
from test_pages import ROOT, open_page, texts, warehouse

__all__ = ["open_page"]

PAGE = "pages/3_terms/2_banned_clients.py"
AS_OF = datetime(2026, 3, 20, 10, tzinfo=UTC)
FILES = {
    "tickets.csv": "ticket_id,client_email,subject,opened_at\n"
    "1,ann@x.example,It fails,2026-03-02T10:00:00Z\n"
    "2,bob@x.example,It fails too,2026-03-03T10:00:00Z\n",
    "clients.csv": "client_email,name\nann@x.example,Ann Arbor\nbob@x.example,Bob Berg\n",
    "incidents.csv": "incident_id,client_email,ticket_id,clause,occurred_at,note,recorded_by\n"
    "I1,ann@x.example,1,5.9,2026-03-03T10:00:00Z,Called ann@x.example names,Rasa Petkute\n"
    "I2,bob@x.example,2,0.2,2026-03-04T10:00:00Z,A threat,Rasa Petkute\n",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A warehouse with two candidates for a ban. Not to be changed."""
    return warehouse(tmp_path_factory.mktemp("loaded"), FILES, AS_OF)


@pytest.fixture
def house(loaded, tmp_path):
    """A copy of it that may be."""
    return shutil.copytree(loaded, tmp_path / "warehouse")


def words(app) -> str:
    return "\n".join([texts(app), *(element.value for element in app.get("text"))])


def buttons(app, label):
    return [button for button in app.button if button.label == label]


def figures(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def named(app, name="Rasa"):
    """The page after its reader gave a name."""
    app.text_input(key="actor").input(name).run()
    return app


def click(app, label, number=0):
    buttons(app, label)[number].click().run()
    assert not app.exception, app.exception[0]
    return app


def published(app, house):
    """The page after what is pending was published."""
    assert deciding._entering[house].done.result(60) == ""
    app.run()
    assert not app.exception, app.exception[0]
    return app


def test_each_candidate_has_its_ground_and_its_evidence(house, open_page):
    app = open_page(house, PAGE)
    assert figures(app) == {
        "Banned at present": "0",
        "For review": "2",
        "Answers while banned": "0",
        "Refunds while barred": "0",
    }
    said = words(app)
    assert said.index("Bob Berg") < said.index("Ann Arbor")  # the newest finding first
    assert "recorded on 4 Mar 2026: A threat" in said
    links = [element.proto for element in app.get("page_link")]
    assert [link.label for link in links] == [
        r"4 Mar 2026\: incident I2 · A threat · recorded by Rasa Petkute",
        r"3 Mar 2026\: incident I1 · Called ann@x\.example names · recorded by Rasa Petkute",
    ]
    assert [link.query_string for link in links] == ["ticket=2", "ticket=1"]
    assert "No ban is recorded." in said


def test_nobody_decides_without_a_name(house, open_page):
    app = open_page(house, PAGE)
    assert all(button.disabled for button in buttons(app, "Confirm the ban") + buttons(app, "Dismiss"))
    named(app)
    assert not any(button.disabled for button in buttons(app, "Confirm the ban") + buttons(app, "Dismiss"))
    named(app, "  ")
    assert all(button.disabled for button in buttons(app, "Dismiss"))


def test_a_confirmed_ban_is_pending_until_it_is_published_and_active_then(house, open_page):
    app = named(open_page(house, PAGE))
    with Warehouse(house).writing():  # so nothing is published meanwhile
        click(app, "Confirm the ban")
        assert "1 decision pending, not in the numbers yet: being published." in texts(app).replace("*", "")
        assert "ban confirmed by Rasa: recorded on 4 Mar 2026: A threat" in words(app)
        assert figures(app)["Banned at present"] == "0"
        assert len(buttons(app, "Confirm the ban")) == 1
        assert len(buttons(app, "Take back")) == 2  # there, and among what was decided
    published(app, house)
    assert "pending" not in texts(app)
    assert (figures(app)["Banned at present"], figures(app)["For review"]) == ("1", "1")
    assert past(app) == ["Ban confirmed** · Bob Berg, clause 0.2"]
    register = app.dataframe[0].value
    assert register[["Recorded reason", "State", "Client", "Decided by", "Clause"]].to_numpy().tolist() == [
        ["recorded on 4 Mar 2026: A threat", "active", "Bob Berg", "Rasa", "0.2"]
    ]
    (kept,) = stored(store_of(house))
    assert (kept.actor, kept.evidence, kept.holds_from_at) == ("Rasa", ("incident I2",), AS_OF.replace(tzinfo=None))


def test_a_dismissed_candidate_is_gone_and_its_note_kept(house, open_page):
    app = named(open_page(house, PAGE))
    app.text_input[1].input("both were joking").run()
    published(click(app, "Dismiss"), house)
    assert figures(app)["For review"] == "1"
    assert figures(app)["Banned at present"] == "0"
    assert [(one.subject, one.note) for one in stored(store_of(house))] == [("0.2 bob@x.example", "both were joking")]


def test_a_decision_can_be_taken_back_before_and_after_it_is_published(house, open_page):
    app = named(open_page(house, PAGE))
    with Warehouse(house).writing():
        click(click(app, "Confirm the ban"), "Take back")
        assert len(buttons(app, "Confirm the ban")) == 2
    published(app, house)
    assert figures(app)["For review"] == "2"
    published(click(app, "Confirm the ban"), house)
    published(click(app, "Take back"), house)
    assert (figures(app)["Banned at present"], figures(app)["For review"]) == ("0", "2")
    assert not buttons(app, "Lift it")


def test_a_ban_that_was_confirmed_here_can_be_lifted_here(house, open_page):
    app = named(open_page(house, PAGE))
    published(click(app, "Confirm the ban"), house)
    with Warehouse(house).writing():
        click(app, "Lift it")
        assert "Ban lifted** · Bob Berg, clause 0.2" in words(app)
        assert not buttons(app, "Lift it")
    published(app, house)
    assert app.dataframe[0].value.State.tolist() == ["lifted"]
    assert figures(app)["For review"] == "1"


def past(app) -> list[str]:
    """What was decided, about whom; by whom and why; and what became of it, as the list of the page has it."""
    said = words(app)
    return [line.removeprefix("**") for line in said.splitlines() if line.startswith("**") and "** · " in line]


def test_a_published_dismissal_can_be_taken_back(house, open_page):
    app = named(open_page(house, PAGE))
    assert "Nothing was decided here yet." in words(app)
    app.text_input[1].input("both were joking").run()
    published(click(app, "Dismiss"), house)
    assert past(app) == ["Dismissed** · Bob Berg, clause 0.2"]
    assert " by Rasa · both were joking" in words(app)
    with Warehouse(house).writing():
        click(app, "Take back")
        assert "1 decision pending" in texts(app).replace("*", "")
    published(app, house)
    assert figures(app)["For review"] == "2"
    assert past(app) == [
        "Taken back: number 1** · Bob Berg, clause 0.2",
        "Dismissed** · Bob Berg, clause 0.2",
    ]
    assert "taken back by number 2" in words(app)
    assert len(buttons(app, "Take back")) == 1
    published(click(app, "Take back"), house)  # the taking back
    assert figures(app)["For review"] == "1"
    assert [(one.decision, one.subject) for one in stored(store_of(house))] == [
        ("dismissed", "0.2 bob@x.example"),
        ("taken_back", "1"),
        ("taken_back", "2"),
    ]


def test_a_lifting_can_be_taken_back_before_and_after_it_is_published(house, open_page):
    app = named(open_page(house, PAGE))
    published(click(app, "Confirm the ban"), house)
    with Warehouse(house).writing():
        click(click(app, "Lift it"), "Take back")
        assert buttons(app, "Lift it")
    published(app, house)
    assert app.dataframe[0].value.State.tolist() == ["active"]
    published(click(app, "Lift it"), house)
    assert app.dataframe[0].value.State.tolist() == ["lifted"]
    published(click(app, "Take back"), house)
    assert app.dataframe[0].value.State.tolist() == ["active"]
    assert figures(app)["Banned at present"] == "1"


def test_a_note_of_one_ban_is_none_of_another(house, open_page):
    app = named(open_page(house, PAGE))
    published(click(app, "Confirm the ban"), house)
    published(click(app, "Confirm the ban"), house)
    next(box for box in app.text_input if box.label == "Note").input("he apologised").run()
    which = app.selectbox(key="ban_to_lift")
    which.select(which.options[1]).run()
    published(click(app, "Lift it"), house)
    assert [one.note for one in stored(store_of(house)) if one.decision == LIFTED] == [None]


def test_what_was_decided_is_listed_on_an_earlier_day_and_not_taken_back_there(house, open_page):
    app = named(open_page(house, PAGE))
    published(click(app, "Dismiss"), house)
    app = open_page(house, PAGE, stood_on="2026-03-03")
    assert past(app) == ["Dismissed** · Bob Berg, clause 0.2"]
    assert not buttons(app, "Take back")


def test_who_decides_second_is_told_of_the_first(house, open_page):
    app = named(open_page(house, PAGE))
    holds = AS_OF.replace(tzinfo=None)
    add(store_of(house), CANDIDATE, "0.2 bob@x.example", DISMISSED, actor="Eva", holds_from_at=holds, is_sample=False)
    click(app, "Confirm the ban")
    assert "Eva decided this meanwhile (dismissed" in texts(app)
    assert len(stored(store_of(house))) == 1
    assert "dismissed by Eva" in words(app)
    published(click(app, "Publish now"), house)
    assert figures(app)["For review"] == "2"  # she looked at no evidence


def test_who_is_signed_in_decides_by_that_name(house, open_page, monkeypatch):
    class User(dict):
        is_logged_in = True

    monkeypatch.setattr(deciding.st, "user", User(name="Eva Kask", email="eva@desk.example"))
    app = open_page(house, PAGE)
    assert "You decide as Eva Kask." in words(app)
    with Warehouse(house).writing():
        click(app, "Dismiss")
    published(app, house)
    assert [one.actor for one in stored(store_of(house))] == ["Eva Kask"]


def test_an_earlier_day_is_looked_at_not_decided_on(house, open_page):
    app = open_page(house, PAGE, stood_on="2026-03-03")
    assert "You look at an earlier day" in words(app)
    assert figures(app)["For review"] == "1"
    assert not buttons(app, "Confirm the ban")


def test_people_are_masked_where_they_are_for_review(house, open_page, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    app = named(open_page(house, PAGE), "x")
    with Warehouse(house).writing():
        said = words(click(app, "Confirm the ban", 1)) + repr(app)
    published(app, house)
    said += words(app) + repr(app)
    for hidden in ("Ann Arbor", "Bob Berg", "ann@x", "bob@x", "Petkute"):
        assert hidden not in said


def test_a_store_that_cannot_be_read_is_said(house, open_page, monkeypatch):
    monkeypatch.setenv("DECISIONS", "nonsense")
    app = open_page(house, PAGE)
    assert "DECISIONS is no URL of a database" in texts(app)
    assert figures(app)["For review"] == "2"


def test_what_is_decided_while_another_decision_is_published_is_published_too(house, open_page, monkeypatch):
    published_so_far = []

    def enter_and_meanwhile(**given):
        def step(text, done, of):
            given["step"](text, done, of)
            if text == "writing the snapshot" and not published_so_far:
                holds = AS_OF.replace(tzinfo=None)
                add(
                    store_of(house), CANDIDATE, "5.9 ann@x.example", DISMISSED, actor="Rasa",
                    holds_from_at=holds, is_sample=False, evidence=("incident I1",),
                )  # fmt: skip
                deciding._begin(house)

        published_so_far.append(enter(**given | {"step": step}))
        return published_so_far[-1]

    monkeypatch.setattr(deciding, "enter", enter_and_meanwhile)
    app = named(open_page(house, PAGE))
    published(click(app, "Dismiss"), house)
    assert "pending" not in texts(app)
    assert figures(app)["For review"] == "0"
    assert len(published_so_far) == 2


def test_a_publish_that_waits_keeps_nobody_from_stopping_the_server(house):
    begin_and_stop = """
import sys, time
from pathlib import Path
from dashboard.parts import deciding
folder = Path(sys.argv[1])
deciding._begin(folder)
while "waiting" not in deciding._entering[folder].text:
    time.sleep(0.01)
"""
    with Warehouse(house).writing():
        subprocess.run([sys.executable, "-c", begin_and_stop, str(house)], cwd=ROOT, timeout=60, check=True)


def test_a_snapshot_without_decisions_is_of_another_version(house, open_page):
    with duckdb.connect(str(Warehouse(house).current())) as con:
        con.execute("drop table raw.decisions")
    assert "another version" in open_page(house, PAGE).warning[-1].value
