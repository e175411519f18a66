"""Every page on the sample, on one ticket, on none and without a warehouse; and that pages only draw."""

import ast
import io
import json
import os
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from dashboard.parts import frame
from dashboard.parts.asked import CODES, DAYS, EVENT_DAYS, FLAGS, MONTHS, NAMES, NUMBERS, STOCK_CODES, STOCK_DAYS
from dashboard.parts.charts import heat, pickable
from dashboard.parts.charts import pace as draw_pace
from dashboard.parts.shown import CODES as BANDS
from dashboard.parts.warehouse import open_snapshot
from dashboard.parts.words import RULES, VERDICTS, said
from etl.__main__ import main
from etl.build import WHOLE_PERIOD, QueryError, read_queries, with_filters
from etl.explain import account, nearest
from etl.filters import CHOICES, DEFAULT_PERIOD, Filters
from etl.load import load, rebuild
from etl.own_policy import changed_terms
from etl.policy import SHIPPED, policy_text, read_rows
from etl.publish import Warehouse

ROOT = Path(__file__).parent.parent
APP = ROOT / "dashboard" / "app.py"
PAGES = sorted(path.relative_to(APP.parent).as_posix() for path in (APP.parent / "pages").rglob("*.py"))
LOAD_PAGE = "pages/2_support/2_load.py"
ELIGIBILITY_PAGE = "pages/3_terms/1_eligibility.py"
AUTO_CLOSES_PAGE = "pages/2_support/4_auto_closes.py"
WHAT_IF_PAGE = "pages/3_terms/4_what_if.py"
RESPONSE_PAGE = "pages/2_support/1_response_and_resolution.py"
DUPLICATES_PAGE = "pages/3_terms/5_duplicates_and_bursts.py"
TERMS_PAGE = "pages/3_terms/3_terms.py"
ONE_TICKET = """ticket_id,client_email,subject,opened_at,status_code
=1+1,ann@example.com,"=HYPERLINK(""x"")",2026-10-01T10:00:00Z,open
"""


# Has bought, asked, and unsubscribed.
LOOKED_UP = "chidi.tanaka@example.net"


def one(page: str, ticket: str, client: str) -> dict[str, str]:
    """Return what the address of a page about one ticket or one client says."""
    return {"pages/ticket.py": {"ticket": ticket}, "pages/client.py": {"client": client}}.get(page, {})


def warehouse(folder: Path, files: dict[str, str], as_of: datetime) -> Path:
    """Load files, {name: text}, into a new warehouse in `folder`."""
    exports = folder / "exports"
    exports.mkdir()
    for name, text in files.items():
        (exports / name).write_text(text, "utf-8")
    load([exports], warehouse=folder / "warehouse", as_of=as_of)
    return folder / "warehouse"


@pytest.fixture(scope="module")
def sample(sample_warehouse):
    return sample_warehouse


@pytest.fixture(scope="module")
def one_ticket(tmp_path_factory):
    as_of = datetime(2026, 10, 30, 15, tzinfo=UTC)
    return warehouse(tmp_path_factory.mktemp("one"), {"tickets.csv": ONE_TICKET}, as_of)


@pytest.fixture(scope="module")
def no_ticket(tmp_path_factory):
    header = ONE_TICKET.splitlines()[0] + "\n"
    as_of = datetime(2026, 10, 30, 15, tzinfo=UTC)
    return warehouse(tmp_path_factory.mktemp("none"), {"tickets.csv": header}, as_of)


@pytest.fixture
def open_page(monkeypatch):
    """A function that runs the app on a warehouse, on one page, with what the address says."""

    # The harness would take the folder of pages for Streamlit's older kind of menu, as app.py says.
    monkeypatch.setattr(PagesManager, "main_script_parent", ROOT / "tests")
    # And look through every installed package for components, of which the pages use none, for each page anew.
    monkeypatch.setattr(BidiComponentManager, "discover_and_register_components", lambda *args, **more: None)

    def run(folder: Path, page: str = "pages/1_today.py", **address: str | list[str]) -> AppTest:
        monkeypatch.setenv("WAREHOUSE", str(folder))
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        if page != "pages/1_today.py":  # which is the one without a name in the address
            app.switch_page(page)
        app.run()
        assert not app.exception, app.exception[0].value
        return app

    return run


class Files(dict):
    """Files by name, each made when it is asked for."""

    def __getitem__(self, name: str) -> bytes:
        return super().__getitem__(name)()


@pytest.fixture
def downloads(monkeypatch):
    """What the page's download buttons would hand out: bytes by name, "bans" the CSV, "bans.xlsx" the workbook."""
    found = Files()

    def record(label: str, data, file_name: str, **more) -> bool:
        found[re.sub(r"_\d{8}T\d+", "", file_name).removesuffix(".csv")] = data
        return False

    monkeypatch.setattr("dashboard.parts.shown.st.download_button", record)
    return found


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open a copy of the current snapshot: the pages hold the file itself open, locked down."""
    snapshot = Warehouse(folder).current()
    copy = folder / f"{snapshot.stem}.copy"
    if not copy.exists():
        # There whole or not at all: another worker may be about to open it, or be copying the folder.
        begun = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.copyfile(snapshot, begun)
        begun.replace(copy)
    return duckdb.connect(str(copy), read_only=True)


def texts(app: AppTest) -> str:
    """Return all words of a page."""
    elements = [*app.title, *app.caption, *app.info, *app.warning, *app.error, *app.markdown, *app.code]
    return "\n".join(str(element.value) for element in elements).replace("\u00a0", " ").replace("\\", "")


def charts(app: AppTest) -> dict[str, tuple[dict, pd.DataFrame]]:
    """Return the charts of a page: {alternative text: (spec, first data set)}."""
    found = {}
    for element in app.get("vega_lite_chart"):
        data = pa.ipc.open_stream(element.proto.datasets[0].data.data).read_all().to_pandas()
        found[element.proto.alt] = (json.loads(element.proto.spec), data)
    return found


# --- every page, on everything


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_on_the_sample(page, sample, open_page):
    app = open_page(sample, page, **one(page, "12392", LOOKED_UP))
    titles = {"pages/ticket.py": "Ticket 12392", "pages/client.py": "Chidi Tanaka"}
    assert [title.value for title in app.title] == [titles.get(page, frame.title(Path(page).stem))]
    assert "as of 30 Oct 2026, 17:00 Europe/Vilnius" in texts(app)
    assert f"snapshot {Warehouse(sample).current().stem}" in texts(app)
    assert "sample data" in texts(app)
    for alternative, (spec, data) in charts(app).items():
        assert len(alternative) > 20, "a chart says what it shows"
        assert len(data) <= 3000, "aggregated in SQL"
        assert spec


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_on_one_ticket(page, one_ticket, open_page):
    app = open_page(one_ticket, page, **one(page, "=1+1", "ann@example.com"))
    assert "sample data" not in texts(app)
    assert page in {"pages/ticket.py", "pages/client.py"} or "n = 1 ticket," in texts(app)
    assert "newest fact is of 1 Oct 2026, 13:00" in app.warning[0].value
    assert "Show the desk as it stood on 1 Oct 2026" in [button.label for button in app.button]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_that_there_are_no_tickets(page, no_ticket, open_page):
    app = open_page(no_ticket, page)
    assert len(app.metric) == len(app.get("vega_lite_chart")) == 0
    assert re.search("no tickets in this snapshot|names no (ticket|client)", texts(app))


@pytest.mark.parametrize("page", PAGES)
def test_without_a_warehouse_there_are_two_ways_to_begin(page, tmp_path, open_page):
    app = open_page(tmp_path / "nothing", page)
    assert app.title[0].value == "Nothing is loaded yet"
    assert [code.value for code in app.code] == ["python -m etl load PATH", "python -m etl sample"]


def test_the_greeting_loads_the_sample(tmp_path, open_page):
    app = open_page(tmp_path / "new")
    app.button[0].click().run(timeout=120)
    assert app.title[0].value == "Today"
    assert "sample data" in texts(app)


def test_the_sample_goes_where_the_dashboard_looks_for_it(tmp_path, open_page, monkeypatch):
    asked = []
    monkeypatch.setattr("dashboard.parts.start.run", lambda *words: asked.append(words) or "not now")
    monkeypatch.chdir(tmp_path)
    app = open_page(Path("desk"))
    next(button for button in app.button if button.label == "Load the sample").click().run()
    assert asked == [("sample", "--warehouse", str(tmp_path / "desk"))]


def test_a_pointer_to_nothing_is_said(tmp_path, open_page):
    (tmp_path / "CURRENT").write_text("gone.duckdb")
    app = open_page(tmp_path)
    assert "gone.duckdb" in texts(app)
    assert "rollback" in texts(app)


def test_a_snapshot_of_another_version_says_what_to_run(tmp_path, one_ticket, open_page):
    (tmp_path / "snapshots").mkdir()
    old = tmp_path / "snapshots" / "old.duckdb"
    old.write_bytes(Warehouse(one_ticket).current().read_bytes())
    with duckdb.connect(str(old)) as con:
        con.execute("drop view reports.measures_by_step")
    (tmp_path / "CURRENT").write_text(old.name)
    app = open_page(tmp_path)
    assert "another version" in app.warning[-1].value
    assert "python -m etl load PATH" in [code.value for code in app.code]


def test_the_menu_is_the_folder():
    stems = [Path(path).stem for path in PAGES]
    assert {stem for stem in stems if not frame.NUMBERED.match(stem)} == {"client", "findings", "ticket", "tickets"}
    assert frame.title("4_auto_closes") == "Auto-closes"
    assert frame.page_path("tickets").name == "tickets.py"
    with pytest.raises(KeyError, match="no page is called 'nowhere'"):
        frame.page_path("nowhere")


def test_a_new_snapshot_is_shown_at_the_next_run(one_ticket, tmp_path, open_page):
    folder = shutil.copytree(one_ticket, tmp_path / "warehouse")
    app = open_page(folder)
    assert "n = 1 ticket," in texts(app)
    (tmp_path / "tickets.csv").write_text(ONE_TICKET.replace("=1+1", "2"))
    load([tmp_path / "tickets.csv"], warehouse=folder, as_of=datetime(2026, 10, 31, 15, tzinfo=UTC))
    app.run()
    assert "n = 2 tickets" in texts(app)
    assert "as of 31 Oct 2026" in texts(app)


# --- what is old, and what is not known


@pytest.mark.parametrize(("second", "are_old"), [(0, False), (1, True)])
def test_facts_of_more_than_48_hours_ago_are_old(second, are_old, tmp_path, open_page):
    folder = warehouse(tmp_path, {"tickets.csv": ONE_TICKET}, datetime(2026, 10, 3, 10, 0, second, tzinfo=UTC))
    assert ["newest fact" in warning.value for warning in open_page(folder).warning] == [True] * are_old


def test_one_click_from_old_facts_shows_the_desk_as_it_stood_then(one_ticket, open_page):
    app = open_page(one_ticket)
    next(button for button in app.button if button.label.startswith("Show the desk")).click().run()
    assert "As it stood on 1 Oct 2026" in texts(app)
    assert "as of 1 Oct 2026, 23:59 Europe/Vilnius" in texts(app)
    assert len(app.warning) == 0
    next(button for button in app.button if button.label == "Back to the newest").click().run()
    assert "as of 30 Oct 2026, 17:00 Europe/Vilnius" in texts(app)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-09-30", "Nothing had happened by 30 Sep 2026: the first ticket was opened on 1 Oct 2026."),
        ("2026-10-31", "31 Oct 2026 is after the data ends: it is loaded as of 30 Oct 2026; load newer exports"),
    ],
)
def test_a_day_that_cannot_be_shown_says_why_and_leads_back(day, said, one_ticket, open_page):
    app = open_page(one_ticket, stood_on=day)
    assert said in texts(app)
    assert "snapshot" not in texts(app)
    assert app.selectbox(key="period").value == DEFAULT_PERIOD
    assert [button.label for button in app.button] == ["Back to the newest"]


def test_the_day_the_data_ends_is_the_snapshot_itself(one_ticket, open_page):
    app = open_page(one_ticket, stood_on="2026-10-30")
    assert "The data ends on 30 Oct 2026" in app.info[0].value
    assert "as of 30 Oct 2026, 17:00" in texts(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_desk_as_it_stood(page, sample, open_page, downloads):
    app = open_page(sample, page, stood_on="2026-05-31", **one(page, "11500", LOOKED_UP))
    assert "As it stood on 31 May 2026" in app.info[0].value
    assert "as of 31 May 2026, 23:59 Europe/Vilnius" in texts(app)
    assert all("_as_of" in name for name in downloads)  # and the instant, which the harness cuts off


def test_a_ticket_not_opened_by_then_is_said_to_be(sample, open_page):
    app = open_page(sample, "pages/ticket.py", stood_on="2026-05-31", ticket="12392")
    assert "No ticket 12392 had been opened by then." in texts(app)


def test_hours_of_the_sample_are_said_where_the_data_is_ones_own(one_ticket, sample, open_page):
    assert "the desk file is the sample's" in texts(open_page(one_ticket))
    app = open_page(one_ticket, "pages/5_data/2_data_quality.py")
    assert "still holds the sample's name, [hours], [holidays]" in texts(app)
    assert "python -m etl rebuild --desk data/desk.toml" in [code.value for code in app.code]
    assert "the desk file" not in texts(open_page(sample, "pages/5_data/2_data_quality.py")).lower()


def test_a_chart_of_mostly_unknown_says_so_instead(one_ticket, open_page):
    app = open_page(one_ticket, "pages/2_support/1_response_and_resolution.py")
    assert "Of 1 ticket opened in the period, the first response is not known for 1." in texts(app)
    assert "Load the posts" in texts(app)
    assert charts(app) == {}


def test_no_median_of_fewer_than_twenty(sample, open_page):
    app = open_page(sample, period="Last 4 weeks", product="Review Ribbon")
    tile = next(metric for metric in app.metric if metric.label.startswith("Median"))
    with connect(sample) as con:
        (answered,) = con.execute(
            """select count(*) from reports.tickets
            where product_name = 'Review Ribbon' and responded_on > date '2026-10-30' - 28 and is_in_averages
                and response_band in ('within_1_day', 'within_2_days', 'late')"""
        ).fetchone()
    assert 0 < answered < 20
    assert tile.value == "too few"


# --- numbers


def report(folder: Path, name: str, filters: Filters) -> pd.DataFrame:
    """Return a report's rows as the exporter would compute them."""
    sql = with_filters(read_queries()[name], filters.narrow, filters.period_sql(WHOLE_PERIOD))
    given = {key: value for key, value in filters.parameters().items() if f"${key}" in sql}
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items()}
    with connect(folder) as con:
        return con.execute(sql, given).df()


def test_the_tiles_are_the_rows_of_the_report(sample, open_page):
    app = open_page(sample)
    rows = report(sample, "reports.measures", Filters()).set_index("measure_code")
    assert [metric.value for metric in app.metric] == [
        rows.value_text[code]
        for code in (
            "open", "waiting_on_desk", "answers_overdue", "resolutions_overdue",
            "opened", "closed", "median_response", "within_1_and_2_days",
        )
    ]  # fmt: skip
    assert [metric.delta for metric in app.metric][:2] == rows.change_text[["open", "waiting_on_desk"]].tolist()


def test_the_tiles_are_right(sample, open_page):
    """Counted another way: from the facts, by hand, without any report."""
    app = open_page(sample, period="Last 4 weeks")
    with connect(sample) as con:
        expected = con.execute(
            """
            with tickets as (
                select *, (opened_at at time zone 'UTC' at time zone 'Europe/Vilnius')::date as day_on from facts.tickets
            )
            select
                count(*) filter (is_open),
                count(*) filter (is_open and last_word_by is distinct from 'agent'),
                (select count(*) from facts.turns where answer_band = 'overdue'),
                count(*) filter (is_open and resolution_band = 'overdue'),
                count(*) filter (day_on between date '2026-10-03' and date '2026-10-30')
            from tickets
            """
        ).fetchone()
    assert [metric.value for metric in app.metric][:5] == [f"{number:,}" for number in expected]


@pytest.mark.parametrize("filters", [Filters(), Filters(period="Everything loaded"), Filters(channel=("ticket",))])
def test_the_trend_of_a_stock_ends_at_its_tile(filters, sample):
    stocks = ["open", "waiting_on_desk", "answers_overdue", "resolutions_overdue"]
    tiles = report(sample, "reports.measures", filters).set_index("measure_code").value
    steps = report(sample, "reports.measures_by_step", filters).sort_values("until_on")
    last = steps.groupby("measure_code").value.agg(lambda values: values.iloc[-1])
    assert last[stocks].tolist() == tiles[stocks].tolist()


def test_the_overdue_of_every_day_are_those_open_beyond_the_limit(sample):
    """Recounted day by day from the closings, whatever became of the tickets later."""
    steps = report(sample, "reports.measures_by_step", Filters())
    trend = steps[steps.measure_code == "resolutions_overdue"].sort_values("until_on")
    with connect(sample) as con:
        expected = con.execute(
            """
            select days.day_on, count(tickets.ticket_id)
            from facts.days
            left join facts.tickets
                on tickets.opened_at + interval 14 day < least(days.until_at, timestamp '2026-10-30 15:00:00')
                and tickets.resolution_band is distinct from 'deferred'
                and not exists (
                    from facts.closings
                    where closings.ticket_id = tickets.ticket_id
                        and closings.closed_at < days.until_at
                        and (closings.reopened_at is null or closings.reopened_at >= days.until_at)
                )
            group by all
            """
        ).df()
    recounted = expected.set_index("day_on").iloc[:, 0]
    assert trend.value.tolist() == recounted[trend.until_on].tolist()
    assert trend.value.max() > 3


def test_the_backlog_is_the_contracts(sample):
    flows = report(sample, "reports.flow_by_day", Filters(period="Last 26 weeks"))
    with connect(sample) as con:
        load_by_day = con.execute("from reports.load_by_day").df().set_index("day_on")
    same = flows.set_index("from_on").join(load_by_day, rsuffix="_contract")
    assert len(same) == 182
    for column in ("opened_count", "reopened_count", "closed_count", "backlog_count"):
        assert (same[column] == same[f"{column}_contract"]).all()


def test_a_long_period_is_drawn_by_week(sample):
    weeks = report(sample, "reports.flow_by_day", Filters(period="Everything loaded"))
    assert set(weeks.step_code) == {"week"}
    with connect(sample) as con:
        assert weeks.opened_count.sum() == con.execute("select count(*) from facts.tickets").fetchone()[0]


@pytest.mark.parametrize("clock", ["response", "resolution"])
def test_bands_add_up_to_the_tickets_opened(clock, sample):
    bands = report(sample, f"reports.{clock}_by_week", Filters(period="Everything loaded"))
    with connect(sample) as con:
        assert (
            bands.ticket_count.sum()
            == con.execute("select count(*) from reports.tickets where is_in_averages").fetchone()[0]
        )
    assert (bands.groupby("week_on").ticket_count.sum() == bands.groupby("week_on").week_ticket_count.first()).all()


@pytest.mark.parametrize("tab", ["Backlog", "In and out", "By product, agent, channel", "Causes", "Satisfaction"])
def test_edge_case_56_what_a_tab_of_the_load_shows_is_what_it_exports(tab, sample, open_page, downloads):
    """Chart and table, under the same filters, cell by cell."""
    app = open_page(sample, LOAD_PAGE, load=tab, channel="ticket", period="Last 26 weeks")
    drawn = charts(app)
    assert drawn
    assert all(len(data) > 1 for _, data in drawn.values())
    exported = {name: pd.read_csv(io.BytesIO(downloads[name])) for name in downloads if "." not in name}
    filters = Filters(period="Last 26 weeks", channel=("ticket",))
    of_charts = {
        "backlog_by_turn": "flow_by_day",
        "backlog_by_age": "load_by_age",
        "flow": "flow_by_day",
        "opened_by_hour": "opened_by_hour",
        "reopens_by_week": "reopens_by_week",
        "posts_by_week": "reopens_by_week",
        "causes_by_product": "causes_by_product",
        "satisfaction_by_week": "satisfaction_by_week",
    }
    for name, rows in exported.items():
        if name in of_charts:
            asked = report(sample, f"reports.{of_charts[name]}", filters)
            counts = [column for column in asked if column.endswith("_count")]
            assert rows[counts].sum().tolist() == asked[counts].sum().tolist()
            assert len(rows) == len(asked)
    for shown in (element.value for element in app.dataframe):
        assert any(is_same(shown, rows) for rows in exported.values())


def is_same(shown: pd.DataFrame, exported: pd.DataFrame) -> bool:
    """Say whether the first rows of a file are the rows of the screen."""
    return (
        list(exported.columns) == list(shown.columns)
        and len(exported) >= len(shown) > 0
        and all(
            (pd.isna(cell) and pd.isna(text)) or cell == text or cell == pytest.approx(text)
            for column in shown.columns
            for cell, text in zip(shown[column], exported[column], strict=False)
        )
    )


def test_what_no_export_tells_is_an_unknown_figure_and_not_none(one_ticket, open_page):
    figures = {metric.label: metric.value for metric in open_page(one_ticket).metric}
    assert figures["Open"] == "1"
    assert figures["Answers overdue"] == "unknown"
    assert figures["Median first response, business days"] == "unknown"


def test_the_queue_is_unknown_where_answers_are_whatever_the_period(one_ticket, open_page):
    app = open_page(one_ticket, "pages/2_support/3_queue_and_deferred.py", period="Last 4 weeks")
    assert "n = 1 ticket, 0 of them opened 3 Oct 2026 to 30 Oct 2026" in texts(app)
    assert "Of 1 open ticket, what was answered is not known for 1." in texts(app)
    assert "Nobody waits" not in texts(app)


def test_a_period_in_which_nothing_happened_draws_no_empty_axes(one_ticket, open_page):
    app = open_page(one_ticket, LOAD_PAGE, load="In and out", period="Last 4 weeks")
    assert charts(app) == {}
    assert texts(app).count("Nothing in this period") == 4


def test_bars_span_the_whole_period_also_where_only_one_day_has_any(one_ticket, open_page):
    spec, _ = charts(open_page(one_ticket, LOAD_PAGE, load="In and out"))[
        "Bars of tickets opened and reopened above the line, closed below it"
    ]
    ends = [(day["year"], day["month"], day["date"]) for day in spec["encoding"]["x"]["scale"]["domain"]]
    assert ends == [(2026, 10, 1), (2026, 10, 31)]


def test_a_page_says_its_period_and_what_it_is_narrowed_to(sample, open_page):
    app = open_page(sample, product=["Form Relay", "Gallery Grid"], channel="email")
    assert "only product: Form Relay or Gallery Grid; channel: email" in texts(app)
    assert re.search(r"n = \d+ tickets, \d+ of them opened 1 Aug 2026 to 30 Oct 2026", texts(app))


def test_what_an_export_does_not_carry_is_said_plainly(one_ticket, sample, open_page):
    app = open_page(one_ticket, LOAD_PAGE, load="Satisfaction")
    assert "This export carries no satisfaction." in texts(app)
    assert "Load an export that has what clients said" in texts(app)
    assert charts(app) == {}
    app = open_page(one_ticket, LOAD_PAGE, load="In and out")
    assert "Load the posts of the tickets." in texts(app)
    app = open_page(sample, LOAD_PAGE, load="Satisfaction")
    assert "This export carries no satisfaction." not in texts(app)


def test_clients_who_wait_for_word_of_a_release_come_first(sample, open_page):
    app = open_page(sample, "pages/2_support/3_queue_and_deferred.py")
    waiting, to_do, others = (element.value for element in app.dataframe)
    with connect(sample) as con:
        expected = con.execute(
            "select ticket_id from reports.deferred where told_code = 'not_told' order by next_release_at, ticket_id"
        ).fetchall()
        turns = con.execute("select count(*) from facts.turns where answer_band in ('waiting', 'overdue')").fetchone()[
            0
        ]
    assert waiting["Place"].tolist() == list(range(1, turns + 1))
    assert to_do["Ticket"].tolist() == [ticket_id for (ticket_id,) in expected][:25]
    assert len(expected) > 5
    assert all("client not told" in reason for reason in to_do["Why"])
    assert not any("client not told" in reason for reason in others["Why"])


def test_a_share_is_met_of_met_and_late(sample):
    groups = report(sample, "reports.response_by_group", Filters(period="Everything loaded"))
    with connect(sample) as con:
        met, late = con.execute(
            """select count(*) filter (verdict = 'pass'), count(*) filter (verdict = 'fail')
            from rules.response_time"""
        ).fetchone()
    whole = groups[groups.kind == "desk"].iloc[0]
    assert (whole.met_count, whole.late_count) == (met, late)
    assert whole.within_2_days_share == met / (met + late)
    for kind in ("product", "agent", "channel"):
        assert groups[groups.kind == kind].ticket_count.sum() == whole.ticket_count


def test_a_bucket_ends_at_its_limit(sample):
    spread = report(sample, "reports.response_by_bucket", Filters(period="Everything loaded"))
    with connect(sample) as con:
        bands = dict(
            con.execute(
                "select response_band, count(*) from reports.tickets where is_in_averages group by all"
            ).fetchall()
        )
    found = spread.groupby("band_code").ticket_count.sum()
    assert {code: int(found[code]) for code in found.index} == {code: bands[code] for code in found.index}


# --- filters


@pytest.mark.parametrize(
    ("key", "label", "test"),
    [
        ("product", "Gallery Grid", "product_name = 'Gallery Grid'"),
        ("channel", "chat", "channel_code = 'chat'"),
        ("eligible", "not eligible", "eligibility_code = 'ineligible'"),
    ],
)
def test_a_filter_changes_the_numbers(key, label, test, sample, open_page):
    app = open_page(sample)
    everything = [metric.value for metric in app.metric]
    app.multiselect(key=key).set_value([label]).run()
    assert not app.exception
    with connect(sample) as con:
        tickets, open_now = con.execute(
            f"""select count(*), count(*) filter (is_open)
            from reports.tickets where {test}"""
        ).fetchone()
    assert f"n = {tickets:,} tickets" in texts(app)
    assert app.metric[0].value == str(open_now)
    assert [metric.value for metric in app.metric] != everything


def test_the_address_sets_the_filters(sample, open_page):
    app = open_page(sample, period="Last 4 weeks", product=["Gallery Grid", "Form Relay"], channel="email")
    assert app.selectbox(key="period").value == "Last 4 weeks"
    assert app.multiselect(key="product").value == ["Gallery Grid", "Form Relay"]
    assert app.multiselect(key="channel").value == ["email"]


def test_an_address_that_says_nonsense_filters_nothing(sample, open_page):
    app = open_page(sample, period="Last 99 weeks", product="x' or '1'='1", agent="nobody at all")
    assert app.selectbox(key="period").value == DEFAULT_PERIOD
    assert "n = 2,000 tickets" in texts(app)


def test_chosen_days_are_inclusive(sample):
    day = pd.Timestamp("2026-10-30").date()
    one_day = Filters(period="Chosen days", from_on=day, until_on=day)
    rows = report(sample, "reports.measures", one_day).set_index("measure_code")
    with connect(sample) as con:
        (opened,) = con.execute("select count(*) from reports.tickets where opened_on = date '2026-10-30'").fetchone()
    assert opened > 0
    assert rows.value["opened"] == opened


def test_filters_that_leave_nothing_say_so(sample, open_page):
    with connect(sample) as con:
        product, channel = con.execute(
            """select product_name, channel_code from (select distinct product_name from reports.tickets),
                (values ('phone'), ('chat')) as channels(channel_code)
            where (product_name, channel_code) not in (
                select product_name, channel_code from reports.tickets
                where channel_code is not null
            ) limit 1"""
        ).fetchone()
    app = open_page(sample, product=product, channel=channel)
    assert "No ticket matches these filters" in app.info[0].value


# --- what is behind a number


@pytest.mark.parametrize(
    ("address", "test"),
    [
        ({"is_answer_overdue": "true"}, "is_answer_overdue"),
        ({"is_open": "true"}, "is_open"),
        ({"within": "opened_on"}, "opened_on between date '2026-08-01' and date '2026-10-30'"),
        ({"response_code": "late"}, "response_code = 'late'"),
        ({"opened_week_on": "2026-10-19"}, "opened_week_on = date '2026-10-19'"),
        ({"opened_weekday": "1", "opened_hour": "9"}, "opened_weekday = 1 and opened_hour = 9"),
        ({"agent_id": ""}, "agent_id is null"),
        (
            {"event_code": "closed", "event_on": "2026-10-19"},
            "exists (from facts.load_events as e where e.ticket_id = t.ticket_id and day_on = date '2026-10-19' and closed_count > 0)",
        ),
        ({"rule": "coverage", "verdict": "fail"}, "ticket_id in (select subject_id from rules.coverage where verdict = 'fail')"),
        # What is no column, no known value or not a day asks for nothing.
        ({"response_code": "x", "opened_on": "today", "is_open": "1", "client_email": "a", "within": "now()"}, "true"),
    ],
)  # fmt: skip
def test_the_tickets_behind_a_number(address, test, sample, open_page):
    app = open_page(sample, "pages/tickets.py", **address)
    with connect(sample) as con:
        (expected,) = con.execute(
            f"""select count(*) from reports.tickets as t
            where {test}"""
        ).fetchone()
    assert expected > 0
    assert any(caption.value.startswith(f"{expected:,} rows ·") for caption in app.caption)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            {"rule": "response_time", "verdict": "fail", "client_id": "nobody@x.example", "within": "closed_on"},
            "Shown: **First response · not met**",
        ),
        ({"event_code": "closed", "is_open": "true", "within": "event_on"}, "Shown: **closed · in the period**"),
        (
            {"open_on": "2026-10-19", "agent_id": "", "within": "opened_on"},
            "Shown: **open at the end of 19 Oct 2026 · opened in the period**",
        ),
        ({"event_on": "2026-10-19", "within": "now()"}, "Shown: **all tickets the filters leave**"),
    ],
)
def test_no_filter_is_said_that_is_not_applied(address, said, sample, open_page):
    assert said in texts(open_page(sample, "pages/tickets.py", **address))


def test_what_leads_to_tickets_is_a_column_of_their_list(sample):
    with connect(sample) as con:
        columns = {row[0] for row in con.execute("describe reports.ticket_list").fetchall()}
        events = {row[0] for row in con.execute("describe reports.ticket_events").fetchall()}
        findings = {row[0] for row in con.execute("describe reports.ticket_findings").fetchall()}
        stock = {row[0] for row in con.execute("describe reports.open_tickets").fetchall()}
    assert {*DAYS, *FLAGS, *CODES, *NUMBERS, *NAMES} <= columns
    assert {"event_code", *EVENT_DAYS} <= events
    assert {"rule", "verdict", "opened_on", *MONTHS} <= findings
    assert {*STOCK_DAYS, *STOCK_CODES} <= stock


def test_a_click_on_a_bar_leaves_for_its_tickets(sample, open_page):
    app = open_page(sample, "pages/2_support/1_response_and_resolution.py")
    week = pd.Timestamp("2026-10-19").value // 1_000_000
    app.session_state["chart_response_by_week"] = {
        "selection": {"pick": [{"week_on": week, "response_code": "within_1_day"}]}
    }
    app.run()
    assert app.title[0].value == "Tickets"
    assert app.query_params["opened_week_on"] == "2026-10-19"
    assert "first response: within 1 business day" in texts(app)
    bands = report(sample, "reports.response_by_week", Filters())
    bar = bands[(bands.week_on == "2026-10-19") & (bands.response_code == "within_1_day")].ticket_count.iloc[0]
    assert any(caption.value.startswith(f"{bar:,} rows ·") for caption in app.caption)


@pytest.mark.parametrize(
    ("chart", "code", "value", "report_name", "count"),
    [
        ("backlog_by_turn", "turn_code", "desk", "flow_by_day", "waiting_on_desk_count"),
        ("backlog_by_age", "age_code", "up_to_1_week", "load_by_age", "ticket_count"),
    ],
)
def test_a_click_on_a_backlog_leaves_for_the_tickets_open_then(
    chart, code, value, report_name, count, sample, open_page
):
    app = open_page(sample, LOAD_PAGE, product="Form Relay")
    day = pd.Timestamp("2026-10-19")
    app.session_state[f"chart_{chart}"] = {"selection": {"pick": [{"until_on": day.value // 1_000_000, code: value}]}}
    app.run()
    assert app.title[0].value == "Tickets"
    assert "open at the end of 19 Oct 2026" in texts(app)
    steps = report(sample, f"reports.{report_name}", Filters(product=("form-relay",)))
    steps = steps[steps.until_on == day]
    bar = (steps[steps[code] == value] if code in steps else steps)[count].iloc[0]
    assert bar > 0
    assert any(caption.value.startswith(f"{bar:,} row") for caption in app.caption)


def test_a_click_on_a_cause_leaves_for_its_tickets(sample, open_page):
    app = open_page(sample, LOAD_PAGE, load="Causes")
    app.session_state["chart_causes_by_product"] = {
        "selection": {"pick": [{"product_code": "form-relay", "outcome_code": "client_specific"}]}
    }
    app.run()
    assert "outcome: specific to the client's site" in texts(app)
    causes = report(sample, "reports.causes", Filters())
    behind = causes[(causes.product_id == "form-relay") & (causes.outcome_code == "client_specific")].ticket_count.sum()
    assert any(caption.value.startswith(f"{behind:,} rows ·") for caption in app.caption)


@pytest.mark.parametrize(
    ("chart", "columns", "where", "report_name", "count"),
    [
        (
            "auto_closes_ahead",
            {"closes_on": "2026-11-05", "last_word_code": "agent"},
            "auto_close_on = date '2026-11-05' and last_word_by = 'agent'",
            "auto_closes_ahead",
            "ticket_count",
        ),
        (
            "auto_closes_by_month",
            {"month_on": "2026-09-01", "state": "late"},
            "auto_close_state = 'late' and closed_on between date '2026-09-01' and date '2026-09-30'",
            "auto_closes_by_month",
            "late_count",
        ),
    ],
)
def test_a_click_on_closings_leaves_for_their_tickets(chart, columns, where, report_name, count, sample, open_page):
    app = open_page(sample, AUTO_CLOSES_PAGE)
    app.session_state[f"chart_{chart}"] = {"selection": {"pick": [columns]}}
    app.run()
    assert app.title[0].value == "Tickets"
    with connect(sample) as con:
        (expected,) = con.execute(f"select count(*) from reports.tickets where {where}").fetchone()
    bars = report(sample, f"reports.{report_name}", Filters())
    for column, value in columns.items():
        bars = bars[bars[column] == value] if column in bars else bars
    assert expected == bars[count].iloc[0] > 0
    assert any(caption.value.startswith(f"{expected:,} row") for caption in app.caption)


@pytest.mark.parametrize(
    ("chart", "columns", "where"),
    [
        (
            "eligibility_by_week",
            {"week_on": "2026-10-19", "eligibility_code": "ineligible"},
            "opened_week_on = date '2026-10-19' and eligibility_code = 'ineligible'",
        ),
        (
            "eligibility_by_reason",
            {"clause": "1.2", "eligibility_code": "ineligible"},
            "eligibility_clause = '1.2' and eligibility_code = 'ineligible' and {period}",
        ),
        (
            "eligibility_by_known",
            {"met_condition_count": 6, "condition_count": 8},
            "met_condition_count = 6 and eligibility_code = 'unknown' and {period}",
        ),
        (
            "given_away_by_product",
            {"code": "form-relay"},
            "product_id = 'form-relay' and eligibility_code = 'ineligible' and {period}",
        ),
    ],
)
def test_a_click_on_eligibility_leaves_for_its_tickets(chart, columns, where, sample, open_page):
    app = open_page(sample, ELIGIBILITY_PAGE, given_away_kind="product")
    app.session_state[f"chart_{chart}"] = {"selection": {"pick": [columns]}}
    app.run()
    assert app.title[0].value == "Tickets"
    with connect(sample) as con:
        period = "opened_on between date '2026-08-01' and date '2026-10-30'"
        (expected,) = con.execute(
            f"select count(*) from reports.tickets where {where.format(period=period)}"
        ).fetchone()
    assert expected > 0
    assert any(caption.value.startswith(f"{expected:,} row") for caption in app.caption)


def test_what_is_given_away_adds_up(sample, open_page):
    app = open_page(sample, ELIGIBILITY_PAGE)
    shown = {metric.label: int(metric.value.replace(",", "")) for metric in app.metric}
    groups = report(sample, "reports.given_away_by_group", Filters())
    with connect(sample) as con:
        (answers,) = con.execute(
            """
            select count(*)
            from raw.posts
            inner join facts.tickets using (ticket_id)
            inner join rules.eligibility on subject_id = ticket_id
            where verdict = 'fail' and author_role = 'agent' and coalesce(is_public, true) and not coalesce(is_auto, false)
                and posted_at > opened_at and posted_at <= (from facts.clock)
                and opened_at >= timestamp '2026-07-31 21:00:00'
            """
        ).fetchone()
    assert shown["Answers given away"] == answers > 0
    for kind in ("reason", "product", "agent", "desk"):
        assert groups[groups.kind == kind].answer_count.sum() == answers
        assert groups[groups.kind == kind].ticket_count.sum() == shown["Tickets not eligible"]


@pytest.mark.parametrize("written", [LOOKED_UP, f" {LOOKED_UP.upper()} "])
def test_who_is_looked_up_by_link_is_shown_what_they_may_ask_for(written, sample, open_page):
    app = open_page(sample, ELIGIBILITY_PAGE, client=written)
    assert "**Chidi Tanaka** `chidi.tanaka@example.net`" in texts(app)
    assert "Booking Lantern" in texts(app)
    app = open_page(sample, "pages/client.py", client=written)
    assert app.title[0].value == "Chidi Tanaka"
    with connect(sample) as con:
        held = con.execute(
            "select reason from reports.entitlements where client_id = ? order by reason", [LOOKED_UP]
        ).fetchall()
        judged = con.execute("select count(*) from reports.standings where client_id = ?", [LOOKED_UP]).fetchone()[0]
    assert sorted(app.dataframe[0].value["Why"]) == [reason for (reason,) in held]
    assert len(held) == 3 * judged > 3
    assert list(app.dataframe[1].value["Clause"]) == ["1.2", "2.1", "2.2", "5.3", "5"]
    assert "purchase P20807" in set(app.dataframe[1].value["What decides"])


def test_an_alias_is_the_client_it_stands_for(sample, open_page):
    app = open_page(sample, "pages/client.py", client="saule.urbanek.office@example.net")
    assert app.title[0].value == "Saule Urbanek"
    assert "`saule.urbanek@example.net`" in texts(app)
    assert "Writes as `saule.urbanek.office@example.net` too" in texts(app)


@pytest.mark.parametrize("page", [ELIGIBILITY_PAGE, "pages/client.py"])
def test_an_unknown_address_names_who_may_be_meant(page, sample, open_page):
    app = open_page(sample, page, client="chidi.tanka@example.net")
    assert "Nobody is known in this snapshot by `chidi.tanka@example.net`" in texts(app)
    assert "one or two letters differ" in texts(app)
    button = app.button(key="likely_0")
    assert button.label.replace("\\", "") == "chidi.tanaka@example.net · Chidi Tanaka"
    button.click().run()
    assert app.query_params["client"] == "chidi.tanaka@example.net"
    assert "Nobody is known" not in texts(app)


def test_who_asks_and_never_bought_is_unknown_and_not_refused(sample, open_page):
    app = open_page(sample, "pages/client.py", client="hugo.novosad@example.org")
    assert "Unknown: nothing was bought under this address" in texts(app)
    assert "Nothing was bought under any address of this client." in texts(app)


def test_no_link_tells_who_is_masked(sample, open_page, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    app = open_page(sample, "pages/client.py", client="chidi.tanka@example.net")
    assert [button.key for button in app.button if "likely" in (button.key or "")] == []
    assert app.text[0].value == "c…@e… · C. T."
    app = open_page(sample, "pages/ticket.py", ticket="12392")
    assert not any("client" in element.proto.page for element in app.get("page_link"))


def test_the_silent_desk_comes_first(sample, open_page):
    app = open_page(sample, AUTO_CLOSES_PAGE)
    assert app.metric[0].label == "The desk fell silent"
    with connect(sample) as con:
        neglected = con.execute("select ticket_id from reports.auto_closes where is_neglected and closed_at is null")
        assert sorted(app.dataframe[0].value["Ticket"]) == sorted(row[0] for row in neglected.fetchall())
    assert app.metric[0].value == str(len(app.dataframe[0].value)) != "0"


def test_pairs_stand_side_by_side_the_worst_first(sample, open_page, downloads):
    app = open_page(sample, DUPLICATES_PAGE, period="Everything loaded")
    pairs = report(sample, "reports.duplicate_list", Filters(period="Everything loaded")).sort_values("position")
    tiles = {metric.label: metric.value for metric in app.metric}
    assert tiles["Pairs about one issue"] == str(len(pairs)) != "0"
    assert tiles["The newer closed first"] == str((pairs.pair_verdict == "newer_closed").sum()) != "0"
    first = pairs.iloc[0]
    assert first.verdict == "fail"
    said = texts(app)
    assert f"Not met: {first.reason}" in said
    assert f"Both say: {first.shared_text}" in said
    written = [element.value for element in app.text]
    with connect(sample) as con:
        for ticket_id in (first.older_ticket_id, first.newer_ticket_id):
            both = con.execute(
                "select subject, description from raw.tickets where ticket_id = ?", [ticket_id]
            ).fetchone()
            assert set(both) <= set(written)
    listed = pd.read_csv(io.BytesIO(downloads["pairs"]), dtype=str)
    assert listed["Newer ticket"].tolist() == pairs.newer_ticket_id.tolist()


def test_only_pairs_of_one_verdict_are_shown(sample, open_page, downloads):
    open_page(sample, DUPLICATES_PAGE, period="Everything loaded", pair="met")
    listed = pd.read_csv(io.BytesIO(downloads["pairs"]))
    assert set(listed["Verdict"]) == {"met"}


def test_another_limit_shows_the_pairs_that_it_would_make(sample, open_page, downloads):
    app = open_page(sample, DUPLICATES_PAGE, period="Everything loaded")
    assert "None with a limit of 55 %." in texts(app)
    slider = app.select_slider[0]
    assert slider.value == 0.55
    slider.set_value(0.2).run()
    changes = report(sample, "reports.duplicate_changes", Filters(period="Everything loaded"))
    changes = changes[(changes.limit_share == 0.2) & (changes.change_code == "new")]
    listed = pd.read_csv(io.BytesIO(downloads["pairs_new"]), dtype=str)
    assert sorted(listed["Newer ticket"]) == sorted(changes.newer_ticket_id) != []
    assert "Would be a pair" in texts(app)
    limits = report(sample, "reports.duplicates_by_limit", Filters(period="Everything loaded")).set_index("limit_share")
    assert limits.text_count[0.2] - limits.text_count[0.55] == len(changes)
    way = next(element.proto for element in app.get("page_link") if "limit would change" in element.proto.label)
    assert "duplicate.similarity=0.2" in way.query_string
    tried = open_page(sample, WHAT_IF_PAGE, **dict(parse_qsl(way.query_string)))
    assert tried.subheader[0].value.replace("\\", "") == "Duplicates, similarity: 0.55 → 0.2"


@pytest.mark.parametrize(("rule", "verdict"), [("coverage", "pass"), ("response_time", "fail"), ("duplicate", "fail")])
def test_a_click_on_a_cell_of_the_terms_leaves_for_its_findings(rule, verdict, sample, open_page):
    app = open_page(sample, TERMS_PAGE, channel="ticket")
    cells = report(sample, "reports.verdicts_by_month", Filters(channel=("ticket",)))
    cell = cells[(cells.rule == rule) & (cells.verdict == verdict)].iloc[-1]
    picked = {"rule": rule, "verdict": verdict, "month_on": cell.month_on.value // 1_000_000, "is_about_tickets": True}
    app.session_state["chart_verdicts_by_month"] = {"selection": {"pick": [picked]}}
    app.run()
    assert app.title[0].value == "Tickets"
    assert f"opened in {cell.month_on:%B %Y}" in texts(app)
    assert any(caption.value.startswith(f"{cell.finding_count:,} row") for caption in app.caption)


@pytest.mark.parametrize("rule", ["conduct", "chargeback_waiver", "response_time"])
def test_a_cell_of_the_terms_leads_to_its_findings_without_a_pointer(rule, sample, open_page):
    app = open_page(sample, TERMS_PAGE)
    way = app.selectbox(key="way_verdicts_by_month")
    cells = report(sample, "reports.verdicts_by_month", Filters())
    cells = cells[(cells.rule == rule) & (cells.verdict == "fail")].iloc[-1:]
    (cell,) = cells.itertuples()
    named = f"{RULES[rule]}, {cell.month_on:%B %Y}, {VERDICTS['fail']}"
    way.select(next(one for one in way.options if one.startswith(f"{cell.clause} ") and named in one)).run()
    assert not app.exception, app.exception[0]
    assert app.title[0].value == ("Tickets" if cell.is_about_tickets else "Findings")
    assert way.label == "Findings of"
    counted = f"{cell.finding_count:,} {'row' if cell.finding_count == 1 else 'rows'} ·"
    assert any(caption.value.startswith(counted) for caption in app.caption)


@pytest.mark.parametrize("clause", ["0.2", "5.9"])
def test_a_cell_that_is_about_no_ticket_leaves_for_its_findings_of_that_clause(clause, sample, open_page):
    cells = report(sample, "reports.verdicts_by_month", Filters())
    (cell,) = cells[
        (cells.rule == "conduct") & (cells.clause == clause) & (cells.month_on == "2025-11-01")
    ].itertuples()
    app = open_page(sample, TERMS_PAGE)
    picked = {"rule": "conduct", "clause": clause, "verdict": "fail", "month_on": 1_761_955_200_000}
    app.session_state["chart_verdicts_by_month"] = {"selection": {"pick": [picked | {"is_about_tickets": False}]}}
    app.run()
    assert not app.exception, app.exception[0]
    assert app.title[0].value == "Findings"
    assert app.query_params["happened_month_on"] == "2025-11-01"
    assert f"Shown: **Conduct · not met · November 2025 · clause {clause}**" in texts(app)
    assert app.dataframe[0].value.Clause.tolist() == [clause] * cell.finding_count != []


def test_what_was_not_met_is_listed_clause_by_clause_of_one_month(sample, open_page):
    cells = report(sample, "reports.verdicts_by_month", Filters())
    newest = cells.month_on.max()
    app = open_page(sample, TERMS_PAGE)
    assert app.selectbox(key="month").value == newest
    listed = app.dataframe[0].value
    assert listed.Clause.tolist() == cells[(cells.month_on == newest) & (cells.verdict == "fail")].clause.tolist()
    app = open_page(sample, TERMS_PAGE, month="August 2026")
    of_month = cells[(cells.month_on == "2026-08-01") & (cells.verdict == "fail")]
    assert app.dataframe[0].value["Not met"].tolist() == of_month.finding_count.tolist() != []


def test_every_clause_of_the_policy_is_listed_and_told_in_full(sample, open_page):
    app = open_page(sample, TERMS_PAGE, clause="4.5")
    with connect(sample) as con:
        clauses = con.execute("select distinct clause from policy.clauses").fetchall()
    listed = app.dataframe[1].value
    assert sorted(listed.Clause) == sorted(clause for (clause,) in clauses)
    assert listed.set_index("Clause")["Judged by"]["4.5"] == "no query can judge it"
    of_candidates = listed[listed["Judged by"] == "a person, of what is found"]
    assert of_candidates.Clause.tolist() == ["5.2", "5.6"]
    assert "Candidates are looked for, and a person decides: Uses of a licence key" in texts(
        open_page(sample, TERMS_PAGE, clause="5.2")
    )
    assert "Maintenance is never business time" in texts(app)


# --- the numbers of other terms


@pytest.fixture(scope="module")
def own_terms(sample, tmp_path_factory):
    """The sample judged by a vendor's own numbers, two of them newer than the oldest tickets."""
    folder = tmp_path_factory.mktemp("terms")
    shutil.copytree(sample, folder / "warehouse")
    terms = read_rows(SHIPPED)
    for values, from_on in OWN_NUMBERS:
        terms = changed_terms(terms, values, from_on)
    (folder / "policy.csv").write_text(policy_text(terms), "utf-8")
    rebuild(warehouse=folder / "warehouse", policy=folder / "policy.csv")
    return folder / "warehouse"


OWN_NUMBERS = (
    (
        {
            ("response_time", "first"): "2",
            ("response_time", "last"): "3",
            ("resolution_time", "first"): "21",
            ("resolution_time", "last"): "30",
            ("auto_close", "grace"): "36",
            ("duplicate", "window"): "60",
            ("duplicate", "mailbox"): "2",
            ("duplicate", "compared"): "10",
            ("post_burst", "posts"): "4",
            ("post_burst", "window"): "5",
            ("queue", "pace"): "10",
        },
        None,
    ),
    ({("auto_close", "idle"): "10", ("resolution_time", "last"): "40"}, date(2026, 3, 1)),
    ({("response_time", "last"): "9"}, date(2027, 3, 1)),
)
IN_OWN_NUMBERS = {
    "pages/1_today.py": ["Answered within 2 · 3 business days"],
    "pages/tickets.py": ["within 2 business days", "within 3 business days", "within 3 weeks"],
    RESPONSE_PAGE: ["within 2 business days", "within 3 business days"],
    AUTO_CLOSES_PAGE: ["closed within 36 hours after 8 or 10 days of silence", "close within 2 days if nobody writes"],
    DUPLICATES_PAGE: [
        "opened within 60 days",
        "4 or more posts of a client within 5 minutes",
        "more than 2 tickets of one product within 60 days; each is compared with the 10 before it",
    ],
    "pages/2_support/3_queue_and_deferred.py": ["the pace is that of the last 10 days"],
}
# What is said of the terms as shipped, and of no others; less what the clause itself says.
IN_SHIPPED_NUMBERS = re.compile(
    r"within (1 business day|1 week|2 weeks)|1 · 2 business|eight silent|8 days of|30 days|(ten|10) minutes|50 tickets|20 before"
    r"|within a day|Within (1|7|14)\b|4 weeks"
)


@pytest.mark.parametrize("page", IN_OWN_NUMBERS)
def test_a_page_says_the_numbers_of_the_terms_it_is_judged_by(page, own_terms, open_page, downloads):
    app = open_page(own_terms, page)
    drawn = json.dumps([[chart, data.to_csv()] for chart, data in charts(app).values()])
    said = "\n".join(
        [
            texts(app),
            drawn,
            *(f"{metric.label} {metric.proto.help.partition('**Clause')[0]}" for metric in app.metric),
            *(element.value.to_csv() for element in app.dataframe),
        ]
    )
    assert [text for text in IN_OWN_NUMBERS[page] if text not in said] == []
    assert [said[found.start() - 40 : found.end() + 20] for found in IN_SHIPPED_NUMBERS.finditer(said)] == []


def test_limits_are_drawn_where_these_terms_have_them(own_terms, open_page):
    def drawn(tab):
        app = open_page(own_terms, RESPONSE_PAGE, clock=tab)
        frames = [
            pa.ipc.open_stream(held.data.data).read_all().to_pandas()
            for element in app.get("vega_lite_chart")
            for held in element.proto.datasets
        ]
        return {tuple(frame.limit) for frame in frames if "limit" in frame}

    assert drawn("First response") == {(2, 3)}
    assert drawn("Resolution") == {(21, 30, 40)}


# --- what if


MONTHS_LABEL = "1.2 Inside the support period: months"


@pytest.fixture
def own_policy(tmp_path, monkeypatch):
    """A policy file that pages may write to."""
    path = tmp_path / "own.csv"
    path.write_bytes(SHIPPED.read_bytes())
    monkeypatch.setenv("POLICY", str(path))
    return path


def test_another_number_shows_both_outcomes_and_the_tickets_that_change(sample, open_page, own_policy, downloads):
    address = {"number": MONTHS_LABEL, "coverage.months": "12"}
    app = open_page(sample, WHAT_IF_PAGE, **address)
    assert app.subheader[0].value.replace("\\", "") == "Inside the support period, months: 6 → 12"
    moves = app.dataframe[0].value
    assert moves.set_index("Rule")["Findings"]["Inside the support period"] == 31
    assert set(moves["Is"]) == {"not met"}
    assert set(moves["Would be"]) == {"met"}
    _, data = next(iter(charts(app).values()))
    counted = data[data.verdict == "fail"].set_index("row").finding_count
    assert counted["Inside the support period: is"] - counted["Inside the support period: would be"] == 31
    with connect(sample) as con:
        (opened_later,) = con.execute(
            "select count(*) from rules.coverage where verdict = 'fail' and subject_id in (select unnest(?))",
            [pd.read_csv(io.BytesIO(downloads["what_if_changes_tried_coverage_months_12"]), dtype=str).Ticket.tolist()],
        ).fetchone()
    assert opened_later == 31
    app = open_page(sample, WHAT_IF_PAGE, judge="Inside the support period", **address)
    assert any(caption.value.startswith("31 rows ·") for caption in app.caption)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("6", "Type another value to see what would change."),
        ("6.0", "Type another value to see what would change."),
        ("six", "coverage months, value: cannot read 'six' as a number of unit month"),
        ("100000000", "coverage months, value: 100000000 is too much, at most 1,200 of unit month can be counted"),
    ],
)
def test_a_value_that_is_none_is_said(value, said, sample, open_page, own_policy):
    app = open_page(sample, WHAT_IF_PAGE, number=MONTHS_LABEL, **{"coverage.months": value})
    assert said in texts(app)
    assert len(app.dataframe) == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (duckdb.OutOfMemoryException("no room"), "python -m etl what-if coverage.months=7"),
        (duckdb.ConversionException("no such day"), "This cannot be tried: no such day"),
    ],
)
def test_a_trial_that_fails_ends_in_a_sentence(error, said, sample, open_page, own_policy, monkeypatch):
    def fails(*given):
        raise QueryError("no such day") from error

    monkeypatch.setattr("dashboard.parts.trying.try_out", fails)
    app = open_page(sample, WHAT_IF_PAGE, number=MONTHS_LABEL, **{"coverage.months": "7"})
    assert said in texts(app)
    assert len(app.error) == 1


def test_what_is_no_ticket_is_named_too(sample, open_page, own_policy):
    label = "5.2 licence shared: clients"
    app = open_page(sample, WHAT_IF_PAGE, number=label, judge="licence shared", **{"licence_shared.clients": "2"})
    listed = app.dataframe[1].value
    other = listed[listed.Ticket.isna()].Other
    assert len(other) > 0
    assert all(name.startswith("purchase ") for name in other)
    assert "ticket=None" not in "".join(element.value.to_string() for element in app.table)


def test_a_number_that_no_verdict_rests_on_says_so(sample, open_page, own_policy):
    label = "4.2 queue: pace"
    app = open_page(sample, WHAT_IF_PAGE, number=label, **{"queue.pace": "14"})
    assert "No verdict depends on this number" in texts(app)


def test_a_number_is_kept_in_the_policy_file_until_it_is_taken_back(sample, open_page, own_policy):
    app = open_page(sample, WHAT_IF_PAGE, number=MONTHS_LABEL, **{"coverage.months": "12"})
    assert "differs from these terms" not in texts(app)
    next(button for button in app.button if button.label == "Keep as a new version").click().run()
    assert not app.exception
    kept = own_policy.read_text("utf-8").removeprefix(SHIPPED.read_text("utf-8"))
    assert kept.startswith("1.2,2026-10-31,coverage,months,12,month,Support is valid for twelve months")
    assert "Kept: Inside the support period, months: 6 → 12, in force from 31 Oct 2026." in app.success[
        0
    ].value.replace("\\", "")
    assert "own.csv differs from these terms in 1 row" in texts(app).replace("`", "").replace("*", "")
    assert "Rebuild now" in [button.label for button in app.button]
    next(button for button in app.button if button.label == "Take back").click().run()
    assert own_policy.read_bytes() == SHIPPED.read_bytes()
    assert "differs from these terms" not in texts(app)


def test_a_version_that_was_worded_anew_is_restored_and_not_taken_out(sample, open_page, own_policy):
    worded = SHIPPED.read_text("utf-8").replace(
        "Support is valid for six months from", "We help for six months from", 1
    )
    own_policy.write_text(worded, "utf-8")
    app = open_page(sample, WHAT_IF_PAGE)
    told = [element.value for element in app.get("text")]
    assert told == ["1.2 · Inside the support period, months: 6 · other text · from 1 Jan 2015"]
    (button,) = [button for button in app.button if button.label in ("Restore", "Take back")]
    assert button.label == "Restore"
    button.click().run()
    assert own_policy.read_bytes() == SHIPPED.read_bytes()


def test_keeping_begins_ones_own_file_and_leaves_the_shipped_one(sample, open_page, tmp_path, monkeypatch):
    shipped = SHIPPED.read_bytes()
    monkeypatch.delenv("POLICY", raising=False)
    monkeypatch.setattr("etl.own_policy.OWN", tmp_path / "own_policy.csv")
    app = open_page(sample, WHAT_IF_PAGE, number=MONTHS_LABEL, **{"coverage.months": "12"})
    assert "own_policy.csv, your own policy file, begun as a copy of the shipped one" in texts(app).replace("`", "")
    next(button for button in app.button if button.label == "Keep as a new version").click().run()
    assert SHIPPED.read_bytes() == shipped
    assert (tmp_path / "own_policy.csv").read_text("utf-8").startswith(SHIPPED.read_text("utf-8"))
    assert "own_policy.csv differs from these terms in 1 row" in texts(app).replace("`", "").replace("*", "")


def test_the_closings_of_the_tile_are_listed_one_by_one(sample, open_page):
    closed = open_page(sample).metric[5]
    assert closed.label == "Closed"
    app = open_page(sample, "pages/tickets.py", event_code="closed", within="event_on")
    assert any(caption.value.startswith(f"{closed.value} rows ·") for caption in app.caption)


def test_a_ticket_leads_back_to_the_help_desk(sample, open_page):
    app = open_page(sample, "pages/ticket.py", ticket="12392")
    links = [element.proto.url for element in app.get("link_button")]
    assert links == ["https://help.example.com/tickets/12392"]
    with connect(sample) as con:
        reasons = con.execute("select reason from rules.findings where subject_id = '12392'").fetchall()
    assert sorted(app.dataframe[0].value["Why"]) == sorted(reason for (reason,) in reasons)


def test_a_ticket_that_is_not_there_is_said(sample, open_page):
    app = open_page(sample, "pages/ticket.py", ticket="nothing")
    assert "No ticket nothing is in this snapshot." in texts(app)


# --- what leaves


@pytest.mark.parametrize("page", PAGES)
def test_an_export_is_what_is_on_the_screen(page, sample, open_page, downloads):
    app = open_page(sample, page, **one(page, "12392", LOOKED_UP))
    files = {
        name: pd.read_csv(io.BytesIO(downloads[name]), dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for name in downloads
        if "." not in name
    }
    for shown in (element.value for element in app.dataframe):
        name = next(name for name, file in files.items() if list(file.columns) == list(shown.columns))
        exported = files.pop(name)  # two tables may have the same columns
        assert len(exported) >= len(shown)
        for column in shown.columns:
            on_screen = shown[column].astype(object).where(shown[column].notna(), "")
            for cell, text in zip(on_screen, exported[column], strict=False):
                assert same(cell, text), f"{name}, {column}: {cell!r} is {text!r} in the file"


def same(cell: object, text: str) -> bool:
    """Say whether a cell of the screen and a cell of the file are the same value."""
    if isinstance(cell, pd.Timestamp):
        return cell.strftime("%Y-%m-%dT%H:%M:%S")[: len(text)] == text
    if isinstance(cell, str):
        return cell == text.removeprefix("'")
    return float(cell) == pytest.approx(float(text))


def test_a_chart_s_file_holds_the_rows_of_its_report(sample, open_page, downloads):
    open_page(sample, "pages/2_support/1_response_and_resolution.py")
    exported = pd.read_csv(io.BytesIO(downloads["response_by_week"]))
    bands = report(sample, "reports.response_by_week", Filters())
    assert exported.ticket_count.tolist() == bands.ticket_count.tolist()
    assert exported.week_on.tolist() == bands.week_on.dt.strftime("%Y-%m-%d").tolist()


def test_a_file_runs_no_formula(one_ticket, open_page, downloads):
    open_page(one_ticket, "pages/tickets.py")
    text = downloads["tickets"].decode("utf-8-sig")
    assert "'=1+1" in text
    assert "'=HYPERLINK" in text


def cells(workbook: bytes, sheet: str = "Data") -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_name(sheet).to_python()


def told(workbook: bytes) -> dict[str, str]:
    """Return what the sheet of definitions says: {first cell of a line: second}."""
    return {line[0]: line[1] for line in cells(workbook, "Definitions")}


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ({"product": "Gallery Grid", "channel": "email"}, ["--product", "gallery-grid", "--channel", "email"]),
        ({"eligible": "not eligible"}, ["--eligibility", "ineligible"]),
        (
            {"within": "opened_on", "period": "Last 4 weeks"},
            ["--from", "2026-10-03", "--to", "2026-10-30", "--dated-by", "opened_on"],
        ),
    ],
)
def test_edge_case_56_the_same_filters_give_the_same_rows_and_numbers_everywhere(
    address, options, sample, open_page, downloads, tmp_path
):
    """On the screen, in the page's CSV, XLSX and Parquet, and in those that the command writes."""
    app = open_page(sample, "pages/tickets.py", **address)
    [on_screen] = [element.value for element in app.dataframe]
    (counted,) = re.findall(r"([\d,]+) rows? ·", texts(app))
    count = int(counted.replace(",", ""))

    listed = pd.read_csv(io.BytesIO(downloads["tickets"]), dtype=str, encoding="utf-8-sig")
    header, *lines = cells(downloads["tickets.xlsx"])
    assert len(listed) == len(lines) == count > 0
    assert list(listed.columns) == header == list(on_screen.columns)
    first = [line[header.index("Ticket")] for line in lines[: len(on_screen)]]
    assert first == listed.Ticket[: len(on_screen)].tolist() == on_screen.Ticket.tolist()
    assert [line[header.index("Why")] for line in lines] == listed.Why.tolist()

    # The pages of this process hold the snapshot itself open.
    copy = shutil.copytree(sample, tmp_path / "copy")
    for form in ("csv", "xlsx", "parquet"):
        out = tmp_path / f"metrics.{form}"
        assert main(["export", "ticket_metrics", "--warehouse", str(copy), "--out", str(out), *options]) == 0
    assert downloads["ticket_metrics"] == (tmp_path / "metrics.csv").read_bytes()
    header, *lines = cells((tmp_path / "metrics.xlsx").read_bytes())
    assert cells(downloads["ticket_metrics.xlsx"]) == [header, *lines]
    metrics = pd.read_parquet(tmp_path / "metrics.parquet").set_index("ticket_id")
    assert sorted(metrics.index) == sorted(listed.Ticket)
    assert pd.read_parquet(io.BytesIO(downloads["ticket_metrics.parquet"])).set_index("ticket_id").equals(metrics)
    text = pd.read_csv(tmp_path / "metrics.csv", encoding="utf-8-sig", dtype={"ticket_id": str}).set_index("ticket_id")
    sheet = pd.DataFrame(lines, columns=header).set_index("ticket_id")
    for column in ("response_business_seconds", "resolution_seconds", "client_wait_seconds", "age_days", "turn_count"):
        expected = metrics[column].astype("float")
        assert text[column].to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True)
        assert pd.to_numeric(sheet[column]).to_numpy() == pytest.approx(expected.to_numpy(), nan_ok=True)
    clock = pd.to_datetime(sheet.opened_at).tolist()
    assert clock == [moment.tz_localize(None) for moment in metrics.opened_at]

    # The screen shows durations as the files have them.
    days = dict(zip(metrics.index, metrics.response_business_days, strict=True))
    for line in listed.itertuples():
        if match := re.search(r"answered after ([\d.]+) business days", line.Why):
            assert float(match[1]) == pytest.approx(days[line.Ticket], abs=0.051)


def test_a_workbook_says_what_it_holds(sample, open_page, downloads):
    open_page(sample, "pages/tickets.py", product="Gallery Grid", is_open="true")
    said = told(downloads["tickets.xlsx"])
    assert said["Desk"] == "Nordwind Extensions"
    assert said["As of"] == "30 Oct 2026, 17:00 Europe/Vilnius"
    assert said["Filters"] == "product: Gallery Grid"
    assert "within 1 business day" in said["First response"]
    said = told(downloads["ticket_metrics.xlsx"])
    assert said["Filters"] == "product: Gallery Grid; is_open = true"
    assert said["1.5"].startswith("An answer can be expected within one to two business days")
    assert said["first_responded_at"] == "The first public answer of a person at the desk."


def test_more_rows_than_a_sheet_holds_are_offered_otherwise(sample, open_page, downloads, monkeypatch):
    monkeypatch.setattr("etl.export.SHEET_ROWS", 2000)
    app = open_page(sample, "pages/tickets.py")
    assert {"tickets", "tickets.parquet"} <= downloads.keys()
    assert "tickets.xlsx" not in downloads
    assert "XLSX: 2,000 rows are more than a sheet holds; take another form." in texts(app)


def test_people_can_be_masked_on_the_screen_and_in_files(sample, open_page, downloads, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    app = open_page(sample, "pages/3_terms/2_banned_clients.py")
    with connect(sample) as con:
        names = [row[0] for row in con.execute("select client_name from reports.ban_list order by position").fetchall()]
    shown = app.dataframe[0].value["Client"].tolist()
    assert len(shown) == 10
    assert shown == [" ".join(f"{word[0]}." for word in name.split()) for name in names[: len(shown)]]
    assert not any(name in downloads["bans"].decode() for name in names)
    open_page(sample, "pages/tickets.py")
    metrics = pd.read_csv(io.BytesIO(downloads["ticket_metrics"]), dtype=str)
    assert not metrics.client_name.isin(names).any()
    assert metrics.client_id.str.fullmatch(r".…@.…").all()


def test_what_a_click_may_pick_is_named_once_as_its_tooltip_says():
    weeks = pd.to_datetime(["2026-03-02", "2026-03-09"])
    pace = pd.DataFrame({"week_on": weeks, "median_days": [0.5, 1.0], "p90_days": [2.0, None], "n_count": [20, 30]})
    assert pickable(draw_pace(pace, (1, 2), "business days")) == {
        "2 Mar 2026": {"week_on": "2026-03-02"},
        "9 Mar 2026": {"week_on": "2026-03-09"},
    }
    hours = pd.DataFrame({"weekday": [1, 1], "weekday_name": ["Monday"] * 2, "hour": [8, 9], "ticket_count": [0, 4]})
    assert pickable(heat(hours)) == {"Monday, 8": {"weekday": 1, "hour": 8}, "Monday, 9": {"weekday": 1, "hour": 9}}


def test_a_clause_is_read_without_the_tags_of_the_specification(sample, open_page):
    with connect(sample) as con:
        readings = con.execute("select reading from policy.clauses where clause = '4.6'").fetchall()
    assert any(re.search(r"\[[A-Z]\d", reading) for (reading,) in readings)
    said = texts(open_page(sample, "pages/2_support/4_auto_closes.py"))
    assert "Read as:" in said
    assert not re.search(r"\[[A-Z]\d", said)


# --- one ticket


LAST = "12392"


def test_the_account_on_the_page_is_the_one_of_the_command(sample, open_page, monkeypatch):
    app = open_page(sample, "pages/ticket.py", ticket=LAST)
    with connect(sample) as con:
        heading, *sections = account(con, LAST)
    assert heading.startswith(f"Ticket {LAST}")
    shown = {expander.label.replace("\\", ""): expander.code[0].value for expander in app.expander if expander.code}
    assert len(shown) == len(sections)
    monkeypatch.setattr("dashboard.parts.words.current", lambda: open_snapshot(Warehouse(sample).current().resolve()))
    for (label, code), section in zip(shown.items(), sections, strict=True):
        title, _, text = section.partition("\n")
        named, _, band = title.rpartition(": ")
        assert label == (f"{named}: {said(band, BANDS)}" if band in BANDS else title)
        assert code.replace(" = ", " ").split() == text.replace(" = ", " ").replace("-" * len(title), "").split()
    assert any(label.endswith("within 2 business days") for label in shown)


def test_the_time_line_is_the_rows_of_its_reports_and_its_table_says_the_same(sample, open_page):
    app = open_page(sample, "pages/ticket.py", ticket=LAST)
    [chart] = [chart for alt, chart in charts(app).items() if alt.startswith("time line")]
    assert {"client", "desk", "events", "expected by", "turn", "state"} == set(
        chart[0]["layer"][1]["encoding"]["y"]["scale"]["domain"]
    )
    with connect(sample) as con:
        counted = con.execute(
            """
            select
                (select count(*) from reports.ticket_posts where ticket_id = $id)
                + (select count(*) from reports.ticket_marks where ticket_id = $id and mark_code <> 'first_answer')
                + (select count(*) from reports.ticket_stretches where ticket_id = $id)
            """,
            {"id": LAST},
        ).fetchone()[0]
    told = next(table.value for table in app.table if list(table.value.columns) == ["When", "What", "Who"])
    assert len(told) == counted > 5
    assert told.What.str.startswith("opened").any()
    assert told.What.str.startswith("the desk's turn, until").any()
    assert "unknown" not in set(told.What)


def test_stretches_of_a_ticket_follow_on_each_other(sample):
    """States leave no gap from the opening to as_of; turns overlap nowhere, and only open tickets have them."""
    with connect(sample) as con:
        found = con.execute(
            """
            with stretches as (
                select *, lead(from_at) over (partition by ticket_id, lane_code order by from_at) as next_at
                from reports.ticket_stretches
            )
            select
                count(*) filter (lane_code = 'state' and coalesce(next_at, timestamp '2026-10-30 15:00:00') <> until_at),
                count(*) filter (lane_code = 'turn' and next_at < until_at),
                count(*) filter (until_at < from_at),
                count(*) filter (lane_code = 'turn'),
                sum(length_days * 86400) filter (lane_code = 'state' and stretch_code in ('open', 'pending', 'on_hold'))
            from stretches
            """
        ).fetchone()
        (open_seconds,) = con.execute(
            """
            select sum(epoch(coalesce(least(c.closed_at, timestamp '2026-10-30 15:00:00'), timestamp '2026-10-30 15:00:00')) - epoch(o.from_at))
            from (
                select ticket_id, opened_at as from_at, 1 as number from facts.tickets where not is_closed_at_unknown_time
                union all
                select ticket_id, reopened_at, closing_number + 1 from facts.closings where reopened_at is not null
            ) as o
            left join facts.closings as c on c.ticket_id = o.ticket_id and c.closing_number = o.number
            """
        ).fetchone()
    assert found[:3] == (0, 0, 0)
    assert found[3] > 1000
    assert found[4] == pytest.approx(open_seconds)


def test_the_desk_is_drawn_shut_exactly_when_it_was(sample):
    """What is shut and what is open add up to the span that is shown."""
    with connect(sample) as con:
        shut, opened, shown = con.execute(
            """
            with span as (select * from reports.ticket_zooms where ticket_id = $id and zoom_code = 'whole'),
            shut as (select * from reports.ticket_shut_times where ticket_id = $id and kind_code = 'hours'),
            opened as (
                select sum(epoch(least(closes_at, until_at)) - epoch(greatest(opens_at, from_at))) as seconds
                from raw.open_windows, span
                where opens_at < until_at and closes_at > from_at
            )
            select
                (select sum(epoch(until_at) - epoch(from_at)) from shut),
                (select seconds from opened),
                (select epoch(until_at) - epoch(from_at) from span)
            """,
            {"id": LAST},
        ).fetchone()
    assert shut + opened == pytest.approx(shown)
    assert 0 < opened < shown


def test_a_ticket_there_is_not_is_said_with_a_search_and_the_nearest(sample, open_page):
    app = open_page(sample, "pages/ticket.py", ticket="1239")
    assert "No ticket 1239 is in this snapshot." in texts(app)
    assert app.text_input[0].value == "1239"
    labels = [link.proto.label for link in app.get("page_link")]
    with connect(sample) as con:
        near = nearest(con, "1239")
    assert labels == [f"Ticket {ticket_id}" for ticket_id in near] + ["Show all tickets"]


def test_what_was_said_is_masked_with_the_people(sample, open_page, monkeypatch):
    monkeypatch.setenv("MASK_PEOPLE", "1")
    with connect(sample) as con:
        names = [
            row[0]
            for row in con.execute(
                "select distinct author_name from reports.ticket_posts where ticket_id = ? and author_name is not null",
                [LAST],
            ).fetchall()
        ]
    app = open_page(sample, "pages/ticket.py", ticket=LAST)
    assert names
    captions = "\n".join(caption.value for caption in app.caption)
    assert not any(name in captions for name in names)


# --- how it is made


@pytest.mark.parametrize("page", PAGES)
def test_a_page_only_draws(page):
    """No SQL, no arithmetic, no imports but what draws; a number on a page is a column of a report."""
    text = (APP.parent / page).read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree).splitlines()[0].rstrip().endswith((".", "?"))
    assert "Reads " in ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= {"streamlit", "altair"}
        if isinstance(node, ast.ImportFrom):
            assert node.module == "dashboard.parts"
        # `|` merges what an address says.
        assert not isinstance(node, ast.BinOp) or isinstance(node.op, ast.BitOr), ast.unparse(node)
        assert not isinstance(node, ast.AugAssign), ast.unparse(node)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            assert called not in {
                "sum",
                "mean",
                "median",
                "count",
                "round",
                "len",
                "min",
                "max",
                "groupby",
                "agg",
                "execute",
            }
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.match(r"\s*(select|with|from)\b.*\b(from|as)\b", node.value)


def test_the_filters_are_those_of_the_contract():
    assert list(CHOICES) == ["product", "agent", "channel", "eligible"]
