"""The SQL and an independent computation of the policy agree on random desks, cell by cell.

tests/reference/ was written from the text of the policy alone. Fifty desks, each at one of its instants; all of
them where EXAMPLES asks for more than the suite does. REFERENCE_SEEDS=FIRST:COUNT takes other desks, and
`python -m reference.hunt` shrinks what differs to the smallest.
"""

import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from etl.build import read_queries
from loading import EXAMPLES, FEW
from reference.compare import broken, built, differences, loaded
from reference.desks import RandomDesk, make
from reference.verdicts import TABLES, Model

FIRST, _, COUNT = os.environ.get("REFERENCE_SEEDS", "21:50").partition(":")
SEEDS = range(int(FIRST), int(FIRST) + int(COUNT or 1))
BY_LOADER = SEEDS[::25]  # these go through files and the real loader, the others straight into raw
SHOWN = 12

# What the suite's desks must reach, or agreeing on them would mean little.
REACHED = {
    ("facts.tickets", "response_basis"): {"posts", "reported", "none"},
    ("facts.tickets", "response_band"): {
        "within_1_day",
        "within_2_days",
        "late",
        "waiting",
        "overdue",
        "closed_unanswered",
        None,
    },
    ("facts.tickets", "resolution_band"): {
        "within_1_week",
        "within_2_weeks",
        "late",
        "in_progress",
        "overdue",
        "auto_closed",
        "duplicate",
        "deferred",
        "closed_unresolved",
        None,
    },
    ("facts.tickets", "last_word_by"): {"client", "agent", "nobody", None},
    ("facts.tickets", "is_open"): {True, False, None},
    ("reports.auto_closes", "state"): {"active", "closing_soon", "due", "missed", "early", "on_time", "late"},
    ("reports.auto_closes", "is_neglected"): {True, False, None},
    ("reports.duplicates", "verdict"): {"older_closed", "newer_closed", "both_open", "unknown"},
    ("reports.bans", "state"): {"active", "lifted"},
    ("reports.deferred", "state"): {"waiting", "released"},
    ("reports.deferred", "told_code"): {"waiting", "told", "not_told", "unknown"},
    ("reports.eligibility_today", "verdict"): {"pass", "unknown", "fail"},
    ("rules.response_time", "verdict"): {"exempt", "pass", "open", "unknown", "fail"},
    ("rules.resolution_time", "verdict"): {"exempt", "pass", "open", "unknown", "fail"},
    ("rules.auto_close", "verdict"): {"exempt", "pass", "open", "unknown", "fail"},
    ("rules.duplicate", "verdict"): {"pass", "open", "unknown", "fail"},
    ("rules.post_burst", "verdict"): {"fail"},
    ("rules.coverage", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.support_extra", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.registration", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.description", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.scope", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.channel", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.mailing_list", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.not_banned", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.eligibility", "verdict"): {"pass", "unknown", "fail"},
    ("rules.latest_version", "verdict"): {"pass", "unknown", "fail"},
    ("rules.complete_report", "verdict"): {"pass", "unknown", "fail"},
    ("rules.backup", "verdict"): {"pass", "unknown", "fail"},
    ("rules.one_question", "verdict"): {"pass", "unknown", "fail"},
    ("rules.conduct", "verdict"): {"unknown", "fail"},
    ("rules.refund_waiver", "verdict"): {"exempt", "pass", "unknown", "fail"},
    ("rules.chargeback_waiver", "verdict"): {"exempt", "unknown", "fail"},
    ("reports.entitlements", "verdict"): {"exempt", "pass", "unknown", "fail"},
}


@cache
def desk_of(seed: int) -> RandomDesk:
    return make(seed)


def instants_of(desk: RandomDesk) -> tuple[datetime, ...]:
    return desk.as_ofs if EXAMPLES > FEW else (desk.as_ofs[desk.seed % len(desk.as_ofs)],)


@cache
def looks() -> list[tuple[RandomDesk, datetime]]:
    """Return every desk with each instant it is looked at."""
    return [(desk, as_of) for desk in map(desk_of, SEEDS) for as_of in instants_of(desk)]


@cache
def model() -> Model:
    """Return the model of all desks at once: pandas takes hardly longer for many than for one."""
    return Model(looks())


def rows(table: str) -> list[dict]:
    """Return the model's rows of a table, of all desks."""
    return [row for number in range(len(looks())) for row in model().rows(table, number)]


def agree(desk: RandomDesk, as_of: datetime, con) -> None:
    """Fail where a snapshot of a desk and the model differ."""
    found = differences(con, model(), looks().index((desk, as_of)))
    listed = "\n".join(f"  {difference}" for difference in found[:SHOWN])
    assert not found, f"seed {desk.seed}, as_of {as_of}: {len(found)} cells differ\n{listed}"
    wrong = broken(con)
    assert not wrong, f"seed {desk.seed}, as_of {as_of}: {wrong}"


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed not in BY_LOADER])
def test_sql_and_model_agree(seed: int):
    desk = desk_of(seed)
    for as_of in instants_of(desk):
        with built(desk, as_of, set(TABLES)) as con:
            agree(desk, as_of, con)


@pytest.mark.parametrize("seed", BY_LOADER)
def test_loaded_files_and_model_agree(seed: int, tmp_path: Path):
    desk = desk_of(seed)
    for number, as_of in enumerate(instants_of(desk)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with loaded(desk, as_of, folder) as con:
            agree(desk, as_of, con)


@pytest.mark.parametrize("seed", SEEDS[::20])
def test_business_time_is_the_sum_of_the_open_windows(seed: int):
    desk, dice = desk_of(seed), Random(seed)
    with built(desk, desk.as_of, {"facts.business_time"}) as con:
        first, last = con.execute("select min(from_at), max(until_at) from facts.business_time").fetchone()
        span = int((last - first).total_seconds())
        for _ in range(25):
            start, end = sorted(first + timedelta(seconds=dice.randrange(span)) for _ in "ab")
            found = con.execute(
                """select after.seconds - before.seconds from (
                       select running_seconds + case when is_open then epoch($1) - epoch(from_at) else 0 end as seconds
                       from facts.business_time where piece_on = $1::date and from_at <= $1 and $1 < until_at
                   ) as before, (
                       select running_seconds + case when is_open then epoch($2) - epoch(from_at) else 0 end as seconds
                       from facts.business_time where piece_on = $2::date and from_at <= $2 and $2 < until_at
                   ) as after""",
                [start, end],
            ).fetchone()
            assert found == (desk.hours.business_seconds(start, end),), f"seed {seed}: {start} to {end}"


def test_every_table_of_the_model_is_compared():
    assert set(TABLES) <= set(read_queries())


@pytest.mark.skipif("REFERENCE_SEEDS" in os.environ, reason="about the suite's own desks")
def test_the_desks_reach_every_band_state_and_verdict():
    seen = {(table, column): {row[column] for row in rows(table)} for table, column in REACHED}
    missing = {place: REACHED[place] - seen[place] for place in REACHED if REACHED[place] - seen[place]}
    assert not missing
    assert [table for table in TABLES if not rows(table)] == []


def test_a_difference_is_seen():
    desk = next(desk for desk in map(desk_of, SEEDS) if desk.typed["tickets"])
    alone = Model([(desk, desk.as_of)])
    with built(desk, desk.as_of, {"facts.tickets"}) as con:
        assert not differences(con, alone)
        ticket_id = con.execute("select min(ticket_id) from facts.tickets").fetchone()[0]
        con.execute("update facts.tickets set agent_id = 'nobody known' where ticket_id = ?", [ticket_id])
        (changed,) = differences(con, alone)
        assert (changed.table, changed.key, changed.column) == ("facts.tickets", (ticket_id,), "agent_id")
        con.execute("delete from facts.tickets where ticket_id = ?", [ticket_id])
        (gone,) = differences(con, alone)
        assert (gone.column, gone.model, gone.found) == ("row", 1, 0)
