"""What if a number of the terms were another: which verdicts would change, and of which tickets?

Reads what_if.outcomes, what_if.moves and what_if.change_list, of the trial that the address names.
"""

import streamlit as st

from dashboard.parts import (
    Column,
    ask_what,
    chart,
    charts,
    head,
    keep_it,
    nothing_judges,
    pending_terms,
    plain,
    rows,
    table,
    tried,
    words,
)

head("What if", "What if a number of the terms were another: which verdicts would change?")
pending_terms()
asked = ask_what()
if asked is None:
    st.stop()
if nothing_judges(asked):
    st.info("No verdict depends on this number: it moves forecasts only, such as when an answer can be expected.")
    keep_it(asked)
    st.stop()

st.subheader(plain(asked.sentence), anchor=False)
with tried(asked):
    outcomes = rows("what_if.outcomes")
    chart(
        "what_if_outcomes",
        outcomes,
        lambda: charts.side_by_side(outcomes, words.RULES, words.TRIED),
        alt_text="Two bars per rule: its verdicts as they are, and as they would be",
        note="everything loaded, whatever the period and filters; what does not apply is left out",
    )
    table(
        "what_if_moves",
        "what_if.moves",
        {
            "judge": Column("Rule", words=words.RULES, width=240, narrow=True),
            "old_verdict": Column("Is", words=words.TRIED, width=140, narrow=True),
            "new_verdict": Column("Would be", words=words.TRIED, width=140),
            "subject_count": Column("Findings", form="thousands", width=90, narrow=True),
            "clause": Column("Clause", width=56),
        },
        note="verdicts that would change",
        empty="No verdict would change.",
        opens=None,
    )
    st.subheader("What would change", anchor=False)
    moves = rows("what_if.moves")
    kinds = st.pills(
        "Only of",
        list(dict.fromkeys(moves.judge)),
        format_func=lambda judge: words.said(judge, words.RULES),
        key="judge",
        bind="query-params",
    )
    others = rows("what_if.change_list", limit=1, ticket_id=None)
    table(
        "what_if_changes",
        "what_if.change_list",
        {
            "new_reason": Column("Why then", form="sentence", width=294, narrow=True),
            "old_verdict": Column("Is", words=words.TRIED, width=66),
            "new_verdict": Column("Would be", words=words.TRIED, width=76, narrow=True),
            "ticket_id": Column("Ticket", narrow=True),
            **({} if others.empty else {"other_subject": Column("Other", width=110)}),
            "client_name": Column("Client", form="person", width=106),
            "opened_on": Column("Opened", form="day"),
            "judge": Column("Rule", words=words.RULES, width=160),
            "clause": Column("Clause", width=50),
        },
        where={"judge": kinds} if kinds else None,
        note="newest tickets first; whatever the period and filters",
        empty="No verdict would change.",
    )

st.subheader("Keep it", anchor=False)
keep_it(asked)
