"""Which tickets close for inactivity, when, and did the desk owe them a word?

Reads reports.auto_closes_now, auto_closes_ahead, auto_closes_by_month, auto_closes_by_group and
reports.auto_close_list (one row per ticket_id).
"""

import streamlit as st

from dashboard.parts import Column, Tile, chart, charts, chosen, enough, figures, head, rows, table, words

head("Auto-closes", "Which tickets close for inactivity, when, and does the client wait for a word?")
filters = chosen()

LISTED = {
    "reason": Column("Why", form="sentence", width=262, narrow=True),
    "due_at": Column("Due", form="instant", narrow=True),
    "ticket_id": Column("Ticket", narrow=True),
    "subject": Column("Subject", width=135),
    "client_name": Column("Client", form="person"),
    "verdict": Column("Verdict", words=words.VERDICTS, width=72),
    "clause": Column("Clause", width=56),
    "ticket_link": Column("Link", form="link"),
}

if enough("activity"):
    figures(
        "reports.auto_closes_now",
        {
            "neglected_count": Tile(
                "The desk fell silent",
                "Open tickets, closing soon or past due, in which the client wrote last or nobody answered: the client "
                "waits for the desk, and would be closed for waiting",
                "4.6",
                leads_to={"is_neglected": True, "is_open": True},
            ),
            "closing_soon_count": Tile(
                "Closing soon",
                words.filled("Open tickets that close within {auto_close.soon} if nobody writes"),
                "4.6",
                leads_to={"auto_close_state": "closing_soon"},
            ),
            "due_count": Tile(
                "Due now",
                words.filled(
                    "Open tickets that have been silent for {auto_close.idle}, and {auto_close.grace} more at most"
                ),
                "4.6",
                leads_to={"auto_close_state": "due"},
            ),
            "missed_count": Tile(
                "Should have closed",
                words.filled("Open tickets that have been due for more than {auto_close.grace}"),
                "4.6",
                leads_to={"auto_close_state": "missed"},
            ),
        },
    )

    st.subheader("Neglected: the client waits for the desk, and the ticket closes", anchor=False)
    table(
        "neglected",
        "reports.auto_close_list",
        LISTED,
        filters=filters,
        where={"is_neglected": True, "is_closed": False},
        note="open tickets in which the desk, not the client, fell silent; closing soon or past due; whatever the period",
        clause="4.6",
        empty="No client who waits for a word is about to be closed.",
        rows_shown=10,
    )

    days = rows("reports.auto_closes_ahead", filters)
    st.subheader("What closes on the next days", anchor=False)
    chart(
        "auto_closes_ahead",
        days,
        lambda: charts.ahead(days, words.LAST_WORD),
        alt_text="Bars of the open tickets that close on each of the next days if nobody writes, by whose word was last",
        note="by whose word was last, and the day on which the ticket closes if nobody writes; today includes what is due "
        "already; what should have closed before is not among them; whatever the period",
        clause="4.6",
        leads_to=lambda values: {"auto_close_on": values["closes_on"], "last_word_code": values["last_word_code"]},
        counts=("ticket_count",),
        empty="No open ticket is silent, so none closes on the next days.",
    )
    state = st.segmented_control(
        "Show",
        ["closing_soon", "due", "missed", "active"],
        default="closing_soon",
        format_func=words.AUTO_CLOSE_STATES.get,
        key="closing",
        bind="query-params",
        required=True,
    )
    table(
        f"auto_closes_{state}",
        "reports.auto_close_list",
        LISTED,
        filters=filters,
        where={"state": state},
        note="waiting clients first, then what is due next; whatever the period",
        clause="4.6",
        empty=f"No open ticket is in this state: {words.AUTO_CLOSE_STATES[state]}.",
        rows_shown=10,
    )

st.subheader("What was closed for inactivity, month by month", anchor=False)
if enough("outcome"):
    months = rows("reports.auto_closes_by_month", filters)
    left, right = st.columns([10, 11], gap="medium")
    with left:
        chart(
            "auto_closes_by_month",
            months,
            lambda: charts.by_month(months, words.AUTO_CLOSE_STATES),
            alt_text="Bars of the tickets closed for inactivity in each month: on time, early or late",
            note="by month of closing; pale bars are months that are not whole; a reopened ticket is not among them",
            clause="4.6",
            leads_to=lambda values: {
                "auto_close_state": values["state"],
                "closed_month_on": values["month_on"],
                "within": "closed_on",
            },
            empty="No ticket was closed for inactivity in this period. Choose a longer one to see more.",
        )
    with right:
        table(
            "auto_close_months",
            "reports.auto_closes_by_month",
            {
                "month_on": Column("Month", form="month", width=84, narrow=True),
                "closed_count": Column("Closed", form="%d", width=56, narrow=True),
                "on_time_share": Column("On time", form="percent", width=64, narrow=True),
                "early_count": Column("Early", form="%d", width=48),
                "late_count": Column("Late", form="%d", width=44),
                "unknown_count": Column("Unknown", form="%d", width=68),
                "neglected_count": Column("Client waited", form="%d", width=94),
            },
            filters=filters,
            note=words.filled(
                "on time: closed within {auto_close.grace} after {auto_close.idle} of silence; client waited: the desk "
                "fell silent"
            ),
            clause="4.6",
            empty="No month to list.",
            opens=None,
        )
    ended = st.segmented_control(
        "Show",
        ["early", "late", "on_time"],
        default="late",
        format_func=words.AUTO_CLOSE_STATES.get,
        key="closed",
        bind="query-params",
        required=True,
    )
    table(
        f"auto_closed_{ended}",
        "reports.auto_close_list",
        {
            "reason": Column("Why", form="sentence", width=270, narrow=True),
            "late_days": Column("Days after due", form="%.1f", width=98),
            "closed_at": Column("Closed", form="instant", narrow=True),
            "ticket_id": Column("Ticket", narrow=True),
            "client_name": Column("Client", form="person"),
            "verdict": Column("Verdict", words=words.VERDICTS, width=72),
            "clause": Column("Clause", width=56),
            "ticket_link": Column("Link", form="link"),
        },
        filters=filters,
        within="closed_on",
        where={"state": ended},
        note="by day of closing, newest first; below zero: days before it was due",
        clause="4.6",
        empty=f"No ticket of this period was {words.AUTO_CLOSE_STATES[ended]}.",
        rows_shown=10,
    )

st.subheader("Where", anchor=False)
kind = st.segmented_control(
    "Compare by",
    ["product", "agent", "channel"],
    default="product",
    key="auto_close_kind",
    bind="query-params",
    required=True,
)
table(
    f"auto_close_{kind}_groups",
    "reports.auto_closes_by_group",
    {
        "label": Column(kind.capitalize(), form="person" if kind == "agent" else None, width=140, narrow=True),
        "neglected_count": Column("Neglected now", form="%d", width=104, narrow=True),
        "missed_count": Column("Should have closed", form="%d", width=128),
        "closed_count": Column("Closed", form="%d", width=58),
        "on_time_share": Column("On time", form="percent", width=66),
        "early_count": Column("Early", form="%d", width=50),
        "late_count": Column("Late", form="%d", width=46),
        "unknown_count": Column("Unknown", form="%d", width=70),
        "closed_neglected_count": Column("Client waited", form="%d", width=94, narrow=True),
        "closed_neglected_share": Column("of closed", form="percent", width=74),
    },
    filters=filters,
    where={"kind": kind},
    note="neglected and should have closed: now; the rest by day of closing; client waited: closed while the desk "
    "owed a word",
    clause="4.6",
    empty="Nothing is open, and nothing was closed for inactivity.",
    opens=None,
)
