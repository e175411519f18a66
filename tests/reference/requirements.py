"""What a client must fulfil to be helped, three-valued [E1-E8, P5, P6].

A question is who asks about which product when: `asked` has desk, client_id, product_id and `at`, those of tickets the
ticket's own columns too. Every judge takes questions and returns their verdicts.
"""

from collections.abc import Callable, Sequence

import pandas as pd

from reference.frames import among, chosen, lookup, met
from reference.load import Load
from reference.purchases import BEFORE, COVERING, LATER, matching
from reference.terms import ANY

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
TODAY = ("coverage", "support_extra", "registration", "mailing_list", "not_banned")
OUT_OF_SCOPE = ("web", "seo", "html", "hosting", "download", "unzip", "email")


class Asked:
    """Questions to the desk, and what they are judged by."""

    def __init__(self, asked: pd.DataFrame, load: Load, purchases: pd.DataFrame):
        self.asked, self.load, self.index = asked, load, asked.index
        self.matching = matching(asked, purchases)
        bought = met(asked[["desk", "client_id"]], purchases[["desk", "client_id"]], ["client_id"], "asked").asked
        self.has_bought = among(self.index, bought)  # of the whole load [P5]

    def of_client(self, table: str) -> pd.DataFrame:
        """Return the rows of a table about the client of each question, with `asked` and its instant `at`."""
        found = met(self.asked[["desk", "client_id"]], self.load.tables[table], ["client_id"], "asked")
        return found.assign(at=lookup(found.asked, self.asked["at"]))

    def load_has(self, table: str) -> pd.Series:
        """Tell whether the desk's load has any row of a table [T9]."""
        return self.asked.desk.isin(self.load.tables[table].desk)


def coverage(of: Asked) -> pd.Series:
    """Return the verdicts on 1.2 [P5]."""
    covering = of.matching[of.matching["rank"] == COVERING]
    return chosen(
        of.index,
        (of.asked[["client_id", "product_id"]].isna().any(axis=1), "unknown"),
        (among(of.index, covering.asked[~covering.may_have_ended]), "pass"),
        (among(of.index, covering.asked) | ~of.has_bought, "unknown"),
        (among(of.index, of.matching.asked[of.matching.purchased_at.isna()]), "unknown"),
        otherwise="fail",
    )


def support_extra(of: Asked) -> pd.Series:
    """Return the verdicts on 2.1 [P6]: of all covering purchases, else the latest before, else the undated ones."""
    found = of.matching[of.matching["rank"] < LATER]
    found = found[found["rank"] == found.groupby("asked")["rank"].transform("min")]
    latest = found.groupby("asked").purchased_at.transform("max")
    looked_at = found[(found["rank"] != BEFORE) | (found.purchased_at == latest)]
    since = looked_at.support_extra_from_at.fillna(looked_at.purchased_at)
    flag = looked_at.has_support_extra
    has = flag.eq(True).fillna(False).astype(bool)
    return chosen(
        of.index,
        (of.asked[["client_id", "product_id"]].isna().any(axis=1) | ~of.has_bought, "unknown"),
        (among(of.index, looked_at.asked[has & (since <= looked_at.asked_at)]), "pass"),
        (among(of.index, looked_at.asked[flag.isna() | (has & since.isna())]), "unknown"),
        otherwise="fail",
    )


def registration(of: Asked) -> pd.Series:
    """Return the verdicts on 2.2 [E1]."""
    rows = of.of_client("clients")
    return chosen(
        of.index,
        (among(of.index, rows.asked[rows.registered_at <= rows["at"]]), "pass"),
        (of.asked.client_id.isna() | ~of.load_has("clients"), "unknown"),
        (among(of.index, rows.asked[rows.registered_at.isna()]), "unknown"),
        otherwise="fail",
    )


def description(of: Asked) -> pd.Series:
    """Return the verdicts on 2.3 [E2, T9]."""
    everywhere = of.load.tables["tickets"]
    stated_in = everywhere.desk[~is_empty(everywhere.description)]
    return chosen(
        of.index,
        (~of.asked.desk.isin(stated_in), "unknown"),
        (~is_blank(of.asked.description), "pass"),
        otherwise="fail",
    )


def scope(of: Asked) -> pd.Series:
    """Return the verdicts on 4.1 [E6]."""
    category = of.asked.category_code
    return chosen(
        of.index, (category.isna(), "unknown"), (category.str.lower().isin(OUT_OF_SCOPE), "fail"), otherwise="pass"
    )


def channel(of: Asked) -> pd.Series:
    """Return the verdicts on 4.3 [E3]."""
    code = of.asked.channel_code
    accepted = of.load.policy.in_force("channel", "accepted", of.asked.desk, of.asked["at"]).value
    # Both sides between bars, so that a code is found only as a whole.
    is_accepted = [
        isinstance(one, str) and f"|{one}|" in f"|{several}|" for one, several in zip(code, accepted, strict=True)
    ]
    return chosen(
        of.index,
        (pd.Series(is_accepted, of.index), "pass"),
        (code.isin(["email", "phone"]), "fail"),
        otherwise="unknown",
    )


def mailing_list(of: Asked) -> pd.Series:
    """Return the verdicts on 5.3 [E4]."""
    rows = of.of_client("subscriptions")
    since, until = rows.subscribed_at, rows.unsubscribed_at
    has_not_ended = until.isna() | (rows["at"] < until)
    return chosen(
        of.index,
        (of.asked.client_id.isna() | ~of.load_has("subscriptions"), "unknown"),
        (among(of.index, rows.asked[(since <= rows["at"]) & has_not_ended]), "pass"),
        (among(of.index, rows.asked[since.isna() & has_not_ended]), "unknown"),
        otherwise="fail",
    )


def bans_in_force(of: Asked) -> pd.DataFrame:
    """Return the bans of the client of each question at its instant, the earliest first [E5, N1]."""
    bans = of.of_client("bans")
    in_force = bans[(bans.banned_at <= bans["at"]) & (bans.lifted_at.isna() | (bans["at"] < bans.lifted_at))]
    return in_force.sort_values(["asked", "banned_at", "ban_id"])


def not_banned(of: Asked) -> pd.Series:
    """Return the verdicts on 5 [E5]."""
    return chosen(
        of.index,
        (of.asked.client_id.isna(), "unknown"),
        (among(of.index, bans_in_force(of).asked), "fail"),
        otherwise="pass",
    )


def clause_of_ban(of: Asked) -> pd.Series:
    """Return the clause of the ban in force, null if it has none, ANY if there are several; no row without [V2]."""
    clauses = bans_in_force(of).groupby("asked").clause.agg(["nunique", "size", "count", "first"])
    kinds = clauses["nunique"] + (clauses["count"] < clauses["size"])  # without a clause is a kind of its own
    return clauses["first"].astype(object).where(kinds == 1, ANY)


def is_empty(text: pd.Series) -> pd.Series:
    """Tell whether nothing is written."""
    return text.isna() | (text == "")


def is_blank(text: pd.Series) -> pd.Series:
    """Tell whether nothing is written but blanks of any kind (plain str.strip knows them all)."""
    return text.map(str.strip, na_action="ignore").fillna("") == ""


JUDGES: dict[str, Callable[[Asked], pd.Series]] = {
    "coverage": coverage,
    "support_extra": support_extra,
    "registration": registration,
    "description": description,
    "scope": scope,
    "channel": channel,
    "mailing_list": mailing_list,
    "not_banned": not_banned,
}


def judged(of: Asked, rules: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return (verdict, clause) of each requirement, in the order of the policy; those switched off are exempt."""
    found = {}
    for rule in rules:
        required = of.load.policy.is_required(rule, of.asked.desk, of.asked["at"])
        verdict = JUDGES[rule](of).where(required, "exempt")
        clause = pd.Series(CLAUSES[rule], of.index, dtype=object)
        if rule == "not_banned":
            banned = clause_of_ban(of)
            clause = clause.where(verdict != "fail", banned.reindex(of.index))
        found[rule] = pd.DataFrame({"verdict": verdict, "clause": clause})
    return found


def overall(found: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return (verdict, clause, rule) of all requirements together: the first that fails, else is unknown [E7]."""
    worst = [
        (one.verdict == verdict, verdict, one.clause, rule)
        for verdict in ("fail", "unknown")
        for rule, one in found.items()
    ]
    index = next(iter(found.values())).index
    return pd.DataFrame(
        {
            "verdict": chosen(index, *((is_it, verdict) for is_it, verdict, _, _ in worst), otherwise="pass"),
            "clause": chosen(index, *((is_it, clause) for is_it, _, clause, _ in worst)),
            "rule": chosen(index, *((is_it, rule) for is_it, _, _, rule in worst)),
        }
    )
