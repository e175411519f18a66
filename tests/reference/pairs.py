"""Pairs of tickets about one issue [D1-D6].

The help desk names them, or their texts are the same. How alike other texts are is the product's own measure; the
desks compared with the model have only texts that are the same or have nothing in common.
"""

import pandas as pd

from reference.frames import chosen, lookup, met
from reference.tickets import Happened

SIDES = ("older", "newer")


def pairs_of(happened: Happened) -> pd.DataFrame:
    """Return one row per pair: `older` and `newer` (rows of the tickets), basis and state."""
    tickets = happened.tickets.assign(text=texts_of(happened.tickets), site=sites_of(happened.tickets))
    named = in_order(named_pairs(tickets), tickets)
    alike = in_order(pairs_of_one_text(tickets), tickets)
    named = named[may_pair(named, happened)].assign(is_named=True)
    alike = alike[may_pair(alike, happened)]
    # Of several alike before a ticket, the newest: consecutive ones are reported.
    alike = alike.sort_values(["newer", "older_at", "older_id"]).drop_duplicates("newer", keep="last")
    pairs = named.merge(alike.assign(is_alike=True), on=SIDES, how="outer", suffixes=("", "_alike"))[
        [*SIDES, "is_named", "is_alike"]
    ]
    # A pair that is named may say the same without being consecutive.
    texts = [tickets.loc[pairs[side], ["text", "site"]].reset_index(drop=True) for side in SIDES]
    is_text = pairs.is_alike.eq(True) | says_same(*texts)
    pairs["basis"] = chosen(
        pairs.index, (pairs.is_named.eq(True) & is_text, "both"), (is_text, "text"), otherwise="helpdesk"
    )
    pairs["state"] = states_of(pairs, happened)
    newer, older = (tickets.loc[pairs[side]].reset_index(drop=True) for side in reversed(SIDES))
    return pairs.assign(
        desk=newer.desk,
        older_ticket_id=older.ticket_id,
        newer_ticket_id=newer.ticket_id,
        client_id=older.client_id,
        newer_at=newer.opened_at,
        as_of=newer.as_of,
    )


def texts_of(tickets: pd.DataFrame) -> pd.Series:
    """Return what each ticket says, as two texts are compared for being the same."""
    said = tickets.subject.fillna("") + " " + tickets.description.fillna("")
    # Plain Python, text by text: its split knows every kind of blank.
    return said.map(lambda text: " ".join(text.lower().split()))


def sites_of(tickets: pd.DataFrame) -> pd.Series:
    """Return the site each ticket is about, null if it names none."""
    sites = tickets.site_url.str.strip()
    return sites.mask(sites == "")


def says_same(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Tell whether both say the same, and not of two sites [D6]."""
    is_one_site = one.site.isna() | other.site.isna() | (one.site == other.site)
    return (one.text == other.text) & (one.text != "") & is_one_site


def named_pairs(tickets: pd.DataFrame) -> pd.DataFrame:
    """Return the two tickets of which one names the other as its duplicate; an unknown target is no pair."""
    names = tickets[["desk", "duplicate_of_id"]].rename(columns={"duplicate_of_id": "ticket_id"})
    targets = tickets[["desk", "ticket_id"]].rename_axis("two").reset_index()
    found = met(names, targets, ["ticket_id"], "one")
    return found.loc[found.one != found.two, ["one", "two"]]


def pairs_of_one_text(tickets: pd.DataFrame) -> pd.DataFrame:
    """Return the two tickets of one client and product that say the same."""
    keys = ["client_id", "product_id", "text"]
    said = tickets.loc[tickets.text != "", ["desk", *keys, "site"]]
    found = met(said, said.rename_axis("two").reset_index(), keys, "one")
    found = found[found.one < found.two]
    is_one_site = says_same(
        said.loc[found.one].reset_index(drop=True), said.loc[found.two].reset_index(drop=True)
    ).to_numpy()
    return found.loc[is_one_site, ["one", "two"]]


def in_order(found: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """Return pairs as older and newer: of one second the smaller id is the older [D4]."""
    sides = pd.concat([found, found.rename(columns={"one": "two", "two": "one"})]).reset_index(drop=True)
    one, two = (tickets.loc[sides[side], ["opened_at", "ticket_id"]].reset_index(drop=True) for side in ("one", "two"))
    is_older = (one.opened_at < two.opened_at) | ((one.opened_at == two.opened_at) & (one.ticket_id < two.ticket_id))
    pairs = sides.assign(older_at=one.opened_at, older_id=one.ticket_id)[is_older]
    return pairs.rename(columns={"one": "older", "two": "newer"}).drop_duplicates(SIDES).reset_index(drop=True)


def may_pair(pairs: pd.DataFrame, happened: Happened) -> pd.Series:
    """Tell whether two tickets can be about the same issue, whatever they say [D1-D2]."""
    older, newer = (happened.tickets.loc[pairs[side]].reset_index(drop=True) for side in SIDES)
    window = happened.load.policy.number("duplicate", "window", newer.desk, newer.opened_at)
    return (
        (older.client_id == newer.client_id)
        & (older.product_id == newer.product_id)
        & (newer.opened_at - older.opened_at <= pd.to_timedelta(window, unit="D"))
        & happened.is_open_at(pairs.older, newer.opened_at)
    )


def states_of(pairs: pd.DataFrame, happened: Happened) -> pd.Series:
    """Return older_closed, newer_closed, both_open or unknown: which was closed first since the newer one [D3]."""
    newer = happened.tickets.loc[pairs.newer].reset_index(drop=True)
    first = {}
    for side in SIDES:
        since = pd.DataFrame({"pair": pairs.index, "ticket": pairs[side], "since": newer.opened_at})
        met_closings = since.merge(happened.closings, on="ticket")
        later = met_closings[met_closings["at"] >= met_closings.since]
        first[side] = later.drop_duplicates("pair").set_index("pair")[["at", "outcome"]].reindex(pairs.index)
    older_at, newer_at = first["older"]["at"], first["newer"]["at"]
    only_newer = (first["newer"].outcome == "duplicate") & (first["older"].outcome != "duplicate")
    return chosen(
        pairs.index,
        (newer.is_closed_unknown_when, "unknown"),
        (older_at.isna() & newer_at.isna(), "both_open"),
        (newer_at.isna() | (older_at < newer_at), "older_closed"),
        (older_at.isna() | (newer_at < older_at), "newer_closed"),
        (only_newer, "newer_closed"),
        otherwise="older_closed",
    )


def first_seen_at(pairs: pd.DataFrame, tickets: pd.DataFrame) -> pd.Series:
    """Return when the issue of each ticket was first seen: with the oldest of its chain [D6].

    Every step takes all chains one pair further back, until none moves.
    """
    seen = tickets.opened_at
    while True:
        before = lookup(pairs.older, seen).groupby(pairs.newer).min().reindex(tickets.index)
        further = seen.where(before.isna() | (seen <= before), before)
        if further.equals(seen):
            return seen
        seen = further
