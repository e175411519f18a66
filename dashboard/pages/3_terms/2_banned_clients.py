"""Who has no right to support at present, on what ground, and whom would a person have to look at?

Reads reports.ban_totals, ban_candidate_list and candidate_evidence (one row per candidate, and per row it rests
on), ban_list (one row per ban), bans_by_clause and conduct_list (one row per recorded incident); the posts to look at
are etl/conduct.py's.
"""

import streamlit as st

from dashboard.parts import (
    Column,
    Tile,
    candidates,
    clauses,
    decided,
    figures,
    head,
    past_decisions,
    plain,
    registered,
    rows,
    suggested,
    table,
    waiting,
    words,
)

head("Banned clients", "Who has no right to support at present, on what ground, and who is for a person to review?")
decisions = decided()
not_in = waiting(decisions)

figures(
    "reports.ban_totals",
    {
        "active_count": Tile("Banned at present", "Clients with a ban in force, whatever the period", "5"),
        "candidate_count": Tile(
            "For review",
            "Clients and clauses with a finding that no ban of that clause follows and that nobody dismissed",
            "5",
        ),
        "answer_count": Tile(
            "Answers while banned", "Answers of the desk to clients while a ban was in force, whatever the ticket", "5"
        ),
        "barred_refund_count": Tile(
            "Refunds while barred", "Refunds approved while a ban under 0.2 was in force: it ends that right too", "0.2"
        ),
    },
)

st.subheader("For review", anchor=False)
candidates(decisions, not_in)

st.subheader("Active and lifted", anchor=False)
table(
    "bans",
    "reports.ban_list",
    {
        "reason": Column("Recorded reason", form="sentence", width=250, narrow=True),
        "state": Column("State", words=words.BAN_STATES, width=54, narrow=True),
        "client_name": Column("Client", form="person", width=108, narrow=True),
        "since_on": Column("Since", form="day", width=90),
        "until_on": Column("Lifted", form="day", width=90),
        "decided_by": Column("Decided by", form="person", width=96),
        "tickets_since_count": Column("Tickets", form="%d", width=56),
        "answers_since_count": Column("Answers", form="%d", width=64),
        "refunds_since_count": Column("Refunds", form="%d", width=64),
        "clause": Column("Clause", width=52),
        "client_link": Column("Link", form="link"),
    },
    note="active ones first; whatever the period and filters; tickets opened, answers given and refunds approved while "
    "banned (only 0.2 ends the right to refunds)",
    empty="No ban is recorded in what is loaded. If there are any, load a list of them: "
    "`python -m etl dialects` shows its columns (house_bans).",
    opens=None,
    rows_shown=10,
)
registered(decisions, not_in)

st.subheader("Decided here", anchor=False)
past_decisions(decisions, not_in)

grounds = rows("reports.bans_by_clause")
if not grounds.empty:
    st.subheader("By ground", anchor=False)
    st.markdown(plain(rows("reports.ban_totals").unsuitable_text[0]))
    table(
        "bans_by_clause",
        "reports.bans_by_clause",
        {
            "clause": Column("Clause", narrow=True),
            "clause_text": Column("What it says", width=520, narrow=True),
            "ban_count": Column("Bans", form="%d", narrow=True),
            "ban_share": Column("of all", form="percent"),
            "active_count": Column("Active", form="%d"),
            "candidate_count": Column("For review", form="%d"),
        },
        note="most frequent first; bans active and lifted",
        empty="No ban is recorded.",
        opens=None,
    )
    clauses(grounds.clause.dropna().unique())

st.subheader("Recorded conduct", anchor=False)
table(
    "conduct",
    "reports.conduct_list",
    {
        "note": Column("Recorded", form="sentence", width=260, narrow=True),
        "happened_on": Column("On", form="day", narrow=True),
        "client_name": Column("Client", form="person", narrow=True),
        "ticket_id": Column("Ticket"),
        "recorded_by": Column("Recorded by", form="person", width=110),
        "banned_on": Column("Ban followed", form="day"),
        "clause": Column("Clause", width=56),
    },
    note="newest first; whatever the period and filters; the ban is the next under that clause",
    clause="0.2",
    empty="No incident is recorded in what is loaded. If the desk keeps a list of them, load it: "
    "`python -m etl dialects` shows its columns (house_incidents).",
    rows_shown=10,
)

st.subheader("Posts to look at", anchor=False)
suggested(decisions, not_in)
