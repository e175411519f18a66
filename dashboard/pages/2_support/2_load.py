"""How much work comes in and how much waits: is the backlog growing, where, and why?

Reads reports.flow_by_day and load_by_age (backlog, flows), opened_by_hour, reopens_by_week,
load_by_group, causes_by_product, causes_by_version and satisfaction_by_week.
"""

import streamlit as st

from dashboard.parts import Column, chart, charts, chosen, enough, group_columns, head, rows, table, words

head("Load", "How much work comes in, how much waits, and why?")
filters = chosen()

backlog_tab, flow_tab, group_tab, cause_tab, satisfaction_tab = st.tabs(
    ["Backlog", "In and out", "By product, agent, channel", "Causes", "Satisfaction"],
    key="load",
    bind="query-params",
    on_change="rerun",
)

with backlog_tab:
    if backlog_tab.open and enough("load"):
        flows = rows("reports.flow_by_day", filters)
        st.subheader("Backlog, by whose turn it is", anchor=False)
        chart(
            "backlog_by_turn",
            flows,
            lambda: charts.by_turn(flows, words.TURN),
            alt_text="Bars of the tickets open at the end of each day or week, by whose turn it is",
            note="open at the end of the day: the day before + opened + reopened - closed; the client's turn "
            "follows a word of the desk",
            leads_to=lambda values: {"open_on": values["until_on"], "turn_code": values["turn_code"]},
        )
        ages = rows("reports.load_by_age", filters)
        st.subheader("Backlog, by age", anchor=False)
        chart(
            "backlog_by_age",
            ages,
            lambda: charts.by_age(ages, words.AGES),
            alt_text="Bars of the tickets open at the end of each day or week, by how long they have been open",
            note="open at the end of the day, by the time since the opening; the last day ends at the page's as-of",
            clause="1.6",
            leads_to=lambda values: {"open_on": values["until_on"], "age_code": values["age_code"]},
        )

with flow_tab:
    if flow_tab.open:
        if enough("load"):
            flows = rows("reports.flow_by_day", filters)
            st.subheader("Inflow and outflow", anchor=False)
            chart(
                "flow",
                flows,
                lambda: charts.flows(flows),
                alt_text="Bars of tickets opened and reopened above the line, closed below it",
                note="by the day of the opening, reopening or closing itself",
                counts=charts.FLOWS,
                leads_to=charts.flow_events,
            )
        hours = rows("reports.opened_by_hour", filters)
        st.subheader("When tickets are opened", anchor=False)
        chart(
            "opened_by_hour",
            hours,
            lambda: charts.heat(hours),
            alt_text="Heat map of tickets opened by hour of the day and weekday, local time",
            note="by the hour of opening, on the desk's own clock",
            counts=("ticket_count",),
            leads_to=lambda values: {
                "opened_weekday": values["weekday"],
                "opened_hour": values["hour"],
                "within": "opened_on",
            },
        )
        weeks = rows("reports.reopens_by_week", filters)
        left, right = st.columns(2, gap="medium")
        with left:
            st.subheader("Reopen rate", anchor=False)
            if enough("reopens"):
                chart(
                    "reopens_by_week",
                    weeks,
                    lambda: charts.lines(
                        weeks, {"reopened_share": "reopened"}, "share reopened", "closed_once_count", ".1%"
                    ),
                    alt_text="Line of the share of closed tickets that were reopened, by week of opening",
                    note="of tickets opened in the week and closed at least once; no point under n = 20",
                    clause="4.8",
                    leads_to=lambda values: {
                        "opened_week_on": values["week_on"],
                        "within": "opened_on",
                        "is_reopened": True,
                    },
                )
        with right:
            st.subheader("Posts per ticket", anchor=False)
            if enough("posts"):
                chart(
                    "posts_by_week",
                    weeks,
                    lambda: charts.lines(
                        weeks, {"mean_posts": "mean", "p90_posts": "90 % have at most"}, "posts", "posted_count"
                    ),
                    alt_text="Lines of the mean and the ninetieth percentile of posts per ticket, by week of opening",
                    note="public posts of people up to the closing, by week of opening; no point under n = 20",
                    leads_to=lambda values: {"opened_week_on": values["week_on"], "within": "opened_on"},
                )

with group_tab:
    if group_tab.open:
        kind = st.segmented_control(
            "Compare by",
            ["product", "agent", "channel"],
            default="product",
            key="load_kind",
            bind="query-params",
            required=True,
        )
        groups = rows("reports.load_by_group", filters, kind=kind)
        chart_side, table_side = st.columns([9, 20], gap="medium")
        with chart_side:
            chart(
                f"load_by_{kind}",
                groups,
                lambda: charts.inflow(groups, kind),
                alt_text=f"Bars of the tickets opened by {kind}",
                note="by the day of opening",
                leads_to=lambda values: group_columns(kind, values["code"]) | {"within": "opened_on"},
            )
        with table_side:
            table(
                f"load_{kind}_groups",
                "reports.load_by_group",
                {
                    "label": Column(
                        kind.capitalize(), form="person" if kind == "agent" else None, width=108, narrow=True
                    ),
                    "opened_count": Column("Opened", form="%d", width=60, narrow=True),
                    "reopened_count": Column("Reopened", form="%d", width=72),
                    "closed_count": Column("Closed", form="%d", width=54),
                    "backlog_count": Column("Backlog", form="%d", width=62, narrow=True),
                    "reopened_share": Column("Reopen rate", form="percent", width=84),
                    "posts_per_ticket": Column("Posts", form="%.1f", width=48),
                    "satisfied_share": Column("Satisfied", form="percent", width=68),
                    "rated_count": Column("n rated", form="%d", width=56),
                },
                filters=filters,
                where={"kind": kind},
                note="backlog: open at the end of the period; reopen rate: of those opened in the period and closed "
                "at least once; posts: mean per ticket; satisfied: good / (good + bad)",
                empty="No tickets in this period.",
                opens=None,
            )

with cause_tab:
    if cause_tab.open and enough("outcome"):
        products = rows("reports.causes_by_product", filters)
        st.subheader("How tickets ended", anchor=False)
        chart(
            "causes_by_product",
            products,
            lambda: charts.causes(products, words.OUTCOMES),
            alt_text="Bars of tickets by product, divided by how they ended",
            note="by the day of opening; the products whose clients' own sites were the cause most often first",
            clause="4.11",
            leads_to=lambda values: (
                group_columns("product", values["product_code"])
                | {"outcome_code": values["outcome_code"], "within": "opened_on"}
            ),
            empty="No ticket of this period has ended.",
        )
        st.subheader("Is a version itself at fault?", anchor=False)
        table(
            "causes_by_version",
            "reports.causes_by_version",
            {
                "product_name": Column("Product", width=150, narrow=True),
                "version_name": Column("Version", width=84, narrow=True),
                "n_count": Column("n", form="%d", width=46),
                "client_specific_share": Column("Client's own site", form="percent", width=116, narrow=True),
                "solved_share": Column("Solved", form="percent", width=66),
                "not_apparent_share": Column("No longer apparent", form="percent", width=132),
                "deferred_share": Column("Deferred", form="percent", width=74),
                "unknown_count": Column("Unknown", form="%d", width=70),
            },
            filters=filters,
            note="by the day of opening; n: tickets whose outcome is known; shares are of n",
            clause="4.11",
            empty="No ticket of this period has ended.",
            opens=None,
        )

with satisfaction_tab:
    if satisfaction_tab.open and enough("satisfaction"):
        ratings = rows("reports.satisfaction_by_week", filters)
        st.subheader("What clients said of the support", anchor=False)
        chart(
            "satisfaction_by_week",
            ratings,
            lambda: charts.by_week(ratings, "satisfaction_code", words.SATISFACTION),
            alt_text="Bars of tickets per week of opening, by what their client said of the support",
            note="by week of opening; pale bars are weeks that are not whole",
            leads_to=lambda values: {
                "opened_week_on": values["week_on"],
                "satisfaction_code": values["satisfaction_code"],
                "within": "opened_on",
            },
        )
