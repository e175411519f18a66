"""What the desk says of names, said with a click: the rows that match nothing, each with what it may stand for.

A click writes to the desk's alias files and nothing else. The numbers change with the next load; until
then the row stays where it is, marked, and can be taken back.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil

import pandas as pd
import streamlit as st

from dashboard.parts.clauses import plain
from dashboard.parts.shown import tickets_page
from dashboard.parts.start import run
from dashboard.parts.warehouse import count, current, rows
from etl import EtlError, aliases
from etl.people import is_masked, masked, person
from etl.publish import warehouse_folder

ROWS = 8
SUGGESTED = 3
REBUILD = "python -m etl rebuild"


@dataclass(frozen=True)
class Kind:
    """How one kind of name is shown: its alias table, its reports, their columns, and its words."""

    table: str
    report: str
    suggestions: str
    text: str
    candidate: str
    known: tuple[str, str]  # the table and column of what there is to stand for
    by_hand: str
    empty: str


PRODUCTS = Kind(
    "product_aliases",
    "reports.unmatched_products",
    "reports.product_suggestions",
    "source_text",
    "product_id",
    ("facts.products", "product_id"),
    "Product id",
    "Every product that an export names is one of your products. Nothing to do here.",
)
ADDRESSES = Kind(
    "aliases",
    "reports.unmatched_addresses",
    "reports.address_suggestions",
    "client_id",
    "buyer_id",
    ("facts.buyers", "client_id"),
    "Address they bought under",
    "Everyone who asked for support has bought something. Nothing to do here.",
)


def pending() -> None:
    """Say what was accepted or taken back since the snapshot was built, and offer to rebuild it."""
    if problem := st.session_state.pop("alias_problem", ""):
        st.error(plain(problem))
    if why := aliases.why_not_writable(aliases.alias_folder()):
        st.info(
            f"Nothing can be accepted here: {why}. Write the rows into the files yourself, where the desk's data is."
        )
    added = gone = 0
    for kind in (PRODUCTS, ADDRESSES):
        new, old = _differences(kind)
        added, gone = added + len(new), gone + len(old)
    if not added + gone:
        return
    said = " and ".join(
        part for part in (f"{added:,} accepted" if added else "", f"{gone:,} taken back" if gone else "") if part
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{said}**, not yet in the numbers: they change with the next load, or now.", width="stretch")
        if st.button("Rebuild now", type="primary", key="rebuild", help=f"the same as `{REBUILD}`"):
            with st.spinner("Judging everything again", show_time=True):
                failed = _rebuild()
            if failed:
                st.error("It could not be rebuilt; what is shown is as before.")
                st.text(masked(failed))
            else:
                st.rerun()


def match(kind: Kind) -> None:
    """Draw what matches nothing, most tickets first, each with up to three suggestions and a way to say otherwise."""
    total = count(kind.report)
    if not total:
        st.caption(kind.empty)
        return
    try:
        refused = aliases.turned_down(aliases.alias_folder())
        stated = aliases.stated(aliases.alias_folder(), kind.table)
    except EtlError as error:
        st.error(plain(error))
        return
    pages = ceil(total / ROWS)
    slot = st.container()
    number = st.pagination(pages, key=f"page_{kind.table}") if pages > 1 else 1
    listed = rows(kind.report, limit=ROWS, offset=(min(number, pages) - 1) * ROWS)
    suggested = rows(kind.suggestions)
    with slot:
        for row in listed.itertuples():
            text = getattr(row, kind.text)
            mine = suggested[suggested[kind.text] == text]
            kept = mine[[(text, candidate) not in refused for candidate in mine[kind.candidate]]]
            with st.container(border=True):
                left, right = st.columns([2, 5], gap="medium")
                with left, st.container(gap=None):
                    _asker(kind, row, text)
                with right, st.container(gap="xsmall"):
                    if text in stated:
                        _accepted(kind, text, stated[text])
                    else:
                        _choices(kind, text, kept.head(SUGGESTED))
    st.caption(f"{total:,} that match nothing, most tickets first · whatever the period and filters")


def _asker(kind: Kind, row, text: str) -> None:
    """Draw what matches nothing and how often it occurs."""
    st.text(masked(text))  # no Markdown: it would make a link of an address
    name = getattr(row, "client_name", None)
    counted = [f"{row.ticket_count:,} {'ticket' if row.ticket_count == 1 else 'tickets'}"]
    for column, one in (("purchase_count", "purchase"), ("other_count", "release or download")):
        if number := getattr(row, column, 0):
            counted.append(f"{number:,} {one if number == 1 else one.replace('purchase', 'purchases')}")
    st.caption(" · ".join([*([plain(person(name))] if isinstance(name, str) else []), *counted]))
    # The address of the page would tell who is masked.
    if (
        row.ticket_count
        and (kind is PRODUCTS or not is_masked())
        and st.button("Show the tickets", type="tertiary", key=_key("tickets", kind, text))
    ):
        tickets_page({kind.candidate if kind is PRODUCTS else kind.text: text})


def _accepted(kind: Kind, text: str, stands_for: str) -> None:
    """Draw a row that was accepted and waits for the next load."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("accepted", color="green")
        st.text(f"stands for {masked(stands_for)} from the next load on", width="stretch")
        st.button(
            "Take back",
            key=_key("back", kind, text),
            on_click=_write,
            args=(partial(aliases.take_back, kind=kind.table, text=text),),
            disabled=_is_read_only(),
        )


def _choices(kind: Kind, text: str, suggested: pd.DataFrame) -> None:
    """Draw the suggestions for a text, each with its evidence, and a field for what nobody suggests."""
    for choice in suggested.itertuples():
        candidate = getattr(choice, kind.candidate)
        name = choice.product_name if kind is PRODUCTS else choice.buyer_name
        shown = [masked(candidate)]
        if isinstance(name, str) and name:
            shown.append(name if kind is PRODUCTS else person(name))
        if kind is ADDRESSES:
            shown.append(f"{choice.purchase_count:,} {'purchase' if choice.purchase_count == 1 else 'purchases'}")
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None, width="stretch"):
                st.text(" · ".join(shown))
                st.caption(f"{plain(choice.evidence)} · {choice.similarity_share:.0%} alike")
            st.button(
                "The same",
                key=_key("same", kind, text, candidate),
                on_click=_write,
                args=(partial(aliases.accept, kind=kind.table, text=text, stands_for=candidate),),
                disabled=_is_read_only(),
            )
            st.button(
                "Not the same",
                type="tertiary",
                key=_key("other", kind, text, candidate),
                on_click=_write,
                args=(partial(aliases.turn_down, text=text, candidate=candidate),),
                disabled=_is_read_only(),
            )
    if suggested.empty:
        st.caption("Nothing like it was found.")
    with st.popover("It is something else", type="tertiary", disabled=_is_read_only()):
        key = _key("typed", kind, text)
        with st.form(_key("form", kind, text), border=False):
            st.text_input(kind.by_hand, key=key)
            st.form_submit_button("Accept", on_click=_type, args=(kind, text, key))


def _type(kind: Kind, text: str, key: str) -> None:
    """Accept what was typed, if it is something there is."""
    typed = (st.session_state.get(key) or "").strip()
    typed = typed.lower() if kind is ADDRESSES else typed
    table, column = kind.known
    if typed and rows(table, **{column: typed}).empty:
        shown = "no purchase was made under it" if kind is ADDRESSES else "it is none of your products"
        st.session_state["alias_problem"] = f"{typed} was not accepted: {shown}."
        return
    _write(partial(aliases.accept, kind=kind.table, text=text, stands_for=typed))


def _write(deed: Callable) -> None:
    """Do something to the desk's files; what goes wrong is said at the top of the page."""
    try:
        deed(aliases.alias_folder())
    except EtlError as error:
        st.session_state["alias_problem"] = masked(str(error))


def _differences(kind: Kind) -> tuple[dict[str, str], set[str]]:
    """Return what the desk's file says and the snapshot does not, and the texts of which only the snapshot says it."""
    try:
        stated = aliases.stated(aliases.alias_folder(), kind.table)
    except EtlError:
        return {}, set()
    sql, given = aliases.in_force(kind.table)
    held = current().answer(sql, given | {"texts": list(stated)})
    there = dict(zip(held.text, held.stands_for, strict=True))
    new = {text: to for text, to in stated.items() if there.get(text) != to}
    return new, set(held.text[held.is_own]) - set(stated)


def _rebuild() -> str:
    """Publish a snapshot with the alias files as they are now; return what went wrong, nothing if it is published."""
    return run("rebuild", "--warehouse", str(warehouse_folder().absolute()))


def _is_read_only() -> bool:
    return bool(aliases.why_not_writable(aliases.alias_folder()))


def _key(*parts: object) -> str:
    """Return the key of a widget, which the browser sees: it must not tell an address."""
    named = [part.table if isinstance(part, Kind) else str(part) for part in parts]
    return f"{named[0]}_{hashlib.sha256(repr(named).encode()).hexdigest()[:12]}"
