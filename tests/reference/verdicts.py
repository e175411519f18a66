"""The tables of the contract as frames, from what happened: facts, rules, reports.

`Model(looks).rows(table, desk)` gives the rows of one desk. A cell that the readings leave open is `ANY`; it is not
compared.
"""

from collections.abc import Sequence
from functools import cached_property, partial

import pandas as pd

from reference.frames import among, chosen, lookup, met, rows_by_desk
from reference.load import Load, Look
from reference.pairs import first_seen_at, pairs_of
from reference.purchases import known_purchase, purchases_of, shown
from reference.requirements import CLAUSES, TODAY, Asked, is_blank, judged, overall
from reference.rights import chargeback_waiver, entitlements, refund_waiver, support_without_income
from reference.terms import ANY
from reference.tickets import OPEN_TURNS, RESOLUTIONS, Happened, last_word
from reference.versions import is_newer, numbers

WITHIN = ("within_1_day", "within_2_days", "within_1_week", "within_2_weeks")
ELIGIBILITY = {"fail": "ineligible", "unknown": "unknown", "pass": "eligible"}


class Model:
    """What the policy says of many desks, each looked at at one instant; every frame is made once, when asked for."""

    def __init__(self, looks: Sequence[Look]):
        self.load = Load(looks)

    @cached_property
    def happened(self) -> Happened:
        """Return words, turns, closings and tickets."""
        return Happened(self.load)

    @property
    def tickets(self) -> pd.DataFrame:
        """Return one row per ticket."""
        return self.happened.tickets

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Return the pairs of tickets about one issue."""
        return pairs_of(self.happened)

    @cached_property
    def is_older(self) -> pd.Series:
        """Tell which tickets are the older one of a pair [D5]."""
        return among(self.tickets.index, self.pairs.older)

    @cached_property
    def purchases(self) -> pd.DataFrame:
        """Return the purchases with what they cover."""
        return purchases_of(self.load)

    @cached_property
    def at_creation(self) -> Asked:
        """Return what every ticket asked when it was opened."""
        tickets = self.tickets
        return Asked(tickets.assign(at=tickets.opened_at), self.load, self.purchases)

    @cached_property
    def requirements(self) -> dict[str, pd.DataFrame]:
        """Return the verdicts of all requirements on every ticket at its creation."""
        return judged(self.at_creation, tuple(CLAUSES))

    @cached_property
    def today(self) -> Asked:
        """Return the question whether a client may open a ticket at as_of, of all they have bought by then [E8]."""
        bought = self.purchases[self.purchases.purchased_at <= self.purchases.as_of]
        asked = bought[["desk", "as_of", "client_id", "product_id"]].dropna().drop_duplicates().reset_index(drop=True)
        return Asked(asked.assign(at=asked.as_of), self.load, self.purchases)

    @cached_property
    def found(self) -> dict[str, dict[int, list[dict]]]:
        """Return the rows of each table by desk, of the tables asked for so far."""
        return {}

    def rows(self, table: str, desk: int = 0) -> list[dict]:
        """Return the rows of a table of one desk, by its number, in no particular order."""
        if table not in self.found:
            self.found[table] = rows_by_desk(TABLES[table](self))
        return self.found[table].get(desk, [])


# Facts


def facts_tickets(model: Model) -> pd.DataFrame:
    """Return facts.tickets."""
    tickets = model.tickets
    spent = tickets.response_turn_seconds.mask(tickets.response_band == "closed_unanswered")  # [R4]
    return pd.DataFrame(
        {
            "desk": tickets.desk,
            "ticket_id": tickets.ticket_id,
            "client_id": tickets.client_id,
            "product_id": tickets.product_id,
            "agent_id": tickets.agent_id,
            "channel_code": tickets.channel_code,
            "opened_by": tickets.opened_by,
            "opened_at": tickets.opened_at,
            "first_responded_at": tickets.first_answer_at,
            "response_basis": tickets.response_basis,
            "response_business_seconds": spent,
            "response_due_at": tickets.response_due_at,
            "response_band": tickets.response_band,
            "first_resolved_at": tickets.first_resolved_at,
            "resolved_at": tickets.resolved_at,
            "resolution_seconds": tickets.resolution_seconds,
            "desk_seconds": tickets.desk_seconds,
            "client_wait_seconds": tickets.client_wait_seconds,
            "resolution_band": tickets.resolution_band,
            "reopen_count": tickets.reopen_count,
            "closed_at": tickets.closed_at,
            "outcome_code": tickets.outcome,
            "last_activity_at": tickets.last_activity_at,
            "last_word_by": tickets.last_word_by,
            "auto_close_due_at": tickets.auto_close_due_at,
            "is_open": tickets.is_open.where(tickets.knows_states, None),
        }
    )


def facts_turns(model: Model) -> pd.DataFrame:
    """Return facts.turns [V9]."""
    columns = ["desk", "ticket_id", "turn_number", "asked_at", "answered_at", "answer_business_seconds", "due_at"]
    return model.happened.turns[[*columns, "answer_band"]]


# Rules about time


def ticket_rule(
    model: Model, rule: str, clause: object, verdict: pd.Series, happened_at: pd.Series, due_at: object = None
) -> pd.DataFrame:
    """Return the rows of a per-ticket rule [V1, V3]."""
    tickets = model.tickets
    return pd.DataFrame(
        {
            "desk": tickets.desk,
            "subject_kind": "ticket",
            "subject_id": tickets.ticket_id,
            "client_id": tickets.client_id,
            "clause": clause,
            "effective_on": model.load.policy.effective_on(rule, tickets.desk, tickets.opened_at),
            "happened_at": happened_at,
            "due_at": due_at,
            "verdict": verdict,
        }
    )


def response_time(model: Model) -> pd.DataFrame:
    """Return rules.response_time [R3, R4, R7, D5]."""
    tickets = model.tickets
    band, has_no_clock = tickets.response_band, tickets.clock_start.isna()
    is_unanswered = band == "closed_unanswered"
    verdict = chosen(
        tickets.index,
        (model.is_older, "exempt"),
        (has_no_clock & (tickets.response_basis == "posts"), "exempt"),
        (band.isna() | (is_unanswered & tickets.response_turn_seconds.isna()), "unknown"),
        (is_unanswered & ~tickets.is_past_response_limit, "exempt"),
        (band.isin(WITHIN), "pass"),
        (band == "waiting", "open"),
        otherwise="fail",
    )
    return ticket_rule(model, "response_time", "1.5", verdict, tickets.first_answer_at, tickets.response_due_at)


def resolution_time(model: Model) -> pd.DataFrame:
    """Return rules.resolution_time [S8, D5]."""
    tickets = model.tickets
    band = tickets.resolution_band
    verdict = chosen(
        tickets.index,
        (model.is_older, "exempt"),
        (band.isna(), "unknown"),
        (band.isin(WITHIN), "pass"),
        (band.isin(["late", "overdue"]), "fail"),
        (band == "in_progress", "open"),
        otherwise="exempt",
    )
    due_at = tickets.opened_at + tickets.resolution_last
    return ticket_rule(model, "resolution_time", "1.6", verdict, tickets.resolved_at, due_at)


def auto_close(model: Model) -> pd.DataFrame:
    """Return rules.auto_close [A3, A6, A8, S16]."""
    tickets = model.tickets
    state, due_at = tickets.auto_close_state, tickets.auto_close_due_at
    ended_otherwise = tickets.is_closed & tickets.outcome.notna() & (tickets.outcome != "auto_closed")
    verdict = chosen(
        tickets.index,
        (state == "on_time", "pass"),
        (state.isin(["early", "late", "missed"]), "fail"),
        (state.notna(), "open"),
        (tickets.is_deferred | ended_otherwise, "exempt"),
        otherwise="unknown",
    )
    return ticket_rule(model, "auto_close", "4.6", verdict, tickets.closed_at.fillna(due_at), due_at)


def duplicate(model: Model) -> pd.DataFrame:
    """Return rules.duplicate [D6]."""
    pairs = model.pairs
    is_new = pairs.as_of <= pairs.newer_at + pd.Timedelta(hours=24)
    verdict = chosen(
        pairs.index,
        (pairs.state == "older_closed", "pass"),
        (pairs.state == "unknown", "unknown"),
        ((pairs.state == "both_open") & is_new, "open"),
        otherwise="fail",
    )
    return pd.DataFrame(
        {
            "desk": pairs.desk,
            "subject_kind": "ticket",
            "subject_id": pairs.older_ticket_id,
            "client_id": pairs.client_id,
            "clause": "4.7",
            "effective_on": model.load.policy.effective_on("duplicate", pairs.desk, pairs.newer_at),
            "happened_at": pairs.newer_at,
            "due_at": None,
            "verdict": verdict,
        }
    )


def post_burst(model: Model) -> pd.DataFrame:
    """Return rules.post_burst: one row per maximal run of the client's words in quick succession [B1-B3]."""
    tickets, words, policy = model.tickets, model.happened.words, model.load.policy
    own = tickets.loc[words.ticket, ["desk", "opened_at"]].reset_index(drop=True)
    needed = policy.number("post_burst", "posts", own.desk, own.opened_at).astype(int)
    window = pd.to_timedelta(policy.number("post_burst", "window", own.desk, own.opened_at), unit="m")
    # What the client says between two words of the desk.
    spell = words.is_agent.groupby(words.ticket).cumsum()
    said = words[~words.is_agent].assign(spell=spell, needed=needed, window=window)
    spells = said.groupby(["ticket", "spell"])
    # The word with which each would be the last of as many as the limit names.
    first = pd.Series(pd.NaT, said.index, dtype="datetime64[us]")
    for count, some in said.groupby("needed"):
        first.update(spells["at"].shift(count - 1).loc[some.index])
    is_hasty = said["at"] - first <= said.window
    was_hasty = is_hasty.groupby([said.ticket, said.spell]).shift(fill_value=False)
    begins = is_hasty & ~was_hasty
    found = tickets.loc[said.ticket[begins]]
    return pd.DataFrame(
        {
            "desk": found.desk,
            "subject_kind": "ticket",
            "subject_id": found.ticket_id,
            "client_id": found.client_id,
            "clause": "5.4",
            "effective_on": policy.effective_on("post_burst", tickets.desk, tickets.opened_at).loc[found.index],
            "happened_at": first[begins].to_numpy(),
            "due_at": None,
            "verdict": "fail",
        }
    )


# What a ticket says of itself, and what the desk recorded of it


def latest_version(model: Model) -> pd.DataFrame:
    """Return rules.latest_version [X1]. Two versions are compared number by number: plain Python, pair by pair."""
    tickets = model.tickets
    releases = model.load.tables["releases"]
    comparable = releases[releases.version.map(numbers).notna()][["desk", "product_id", "version", "released_at"]]
    found = met(
        tickets[["desk", "product_id"]], comparable.rename(columns={"version": "released"}), ["product_id"], "ticket"
    )
    found = found.join(tickets[["version", "opened_at"]], on="ticket")
    own = tickets.version.map(numbers, na_action="ignore")
    found = found[found.ticket.isin(own.dropna().index)]
    higher = pd.Series(map(is_newer, found.released, found.version), found.index, dtype=bool)
    is_out = found.released_at <= found.opened_at
    verdict = chosen(
        tickets.index,
        (own.isna(), "unknown"),
        (among(tickets.index, found.ticket[is_out & higher]), "fail"),
        (among(tickets.index, found.ticket[found.released_at.isna() & higher]), "unknown"),
        (among(tickets.index, found.ticket[is_out]), "pass"),
        otherwise="unknown",
    )
    return ticket_rule(model, "latest_version", "0.1", verdict, tickets.opened_at)


def complete_report(model: Model) -> pd.DataFrame:
    """Return rules.complete_report [X16, T9]."""
    tickets, everywhere = model.tickets, model.happened.all_tickets
    needed = ("description", "product_id", "version", "environment")
    filled = ~pd.DataFrame({column: is_blank(everywhere[column]) for column in needed})
    is_stated = filled.groupby(everywhere.desk).transform("any")
    verdict = chosen(
        tickets.index,
        (filled.all(axis=1), "pass"),
        ((filled | is_stated).all(axis=1), "fail"),
        otherwise="unknown",
    )
    return ticket_rule(model, "complete_report", "0.3", verdict, tickets.opened_at)


def backup(model: Model) -> pd.DataFrame:
    """Return rules.backup [X14, X16]."""
    code = model.tickets.backup_code
    verdict = chosen(
        code.index, (code.isin(["test_site", "backed_up"]), "pass"), (code == "none", "fail"), otherwise="unknown"
    )
    return ticket_rule(model, "backup", "1.4", verdict, model.tickets.opened_at)


def one_question(model: Model) -> pd.DataFrame:
    """Return rules.one_question [X2, S11, T7]."""
    tickets, words, closings = model.tickets, model.happened.words, model.happened.closings
    incidents = model.load.tables["incidents"]
    recorded = met(tickets[["desk", "ticket_id"]], incidents[incidents.clause == "4.8"], ["ticket_id"], "ticket")
    is_dated = recorded.occurred_at <= recorded.as_of
    first_resolution = closings[closings.outcome.isin(RESOLUTIONS)].groupby("ticket")["at"].min()
    last_said = words[~words.is_agent].groupby("ticket")["at"].max()
    said_after = (last_said > first_resolution.reindex(last_said.index)).reindex(tickets.index, fill_value=False)
    verdict = chosen(
        tickets.index,
        (among(tickets.index, recorded.ticket[is_dated]), "fail"),
        (among(tickets.index, recorded.ticket[recorded.occurred_at.isna()]), "unknown"),
        (~tickets.load_has_posts | tickets.is_closed_unknown_when | said_after, "unknown"),
        otherwise="pass",
    )
    return ticket_rule(model, "one_question", "4.8", verdict, tickets.opened_at)


def conduct(model: Model) -> pd.DataFrame:
    """Return rules.conduct [X3, V2, T7]."""
    incidents = model.load.tables["incidents"]
    is_conduct = (incidents.clause == "0.2") | (incidents.clause.str.split(".").str[0] == "5")
    rows = incidents[is_conduct & (incidents.occurred_at.isna() | (incidents.occurred_at <= incidents.as_of))]
    return pd.DataFrame(
        {
            "desk": rows.desk,
            "subject_kind": "incident",
            "subject_id": rows.incident_id,
            "client_id": rows.client_id,
            "clause": rows.clause,
            "effective_on": model.load.policy.effective_on("conduct", rows.desk, rows.occurred_at),
            "happened_at": rows.occurred_at,
            "due_at": None,
            "verdict": chosen(rows.index, (rows.occurred_at.isna(), "unknown"), otherwise="fail"),
        }
    )


# Eligibility


def requirement(rule: str, model: Model) -> pd.DataFrame:
    """Return the rows of one requirement's rule [E1-E7, V3]."""
    tickets, found = model.tickets, model.requirements[rule]
    due_at = shown(model.at_creation.matching).until.reindex(tickets.index) if rule == "coverage" else None
    rows = ticket_rule(model, rule, found.clause, found.verdict, tickets.opened_at, due_at)
    if rule == "coverage":  # the months are those at the purchase, the requirement that at the opening [6.1]
        changes = model.load.policy.is_changed(rule, tickets.desk)
        rows["effective_on"] = rows.effective_on.mask(changes, ANY)
    return rows


def eligibility(model: Model) -> pd.DataFrame:
    """Return rules.eligibility [E7]."""
    found = overall(model.requirements)
    rows = ticket_rule(model, "eligibility", found.clause, found.verdict, model.tickets.opened_at)
    return rows.assign(effective_on=ANY, due_at=ANY)


def eligibility_today(model: Model) -> pd.DataFrame:
    """Return reports.eligibility_today [E8]."""
    found = overall(judged(model.today, TODAY))
    until = shown(model.today.matching).until.reindex(model.today.index)
    return model.today.asked[["desk", "client_id", "product_id"]].assign(covered_until_at=until).join(found)


# Reports


def reports_tickets(model: Model) -> pd.DataFrame:
    """Return reports.tickets [D5, D6]."""
    tickets = model.tickets
    return facts_tickets(model).assign(
        eligibility_code=overall(model.requirements).verdict.map(ELIGIBILITY),
        is_in_averages=~model.is_older,
        issue_first_seen_at=first_seen_at(model.pairs, tickets),
    )


def auto_closes(model: Model) -> pd.DataFrame:
    """Return reports.auto_closes [A1, A5, A7]."""
    rows = model.tickets[model.tickets.auto_close_state.notna()]
    names = {"auto_close_state": "state", "auto_close_due_at": "due_at"}
    columns = [
        "desk",
        "ticket_id",
        "auto_close_state",
        "is_neglected",
        "last_word_by",
        "auto_close_due_at",
        "closed_at",
    ]
    return rows[columns].rename(columns=names)


def bans(model: Model) -> pd.DataFrame:
    """Return reports.bans: the stated ones, and what happened while they were in force [N1, N2, T6]."""
    words, purchases = model.happened.words, model.purchases
    rows = model.load.tables["bans"]
    rows = rows[rows.banned_at <= rows.as_of]
    until_at = rows.lifted_at.where(rows.lifted_at <= rows.as_of)
    before = until_at.fillna(rows.as_of + pd.Timedelta(seconds=1))
    answers = words[words.is_agent & (words["at"] > words.opened_at)][["desk", "ticket", "at"]]
    refunds = model.load.tables["refunds"]
    granted = refunds.assign(at=refunds.decided_at.fillna(refunds.requested_at))[refunds.status_code == "approved"]
    granted = granted[granted["at"] <= granted.as_of]
    events = {
        "tickets": model.tickets.assign(at=model.tickets.opened_at),
        "answers": answers.join(model.tickets.client_id, on="ticket"),
        "refunds": granted.assign(client_id=lookup(known_purchase(granted, purchases), purchases.client_id)),
    }
    counts = {}
    for name, happened in events.items():
        found = met(rows[["desk", "client_id"]], happened[["desk", "client_id", "at"]], ["client_id"], "ban")
        within = (found["at"] >= lookup(found.ban, rows.banned_at)) & (found["at"] < lookup(found.ban, before))
        counts[f"{name}_since_count"] = found[within].groupby("ban").size().reindex(rows.index, fill_value=0)
    return pd.DataFrame(
        {
            "desk": rows.desk,
            "client_id": rows.client_id,
            "state": chosen(rows.index, (until_at.notna(), "lifted"), otherwise="active"),
            "clause": rows.clause,
            "since_at": rows.banned_at,
            "until_at": until_at,
            **counts,
        }
    )


def load_by_day(model: Model) -> pd.DataFrame:
    """Return reports.load_by_day [L1-L4, S11, S16]: every stock counted anew at the end of every day."""
    tickets, closings, calendar = model.tickets, model.happened.closings, model.load.calendar
    days = local_days(model)
    counted = tickets[~tickets.is_closed_unknown_when]
    closings = closings[closings.ticket.isin(counted.index)]
    desk_of_closing = lookup(closings.ticket, counted.desk)
    flows = {
        "opened_count": (counted.desk, counted.opened_at),
        "reopened_count": (desk_of_closing, closings.reopened_at),
        "closed_count": (desk_of_closing, closings["at"]),
    }
    keys = [days.desk, days.day_on]
    counts = pd.DataFrame(
        {
            name: at.groupby([desk, calendar.local_day(desk, at).rename("day_on")]).size().reindex(keys, fill_value=0)
            for name, (desk, at) in flows.items()
        }
    ).reset_index(drop=True)
    # Every ticket at the last second of every day since it was opened.
    then = (
        days.rename_axis("day")
        .reset_index()
        .merge(counted[["desk", "opened_at"]].rename_axis("ticket").reset_index(), on="desk")
    )
    then = then[then.opened_at <= then["last"]].reset_index(drop=True)
    then = then[model.happened.is_open_at(then.ticket, then["last"])].reset_index(drop=True)
    on_client = last_word(model.happened.words, then.ticket, then["last"]).is_agent.eq(True)
    counts["backlog_count"] = then.groupby("day").size().reindex(days.index, fill_value=0)
    counts["waiting_on_desk_count"] = (~on_client).groupby(then.day).sum().reindex(days.index, fill_value=0)
    counts["waiting_on_client_count"] = on_client.groupby(then.day).sum().reindex(days.index, fill_value=0)
    is_known = lookup(days.desk, tickets.groupby("desk").knows_states.first())
    return days[["desk"]].assign(day_on=days.day_on.dt.date).join(counts.astype("Int64").where(is_known))


def local_days(model: Model) -> pd.DataFrame:
    """Return (desk, day_on, last) of every local day from the first ticket to as_of; `last` is its last second [L1, L2]."""
    tickets, calendar = model.tickets, model.load.calendar
    first = calendar.local_day(tickets.desk, tickets.opened_at).groupby(tickets.desk).min()
    as_of = model.load.as_of.reindex(first.index)
    until = calendar.local_day(first.index.to_series(), as_of)
    days = pd.concat(
        [
            pd.DataFrame({"desk": desk, "day_on": pd.date_range(since, last, unit="us")})
            for desk, since, last in zip(first.index, first, until, strict=True)
        ]
        or [pd.DataFrame({"desk": [], "day_on": pd.DatetimeIndex([])}).astype({"desk": "int64"})],
        ignore_index=True,
    )
    ends = calendar.start_of(days.desk, days.day_on + pd.Timedelta(days=1)) - pd.Timedelta(seconds=1)
    as_of = lookup(days.desk, model.load.as_of)
    return days.assign(last=ends.where(ends <= as_of, as_of))


def causes(model: Model) -> pd.DataFrame:
    """Return reports.causes: what has an outcome, and beside it what closed without one [4.11, V10]."""
    tickets = model.tickets
    of = ["desk", "product_id", "version"]
    ended = tickets[tickets.outcome.notna() | tickets.is_closed].assign(outcome_code=tickets.outcome)
    rows = ended.groupby([*of, "outcome_code"], dropna=False).size().rename("ticket_count").reset_index()
    is_known = rows.outcome_code.notna()
    known = rows.ticket_count.where(is_known, 0).groupby([rows[column] for column in of], dropna=False).transform("sum")
    return rows.assign(share=(rows.ticket_count / known).where(is_known))


def deferred(model: Model) -> pd.DataFrame:
    """Return reports.deferred: tickets that wait for the next release, and who was told [4.9, S7, M2, T4, T5]."""
    tickets = model.tickets[model.tickets.outcome == "deferred"]
    since = deferred_at(model, tickets)
    releases = model.load.tables["releases"]
    found = met(tickets[["desk", "product_id"]], releases, ["product_id"], "ticket")
    is_later = found.released_at > lookup(found.ticket, since.fillna(tickets.opened_at))
    is_out = is_later & (found.released_at <= found.as_of)
    out_at = found[is_out].groupby("ticket").released_at.min().reindex(tickets.index)
    words = model.happened.words
    told = words[words.is_agent & (words["at"] >= lookup(words.ticket, out_at))]
    told_at = told.groupby("ticket")["at"].min().reindex(tickets.index)
    told_code = chosen(
        tickets.index,
        (out_at.isna(), "waiting"),
        (told_at.notna(), "told"),
        (tickets.response_basis == "posts", "not_told"),
        otherwise="unknown",
    )
    return pd.DataFrame(
        {
            "desk": tickets.desk,
            "ticket_id": tickets.ticket_id,
            "product_id": tickets.product_id,
            "deferred_at": since,
            "next_release_at": out_at,
            "state": chosen(tickets.index, (out_at.isna(), "waiting"), otherwise="released"),
            "told_at": told_at,
            "told_code": told_code,
            "is_open": tickets.is_open,
        }
    )


def deferred_at(model: Model, tickets: pd.DataFrame) -> pd.Series:
    """Return the last time the desk said that a ticket waits, else its closing, else null."""
    changes = model.happened.changes
    said = changes[(changes.changed_at <= changes.as_of) & (changes.outcome_code == "deferred")]
    last = said.groupby("ticket").changed_at.max().reindex(tickets.index)
    return last.where(tickets.is_open | (last >= tickets.closed_at), tickets.closed_at)


def queue(model: Model) -> pd.DataFrame:
    """Return reports.queue; `position` is the rank by waiting, equal for equals [X11].

    `pace` is not a column: the turns the desk answers per business second, null if it answered none.
    """
    load, turns = model.load, model.happened.turns
    waiting = turns[turns.answer_band.isin(OPEN_TURNS)]
    answered = turns[turns.answered_at.notna()]
    desks = load.as_of.index.to_series()
    since = load.as_of - pd.to_timedelta(load.policy.number("queue", "pace", desks, load.as_of), unit="D")
    spent = load.calendar.business_seconds(desks, since, load.as_of)
    lately = answered[answered.answered_at > lookup(answered.desk, since)].groupby("desk").size()
    pace = lately / spent.reindex(lately.index).mask(lambda seconds: seconds == 0)
    both = (
        waiting[["desk", "asked_at"]]
        .rename_axis("turn")
        .reset_index()
        .merge(answered[["desk", "asked_at"]], on="desk", suffixes=("", "_answered"))
    )
    overtaken = both[both.asked_at_answered > both.asked_at].groupby("turn").size()
    return pd.DataFrame(
        {
            "desk": waiting.desk,
            "ticket_id": waiting.ticket_id,
            "turn_number": waiting.turn_number,
            "position": waiting.groupby("desk").asked_at.rank("min").astype(int),
            "waiting_since_at": waiting.asked_at,
            "overtaken_count": overtaken.reindex(waiting.index, fill_value=0),
            "pace": lookup(waiting.desk, pace),
        }
    )


# What is compared: a function from the model to a frame, each

TABLES = {
    "facts.tickets": facts_tickets,
    "facts.turns": facts_turns,
    "rules.response_time": response_time,
    "rules.resolution_time": resolution_time,
    "rules.auto_close": auto_close,
    "rules.duplicate": duplicate,
    "rules.post_burst": post_burst,
    "rules.eligibility": eligibility,
    **{f"rules.{rule}": partial(requirement, rule) for rule in CLAUSES},
    "rules.latest_version": latest_version,
    "rules.complete_report": complete_report,
    "rules.backup": backup,
    "rules.one_question": one_question,
    "rules.conduct": conduct,
    "rules.refund_waiver": lambda model: refund_waiver(model.happened, model.purchases),
    "rules.chargeback_waiver": lambda model: chargeback_waiver(model.happened, model.purchases),
    "reports.auto_closes": auto_closes,
    "reports.bans": bans,
    "reports.causes": causes,
    "reports.deferred": deferred,
    "reports.duplicates": lambda model: model.pairs.rename(columns={"state": "verdict"})[
        ["desk", "older_ticket_id", "newer_ticket_id", "basis", "verdict"]
    ],
    "reports.eligibility_today": eligibility_today,
    "reports.entitlements": lambda model: entitlements(
        eligibility_today(model), model.today, model.happened, model.purchases
    ),
    "reports.load_by_day": load_by_day,
    "reports.queue": queue,
    "reports.support_without_income": lambda model: support_without_income(model.happened, model.purchases),
    "reports.tickets": reports_tickets,
}
