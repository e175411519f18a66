"""What clients gave up by asking for help, and what they may still ask for: 3.1, 3.2, 3.4 and 0.2."""

import pandas as pd

from reference.frames import among, chosen, lookup
from reference.purchases import asked_for_help, known_purchase, matching, showable
from reference.requirements import Asked, bans_in_force
from reference.terms import ANY
from reference.tickets import Happened

WHOLE = ["client_id", "product_id", "purchased_at"]  # what must be known of a purchase [W3]


def asked_back(rows: pd.DataFrame, at: pd.Series, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return refunds or disputes with the instant `at` they were asked for, if that was by as_of, and their purchase."""
    rows = rows.assign(at=at, purchase=known_purchase(rows, purchases))
    rows = rows[at.isna() | (at <= rows.as_of)]
    found = rows.drop(columns="client_id", errors="ignore").join(purchases[WHOLE], on="purchase")
    return found.assign(is_whole=found[WHOLE].notna().all(axis=1))


def refund_verdict(rows: pd.DataFrame, first: pd.DataFrame, happened: Happened) -> pd.Series:
    """Return what 3.1 says of refunds asked for `at` an instant, given the first issues by row [W2, W3]."""
    issue = first.reindex(rows.index)
    resolved_before = issue.first_resolved_at < rows["at"]
    was_open = happened.is_open_at(first.ticket, rows["at"].reindex(first.index))
    closings = first[["ticket"]].rename_axis("row").reset_index().merge(happened.closings, on="ticket")
    unclear = closings[closings.outcome.isna() & (closings["at"] < lookup(closings.row, rows["at"]))].row
    unknown_when = lookup(first.ticket, happened.tickets.is_closed_unknown_when)
    return chosen(
        rows.index,
        (~rows.is_whole | rows["at"].isna(), "unknown"),
        (issue.ticket.isna(), "exempt"),
        (resolved_before & was_open.reindex(rows.index).eq(True), "unknown"),
        (resolved_before, "fail"),
        (unknown_when | among(first.index, unclear), "unknown"),
        otherwise="pass",
    )


def waiver_rows(
    rows: pd.DataFrame, kind: str, first: pd.DataFrame, verdict: pd.Series, happened: Happened
) -> pd.DataFrame:
    """Return rows of one of the two waivers; the terms are those at the first request for help, if there was one [6.1]."""
    since = first.clock_start.reindex(rows.index).fillna(rows["at"])
    effective_on = happened.load.policy.effective_on(f"{kind}_waiver", rows.desk, since)
    return pd.DataFrame(
        {
            "desk": rows.desk,
            "subject_kind": kind,
            "subject_id": rows[f"{kind}_id"],
            "client_id": rows.client_id,
            "clause": {"refund": "3.1", "chargeback": "3.2"}[kind],
            "effective_on": effective_on.where(verdict != "exempt", ANY),
            "happened_at": rows["at"],
            "due_at": pd.NaT,
            "verdict": verdict,
        }
    )


def refund_waiver(happened: Happened, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return rules.refund_waiver [V1, T6, W1-W3]."""
    refunds = happened.load.tables["refunds"]
    rows = asked_back(refunds, refunds.requested_at.fillna(refunds.decided_at), purchases)
    first = asked_for_help(rows, happened)
    return waiver_rows(rows, "refund", first, refund_verdict(rows, first, happened), happened)


def chargeback_waiver(happened: Happened, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return rules.chargeback_waiver [W1, W3, W4, T6]."""
    disputes = happened.load.tables["chargebacks"]
    rows = asked_back(disputes, disputes.opened_at, purchases)
    first = asked_for_help(rows, happened)
    ended_at = rows.closed_at.fillna(rows.opened_at)
    has_ended = ended_at.isna() | (ended_at <= rows.as_of)
    verdict = chosen(
        rows.index,
        (rows.status_code.isin(["won", "withdrawn"]) & has_ended, "exempt"),
        (~rows.is_whole | rows["at"].isna(), "unknown"),
        (among(rows.index, first.index.to_series()), "fail"),
        otherwise="exempt",
    )
    return waiver_rows(rows, "chargeback", first, verdict, happened)


# Rights at as_of


def entitlements(today: pd.DataFrame, of: Asked, happened: Happened, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return reports.entitlements, three rights for each row of reports.eligibility_today [0.2, 3.1, E8]."""
    bought = of.matching[of.matching.is_there]
    rights = {
        "support": today[["verdict", "clause"]].assign(since_at=support_since(today, of)),
        "updates": pd.DataFrame(
            {"verdict": "pass", "clause": None, "since_at": bought.groupby("asked").purchased_at.min()}
        ),
        "refund": refund_rights(bought, happened, purchases),
    }
    rows = today[["desk", "client_id", "product_id"]].join(
        pd.concat([found.reindex(today.index).assign(right_code=right) for right, found in rights.items()])
    )
    rows = rows.rename_axis("asked").reset_index()
    bans = bans_in_force(of)
    expelled_at = lookup(rows.asked, bans[bans.clause == "0.2"].groupby("asked").banned_at.min())
    is_expelled = expelled_at.notna() & (rows.right_code != "support")  # support has its verdict already
    return rows.drop(columns="asked").assign(
        verdict=rows.verdict.mask(is_expelled, "fail"),
        clause=rows.clause.astype(object).mask(is_expelled, "0.2"),
        since_at=rows.since_at.astype(object).mask(is_expelled, expelled_at),
    )


def support_since(today: pd.DataFrame, of: Asked) -> pd.Series:
    """Return when what decides about support happened; of a right that stands, the purchase."""
    several = showable(of.matching).groupby("asked").purchased_at.agg(["min", "max"]).reindex(today.index)
    bought_at = several["max"].astype(object).where(several["min"] == several["max"], ANY)
    left = of.of_client("subscriptions")
    left = left[
        (left.unsubscribed_at <= left["at"])
        & (left.subscribed_at.isna() | (left.subscribed_at <= left["at"]))  # a row of later is not there yet
    ]
    left_at = left.groupby("asked").unsubscribed_at.max()
    banned_at = bans_in_force(of).groupby("asked").banned_at.min()
    return chosen(
        today.index,
        ((today.verdict == "unknown") | (today.rule == "registration"), None),
        (today.rule == "coverage", today.covered_until_at),
        (today.rule == "mailing_list", left_at),
        ((today.rule == "not_banned") & today.clause.map(lambda clause: clause is ANY), ANY),
        (today.rule == "not_banned", banned_at),
        otherwise=bought_at,
    )


def refund_rights(bought: pd.DataFrame, happened: Happened, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return (verdict, clause, since_at) of the right to a refund, were it asked for at as_of: the best purchase's."""
    there = purchases[purchases.is_there]
    rows = there.assign(at=there.as_of, is_whole=there[WHOLE].notna().all(axis=1))
    first = asked_for_help(rows, happened)
    verdict = refund_verdict(rows, first, happened)
    verdict = chosen(
        rows.index,
        (rows.ended_at.notna(), "exempt"),
        (rows.may_have_ended, "unknown"),
        (verdict == "exempt", "pass"),
        otherwise=verdict,
    )
    since = chosen(
        rows.index,
        (verdict == "pass", rows.purchased_at),
        (verdict == "fail", first.first_resolved_at),
    )
    order = verdict.map({"exempt": 0, "fail": 1, "unknown": 2, "pass": 3})
    judged = bought[["asked", "purchase", "purchased_at", "purchase_id"]].join(
        pd.DataFrame({"verdict": verdict, "since_at": since, "order": order}), on="purchase"
    )
    ordered = judged.sort_values(["asked", "order", "purchased_at", "purchase_id"], na_position="first")
    best = ordered.drop_duplicates("asked", keep="last").set_index("asked")
    clause = pd.Series("3.1", best.index, dtype=object).where(best.verdict.isin(["unknown", "fail"]), None)
    return best[["verdict", "since_at"]].assign(clause=clause)


# Support without income


def support_without_income(happened: Happened, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return reports.support_without_income [3.4, P3, P4, N2].

    A ticket counts for the purchase whose end E8 shows; of two with one end either may be it, so neither is counted.
    """
    tickets, words = happened.tickets, happened.words
    asked = tickets[["desk", "client_id", "product_id"]].assign(at=tickets.opened_at)
    several = showable(matching(asked, purchases))
    is_torn = several.groupby("asked").purchase.transform("size") > 1
    rested = several.drop_duplicates("asked")
    answers = words[words.is_agent & (words["at"] > words.opened_at)].groupby("ticket").size()
    by_purchase = rested.assign(
        answer_count=lookup(rested.asked, answers).fillna(0), desk_seconds=lookup(rested.asked, tickets.desk_seconds)
    ).groupby("purchase")
    counts = by_purchase.agg(ticket_count=("asked", "size"), answer_count=("answer_count", "sum"))
    counts = counts.reindex(purchases.index, fill_value=0).astype("Int64")
    spent = by_purchase.desk_seconds.sum(min_count=1).reindex(purchases.index).astype("Int64")
    counts["desk_seconds"] = spent.mask(counts.ticket_count == 0, 0)
    torn = among(purchases.index, several.purchase[is_torn])
    rows = purchases[["desk", "purchase_id", "client_id", "amount", "currency_code"]].join(
        counts.astype(object).mask(torn, ANY)
    )
    return rows[purchases.is_there & (purchases.ended_at.notna() | purchases.may_have_ended)]
