"""Is the desk keeping up, and what needs a person now?

Reads reports.measures and reports.measures_by_step (tiles), reports.attention and reports.flow_by_day.
"""

import streamlit as st

from dashboard.parts import Column, Tile, chart, charts, chosen, enough, head, rows, table, tiles, words

head("Today", "Is the desk keeping up, and what needs a person now?")

tiles(
    {
        "open": Tile("Open", "Tickets open now.", None, True, {"is_open": True}),
        "waiting_on_desk": Tile(
            "Waiting on the desk",
            "Open tickets whose last word is not the desk's.",
            None,
            True,
            {"is_waiting_on_desk": True},
        ),
        "answers_overdue": Tile(
            "Answers overdue",
            "Questions that have waited longer than the last limit for answers.",
            "1.5",
            True,
            {"is_answer_overdue": True},
        ),
        "resolutions_overdue": Tile(
            "Resolutions overdue",
            "Open tickets older than the last limit for resolutions.",
            "1.6",
            True,
            {"is_resolution_overdue": True},
        ),
        "opened": Tile("Opened", "Tickets opened in the period.", None, None, {"within": "opened_on"}),
        "closed": Tile(
            "Closed",
            "Closings in the period, also those of tickets that came back later.",
            leads_to={"event_code": "closed", "within": "event_on"},
        ),
        "median_response": Tile(
            "Median first response, business days",
            "Of first answers given in the period.",
            "1.5",
            True,
            {"within": "responded_on", "is_answered": True},
        ),
        "within_1_and_2_days": Tile(
            words.filled("Answered within {response_time.first:days} · {response_time.last}"),
            "Of tickets opened in the period that were answered, or should have been by now.",
            "1.5",
            False,
            {"within": "opened_on", "is_judged_on_response": True},
        ),
    }
)

st.subheader("What needs a person now", anchor=False)
table(
    "attention",
    "reports.attention",
    {
        "reason": Column("Why", form="sentence", width=316, narrow=True),
        "due_at": Column("By", form="instant", narrow=True),
        "ticket_id": Column("Ticket", narrow=True),
        "subject": Column("Subject", width=149),
        "client_name": Column("Client", form="person"),
        "clause": Column("Clause", width=56),
        "ticket_link": Column("Link", form="link"),
    },
    filters=chosen(),
    rows_shown=8,
    note="most pressing first; whatever the period",
    empty="Nothing is pressing: no answer is overdue and no waiting ticket is about to close.",
)

flows = rows("reports.flow_by_day", chosen())
left, right = st.columns([3, 2], gap="medium")
with left:
    st.subheader("Inflow and outflow", anchor=False)
    chart(
        "flow_by_day",
        flows,
        lambda: charts.flows(flows),
        alt_text="Bars of tickets opened and reopened above the line, closed below it, by day",
        note="by the day of the opening, reopening or closing itself",
        counts=charts.FLOWS,
        leads_to=charts.flow_events,
    )
with right:
    st.subheader("Backlog", anchor=False)
    if enough("load"):
        chart(
            "backlog_by_day",
            flows,
            lambda: charts.backlog(flows),
            alt_text="Line of the tickets open at the end of each day",
            note="open tickets at the end of each day",
            leads_to=lambda values: {"open_on": values["until_on"]},
        )
