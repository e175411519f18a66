"""How long do answers and resolutions take, and where are they slow?

Reads for response and for resolution: reports.*_by_week (bands), *_pace_by_week, *_by_bucket and
*_by_group; and reports.oldest_open_tickets.
"""

import streamlit as st

from dashboard.parts import Column, chart, charts, chosen, enough, group_columns, head, rows, table, words

head("Response and resolution", "How long do answers and resolutions take, and where are they slow?")
filters = chosen()
clocks = {
    "response": {
        "title": "First response",
        "clause": "1.5",
        "bands": words.RESPONSE_BANDS,
        "limits": words.limits("response_time"),
        "unit": "business days",
        "done": "first answer",
        "done_on": "responded_on",
        "done_week_on": "responded_week_on",
        "is_done": "is_answered",
        "shares": {
            "within_1_day_share": words.filled("Within {response_time.first:days}"),
            "within_2_days_share": words.filled("Within {response_time.last:days}"),
        },
        "running": {"waiting_count": "Waiting"},
    },
    "resolution": {
        "title": "Resolution",
        "clause": "1.6",
        "bands": words.RESOLUTION_BANDS,
        "limits": words.limits("resolution_time"),
        "unit": "days",
        "done": "resolution",
        "done_on": "resolved_on",
        "done_week_on": "resolved_week_on",
        "is_done": "is_resolved",
        "shares": {
            "within_1_week_share": words.filled("Within {resolution_time.first:days}"),
            "within_2_weeks_share": words.filled("Within {resolution_time.last:days}"),
        },
        "running": {"in_progress_count": "In progress"},
    },
}

response_tab, resolution_tab, now_tab = st.tabs(
    ["First response", "Resolution", "Open tickets"], key="clock", bind="query-params", on_change="rerun"
)

for name, tab in (("response", response_tab), ("resolution", resolution_tab)):
    clock = clocks[name]
    with tab:
        if not tab.open or not enough(name):
            continue
        bands = rows(f"reports.{name}_by_week", filters)
        pace = rows(f"reports.{name}_pace_by_week", filters)
        spread = rows(f"reports.{name}_by_bucket", filters)
        st.subheader(f"{clock['title']}, week by week", anchor=False)
        chart(
            f"{name}_by_week",
            bands,
            lambda bands=bands, name=name, clock=clock: charts.by_week(bands, f"{name}_code", clock["bands"]),
            alt_text=f"Bars of tickets per week of opening, by {clock['title'].lower()}",
            note="by week of opening; pale bars are weeks that are not whole",
            clause=clock["clause"],
            leads_to=lambda values, name=name: {
                "opened_week_on": values["week_on"],
                f"{name}_code": values[f"{name}_code"],
                "within": "opened_on",
                "is_in_averages": True,
            },
        )
        left, right = st.columns(2, gap="medium")
        with left:
            st.subheader("Pace", anchor=False)
            chart(
                f"{name}_pace_by_week",
                pace,
                lambda pace=pace, clock=clock: charts.pace(pace, clock["limits"], clock["unit"]),
                alt_text=f"Lines of the median and the ninetieth percentile of {clock['unit']} per week",
                note=f"by week of the {clock['done']}; dashed: the limits; no point under n = 20",
                clause=clock["clause"],
                leads_to=lambda values, clock=clock: {
                    clock["done_week_on"]: values["week_on"],
                    "within": clock["done_on"],
                    clock["is_done"]: True,
                },
            )
        with right:
            st.subheader("Spread", anchor=False)
            chart(
                f"{name}_by_bucket",
                spread,
                lambda spread=spread, name=name, clock=clock: charts.spread(
                    spread, f"{name}_bucket", clock["bands"], clock["limits"], clock["unit"]
                ),
                alt_text=f"Bars of tickets by {clock['unit']} to the {clock['done']}, the limits marked",
                note=f"by day of the {clock['done']}; dashed: the limits; the last bar is all beyond",
                counts=("ticket_count",),
                clause=clock["clause"],
                leads_to=lambda values, name=name, clock=clock: {
                    f"{name}_bucket": values[f"{name}_bucket"],
                    "within": clock["done_on"],
                    clock["is_done"]: True,
                },
            )
        st.subheader("Where", anchor=False)
        kind = st.segmented_control(
            "Compare by",
            ["product", "agent", "channel"],
            default="product",
            key=f"{name}_kind",
            bind="query-params",
            required=True,
        )
        groups = rows(f"reports.{name}_by_group", filters, kind=kind)
        chart_side, table_side = st.columns([9, 20], gap="medium")
        with chart_side:
            chart(
                f"{name}_by_{kind}",
                groups.dropna(subset="median_days"),
                lambda groups=groups, clock=clock, kind=kind: charts.ranked(groups, kind, clock["unit"]),
                alt_text=f"Bars of the median {clock['unit']} by {kind}, the desk's own median as a line",
                note="by day of opening; dashed: the desk; no bar under n = 20",
                clause=clock["clause"],
                leads_to=lambda values, kind=kind, clock=clock: (
                    group_columns(kind, values["code"]) | {"within": "opened_on", clock["is_done"]: True}
                ),
                empty="No group has the 20 tickets a median needs.",
            )
        with table_side:
            table(
                f"{name}_{kind}_groups",
                f"reports.{name}_by_group",
                {
                    "label": Column(
                        kind.capitalize(), form="person" if kind == "agent" else None, width=108, narrow=True
                    ),
                    "n_count": Column("n", form="%d", width=38, narrow=True),
                    "median_days": Column("Median", form="%.1f", width=58, narrow=True),
                    "p90_days": Column("90 % within", form="%.1f", width=80),
                    **{column: Column(label, form="percent", width=64) for column, label in clock["shares"].items()},
                    "late_count": Column("Late", form="%d", width=42),
                    **{column: Column(label, form="%d", width=74) for column, label in clock["running"].items()},
                    "unknown_count": Column("Unknown", form="%d", width=66),
                },
                filters=filters,
                where={"kind": kind},
                note=f"by day of opening; in {clock['unit']}; n: tickets with a {clock['done']}; shares are met / (met + late)",
                clause=clock["clause"],
                empty="No tickets were opened in this period.",
                opens=None,
            )

with now_tab:
    if now_tab.open:
        st.subheader("Oldest open tickets", anchor=False)
        table(
            "oldest_open_tickets",
            "reports.oldest_open_tickets",
            {
                "age_days": Column("Open, days", form="%.1f", narrow=True),
                "turn_code": Column("Whose turn", words=words.TURN, narrow=True),
                "ticket_id": Column("Ticket", narrow=True),
                "subject": Column("Subject", width=190),
                "client_name": Column("Client", form="person"),
                "product_name": Column("Product"),
                "agent_name": Column("Agent", form="person"),
                "reopen_count": Column("Reopened", form="%d"),
                "ticket_link": Column("Link", form="link"),
            },
            filters=filters,
            note="oldest first; whatever the period",
            clause="1.6",
            empty="No ticket is open.",
        )
