"""Who may ask for support, and which tickets were opened by someone who may not?

Reads reports.eligibility_by_rule, reports.ticket_list and reports.eligibility_list (one row per client and product).
"""

import streamlit as st

from dashboard.parts import Column, chart, charts, chosen, clauses, enough, head, rows, table, words

head("Eligibility", "Who may ask for support, and which tickets fell outside the terms?")
filters = chosen()

if enough("eligibility"):
    conditions = rows("reports.eligibility_by_rule", filters)
    st.subheader("Tickets, condition by condition", anchor=False)
    chart(
        "eligibility_by_rule",
        conditions,
        lambda: charts.by_condition(conditions, words.RULES, words.VERDICTS),
        alt_text="Bars of tickets by verdict for each condition of support",
        note="by day of opening; unknown is not counted as met",
        leads_to=lambda values: {"rule": values["rule"], "verdict": values["verdict"], "within": "opened_on"},
    )
    clauses(conditions.clause.dropna().unique())

st.subheader("Tickets opened outside the terms", anchor=False)
table(
    "ineligible",
    "reports.ticket_list",
    {
        "eligibility_reason": Column("Why", form="sentence", width=428, narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "client_name": Column("Client", form="person", narrow=True),
        "product_name": Column("Product", width=102),
        "opened_on": Column("Opened", form="day"),
        "eligibility_clause": Column("Clause", width=56),
        "ticket_link": Column("Link", form="link"),
    },
    filters=filters,
    within="opened_on",
    where={"eligibility_code": "ineligible"},
    note="by day of opening, newest first",
    empty="No ticket of this period fell outside the terms.",
)

st.subheader("Who may open a ticket today", anchor=False)
table(
    "eligibility_today",
    "reports.eligibility_list",
    {
        "reason": Column("Why", form="sentence", width=436, narrow=True),
        "verdict": Column("May ask", words=words.MAY_ASK, width=70, narrow=True),
        "client_name": Column("Client", form="person", narrow=True),
        "product_name": Column("Product", width=120),
        "last_covered_on": Column("Covered through", form="day", width=112),
        "clause": Column("Clause", width=56),
    },
    note="one row per client and product bought; whatever the period and filters",
    clause="1.2",
    empty="No purchase that names its client and product is loaded, so nobody is known to be a client.",
    opens=None,
)
