"""Which clause is kept and which not, month by month, and what does each say?

Reads reports.verdicts_by_month, reports.clause_list (one row per clause) and policy.clauses.
"""

import streamlit as st

from dashboard.parts import Column, chart, charts, chosen, head, plain, rows, table, words

head("Terms", "Which clauses are kept, which are not, and which can no query judge?")

verdicts = rows("reports.verdicts_by_month", chosen())
st.subheader("Clause by clause, month by month", anchor=False)
chart(
    "verdicts_by_month",
    verdicts,
    lambda: charts.terms(verdicts, words.RULES, words.VERDICTS),
    alt_text="Matrix of clauses by month: in each cell the shares of what was met, is running, is unknown and was not met",
    note="tickets by month of opening, the rest by month of the event; thirteen months to the end of the period",
    leads_to=lambda values: (
        {"rule": values["rule"], "verdict": values["verdict"]}
        | (
            {"opened_month_on": values["month_on"]}
            if values["is_about_tickets"]
            else {"happened_month_on": values["month_on"], "under_clause": values["clause"]}
        )
    ),
    leads_to_page=lambda values: "tickets" if values["is_about_tickets"] else "findings",
    empty="Nothing was judged in these months.",
)

st.subheader("What was not met", anchor=False)
months = verdicts.month_on.drop_duplicates().sort_values(ascending=False).tolist()
month = st.selectbox(
    "In the month",
    months,
    format_func="{:%B %Y}".format,
    key="month",
    bind="query-params",
    width=200,
    disabled=not months,
)
table(
    "not_met",
    "reports.verdicts_by_month",
    {
        "clause": Column("Clause", width=56),
        "rule": Column("Rule", words=words.RULES, width=260, narrow=True),
        "finding_count": Column("Not met", form="thousands", width=90, narrow=True),
        "judged_count": Column("of", form="thousands", width=90, narrow=True),
    },
    filters=chosen(),
    where={"verdict": "fail", "month_on": month},
    note="the same figures; what does not apply is left out of both",
    empty="Nothing was found in this month that is against the terms.",
    opens=None,
)

st.subheader("Every clause", anchor=False)
table(
    "clauses",
    "reports.clause_list",
    {
        "clause": Column("Clause", width=56, narrow=True),
        "text": Column("What it says", width=394, narrow=True),
        "judge_code": Column("Judged by", words=words.JUDGES, width=130, narrow=True),
        "question": Column("What is asked or looked for", width=340),
    },
    note="as the terms read at the as-of; a clause that no query can judge is not silently met",
    empty="The policy file has no clause.",
    opens=None,
    rows_shown=50,
    row_height=72,
)

st.subheader("One clause in full", anchor=False)
listed = rows("reports.clause_list")
number = st.selectbox("Clause", listed.clause, key="clause", bind="query-params", width=160)
one = next(listed[listed.clause == number].itertuples())
st.markdown(plain(one.text))
st.caption(f"{words.said(one.judge_code, words.JUDGED_BY)} {plain(one.question)}")
st.caption(f"Read as: {plain(one.reading)}")
table(
    "versions",
    "policy.clauses",
    {
        "effective_on": Column("Since", form="day", width=96, narrow=True),
        "parameter": Column("Number", width=120, narrow=True),
        "value": Column("Is", width=210, narrow=True),
        "unit": Column("Unit", width=120),
        "text": Column("What it says then", width=240),
        "source": Column("Source", width=140),
    },
    where={"clause": number},
    note="a version holds from 00:00 of its day until the next; before the first, the first does",
    empty="The policy file does not hold this clause.",
    opens=None,
)
