"""Who may ask for support, which tickets were opened by someone who may not, and what was given away?

Reads reports.given_away_now, eligibility_by_week, eligibility_by_reason, eligibility_by_known,
eligibility_by_rule, given_away_by_group, and as lists given_away, ticket_list, banned_answer_list
(one row per ticket_id) and eligibility_list (one row per client and product).
"""

import streamlit as st

from dashboard.parts import (
    Column,
    Tile,
    chart,
    charts,
    chosen,
    clauses,
    enough,
    figures,
    group_columns,
    head,
    look_up,
    rows,
    table,
    words,
)

head("Eligibility", "Who may ask for support, and which tickets fell outside the terms?")
filters = chosen()

look_up()

figures(
    "reports.given_away_now",
    {
        "ineligible_count": Tile(
            "Tickets not eligible",
            "Tickets of the period that failed a condition of support when they were opened",
            "2",
            leads_to={"eligibility_code": "ineligible", "within": "opened_on"},
        ),
        "unknown_count": Tile(
            "Eligibility unknown",
            "Tickets of the period with nothing against them of which not every condition is known",
            "2",
            leads_to={"eligibility_code": "unknown", "within": "opened_on"},
        ),
        "answer_count": Tile(
            "Answers given away",
            "Public answers of the desk on the tickets of the period that were not eligible when opened",
            leads_to={"eligibility_code": "ineligible", "within": "opened_on"},
        ),
        "banned_answer_count": Tile(
            "Answers to banned clients",
            "Public answers of the desk in the period to clients who were banned at that moment, on any of their "
            "tickets; those on tickets that were not eligible are among the answers given away too",
            "5",
        ),
    },
)

if enough("eligibility"):
    weeks = rows("reports.eligibility_by_week", filters)
    st.subheader("Eligible or not, week by week", anchor=False)
    chart(
        "eligibility_by_week",
        weeks,
        lambda: charts.by_week(weeks, "eligibility_code", words.ELIGIBILITY),
        alt_text="Bars of tickets per week of opening: eligible, unknown or not eligible when opened",
        note="by week of opening, judged at the opening; unknown: nothing against it, but not everything is known; "
        "pale bars are weeks that are not whole",
        clause="2",
        leads_to=lambda values: {
            "opened_week_on": values["week_on"],
            "eligibility_code": values["eligibility_code"],
            "within": "opened_on",
        },
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        reasons = rows("reports.eligibility_by_reason", filters)
        st.subheader("Why not, or why unknown", anchor=False)
        chart(
            "eligibility_by_reason",
            reasons,
            lambda: charts.by_reason(reasons, words.RULES, words.ELIGIBILITY),
            alt_text="Bars of tickets not eligible or unknown by the condition that decided",
            note="by day of opening; the first condition that failed, else the first unknown one, in the order of the "
            "terms",
            leads_to=lambda values: {
                "eligibility_code": values["eligibility_code"],
                "eligibility_clause": values["clause"],
                "within": "opened_on",
            },
            empty="Every ticket of this period is known to be eligible.",
        )
    with right:
        known = rows("reports.eligibility_by_known", filters)
        st.subheader("How much is known of the unknown", anchor=False)
        chart(
            "eligibility_by_known",
            known,
            lambda: charts.by_known(known),
            alt_text="Bars of tickets of unknown eligibility by how many conditions they are known to meet",
            note="tickets with nothing against them, by day of opening: conditions known to be met, of those asked; the rest "
            "is unknown",
            leads_to=lambda values: {
                "eligibility_code": "unknown",
                "met_condition_count": values["met_condition_count"],
                "condition_count": values["condition_count"],
                "within": "opened_on",
            },
            empty="Of no ticket of this period eligibility is unknown.",
        )
    conditions = rows("reports.eligibility_by_rule", filters)
    st.subheader("Condition by condition", anchor=False)
    chart(
        "eligibility_by_rule",
        conditions,
        lambda: charts.by_condition(conditions, words.RULES, words.VERDICTS),
        alt_text="Bars of tickets by verdict for each condition of support",
        note="by day of opening; unknown is not counted as met",
        leads_to=lambda values: {"rule": values["rule"], "verdict": values["verdict"], "within": "opened_on"},
    )
    clauses(conditions.clause.dropna().unique())

st.subheader("Support given away", anchor=False)
kind = st.segmented_control(
    "Compare by",
    ["reason", "product", "agent"],
    default="reason",
    key="given_away_kind",
    bind="query-params",
    required=True,
)
groups = rows("reports.given_away_by_group", filters, kind=kind)
chart_side, table_side = st.columns([8, 15], gap="medium")
with chart_side:
    chart(
        f"given_away_by_{kind}",
        groups.dropna(subset="answer_count"),
        lambda: charts.given_away(groups, kind, words.RULES),
        alt_text=f"Bars of the answers on tickets that were not eligible when opened, by {kind}",
        note="public answers on tickets that were not eligible when opened, by day of opening",
        leads_to=lambda values: (
            ({"eligibility_clause": values["code"]} if kind == "reason" else group_columns(kind, values["code"]))
            | {"eligibility_code": "ineligible", "within": "opened_on"}
        ),
        empty="No answer is known on a ticket outside the terms.",
    )
with table_side:
    named = (
        {
            "label": Column("Reason", words=words.RULES, width=154, narrow=True),
            "clause": Column("Clause", width=52),
        }
        if kind == "reason"
        else {"label": Column(kind.capitalize(), width=150, narrow=True)}
    )
    table(
        f"given_away_{kind}_groups",
        "reports.given_away_by_group",
        named
        | {
            "ticket_count": Column("Tickets", form="%d", width=56),
            "answered_count": Column("Answered", form="%d", width=68),
            "answer_count": Column("Answers", form="%d", width=62, narrow=True),
            "desk_days": Column("Desk time, days", form="%.1f", width=102, narrow=True),
            "unknown_desk_count": Column("Time unknown", form="%d", width=92),
        },
        filters=filters,
        where={"kind": kind},
        note="tickets not eligible when opened, by day of opening; desk time: from opening to closing, or until now, "
        "less the client's wait",
        empty="No ticket of this period fell outside the terms.",
        opens=None,
    )

st.subheader("Tickets opened outside the terms", anchor=False)
table(
    "ineligible",
    "reports.given_away",
    {
        "reason": Column("Why", form="sentence", width=330, narrow=True),
        "answer_count": Column("Answers", form="%d", width=62, narrow=True),
        "desk_days": Column("Desk days", form="%.1f", width=76),
        "met_text": Column("Met", width=52),
        "ticket_id": Column("Ticket", narrow=True),
        "client_name": Column("Client", form="person"),
        "opened_on": Column("Opened", form="day"),
        "clause": Column("Clause", width=56),
        "ticket_link": Column("Link", form="link"),
    },
    filters=filters,
    within="opened_on",
    note="by day of opening, most answers first; met: of the conditions asked then",
    empty="No ticket of this period fell outside the terms.",
)

st.subheader("Nothing against them, but not everything is known", anchor=False)
table(
    "eligibility_unknown",
    "reports.ticket_list",
    {
        "eligibility_reason": Column("What is not known", form="sentence", width=350, narrow=True),
        "conditions_text": Column("Known", width=186, narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "client_name": Column("Client", form="person"),
        "opened_on": Column("Opened", form="day"),
        "eligibility_clause": Column("Clause", width=56),
    },
    filters=filters,
    within="opened_on",
    where={"eligibility_code": "unknown"},
    note="by day of opening, newest first; the first unknown condition in the order of the terms",
    empty="Of every ticket of this period it is known whether it was eligible.",
    rows_shown=10,
)

st.subheader("Answers to banned clients", anchor=False)
table(
    "banned_answers",
    "reports.banned_answer_list",
    {
        "situation": Column("Why", form="sentence", width=330, narrow=True),
        "answer_count": Column("Answers", form="%d", width=62, narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "client_name": Column("Client", form="person"),
        "agent_name": Column("Agent", form="person"),
        "last_answered_on": Column("Last answer", form="day"),
        "clause": Column("Banned under", width=92),
        "ticket_link": Column("Link", form="link"),
    },
    filters=filters,
    note="by day of the answer, newest first; on any ticket of the client, while the client was banned",
    clause="5",
    empty="No banned client was answered in this period.",
    rows_shown=10,
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
    note="one row per client and product bought; a click on a client shows every condition; whatever the period and "
    "filters",
    clause="1.2",
    empty="No purchase that names its client and product is loaded, so nobody is known to be a client.",
    opens="client_name",
)
