"""What was loaded, what was refused, and what is not known for want of a file?

Reads raw.files, raw.rejects, raw.skips and raw.ignored (the account of every file and record),
facts.orphans, reports.contradictions and reports.unknown_by_rule.
"""

import streamlit as st

from dashboard.parts import Column, chart, charts, chosen, desk, head, plain, rows, table

head("Data quality", "What was loaded, what was refused, and what is not known for want of a file?")

if isinstance(desk().left_of_sample_text, str):
    st.warning(
        f"The desk file still holds the sample's {plain(desk().left_of_sample_text)}, so business time is not your desk's. "
        "Write your own into data/desk.toml, then run:"
    )
    st.code("python -m etl rebuild --desk data/desk.toml", language="bash")

st.subheader("What is not known", anchor=False)
rules = rows("reports.unknown_by_rule", chosen())
chart(
    "unknown_by_rule",
    rules,
    lambda: charts.unknowns(rules),
    alt_text="Bars of the share of tickets whose verdict is unknown, by rule",
    note="tickets opened in the period; unknown ones count neither as met nor as late",
    leads_to=lambda values: {"rule": values["rule"], "verdict": "unknown", "within": "opened_on"},
    empty="No rule has judged anything in this period.",
)
table(
    "unknown_rules",
    "reports.unknown_by_rule",
    {
        "label": Column("Rule", width=160, narrow=True),
        "unknown_share": Column("Unknown", form="percent", width=70, narrow=True),
        "unknown_count": Column("Tickets", form="%d", width=58, narrow=True),
        "ticket_count": Column("of", form="%d", width=48),
        "main_reason": Column("Mostly because", form="sentence", width=290),
        "remedy": Column("Load this to know it", width=230),
        "clause": Column("Clause", width=56),
    },
    filters=chosen(),
    note="by day of opening",
    empty="No rule has judged anything in this period.",
    opens=None,
)

st.subheader("Files", anchor=False)
table(
    "files",
    "raw.files",
    {
        "file_name": Column("File", width=180, narrow=True),
        "dialect": Column("Recognised as"),
        "rows_count": Column("Records", form="thousands", narrow=True),
        "inserted_count": Column("Inserted", form="thousands"),
        "updated_count": Column("Updated", form="thousands"),
        "unchanged_count": Column("Unchanged", form="thousands"),
        "skipped_count": Column("Skipped", form="thousands"),
        "rejected_count": Column("Refused", form="thousands", narrow=True),
        "loaded_at": Column("Loaded", form="instant"),
    },
    note="records = inserted + updated + unchanged + skipped + refused",
    empty="No file was loaded.",
    opens=None,
)

st.subheader("Refused records", anchor=False)
table(
    "rejects",
    "raw.rejects",
    {
        "reason": Column("Why", form="sentence", width=300, narrow=True),
        "file_name": Column("File", narrow=True),
        "record_number": Column("Record", form="%d", narrow=True),
        "column_name": Column("Column"),
        "found_text": Column("Found", form="sentence", width=160),
    },
    note="1 is the first record after the header",
    empty="No record was refused.",
    opens=None,
)

st.subheader("Rows that name something not loaded", anchor=False)
table(
    "orphans",
    "facts.orphans",
    {
        "table_name": Column("In", narrow=True),
        "column_name": Column("Column"),
        "linked_table": Column("Not found in", narrow=True),
        "orphan_count": Column("Rows", form="thousands", narrow=True),
    },
    note="kept and counted, never dropped",
    empty="Everything that rows name was loaded.",
    opens=None,
)

st.subheader("Tickets whose export contradicts itself", anchor=False)
table(
    "contradictions",
    "reports.contradictions",
    {
        "ticket_id": Column("Ticket", narrow=True),
        "subject": Column("Subject", form="sentence", width=180),
        "opened_at": Column("Opened", form="instant"),
        "sentence": Column("What it says", form="sentence", width=280, narrow=True),
        "counted": Column("What counts", form="sentence", width=190),
    },
    filters=chosen(),
    note="by day of opening; kept as they were exported",
    empty="No ticket opened in this period contradicts itself.",
)

left, right = st.columns(2, gap="medium")
with left:
    st.subheader("Records left out", anchor=False)
    table(
        "skips",
        "raw.skips",
        {
            "reason": Column("Why", width=200, narrow=True),
            "file_name": Column("File", narrow=True),
            "record_number": Column("Record", form="%d", narrow=True),
        },
        note="as the kind of export says: totals, fee lines, cancellations",
        empty="No record was skipped.",
        opens=None,
    )
with right:
    st.subheader("Files not recognised", anchor=False)
    table(
        "ignored",
        "raw.ignored",
        {
            "file_name": Column("File", narrow=True),
            "reason": Column("Why", width=300, narrow=True),
        },
        note="found beside the files that were loaded",
        empty="Every file that was found was recognised.",
        opens=None,
    )
