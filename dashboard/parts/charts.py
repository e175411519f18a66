"""How charts look: one colour, one meaning, everywhere; unknown drawn as unknown.

Pages say what to draw, this says how. Days are local days of the desk: they are drawn on a UTC
scale, so that the reader's own zone never shifts them.
"""

import json
from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

# Altair checks each part as it is made, and Streamlit the whole chart again: once is enough at every look.
disable_debug_mode()

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
    "closed_unresolved": "#A07855",
    "closed_unanswered": SET_ASIDE,
    "solved": FIRST,
    "not_apparent": LAST,
    "client_specific": "#9A7FD1",
    "unresolved": "#A07855",
    "good": FIRST,
    "unrated": SET_ASIDE,
    "bad": LATE,
    "desk": "#D55E00",
    "client": WAITING,
    "not_started": "#5F6B76",
    "unknown": UNKNOWN,
    "late": LATE,
    "early": "#F3CF80",  # beside "late" in one bar
    "fail": LATE,
    "candidate": LATE,
    "ineligible": LATE,
    "overdue": OVERDUE,
    "missed": OVERDUE,
    "neglected": NEGLECTED,
}
PERCENT = "format(100 * datum.value, '.0f') + ' %'"  # of a share, as tables write it
FLOWS = {"opened_count": "opened", "reopened_count": "reopened", "closed_count": "closed"}
TICKS = 9  # at most so many on a time axis
LETTER, SYMBOL = 5.4, 30  # pixels of a letter and of the square beside a legend's label


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


def pickable(drawn: alt.TopLevelMixin) -> dict[str, dict[str, object]]:
    """Return what clicks on a chart can pick, in the order of its data, by what the tooltip calls it; days as ISO text."""
    fields = next(list(param.select["fields"]) for param in drawn.params if param.name == "pick")
    layers = drawn.layer if isinstance(drawn, alt.LayerChart) else [drawn]
    frames = [drawn.data if layer.data is alt.Undefined else layer.data for layer in layers]
    data, layer = next(both for both in zip(frames, layers, strict=True) if set(fields) <= set(both[0].columns))
    told = [
        tip.shorthand.removesuffix(":N").removesuffix(":O")
        for tip in layer.encoding.tooltip
        if ":Q" not in tip.shorthand
    ]
    values = [_days(data[field]) if field.endswith("_on") else _values(data[field]) for field in fields]
    picks = list(zip(*values, strict=True))
    each = len(set(picks))
    words = [data[column].astype(str).tolist() for column in told]
    # What differs among marks of one pick, as the two lines of a week do, is none of its name.
    alike = [column for column in words if len({*zip(picks, column, strict=True)}) == each]
    names = map(", ".join, zip(*alike, strict=True))
    return {name: dict(zip(fields, pick, strict=True)) for name, pick in zip(names, picks, strict=True)}


def _days(instants: pd.Series) -> list[str]:
    return instants.to_numpy().astype("datetime64[D]").astype(str).tolist()


def _values(column: pd.Series) -> list:
    """Return Python's own values, None where there is none: one nan is not the same as another."""
    return column.astype(object).where(column.notna(), None).tolist()


def days_axis(days: pd.Series, name: str, title: str, until: pd.Series | None = None, **more) -> alt.X:
    """Return an x axis over local days with ticks at days of the data, at most nine.

    With `until`, the last days of bars, it spans all of them: days without a bar are not cut off its ends.
    """
    steps = max(1, -(-days.nunique() // TICKS))
    ticks = sorted(days.dropna().unique())[::steps]
    long = len(ticks) > 1 and (ticks[-1] - ticks[0]).days > 300
    values = [_utc(day) for day in ticks]
    span = {} if until is None else {"domain": [_utc(days.min()), _utc(until.max() + pd.Timedelta(days=1))]}
    return alt.X(
        f"{name}:T",
        title=title,
        scale=alt.Scale(type="utc", **span),
        axis=alt.Axis(
            values=values,
            labelExpr=f"utcFormat(datum.value, '{'%-d %b %y' if long else '%-d %b'}')",
            labelOverlap=True,
            grid=False,
        ),
        **more,
    )


def _utc(day: object) -> alt.DateTime:
    stamp = pd.Timestamp(day)
    return alt.DateTime(year=stamp.year, month=stamp.month, date=stamp.day, utc=True)


def said(days: pd.Series, weekday: bool = False) -> pd.Series:
    """Return days as text for a tooltip, which would else be written in the reader's own zone."""
    text = days.dt.day.astype(str) + days.dt.strftime(" %b %Y")
    return days.dt.strftime("%a ") + text if weekday else text


def legend(labels: Sequence[str], beyond: int = 40) -> alt.Legend:
    """Return a legend above the chart: one row where its labels fit, else as many columns as do.

    It may reach so many pixels beyond the bars: none where they end at the edge of a phone.
    """
    widths = [LETTER * len(label) + SYMBOL for label in labels]
    columns = alt.ExprRef(
        f"width + {beyond} >= {sum(widths):.0f} ? {len(widths)} "
        f": max(1, floor((width + {beyond}) / {max(widths, default=1):.0f}))"
    )
    return alt.Legend(
        orient="top",
        columns=columns,
        title=None,
        labelLimit=0,
        symbolType="square",
        symbolSize=110,
        symbolStrokeWidth=0,
        columnPadding=12,
        offset=10,
    )


def wrapped() -> alt.Axis:
    """Return the axis of rows with long names, told in two lines: on a phone the bars need the room."""
    # The second line begins at the first space after half of the name.
    half = "indexof(datum.label, ' ', ceil(length(datum.label) / 2) - 3)"
    lines = f"length(datum.label) > 20 && {half} > 0 ? [slice(datum.label, 0, {half}), slice(datum.label, {half} + 1)] : datum.label"
    return alt.Axis(labelExpr=lines, labelLimit=200, ticks=False, domain=False)


def meaning(field: str, words: dict[str, str], present: pd.Series, beyond: int = 40) -> alt.Color:
    """Return the colour of a code: the codes that occur, in the order of `words`, worst last."""
    codes = [code for code in words if code in set(present)]
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=[words[code] for code in codes], range=[MEANINGS[code] for code in codes]),
        legend=legend([words[code] for code in codes], beyond),
    )


def by_week(frame: pd.DataFrame, band: str, words: dict[str, str]) -> alt.Chart:
    """Return stacked bars of tickets per week and band. Columns: week_on, week_until_on, is_whole_week, ticket_count."""
    shown = frame.assign(
        band=frame[band].map(words), order=frame[band].map(list(words).index), said_on=said(frame.week_on)
    )
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer")
        .encode(
            x=days_axis(shown.week_on, "week_on", "week of opening, from its Monday", bin="binned"),
            x2="week_until_on:T",
            y=alt.Y("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=meaning("band", words, frame[band]),
            order=alt.Order("order:Q"),
            opacity=alt.condition("datum.is_whole_week", alt.value(1), alt.value(0.55)),
            tooltip=[
                alt.Tooltip("said_on:N", title="week from Monday"),
                alt.Tooltip("band:N", title="tickets that are"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("week_ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("week_on", band))
        .properties(height=300)
    )


def pace(frame: pd.DataFrame, limits: tuple[float, ...], unit: str) -> alt.LayerChart:
    """Return median and ninetieth percentile per week as lines, with the limits as rules.

    Columns: week_on, median_days, p90_days, n_count; a week of too few tickets has no point.
    """
    names = {"median_days": "half are within", "p90_days": "90 % are within"}
    return (limit_rules(limits, "y") + lines(frame, names, unit)).properties(height=300)


def lines(frame: pd.DataFrame, names: dict[str, str], unit: str, n: str = "n_count", form: str = ".1f") -> alt.Chart:
    """Return columns as lines over the weeks, the first in the neutral hue; no point where there is no value.

    Columns: week_on, those of `names`, and `n`, the tickets behind a point.
    """
    long = frame.melt(["week_on", n], list(names), "measure", "value")
    long = long.assign(measure=long.measure.map(names), said_on=said(long.week_on))
    percent = {"labelExpr": PERCENT, "tickCount": 5} if "%" in form else {}
    return (
        alt.Chart(long)
        .mark_line(point=alt.OverlayMarkDef(size=45, filled=True, cursor="pointer"), strokeWidth=2)
        .encode(
            x=days_axis(frame.week_on, "week_on", "week, from its Monday"),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=True), axis=alt.Axis(**percent)),
            color=alt.Color(
                "measure:N",
                scale=alt.Scale(domain=list(names.values()), range=[neutral(), "#8C96A0"][: len(names)]),
                legend=legend(list(names.values())) if len(names) > 1 else None,
            ),
            tooltip=[
                alt.Tooltip("said_on:N", title="week from Monday"),
                alt.Tooltip("measure:N", title="measure"),
                alt.Tooltip("value:Q", title=unit, format=form),
                alt.Tooltip(f"{n}:Q", title="n", format=",d"),
            ],
        )
        .add_params(pick("week_on"))
        .properties(height=300)
    )


def limit_rules(limits: tuple[float, ...], channel: str) -> alt.Chart:
    """Return the limits of the terms as dashed rules across a chart."""
    marks = pd.DataFrame({"limit": list(limits)})
    return (
        alt.Chart(marks)
        .mark_rule(strokeDash=[5, 4], strokeWidth=1.2, color=ink(), opacity=0.6)
        .encode(**{channel: "limit:Q"}, tooltip=alt.Tooltip("limit:Q", title="limit"))
    )


def spread(
    frame: pd.DataFrame, bucket: str, words: dict[str, str], limits: tuple[float, ...], unit: str
) -> alt.LayerChart:
    """Return the distribution of durations with the limits marked.

    Columns: from_days, until_days, label, band_code (None of an empty one), ticket_count; the last bucket is open-ended.
    """
    shown = frame.assign(band=frame.band_code.map(words))
    bars = (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", stroke=paper(), strokeWidth=1)
        .encode(
            x=alt.X(
                "from_days:Q",
                bin="binned",
                title=unit,
                axis=alt.Axis(grid=False, tickCount=8),
                scale=alt.Scale(nice=False),
            ),
            x2="until_days:Q",
            y=alt.Y("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=meaning("band", words, frame.band_code),
            tooltip=[
                alt.Tooltip("label:N", title=unit),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
            ],
        )
        .add_params(pick(bucket))
    )
    return (bars + limit_rules(limits, "x")).properties(height=300)


def flows(frame: pd.DataFrame) -> alt.Chart:
    """Return inflow above and outflow below a line. Columns: from_on, opened_count, reopened_count, closed_count."""
    words = FLOWS
    long = frame.melt(["from_on", "until_on", "week_on", "step_code"], list(words), "kind", "ticket_count")
    long = long[long.ticket_count > 0].assign(kind=long.kind.map(words))
    # Closed ones hang below the line; the axis shows how many, never a negative number.
    long = long.assign(height=long.ticket_count.where(long.kind != "closed", -long.ticket_count))
    step = frame.step_code.iloc[0]
    # A bar ends a little before the next one begins.
    long = long.assign(ends_on=long.until_on + pd.Timedelta(hours=19), said_on=said(long.from_on, weekday=True))
    return (
        alt.Chart(long)
        .mark_bar(cursor="pointer", binSpacing=0)
        .encode(
            x=days_axis(frame.from_on, "from_on", step, frame.until_on, bin="binned"),
            x2="ends_on:T",
            y=alt.Y(
                "height:Q",
                title=f"tickets a {step}",
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',d')", tickMinStep=1),
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(words.values()), range=[OPENED, "#7A5195", CLOSED]),
                legend=legend(list(words.values())),
            ),
            tooltip=[
                alt.Tooltip("said_on:N", title="day" if step == "day" else "week from"),
                alt.Tooltip("kind:N", title="tickets"),
                alt.Tooltip("ticket_count:Q", title="how many", format=",d"),
            ],
        )
        .add_params(pick("from_on", "week_on", "step_code", "kind"))
        .properties(height=300)
    )


def flow_events(picked: dict) -> dict[str, object]:
    """Return what the address says to reach the events of a bar of `flows`."""
    if picked["step_code"] == "day":
        return {"event_code": picked["kind"], "event_on": picked["from_on"]}
    return {"event_code": picked["kind"], "event_week_on": picked["week_on"], "within": "event_on"}


def backlog(frame: pd.DataFrame) -> alt.Chart:
    """Return the open tickets at the end of each step as a line. Columns: from_on, until_on, backlog_count."""
    return (
        alt.Chart(frame.assign(said_on=said(frame.until_on, weekday=True)))
        .mark_line(
            color=BACKLOG,
            strokeWidth=2,
            point=alt.OverlayMarkDef(color=BACKLOG, size=18, filled=True, cursor="pointer"),
        )
        .encode(
            x=days_axis(frame.from_on, "until_on", f"end of {frame.step_code.iloc[0]}"),
            y=alt.Y(
                "backlog_count:Q",
                title="open tickets",
                scale=alt.Scale(zero=False),
                axis=alt.Axis(tickMinStep=1, format=",d"),
            ),
            tooltip=[
                alt.Tooltip("said_on:N", title="end of"),
                alt.Tooltip("backlog_count:Q", title="open tickets", format=",d"),
            ],
        )
        .add_params(pick("until_on"))
        .properties(height=300)
    )


def by_turn(frame: pd.DataFrame, words: dict[str, str]) -> alt.Chart:
    """Return the backlog at the end of each step by whose turn it is.

    Columns: from_on, until_on, step_code, waiting_on_desk_count, waiting_on_client_count.
    """
    counts = {"waiting_on_client_count": "client", "waiting_on_desk_count": "desk"}
    long = frame.melt(["from_on", "until_on", "step_code"], list(counts), "turn_code", "ticket_count")
    long = long.assign(turn_code=long.turn_code.map(counts))
    called = {code: words[code] for code in ("client", "desk")}
    return _stock(long, "turn_code", called, {code: MEANINGS[code] for code in called}, "whose turn")


def by_age(frame: pd.DataFrame, words: dict[str, str]) -> alt.Chart:
    """Return the backlog at the end of each step by age, older ones darker (lighter on a dark page).

    Columns: from_on, until_on, step_code, age_code, ticket_count.
    """
    ramp = ["#C9E0EA", "#8CBFD5", "#4C9ABB", "#0B6E99", "#06425C"]
    ramp = ["#20414F", "#2C6681", "#3A8FB4", "#7CC4DE", "#D3EEF8"] if st.context.theme.type == "dark" else ramp
    return _stock(frame, "age_code", words, dict(zip(words, ramp, strict=True)), "open for")


def _stock(frame: pd.DataFrame, code: str, words: dict[str, str], colours: dict[str, str], title: str) -> alt.Chart:
    step = frame.step_code.iloc[0]
    shown = frame.assign(
        called=frame[code].map(words),
        order=frame[code].map(list(words).index),
        ends_on=frame.until_on + pd.Timedelta(hours=19),
        said_on=said(frame.until_on, weekday=True),
    )
    return (
        alt.Chart(shown[shown.ticket_count > 0])
        .mark_bar(cursor="pointer", binSpacing=0)
        .encode(
            x=days_axis(frame.from_on, "from_on", f"end of {step}", frame.until_on, bin="binned"),
            x2="ends_on:T",
            y=alt.Y("ticket_count:Q", title="open tickets", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=alt.Color(
                "called:N",
                scale=alt.Scale(domain=list(words.values()), range=[colours[code] for code in words]),
                legend=legend(list(words.values())),
            ),
            # The worst at the foot, where heights compare best.
            order=alt.Order("order:Q", sort="descending"),
            tooltip=[
                alt.Tooltip("said_on:N", title="end of"),
                alt.Tooltip("called:N", title=title),
                alt.Tooltip("ticket_count:Q", title="open tickets", format=",d"),
            ],
        )
        .add_params(pick("until_on", code))
        .properties(height=300)
    )


def inflow(frame: pd.DataFrame, kind: str) -> alt.Chart:
    """Return the tickets opened per group, in the order given. Columns: code, label, opened_count, backlog_count."""
    return (
        alt.Chart(frame)
        .mark_bar(color=neutral(), cursor="pointer", height={"band": 0.7})
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
            x=alt.X("opened_count:Q", title="tickets opened", axis=alt.Axis(tickMinStep=1, tickCount=5, format=",d")),
            tooltip=[
                alt.Tooltip("label:N", title=kind),
                alt.Tooltip("opened_count:Q", title="tickets opened", format=",d"),
                alt.Tooltip("backlog_count:Q", title="open at the end", format=",d"),
            ],
        )
        .add_params(pick("code"))
        .properties(height={"step": 30})
    )


def causes(frame: pd.DataFrame, words: dict[str, str]) -> alt.Chart:
    """Return how the tickets of each product ended, as stacked bars in the order given.

    Columns: product_code, product_name, outcome_code, ticket_count, ticket_share.
    """
    shown = frame.assign(called=frame.outcome_code.map(words), order=frame.outcome_code.map(list(words).index))
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", height={"band": 0.7}, stroke=paper(), strokeWidth=0.5)
        .encode(
            y=alt.Y(
                "product_name:N", sort=list(frame.product_name.unique()), title=None, axis=alt.Axis(labelLimit=150)
            ),
            x=alt.X("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            color=meaning("called", words, frame.outcome_code),
            order="order:Q",
            tooltip=[
                alt.Tooltip("product_name:N", title="product"),
                alt.Tooltip("called:N", title="outcome"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("ticket_share:Q", title="of the known outcomes", format=".1%"),
            ],
        )
        .add_params(pick("product_code", "outcome_code"))
        .properties(height={"step": 30})
    )


def ranked(frame: pd.DataFrame, kind: str, unit: str) -> alt.LayerChart:
    """Return the medians of groups in the order given, with the desk's own figure as a rule across.

    Columns: code, label, median_days, desk_median_days, n_count; groups without a median are left out.
    """
    shown = frame.dropna(subset="median_days")
    base = alt.Chart(shown)
    bars = (
        base.mark_bar(color=neutral(), cursor="pointer", height={"band": 0.7})
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
            x=alt.X("median_days:Q", title=f"median, {unit}", axis=alt.Axis(tickCount=5)),
            tooltip=[
                alt.Tooltip("label:N", title=kind),
                alt.Tooltip("median_days:Q", title=f"median, {unit}", format=".1f"),
                alt.Tooltip("desk_median_days:Q", title="the desk", format=".1f"),
                alt.Tooltip("n_count:Q", title="n", format=",d"),
            ],
        )
        .add_params(pick("code"))
    )
    rule = base.mark_rule(color=ink(), strokeDash=[5, 4], strokeWidth=1.2).encode(x="max(desk_median_days):Q")
    return (bars + rule).properties(height={"step": 30})


def by_limit(frame: pd.DataFrame, chosen: float) -> alt.Chart:
    """Return the pairs that texts make by each limit of the similarity as stacked bars; other limits than `chosen` pale.

    Columns: limit_share, is_in_force, named_count, text_count.
    """
    names = {"named_count": "named by the desk too", "text_count": "texts alone"}
    shown = frame.melt(["limit_share", "is_in_force"], list(names), "kind", "pair_count").assign(
        percent=lambda rows: (100 * rows.limit_share).round().astype(int).astype(str),
        called=lambda rows: rows.kind.map(names),
        order=lambda rows: rows.kind.map(list(names).index),
        is_chosen=lambda rows: rows.limit_share == chosen,
    )
    in_force = shown[shown.is_in_force].percent.tolist()[:1]
    return (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X(
                "percent:O",
                title="least similarity asked for (%)" + "".join(f"; the terms ask for {text}" for text in in_force),
                sort=list(shown.percent.drop_duplicates()),
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y("pair_count:Q", title="pairs", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=alt.Color(
                "called:N",
                scale=alt.Scale(domain=list(names.values()), range=[OPENED, CLOSED]),
                legend=legend(list(names.values())),
            ),
            order=alt.Order("order:Q"),
            opacity=alt.condition("datum.is_chosen", alt.value(1), alt.value(0.4)),
            tooltip=[
                alt.Tooltip("percent:N", title="least similarity, %"),
                alt.Tooltip("called:N", title="pairs"),
                alt.Tooltip("pair_count:Q", title="how many", format=",d"),
            ],
        )
        .properties(height=240)
    )


def ahead(frame: pd.DataFrame, words: dict[str, str]) -> alt.Chart:
    """Return the tickets that close on each of the next days as stacked bars, by whose word was last.

    Columns: closes_on, is_today, last_word_code, ticket_count, day_ticket_count.
    """
    shown = frame.assign(
        said_on=said(frame.closes_on, weekday=True),
        # Over two lines, so that nine days fit on a phone.
        label=frame.closes_on.dt.strftime("%a|").where(~frame.is_today, "today|")
        + frame.closes_on.dt.day.astype(str)
        + frame.closes_on.dt.strftime(" %b"),
        called=frame.last_word_code.map(words),
        order=frame.last_word_code.map(list(words).index),
    )
    closing = shown[shown.ticket_count > 0]
    colours = {"agent": WAITING, "unknown": UNKNOWN, "client": NEGLECTED, "nobody": "#96487C"}
    codes = [code for code in words if code in set(closing.last_word_code)]
    return (
        alt.Chart(closing)
        .mark_bar(cursor="pointer", stroke=paper(), strokeWidth=0.5)
        .encode(
            x=alt.X(
                "label:O",
                title="day on which the tickets close if nobody writes",
                axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", labelOverlap=False),
                # A day on which nothing closes is a day too.
                scale=alt.Scale(domain=list(shown.label.drop_duplicates()), paddingInner=0.25),
            ),
            y=alt.Y("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=alt.Color(
                "called:N",
                scale=alt.Scale(domain=[words[code] for code in codes], range=[colours[code] for code in codes]),
                legend=legend([words[code] for code in codes]),
            ),
            # Those whose client waits at the foot, where heights compare best.
            order=alt.Order("order:Q", sort="descending"),
            tooltip=[
                alt.Tooltip("said_on:N", title="closing on"),
                alt.Tooltip("called:N", title="last word"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("day_ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("closes_on", "last_word_code"))
        .properties(height=260)
    )


def by_month(frame: pd.DataFrame, words: dict[str, str]) -> alt.Chart:
    """Return closings for inactivity per month as stacked bars: on time, early, late or unknown.

    Columns: month_on, is_whole_month, closed_count, on_time_count, early_count, late_count, unknown_count.
    """
    called = {f"{code}_count": code for code in ("on_time", "unknown", "early", "late")}
    long = frame.melt(["month_on", "is_whole_month", "closed_count"], list(called), "state", "ticket_count")
    long = long[long.ticket_count > 0]
    long = long.assign(state=long.state.map(called))
    codes = [code for code in called.values() if code in set(long.state)]
    shown = long.assign(
        called=long.state.map(words),
        order=long.state.map(list(called.values()).index),
        label=long.month_on.dt.strftime("%b %Y"),
    )
    names = [words[code] for code in codes]
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", stroke=paper(), strokeWidth=0.5)
        .encode(
            x=alt.X(
                "label:O",
                sort=list(frame.month_on.dt.strftime("%b %Y")),
                title="month of closing",
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
                scale=alt.Scale(paddingInner=0.25),
            ),
            y=alt.Y("ticket_count:Q", title="tickets closed for inactivity", axis=alt.Axis(tickMinStep=1, format=",d")),
            color=alt.Color(
                "called:N",
                scale=alt.Scale(domain=names, range=[MEANINGS[code] for code in codes]),
                legend=legend(names),
            ),
            order=alt.Order("order:Q"),
            opacity=alt.condition("datum.is_whole_month", alt.value(1), alt.value(0.55)),
            tooltip=[
                alt.Tooltip("label:N", title="month"),
                alt.Tooltip("called:N", title="tickets"),
                alt.Tooltip("ticket_count:Q", title="how many", format=",d"),
                alt.Tooltip("closed_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("month_on", "state"))
        .properties(height=260)
    )


def by_condition(frame: pd.DataFrame, rules: dict[str, str], verdicts: dict[str, str]) -> alt.Chart:
    """Return tickets per condition and verdict. Columns: rule, clause, verdict, ticket_count, rule_ticket_count."""
    order = list(frame.rule.drop_duplicates())
    shown = frame.assign(
        condition=frame.rule.map(rules) + " (" + frame.clause.fillna("") + ")",
        called=frame.verdict.map(verdicts),
        order=frame.verdict.map(list(verdicts).index),
    )
    names = [shown.condition[shown.rule == code].iloc[0] for code in order]
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", height={"band": 0.7}, stroke=paper(), strokeWidth=0.5)
        .encode(
            y=alt.Y("condition:N", sort=names, title=None, axis=alt.Axis(labelLimit=240)),
            x=alt.X("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            color=meaning("called", verdicts, frame.verdict),
            order="order:Q",
            tooltip=[
                alt.Tooltip("condition:N", title="condition (clause)"),
                alt.Tooltip("called:N", title="verdict"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("rule_ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("rule", "verdict"))
        .properties(height={"step": 30})
    )


def terms(frame: pd.DataFrame, rules: dict[str, str], verdicts: dict[str, str]) -> alt.LayerChart:
    """Return a matrix: a row per clause and rule, a column per month, in each cell the verdicts as shares of it.

    Columns: clause, rule, month_on, verdict, finding_count, judged_count, from_share, until_share, position.
    """
    months = sorted(frame.month_on.unique())
    judged = frame[frame.verdict != "exempt"]
    shown = judged.assign(
        row=judged.clause + "  " + judged.rule.map(lambda rule: rules.get(rule, rule.replace("_", " "))),
        left=judged.month_on.map(months.index) + 0.04 + 0.92 * judged.from_share,
        right=judged.month_on.map(months.index) + 0.04 + 0.92 * judged.until_share,
        called=judged.verdict.map(verdicts),
        month=judged.month_on.dt.strftime("%B %Y"),
        share=judged.finding_count / judged.judged_count,
    )
    names = list(shown.sort_values("position").row.drop_duplicates())
    labels = [
        f"{pd.Timestamp(month):%b}" + (f" {pd.Timestamp(month):%y}" if place % 12 == 0 else "")
        for place, month in enumerate(months)
    ]
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", height={"band": 0.78})
        .encode(
            y=alt.Y("row:N", sort=names, title=None, axis=wrapped()),
            x=alt.X(
                "left:Q",
                title="month",
                scale=alt.Scale(domain=[0, len(months)], nice=False),
                axis=alt.Axis(
                    values=[place + 0.5 for place in range(len(months))],
                    labelExpr=f"{json.dumps(labels)}[floor(datum.value)]",
                    orient="top",
                    grid=False,
                    ticks=False,
                    domain=False,
                    labelOverlap=True,
                ),
            ),
            x2="right:Q",
            color=meaning("called", verdicts, judged.verdict, beyond=0),
            tooltip=[
                alt.Tooltip("row:N", title="clause and rule"),
                alt.Tooltip("month:N", title="month"),
                alt.Tooltip("called:N", title="verdict"),
                alt.Tooltip("finding_count:Q", title="findings", format=",d"),
                alt.Tooltip("judged_count:Q", title="of", format=",d"),
                alt.Tooltip("share:Q", title="share", format=".1%"),
            ],
        )
        .add_params(pick("clause", "rule", "verdict", "month_on", "is_about_tickets"))
        .properties(height={"step": 31})
    )


def side_by_side(frame: pd.DataFrame, rules: dict[str, str], verdicts: dict[str, str]) -> alt.Chart:
    """Return two bars per rule, its verdicts as they are and as tried. Columns: judge, verdict, old_count, new_count."""
    judged = frame[frame.verdict != "exempt"]
    shown = pd.concat(
        [
            judged.assign(when="is", finding_count=judged.old_count),
            judged.assign(when="would be", finding_count=judged.new_count),
        ]
    )
    shown = shown.assign(
        row=shown.judge.map(lambda judge: rules.get(judge, judge.replace("_", " "))) + ": " + shown.when,
        called=shown.verdict.map(lambda code: verdicts.get(code, code)),
        order=shown.verdict.map(lambda code: list(verdicts).index(code) if code in verdicts else len(verdicts)),
    )
    names = sorted(shown.row.unique())
    return (
        alt.Chart(shown)
        .mark_bar(height={"band": 0.74}, stroke=paper(), strokeWidth=0.5)
        .encode(
            y=alt.Y("row:N", sort=names, title=None, axis=wrapped()),
            x=alt.X("finding_count:Q", title="findings", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            color=meaning("called", verdicts, judged.verdict, beyond=0),
            order="order:Q",
            tooltip=[
                alt.Tooltip("row:N", title="rule"),
                alt.Tooltip("called:N", title="verdict"),
                alt.Tooltip("finding_count:Q", title="findings", format=",d"),
            ],
        )
        .properties(height={"step": 31})
    )


def by_reason(frame: pd.DataFrame, rules: dict[str, str], codes: dict[str, str]) -> alt.Chart:
    """Return tickets by the condition that decided, most frequent first, as stacked bars.

    Columns: rule, clause, eligibility_code, ticket_count, code_ticket_count.
    """
    shown = frame.assign(
        condition=frame.rule.map(rules) + " (" + frame.clause + ")",
        called=frame.eligibility_code.map(codes),
        order=frame.eligibility_code.map(list(codes).index),
    )
    return (
        alt.Chart(shown)
        .mark_bar(cursor="pointer", height={"band": 0.7}, stroke=paper(), strokeWidth=0.5)
        .encode(
            y=alt.Y("condition:N", sort=list(shown.condition.unique()), title=None, axis=alt.Axis(labelLimit=210)),
            x=alt.X("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            color=meaning("called", codes, frame.eligibility_code),
            order=alt.Order("order:Q", sort="descending"),
            tooltip=[
                alt.Tooltip("condition:N", title="condition (clause)"),
                alt.Tooltip("called:N", title="when opened"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("code_ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("clause", "eligibility_code"))
        .properties(height={"step": 30})
    )


def by_known(frame: pd.DataFrame) -> alt.Chart:
    """Return tickets of unknown eligibility by how many conditions they are known to meet, in the order given.

    Columns: met_text, met_condition_count, condition_count, ticket_count, unknown_ticket_count.
    """
    return (
        alt.Chart(frame)
        .mark_bar(cursor="pointer", color=UNKNOWN, height={"band": 0.7})
        .encode(
            y=alt.Y("met_text:N", sort=None, title=None, axis=alt.Axis(labelExpr="datum.label + ' met'")),
            x=alt.X("ticket_count:Q", title="tickets", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            tooltip=[
                alt.Tooltip("met_text:N", title="conditions known to be met"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("unknown_ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("met_condition_count", "condition_count"))
        .properties(height={"step": 30})
    )


def given_away(frame: pd.DataFrame, kind: str, rules: dict[str, str]) -> alt.Chart:
    """Return the answers on ineligible tickets per reason, product or agent, in the order given.

    Columns: code, label (of a reason the rule), clause, answer_count, ticket_count, desk_days.
    """
    shown = frame.dropna(subset="answer_count")
    if kind == "reason":
        shown = shown.assign(label=shown.label.map(rules) + " (" + shown.clause + ")")
    return (
        alt.Chart(shown)
        .mark_bar(color=neutral(), cursor="pointer", height={"band": 0.7})
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=190)),
            x=alt.X(
                "answer_count:Q", title="answers given away", axis=alt.Axis(tickMinStep=1, tickCount=5, format=",d")
            ),
            tooltip=[
                alt.Tooltip("label:N", title=kind),
                alt.Tooltip("answer_count:Q", title="answers", format=",d"),
                alt.Tooltip("ticket_count:Q", title="tickets", format=",d"),
                alt.Tooltip("desk_days:Q", title="desk time, days", format=",.1f"),
            ],
        )
        .add_params(pick("code"))
        .properties(height={"step": 30})
    )


def unknowns(frame: pd.DataFrame) -> alt.LayerChart:
    """Return the share of unknown verdicts per rule. Columns: rule, label, unknown_share, unknown_count, ticket_count."""
    return (
        alt.Chart(frame)
        .mark_bar(cursor="pointer", color=UNKNOWN, height={"band": 0.7})
        .encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)),
            x=alt.X(
                "unknown_share:Q",
                title="share of tickets that is unknown",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(labelExpr=PERCENT, tickCount=5),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="rule"),
                alt.Tooltip("unknown_share:Q", title="unknown", format=".1%"),
                alt.Tooltip("unknown_count:Q", title="tickets", format=",d"),
                alt.Tooltip("ticket_count:Q", title="of", format=",d"),
            ],
        )
        .add_params(pick("rule"))
        .properties(height={"step": 24})
    )


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
                scale=alt.Scale(domainMin=0, range=["#1B2227", "#4FB3D9"] if dark else ["#F4F6F8", "#0B6E99"]),
                legend=alt.Legend(orient="right", format=",d", tickMinStep=1),
            ),
            tooltip=[
                alt.Tooltip("weekday_name:N", title="weekday"),
                alt.Tooltip("hour:O", title="hour"),
                alt.Tooltip("ticket_count:Q", title="tickets opened", format=",d"),
            ],
        )
        .add_params(pick("weekday", "hour"))
        .properties(height=300)
    )
