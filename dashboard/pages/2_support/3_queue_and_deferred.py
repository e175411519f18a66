"""Who waits for an answer, since when and until when, and which tickets wait for a release?

Reads reports.queue_list (one row per ticket_id and turn_number) and reports.deferred_list (one row
per ticket_id).
"""

import streamlit as st

from dashboard.parts import Column, chosen, enough, head, table, words

head("Queue and deferred", "Who waits for an answer, and who for a release?")
filters = chosen()

st.subheader("The queue", anchor=False)
if enough("queue"):
    table(
        "queue",
        "reports.queue_list",
        {
            "queue_position": Column("Place", form="%d", width=56),
            "answer_code": Column("Answer", words=words.RESPONSE_BANDS, width=70, narrow=True),
            "waiting_business_days": Column("Business days", form="%.1f", width=98, narrow=True),
            "answer_due_at": Column("Expected by", form="instant"),
            "expected_answer_at": Column("At the desk's pace", form="instant"),
            "overtaken_count": Column("Overtaken", form="%d", width=76),
            "ticket_id": Column("Ticket", narrow=True),
            "subject": Column("Subject", width=100),
            "client_name": Column("Client", form="person"),
            "ticket_link": Column("Link", form="link"),
        },
        filters=filters,
        note=words.filled(
            "longest waiting first, whatever the period; overtaken: questions asked later and answered earlier; the pace "
            "is that of the last {queue.pace}"
        ),
        clause="4.2",
        empty="Nobody waits for an answer.",
    )

DEFERRED = {
    "reason": Column("Why", width=250, narrow=True),
    "next_release_on": Column("Release", form="day", narrow=True),
    "deferred_on": Column("Deferred", form="day"),
    "ticket_id": Column("Ticket", narrow=True),
    "subject": Column("Subject", width=112),
    "client_name": Column("Client", form="person"),
    "product_name": Column("Product", width=124),
    "ticket_link": Column("Link", form="link"),
}

st.subheader("Released, client not told", anchor=False)
table(
    "released_not_told",
    "reports.deferred_list",
    DEFERRED,
    filters=filters,
    where={"is_to_do": True},
    note="the release after the ticket was deferred is out, and no word of the desk followed; longest out first, "
    "whatever the period",
    clause="4.9",
    empty="No client waits for word of a release that is out.",
)

st.subheader("Other deferred tickets", anchor=False)
table(
    "deferred",
    "reports.deferred_list",
    DEFERRED,
    filters=filters,
    where={"is_to_do": False},
    note="open on hold for a release, or closed as deferred; whatever the period",
    clause="4.9",
    empty="No other ticket is deferred.",
)
