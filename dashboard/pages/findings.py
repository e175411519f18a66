"""The refunds, disputes and incidents behind a cell of the terms.

Reads reports.other_findings (one row per rule and subject), narrowed by what the address says.
"""

from dashboard.parts import Column, asked_findings, head, table, words

head("Findings", "Which refunds, disputes and incidents are behind the number?")

table(
    "findings",
    "reports.other_findings",
    {
        "reason": Column("Why", form="sentence", width=250, narrow=True),
        "verdict": Column("Verdict", words=words.VERDICTS, width=80, narrow=True),
        "client_name": Column("Client", form="person", width=130, narrow=True),
        "happened_on": Column("On", form="day"),
        "subject_kind": Column("What", width=76),
        "subject_id": Column("Number", width=100),
        "rule": Column("Rule", words=words.RULES, width=126),
        "clause": Column("Clause", width=56),
    },
    where=asked_findings(),
    note="newest first; whatever the period and filters",
    empty="No refund, dispute or incident matches. Findings about tickets are on the page Tickets.",
    opens=None,
)
