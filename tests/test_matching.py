"""The page that asks what names stand for: a click writes to the desk's files, and counts from the next load on."""

import shutil
from datetime import UTC, datetime

import pytest

from etl import aliases
from etl.load import rebuild
from test_pages import open_page, texts, warehouse

__all__ = ["open_page"]

PAGE = "pages/5_data/3_names_and_addresses.py"
FILES = {
    "tickets.csv": "ticket_id,client_email,product_id,opened_at\n"
    "1,ann+desk@firm.example,GALLERY_GRID,2026-03-02T10:00:00Z\n"
    "2,zendesk_tickets:7,gallery-grid,2026-03-02T11:00:00Z\n",
    "products.csv": "product_id,product_name\ngallery-grid,Gallery Grid\n",
    "clients.csv": "client_email,name\nzendesk_tickets:7,Bo Berg\nbo@home.example,Bo Berg\n",
    "purchases.csv": "purchase_id,client_email,product_id,purchased_at\n"
    "a,ann@firm.example,gallery-grid,2026-01-02T10:00:00Z\n"
    "b,bo@home.example,gallery-grid,2026-01-02T10:00:00Z\n",
}
AS_OF = datetime(2026, 3, 20, 10, tzinfo=UTC)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The folder of the desk's files, not there yet."""
    monkeypatch.setenv("ALIASES", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture(scope="module")
def unmatched(tmp_path_factory):
    """A warehouse with one text and two addresses that match nothing; not to be changed."""
    return warehouse(tmp_path_factory.mktemp("unmatched"), FILES, AS_OF)


@pytest.fixture
def house(unmatched, own, tmp_path):
    """A copy of it."""
    return shutil.copytree(unmatched, tmp_path / "warehouse")


def shown(app) -> str:
    """All words of the page, those that are no Markdown too."""
    return "\n".join([texts(app), *(element.value for element in app.get("text"))])


def rebuilt(house):
    """Return a rebuilt copy: in this process the page has the snapshot itself open."""
    copy = shutil.copytree(house, house.with_name("rebuilt"))
    rebuild(warehouse=copy)
    return copy


def buttons(app, label: str) -> list:
    return [button for button in app.button if button.label == label]


def test_each_row_has_its_suggestion_and_why(house, open_page):
    app = open_page(house, PAGE)
    said = shown(app)
    assert "gallery-grid · Gallery Grid" in said
    assert "the same but for case, spaces and signs · 100% alike" in said
    assert "ann@firm.example · 1 purchase" in said
    assert "the same address but for a tag, dots or hyphens" in said
    assert "bo@home.example · Bo Berg · 1 purchase" in said
    assert "the same name" in said
    assert "accepted" not in said.replace("What you accept", "")


def test_same_person_two_addresses_is_suggested_and_merged_only_when_it_is_accepted(house, own, open_page):
    """Case 51 of the edge cases, as far as nobody asks for money."""
    app = open_page(house, PAGE)
    assert "ann+desk@firm.example" in shown(app)
    same = buttons(app, "The same")
    assert len(same) == 3
    same[1].click().run()
    assert not app.exception, app.exception[0]
    assert (own / "aliases.csv").read_text() == "alias_email,client_email\nann+desk@firm.example,ann@firm.example\n"
    assert "stands for ann@firm.example from the next load on" in shown(app)
    assert "1 accepted, not yet in the numbers" in texts(app).replace("*", "")
    buttons(app, "Rebuild now")[0].click().run(timeout=120)
    assert not app.exception
    assert "ann+desk@firm.example" not in shown(app)
    assert "not yet in the numbers" not in texts(app)
    assert len(buttons(app, "The same")) == 2


def test_what_was_accepted_can_be_taken_back(house, own, open_page):
    app = open_page(house, PAGE)
    buttons(app, "The same")[0].click().run()
    assert aliases.stated(own, "product_aliases") == {"GALLERY_GRID": "gallery-grid"}
    buttons(app, "Take back")[0].click().run()
    assert aliases.stated(own, "product_aliases") == {}
    assert "not yet in the numbers" not in texts(app)
    aliases.accept(own, "product_aliases", "GALLERY_GRID", "gallery-grid")
    with_alias = rebuilt(house)
    aliases.take_back(own, "product_aliases", "GALLERY_GRID")
    app = open_page(with_alias, PAGE)
    assert "1 taken back, not yet in the numbers" in texts(app).replace("*", "")


def test_what_is_not_the_same_is_not_asked_again(house, own, open_page):
    app = open_page(house, PAGE)
    buttons(app, "Not the same")[0].click().run()
    assert "gallery-grid · Gallery Grid" not in shown(app)
    assert "Nothing like it was found." in shown(app)
    assert "gallery-grid · Gallery Grid" not in shown(open_page(rebuilt(house), PAGE))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("gallery-grid", ""), ("nothing", "nothing was not accepted: it is none of your products."), ("", "one line")],
)
def test_what_nobody_suggests_can_be_typed(house, own, open_page, typed, problem):
    app = open_page(house, PAGE)
    field = app.text_input[0]
    field.input(typed)
    buttons(app, "Accept")[0].click().run()
    assert aliases.stated(own, "product_aliases") == ({} if problem else {"GALLERY_GRID": "gallery-grid"})
    assert problem in texts(app)


def test_where_nothing_can_be_written_the_page_says_so(house, own, open_page, monkeypatch):
    monkeypatch.setattr("etl.aliases.os.access", lambda path, mode: False)
    app = open_page(house, PAGE)
    assert "can only be read" in texts(app)
    assert all(button.disabled for button in buttons(app, "The same") + buttons(app, "Not the same"))


def test_a_file_of_the_desk_s_that_is_broken_is_said(house, own, open_page):
    own.mkdir()
    (own / "aliases.csv").write_text("alias_email\n")
    app = open_page(house, PAGE)
    assert "aliases.csv: the header must be alias_email,client_email" in texts(app)


def test_people_are_masked_where_they_are_suggested(house, own, open_page, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    app = open_page(house, PAGE)
    said = shown(app) + repr(app)
    assert "firm.example" not in said
    assert "home.example" not in said
    assert "Berg" not in said
    assert "b…@h… · B. B. · 1 purchase" in said
    buttons(app, "The same")[1].click().run()
    assert aliases.stated(own, "aliases") == {"ann+desk@firm.example": "ann@firm.example"}
    assert "firm.example" not in shown(app)


def test_where_everything_matches_there_is_nothing_to_do(own, tmp_path, open_page):
    files = FILES | {
        "tickets.csv": "ticket_id,client_email,product_id,opened_at\n1,ann@firm.example,gallery-grid,2026-03-02T10:00:00Z\n"
    }
    app = open_page(warehouse(tmp_path, files, AS_OF), PAGE)
    assert texts(app).count("Nothing to do here.") == 2


def test_what_is_missing_for_a_comparison_is_said(own, tmp_path, open_page):
    app = open_page(warehouse(tmp_path, {"tickets.csv": FILES["tickets.csv"]}, AS_OF), PAGE)
    assert "No list of products is loaded" in texts(app)
    assert "No purchase is loaded" in texts(app)
