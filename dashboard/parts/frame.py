"""The frame around every page: navigation, shared filters, and what to do when there is nothing to show.

The menu is the folder of pages: `1_today.py` is an entry, a folder is a group, the number is the
place. A page without a number is reached from other pages only.
"""

import re
from pathlib import Path

import streamlit as st

from dashboard.parts.clauses import plain
from dashboard.parts.start import no_warehouse, outdated
from dashboard.parts.stood import as_it_stood, ask_day
from dashboard.parts.warehouse import OutdatedSnapshotError, rows, take_snapshot
from dashboard.parts.words import CHANNELS, ELIGIBILITY, said
from etl import EtlError
from etl.filters import CHOICES, CHOSEN_DAYS, DEFAULT_PERIOD, PERIODS, Filters
from etl.publish import warehouse_folder

PAGES = Path(__file__).parent.parent / "pages"
NUMBERED = re.compile(r"^(\d+)_(.+)$")
WORDS = {"channel": CHANNELS, "eligible": ELIGIBILITY}


# What the theme cannot say: pages use the width, labels wrap rather than lose their end, links under a tile line up with
# its figure, and a line of caption keeps room for its words. On a phone a table has three columns and a tile no trend.
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-left: 2.5rem; padding-right: 2.5rem; }
[data-testid="stMetricLabel"] p { white-space: normal; overflow: visible; }
[data-testid="stPageLink-NavLink"] { padding-left: 0; }
[data-testid="stPageLink-NavLink"] p { font-size: 0.87rem; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-narrow_"]) { display: none; }
[data-testid="stCaptionContainer"]:has(.stMarkdownBadge) { opacity: 1; }
[data-testid="stCaptionContainer"]:has(.stMarkdownBadge) p { color: color-mix(in srgb, currentColor 62%, transparent); }
[class*="st-key-foot_"] { container-type: inline-size; }
[class*="st-key-foot_"] > :first-child { flex: 1 1 14rem !important; }
@container (max-width: 34rem) { [class*="st-key-foot_"] > :first-child { flex-basis: 100% !important; } }
@media (min-width: 641px) and (max-width: 1400px) {
    [class*="st-key-second_row"] [data-testid="stMetricLabel"] { min-height: 2.6rem; align-items: flex-end; }
}
@media (max-width: 640px) {
    [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
    [data-testid="stLayoutWrapper"]:has(> [class*="st-key-wide_"]) { display: none; }
    [data-testid="stLayoutWrapper"]:has(> [class*="st-key-narrow_"]) { display: flex; }
    [data-testid="stMetricChart"] { display: none !important; }
}
</style>"""


def draw() -> None:
    """Draw the navigation, the filters and the chosen page. Runs once per visit and per click."""
    page = st.navigation(menu(), position="top")
    st.set_page_config(page_title=tab_title(page.title), page_icon="🕰️", layout="wide")
    st.html(STYLE)
    try:
        snapshot = take_snapshot()
    except EtlError as error:
        st.error(plain(error))
        return
    if snapshot is None:
        no_warehouse(warehouse_folder())
        return
    try:
        with st.sidebar:
            filters = st.container()  # above the day, but what they offer depends on it
            day = ask_day()
        shown = as_it_stood(snapshot, day)
        st.session_state["snapshot"] = shown or snapshot
        with filters:  # also where no page follows: a filter that is not drawn is forgotten
            st.session_state["filters"] = ask_filters()
        if shown:
            page.run()
    except OutdatedSnapshotError:
        outdated(snapshot.name)


def menu() -> dict[str, list]:
    """Return the pages by group, in the order of their numbers; hidden ones last."""
    groups: dict[str, list] = {}
    for path in sorted(PAGES.rglob("*.py"), key=_place):
        group = "" if path.parent == PAGES else title(path.parent.name)
        stem = _name(path.stem)
        entry = st.Page(
            path,
            title=title(path.stem),
            url_path=stem,
            default=not any(groups.values()),
            visibility="visible" if NUMBERED.match(path.stem) else "hidden",
        )
        groups.setdefault(group, []).append(entry)
    return groups


def title(name: str) -> str:
    """Return a file's name as a title: "2_auto_closes" is "Auto closes"."""
    words = _name(name).replace("_", " ")
    return (words[:1].upper() + words[1:]).replace("Auto closes", "Auto-closes")


def tab_title(name: str) -> str:
    """Return what the browser's tab, its history and its bookmarks call a page."""
    return f"{name} · Support desk"


def page_path(name: str) -> Path:
    """Return the file of a page by its name without numbers, e.g. "tickets". Raises KeyError."""
    for path in PAGES.rglob("*.py"):
        if _name(path.stem) == name:
            return path
    raise KeyError(f"no page is called {name!r}")


def _name(stem: str) -> str:
    match = NUMBERED.match(stem)
    return match[2] if match else stem


def _place(path: Path) -> tuple:
    parts = path.relative_to(PAGES).with_suffix("").parts
    numbers = [NUMBERED.match(part) for part in parts]
    return tuple((int(match[1]) if match else 999, part) for match, part in zip(numbers, parts, strict=True))


def ask_filters() -> Filters:
    """Draw the shared filters, bound to the address, and return what is chosen."""
    bounds = next(rows("reports.span").itertuples())
    period = st.selectbox(
        "Period",
        list(PERIODS),
        index=list(PERIODS).index(DEFAULT_PERIOD),
        key="period",
        bind="query-params",
        help="Each chart applies it to the date it states. What is open now is shown whatever the period.",
    )
    days = ()
    if period == CHOSEN_DAYS and bounds.last_on == bounds.last_on:
        days = st.date_input(
            "From and until",
            value=(bounds.first_on.date(), bounds.last_on.date()),
            min_value=bounds.first_on.date(),
            max_value=bounds.last_on.date(),
            key="days",
            bind="query-params",
        )
    from_on, until_on = days if len(days) == 2 else (None, None)
    return Filters(period, from_on, until_on, **{name: _ask_one(name) for name in CHOICES})


def _ask_one(name: str) -> tuple[str, ...]:
    """Draw one filter over the values that occur, and return the codes of the chosen ones."""
    codes = labels_of(name)
    picked = st.multiselect(name.capitalize(), list(codes), key=name, bind="query-params", placeholder="all")
    return tuple(codes[label] for label in picked)


def labels_of(name: str) -> dict[str, str]:
    """Return {label: code} of one filter. The labels are what the address says, so each is unique."""
    codes: dict[str, str] = {}
    for row in rows("reports.choices", kind=name).itertuples():
        label = said(row.code, WORDS[name]) if name in WORDS and row.code else row.label
        codes[f"{label} ({row.code})" if label in codes else label] = row.code
    return codes


def narrowed_to() -> str:
    """Return in words what the reader narrowed every page to, "" for nothing: a phone hides the filters."""
    picked = {name: st.session_state.get(name) for name in CHOICES}
    return "; ".join(f"{name}: {' or '.join(labels)}" for name, labels in picked.items() if labels)


def chosen() -> Filters:
    """Return the shared filters as the reader set them."""
    return st.session_state["filters"]
