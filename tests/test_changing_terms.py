"""Terms that change in mid-year: what came before keeps its verdict, to the last second of the day before [6.1].

Two desks of the same rows, one under the terms as shipped, one under terms of which half changed on 1 July. In
force when: tickets, turns, bursts and automatic closings at the opening; coverage at the purchase; 3.1 and 3.2 at
the client's first request for support; pairs at the newer ticket.
"""

from datetime import datetime, timedelta

import pytest

from etl.build import read_queries
from etl.policy import SHIPPED, parse_policy
from loading import judged

AS_OF = datetime(2026, 8, 20, 12)
# Vilnius is UTC+3 in summer: the terms of 1 July begin at 21:00 UTC.
BEFORE, SINCE = datetime(2026, 6, 30, 20, 59, 59), datetime(2026, 6, 30, 21)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CHANGED = {
    ("response_time", "last"): "1",
    ("resolution_time", "last"): "10",
    ("resolution_time", "first"): "2",
    ("auto_close", "idle"): "5",
    ("coverage", "months"): "1",
    ("support_extra", "required"): "false",
    ("channel", "accepted"): "ticket|email",
    ("post_burst", "posts"): "2",
    ("duplicate", "window"): "2",
    ("refund_waiver", ""): "",
    ("chargeback_waiver", ""): "",
    ("conduct", ""): "",
    ("backup", ""): "",
}
WANTED = {name for name in read_queries() if name.startswith("rules.")} | {"facts.turns", "reports.auto_closes"}


def terms():
    """The shipped terms, and those with a version more of each changed number."""
    text = SHIPPED.read_text("utf-8")
    rows = parse_policy(text)
    later = [
        f"{row.clause},2026-07-01,{row.rule},{row.parameter},{CHANGED[row.rule, row.parameter]},{row.unit},as before,,"
        for row in rows
        if (row.rule, row.parameter) in CHANGED
    ]
    assert len(later) == len(CHANGED)
    return rows, parse_policy(text + "\n".join(later) + "\n")


def twins(name, **ticket):
    """Two tickets alike but for a second: the last one under the old terms and the first under the new."""
    common = {"client_email": f"{name}@x.example", "product_id": "p", "channel_code": "ticket"} | ticket
    return [
        {"ticket_id": f"{name} {when}", "opened_at": at, **common} for when, at in (("old", BEFORE), ("new", SINCE))
    ]


def closed(name, after, **how):
    """A closing of both twins so long after their openings."""
    return [
        {"ticket_id": f"{name} {when}", "changed_at": at + after, **how}
        for when, at in (("old", BEFORE), ("new", SINCE))
    ]


def said(name, *words):
    """Words in both twins: (role, how long after the opening)."""
    return [
        {
            "post_id": f"{name} {when} {number}",
            "ticket_id": f"{name} {when}",
            "author_role": role,
            "posted_at": at + after,
        }
        for when, at in (("old", BEFORE), ("new", SINCE))
        for number, (role, after) in enumerate(words)
    ]


def bought(name, at, **more):
    return {"purchase_id": name, "client_email": f"{name}@x.example", "product_id": "p", "purchased_at": at, **more}


TABLES = {
    "tickets": [
        *twins("answered", backup_code="none"),
        *twins("resolved"),
        *twins("silent"),
        *twins("mailed", channel_code="email"),
        *twins("hasty"),
        *twins("without extra"),
        # Opened before and after, the newer a day under the new terms or just not.
        {"ticket_id": "pair old 1", "client_email": "a@x.example", "product_id": "p", "opened_at": BEFORE - 3 * DAY},
        {
            "ticket_id": "pair old 2",
            "client_email": "a@x.example",
            "product_id": "p",
            "opened_at": BEFORE,
            "duplicate_of_id": "pair old 1",
        },
        {"ticket_id": "pair new 1", "client_email": "b@x.example", "product_id": "p", "opened_at": SINCE - 3 * DAY},
        {
            "ticket_id": "pair new 2",
            "client_email": "b@x.example",
            "product_id": "p",
            "opened_at": SINCE,
            "duplicate_of_id": "pair new 1",
        },
        # Asked when both purchases are a month and a half old.
        {
            "ticket_id": "late old",
            "client_email": "buyer old@x.example",
            "product_id": "p",
            "opened_at": SINCE + 45 * DAY,
        },
        {
            "ticket_id": "late new",
            "client_email": "buyer new@x.example",
            "product_id": "p",
            "opened_at": SINCE + 45 * DAY,
        },
        # The first request for support is old, the second new.
        {"ticket_id": "help old", "client_email": "helped old@x.example", "product_id": "p", "opened_at": BEFORE},
        {
            "ticket_id": "help again",
            "client_email": "helped old@x.example",
            "product_id": "p",
            "opened_at": SINCE + DAY,
        },
        {"ticket_id": "help new", "client_email": "helped new@x.example", "product_id": "p", "opened_at": SINCE},
    ],
    "posts": [
        # One and a half business days: answered Thursday noon, asked before Wednesday's opening.
        *said("answered", ("agent", 36 * HOUR), ("client", 8 * DAY), ("agent", 9 * DAY + 12 * HOUR)),
        *said("resolved", ("agent", 12 * HOUR)),
        *said("silent", ("agent", 12 * HOUR)),
        *said("hasty", ("client", HOUR), ("client", HOUR + timedelta(minutes=1)), ("agent", 12 * HOUR)),
    ],
    "status_changes": [
        *closed("resolved", 12 * DAY, status_code="solved"),
        *closed("silent", 12 * HOUR + 6 * DAY, status_code="closed", outcome_code="auto_closed"),
    ],
    "purchases": [
        bought("buyer old", BEFORE, has_support_extra=True),
        bought("buyer new", SINCE, has_support_extra=True),
        bought("without extra", BEFORE - DAY, has_support_extra=False),
        bought("helped old", BEFORE - DAY),
        bought("helped new", BEFORE - DAY),
    ],
    "refunds": [
        {"refund_id": "old", "purchase_id": "helped old", "requested_at": SINCE + 9 * DAY},
        {"refund_id": "new", "purchase_id": "helped new", "requested_at": SINCE + 9 * DAY},
    ],
    "chargebacks": [
        {"chargeback_id": "old", "purchase_id": "helped old", "opened_at": SINCE + 9 * DAY, "status_code": "open"},
        {"chargeback_id": "new", "purchase_id": "helped new", "opened_at": SINCE + 9 * DAY, "status_code": "open"},
    ],
    "incidents": [
        {"incident_id": "old", "clause": "0.2", "occurred_at": BEFORE},
        {"incident_id": "new", "clause": "0.2", "occurred_at": SINCE},
    ],
}
# (rule, subject): what the old terms say of the twin before, and the new terms of the one since.
TURNED = {
    ("response_time", "answered"): ("pass", "fail"),
    ("resolution_time", "resolved"): ("pass", "fail"),
    ("auto_close", "silent"): ("fail", "pass"),
    ("channel", "mailed"): ("fail", "pass"),
    ("support_extra", "without extra"): ("fail", "exempt"),
    ("coverage", "late"): ("pass", "fail"),
}
# Rules without a number have another version, not another verdict.
DATED = {
    ("refund_waiver", ""): "pass",
    ("chargeback_waiver", ""): "fail",
    ("conduct", ""): "fail",
    ("backup", "answered "): "fail",
}


@pytest.fixture(scope="module")
def desks():
    """The rows judged by the old terms alone, and by the terms that changed."""
    old, new = (judged(TABLES, AS_OF, policy, WANTED) for policy in terms())
    with old, new:
        yield old, new


def findings(con):
    """Every finding by rule, subject and instant, but for what its reason says of others."""
    rows = con.execute(
        "select rule, subject_id, happened_at, verdict::varchar, clause, effective_on, due_at, reason from rules.findings"
    ).fetchall()
    return {(rule, subject, at): rest for rule, subject, at, *rest in rows}


def verdict(con, rule, subject):
    return con.execute(
        f"select verdict::varchar, effective_on::varchar from rules.{rule} where subject_id = ?", [subject]
    ).fetchall()


def test_what_came_before_keeps_its_findings(desks):
    old, new = map(findings, desks)
    before = {key for key in old | new if " old" in key[1] or key[1] in ("old", "help again")}
    # What the client asked later is judged by later terms; what it bought, or first asked, before is not.
    before -= {key for key in before if key[1] in ("late old", "help again") and key[0] != "coverage"}
    assert len(before) > 100
    assert {key: old.get(key) for key in before} == {key: new.get(key) for key in before}
    turns = "select * from facts.turns where ticket_id like '% old%' and ticket_id <> 'late old' order by all"
    assert desks[0].execute(turns).fetchall() == desks[1].execute(turns).fetchall()


@pytest.mark.parametrize(("rule", "name"), TURNED, ids=[f"{rule} {name}" for rule, name in TURNED])
def test_what_came_since_is_judged_by_the_new_terms(rule, name, desks):
    _, changed = desks
    was, becomes = TURNED[rule, name]
    assert verdict(changed, rule, f"{name} old") == [(was, "2015-01-01")]
    assert verdict(changed, rule, f"{name} new") == [(becomes, "2026-07-01")]
    assert verdict(desks[0], rule, f"{name} new") == [(was, "2015-01-01")]


@pytest.mark.parametrize(("rule", "name"), DATED, ids=[rule for rule, _ in DATED])
def test_a_rule_without_numbers_names_its_version(rule, name, desks):
    _, changed = desks
    assert verdict(changed, rule, f"{name}old") == [(DATED[rule, name], "2015-01-01")]
    assert verdict(changed, rule, f"{name}new") == [(DATED[rule, name], "2026-07-01")]


def test_a_later_turn_is_timed_by_the_terms_at_the_opening(desks):
    found = desks[1].execute(
        "select ticket_id, answer_band from facts.turns where ticket_id like 'answered%' and turn_number = 2 order by 1"
    )
    assert found.fetchall() == [("answered new", "late"), ("answered old", "within_2_days")]


def test_a_pair_is_judged_by_the_terms_at_the_newer_ticket(desks):
    found = [con.execute("select subject_id from rules.duplicate order by 1").fetchall() for con in desks]
    assert found == [[("pair new 1",), ("pair old 1",)], [("pair old 1",)]]


def test_a_burst_is_counted_by_the_terms_at_the_opening(desks):
    found = [con.execute("select subject_id from rules.post_burst").fetchall() for con in desks]
    assert found == [[], [("hasty new",)]]
