"""Posts of clients with a word of a profanity list: which are found, and what a person does about one."""

import shutil
from datetime import UTC, datetime

import duckdb
import pytest

from etl import conduct
from etl.conduct import LANGUAGES, hidden, suggestions
from etl.decisions import DISMISSED, POST, RECORDED, enter, recorded, store_of, stored
from etl.load import rebuild
from etl.publish import Warehouse
from etl.store import add
from test_deciding import buttons, click, figures, named, published, words
from test_pages import connect, open_page, texts, warehouse

__all__ = ["open_page"]

PAGE = "pages/3_terms/2_banned_clients.py"
AS_OF = datetime(2026, 3, 20, 10, tzinfo=UTC)
POSTS = {
    "last": "client,c,true,false,2026-03-20T10:00:00Z,What a day. Ask ann@x.example: BULLSHIT.",
    "late": "client,c,true,false,2026-03-20T10:00:01Z,This is bullshit.",
    "early": "client,c,true,false,2026-03-02T09:59:59Z,This is bullshit.",
    "first": "client,c,true,false,2026-03-02T10:00:00Z,Such a shitshow",
    "private": "client,c,false,false,2026-03-04T10:00:00Z,This is bullshit.",
    "automatic": "client,c,true,true,2026-03-04T10:00:00Z,This is bullshit.",
    "of_the_desk": "agent,A1,true,false,2026-03-04T10:00:00Z,This is bullshit.",
    "drawn_out": "client,c,true,false,2026-03-05T10:00:00Z,buuullshiiit",
    "place": "client,c,true,false,2026-03-06T10:00:00Z,We are in Scunthorpe in Essex.",
    "name": "client,c,true,false,2026-03-06T10:00:01Z,Ask Dick Turner about it.",
    "inside": "client,c,true,false,2026-03-06T10:00:02Z,The class of the assignment passes.",
    "german": "client,c,true,false,2026-03-07T10:00:00Z,So ein Arschloch.",
}
FILES = {
    "tickets.csv": "ticket_id,client_email,subject,opened_at\n"
    "1,ann@x.example,It fails,2026-03-02T10:00:00Z\n"
    "2,,It fails too,2026-03-02T10:00:00Z\n",
    "clients.csv": "client_email,name\nann@x.example,Ann Arbor\n",
    "posts.csv": "post_id,ticket_id,author_role,author_id,is_public,is_auto,posted_at,body\n"
    + "".join(f"{post_id},1,{rest}\n" for post_id, rest in POSTS.items())
    + "nobody,2,client,c,true,false,2026-03-04T10:00:00Z,This is bullshit.\n",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A warehouse with posts of one client. Not to be changed."""
    return warehouse(tmp_path_factory.mktemp("loaded"), FILES, AS_OF)


@pytest.fixture
def house(loaded, tmp_path):
    """A copy of it that may be."""
    return shutil.copytree(loaded, tmp_path / "warehouse")


def found(house, *languages: str):
    with connect(house) as con:
        return suggestions(con, languages)


def shown(app, number=0):
    """The page after the text of a post was asked for."""
    app.toggle[number].set_value(True).run()
    return app


def test_public_posts_of_clients_are_found_by_whole_words(loaded):
    posts = {one.post_id: one for one in found(loaded, "english").posts}
    assert list(posts) == ["last", "drawn_out", "first"]
    assert posts["last"].words == ("bullshit",)
    assert (posts["first"].ticket_id, posts["first"].client_name) == ("1", "Ann Arbor")
    assert not posts["first"].has_incident


def test_lists_of_other_languages_are_asked_for(loaded):
    assert [one.post_id for one in found(loaded, "german").posts] == ["german"]
    assert {one.post_id for one in found(loaded, *LANGUAGES).posts} >= {"last", "drawn_out", "german", "first"}
    assert found(loaded).posts == ()


def test_what_was_not_looked_at_is_said(loaded, monkeypatch):
    assert not found(loaded, "english").is_cut
    monkeypatch.setattr(conduct, "AT_MOST", 2)
    cut = found(loaded, "english")
    assert cut.is_cut
    assert [one.post_id for one in cut.posts] == ["last"]  # the name took the other place


def test_of_the_sample_every_outburst_is_found_and_no_word_that_only_looks_like_one(sample_warehouse):
    texts_found = [one.body for one in found(sample_warehouse, "english").posts]
    endings = ("this update sucks.", "you know it.", "since the morning.", "You bastards broke our shop.")
    assert len(texts_found) == 4
    assert all(text.endswith(endings) for text in texts_found)
    with connect(sample_warehouse) as con:
        (look_alikes,) = con.execute(
            "select count(*) from raw.posts where regexp_matches(body, 'Scunthorpe|Essex|Dick Turner|class of the button')"
        ).fetchone()
    assert look_alikes == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_a_list_escapes_the_pattern(language):
    listed = list(conduct._filter((language,)).words)
    assert len(listed) > 10
    with duckdb.connect() as con:
        missed = con.execute(
            "select word from (select unnest($words) as word) where not regexp_matches('so ' || word || ' it is', $pattern)",
            {"words": listed, "pattern": conduct._pattern((language,))},
        ).fetchall()
    assert missed == []


def test_a_hidden_word_tells_its_first_letter():
    assert [hidden(word) for word in ("crap", "a")] == ["c•••", "a"]


def test_a_text_is_hidden_until_it_is_asked_for(house, open_page):
    app = open_page(house, PAGE)
    assert "3 posts, the newest first" in texts(app)
    assert "b•••••••" in texts(app)
    assert "bullshit" not in (words(app) + repr(app)).lower()
    assert not buttons(app, "Record as an incident")  # who decides has read it
    shown(app)
    assert "What a day. Ask ann@x.example: BULLSHIT." in words(app)
    assert [button.disabled for button in buttons(app, "Record as an incident")] == [True]  # by whom?


def test_a_recorded_post_is_an_incident_and_its_client_for_review(house, open_page):
    app = shown(named(open_page(house, PAGE)))
    assert figures(app)["For review"] == "0"
    with Warehouse(house).writing():  # so nothing is published meanwhile
        click(app, "Record as an incident")
        assert "recorded as an incident under 0.2 by Rasa" in words(app)
        assert not buttons(app, "Record as an incident")
    published(app, house)
    assert figures(app)["For review"] == "1"
    assert "recorded on 20 Mar 2026: a post of the client" in words(app)
    assert "bullshit" not in (words(app) + repr(app)).lower()
    assert texts(app).count("an incident of this ticket is on record") == 2
    (kept,) = stored(store_of(house))
    assert (kept.kind, kept.subject, kept.decision, kept.evidence) == (POST, "last", recorded("0.2"), ("post last",))
    published(click(app, "Confirm the ban"), house)
    assert figures(app)["Banned at present"] == "1"
    assert app.dataframe[0].value[["Client", "Clause"]].to_numpy().tolist() == [["Ann Arbor", "0.2"]]


def test_the_clause_and_the_note_are_the_reader_s(house, open_page):
    app = shown(named(open_page(house, PAGE)))
    clause = next(box for box in app.selectbox if box.label == "Clause")
    clause.set_value("5.9").run()
    next(box for box in app.text_input if box.label == "Note").input("not at us").run()
    published(click(app, "Record as an incident"), house)
    assert "recorded on 20 Mar 2026: not at us" in words(app)
    assert stored(store_of(house))[0].decision == f"{RECORDED} 5.9"


def test_a_record_can_be_taken_back(house, open_page):
    app = shown(named(open_page(house, PAGE)))
    published(click(app, "Record as an incident"), house)
    published(click(app, "Take back"), house)
    assert figures(app)["For review"] == "0"
    assert "3 posts, the newest first" in texts(app)
    assert "taken back by number 2" in words(app)


def test_what_enters_of_a_post_is_what_a_whole_rebuild_makes(house):
    def found_everywhere():
        with connect(house) as con:
            return [
                sorted(map(repr, con.execute(f"from {name}").fetchall()))
                for name in (
                    "facts.incidents",
                    "rules.findings",
                    "patterns.findings",
                    "reports.bans",
                    "reports.tickets",
                )
            ]

    holds = AS_OF.replace(tzinfo=None)
    add(
        store_of(house),
        POST,
        "last",
        recorded("0.2"),
        actor="Rasa",
        holds_from_at=holds,
        is_sample=False,
        evidence=("x",),
    )
    enter(warehouse=house)
    entered = found_everywhere()
    rebuild(warehouse=house)
    assert entered == found_everywhere()
    assert ["candidate" in row for row in entered[3]] == [True]


def test_a_post_that_was_passed_over_does_not_come_back(house, open_page):
    app = shown(named(open_page(house, PAGE)), 1)
    published(click(app, "Pass over"), house)
    assert [one.post_id for one in found(house, "english").posts] == ["last", "first"]
    assert figures(app)["For review"] == "0"
    assert stored(store_of(house))[0].decision == DISMISSED


def test_people_in_a_text_are_masked(house, open_page, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    app = shown(open_page(house, PAGE))
    assert "BULLSHIT" in words(app)
    assert "Ann Arbor" not in words(app) + repr(app)
    assert "ann@x" not in words(app) + repr(app)


def test_an_earlier_day_has_the_posts_of_then(house, open_page):
    app = shown(open_page(house, PAGE, stood_on="2026-03-10"))
    assert "2 posts, the newest first" in texts(app)
    assert not buttons(app, "Record as an incident")
