"""Which tickets close for inactivity, when, and did the desk owe them a word?

Reads reports.auto_closes_by_state and reports.auto_close_list (one row per ticket_id).
"""

import streamlit as st

from dashboard.parts import Column, chart, charts, chosen, head, rows, table, words

head("Auto-closes", "Which tickets close for inactivity, when, and does the client wait for a word?")
filters = chosen()

states = rows("reports.auto_closes_by_state", filters)
st.subheader("Where each ticket stands", anchor=False)
chart(
    "auto_closes_by_state",
    states,
    lambda: charts.by_state(states, words.AUTO_CLOSE_STATES),
    alt_text="Bars of tickets by state of closing for inactivity",
    note="open ones as of now, closed ones by day of closing; a reopened ticket is not among the closed ones",
    clause="4.6",
    leads_to=lambda values: {"auto_close_state": values["state"], "within": values["dated_by"]},
    empty="No ticket closes, or was closed, for inactivity.",
)

st.subheader("The client waits, the ticket closes", anchor=False)
table(
    "neglected",
    "reports.auto_close_list",
    {
        "reason": Column("Why", form="sentence", width=262, narrow=True),
        "due_at": Column("Due", form="instant", narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "subject": Column("Subject", width=135),
        "client_name": Column("Client", form="person"),
        "verdict": Column("Verdict", words=words.VERDICTS, width=72),
        "clause": Column("Clause", width=56),
        "ticket_link": Column("Link", form="link"),
    },
    filters=filters,
    where={"is_neglected": True, "is_closed": False},
    note="open tickets whose last word is the client's, closing soon or past due; whatever the period",
    clause="4.6",
    empty="No waiting client's ticket is about to close.",
)
st.subheader("All that close, or were closed, for inactivity", anchor=False)
table(
    "auto_closes",
    "reports.auto_close_list",
    {
        "reason": Column("Why", form="sentence", width=262, narrow=True),
        "due_at": Column("Due", form="instant", narrow=True),
        "closed_at": Column("Closed", form="instant"),
        "ticket_id": Column("Ticket", narrow=True),
        "client_name": Column("Client", form="person"),
        "verdict": Column("Verdict", words=words.VERDICTS, width=72),
        "clause": Column("Clause", width=56),
        "ticket_link": Column("Link", form="link"),
    },
    filters=filters,
    note="open ones first, then what is due next; whatever the period",
    clause="4.6",
    empty="No ticket closes, or was closed, for inactivity.",
)
