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
        "reason": Column("Recorded reason", form="sentence", width=230, narrow=True),
        "state": Column("State", words=words.BAN_STATES, width=60, narrow=True),
        "client_name": Column("Client", form="person", narrow=True),
        "since_on": Column("Since", form="day"),
        "until_on": Column("Lifted", form="day"),
        "decided_by": Column("Decided by", form="person"),
        "tickets_since_count": Column("Tickets since", form="%d", width=92),
        "answers_since_count": Column("Answers since", form="%d", width=96),
        "clause": Column("Clause", width=56),
        "client_link": Column("Link", form="link"),
    },
    note="active ones first; whatever the period and filters; counts are of the time of the ban",
    empty="No ban is recorded.",
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
