"""Who has no right to support at present, on what ground, and since when?

Reads reports.ban_list (one row per ban).
"""

import streamlit as st

from dashboard.parts import Column, clauses, head, rows, table, words

head("Banned clients", "Who has no right to support at present, on what ground, and since when?")

table(
    "bans",
    "reports.ban_list",
    {
        "reason": Column("Recorded reason", form="sentence", width=196, narrow=True),
        "state": Column("State", words=words.BAN_STATES, width=60, narrow=True),
        "client_name": Column("Client", form="person", narrow=True),
        "since_on": Column("Since", form="day"),
        "until_on": Column("Lifted", form="day"),
        "decided_by": Column("Decided by", form="person", width=110),
        "tickets_since_count": Column("Tickets", form="%d", width=60),
        "answers_since_count": Column("Answers", form="%d", width=66),
        "clause": Column("Clause", width=56),
        "client_link": Column("Link", form="link"),
    },
    note="active ones first; whatever the period and filters; tickets opened and answers given while banned",
    empty="No ban is recorded in what is loaded. If there are any, load a list of them: "
    "`python -m etl dialects` shows its columns (house_bans).",
    opens=None,
)
grounds = rows("reports.bans_by_clause")
if not grounds.empty:
    st.subheader("By ground", anchor=False)
    table(
        "bans_by_clause",
        "reports.bans_by_clause",
        {
            "clause": Column("Clause", narrow=True),
            "clause_text": Column("What it says", width=560, narrow=True),
            "ban_count": Column("Bans", form="%d", narrow=True),
            "ban_share": Column("of all", form="percent"),
            "active_count": Column("Active", form="%d"),
        },
        note="most frequent first",
        empty="No ban is recorded.",
        opens=None,
    )
    clauses(grounds.clause.unique())
