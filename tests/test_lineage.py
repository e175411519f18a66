"""How far a limit reaches through a query: every way a column can come to depend on another."""

import duckdb
import pytest

from etl.build import CLAUSE, kept_in, read_queries
from etl.lineage import EVERY, LIMITS, VALUES, may_change, reached, verdict_left_out, verdicts_seen
from etl.policy import asked_limits

TABLES = {"facts.seen": frozenset({"due_at"}), "facts.other": frozenset({EVERY}), LIMITS: VALUES}
IDLE = frozenset({("auto_close", "idle")})
BY_LIMIT = """
    select tickets.ticket_id, terms.value_seconds, terms.effective_on
    from facts.tickets
    left join (select from_at, effective_on, value_seconds from policy.limits where {asked}) as terms
        on tickets.opened_at >= terms.from_at
"""


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select ticket_id, due_at, opened_at from facts.seen", {"due_at"}),
        ("select ticket_id, due_at + interval 1 day as later_at from facts.seen", {"later_at"}),
        ("select * from facts.seen", {"due_at"}),
        ("with a as (select due_at as x from facts.seen), b as (select x as y, 1 as z from a) select * from b", {"y"}),
        ("select seen.ticket_id, tickets.due_at from facts.seen join facts.tickets using (ticket_id)", set()),
        ("select ticket_id, max(due_at) as last_at, count(*) as n from facts.seen group by ticket_id", {"last_at"}),
        ("select ticket_id, row_number() over (order by due_at) as place from facts.seen", {"place"}),
        # What is chosen, joined or grouped by it is another set of rows.
        ("select ticket_id from facts.seen where due_at is not null", {EVERY, "ticket_id"}),
        ("select due_at, count(*) as n from facts.seen group by due_at", {EVERY, "due_at", "n"}),
        ("select count(*) as n from facts.seen having max(due_at) > 1", {EVERY, "n"}),
        ("select ticket_id from facts.seen qualify row_number() over (order by due_at) = 1", {EVERY, "ticket_id"}),
        ("select a.x from facts.tickets as a join facts.seen on seen.due_at = a.x", {EVERY, "x"}),
        ("select a.x from facts.tickets as a semi join facts.seen on seen.due_at = a.x", {EVERY, "x"}),
        ("select a.x from facts.tickets as a anti join facts.other on other.id = a.x", {EVERY, "x"}),
        ("select x from facts.tickets where exists (select 1 from facts.other where other.id = x)", {EVERY, "x"}),
        ("select x from facts.other", {EVERY, "x"}),
        # A left join adds columns, never rows.
        ("select a.x, seen.y from facts.tickets as a left join facts.seen on seen.due_at = a.x", {"y"}),
        ("select a.x, other.y is null as z from facts.tickets as a left join facts.other on other.id = a.x", {"z"}),
        # By place in a union, by name in one by name.
        ("select a, b from facts.tickets union all select due_at, b from facts.seen", {"a"}),
        ("select a, b from facts.tickets union all by name select b, due_at as a from facts.seen", {"a"}),
        # Of limits, those that are asked for; where none is named, all.
        (BY_LIMIT.format(asked="rule = 'auto_close' and parameter = 'idle'"), {"value_seconds"}),
        (BY_LIMIT.format(asked="rule = 'auto_close' and parameter in ('soon', 'idle')"), {"value_seconds"}),
        (BY_LIMIT.format(asked="rule = 'auto_close' and parameter = 'grace'"), set()),
        (BY_LIMIT.format(asked="rule in ('auto_close', 'duplicate')"), {"value_seconds"}),
        (
            "select max(case when rule = 'auto_close' and parameter = 'idle' then value end) as idle, "
            "max(case when rule = 'auto_close' and parameter = 'soon' then value end) as soon from policy.limits",
            {"idle"},
        ),
    ],
)  # fmt: skip
def test_what_may_change_in_a_query(sql, expected):
    assert may_change(sql, TABLES, IDLE) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a from rules.seen where verdict in ('unknown', 'fail')", ["'fail'", "'unknown'"]),
        ("with b as (select a from rules.seen where a > 1 and verdict in ('fail')) select * from b", ["'fail'"]),
        # Wherever it is read.
        ("select a from rules.seen where verdict in ('fail') union select a from rules.seen where verdict in ('open')", ["'fail'", "'open'"]),
        ("select a from rules.seen where verdict in ('fail') union select a from rules.seen", []),
        ("select a from rules.other where exists (from rules.seen) and verdict in ('fail')", []),
        # What lets others through, or may speak of another table's verdict.
        ("select a from rules.seen where verdict in ('fail') or a > 1", []),
        ("select a from rules.seen where verdict not in ('fail')", []),
        ("select a from rules.seen where reason in ('fail')", []),
        ("select a from rules.seen where verdict in (select verdict from rules.other)", []),
        ("select a from rules.seen left join rules.other using (a) where verdict in ('fail')", []),
    ],
)  # fmt: skip
def test_which_verdicts_a_query_picks(sql, expected):
    assert verdicts_seen(sql, "rules.seen") == expected


OTHER = "select b from rules.other where verdict <> 'open'"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"{OTHER} union all select a from rules.seen where verdict <> 'pass'", "'pass'"),
        (f"select a from rules.seen where verdict <> 'pass' union all {OTHER} union all {OTHER}", "'pass'"),
        # What leaves out nothing, more, or the same twice says nothing of how many there are.
        (f"{OTHER} union all select a from rules.seen", None),
        (f"{OTHER} union all select a from rules.seen where verdict <> 'pass' and a > 1", None),
        (f"{OTHER} union all select a from rules.seen where verdict <> a", None),
        (f"{OTHER} union all select a from rules.seen where reason <> 'pass'", None),
        (f"{OTHER} union all select a from rules.seen where verdict = 'pass'", None),
        (f"{OTHER} union all select a from rules.seen join rules.other using (a) where verdict <> 'pass'", None),
        ("select a from rules.seen where verdict <> 'pass' union all select a from rules.seen where verdict <> 'pass'", None),
        (f"{OTHER} union all select a from (select a from rules.seen where verdict <> 'pass') where a > 1", None),
        (OTHER, None),
    ],
)  # fmt: skip
def test_which_verdict_a_union_leaves_out(sql, expected):
    assert verdict_left_out(sql, "rules.seen") == expected


def judged(*limits, is_dated=False):
    """Return the rules whose verdicts a change of the limits may change."""
    reach = reached(frozenset(limits), is_dated)
    return {
        name.removeprefix("rules.")
        for name, columns in reach.items()
        if name.startswith("rules.") and CLAUSE.search(read_queries()[name]) and columns & {"verdict", EVERY}
    }


def test_a_limit_reaches_the_rules_that_rest_on_it_and_no_other():
    assert judged(("coverage", "months")) == {"coverage", "support_extra", "eligibility"}
    assert judged(("resolution_time", "last")) == {"resolution_time"}
    assert judged(("response_time", "last")) == {"response_time"}
    assert judged(("auto_close", "idle")) == {"auto_close"}
    assert judged(("channel", "refused")) == {"channel", "eligibility"}
    assert {"duplicate", "response_time", "resolution_time"} <= judged(("duplicate", "window"))
    assert judged(("queue", "pace")) == set()


def test_a_new_version_reaches_whatever_its_number_does():
    for limit in sorted(asked_limits()):
        assert judged(limit) <= judged(limit, is_dated=True)


def test_what_is_kept_with_a_query_says_row_by_row_the_same(sample_snapshot):
    kept = kept_in(read_queries())
    assert "facts.tickets" in kept.values()
    with duckdb.connect(str(sample_snapshot), read_only=True) as con:
        for base, keeper in kept.items():
            columns = ", ".join(row[0] for row in con.execute(f"describe {base}").fetchall())
            (missing,) = con.execute(
                f"select count(*) from (select {columns} from {keeper} except all select {columns} from {base})"
            ).fetchone()
            (added,) = con.execute(
                f"select count(*) from (select {columns} from {base} except all select {columns} from {keeper})"
            ).fetchone()
            assert (base, missing, added) == (base, 0, 0)
