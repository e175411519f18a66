"""What a page puts on the screen: its head, tiles, charts and tables, each with a way to the rows behind.

Every chart and table ends in one line: what is counted and when, the clause, and the same rows as a file.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from urllib.parse import urlencode

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.parts import charts, timeline
from dashboard.parts.clauses import clause as draw_clause
from dashboard.parts.clauses import plain
from dashboard.parts.clauses import words as clause_words
from dashboard.parts.frame import chosen, narrowed_to, page_path, tab_title
from dashboard.parts.stood import STOOD_ON, look_at
from dashboard.parts.warehouse import count, current, desk, query, reader, rows
from dashboard.parts.words import AUTO_CLOSE_STATES, POSTS, RESOLUTION_BANDS, RESPONSE_BANDS, day, said
from etl import define
from etl.explain import account, nearest
from etl.export import MIME, About, Meaning, as_bytes, fits
from etl.filters import CHOICES, Filters
from etl.people import is_masked, masked, masked_rows, person

PAGE_ROWS = 25
FORMS = {"csv": "CSV", "xlsx": "Spreadsheet (XLSX)", "parquet": "Parquet"}
NO_BREAK = "\u00a0"
CODES = RESPONSE_BANDS | RESOLUTION_BANDS | AUTO_CLOSE_STATES  # what a section of the arithmetic may end in
# The columns that a click may open: the page it leads to, and the column that says which one.
OPENS = {"ticket_id": ("ticket", "ticket_id"), "client_name": ("client", "client_id")}
WIDTHS = {"instant": 132, "day": 96, "person": 118, "link": 62}


def head(title: str, question: str) -> None:
    """Open a page: title, the question it answers, as of when, which snapshot, over how many tickets."""
    st.title(title, anchor=False)
    about, scope = desk(), next(rows("reports.scope", chosen()).itertuples())
    counted = f"n = {scope.ticket_count:,} {'ticket' if scope.ticket_count == 1 else 'tickets'}"
    if isinstance(scope.from_text, str):
        counted += f", {scope.opened_count:,} of them opened {scope.from_text} to {scope.until_text}"
    only = narrowed_to()
    facts = (
        f"only {plain(only)}" if only else "",
        counted,
        f"as of {about.as_of_text} {about.timezone}",
        f"snapshot {current().name}",
    )
    # Each fact of one piece, wherever the line breaks.
    st.caption(f"{badge()}{question}  \n{' · '.join(fact.replace(' ', NO_BREAK) for fact in facts if fact)}")
    say_if_old()
    if about.ticket_count == 0:
        st.info("There are no tickets in this snapshot. Load an export that has some: `python -m etl load PATH`")
        st.stop()
    if scope.ticket_count == 0:
        st.info("No ticket matches these filters. Take one of them away to see more.")
        st.stop()


def say_if_old() -> None:
    """Say that nothing new was loaded for two days, and how to see the desk as it stood then."""
    about = desk()
    if about.is_stale:
        st.warning(
            f"The newest fact is of {about.newest_fact_text}, more than 48 hours before this page's as-of, "
            "so what is waiting may look later than it was."
        )
        newest_on = about.newest_fact_on.date()
        st.button(
            f"Show the desk as it stood on {day(newest_on)}",
            icon=":material/history:",
            on_click=look_at,
            args=(newest_on,),
        )


def badge() -> str:
    """Return the mark of a page that shows the sample, or another desk by the sample's hours; "" for neither."""
    if desk().is_sample:
        return ":blue-badge[sample data] "
    return ":orange-badge[the desk file is the sample's] " if isinstance(desk().left_of_sample_text, str) else ""


def ticket_head():
    """Open the page of the ticket that the address names, and return its row of reports.ticket_list.

    Ends the page with a way on when no ticket is named, or none of that id is loaded.
    """
    asked = st.query_params.get("ticket", "")
    found = rows("reports.ticket_list", ticket_id=asked)
    if found.empty:
        _ask_for_ticket(asked)
        st.stop()
    ticket = next(found.itertuples())
    about = desk()
    st.set_page_config(page_title=tab_title(f"Ticket {ticket.ticket_id}"))
    st.title(f"Ticket {plain(ticket.ticket_id)}", anchor=False)
    st.caption(
        f"{badge()}{plain(ticket.subject) or 'no subject'} · as of {about.as_of_text} {about.timezone} "
        f"· snapshot {current().name}"
    )
    say_if_old()
    if isinstance(ticket.ticket_link, str):
        st.link_button("Open in the help desk", ticket.ticket_link, icon=":material/open_in_new:")
    return ticket


def _ask_for_ticket(asked: str) -> None:
    """Say that there is no such ticket, and offer the nearest, a search and the whole list."""
    st.title("Ticket", anchor=False)
    missing = "had been opened by then" if current().is_replay else "is in this snapshot"
    st.info(f"No ticket {plain(asked)} {missing}." if asked else "The address names no ticket.")
    with st.form("search", border=False):
        wanted = st.text_input("Number of the ticket, as the help desk has it", value=asked)
        if st.form_submit_button("Show it") and wanted.strip():
            st.switch_page(page_path("ticket"), query_params={"ticket": wanted.strip()})
    if asked and (near := current().read(nearest, asked)):
        st.caption("The nearest there are:")
        for ticket_id in near:
            st.page_link(page_path("ticket"), label=f"Ticket {plain(ticket_id)}", query_params={"ticket": ticket_id})
    st.page_link(page_path("tickets"), label="Show all tickets")


def history(ticket_id: str) -> None:
    """Draw the time line of a ticket, and the same as a table for who does not see it."""
    found = timeline.ticket_rows(ticket_id)
    if found["zooms"].empty:
        st.caption("The load does not say when anything happened.")
        return
    zoom = timeline.pick_zoom(found["zooms"])
    st.altair_chart(
        timeline.timeline(found, zoom).properties(padding={"left": 4, "top": 4, "right": 14, "bottom": 8}),
        key="chart_history",
        alt="time line of the ticket: posts, states, whose turn, what was expected when, and when the desk was shut; "
        "the same as a table below",
    )
    st.caption(
        "Circles are words of the client, squares answers of the desk, triangles private notes, crosses automatic "
        "messages; dashed lines are instants by which something was expected; grey is when the desk was shut."
        + (
            ""
            if (found["stretches"].lane_code == "turn").any()
            else " Whose turn it was is unknown: no posts are loaded."
        )
    )
    with st.expander("The time line as a table"):
        st.table(timeline.told(found).map(lambda text: plain(masked(text))), border="horizontal", hide_index=True)


def posts(ticket_id: str) -> None:
    """Draw the texts of a ticket's posts, one under the other."""
    found = rows("reports.ticket_posts", ticket_id=ticket_id)
    if found.empty:
        st.caption("No posts of this ticket are loaded. Load an export that has them to read what was said.")
        return
    for post in found.itertuples():
        with st.container(border=True):
            author = [plain(person(post.author_name))] if isinstance(post.author_name, str) else []
            when = f"{day(post.posted_at)}, {post.posted_at:%H:%M}"
            first = ["the first answer"] if post.is_first_answer else []
            st.caption(" · ".join([*author, said(post.kind_code, POSTS), when, *first]))
            if isinstance(post.body, str):
                st.text(masked(post.body))


def arithmetic(ticket_id: str) -> None:
    """Draw every number of a ticket with its arithmetic, as `python -m etl explain ticket` prints it."""
    for section in current().read(account, ticket_id)[1:]:
        title, _, text = section.partition("\n")
        # On paper a sum stands at the right edge; here right after its label.
        lines = [re.sub(r" {2,}(\S+ s)$", r" = \1", line) for line in text.splitlines() if line.strip("-")]
        named, _, code = title.rpartition(": ")
        with st.expander(plain(masked(f"{named}: {said(code, CODES)}" if code in CODES else title))):
            st.code(masked("\n".join(lines)), language=None, wrap_lines=True)


def facts(named: Mapping[str, tuple[object, str | None]]) -> None:
    """Draw a few facts, each under its name: {name: (value, form)} with the forms of Column."""
    grid = st.grid(6, min_column_width=140, gap="small")
    for name, (value, form) in named.items():
        with grid.cell():
            st.caption(name)
            st.markdown(plain(person(value) if form == "person" else _text(None if value == "" else value, form)))


def enough(measure: str) -> bool:
    """Say whether most tickets of the period have this measure known; if not, draw what would end that."""
    for row in rows("reports.known_shares", chosen(), measure=measure).itertuples():
        if row.is_mostly_unknown:
            st.info(f"{row.sentence} {row.remedy}")
            return False
    return True


def tickets_page(params: Mapping[str, object]) -> None:
    """Leave for the tickets that have these values; the shared filters come along."""
    st.switch_page(page_path("tickets"), query_params=_as_text(params))


def _as_text(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in params.items()}


@dataclass(frozen=True)
class Tile:
    """How one row of reports.measures is shown, and where it leads."""

    label: str
    about: str
    clause: str | None = None
    less_is_better: bool | None = None
    leads_to: Mapping[str, object] | None = None


def tiles(shown: Mapping[str, Tile]) -> None:
    """Draw the given measures in the given order: value, change, trend over the period, way to the tickets."""
    measures = rows("reports.measures", chosen()).set_index("measure_code")
    trends = rows("reports.measures_by_step", chosen())
    grid = st.grid(4, border=True, gap="small")
    for number, (code, tile) in enumerate(shown.items()):
        measure = measures.loc[code]
        line = trends.value[trends.measure_code == code].dropna().tolist()
        changed = measure.change_text == measure.change_text and measure.change_text is not None
        help_parts = (f"{tile.about} n = {measure.n_count:,}.", clause_words(tile.clause) if tile.clause else "")
        # Labels of the second row may need two lines: its figures stand at one height all the same.
        with grid.cell(), st.container(key=f"{'first' if number < 4 else 'second'}_row_{code}", gap="small"):
            st.metric(
                tile.label,
                measure.value_text,
                measure.change_text if changed else None,
                delta_color={None: "off", True: "inverse", False: "normal"}[tile.less_is_better],
                delta_description=measure.against_text if changed else None,
                help="\n\n".join(filter(None, help_parts)),
                # What is unknown now was not known before either.
                chart_data=line if len(line) > 1 and measure.value == measure.value else None,
            )
            if tile.leads_to is not None:
                _way_to_tickets(tile.leads_to)


def figures(report: str, shown: Mapping[str, Tile]) -> None:
    """Draw counts of a report's one row, by column, each with the way to its tickets."""
    row = rows(report, chosen()).iloc[0]
    grid = st.grid(min(4, len(shown)), border=True, gap="small")
    for column, tile in shown.items():
        help_parts = (f"{tile.about}.", clause_words(tile.clause) if tile.clause else "")
        with grid.cell(), st.container(key=f"first_row_{column}", gap="small"):
            known = row[column] == row[column] and row[column] is not None
            st.metric(
                tile.label, f"{row[column]:,.0f}" if known else "unknown", help="\n\n".join(filter(None, help_parts))
            )
            if tile.leads_to is not None:
                _way_to_tickets(tile.leads_to)


def _way_to_tickets(params: Mapping[str, object]) -> None:
    st.page_link(
        page_path("tickets"),
        label="Show the tickets",
        icon=":material/arrow_forward:",
        icon_position="right",
        query_params=_as_text(params),
    )


def chart(
    name: str,
    frame: pd.DataFrame,
    drawing: Callable[[], alt.TopLevelMixin],
    *,
    alt_text: str,
    note: str,
    clause: str | None = None,
    leads_to: Callable[[dict], Mapping[str, object]] | None = None,
    leads_to_page: Callable[[dict], str] | None = None,
    empty: str = "Nothing in this period. Choose a longer one to see more.",
    counts: Sequence[str] = (),
) -> None:
    """Draw a chart with its line of caption, clause and CSV; a click leaves for `leads_to(values picked)`.

    That is a page of tickets, unless `leads_to_page` of the same values names another.

    Where all columns of `counts` are zero throughout, there is nothing to draw either.
    """
    if frame.empty or (counts and not frame[list(counts)].fillna(0).to_numpy().any()):
        st.caption(empty)
        return
    drawn = drawing()
    event = st.altair_chart(
        drawn.properties(padding={"left": 4, "top": 4, "right": 14, "bottom": 8}),
        key=f"chart_{name}",
        on_select="rerun" if leads_to else "ignore",
        alt=alt_text,
    )

    def leave_for(values: dict) -> None:
        page = leads_to_page(values) if leads_to_page else "tickets"
        st.switch_page(page_path(page), query_params=_as_text(leads_to(values)))

    way = None
    if leads_to:
        points = charts.pickable(drawn)
        behind = "Findings" if leads_to_page else "Tickets"
        way = Way(behind, f"{behind} of", list(points), lambda point: leave_for(points[point]))
    foot(name, lambda: masked_rows(frame), note, clause, filters=chosen(), row_count=len(frame), way=way)
    picked = event["selection"].get("pick") if leads_to else None
    if picked:
        leave_for({field: _picked(field, value) for field, value in picked[0].items()})


def _picked(field: str, value: object) -> object:
    """Return a clicked value as the report holds it: Vega hands days over as milliseconds."""
    if field.endswith("_on") and isinstance(value, int | float):
        return pd.Timestamp(value, unit="ms").date().isoformat()
    return value


@dataclass(frozen=True)
class Way:
    """A way to what is behind a chart or table without a pointer: by the name of a bar, or of a row."""

    button: str
    label: str
    names: Sequence[str]
    leave_for: Callable[[str], None]


def _draw_way(name: str, way: Way) -> None:
    """Draw a button that opens a list of names; the one chosen is left for."""
    with st.popover(way.button, icon=":material/list:", type="tertiary"):
        asked = st.selectbox(way.label, way.names, index=None, placeholder="Choose, or type", key=f"way_{name}")
    if asked is not None:
        way.leave_for(asked)


def foot(
    name: str,
    frame: Callable[[], pd.DataFrame],
    note: str,
    clause: str | None = None,
    *,
    row_count: int,
    columns: Mapping[str, Meaning] | None = None,
    filters: Filters | None = None,
    within: str | None = None,
    report: str | None = None,
    way: Way | None = None,
) -> None:
    """Draw the line under a chart or table: what it counts, its clause, the same rows as a file."""
    snapshot = current()

    def about() -> About:
        title = name.replace("_", " ").capitalize()
        held = columns or define.meanings(report or "", list(frame().columns), snapshot.desk.timezone)
        # The clause beside the table is that of each of its columns.
        held = {name: replace(meaning, clause=meaning.clause or clause or "") for name, meaning in held.items()}
        return define.about(
            snapshot.answer, snapshot.name, title, held, filters, within, report=report, told={"Note": note}
        )

    with st.container(key=f"foot_{name}", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(note, width="stretch")
        if way:
            _draw_way(name, way)
        if clause:
            draw_clause(clause)
        downloads("Download", name, frame, about, row_count)


def downloads(
    label: str, name: str, frame: Callable[[], pd.DataFrame], about: Callable[[], About], row_count: int
) -> None:
    """Draw a button that offers the same rows in each form of file, each made when it is asked for.

    Both functions are called in another thread: they may not ask for what belongs to the page run.
    """
    with st.popover(label, icon=":material/download:", type="tertiary"):
        for form in MIME:
            if not fits(row_count, form):
                st.caption(f"{form.upper()}: {row_count:,} rows are more than a sheet holds; take another form.")
                continue
            st.download_button(
                FORMS[form],
                data=lambda form=form: as_bytes(frame(), form, about()),
                file_name=f"{name}_{current().file_name}.{form}",
                mime=MIME[form],
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                key=f"{form}_{name}",
            )


def every_metric(report: str, where: Mapping[str, object], within: str | None, row_count: int) -> None:
    """Draw a button that offers the tickets of a list, one row each, with every number and verdict about them."""
    if not row_count:
        return
    snapshot, filters, metrics = current(), chosen(), "reports.ticket_metrics"
    listed, given = query(snapshot, report, filters, within=within, **where)
    sql, _ = query(snapshot, metrics, among=("ticket_id", listed), whole=True)

    def read() -> pd.DataFrame:
        return masked_rows(snapshot.in_desk_time(snapshot.answer(sql, given)))

    def about() -> About:
        return define.about_report(
            snapshot.answer, snapshot.name, metrics, snapshot.columns[metrics], filters, within, _as_text(where)
        )

    with st.container(key="foot_ticket_metrics", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"Every number and every verdict about these tickets, {len(snapshot.columns[metrics])} columns: "
            "one row per ticket, each column explained in the spreadsheet's second sheet.",
            width="stretch",
        )
        downloads("Download every metric", "ticket_metrics", read, about, row_count)


@dataclass(frozen=True)
class Column:
    """How one column of a report is shown: its heading, the words of its codes, its form."""

    title: str
    words: Mapping[str, str] | None = None
    form: str | None = None  # a number format, "percent" (of a share), "thousands", "day", "month", "instant",
    # "person", "sentence" (may name people), "link"
    width: int | None = None  # pixels; by its form, else as wide as its content, where nothing is said
    narrow: bool = False  # one of the three shown on a phone


def displayed(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return the columns as the screen shows and the CSV holds them: headings, words, people."""
    shown = {}
    frame = masked_rows(frame)
    for name, column in columns.items():
        values = frame[name]
        if column.words is not None:
            values = values.astype(object).map(lambda code, words=column.words: said(code, words))
        elif column.form == "percent":
            values = (100 * values.astype("float")).round(1)
        elif column.form == "person":
            values = values.astype(object).map(person)
        shown[column.title] = values
    return pd.DataFrame(shown)


def _meaning(column: Column) -> Meaning:
    """Return what a column of a table holds, for the definitions of a file."""
    form = column.form or ""
    words = f"one of: {', '.join(dict.fromkeys(column.words.values()))}" if column.words else ""
    unit, number_format = {
        "percent": ("percent", '0.0" %"'),
        "thousands": ("count", "#,##0"),
        "instant": (f"local time, {desk().timezone}", None),
        "day": (f"day, {desk().timezone}", None),
        "month": (f"first day of the month, {desk().timezone}", None),
        "link": ("address", None),
        "%d": ("number", "#,##0"),
    }.get(form, ("number", "0." + "0" * int(form[2])) if re.fullmatch(r"%\.[1-9]f", form) else ("", None))
    return Meaning(words, unit, number_format=number_format)


def _config(column: Column) -> object:
    zone = desk().timezone
    column = replace(column, width=column.width or WIDTHS.get(column.form))
    if column.form == "day":
        return st.column_config.DateColumn(width=column.width, format="D MMM YYYY")
    if column.form == "month":
        return st.column_config.DateColumn(width=column.width, format="MMM YYYY")
    if column.form == "instant":
        return st.column_config.DatetimeColumn(width=column.width, format="D MMM YYYY, HH:mm", timezone=zone)
    if column.form == "link":
        return st.column_config.LinkColumn(display_text="open ↗", width=column.width)
    if column.form == "percent":
        return st.column_config.NumberColumn(width=column.width, format="%.0f %%")
    if column.form == "thousands":
        return st.column_config.NumberColumn(width=column.width, format="localized")
    if (column.form or "").startswith("%"):
        return st.column_config.NumberColumn(width=column.width, format=column.form)
    return st.column_config.Column(width=column.width)


def table(
    name: str,
    report: str,
    columns: Mapping[str, Column],
    *,
    note: str,
    filters: Filters | None = None,
    within: str | None = None,
    clause: str | None = None,
    empty: str,
    where: Mapping[str, object] | None = None,
    opens: str | None = "ticket_id",
    rows_shown: int = PAGE_ROWS,
    row_height: int | None = None,
) -> int:
    """Draw a report as a table of `rows_shown` rows with a page control, and return how many rows there are.

    A click on the column `opens`, the ticket or the client's name, leaves for the page of that one. Long texts wrap
    where rows are given a height in pixels.
    """
    asked = dict(filters=filters, within=within, **(where or {}))
    opens = _opened_by(opens)
    # A file is made in another thread, that has no snapshot to ask for the numbers in words.
    columns = {name: replace(column, words=column.words and dict(column.words)) for name, column in columns.items()}
    # One row more than is shown: where it is not there, nothing has to be counted.
    frame = rows(report, limit=rows_shown + 1, **asked)
    total = count(report, **asked) if len(frame) > rows_shown else len(frame)
    if total == 0:
        st.caption(empty)
        return 0
    pages = ceil(total / rows_shown)
    slot = st.container()
    number = st.pagination(pages, key=f"page_{name}") if pages > 1 else 1
    if number > 1:
        frame = rows(report, limit=rows_shown, offset=(min(number, pages) - 1) * rows_shown, **asked)
    frame = frame.head(rows_shown)
    shown = displayed(frame, columns)
    with slot:
        with st.container(key=f"wide_{name}"):
            _draw_rows(name, frame, shown, columns, opens, row_height)
        with st.container(key=f"narrow_{name}"):
            st.table(_for_phone(frame, shown, columns, opens), border="horizontal", hide_index=True)
    way = None
    if opens in columns:
        way = Way(
            "Tickets",
            "Ticket",
            list(dict.fromkeys(frame[opens].dropna().astype(str))),
            lambda ticket: st.switch_page(page_path("ticket"), query_params={"ticket": ticket}),
        )
    read = reader(report, **asked)
    counted = f"{total:,} {'row' if total == 1 else 'rows'}"
    foot(
        name,
        lambda: displayed(read(), columns),
        f"{counted} · {note}",
        clause,
        row_count=total,
        columns={column.title: _meaning(column) for column in columns.values()},
        filters=filters,
        within=within,
        report=report,
        way=way,
    )
    return total


def _opened_by(column: str | None) -> str | None:
    """Return the column whose click leads on, if one may: an address in an address bar would tell who is masked."""
    return None if column == "client_name" and is_masked() else column


def _for_phone(frame: pd.DataFrame, shown: pd.DataFrame, columns: Mapping[str, Column], opens: str | None):
    """Return the three columns of a phone as text that wraps; the column `opens` links to its page."""
    kept = ([name for name, column in columns.items() if column.narrow] or list(columns))[:3]
    texts = {}
    for name in kept:
        column = columns[name]
        texts[column.title] = [plain(_text(value, column.form)) for value in shown[column.title]]
        if name == opens:
            page, key = OPENS[opens]
            texts[column.title] = [
                text if value is None or value != value else f"[{text}]({_address(page, {page: value})})"
                for text, value in zip(texts[column.title], frame[key], strict=True)
            ]
    return pd.DataFrame(texts)


def _text(value: object, form: str | None) -> str:
    """Return one cell as text, as the wide table shows it."""
    if value is None or value != value:
        return "-"
    if form == "instant":
        return f"{day(value).replace(' ', NO_BREAK)}, {value:%H:%M}"
    if form == "day":
        return day(value).replace(" ", NO_BREAK)
    if form == "month":
        return f"{value:%b}{NO_BREAK}{value.year}"
    if form == "percent":
        return f"{value:.0f} %"
    if form == "thousands":
        return f"{value:,.0f}"
    return form % value if form and form.startswith("%") else str(value)


def _address(page_name: str, params: Mapping[str, object]) -> str:
    """Return the address of a page with these values, the shared filters kept."""
    kept = {
        name: st.query_params.get_all(name)
        for name in (STOOD_ON, "period", "days", *CHOICES)
        if name in st.query_params
    }
    return f"/{page_name}?{urlencode(kept | _as_text(params), doseq=True)}"


def _draw_rows(
    name: str, frame: pd.DataFrame, shown: pd.DataFrame, columns: Mapping[str, Column], opens, row_height: int | None
) -> None:
    """Draw the wide table; a click on the column `opens` leaves for its page."""
    config = {column.title: _config(column) for column in columns.values()}
    if opens in columns:
        config[columns[opens].title] = st.column_config.ButtonColumn(
            type="tertiary", width=columns[opens].width or WIDTHS.get(columns[opens].form, 64), key=f"open_{name}"
        )
    st.dataframe(
        shown,
        hide_index=True,
        column_config=config,
        height="content",
        row_height=row_height,
        placeholder="-",
        key=f"table_{name}",
        alt=f"table of {len(shown)} rows: {', '.join(shown.columns)}",
    )
    clicked = st.session_state.get(f"open_{name}") if opens in columns else None
    if clicked:
        page, key = OPENS[opens]
        st.switch_page(page_path(page), query_params={page: str(frame[key].iloc[clicked["row"]])})
