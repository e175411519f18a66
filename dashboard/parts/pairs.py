"""Two tickets side by side: what each says, what they share, and what follows from it."""

from collections.abc import Callable, Mapping
from math import ceil

import pandas as pd
import streamlit as st

from dashboard.parts.clauses import plain
from dashboard.parts.frame import chosen, page_path
from dashboard.parts.shown import Column, displayed, foot
from dashboard.parts.trying import label_of
from dashboard.parts.warehouse import count, current, reader, rows
from dashboard.parts.words import PAIR_BASES, day, percent, said
from etl.people import masked, person
from etl.policy import policy_of
from etl.what_if import numbers

ROWS = 4
LIMIT = ("duplicate", "similarity")


def side_by_side(
    name: str,
    report: str,
    line: Callable[[object], str],
    columns: Mapping[str, Column],
    *,
    where: Mapping[str, object],
    note: str,
    clause: str | None = None,
    empty: str,
) -> None:
    """Draw the pairs of a report that have these values and lie in the period, a few at a time.

    `line` says of a row in a sentence what follows from it; `columns` are those of the file.
    """
    asked = dict(filters=chosen(), within="newer_opened_on", **where)
    total = count(report, **asked)
    if total == 0:
        st.caption(empty)
        return
    pages = ceil(total / ROWS)
    slot = st.container()
    number = st.pagination(pages, key=f"page_{name}") if pages > 1 else 1
    with slot:
        for place, pair in enumerate(
            rows(report, limit=ROWS, offset=(min(number, pages) - 1) * ROWS, **asked).itertuples()
        ):
            with st.container(border=True, gap="small", key=f"pair_{name}_{place}"):
                _pair(pair, line(pair))
    read = reader(report, **asked)
    foot(
        name,
        lambda: displayed(read(), columns),
        f"{total:,} {'pair' if total == 1 else 'pairs'} · {note}",
        clause,
        row_count=total,
        filters=chosen(),
        within="newer_opened_on",
        report=report,
    )


def ask_limit(steps: pd.DataFrame) -> float:
    """Draw the slider of the limit over the steps of reports.duplicates_by_limit; return the one chosen."""
    limits = steps.limit_share.tolist()
    in_force = steps.limit_share[steps.is_in_force].tolist()
    return st.select_slider(
        "Texts are about one issue when they are similar by at least",
        limits,
        value=in_force[0] if in_force else limits[0],
        format_func=lambda share: percent(share) + (" (the terms)" if share in in_force else ""),
        key="similarity",
        bind="query-params",
        help="1 when equal: how much of what the shorter text says stands in the other. A pair that the help desk "
        "names stands whatever its texts.",
    )


def way_to_trial(value: float) -> None:
    """Draw the way to all verdicts that another limit of the similarity would change."""
    known = {(row.rule, row.parameter): row for row in numbers(current().read(policy_of))}
    row = known[LIMIT]
    st.page_link(
        page_path("what_if"),
        label="All verdicts that this limit would change",
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params={
            "number": label_of(row),
            ".".join(LIMIT): f"{value:g}",
        },
    )


def _pair(pair, line: str) -> None:
    """Draw a pair: what follows from it, whose and how similar, both tickets, and what both say."""
    st.markdown(f"**{plain(line)}**")
    found_by = [f"found by: {said(pair.basis, PAIR_BASES)}"] if hasattr(pair, "basis") else []
    about = [person(pair.client_name), pair.product_name, f"similarity {percent(pair.similarity_share, 1)}", *found_by]
    st.caption(plain(" · ".join(about)))
    left, right = st.columns(2, gap="medium")
    with left:
        _ticket("The older", pair.older_ticket_id)
    with right:
        _ticket("The newer", pair.newer_ticket_id)
    shared = pair.shared_text if isinstance(pair.shared_text, str) and pair.shared_text else None
    st.caption(
        plain(masked(f"Both say: {shared}" if shared else "They share no word that says anything about an issue."))
    )


def _ticket(title: str, ticket_id: str) -> None:
    """Draw one of two tickets: the way to it, when it was open, and its words."""
    ticket = next(rows("reports.ticket_texts", ticket_id=ticket_id).itertuples())
    st.page_link(
        page_path("ticket"),
        label=f"{title}: ticket {plain(ticket_id)}",
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params={"ticket": ticket_id},
    )
    ended = f"closed {_moment(ticket.closed_at)}" if ticket.closed_at == ticket.closed_at else "still open"
    if ticket.is_open is False and ended == "still open":
        ended = "closed, nobody knows when"
    # Not as an address: nobody is to be led to a client's site by a click on it.
    site = [ticket.site_url.partition("://")[2] or ticket.site_url] if isinstance(ticket.site_url, str) else []
    st.caption(plain(masked(" · ".join([f"opened {_moment(ticket.opened_at)}", ended, *site]))))
    st.text(masked(ticket.subject) if isinstance(ticket.subject, str) else "no subject")
    described = isinstance(ticket.description, str) and ticket.description.strip()
    st.text(masked(ticket.description) if described else "no description")


def _moment(at: pd.Timestamp) -> str:
    return f"{day(at)}, {at:%H:%M}"
