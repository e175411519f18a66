"""What a trial of other numbers says is what a replay under those numbers says, and nothing else is touched."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.build import UNITED, QueryError, build, is_judge, read_queries, readers, reads, without_comments
from etl.demo import SAMPLE_AS_OF
from etl.own_policy import changed_terms
from etl.policy import (
    ASKED,
    AT_LEAST_ONE,
    CHOICES,
    MOST,
    SHIPPED,
    PolicyError,
    asked_limits,
    policy_of,
    policy_text,
    read_rows,
    write_policy,
)
from etl.publish import Warehouse, connect
from etl.replay import replay
from etl.what_if import beside, judges_of, numbers, try_out

# One number of every kind: through facts, through rules alone, a list, a choice, pairs, bursts, candidates.
MANY = {
    ("coverage", "months"): "12",
    ("response_time", "last"): "1",
    ("resolution_time", "clock"): "desk",
    ("auto_close", "idle"): "10",
    ("channel", "accepted"): "ticket|email",
    ("registration", "required"): "false",
    ("duplicate", "window"): "2",
    ("post_burst", "posts"): "2",
    ("repeated_requests", "allowed"): "1",
    ("desk_questions_unanswered", "tickets"): "1",
    ("licence_shared", "clients"): "2",
}


JUDGES = {name for name, sql in read_queries().items() if is_judge(name, sql)}


def verdicts(con, judges=JUDGES) -> dict[tuple[str, str], tuple[str, str]]:
    """Return {(rule or pattern, subject): (worst verdict, its reason)} of a snapshot."""
    found = {}
    for layer in UNITED:
        verdict = "verdict" if layer == "rules" else "'candidate'"
        said = [
            f"select '{name.partition('.')[2]}' as judge, subject_id, {verdict} as verdict, reason from {name}"
            for name in sorted(judges)
            if name.startswith(layer)
        ]
        if said:
            worst = "qualify row_number() over (partition by judge, subject_id order by verdict desc, reason) = 1"
            for judge, subject, *worst_said in con.execute(f"from ({' union all '.join(said)}) {worst}").fetchall():
                found[judge, subject] = tuple(worst_said)
    return found


def differing(was, becomes) -> set[tuple]:
    """Return what stands in what_if.changes, in its order, given the verdicts of two snapshots."""
    nothing = (None, None)
    return {
        (*key, *was.get(key, nothing), *becomes.get(key, nothing))
        for key in was.keys() | becomes.keys()
        if was.get(key, nothing)[0] != becomes.get(key, nothing)[0]
    }


def changes_of(con) -> list[tuple]:
    """Return what a trial found, as `differing` says it."""
    return con.execute(
        "select judge, subject_id, old_verdict, old_reason, new_verdict, new_reason from what_if.changes"
    ).fetchall()


@pytest.mark.parametrize("from_on", [None, date(2026, 3, 2)], ids=["always", "from a day on"])
def test_a_trial_says_what_a_replay_under_the_same_terms_says(from_on, sample_warehouse, sample_snapshot, tmp_path):
    terms = changed_terms(read_rows(SHIPPED), MANY, from_on)
    (tmp_path / "policy.csv").write_text(policy_text(terms), "utf-8")
    before = sample_snapshot.read_bytes()
    done = replay(
        warehouse=sample_warehouse,
        as_of=SAMPLE_AS_OF.replace(tzinfo=UTC),
        policy=tmp_path / "policy.csv",
    )
    with connect(sample_snapshot) as con:
        was = verdicts(con)
    with connect(done.path) as con:
        becomes = verdicts(con)
    with beside(sample_snapshot) as con:
        try_out(con, MANY, from_on)
        changes = changes_of(con)
        outcomes = con.execute("select judge, verdict, old_count, new_count from what_if.outcomes").fetchall()
    expected = differing(was, becomes)
    assert len({judge for judge, *_ in expected}) > 5
    assert set(changes) == expected
    assert len(changes) == len(expected)
    judged = {judge for judge, *_ in outcomes}
    told = [Counter((judge, said) for (judge, _), (said, _) in found.items()) for found in (was, becomes)]
    for judge, verdict, *counts in outcomes:
        assert counts == [found[judge, verdict] for found in told]
    assert {judge for judge, *_ in expected} <= judged
    assert sample_snapshot.read_bytes() == before


@pytest.fixture(scope="module")
def small(made_up_desk):
    """A connection beside the snapshot of a small made-up desk, its terms, and its verdicts."""
    snapshot = Warehouse(made_up_desk / "warehouse").current()
    with connect(snapshot) as con:
        terms, was = policy_of(con), verdicts(con)
    with beside(snapshot) as con:
        yield con, terms, was


def another(row) -> str:
    """Return another value of a number of the terms: about half of it, the other choice, a list without its first."""
    if row.unit == "flag":
        return "false" if row.value == "true" else "true"
    if row.unit == "list":
        return row.value.partition("|")[2]
    if (row.rule, row.parameter) in CHOICES:
        return next(choice for choice in CHOICES[row.rule, row.parameter] if choice != row.value)
    return f"{row.value_number / 2:g}" if row.unit not in ("count", "month") else str(int(row.value_number) // 2)


def resting_on(limit) -> set[str]:
    """Return the facts, rules and patterns that name a number, or ask for any, and all that reads them."""
    asking = set()
    for name, sql in read_queries().items():
        named = {
            (rule, parameter)
            for rule, one, several in ASKED.findall(without_comments(sql))
            for parameter in ([one] if one else several.replace("'", "").replace(",", " ").split())
        }
        if "policy.limits" in reads(sql) and (limit in named or not named):
            asking.add(name)
    return {name for name in asking | readers(asking) if not name.startswith("reports.")}


def rebuilt(con, terms, made) -> dict[tuple[str, str], tuple[str, str]]:
    """Return what the queries `made`, made whole, say of the snapshot's rows by other terms."""
    (timezone,) = con.execute("select timezone from raw.desk").fetchone()
    for name in {"policy.clauses", "policy.limits", "policy.rules", "policy.patterns", *made}:
        con.execute(f"drop view {name}")
    write_policy(con, terms, timezone)
    build(con, wanted=made, given=read_queries().keys() - made)
    return verdicts(con, made & JUDGES)


@contextmanager
def undone(con) -> Iterator[None]:
    """Undo afterwards what is done on a connection: opening one beside a snapshot takes longer than most trials."""
    con.execute("begin")
    try:
        yield
    finally:
        con.execute("rollback")


# Numbers that reach one rule two ways: by itself and through its facts, through rules that are gathered and by its facts.
TOGETHER = [
    {("coverage", "months"), ("coverage", "required")},
    {("coverage", "months"), ("channel", "accepted"), ("response_time", "last")},
    {("resolution_time", "last"), ("duplicate", "window"), ("coverage", "months")},
]


@pytest.mark.parametrize(
    "limits",
    [*({limit} for limit in sorted(asked_limits())), *TOGETHER],
    ids=lambda limits: " and ".join(".".join(limit) for limit in sorted(limits)),
)
def test_of_every_number_a_trial_says_what_a_rebuild_under_it_says(limits, small):
    con, terms, was = small
    values = {limit: another(next(row for row in terms if (row.rule, row.parameter) == limit)) for limit in limits}
    made = set().union(*map(resting_on, limits))
    judged = {name.partition(".")[2] for name in made & JUDGES}
    with undone(con):
        becomes = rebuilt(con, changed_terms(terms, values, None), made)
    expected = differing({key: said for key, said in was.items() if key[0] in judged}, becomes)
    told = [Counter((judge, said) for (judge, _), (said, _) in found.items()) for found in (was, becomes)]
    with undone(con):
        try_out(con, values)
        changes = changes_of(con)
        outcomes = con.execute("select judge, verdict, old_count, new_count from what_if.outcomes").fetchall()
    assert set(changes) == expected
    assert len(changes) == len(expected)
    for judge, verdict, *counts in outcomes:
        assert counts == [found[judge, verdict] for found in told]


def extreme(row, wanted) -> str:
    """Return the least or the most that the file accepts of a number, an empty or a long list, else another value."""
    if row.unit == "list":
        return "|".join(f"w{number}" for number in range(2000)) if wanted == "most" else ""
    if row.unit not in MOST:
        return another(row)
    return str(MOST[row.unit] if wanted == "most" else int((row.rule, row.parameter) in AT_LEAST_ONE))


@pytest.mark.parametrize("wanted", ["least", "most"])
def test_whatever_number_the_terms_can_hold_can_be_tried(wanted, small):
    con, terms, _ = small
    with undone(con):
        try_out(con, {(row.rule, row.parameter): extreme(row, wanted) for row in numbers(terms)})
        assert con.execute("select count(*) from what_if.changes").fetchone()[0] > 0


def test_a_number_that_stays_changes_nothing(sample_snapshot):
    with beside(sample_snapshot) as con:
        try_out(con, {("coverage", "months"): "6"})
        assert con.execute("select count(*) from what_if.changes").fetchone() == (0,)
        same, total = con.execute(
            "select count(*) filter (old_count = new_count and change_count = 0), count(*) from what_if.outcomes"
        ).fetchone()
        assert same == total > 0


def test_a_trial_writes_neither_files_nor_the_snapshot(sample_snapshot, tmp_path):
    with beside(sample_snapshot) as con:
        for deed in (f"copy (select 1) to '{tmp_path / 'x.csv'}'", "create table snapshot.facts.x as select 1"):
            with pytest.raises(duckdb.Error, match=r"disabled|read-only"):
                con.execute(deed)


def test_a_trial_keeps_its_results_and_no_more_and_spills_where_nobody_works(sample_snapshot):
    with beside(sample_snapshot) as con:
        try_out(con, {("coverage", "months"): "12"})
        held = (
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'memory' order by all"
        )
        assert [name for (name,) in con.execute(held).fetchall()] == [
            "policy.clauses",
            "policy.limits",
            "policy.patterns",
            "policy.rules",
            "what_if.changes",
            "what_if.outcomes",
        ]
        (folder,) = con.execute("select current_setting('temp_directory')").fetchone()
        assert Path(folder).parent == Path(tempfile.gettempdir())
        assert con.execute("select count(*) from what_if.change_list").fetchone()[0] > 0


def test_a_trial_that_breaks_off_says_in_which_query(sample_snapshot, monkeypatch):
    sql = read_queries()["rules.channel"]
    header = sql.partition("\n\n")[0]
    broken = f"{header}\nselect * replace (error('no room')::verdict as verdict) from (\n{sql}\n)"
    monkeypatch.setattr("etl.what_if.read_queries", lambda: read_queries() | {"rules.channel": broken})
    with beside(sample_snapshot) as con, pytest.raises(QueryError, match=r"queries/rules/channel\.sql: .*no room"):
        try_out(con, {("channel", "accepted"): "email"})


def test_what_cannot_be_is_refused_in_the_words_of_the_policy_file(sample_snapshot):
    with beside(sample_snapshot) as con:
        with pytest.raises(PolicyError, match="coverage months, value: cannot read '-1' as a number of unit month"):
            try_out(con, {("coverage", "months"): "-1"})
        with pytest.raises(PolicyError, match="coverage months, value: 100000000 is too much, at most 1,200 of unit"):
            try_out(con, {("coverage", "months"): "100000000"})
        with pytest.raises(PolicyError, match="response_time from 2015-01-01: the first limit, 5 business_day, lies"):
            try_out(con, {("response_time", "first"): "5"})
        with pytest.raises(
            PolicyError, match=r"coverage.weeks: the terms have no such number; they have auto_close.grace"
        ):
            try_out(con, {("coverage", "weeks"): "1"})


def test_a_forecast_is_no_verdict():
    assert judges_of([("queue", "pace")]) == []
    assert judges_of([("coverage", "required")]) == ["rules.coverage", "rules.eligibility"]


# --- the command


def test_the_command_tells_both_outcomes_and_keeps_a_version_when_told_to(sample_warehouse, tmp_path, capsys):
    policy = tmp_path / "policy.csv"
    policy.write_text(SHIPPED.read_text("utf-8"), "utf-8")
    asked = ["what-if", "resolution_time.last=20", "--warehouse", str(sample_warehouse), "--policy", str(policy)]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "resolution_time: 45 from fail to pass" in told
    assert policy.read_bytes() == SHIPPED.read_bytes()
    assert main([*asked, "--keep"]) == 1
    assert "--keep needs the day" in capsys.readouterr().err
    assert main([*asked, "--keep", "--from", "2026-12-01"]) == 0
    assert f"kept in {policy}, from 2026-12-01 on" in capsys.readouterr().out
    assert [row.value for row in read_rows(policy) if (row.rule, row.parameter) == ("resolution_time", "last")] == [
        "14",
        "20",
    ]


def test_a_change_that_is_none_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["what-if", "coverage=12"])
    assert stopped.value.code == 2
    assert "write it like coverage.months=12" in capsys.readouterr().err
