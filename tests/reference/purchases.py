"""Purchases and what they cover [P1-P7], and who asked for help about them [W1]."""

import numpy as np
import pandas as pd

from reference.frames import among, earlier, lookup, met
from reference.load import Load
from reference.tickets import Happened


def purchases_of(load: Load) -> pd.DataFrame:
    """Return every purchase of the load with the interval it covers, [purchased_at, until), as known at as_of.

    ended_at       when a full refund or a lost dispute was dated, if one was
    may_have_ended an undated event might have ended it, so that its coverage is unsure [T7]
    is_there       it is not dated after as_of
    """
    purchases = load.tables["purchases"]
    purchases = purchases.assign(cents=cents(purchases.amount))
    refunded_at, may_be_refunded = ended_by_refunds(purchases, load.tables["refunds"])
    lost_at, may_be_lost = ended_by_disputes(purchases, load.tables["chargebacks"])
    ended_at = earlier(refunded_at, lost_at)
    stated = purchases.support_until_at.fillna(computed_end(purchases, load))
    return purchases.assign(
        ended_at=ended_at,
        may_have_ended=may_be_refunded | may_be_lost,
        until=earlier(stated, ended_at).where(purchases.purchased_at.notna()),
        is_there=purchases.purchased_at.isna() | (purchases.purchased_at <= purchases.as_of),
    )


def cents(amount: pd.Series) -> pd.Series:
    """Return amounts in hundredths, so that they add up exactly."""
    return amount.map(lambda found: int(found * 100), na_action="ignore").astype("Int64")


def computed_end(purchases: pd.DataFrame, load: Load) -> pd.Series:
    """Return the start of the local day after the same day of the month so many months later [P7]."""
    dated = purchases[purchases.purchased_at.notna()]
    bought_on = load.calendar.local_day(dated.desk, dated.purchased_at)
    months = load.policy.number("coverage", "months", dated.desk, dated.purchased_at).astype(int)
    month = bought_on.to_numpy().astype("datetime64[M]") + months.to_numpy()
    first_on = pd.Series(month, dated.index, dtype="datetime64[us]")
    last_day = np.minimum(bought_on.dt.day, first_on.dt.days_in_month)
    end_on = first_on + pd.to_timedelta(last_day, unit="D")
    return load.calendar.start_of(dated.desk, end_on).reindex(purchases.index)


def ended_by_refunds(purchases: pd.DataFrame, refunds: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return when a purchase was refunded in full, and whether undated refunds may have made it so [P3, T6, T7]."""
    found = met(
        purchases[["desk", "purchase_id"]],
        refunds[refunds.status_code == "approved"].rename(columns={"currency_code": "currency", "amount": "given"}),
        ["purchase_id"],
        "purchase",
    ).join(purchases[["currency_code", "cents"]], on="purchase")
    currency = found.currency.fillna(found.currency_code)
    found = found[(currency == found.currency_code) | currency.isna()]
    given = cents(found.given)
    found = found.assign(
        at=found.decided_at.fillna(found.requested_at), given=given.fillna(0), is_full=given.isna() | found.cents.isna()
    )
    dated, undated = found[found["at"] <= found.as_of], found[found["at"].isna()]
    decided = dated.groupby(["purchase", "at"]).agg({"given": "sum", "is_full": "any", "cents": "first"}).reset_index()
    paid_back = decided.given.groupby(decided.purchase).cumsum()
    is_full = decided.is_full | (paid_back >= decided.cents).fillna(False).astype(bool)
    ended_at = decided[is_full].groupby("purchase")["at"].min().reindex(purchases.index)
    open_ones = undated.groupby("purchase").agg({"given": "sum", "is_full": "any"}).reindex(purchases.index)
    so_far = decided.groupby("purchase").given.sum().reindex(purchases.index).fillna(0)
    would_be_full = open_ones.is_full.eq(True) | (so_far + open_ones.given >= purchases.cents).fillna(False)
    return ended_at, open_ones.given.notna() & ended_at.isna() & would_be_full.astype(bool)


def ended_by_disputes(purchases: pd.DataFrame, disputes: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return when a dispute of a purchase was lost, and whether an undated one was [P4, T6, T7]."""
    lost = disputes[disputes.status_code == "lost"]
    lost = lost.assign(at=lost.closed_at.fillna(lost.opened_at))
    found = met(purchases[["desk", "purchase_id"]], lost, ["purchase_id"], "purchase")
    lost_at = found[found["at"] <= found.as_of].groupby("purchase")["at"].min().reindex(purchases.index)
    return lost_at, among(purchases.index, found.purchase[found["at"].isna()])


def known_purchase(rows: pd.DataFrame, purchases: pd.DataFrame) -> pd.Series:
    """Return which purchase each refund or dispute is of: its row, null if there is none by as_of."""
    there = purchases.loc[purchases.is_there, ["desk", "purchase_id"]].rename_axis("purchase").reset_index()
    found = met(rows[["desk", "purchase_id"]], there, ["purchase_id"], "row")
    return found.set_index("row").purchase.astype(float).reindex(rows.index)


# Questions: who asks about which product when. A ticket is one; today is another

COVERING, BEFORE, UNDATED, LATER = range(4)  # how a purchase lies to a question, what decides first


def matching(asked: pd.DataFrame, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return the purchases of a question's client and product, whatever their dates [P5].

    `asked` is the row of the question, `purchase` that of the purchase, `rank` how it lies to the question.
    """
    found = met(
        asked[["desk", "client_id", "product_id"]],
        purchases.rename_axis("purchase").reset_index(),
        ["client_id", "product_id"],
        "asked",
    )
    at = lookup(found.asked, asked["at"])
    is_before = found.purchased_at <= at
    rank = pd.Series(LATER, found.index).mask(found.purchased_at.isna(), UNDATED).mask(is_before, BEFORE)
    return found.assign(asked_at=at, rank=rank.mask(is_before & (at < found.until), COVERING))


def showable(found: pd.DataFrame) -> pd.DataFrame:
    """Return the covering purchases with the latest end, else the latest ones before, of every question [E8].

    Several of one question are alike: any of them may be shown.
    """
    before = found[found["rank"] <= BEFORE]
    best = before[before["rank"] == before.groupby("asked")["rank"].transform("min")]
    latest = best.purchased_at.groupby(best.asked).transform("max")
    best = best[(best["rank"] == COVERING) | (best.purchased_at == latest)]
    return best[best.until == best.groupby("asked").until.transform("max")]


def shown(found: pd.DataFrame) -> pd.DataFrame:
    """Return the purchase that E8 shows for every question, by question."""
    return showable(found).drop_duplicates("asked").set_index("asked")


# Asking for help


def asked_for_help(rows: pd.DataFrame, happened: Happened) -> pd.DataFrame:
    """Return the first issue between a purchase and an instant `at`, by row; no row where there was none [W1].

    `rows` have the client, product and instant of a purchase (client_id, product_id, purchased_at), and `at`.
    """
    tickets = happened.tickets.rename_axis("ticket").reset_index()
    found = met(
        rows[["desk", "client_id", "product_id"]],
        tickets[["desk", "client_id", "product_id", "ticket", "ticket_id", "clock_start", "first_resolved_at"]],
        ["client_id", "product_id"],
        "row",
    ).join(rows[["purchased_at", "at"]], on="row")
    counting = found[(found.purchased_at <= found.clock_start) & (found.clock_start < found["at"])]
    return counting.sort_values(["row", "clock_start", "ticket_id"]).drop_duplicates("row").set_index("row")
