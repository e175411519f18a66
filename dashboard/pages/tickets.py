"""The tickets behind a number: where every tile, bar and band leads.

Reads reports.ticket_list (one row per ticket_id), narrowed by what the address says.
"""

import streamlit as st

from dashboard.parts import Column, asked_tickets, chosen, head, table, words

head("Tickets", "Which tickets are behind the number?")

where, within = asked_tickets()
table(
    "tickets",
    "reports.ticket_list",
    {
        "ticket_id": Column("Ticket", narrow=True),
        "subject": Column("Subject", width=240),
        "client_name": Column("Client", form="person"),
        "product_name": Column("Product"),
        "agent_name": Column("Agent", form="person"),
        "opened_at": Column("Opened", form="instant", narrow=True),
        "response_code": Column("First response", words=words.RESPONSE_BANDS, narrow=True),
        "response_business_days": Column("business days", form="%.1f"),
        "resolution_code": Column("Resolution", words=words.RESOLUTION_BANDS),
        "resolution_days": Column("days", form="%.1f"),
        "eligibility_code": Column("Eligible", words=words.ELIGIBILITY),
        "ticket_link": Column("Help desk", form="link"),
    },
    filters=chosen(),
    within=within,
    where=where,
    note="newest first",
    empty="No ticket matches. The filters on the left may be narrower than the number you came from.",
)
