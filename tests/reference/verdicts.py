"""The tables of the contract as rows, from what happened: facts, rules, reports.

`computed(desk)` gives {"layer.name": [row, ...]}. A column whose value the readings leave open for
that row is `ANY`; it is not compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

from reference.model import ANY, OPEN_TURNS, RESOLUTIONS, Desk, Ticket, Turn
from reference.rights import chargeback_waivers, entitlements, known_purchase, refund_waivers, support_without_income
from reference.terms import REQUIREMENTS
from reference.versions import is_newer, numbers

CLAUSES = {
    "coverage": "1.2",
    "support_extra": "2.1",
    "registration": "2.2",
    "description": "2.3",
    "scope": "4.1",
    "channel": "4.3",
    "mailing_list": "5.3",
    "not_banned": "5",
}
OUT_OF_SCOPE = {"web", "seo", "html", "hosting", "download", "unzip", "email"}
TODAY = ("coverage", "support_extra", "registration", "mailing_list", "not_banned")
WITHIN = ("within_1_day", "within_2_days", "within_1_week", "within_2_weeks")
TABLES = (
    "facts.tickets", "facts.turns", "rules.response_time", "rules.resolution_time", "rules.auto_close", "rules.duplicate",
    "rules.post_burst",
    "rules.eligibility", *(f"rules.{rule}" for rule in REQUIREMENTS), "rules.latest_version", "rules.complete_report",
    "rules.backup", "rules.one_question", "rules.conduct", "rules.refund_waiver", "rules.chargeback_waiver",
    "reports.auto_closes", "reports.bans", "reports.causes", "reports.deferred", "reports.duplicates",
    "reports.eligibility_today", "reports.entitlements", "reports.load_by_day", "reports.queue",
    "reports.support_without_income", "reports.tickets",
)  # fmt: skip
Verdict = tuple[str, object]  # verdict, clause


def computed(desk: Desk) -> dict[str, list[dict]]:
    """Return every table the model knows, as rows in no particular order."""
    tables = {
        "facts.tickets": [ticket_row(ticket) for ticket in desk.tickets.values()],
        "facts.turns": [turn_row(ticket, turn) for ticket in desk.tickets.values() for turn in ticket.turns],
        "rules.response_time": [response_time(ticket) for ticket in desk.tickets.values()],
        "rules.resolution_time": [resolution_time(ticket) for ticket in desk.tickets.values()],
        "rules.auto_close": [auto_close(ticket) for ticket in desk.tickets.values()],
        "rules.duplicate": [duplicate(desk, pair) for pair in desk.pairs],
        "rules.eligibility": [eligibility(ticket) for ticket in desk.tickets.values()],
        "rules.latest_version": [latest_version(ticket) for ticket in desk.tickets.values()],
        "rules.complete_report": [complete_report(ticket) for ticket in desk.tickets.values()],
        "rules.backup": [backup(ticket) for ticket in desk.tickets.values()],
        "rules.one_question": [one_question(ticket) for ticket in desk.tickets.values()],
        "rules.conduct": list(conduct(desk)),
        "rules.post_burst": [row for ticket in desk.tickets.values() for row in post_bursts(ticket)],
        "rules.refund_waiver": list(refund_waivers(desk)),
        "rules.chargeback_waiver": list(chargeback_waivers(desk)),
        "reports.auto_closes": list(auto_closes(desk)),
        "reports.bans": list(bans(desk)),
        "reports.causes": list(causes(desk)),
        "reports.deferred": list(deferred(desk)),
        "reports.duplicates": [
            {
                "older_ticket_id": pair.older.id,
                "newer_ticket_id": pair.newer.id,
                "basis": pair.basis,
                "verdict": pair.state,
            }
            for pair in desk.pairs
        ],
        "reports.eligibility_today": list(eligibility_today(desk)),
        "reports.entitlements": list(entitlements(desk, list(eligibility_today(desk)))),
        "reports.load_by_day": list(load_by_day(desk)),
        "reports.queue": list(queue(desk)),
        "reports.support_without_income": list(support_without_income(desk)),
        "reports.tickets": [
            ticket_row(ticket)
            | {
                "eligibility_code": {"fail": "ineligible", "unknown": "unknown", "pass": "eligible"}[
                    overall(requirements(ticket))[0]
                ],
                "is_in_averages": ticket.id not in desk.older_ones,
                "issue_first_seen_at": first_seen_at(desk, ticket),
            }
            for ticket in desk.tickets.values()
        ],
    }
    for rule in REQUIREMENTS:
        tables[f"rules.{rule}"] = [requirement_row(ticket, rule) for ticket in desk.tickets.values()]
    return tables


# Facts


def ticket_row(ticket: Ticket) -> dict:
    """Return the row of facts.tickets."""
    first = ticket.turns[0] if ticket.turns else Turn(1, ticket.opened_at)
    last_activity_at, last_word_by = ticket.activity
    return {
        "ticket_id": ticket.id,
        "client_id": ticket.client_id,
        "product_id": ticket.product_id,
        "agent_id": ticket.row.get("agent_id"),
        "channel_code": ticket.row.get("channel_code"),
        "opened_by": ticket.opened_by,
        "opened_at": ticket.opened_at,
        "first_responded_at": ticket.first_answer,
        "response_basis": ticket.basis,
        "response_business_seconds": None if first.band == "closed_unanswered" else first.seconds,
        "response_due_at": first.due_at,
        "response_band": first.band,
        "first_resolved_at": ticket.first_resolved_at,
        "resolved_at": ticket.resolved_at,
        "resolution_seconds": ticket.resolution_seconds,
        "desk_seconds": ticket.desk_seconds,
        "client_wait_seconds": ticket.client_wait,
        "resolution_band": ticket.resolution_band,
        "reopen_count": ticket.reopen_count,
        "closed_at": ticket.closed_at,
        "outcome_code": ticket.outcome,
        "last_activity_at": last_activity_at,
        "last_word_by": last_word_by,
        "auto_close_due_at": ticket.auto_close_due_at,
        "is_open": ticket.is_open,
    }


def first_seen_at(desk: Desk, ticket: Ticket) -> datetime:
    """Return when the issue of a ticket was first seen: with the oldest of its chain [D6]."""
    older = [pair.older for pair in desk.pairs if pair.newer is ticket]
    return min([ticket.opened_at, *(first_seen_at(desk, one) for one in older)])


def turn_row(ticket: Ticket, turn: Turn) -> dict:
    """Return a row of facts.turns."""
    return {
        "ticket_id": ticket.id,
        "turn_number": turn.number,
        "asked_at": turn.asked_at,
        "answered_at": turn.answered_at,
        "answer_business_seconds": turn.seconds,
        "due_at": turn.due_at,
        "answer_band": turn.band,
    }


# Rules about time


def rule_row(ticket: Ticket, rule: str, clause: object, verdict: str, happened_at, due_at) -> dict:
    """Return a row of a per-ticket rule."""
    effective_on = ticket.desk.terms.effective_on(rule, ticket.opened_at)
    return {
        "subject_kind": "ticket",
        "subject_id": ticket.id,
        "client_id": ticket.client_id,
        "clause": clause,
        "effective_on": effective_on or ANY,
        "happened_at": happened_at,
        "due_at": due_at,
        "verdict": verdict,
    }


def response_time(ticket: Ticket) -> dict:
    """Return the row of rules.response_time [R4, R7, D5]."""
    row = ticket_row(ticket)
    return rule_row(
        ticket, "response_time", "1.5", response_verdict(ticket), row["first_responded_at"], row["response_due_at"]
    )


def response_verdict(ticket: Ticket) -> str:
    """Return the verdict on the first response."""
    if ticket.id in ticket.desk.older_ones:
        return "exempt"
    if ticket.opened_by == "agent" and ticket.clock_start is None:
        return "exempt" if ticket.basis == "posts" else "unknown"
    first = ticket.turns[0]
    if first.band == "closed_unanswered":
        if first.seconds is None:
            return "unknown"
        last = ticket.limit("response_time", "last") * ticket.business_day
        return "fail" if first.seconds > last else "exempt"
    if first.band is None:
        return "unknown"
    return "pass" if first.band in WITHIN else "open" if first.band == "waiting" else "fail"


def resolution_time(ticket: Ticket) -> dict:
    """Return the row of rules.resolution_time [S8, D5]."""
    band = ticket.resolution_band
    if ticket.id in ticket.desk.older_ones:
        verdict = "exempt"
    elif band is None:
        verdict = "unknown"
    elif band in WITHIN:
        verdict = "pass"
    else:
        verdict = {"late": "fail", "overdue": "fail", "in_progress": "open"}.get(band, "exempt")
    due_at = ticket.opened_at + timedelta(days=ticket.limit("resolution_time", "last"))
    return rule_row(ticket, "resolution_time", "1.6", verdict, ticket.resolved_at, due_at)


def auto_close(ticket: Ticket) -> dict:
    """Return the row of rules.auto_close [A3, A6, A8]."""
    state = ticket.auto_close_state
    if state is not None:
        verdict = {"on_time": "pass", "early": "fail", "late": "fail", "missed": "fail"}.get(state, "open")
    elif ticket.is_open is None:
        verdict = "unknown"
    elif ticket.is_deferred:
        verdict = "exempt"
    elif ticket.is_open or ticket.outcome in ("auto_closed", None):
        verdict = "unknown"
    else:
        verdict = "exempt"
    due_at = ticket.auto_close_due_at
    return rule_row(ticket, "auto_close", "4.6", verdict, ticket.closed_at or due_at, due_at)


def duplicate(desk: Desk, pair) -> dict:
    """Return the row of rules.duplicate [D6]."""
    verdict = {"older_closed": "pass", "newer_closed": "fail", "unknown": "unknown"}.get(pair.state)
    if verdict is None:
        verdict = "open" if desk.as_of <= pair.newer.opened_at + timedelta(hours=24) else "fail"
    return {
        "subject_kind": "ticket",
        "subject_id": pair.older.id,
        "client_id": pair.older.client_id,
        "clause": "4.7",
        "effective_on": desk.terms.effective_on("duplicate", pair.newer.opened_at) or ANY,
        "happened_at": pair.newer.opened_at,
        "due_at": None,
        "verdict": verdict,
    }


def post_bursts(ticket: Ticket) -> Iterator[dict]:
    """Yield the rows of rules.post_burst of one ticket [B1-B3]."""
    posts = int(ticket.limit("post_burst", "posts"))
    window = timedelta(minutes=ticket.limit("post_burst", "window"))
    run: list[datetime] = []  # what the client wrote since the desk's last word, as long as it is one burst
    said: list[datetime] = []
    for at, role in [*ticket.words, (ticket.as_of, "agent")]:
        said = [*said, at] if role == "client" else []
        if len(said) >= posts and at - said[-posts] <= window:
            run = [*run, at] if run else said[-posts:]
        else:
            if run:
                yield rule_row(ticket, "post_burst", "5.4", "fail", run[0], None)
            run = []


# What a ticket says of itself, and what the desk recorded of it


def latest_version(ticket: Ticket) -> dict:
    """Return the row of rules.latest_version [X1]."""
    own = numbers(ticket.row.get("version"))
    releases = [
        release
        for release in ticket.desk.tables["releases"]
        if ticket.product_id is not None
        and ticket.desk.product(release.product_id) == ticket.product_id
        and numbers(release.version) is not None
    ]
    out = [one for one in releases if one.released_at is not None and one.released_at <= ticket.opened_at]
    if own is None:
        verdict = "unknown"
    elif any(is_newer(release.version, ticket.row["version"]) for release in out):
        verdict = "fail"
    elif any(one.released_at is None and is_newer(one.version, ticket.row["version"]) for one in releases):
        verdict = "unknown"
    else:
        verdict = "pass" if out else "unknown"
    return rule_row(ticket, "latest_version", "0.1", verdict, ticket.opened_at, None)


def complete_report(ticket: Ticket) -> dict:
    """Return the row of rules.complete_report [X16]."""
    needed = ("description", "product_id", "version", "environment")
    missing = [column for column in needed if not (ticket.row.get(column) or "").strip()]
    stated_anywhere = [
        column for column in missing if any((other.row.get(column) or "").strip() for other in ticket.desk.all_tickets)
    ]
    verdict = "pass" if not missing else "fail" if stated_anywhere == missing else "unknown"
    return rule_row(ticket, "complete_report", "0.3", verdict, ticket.opened_at, None)


def backup(ticket: Ticket) -> dict:
    """Return the row of rules.backup [X14, X16]."""
    verdict = {"test_site": "pass", "backed_up": "pass", "none": "fail"}.get(ticket.row.get("backup_code"), "unknown")
    return rule_row(ticket, "backup", "1.4", verdict, ticket.opened_at, None)


def one_question(ticket: Ticket) -> dict:
    """Return the row of rules.one_question [X2]."""
    return rule_row(ticket, "one_question", "4.8", one_question_verdict(ticket), ticket.opened_at, None)


def one_question_verdict(ticket: Ticket) -> str:
    """Return the verdict on 4.8."""
    recorded = [
        incident.occurred_at
        for incident in ticket.desk.tables["incidents"]
        if incident.ticket_id == ticket.id and incident.clause == "4.8"
    ]
    if any(at is not None and at <= ticket.as_of for at in recorded):
        return "fail"
    if None in recorded or not ticket.desk.posts or ticket.closed_at_unknown_time:
        return "unknown"
    said = [at for at, role in ticket.words if role == "client"]
    resolved = [closing.at for closing in ticket.closings if closing.outcome in RESOLUTIONS]
    return "unknown" if any(word > closed for word in said for closed in resolved) else "pass"


def conduct(desk: Desk) -> Iterator[dict]:
    """Yield the rows of rules.conduct [X3, T7]."""
    for incident in desk.tables["incidents"]:
        clause, at = incident.clause or "", incident.occurred_at
        if clause != "0.2" and clause.split(".")[0] != "5":
            continue
        if at is not None and at > desk.as_of:
            continue
        yield {
            "subject_kind": "incident",
            "subject_id": incident.incident_id,
            "client_id": desk.client(incident.client_email),
            "clause": clause,
            "effective_on": desk.terms.effective_on("conduct", at) if at is not None else None,
            "happened_at": at,
            "due_at": None,
            "verdict": "unknown" if at is None else "fail",
        }


# Eligibility: a "question" is who asks about which product when; a ticket is one, today another


def coverage(desk: Desk, asked) -> Verdict:
    """Return the verdict on 1.2 [P5]."""
    if asked.client_id is None or asked.product_id is None:
        return "unknown", "1.2"
    matching = desk.matching(asked.client_id, asked.product_id)
    covering = [purchase for purchase in matching if purchase.covers(asked.at)]
    if any(not purchase.is_unsure for purchase in covering):
        return "pass", "1.2"
    if covering or not desk.has_bought(asked.client_id) or any(purchase.at is None for purchase in matching):
        return "unknown", "1.2"
    return "fail", "1.2"


def support_extra(desk: Desk, asked) -> Verdict:
    """Return the verdict on 2.1 [P6]."""
    if asked.client_id is None or asked.product_id is None or not desk.has_bought(asked.client_id):
        return "unknown", "2.1"
    matching = desk.matching(asked.client_id, asked.product_id)
    before = [purchase for purchase in matching if purchase.at is not None and purchase.at <= asked.at]
    latest = max((purchase.at for purchase in before), default=None)
    looked_at = (
        [purchase for purchase in matching if purchase.covers(asked.at)]
        or [purchase for purchase in before if purchase.at == latest]
        or [purchase for purchase in matching if purchase.at is None]
    )
    says = []
    for purchase in looked_at:
        flag = purchase.row.get("has_support_extra")
        since = purchase.row.get("support_extra_from_at") or purchase.at
        says.append(None if flag is None or (flag and since is None) else flag and since <= asked.at)
    return ("pass" if True in says else "unknown" if None in says else "fail"), "2.1"


def registration(desk: Desk, asked) -> Verdict:
    """Return the verdict on 2.2 [E1]."""
    clients = desk.tables["clients"]
    rows = [row for row in clients if asked.client_id is not None and desk.client(row.client_email) == asked.client_id]
    if any(row.registered_at is not None and row.registered_at <= asked.at for row in rows):
        return "pass", "2.2"
    is_unknown = asked.client_id is None or not clients or any(row.registered_at is None for row in rows)
    return ("unknown" if is_unknown else "fail"), "2.2"


def description(desk: Desk, asked) -> Verdict:
    """Return the verdict on 2.3 [E2]."""
    if not any(ticket.row.get("description") for ticket in desk.all_tickets):
        return "unknown", "2.3"
    return ("pass" if (asked.row.get("description") or "").strip() else "fail"), "2.3"


def scope(desk: Desk, asked) -> Verdict:
    """Return the verdict on 4.1 [E6]."""
    category = asked.row.get("category_code")
    return ("unknown" if category is None else "fail" if category.lower() in OUT_OF_SCOPE else "pass"), "4.1"


def channel(desk: Desk, asked) -> Verdict:
    """Return the verdict on 4.3 [E3]."""
    code = asked.row.get("channel_code")
    accepted = desk.terms.version("channel", "accepted", asked.at)[1].split("|")
    return ("pass" if code in accepted else "fail" if code in ("email", "phone") else "unknown"), "4.3"


def mailing_list(desk: Desk, asked) -> Verdict:
    """Return the verdict on 5.3 [E4]."""
    subscriptions = desk.tables["subscriptions"]
    if asked.client_id is None or not subscriptions:
        return "unknown", "5.3"
    is_unsure = False
    for row in subscriptions:
        if desk.client(row.client_email) != asked.client_id:
            continue
        since, until = row.subscribed_at, row.unsubscribed_at
        if since is not None and since <= asked.at and (until is None or asked.at < until):
            return "pass", "5.3"
        is_unsure |= since is None and (until is None or until > asked.at)
    return ("unknown" if is_unsure else "fail"), "5.3"


def not_banned(desk: Desk, asked) -> Verdict:
    """Return the verdict on 5; on fail the clause is one of the bans', None if that ban has none [E5, V2]."""
    if asked.client_id is None:
        return "unknown", "5"
    clauses = {
        ban.clause
        for ban in desk.tables["bans"]
        if desk.client(ban.client_email) == asked.client_id
        and ban.banned_at is not None
        and ban.banned_at <= asked.at
        and (ban.lifted_at is None or asked.at < ban.lifted_at)
    }
    if not clauses:
        return "pass", "5"
    return "fail", clauses.pop() if len(clauses) == 1 else ANY


JUDGES: dict[str, Callable[[Desk, object], Verdict]] = {
    "coverage": coverage,
    "support_extra": support_extra,
    "registration": registration,
    "description": description,
    "scope": scope,
    "channel": channel,
    "mailing_list": mailing_list,
    "not_banned": not_banned,
}


def judged(desk: Desk, asked, rules: tuple[str, ...]) -> list[Verdict]:
    """Return the verdicts of requirements, in the order of the policy; those switched off are exempt."""
    return [
        JUDGES[rule](desk, asked) if desk.terms.is_required(rule, asked.at) else ("exempt", CLAUSES[rule])
        for rule in rules
    ]


def requirements(ticket: Ticket) -> list[Verdict]:
    """Return the verdicts of all requirements of one ticket, at its creation."""
    if ticket.requirements is None:
        ticket.requirements = judged_at_creation(ticket)
    return ticket.requirements


def judged_at_creation(ticket: Ticket) -> list[Verdict]:
    """Return the verdicts of all requirements of one ticket, one by one."""
    asked = SimpleNamespace(
        client_id=ticket.client_id, product_id=ticket.product_id, at=ticket.opened_at, row=ticket.row
    )
    return judged(ticket.desk, asked, REQUIREMENTS)


def overall(verdicts: list[Verdict]) -> tuple[str, object]:
    """Return (verdict, clause) of all requirements together [E7]."""
    for worst in ("fail", "unknown"):
        for verdict, clause in verdicts:
            if verdict == worst:
                return worst, clause
    return "pass", None


def requirement_row(ticket: Ticket, rule: str) -> dict:
    """Return the row of one requirement's rule."""
    verdict, clause = requirements(ticket)[REQUIREMENTS.index(rule)]
    due_at = None
    effective_on_unclear = False
    if rule == "coverage":
        if ticket.client_id is not None and ticket.product_id is not None:
            shown = ticket.desk.shown(ticket.desk.matching(ticket.client_id, ticket.product_id), ticket.opened_at)
            due_at = shown.until if shown else None
        # The months are those at the purchase, the requirement that at the opening [6.1].
        effective_on_unclear = (
            len({v[1] for k, vs in ticket.desk.terms.versions.items() if k[0] == rule for v in vs}) > 1
        )
    row = rule_row(ticket, rule, clause, verdict, ticket.opened_at, due_at)
    return row | ({"effective_on": ANY} if effective_on_unclear else {})


def eligibility(ticket: Ticket) -> dict:
    """Return the row of rules.eligibility [E7]."""
    verdict, clause = overall(requirements(ticket))
    return rule_row(ticket, "eligibility", clause, verdict, ticket.opened_at, None) | {
        "effective_on": ANY,
        "due_at": ANY,
    }


def eligibility_today(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.eligibility_today [E8]."""
    bought = {
        (purchase.client_id, purchase.product_id)
        for purchase in desk.purchases
        if purchase.at is not None
        and purchase.at <= desk.as_of
        and purchase.client_id is not None
        and purchase.product_id is not None
    }
    for client_id, product_id in bought:
        asked = SimpleNamespace(client_id=client_id, product_id=product_id, at=desk.as_of, row={})
        found = judged(desk, asked, TODAY)
        verdict, clause = overall(found)
        decisive = [rule for rule, (one, _) in zip(TODAY, found, strict=True) if one == verdict]
        yield {
            "client_id": client_id,
            "product_id": product_id,
            "verdict": verdict,
            "clause": clause,
            "covered_until_at": desk.shown(desk.matching(client_id, product_id), desk.as_of).until,
            "rule": decisive[0] if verdict in ("fail", "unknown") else None,
        }


# Reports


def auto_closes(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.auto_closes [A7]."""
    for ticket in desk.tickets.values():
        if ticket.auto_close_state is not None:
            yield {
                "ticket_id": ticket.id,
                "state": ticket.auto_close_state,
                "is_neglected": ticket.is_neglected,
                "last_word_by": ticket.activity[1],
                "due_at": ticket.auto_close_due_at,
                "closed_at": ticket.closed_at,
            }


def bans(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.bans: the stated ones [N1, N2, T6]."""
    for ban in desk.tables["bans"]:
        if ban.banned_at is None or ban.banned_at > desk.as_of:
            continue
        client_id = desk.client(ban.client_email)
        lifted = ban.lifted_at if ban.lifted_at is not None and ban.lifted_at <= desk.as_of else None
        until = lifted or desk.as_of + timedelta(seconds=1)
        theirs = [ticket for ticket in desk.tickets.values() if client_id is not None and ticket.client_id == client_id]
        granted = [
            refund.decided_at or refund.requested_at
            for refund in desk.tables["refunds"]
            if refund.status_code == "approved"
            and client_id is not None
            and getattr(known_purchase(desk, refund.purchase_id), "client_id", None) == client_id
        ]
        yield {
            "client_id": client_id,
            "state": "lifted" if lifted else "active",
            "clause": ban.clause,
            "since_at": ban.banned_at,
            "until_at": lifted,
            "tickets_since_count": sum(ban.banned_at <= ticket.opened_at < until for ticket in theirs),
            "answers_since_count": sum(
                role == "agent" and at > ticket.opened_at and ban.banned_at <= at < until
                for ticket in theirs
                for at, role in ticket.words
            ),
            "refunds_since_count": sum(
                at is not None and at <= desk.as_of and ban.banned_at <= at < until for at in granted
            ),
        }


def load_by_day(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.load_by_day [L1-L4, S11, S16]."""
    if not desk.tickets:
        return
    counted = [ticket for ticket in desk.tickets.values() if not ticket.closed_at_unknown_time]
    day = min(ticket.local_day(ticket.opened_at) for ticket in desk.tickets.values())
    while day <= desk.hours.day(desk.as_of):
        start, end = desk.hours.start_of(day), desk.hours.start_of(day + timedelta(days=1))
        last = min(end - timedelta(seconds=1), desk.as_of)

        def within(moment: datetime | None, start=start, last=last) -> bool:
            return moment is not None and start <= moment <= last

        is_open = [ticket for ticket in counted if ticket.is_open_at(last)]
        on_client = sum(last_word_is_the_agents(ticket, last) for ticket in is_open)
        closings = [closing for ticket in counted for closing in ticket.closings]
        counts = {
            "opened_count": sum(within(ticket.opened_at) for ticket in counted),
            "reopened_count": sum(within(closing.reopened_at) for closing in closings),
            "closed_count": sum(within(closing.at) for closing in closings),
            "backlog_count": len(is_open),
            "waiting_on_desk_count": len(is_open) - on_client,
            "waiting_on_client_count": on_client,
        }
        yield {"day_on": day} | (counts if desk.knows_states else dict.fromkeys(counts))
        day += timedelta(days=1)


def last_word_is_the_agents(ticket: Ticket, moment: datetime) -> bool:
    """Tell whose word was the last up to a moment [L4, M3]."""
    words = [role for at, role in ticket.words if at <= moment]
    return bool(words) and words[-1] == "agent"


def causes(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.causes: what has an outcome, and beside it what closed without one [4.11, V10]."""
    endings = Counter(
        (ticket.product_id, ticket.row.get("version"), ticket.outcome)
        for ticket in desk.tickets.values()
        if ticket.outcome is not None or ticket.is_open is False
    )
    for (product_id, version, outcome), number in endings.items():
        known = sum(other for key, other in endings.items() if key[:2] == (product_id, version) and key[2] is not None)
        yield {
            "product_id": product_id,
            "version": version,
            "outcome_code": outcome,
            "ticket_count": number,
            "share": number / known if outcome is not None else None,
        }


def deferred(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.deferred: tickets that wait for the next release, and who was told [4.9, S7]."""
    for ticket in desk.tickets.values():
        if ticket.outcome != "deferred":
            continue
        since = deferred_at(ticket)
        releases = [
            release.released_at
            for release in desk.tables["releases"]
            if ticket.product_id is not None
            and desk.product(release.product_id) == ticket.product_id
            and release.released_at is not None
            and (since or ticket.opened_at) < release.released_at <= desk.as_of
        ]
        out_at = min(releases, default=None)
        told = [at for at, role in ticket.words if role == "agent" and out_at is not None and at >= out_at]
        yield {
            "ticket_id": ticket.id,
            "product_id": ticket.product_id,
            "deferred_at": since,
            "next_release_at": out_at,
            "state": "waiting" if out_at is None else "released",
            "told_at": told[0] if told else None,
            "told_code": (
                "waiting"
                if out_at is None
                else "told"
                if told
                else "not_told"
                if ticket.basis == "posts"
                else "unknown"
            ),
            "is_open": bool(ticket.is_open),
        }


def deferred_at(ticket: Ticket) -> datetime | None:
    """Return the last time the desk said that the ticket waits, else its closing, else None."""
    ended = ticket.closed_at
    said = [
        change["changed_at"]
        for change in ticket.changes
        if change["changed_at"] <= ticket.as_of and change.get("outcome_code") == "deferred"
    ]
    if ticket.is_open:
        return said[-1] if said else None
    return next((at for at in reversed(said) if ended is not None and at >= ended), ended)


def queue(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.queue; `position` is the rank by waiting, equal for equals [X11].

    `pace` is not a column: the turns the desk answers per business second, None if it answered none.
    """
    turns = [(ticket, turn) for ticket in desk.tickets.values() for turn in ticket.turns]
    waiting = [(ticket, turn) for ticket, turn in turns if turn.band in OPEN_TURNS]
    since = desk.as_of - timedelta(days=desk.terms.number("queue", "pace", desk.as_of))
    answered = sum(turn.answered_at is not None and turn.answered_at > since for _, turn in turns)
    spent = desk.hours.business_seconds(since, desk.as_of)
    for ticket, turn in waiting:
        yield {
            "ticket_id": ticket.id,
            "turn_number": turn.number,
            "position": 1 + sum(other.asked_at < turn.asked_at for _, other in waiting),
            "waiting_since_at": turn.asked_at,
            "overtaken_count": sum(
                other.asked_at > turn.asked_at and other.answered_at is not None for _, other in turns
            ),
            "pace": answered / spent if answered and spent else None,
        }
