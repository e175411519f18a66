"""Reports follow the filters: parts of the tickets add up to the whole, and none of them to nothing."""

import re

import pytest

from etl.ask import LISTED_COLUMNS, query
from etl.build import FILTERED as FILTERED_NAMES
from etl.build import read_queries, with_filters, without_comments
from etl.filters import Filters
from etl.publish import connect

FILTERED = {
    name: sql
    for name, sql in read_queries().items()
    if name.startswith("reports.") and FILTERED_NAMES.search(without_comments(sql))
}


@pytest.fixture(scope="module")
def con(sample_snapshot):
    with connect(sample_snapshot) as connection:
        yield connection


def totals(con, name, condition):
    """The sum of every count a report has over the tickets of which a condition holds."""
    sql = with_filters(FILTERED[name], lambda every: f"{every} where {condition}")
    columns = [column for column, *_ in con.execute(f"describe {sql}").fetchall() if column.endswith("_count")]
    # The number of a whole week, rule or cell, beside each of its parts, adds up to nothing; what a row is about neither.
    whole = ("week_", "rule_", "code_", "unknown_ticket_", "judged_")
    about = re.search(r"^-- One row per (.*)", FILTERED[name], re.M)[1].split(", ")
    columns = [column for column in columns if not column.startswith(whole) and column not in about]
    if not columns:
        return {}
    # Filters are about tickets.
    followed = "filter (is_about_tickets)" if "is_about_tickets" in FILTERED[name] else ""
    sums = ", ".join(f"coalesce(sum({column}) {followed}, 0)" for column in columns)
    return dict(zip(columns, con.execute(f"select {sums} from ({sql})").fetchone(), strict=True))


@pytest.mark.parametrize("name", FILTERED)
def test_counts_of_two_halves_add_up_and_no_ticket_counts_nothing(con, name):
    half = "coalesce(product_id, '') < 'g'"
    whole = totals(con, name, "true")
    one, other, none = (totals(con, name, condition) for condition in (half, f"not ({half})", "false"))
    assert {column: one[column] + other[column] for column in one} == whole
    assert set(none.values()) <= {0}
    if any(whole.values()):
        assert one != whole


def test_there_are_reports_with_counts(con):
    assert sum(any(totals(con, name, "true").values()) for name in FILTERED) > 5


def test_findings_of_one_rule_are_asked_of_that_rule_and_are_those_among_all(con):
    columns = {"reports.ticket_findings": ("ticket_id", "rule", "verdict", "position")}
    everything = Filters(period="Everything loaded")
    of_all, given = query(columns, "reports.ticket_findings", everything)
    for rule in ("coverage", "auto_close"):
        of_one, parameters = query(columns, "reports.ticket_findings", everything, rule=rule)
        assert "rules.findings" in of_all
        assert "rules.findings" not in of_one
        apart = (
            f"(select * from ({of_all}) where rule = '{rule}' except select * from ({of_one})) "
            f"union all (select * from ({of_one}) except select * from ({of_all}))"
        )
        assert con.execute(f"select count(*) from ({of_one})", parameters).fetchone()[0] > 100
        assert con.execute(f"select count(*) from ({apart})", given | parameters).fetchone() == (0,)
    for none in ("no such rule' --", "findings", "unmet_conditions"):
        asked, parameters = query(columns, "reports.ticket_findings", everything, rule=none)
        assert "no such rule" not in asked
        assert con.execute(f"select count(*) from ({asked})", parameters).fetchone() == (0,)


@pytest.mark.parametrize(
    "filters", [Filters(period="Everything loaded"), Filters(period="Everything loaded", channel=("ticket",))]
)
def test_a_page_of_a_list_is_a_part_of_the_whole_list(con, filters):
    columns = {name: tuple(listed) for name, listed in con.execute(LISTED_COLUMNS).fetchall()}
    asked = {"within": "event_on"}
    whole = con.execute(*query(columns, "reports.ticket_events", filters, **asked)).fetchall()
    assert len(whole) > 60
    for offset in (0, 25, len(whole) - 10, len(whole)):
        page = query(columns, "reports.ticket_events", filters, limit=25, offset=offset, **asked)
        assert con.execute(*page).fetchall() == whole[offset : offset + 25]
