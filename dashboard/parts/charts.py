"""How charts look: one colour, one meaning, everywhere; unknown drawn as unknown.

Pages say what to draw, this says how. Days are local days of the desk: they are drawn on a UTC
scale, so that the reader's own zone never shifts them.
"""

import altair as alt
import pandas as pd
import streamlit as st

# One colour, one meaning (look.md): told apart with any colour vision, and never by colour alone.
FIRST, LAST, LATE, OVERDUE = "#00785A", "#6CC5A6", "#E69F00", "#C1440E"
WAITING, SET_ASIDE, UNKNOWN, NEGLECTED = "#56B4E9", "#8C96A0", "#B8BEC4", "#CC79A7"
OPENED, CLOSED, BACKLOG = "#0B6E99", "#56B4E9", "#D55E00"

MEANINGS = {
    "within_1_day": FIRST,
    "within_2_days": LAST,
    "within_1_week": FIRST,
    "within_2_weeks": LAST,
    "pass": FIRST,
    "eligible": FIRST,
    "on_time": FIRST,
    "waiting": WAITING,
    "in_progress": WAITING,
    "open": WAITING,
    "active": WAITING,
    "closing_soon": LATE,
    "due": OVERDUE,
    "exempt": SET_ASIDE,
    "duplicate": SET_ASIDE,
    "deferred": "#5F6B76",
    "auto_closed": "#A9C3CF",
    "closed_unresolved": "#6E7F8D",
    "closed_unanswered": SET_ASIDE,
    "unknown": UNKNOWN,
    "late": LATE,
    "early": LATE,
    "fail": LATE,
    "ineligible": LATE,
    "overdue": OVERDUE,
    "missed": OVERDUE,
    "neglected": NEGLECTED,
}
MONDAYS = 9  # at most so many ticks on a time axis


def neutral() -> str:
    """Return the one hue of bars that mean no verdict (products, agents, hours), fit for the theme."""
    return "#4FB3D9" if st.context.theme.type == "dark" else "#0B6E99"


def ink() -> str:
    """Return the colour of rules and marks drawn over a chart, fit for the theme."""
    return "#E8EDF0" if st.context.theme.type == "dark" else "#141414"


def paper() -> str:
    """Return the background of the page, for the gaps between stacked marks."""
    return "#12171B" if st.context.theme.type == "dark" else "#FFFFFF"


def pick(*fields: str) -> alt.Parameter:
    """Return the selection that a click makes: the values of these fields lead to the tickets behind."""
    return alt.selection_point(name="pick", fields=list(fields), toggle=False, clear=False)


def days_axis(days: pd.Series, name: str, title: str, **more) -> alt.X:
    """Return an x axis over local days with ticks at days of the data, at most nine."""
    steps = max(1, -(-days.nunique() // MONDAYS))
    ticks = sorted(days.dropna().unique())[::steps]
    long = len(ticks) > 1 and (ticks[-1] - ticks[0]).days > 300
    values = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in map(pd.Timestamp, ticks)]
    return alt.X(
        f"{name}:T",
        title=title,
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(values=values, format="%-d %b %y" if long else "%-d %b", labelOverlap=True, grid=False),
        **more,
    )


def legend(columns: int = 4) -> alt.Legend:
    """Return a legend above the chart, broken into columns that fit half the page."""
    return alt.Legend(orient="top", columns=columns, title=None, labelLimit=0, symbolType="square", columnPadding=14)


def meaning(field: str, words: dict[str, str], present: pd.Series, **more) -> alt.Color:
    """Return the colour of a code: the codes that occur, in the order of `words`, worst last."""
    codes = [code for code in words if code in set(present)]
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=[words[code] for code in codes], range=[MEANINGS[code] for code in codes]),
        legend=legend(**more),
    )


def by_week(frame: pd.DataFrame, band: str, words: dict[str, str], date_title: str) -> alt.Chart:
    """Return stacked bars of tickets per week and band. Columns: week_on, week_until_on, is_whole_week, ticket_count."""
    shown = frame.assign(band=frame[band].map(words), order=frame[band].map(list(words).index))
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer")
        .encode(
            x=days_axis(shown.week_on, "week_on", date_title),
            x2="week_until_on:T",
            y=alt.Y("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=meaning("band", words, frame[band], columns=3),
            order=alt.Order("order:Q"),
            opacity=alt.condition("datum.is_whole_week", alt.value(1), alt.value(0.55)),
            tooltip=[
                alt.Tooltip("week_on:T", title="week of Monday", format="%-d %b %Y"),
                alt.Tooltip("band:N", title="tickets that are"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("week_ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("week_on", band))
        .properties(height=280)
    )


def pace(frame: pd.DataFrame, limits: tuple[float, float], unit: str, date_title: str) -> alt.LayerChart:
    """Return median and 90th percentile per week, with the two limits as rules.

    Columns: week_on, median_days, p90_days, n_count; a week of too few tickets has no point.
    """
    long = frame.melt(["week_on", "n_count"], ["median_days", "p90_days"], "measure", "days").dropna()
    long = long.assign(measure=long.measure.map({"median_days": "median", "p90_days": "90 % are within"}))
    base = alt.Chart(long)
    line = base.mark_line(point=alt.OverlayMarkDef(size=40, filled=True), strokeWidth=2).encode(
        x=days_axis(frame.week_on, "week_on", date_title),
        y=alt.Y("days:Q", title=unit, scale=alt.Scale(zero=True)),
        color=alt.Color(
            "measure:N",
            scale=alt.Scale(domain=["median", "90 % are within"], range=[neutral(), "#8C96A0"]),
            legend=legend(),
        ),
        tooltip=[
            alt.Tooltip("week_on:T", title="week of Monday", format="%-d %b %Y"),
            alt.Tooltip("measure:N", title="measure"),
            alt.Tooltip("days:Q", title=unit, format=".1f"),
            alt.Tooltip("n_count:Q", title="n", format=",d"),
        ],
    )
    return (limit_rules(limits, "y") + line).properties(height=280)


def limit_rules(limits: tuple[float, float], channel: str) -> alt.Chart:
    """Return the two limits of the terms as dashed rules across a chart."""
    marks = pd.DataFrame({"limit": list(limits)})
    return (
        alt.Chart(marks)
        .mark_rule(strokeDash=[5, 4], strokeWidth=1.2, color=ink(), opacity=0.6)
        .encode(**{channel: alt.X("limit:Q") if channel == "x" else alt.Y("limit:Q")})
    )


def spread(frame: pd.DataFrame, words: dict[str, str], limits: tuple[float, float], unit: str) -> alt.LayerChart:
    """Return the distribution of durations with the two limits marked.

    Columns: from_days, until_days, label, band, ticket_count; the last bucket is open-ended.
    """
    shown = frame.assign(band=frame.band_code.map(words))
    bars = (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", binSpacing=1)
        .encode(
            x=alt.X("from_days:Q", title=unit, axis=alt.Axis(grid=False, tickCount=10)),
            x2="until_days:Q",
            y=alt.Y("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=meaning("band", words, frame.band_code, columns=4),
            tooltip=[
                alt.Tooltip("label:N", title=unit),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
            ],
        )
        .add_params(pick("bucket"))
    )
    return (bars + limit_rules(limits, "x")).properties(height=280)


def flows(frame: pd.DataFrame) -> alt.Chart:
    """Return inflow above and outflow below a line. Columns: from_on, opened_count, reopened_count, closed_count."""
    words = {"opened_count": "opened", "reopened_count": "reopened", "closed_count": "closed"}
    long = frame.melt(["from_on", "until_on", "step_code"], list(words), "kind", "ticket_count")
    long = long[long.ticket_count > 0].assign(kind=long.kind.map(words))
    # Closed ones hang below the line; the axis shows how many, never a negative number.
    long = long.assign(height=long.ticket_count.where(long.kind != "closed", -long.ticket_count))
    step = frame.step_code.iloc[0]
    return (
        alt.Chart(long)
        .mark_bar(cursor="pointer")
        .encode(
            x=days_axis(frame.from_on, "from_on", step, timeUnit="utcyearmonthdate" if step == "day" else alt.Undefined),
            y=alt.Y(
                "height:Q",
                title=f"tickets a {step}",
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickMinStep=1),
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(words.values()), range=[OPENED, "#7A5195", CLOSED]),
                legend=legend(),
            ),
            tooltip=[
                alt.Tooltip("from_on:T", title="day" if step == "day" else "week from", format="%a %-d %b %Y"),
                alt.Tooltip("kind:N", title="tickets"),
                alt.Tooltip("ticket_count:Q", title="how many", format=",d"),
            ],
        )
        .add_params(pick("from_on", "kind"))
        .properties(height=260)
    )


def backlog(frame: pd.DataFrame) -> alt.Chart:
    """Return the open tickets at the end of each step as a line. Columns: from_on, until_on, backlog_count."""
    return (
        alt.Chart(frame)
        .mark_line(color=BACKLOG, strokeWidth=2)
        .encode(
            x=days_axis(frame.from_on, "until_on", f"end of {frame.step_code.iloc[0]}"),
            y=alt.Y(
                "backlog_count:Q",
                title="open tickets",
                scale=alt.Scale(zero=False),
                axis=alt.Axis(tickMinStep=1, format=",d"),
            ),
            tooltip=[
                alt.Tooltip("until_on:T", title="end of", format="%a %-d %b %Y"),
                alt.Tooltip("backlog_count:Q", title="open tickets", format=",d"),
            ],
        )
        .properties(height=260)
    )


def ranked(frame: pd.DataFrame, name: str, value: str, unit: str, across: float | None) -> alt.LayerChart:
    """Return bars of groups in the order of the frame, with the desk's own figure as a rule across."""
    bars = (
        alt.Chart(frame)
        .mark_bar(color=neutral(), cursor="pointer")
        .encode(
            y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=160)),
            x=alt.X(f"{value}:Q", title=unit),
            tooltip=[
                alt.Tooltip(f"{name}:N", title=" "),
                alt.Tooltip(f"{value}:Q", title=unit, format=".1f"),
                alt.Tooltip("n_count:Q", title="n", format=",d"),
            ],
        )
        .add_params(pick(name))
    )
    if across is None or across != across:
        return alt.layer(bars)
    rule = alt.Chart(pd.DataFrame({"desk": [across]})).mark_rule(color=ink(), strokeDash=[5, 4]).encode(x="desk:Q")
    return bars + rule


def heat(frame: pd.DataFrame) -> alt.Chart:
    """Return hour by weekday, darker for more tickets. Columns: weekday, weekday_name, hour, ticket_count."""
    days = frame.drop_duplicates("weekday").sort_values("weekday").weekday_name.tolist()
    dark = st.context.theme.type == "dark"
    return (
        alt.Chart(frame)
        .mark_rect(cursor="pointer", stroke=paper(), strokeWidth=1)
        .encode(
            x=alt.X("hour:O", title="hour of the day, local", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("weekday_name:O", sort=days, title=None),
            color=alt.Color(
                "ticket_count:Q",
                title="tickets",
                scale=alt.Scale(range=["#1B2227", "#4FB3D9"] if dark else ["#F4F6F8", "#0B6E99"]),
                legend=alt.Legend(orient="right", format=",d", tickMinStep=1),
            ),
            tooltip=[
                alt.Tooltip("weekday_name:N", title="weekday"),
                alt.Tooltip("hour:O", title="hour"),
                alt.Tooltip("ticket_count:Q", title="tickets opened", format=",d"),
            ],
        )
        .add_params(pick("weekday", "hour"))
        .properties(height=260)
    )
