"""The mutants of a query, and that a case which walks an edge notices the faults at it."""

import duckdb
import pytest

from etl.build import views_in_a_snapshot
from tests import mutate
from tests.case import Case, read_cases
from tests.mutants import Mutant, mutants


def changes(sql: str) -> list[str]:
    return [mutant.change for mutant in mutants(sql)]


@pytest.mark.parametrize(
    ("comparison", "flipped"),
    [
        ("a < b", "a <= b"),
        ("a <= b", "a < b"),
        ("a > b", "a >= b"),
        ("a >= b", "a > b"),
        ("a = 'X'", "a <> 'X'"),
        ("a <> 'X'", "a = 'X'"),
        ("a is distinct from b", "a is not distinct from b"),
        ("a is null", "(not a is null)"),
        ("a in ('x', 'y')", "(not a in ('x', 'y'))"),
    ],
)
def test_a_comparison_is_flipped(comparison, flipped):
    assert changes(f"select {comparison} as is_so from t") == [f"{comparison} -> {flipped}"]


def test_is_not_null_becomes_is_null():
    (mutant,) = mutants("select a is not null as is_so from (values (1), (null)) as t (a)")
    assert duckdb.execute(mutant.sql).fetchall() == [(False,), (True,)]


def test_each_end_of_a_between_is_flipped():
    assert changes("select a between 1 and 3 as is_so from t") == [
        "a between 1 and 3 -> (a > 1 and a <= 3)",
        "a between 1 and 3 -> (a >= 1 and a < 3)",
    ]


@pytest.mark.parametrize(
    ("bound", "moved"),
    [
        ("t.a_at < t.b_at", "t.b_at - interval '1' second"),
        ("t.a_at <= t.b_at", "t.b_at + interval '1' second"),
        ("t.a_at > t.b_at", "t.b_at + interval '1' second"),
        ("t.a_at >= t.b_at", "t.b_at - interval '1' second"),
        ("t.a_seconds <= 2 * t.b", "(2 * t.b) + 1"),
        ("coalesce(t.a_at, t.b_at) < least(t.c, t.d)", "least(t.c, t.d) - interval '1' second"),
        ("max(t.a_at) over () < t.b", "t.b - interval '1' second"),
    ],
)
def test_a_bound_is_moved_by_a_second_away_from_its_flip(bound, moved):
    left, operator, _ = bound.partition(" < ") if " < " in bound else bound.partition(bound.split()[1])
    shifted = [change.partition(" -> ")[2] for change in changes(f"select {bound} as is_so from t")]
    assert shifted[1:] == [f"{left.strip()} {operator.strip()} {moved}"]


@pytest.mark.parametrize("comparison", ["a_count >= 3", "a_at::date < b_on", "a_at = b_at", "a_share > 0.5"])
def test_what_is_no_bound_in_time_is_only_flipped(comparison):
    assert len(changes(f"select {comparison} as is_so from t")) == 1


def test_each_conjunct_of_where_on_having_qualify_and_filter_is_dropped():
    dropped = """
        select count(*) filter (where f and f2)
        from t
        inner join u on j and (j2 and j3)
        where w and (w2 or w3) and not w4
        having h
        qualify q
    """
    assert changes(dropped) == [
        "without f",
        "without f2",
        "without j",
        "without j2",
        "without j3",
        "without w",
        "without w2 or w3",
        "without not w4",
        "without h",
        "without q",
    ]


def test_a_condition_outside_of_them_is_kept_whole():
    assert changes("select case when a and b then c and d end as e from t") == []


def test_a_left_join_is_made_an_inner_one():
    (mutant, *rest) = mutants("select t.a from t left join u on u.a = t.a")
    assert mutant.change == "inner join u"
    assert mutant.sql == "SELECT t.a FROM t INNER JOIN u ON u.a = t.a"
    assert [other.change for other in rest] == ["u.a = t.a -> u.a <> t.a", "without u.a = t.a"]


@pytest.mark.parametrize("join", ["inner join u on j", "cross join u", "anti join u on j"])
def test_no_other_join_is(join):
    assert not [change for change in changes(f"select a from t {join}") if change.startswith("inner")]


def test_a_mutant_has_one_fault_and_knows_where_it_is():
    sql = "with first as (\n    select a\n    from t\n    where a < 1\n)\n\nselect a\nfrom first\nwhere a < 1\n"
    assert mutants(sql) == [
        Mutant(4, "first", "a < 1 -> a <= 1", "WITH first AS (SELECT a FROM t WHERE a <= 1) SELECT a FROM first WHERE a < 1"),
        Mutant(4, "first", "without a < 1", "WITH first AS (SELECT a FROM t WHERE TRUE) SELECT a FROM first WHERE a < 1"),
        Mutant(9, "the final select", "a < 1 -> a <= 1", "WITH first AS (SELECT a FROM t WHERE a < 1) SELECT a FROM first WHERE a <= 1"),
        Mutant(9, "the final select", "without a < 1", "WITH first AS (SELECT a FROM t WHERE a < 1) SELECT a FROM first WHERE TRUE"),
    ]  # fmt: skip


# Trying them

DESK = {
    "facts.little": "-- One row per a\nselect a from raw.rows where a < 3",
    "facts.middle": "-- One row per a\nselect a from facts.little",
    "rules.big": "-- One row per a\nselect a from facts.middle where a > 1",
    "facts.seen": "-- One row per a\n-- Kept in: facts.little\nselect a from raw.rows where a < 5",
    "rules.top": "-- One row per a\nselect a from facts.seen where a > 1",
}


class LittleCase(Case):
    """A case of DESK with the rows of raw.rows, and what its query gives."""

    def __init__(self, query: str, rows: list[int], expect: list[int]):
        super().__init__(query, {"name": "", "rows": rows, "expect": [{"a": a} for a in expect]})

    def prepare(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute("create table raw.rows as select unnest($rows) as a", {"rows": self.said["rows"]})
        for name in self.built:
            kind = "view" if name in views_in_a_snapshot(DESK) else "table"
            con.execute(f"create {kind} {name} as {DESK[name]}")


@pytest.fixture(autouse=True)
def desk(request, monkeypatch):
    """DESK in place of the house's own queries, for what tries a case of it."""
    if "trial" in request.fixturenames:
        for module in ("tests.mutate", "tests.case", "etl.build"):
            monkeypatch.setattr(f"{module}.read_queries", lambda: DESK)


@pytest.fixture
def trial():
    """A function that tells which mutants of a query a case notices."""

    def noticed(query: str, case: Case) -> list[bool | None]:
        prepared = mutate.Prepared(case)
        return [prepared.notices(query, mutant.sql) for mutant in mutants(DESK[query])]

    return noticed


def test_a_case_notices_what_its_rows_tell_apart(trial):
    assert trial("facts.little", LittleCase("facts.little", [1, 2], [1, 2])) == [False, False]
    assert trial("facts.little", LittleCase("facts.middle", [1, 2], [1, 2])) == [None, None], "not even its rows differ"
    assert trial("facts.little", LittleCase("facts.little", [1, 2, 3], [1, 2])) == [True, True]


def test_a_case_notices_faults_of_what_its_query_reads_only_in_its_own_rows(trial):
    assert trial("facts.little", LittleCase("rules.big", [2, 3], [2])) == [True, True]
    assert trial("rules.big", LittleCase("rules.big", [2, 3], [2])) == [False, False]
    assert trial("rules.big", LittleCase("rules.big", [1, 3], [])) == [True, True]


def test_what_stays_a_view_is_replaced_as_well(trial):
    assert trial("facts.seen", LittleCase("rules.top", [4, 5], [4])) == [True, True]
    assert trial("facts.seen", LittleCase("rules.top", [4, 6], [4])) == [None, True]


def test_what_is_no_sql_is_no_mutant():
    case = next(case for case in read_cases() if case.query == "facts.addresses")
    with pytest.raises(mutate.NO_QUERY):
        mutate.Prepared(case).notices("facts.addresses", "select no_column from raw.aliases")


def test_the_cases_of_a_query_come_before_those_of_what_reads_it():
    found = [case.query for case in mutate.cases_of("facts.states")]
    assert found.index("facts.tickets") < found.index("reports.tickets") < found.index("reports.ticket_list")
    assert not [case for case in mutate.cases_of("rules.scope") if case.query == "rules.channel"]


@pytest.mark.parametrize(
    "asked", ["rules.scope", "queries/rules/scope.sql", "tests/cases/rules/scope.toml", "rules.sc*"]
)
def test_a_query_is_asked_for_by_name_pattern_or_file(asked):
    assert mutate.chosen([asked], None) == ["rules.scope"]


def test_a_query_that_is_not_there_is_refused():
    with pytest.raises(SystemExit, match=r"rules\.scoop: no such query"):
        mutate.chosen(["rules.scoop"], None)


def test_every_excuse_says_of_what_and_why():
    assert all(excuse.query and excuse.change and len(excuse.why) > 20 for excuse in mutate.read_excuses())


A, B, C = (Mutant(1, "t", change, "") for change in ("a < b -> a <= b", "without piece_on = x", "c = d -> c <> d"))
EXCUSES = [mutate.Excuse("facts.*", "without *piece_on*", "why"), mutate.Excuse("facts.days", "c = d -> *", "why")]


def outcome(monkeypatch, found):
    monkeypatch.setattr(mutate, "mutants_of", lambda query: [A, B, C])
    return mutate.outcome("facts.days", found, EXCUSES)


def test_an_excused_mutant_is_neither_counted_nor_listed(monkeypatch):
    found = outcome(monkeypatch, [False, False, True])
    assert (found.caught, found.survivors, found.excused, found.counted) == ([C], [A], {B: EXCUSES[0]}, 2)
    assert str(found).splitlines() == [
        "facts.days                      1 of    2, 1 excused",
        "    queries/facts/days.sql:1 t: a < b -> a <= b",
    ]


def test_what_is_no_query_is_not_counted(monkeypatch):
    assert outcome(monkeypatch, [None, True, None]).counted == 1


def test_an_excuse_expires_when_what_it_excuses_is_caught(monkeypatch):
    found = outcome(monkeypatch, [False, False, True])
    monkeypatch.setattr(mutate, "chosen", lambda patterns, since: ["facts.days"])
    assert mutate.expired(EXCUSES, [found]) == [EXCUSES[1]]
    monkeypatch.setattr(mutate, "chosen", lambda patterns, since: ["facts.days", "facts.turns"])
    assert mutate.expired(EXCUSES, [outcome(monkeypatch, [False, True, True])]) == [EXCUSES[1]], (
        "facts.turns was not tried"
    )
