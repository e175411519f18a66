"""What others wrote, in an export or in an address, is shown as it is written and says nothing of the page."""

import re
from datetime import UTC, datetime

import pytest

from dashboard.parts import plain
from dashboard.parts.asked import NAMES
from test_pages import PAGES, open_page, texts, warehouse

__all__ = ["open_page"]

AS_OF = datetime(2026, 3, 20, 10, tzinfo=UTC)
FOREIGN = "[Sign in](https://evil.example/x) :material/home: www.evil.example"
WRITTEN = f'"{FOREIGN}\n\n# Session ended\n\nand\n==="'
FILES = {
    "tickets.csv": "ticket_id,client_email,product_id,agent_id,subject,description,opened_at,closed_at,version\n"
    + "".join(
        f"{number},ann@x.example,grid,{FOREIGN},{WRITTEN},{WRITTEN},2026-03-0{number}T10:00:00Z,{closed},{FOREIGN}\n"
        for number, closed in ((1, ""), (2, ""), (3, "2026-03-09T10:00:00Z"), (4, ""), (5, ""))
    )
    + f"{FOREIGN},bob@x.example,grid,{FOREIGN},{WRITTEN},{WRITTEN},2026-03-06T10:00:00Z,,1\n",
    "posts.csv": "post_id,ticket_id,author_role,author_id,author_name,body,posted_at\n"
    f'{FOREIGN},1,client,ann@x.example,{WRITTEN},"damn {FOREIGN}",2026-03-02T11:00:00Z\n'
    f"2,1,agent,{FOREIGN},{WRITTEN},{WRITTEN},2026-03-02T12:00:00Z\n",
    "clients.csv": f"client_email,name\nann@x.example,{WRITTEN}\nbob@x.example,{WRITTEN}\n",
    "products.csv": f"product_id,name,line_id\ngrid,{WRITTEN},{FOREIGN}\n",
    "purchases.csv": "purchase_id,client_email,product_id,purchased_at\n"
    f"{FOREIGN},ann@x.example,grid,2026-01-02T10:00:00Z\n{FOREIGN}2,ann@x.example,{FOREIGN},2026-01-02T10:00:00Z\n",
    "bans.csv": "ban_id,client_email,clause,banned_at,reason,decided_by\n"
    f"{FOREIGN},ann@x.example,5.9,2026-03-05T10:00:00Z,{WRITTEN},{WRITTEN}\n",
    "incidents.csv": "incident_id,client_email,ticket_id,clause,occurred_at,note,recorded_by\n"
    f"{FOREIGN},bob@x.example,1,5.9,2026-03-06T10:00:00Z,{WRITTEN},{WRITTEN}\n",
}
# Neither link nor icon, nor heading.
MADE_INTO = ("[Sign in](", "https://evil", ":material/home", "www.evil", r"\n# Session", r"\n===")
NOT_DRAWN = re.compile(r"`(?:[^`\\]|\\[^n])*`|query_string: .*|\]\(/[a-z]+\?[^)]*\)")  # code, and ways within
AS_WRITTEN = {"dataframe", "text", "code", "text_input", "selectbox", "multiselect", "vega_lite_chart"}
OF_ONE = {"pages/ticket.py": {"ticket": "1"}, "pages/client.py": {"client": "ann@x.example"}}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return warehouse(tmp_path_factory.mktemp("foreign"), FILES, AS_OF)


def made_into_something(app) -> list[str]:
    """What of the page Markdown is made of, labels and plain tables too, has the foreign text as it was written."""
    found, below = [], [*app._tree.children.values()]
    while below:
        element = below.pop()
        below += getattr(element, "children", {}).values()
        drawn = NOT_DRAWN.sub("", repr(getattr(element, "proto", "")))
        if element.type not in AS_WRITTEN and any(one in drawn for one in MADE_INTO):
            found.append(f"{element.type}: {drawn[:400]}")
    return found


def test_no_text_of_an_export_is_taken_for_markdown(house, open_page):
    app = open_page(house)
    found, said = {}, ""
    for page in PAGES:
        for name, value in OF_ONE.get(page, {}).items():
            app.query_params[name] = value
        app.switch_page(page).run()
        assert not app.exception, app.exception[0]
        found[page] = made_into_something(app)
        said += texts(app)
    assert found == {page: [] for page in PAGES}
    assert "Sign in" in said


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("pages/client.py", "client"),
        ("pages/3_terms/1_eligibility.py", "client"),
        ("pages/ticket.py", "ticket"),
        ("pages/findings.py", "under_clause"),
        *(("pages/tickets.py", name) for name in NAMES),
    ],
)
def test_no_text_of_an_address_is_taken_for_markdown(page, name, house, open_page):
    app = open_page(house, page, **{name: f"zz`@x{WRITTEN}"})
    assert made_into_something(app) == []
    assert [element.value for element in (*app.info, *app.markdown) if "\n" in element.value.strip()] == []
    assert "Session ended" in texts(app)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n\n# b", r"a \# b"),
        ("a\n===", r"a \=\=\="),
        ("  a\t\u2028b ", "a b"),
        ("a\u00a0b", "a\u00a0b"),
        ("see HTTPS://x and WWW.y", "see HTTPS\\:\u2060//x and WWW\u2060\\.y"),
        (":material/home:", "\\:\u2060material/home\\:"),
        (None, ""),
        (float("nan"), ""),
        (7, "7"),
    ],
)
def test_text_is_shown_as_it_is_written_in_one_line(text, shown):
    assert plain(text) == shown
