"""The tickets behind a number: where every tile, bar and band leads.

Reads reports.ticket_list (one row per ticket_id) or, for a rule or an event, reports.ticket_findings
(one row per ticket_id and rule) or reports.ticket_events, narrowed by what the address says;
reports.ticket_metrics of the same tickets as a file.
"""

from dashboard.parts import Column, asked_tickets, chosen, every_metric, head, table, words

head("Tickets", "Which tickets are behind the number?")

LISTED = {
    "situation": Column("Why", width=298, narrow=True),
    "ticket_id": Column("Ticket", narrow=True),
    "subject": Column("Subject", width=90),
    "client_name": Column("Client", form="person", width=100),
    "opened_on": Column("Opened", form="day", width=86, narrow=True),
    "response_code": Column("First response", words=words.RESPONSE_BANDS, width=132),
    "resolution_code": Column("Resolution", words=words.RESOLUTION_BANDS, width=94),
    "ticket_link": Column("Link", form="link"),
}
JUDGED = {
    "reason": Column("Why", form="sentence", width=330, narrow=True),
    "verdict": Column("Verdict", words=words.VERDICTS, width=90, narrow=True),
    "ticket_id": Column("Ticket", narrow=True),
    "subject": Column("Subject", width=140),
    "client_name": Column("Client", form="person", width=110),
    "opened_on": Column("Opened", form="day"),
    "clause": Column("Clause", width=56),
    "ticket_link": Column("Link", form="link"),
}

report, where, within = asked_tickets()
total = table(
    "tickets",
    report,
    JUDGED if report == "reports.ticket_findings" else LISTED,
    filters=chosen(),
    within=within,
    where=where,
    note="newest first",
    empty="No ticket matches. The filters on the left may be narrower than the number you came from.",
)
every_metric(report, where, within, total)
