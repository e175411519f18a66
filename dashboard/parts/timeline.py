"""The time line of one ticket: what was said and done, whose turn it was, and when the desk was shut.

Times are those on the desk's wall, drawn on a UTC scale so that the reader's own zone never shifts them.
"""

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.parts.charts import MEANINGS, OPENED, SET_ASIDE, UNKNOWN, ink, legend, neutral
from dashboard.parts.warehouse import rows
from dashboard.parts.words import MARKS, POSTS, SHUT, STRETCHES, ZOOMS, day, said
from etl.people import person

LANES = {
    "client": "client",
    "desk": "desk",
    "happened": "events",
    "expected": "expected by",
    "turn": "turn",
    "state": "state",
}
COLOURS = {
    "desk": MEANINGS["desk"],
    "client": MEANINGS["client"],
    "open": OPENED,
    "pending": "#8CBFD5",
    "on_hold": MEANINGS["deferred"],
    "solved": MEANINGS["solved"],
    "closed": SET_ASIDE,
}
SHAPES = {
    "client": "circle",
    "agent": "square",
    "private": "triangle-up",
    "automatic": "cross",
    "system": "diamond",
    "nobody": "stroke",
}
MARK_SHAPES = {
    "opened": "triangle-right",
    "first_answer": "square",
    "resolved": "diamond",
    "reopened": "triangle-left",
    "closed": "cross",
    "auto_closed": "cross",
}


def ticket_rows(ticket_id: str) -> dict[str, pd.DataFrame]:
    """Return what the time line draws, by the name of its report."""
    return {
        name: rows(f"reports.ticket_{name}", ticket_id=ticket_id)
        for name in ("posts", "stretches", "marks", "zooms", "shut_times")
    }


def pick_zoom(zooms: pd.DataFrame) -> object:
    """Draw the choice of spans where there is one, and return the row of the chosen span."""
    by_code = {zoom.zoom_code: zoom for zoom in zooms.itertuples()}
    code = "whole"
    if len(by_code) > 1:
        code = st.segmented_control(
            "Show",
            list(by_code),
            format_func=ZOOMS.get,
            default="whole",
            required=True,
            key="zoom",
            label_visibility="collapsed",
        )
    return by_code[code or "whole"]


def timeline(found: dict[str, pd.DataFrame], zoom: object) -> alt.LayerChart:
    """Return the time line of `ticket_rows` over the span of one row of reports.ticket_zooms."""
    begin, end = (moment.tz_localize(None) for moment in (zoom.from_at, zoom.until_at))
    scale = alt.Scale(type="utc", domain=[_utc(begin), _utc(end)])
    # A day at its midnight, between them the hour.
    axis = alt.Axis(
        title="time on the desk's clock",
        labelOverlap=True,
        grid=False,
        tickCount={"expr": "max(3, floor(width / 80))"},
        labelExpr="utchours(datum.value) ? utcFormat(datum.value, '%H:%M') : utcFormat(datum.value, '%-d %b')",
    )
    x = alt.X("from_at:T", scale=scale, axis=axis)
    y = alt.Y(
        "lane:N",
        sort=list(LANES.values()),
        title=None,
        scale=alt.Scale(domain=list(LANES.values())),
        axis=alt.Axis(labelLimit=90, grid=True),
    )
    shut = _on_the_wall(found["shut_times"], ("from_at", "until_at")).assign(
        kind=lambda frame: frame.kind_code.map(SHUT)
    )
    shut = shut[(shut.until_at > begin) & (shut.from_at < end)]
    stretches = _on_the_wall(found["stretches"], ("from_at", "until_at")).assign(
        lane=lambda frame: frame.lane_code.map(LANES),
        stretch=lambda frame: (frame.lane_code + "_" + frame.stretch_code).map(STRETCHES),
    )
    stretches = stretches[(stretches.until_at > begin) & (stretches.from_at < end)]
    points = _points(found)
    points = points[(points.from_at >= begin) & (points.from_at <= end)]
    return alt.layer(
        _shut(shut, x),
        _bars(stretches, x, y),
        _due(points[points.lane == LANES["expected"]], x),
        _symbols(points, x, y),
    ).properties(height=260)


def _utc(moment: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(
        year=moment.year, month=moment.month, date=moment.day, hours=moment.hour, minutes=moment.minute, utc=True
    )


def _on_the_wall(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the frame with its instants as the desk's clock showed them, and each in words."""
    shown = frame.copy()
    for column in columns:
        shown[column] = frame[column].dt.tz_localize(None)
        shown[f"{column}_said"] = [f"{moment:%a} {day(moment)}, {moment:%H:%M}" for moment in shown[column]]
    return shown


def _points(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every instant to be drawn: lane, kind (in words), from_at, who."""
    posts = found["posts"].rename(columns={"posted_at": "from_at"})
    posts = posts.assign(
        lane=posts.kind_code.map(lambda code: LANES["client" if code == "client" else "desk"]),
        kind=posts.kind_code.map(POSTS),
        who=posts.author_name.map(person, na_action="ignore").fillna(""),
        shape=posts.kind_code.map(SHAPES),
    )
    marks = found["marks"].rename(columns={"marked_at": "from_at"})
    marks = marks[marks.mark_code != "first_answer"].assign(
        lane=marks.is_expected.map({True: LANES["expected"], False: LANES["happened"]}),
        kind=marks.mark_code.map(lambda code: said(code, MARKS)),
        who="",
        shape=marks.mark_code.map(MARK_SHAPES).fillna("triangle-down"),
    )
    columns = ["from_at", "lane", "kind", "who", "shape"]
    return _on_the_wall(pd.concat([posts[columns], marks[columns]]), ("from_at",))


def _shut(shut: pd.DataFrame, x: alt.X) -> alt.Chart:
    return (
        alt.Chart(shut)
        .mark_rect(clip=True)
        .encode(
            x=x,
            x2="until_at:T",
            opacity=alt.Opacity(
                "kind:N", legend=None, scale=alt.Scale(domain=list(SHUT.values()), range=[0.16, 0.34, 0.55])
            ),
            color=alt.value(UNKNOWN),
            tooltip=[
                alt.Tooltip("kind:N", title="desk shut"),
                alt.Tooltip("reason:N", title="why"),
                alt.Tooltip("from_at_said:N", title="from"),
                alt.Tooltip("until_at_said:N", title="until"),
            ],
        )
    )


def _bars(stretches: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    codes = [code for code in STRETCHES if STRETCHES[code] in set(stretches.stretch)]
    names = [STRETCHES[code] for code in codes]
    return (
        alt.Chart(stretches)
        .mark_bar(clip=True, height=16)
        .encode(
            x=x,
            x2="until_at:T",
            y=y,
            color=alt.Color(
                "stretch:N",
                scale=alt.Scale(domain=names, range=[COLOURS[code.partition("_")[2]] for code in codes]),
                legend=legend(names),
            ),
            tooltip=[
                alt.Tooltip("stretch:N", title="was"),
                alt.Tooltip("from_at_said:N", title="from"),
                alt.Tooltip("until_at_said:N", title="until"),
                alt.Tooltip("length_days:Q", title="days", format=".1f"),
            ],
        )
    )


def _due(due: pd.DataFrame, x: alt.X) -> alt.Chart:
    return alt.Chart(due).mark_rule(clip=True, strokeDash=[5, 4], color=ink(), opacity=0.6).encode(x=x)


def _symbols(points: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    return (
        alt.Chart(points)
        .mark_point(clip=True, size=85, filled=True, color=neutral(), opacity=1, stroke=ink(), strokeWidth=0.5)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("shape:N", scale=None, legend=None),
            color=alt.condition(f"datum.lane === '{LANES['expected']}'", alt.value(ink()), alt.value(neutral())),
            tooltip=[
                alt.Tooltip("kind:N", title="what"),
                alt.Tooltip("who:N", title="who"),
                alt.Tooltip("from_at_said:N", title="when"),
            ],
        )
    )


def told(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the time line as a table: what is drawn, in the order of time."""
    points = _points(found).rename(columns={"from_at_said": "When", "kind": "What", "who": "Who"})
    stretches = _on_the_wall(found["stretches"], ("from_at", "until_at"))
    stretches = stretches.assign(
        When=stretches.from_at_said,
        What=(stretches.lane_code + "_" + stretches.stretch_code).map(STRETCHES) + ", until " + stretches.until_at_said,
        Who="",
    )
    both = pd.concat([points, stretches]).sort_values("from_at", kind="stable")
    return both[["When", "What", "Who"]].reset_index(drop=True)
