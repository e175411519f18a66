"""The load, whatever the filter: the backlog of every day follows from the day before, and the parts add up.

Edge cases 57 to 60 of the list of edge cases are here, each by its number.
"""

import math
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

import duckdb
import pytest

from etl.ask import LISTED_COLUMNS, is_filtered, query
from etl.build import read_queries
from etl.filters import CHOICES, CHOSEN_DAYS, Filters
from etl.load import load
from etl.publish import connect
from loading import some
from reference.compare import broken, built
from reference.desks import make

WHOLE = Filters(period="Everything loaded")
LOAD = {
    f"reports.{name}"
    for name in ("load_by_day", "flow_by_day", "load_by_age", "load_by_group", "open_tickets", "choices", "ticket_list")
}
# Two tickets, both answered late by nobody in particular: at 23:30 of a Thursday and 00:30 of a Tuesday in Vilnius.
TWO_LATE_TICKETS = """ticket_id,client_email,product_id,opened_at,first_responded_at,status_code,closed_at
a,ann@example.com,A,2026-10-01T20:30:00Z,2026-10-12T09:00:00Z,closed,2026-10-12T09:00:00Z
b,bob@example.com,B,2026-10-05T21:30:00Z,2026-10-14T09:00:00Z,closed,2026-10-14T09:00:00Z
"""


class Asked:
    """A snapshot that answers reports as pages and exports ask for them."""

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self.con = con
        self.columns = {name: tuple(columns) for name, columns in con.execute(LISTED_COLUMNS).fetchall()}

    def __call__(self, report: str, filters: Filters | None = WHOLE, **where) -> list[dict]:
        cursor = self.con.execute(*query(self.columns, f"reports.{report}", filters, **where))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def every_filter(self) -> list[Filters]:
        """Return no filter, and each value that the shared filters offer by itself."""
        return [WHOLE, *(replace(WHOLE, **{row["kind"]: (row["code"],)}) for row in self("choices"))]

    def one_filter_of_a_kind(self) -> list[Filters]:
        """Return no filter, and one value of each kind of filter."""
        return [WHOLE, *(replace(WHOLE, **{kind: (code,)}) for kind, code in self.codes().items())]

    def codes(self) -> dict[str, str]:
        """Return a value that each kind of filter offers."""
        return {row["kind"]: row["code"] for row in self("choices")}


@pytest.fixture(scope="module")
def sample(sample_snapshot):
    with connect(sample_snapshot) as con:
        yield Asked(con)


@pytest.fixture(scope="module")
def two_late(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two_late")
    (folder / "tickets.csv").write_text(TWO_LATE_TICKETS, "utf-8")
    done = load([folder / "tickets.csv"], warehouse=folder / "warehouse", as_of=datetime(2026, 10, 20, 12, tzinfo=UTC))
    with connect(done.snapshot) as con:
        yield Asked(con)


def chosen(filters: Filters, first: date, last: date) -> Filters:
    """Return the filters with a period of chosen days, both included."""
    return replace(filters, period=CHOSEN_DAYS, from_on=first, until_on=last)


def assert_the_backlog_adds_up(asked: Asked, filters: Filters) -> dict[date, dict]:
    """Check the identity on every day there is; return the days, none where nothing is known of any [S16]."""
    days = {row["day_on"]: row for row in asked("load_by_day", filters)}
    if any(row["backlog_count"] is None for row in days.values()):
        assert {row["backlog_count"] for row in days.values()} == {None}
        return {}
    before = 0
    for day_on, row in sorted(days.items()):
        assert row["backlog_count"] == before + row["opened_count"] + row["reopened_count"] - row["closed_count"], (
            day_on
        )
        assert row["backlog_count"] == row["waiting_on_desk_count"] + row["waiting_on_client_count"], day_on
        before = row["backlog_count"]
    return days


def assert_the_load_adds_up(asked: Asked, filters: Filters, first: date, last: date) -> None:
    """Check the identity, and that a period shows the same days and what they are made of."""
    days = assert_the_backlog_adds_up(asked, filters)
    if not days:
        assert {row["ticket_count"] for row in asked("load_by_age", filters)} == {None}
        return
    for period in (filters, chosen(filters, first, last)):
        shown = [days[row["day_on"]] == row for row in asked("load_by_day", period)]
        assert all(shown) and len(shown) == (len(days) if period is filters else (last - first).days + 1)
        ages = defaultdict(int)
        for row in asked("load_by_age", period):
            ages[row["from_on"], row["until_on"]] += row["ticket_count"]
        steps = asked("flow_by_day", period)
        for step in steps:
            within = [
                days[step["from_on"] + timedelta(days=n)] for n in range((step["until_on"] - step["from_on"]).days + 1)
            ]
            for column in ("opened_count", "reopened_count", "closed_count"):
                assert step[column] == sum(row[column] for row in within)
            for column in ("backlog_count", "waiting_on_desk_count", "waiting_on_client_count"):
                assert step[column] == within[-1][column]
            assert ages.pop((step["from_on"], step["until_on"])) == step["backlog_count"]
        assert steps and not ages
        groups = asked("load_by_group", period)
        (desk,) = (row for row in groups if row["kind"] == "desk")
        assert desk["backlog_count"] == steps[-1]["backlog_count"]
        assert desk["reopened_count"] == sum(step["reopened_count"] for step in steps)
        assert desk["closed_count"] == sum(step["closed_count"] for step in steps)
        # Those closed at an unknown time were opened all the same, but are no part of the load [S11].
        assert desk["opened_count"] == len(asked("ticket_list", period, within="opened_on"))
    behind = asked("open_tickets", filters, open_on=last)
    assert len(behind) == days[last]["backlog_count"]
    assert sum(row["turn_code"] == "client" for row in behind) == days[last]["waiting_on_client_count"]


def test_edge_case_60_the_backlog_of_a_day_is_that_of_the_day_before_and_what_happened_for_every_filter(sample):
    for one in sample.every_filter():
        assert assert_the_backlog_adds_up(sample, one)
    kinds = sample.one_filter_of_a_kind()
    assert {kind for one in kinds for kind in one.chosen} == set(CHOICES)
    for number, one in enumerate(kinds):
        assert_the_load_adds_up(sample, one, date(2026, 8, 3), date(2026, 10, 30 - number % 20))
    two_at_once = replace(WHOLE, channel=("ticket", "email"), eligible=("eligible",))
    assert_the_load_adds_up(sample, two_at_once, date(2025, 3, 1), date(2026, 10, 25))


@pytest.mark.parametrize("seed", some(20, 30))
def test_edge_case_60_the_backlog_adds_up_on_random_desks_for_every_filter(seed):
    desk, dice = make(seed), Random(seed)
    for as_of in desk.as_ofs[:2]:
        with built(desk, as_of, LOAD) as con:
            asked = Asked(con)
            days = [row["day_on"] for row in asked("load_by_day")]
            for filters in asked.every_filter() if days else ():
                assert_the_backlog_adds_up(asked, filters)
            for filters in asked.one_filter_of_a_kind() if days else ():
                first, last = sorted((dice.choice(days), dice.choice(days)))
                assert_the_load_adds_up(asked, filters, first, last)


@pytest.mark.parametrize("period", [WHOLE, Filters(), chosen(WHOLE, date(2026, 9, 6), date(2026, 9, 6))])
def test_edge_case_60_the_groups_add_up_to_the_desk(period, sample):
    groups = sample("load_by_group", period)
    (desk,) = (row for row in groups if row["kind"] == "desk")
    for kind in ("product", "agent", "channel"):
        own = [row for row in groups if row["kind"] == kind]
        for column in (name for name in desk if name.endswith("_count")):
            assert sum(row[column] for row in own) == desk[column], (kind, column)
    causes = sample("causes", period)
    ended = sum(row["ticket_count"] for row in causes)
    assert ended == sum(row["ticket_count"] for row in sample("causes_by_product", period))
    assert ended == sum(row["n_count"] + row["unknown_count"] for row in sample("causes_by_version", period))
    shares = defaultdict(float)
    for row in causes:
        shares[row["product_id"], row["version"]] += row["share"] or 0
    assert all(share == pytest.approx(1) for share in shares.values())


def test_edge_case_60_business_time_rows_and_verdicts_agree_with_the_facts(sample):
    assert broken(sample.con) == {}
    # The metric and the rule that judges it say the same of every ticket, without tolerance.
    for band, rule, within, beyond in (
        ("response_band", "response_time", ("within_1_day", "within_2_days"), ("late", "overdue")),
        ("resolution_band", "resolution_time", ("within_1_week", "within_2_weeks"), ("late", "overdue")),
    ):
        (differing,) = sample.con.execute(
            f"""select count(*) from reports.tickets join rules.{rule} on subject_id = ticket_id
            where is_in_averages and response_band is distinct from 'closed_unanswered'
            and (coalesce({band} in {within}, false) is distinct from (verdict = 'pass')
                or coalesce({band} in {beyond}, false) is distinct from (verdict = 'fail'))"""
        ).fetchone()
        assert differing == 0


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param(chosen(WHOLE, date(2026, 10, 3), date(2026, 10, 4)), id="empty period"),
        pytest.param(replace(WHOLE, product=("A",)), id="one ticket"),
        pytest.param(WHOLE, id="all late and no agent"),
        pytest.param(replace(WHOLE, product=("no such product",)), id="no ticket"),
    ],
)
def test_edge_case_57_no_report_divides_by_nothing(filters, two_late):
    filtered = [name.partition(".")[2] for name in read_queries() if is_filtered(name) and name.startswith("reports.")]
    assert len(filtered) > 25
    for report in filtered:
        for row in two_late(report, filters):
            wrong = {
                name: value for name, value in row.items() if isinstance(value, float) and not math.isfinite(value)
            }
            assert not wrong, (report, wrong)


def test_edge_case_57_a_share_of_nothing_is_unknown_and_says_its_n(two_late):
    response = partial(two_late, "response_by_group", kind="desk")
    (all_late,) = response(WHOLE)
    assert (all_late["within_2_days_share"], all_late["n_count"], all_late["late_count"]) == (0, 2, 2)
    (agent,) = two_late("response_by_group", WHOLE, kind="agent")
    assert (agent["label"], agent["n_count"]) == ("not stated", 2)
    (nothing,) = response(chosen(WHOLE, date(2026, 10, 3), date(2026, 10, 4)))
    assert (nothing["within_2_days_share"], nothing["median_days"], nothing["n_count"]) == (None, None, 0)
    (load_of_nothing,) = two_late("load_by_group", chosen(WHOLE, date(2026, 10, 3), date(2026, 10, 4)), kind="desk")
    assert load_of_nothing["backlog_count"] == 1
    assert load_of_nothing["reopened_share"] is load_of_nothing["posts_per_ticket"] is None


def test_edge_case_58_a_ticket_at_half_past_eleven_at_night_is_in_the_hour_chart_on_its_local_day(two_late):
    hours = two_late("opened_by_hour")
    assert len(hours) == 7 * 24
    assert {(row["weekday_name"], row["hour"]) for row in hours if row["ticket_count"]} == {
        ("Thursday", 23),
        ("Tuesday", 0),
    }
    opened = [row["day_on"] for row in two_late("load_by_day") if row["opened_count"]]
    assert opened == [date(2026, 10, 1), date(2026, 10, 6)]
    assert [row["opened_on"] for row in two_late("ticket_list", opened_hour=23)] == [date(2026, 10, 1)]


@pytest.mark.parametrize(
    ("first", "last", "tickets"), [(1, 1, "a"), (1, 5, "a"), (1, 6, "ba"), (2, 6, "b"), (6, 6, "b"), (7, 9, "")]
)
def test_edge_case_59_the_last_day_of_a_period_is_in_it(first, last, tickets, two_late):
    period = chosen(WHOLE, date(2026, 10, first), date(2026, 10, last))
    assert "".join(row["ticket_id"] for row in two_late("ticket_list", period, within="opened_on")) == tickets
    assert sum(row["opened_count"] for row in two_late("load_by_day", period)) == len(tickets)
    assert sum(row["opened_count"] for row in two_late("flow_by_day", period)) == len(tickets)
    assert sum(row["ticket_count"] for row in two_late("opened_by_hour", period)) == len(tickets)
    assert sum(row["ticket_count"] for row in two_late("causes", period)) == len(tickets)
    measures = {row["measure_code"]: row["value"] for row in two_late("measures", period)}
    assert measures["opened"] == len(tickets)
