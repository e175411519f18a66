"""One ticket: what happened, what each rule says of it, and why.

Reads reports.ticket_list (one row per ticket_id), and of the ticket that the address names, whatever
the filters, reports.ticket_posts, _stretches, _marks, _zooms, _shut_times, _findings and _turns.
"""

import streamlit as st

from dashboard.parts import (
    Column,
    arithmetic,
    clauses,
    facts,
    history,
    posts,
    rows,
    table,
    ticket_head,
    way_to_client,
    words,
)

ticket = ticket_head()

facts(
    {
        "Client": (ticket.client_name, "person"),
        "Product": (ticket.product_name, None),
        "Agent": (ticket.agent_name, "person"),
        "Opened": (ticket.opened_at, "instant"),
        "First answer": (ticket.first_responded_at, "instant"),
        "Closed": (ticket.closed_at, "instant"),
    }
)

way_to_client(ticket.client_id)

st.subheader("What happened", anchor=False)
history(ticket.ticket_id)

st.subheader("What the terms say of it", anchor=False)
table(
    "findings",
    "reports.ticket_findings",
    {
        "reason": Column("Why", form="sentence", width=370, narrow=True),
        "verdict": Column("Verdict", words=words.VERDICTS, width=100, narrow=True),
        "rule": Column("Rule", words=words.RULES, width=170, narrow=True),
        "due_at": Column("Expected by", form="instant"),
        "clause": Column("Clause", width=56),
        "effective_on": Column("Terms of", form="day"),
    },
    where={"ticket_id": ticket.ticket_id},
    note="verdicts rest on the terms in force when the ticket was opened",
    empty="No rule has judged this ticket.",
    opens=None,
)
clauses(rows("reports.ticket_findings", ticket_id=ticket.ticket_id).clause.dropna().unique())

st.subheader("Questions and answers", anchor=False)
table(
    "turns",
    "reports.ticket_turns",
    {
        "turn_number": Column("Question", form="%d", narrow=True),
        "answer_code": Column("Answer", words=words.RESPONSE_BANDS, narrow=True),
        "answer_business_days": Column("Business days", form="%.1f", narrow=True),
        "asked_at": Column("Asked", form="instant"),
        "answered_at": Column("Answered", form="instant"),
        "due_at": Column("Expected by", form="instant"),
    },
    where={"ticket_id": ticket.ticket_id},
    note="a question starts with the client's first word not yet answered",
    clause="1.5",
    empty="The load does not say when anything was asked.",
    opens=None,
)

st.subheader("Every number with its arithmetic", anchor=False)
arithmetic(ticket.ticket_id)

st.subheader("What was said", anchor=False)
posts(ticket.ticket_id)

st.subheader("Tickets of this client", anchor=False)
table(
    "of_client",
    "reports.ticket_list",
    {
        "situation": Column("Why", width=300, narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "subject": Column("Subject"),
        "product_name": Column("Product"),
        "opened_on": Column("Opened", form="day", narrow=True),
    },
    where={"client_id": ticket.client_id},
    note="newest first, this one among them",
    empty="The load does not say whose ticket this is.",
)
