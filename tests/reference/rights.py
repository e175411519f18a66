"""What clients gave up by asking for help, and what they may still ask for: 3.1, 3.2 and 0.2."""

from collections.abc import Iterator
from datetime import datetime

from reference.model import ANY, Desk, Purchase, Ticket


def known_purchase(desk: Desk, purchase_id: str | None) -> Purchase | None:
    """Return the purchase of that id, if there is one by as_of."""
    for purchase in desk.purchases:
        if purchase.id == purchase_id and (purchase.at is None or purchase.at <= desk.as_of):
            return purchase
    return None


def asked_for_help(desk: Desk, purchase: Purchase, before: datetime) -> list[Ticket]:
    """Return the tickets that count as help asked for between a purchase and an instant, the first issue first [W1]."""
    counting = [
        ticket
        for ticket in desk.tickets.values()
        if ticket.client_id == purchase.client_id
        and ticket.product_id == purchase.product_id
        and ticket.clock_start is not None
        and purchase.at <= ticket.clock_start < before
    ]
    return sorted(counting, key=lambda ticket: (ticket.clock_start, ticket.id))


def is_whole(purchase: Purchase | None) -> bool:
    """Tell whether a purchase is known with its client, product and date [W3]."""
    return purchase is not None and None not in (purchase.client_id, purchase.product_id, purchase.at)


def refund_verdict(desk: Desk, purchase: Purchase | None, asked_at: datetime | None) -> tuple[str, Ticket | None]:
    """Return what 3.1 says of a refund asked for at an instant, and the first issue [W2, W3]."""
    if not is_whole(purchase) or asked_at is None:
        return "unknown", None
    counting = asked_for_help(desk, purchase, asked_at)
    if not counting:
        return "exempt", None
    first = counting[0]
    if first.first_resolved_at is not None and first.first_resolved_at < asked_at:
        return ("unknown" if first.is_open_at(asked_at) else "fail"), first
    is_unclear = first.closed_at_unknown_time or any(
        closing.outcome is None and closing.at < asked_at for closing in first.closings
    )
    return ("unknown" if is_unclear else "pass"), first


def waiver_row(desk: Desk, kind: str, row, purchase: Purchase | None, at: datetime | None, verdict: str) -> dict:
    """Return a row of one of the two waivers; the terms are those at the first request for help, if there was one."""
    helped = asked_for_help(desk, purchase, at) if is_whole(purchase) and at is not None else []
    since = helped[0].clock_start if helped else at
    rule = f"{kind}_waiver"
    return {
        "subject_kind": kind,
        "subject_id": getattr(row, f"{kind}_id"),
        "client_id": purchase.client_id if purchase else None,
        "clause": {"refund": "3.1", "chargeback": "3.2"}[kind],
        "effective_on": ANY if verdict == "exempt" else desk.terms.effective_on(rule, since) if since else None,
        "happened_at": at,
        "due_at": None,
        "verdict": verdict,
    }


def refund_waivers(desk: Desk) -> Iterator[dict]:
    """Yield the rows of rules.refund_waiver [V1, T6]."""
    for refund in desk.tables["refunds"]:
        asked_at = refund.requested_at or refund.decided_at
        if asked_at is None or asked_at <= desk.as_of:
            purchase = known_purchase(desk, refund.purchase_id)
            verdict, _ = refund_verdict(desk, purchase, asked_at)
            yield waiver_row(desk, "refund", refund, purchase, asked_at, verdict)


def chargeback_waivers(desk: Desk) -> Iterator[dict]:
    """Yield the rows of rules.chargeback_waiver [W4, T6]."""
    for dispute in desk.tables["chargebacks"]:
        opened_at = dispute.opened_at
        if opened_at is not None and opened_at > desk.as_of:
            continue
        ended_at = dispute.closed_at or opened_at
        has_ended = ended_at is None or ended_at <= desk.as_of
        purchase = known_purchase(desk, dispute.purchase_id)
        if dispute.status_code in ("won", "withdrawn") and has_ended:
            verdict = "exempt"
        elif not is_whole(purchase) or opened_at is None:
            verdict = "unknown"
        else:
            verdict = "fail" if asked_for_help(desk, purchase, opened_at) else "exempt"
        yield waiver_row(desk, "chargeback", dispute, purchase, opened_at, verdict)


# Rights at as_of


def active_bans(desk: Desk, client_id: str) -> list:
    """Return the bans of a client in force at as_of, the earliest first [E5, N1]."""
    in_force = [
        ban
        for ban in desk.tables["bans"]
        if desk.client(ban.client_email) == client_id
        and ban.banned_at is not None
        and ban.banned_at <= desk.as_of
        and (ban.lifted_at is None or ban.lifted_at > desk.as_of)
    ]
    return sorted(in_force, key=lambda ban: (ban.banned_at, ban.ban_id))


def given_back(desk: Desk, purchase: Purchase) -> bool:
    """Tell whether a full refund or a lost dispute is dated by as_of [P3, P4]."""
    return bool(desk.early_ends(purchase.row)[0])


def entitlements(desk: Desk, today: list[dict]) -> Iterator[dict]:
    """Yield the rows of reports.entitlements from those of reports.eligibility_today [0.2, 3.1, E8]."""
    for pair in today:
        client_id, product_id = pair["client_id"], pair["product_id"]
        bought = [
            purchase
            for purchase in desk.matching(client_id, product_id)
            if purchase.at is None or purchase.at <= desk.as_of
        ]
        expelled_at = next((ban.banned_at for ban in active_bans(desk, client_id) if ban.clause == "0.2"), None)
        rights = {
            "support": (pair["verdict"], pair["clause"], support_since(desk, pair, bought)),
            "updates": ("pass", None, min(purchase.at for purchase in bought if purchase.at is not None)),
            "refund": refund_right(desk, bought),
        }
        for right, (verdict, clause, since) in rights.items():
            if expelled_at is not None and right != "support":
                verdict, clause, since = "fail", "0.2", expelled_at
            yield {
                "client_id": client_id,
                "product_id": product_id,
                "right_code": right,
                "verdict": verdict,
                "clause": clause,
                "since_at": since,
            }


def support_since(desk: Desk, pair: dict, bought: list[Purchase]) -> object:
    """Return when what decides about support happened; of a right that stands, the purchase."""
    shown = desk.shown(bought, desk.as_of)
    if pair["verdict"] == "unknown" or pair["rule"] == "registration":
        return None
    if pair["rule"] == "coverage":
        return shown.until
    if pair["rule"] == "mailing_list":
        ends = [
            row.unsubscribed_at
            for row in desk.tables["subscriptions"]
            if desk.client(row.client_email) == pair["client_id"]
            and row.unsubscribed_at is not None
            and (row.subscribed_at is None or row.subscribed_at <= desk.as_of)  # a row of later is not there yet
        ]
        return max((end for end in ends if end <= desk.as_of), default=None)
    if pair["rule"] == "not_banned":
        return ANY if pair["clause"] is ANY else active_bans(desk, pair["client_id"])[0].banned_at
    # Of several with one end either may be shown.
    same = [one for one in bought if one.at is not None and one.until == shown.until and one.at != shown.at]
    return ANY if same else shown.at


def refund_right(desk: Desk, bought: list[Purchase]) -> tuple[str, str | None, datetime | None]:
    """Return verdict, clause and since of the right to a refund, were it asked for at as_of; the best purchase decides."""
    judged = []
    for purchase in bought:
        if given_back(desk, purchase):
            judged.append((0, purchase.at or datetime.min, purchase.id, "exempt", None))
            continue
        verdict, first = refund_verdict(desk, purchase, desk.as_of)
        verdict = "unknown" if desk.early_ends(purchase.row)[1] else "pass" if verdict == "exempt" else verdict
        since = {"pass": purchase.at, "fail": first.first_resolved_at if first else None}.get(verdict)
        rank = {"pass": 3, "unknown": 2, "fail": 1}[verdict]
        judged.append((rank, purchase.at or datetime.min, purchase.id, verdict, since))
    *_, verdict, since = max(judged, key=lambda one: one[:3])
    return verdict, "3.1" if verdict in ("unknown", "fail") else None, since


# Support without income


def support_without_income(desk: Desk) -> Iterator[dict]:
    """Yield the rows of reports.support_without_income [3.4, P3, P4, N2].

    A ticket counts for the purchase whose end E8 shows; of two with one end either may be it, so neither is counted.
    """
    rested: dict[str, list[Ticket]] = {}
    torn: set[str] = set()
    for ticket in desk.tickets.values():
        if ticket.client_id is None or ticket.product_id is None:
            continue
        matching = desk.matching(ticket.client_id, ticket.product_id)
        shown = desk.shown(matching, ticket.opened_at)
        if shown is None:
            continue
        alike = {
            one.id
            for one in matching
            if one.at is not None
            and one.until == shown.until
            and (one.covers(ticket.opened_at) or one.at == shown.at)
            and one.at <= ticket.opened_at
        }
        torn |= alike if len(alike) > 1 else set()
        rested.setdefault(shown.id, []).append(ticket)
    for purchase in desk.purchases:
        if purchase.at is not None and purchase.at > desk.as_of:
            continue
        ends, is_unsure = desk.early_ends(purchase.row)
        if not ends and not is_unsure:
            continue
        tickets = rested.get(purchase.id, [])
        known = [ticket.desk_seconds for ticket in tickets if ticket.desk_seconds is not None]
        counts = {
            "ticket_count": len(tickets),
            "answer_count": sum(
                role == "agent" and at > ticket.opened_at for ticket in tickets for at, role in ticket.words
            ),
            "desk_seconds": sum(known) if known or not tickets else None,
        }
        yield {
            "purchase_id": purchase.id,
            "client_id": purchase.client_id,
            "amount": purchase.row.get("amount"),
            "currency_code": purchase.row.get("currency_code"),
            **(dict.fromkeys(counts, ANY) if purchase.id in torn else counts),
        }
