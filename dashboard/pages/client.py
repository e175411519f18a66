"""One client: what they are entitled to today, product by product, and the rows that decide it.

Reads reports.client_facts, and of the client that the address names, whatever the filters,
reports.client_rights, conditions_today, client_purchases, ban_list and ticket_list.
"""

import streamlit as st

from dashboard.parts import Column, clauses, client_head, entitled, facts, nothing_known, plain, rows, table, words

client = client_head()

facts(
    {
        "Registered": (client.registered_at, "day"),
        "Country": (client.country_code, None),
        "Purchases": (client.purchase_count, None),
        "Tickets": (client.ticket_count, None),
        "Not eligible": (client.ineligible_count, None),
        "Last ticket": (client.last_opened_on, "day"),
    }
)

st.subheader("What they may ask for today", anchor=False)
rights = rows("reports.client_rights", client_id=client.client_id)
if rights.empty:
    nothing_known(client)
else:
    entitled(client.client_id)
    table(
        "rights",
        "reports.client_rights",
        {
            "product_name": Column("Product", width=112, narrow=True),
            "right_code": Column("Right", words=words.RIGHT_NAMES, width=64, narrow=True),
            "verdict": Column("May", words=words.ENTITLED, width=70),
            "reason": Column("Why", form="sentence", width=322, narrow=True),
            "evidence": Column("What decides", form="sentence", width=114),
            "since_on": Column("Since", form="day", width=90),
            "until_on": Column("Until", form="day", width=90),
            "clause": Column("Clause", width=54),
        },
        where={"client_id": client.client_id},
        note="as of now, whatever the period and filters; until: the last day covered",
        clause="1.2",
        empty="No product was bought.",
        opens=None,
    )
    st.subheader("Every condition of support", anchor=False)
    bought = dict(zip(rights.product_id, rights.product_name, strict=True))
    product = st.segmented_control(
        "Product",
        list(bought),
        default=next(iter(bought)),
        format_func=lambda code: plain(bought[code]),
        key="bought",
        bind="query-params",
        required=True,
    )
    table(
        "conditions",
        "reports.conditions_today",
        {
            "rule": Column("Condition", words=words.RULES, width=158, narrow=True),
            "verdict": Column("Verdict", words=words.VERDICTS, width=74, narrow=True),
            "reason": Column("Why", form="sentence", width=270),
            "evidence": Column("What decides", form="sentence", width=180, narrow=True),
            "since_on": Column("Since", form="day", width=90),
            "until_on": Column("Until", form="day", width=90),
            "clause": Column("Clause", width=54),
        },
        where={"client_id": client.client_id, "product_id": product},
        note="by the terms of today; until: the last day; each ticket is judged besides by what it describes (2.3), "
        "what it is about (4.1) and how it was asked (4.3)",
        clause="2",
        empty="No product was bought.",
        opens=None,
    )
    clauses(rows("reports.conditions_today", client_id=client.client_id).clause.drop_duplicates())

st.subheader("Purchases", anchor=False)
table(
    "purchases",
    "reports.client_purchases",
    {
        "purchase_id": Column("Purchase", width=96, narrow=True),
        "product_name": Column("Product", width=130, narrow=True),
        "situation": Column("State", width=236, narrow=True),
        "purchased_on": Column("Bought", form="day"),
        "last_covered_on": Column("Covered through", form="day", width=112),
        "support_extra_code": Column("Support extra", words=words.YES_NO, width=96),
        "amount": Column("Amount", form="%.2f", width=76),
        "currency_code": Column("Currency", width=70),
    },
    where={"client_id": client.client_id},
    note="newest first",
    clause="1.2",
    empty="Nothing was bought under any address of this client.",
    opens=None,
)

st.subheader("Bans", anchor=False)
table(
    "client_bans",
    "reports.ban_list",
    {
        "reason": Column("Recorded reason", form="sentence", width=320, narrow=True),
        "state": Column("State", words=words.BAN_STATES, width=80, narrow=True),
        "since_on": Column("Since", form="day", narrow=True),
        "until_on": Column("Lifted", form="day"),
        "decided_by": Column("Decided by", form="person", width=120),
        "answers_since_count": Column("Answers while banned", form="%d", width=150),
        "clause": Column("Clause", width=56),
    },
    where={"client_id": client.client_id},
    note="active ones first",
    clause="5",
    empty="No ban of this client is on record.",
    opens=None,
)

st.subheader("Tickets", anchor=False)
table(
    "of_client",
    "reports.ticket_list",
    {
        "situation": Column("Why", width=262, narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "subject": Column("Subject", width=120),
        "product_name": Column("Product", width=108),
        "opened_on": Column("Opened", form="day", width=90, narrow=True),
        "eligibility_code": Column("When opened", words=words.ELIGIBILITY, width=92),
        "conditions_text": Column("Conditions", width=178),
    },
    where={"client_id": client.client_id},
    note="newest first, under every address of the client",
    clause="2",
    empty="This client has opened no ticket.",
    rows_shown=10,
)
