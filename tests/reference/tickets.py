"""What happened to tickets, up to as_of: words, turns, closings, and one row per ticket with all that is measured."""

import pandas as pd

from reference.frames import chosen, latest, lookup, others_hold, whole_seconds
from reference.load import Load

OPEN_STATES = ("open", "pending", "on_hold")
CLOSED_STATES = ("solved", "closed")
STATE_ORDER = {state: order for order, state in enumerate(OPEN_STATES + CLOSED_STATES)}  # within one second [S12]
RESOLUTIONS = ("solved", "not_apparent", "client_specific")
OPEN_TURNS = ("waiting", "overdue")
BAND_OF_OUTCOME = {
    "auto_closed": "auto_closed",
    "duplicate": "duplicate",
    "deferred": "deferred",
    "unresolved": "closed_unresolved",
}


def all_tickets(load: Load) -> pd.DataFrame:
    """Return the tickets of the whole load, with the instant they are looked at and the limits at their opening."""
    tickets = load.tables["tickets"]

    def limit(rule: str, parameter: str) -> pd.Series:
        return load.policy.number(rule, parameter, tickets.desk, tickets.opened_at)

    return tickets.assign(
        opened_by=tickets.opened_by.fillna("client"),
        # One in the second of the creation is not an answer [R6]; an earlier one was refused.
        reported_at=tickets.first_responded_at.where(tickets.first_responded_at > tickets.opened_at),
        response_first=limit("response_time", "first"),
        response_last=limit("response_time", "last"),
        resolution_first=pd.to_timedelta(limit("resolution_time", "first"), unit="D"),
        resolution_last=pd.to_timedelta(limit("resolution_time", "last"), unit="D"),
        resolution_clock=load.policy.in_force("resolution_time", "clock", tickets.desk, tickets.opened_at).value,
        idle=pd.to_timedelta(limit("auto_close", "idle"), unit="D"),
        grace=pd.to_timedelta(limit("auto_close", "grace"), unit="h"),
        soon=pd.to_timedelta(limit("auto_close", "soon"), unit="h"),
    )


def effective(rows: pd.DataFrame, at: str, tickets: pd.DataFrame) -> pd.DataFrame:
    """Return dated rows with their `ticket`, without those of unknown tickets or before the creation [S15, T13, M1]."""
    known = tickets[["desk", "ticket_id", "opened_at"]].rename_axis("ticket").reset_index()
    found = rows.merge(known, on=["desk", "ticket_id"])
    return found[found[at] >= found.opened_at]


# Words and turns


def words_of(posts: pd.DataFrame) -> pd.DataFrame:
    """Return every public, non-automatic post of a client or agent up to as_of, in order [M1-M3, T4]."""
    said = posts[
        posts.author_role.isin(["client", "agent"])
        & posts.is_public.fillna(True)
        & ~posts.is_auto.fillna(False)
        & (posts.posted_at <= posts.as_of)
    ]
    found = said[["ticket", "desk", "opened_at"]].assign(at=said.posted_at, is_agent=said.author_role == "agent")
    return found.sort_values(["ticket", "at", "is_agent"], ignore_index=True)


def last_word(words: pd.DataFrame, ticket: pd.Series, at: pd.Series) -> pd.DataFrame:
    """Return (at, is_agent) of the last word of a ticket up to an instant, null where there is none."""
    return latest("ticket", ticket, at, words, "at")[["at", "is_agent"]]


def response_basis(tickets: pd.DataFrame, posts: pd.DataFrame) -> pd.Series:
    """Return what the first response of each ticket of the load is known from [R1, R2]."""
    has_posts = pd.Series(tickets.index.isin(posts.ticket), tickets.index)
    return chosen(
        tickets.index,
        (has_posts, "posts"),
        (tickets.reported_at.notna(), "reported"),
        (others_hold(has_posts, tickets.desk), "posts"),
        (others_hold(tickets.first_responded_at.notna(), tickets.desk), "reported"),
        otherwise="none",
    )


def clock_start(tickets: pd.DataFrame, words: pd.DataFrame) -> pd.Series:
    """Return when the response clock starts, null while it has not or is not known [R3]."""
    first_of_client = words[~words.is_agent].groupby("ticket")["at"].min().reindex(tickets.index)
    return tickets.opened_at.where(
        tickets.opened_by == "client", first_of_client.where(tickets.response_basis == "posts")
    )


def asked_and_answered(tickets: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Return the turns (ticket, turn_number, asked_at, answered_at) of the tickets whose clock has started [V9, R3].

    Second by second: the client's words let the ticket wait and the agent's end that. Where both wrote in one second
    the client came first [M3] and an answer is strictly later than its question: it ends a wait that was there already,
    else the new question stays unanswered. So such a second turns the state round, and the state is that of the last
    second of one side alone, turned round once for each since.
    """
    started = tickets.clock_start.dropna()
    clocks = pd.DataFrame({"ticket": started.index, "at": started.to_numpy(), "client": True, "agent": False})
    said = words.join(started, on="ticket")
    said = said[said["at"] > said.clock_start].assign(client=~words.is_agent, agent=words.is_agent)
    seconds = pd.concat([clocks, said[clocks.columns]]).groupby(["ticket", "at"], as_index=False).any()
    both = seconds.client & seconds.agent
    ticket = seconds.ticket
    base = seconds.client.where(~both).groupby(ticket).ffill().astype(bool)
    turned = both.groupby([ticket, (~both).cumsum()]).cumsum() % 2 == 1
    waits = base ^ turned
    waited = waits.groupby(ticket).shift(fill_value=False)
    changes = seconds[waits != waited].assign(is_question=waits)
    changes["answered_at"] = changes.groupby("ticket")["at"].shift(-1)
    questions = changes[changes.is_question].rename(columns={"at": "asked_at"})
    questions["turn_number"] = questions.groupby("ticket").cumcount() + 1
    # Without posts there is one turn, and the answer is what the help desk reports.
    by_posts = lookup(questions.ticket, tickets.response_basis) == "posts"
    reported = lookup(questions.ticket, tickets.reported_at.where(tickets.reported_at <= tickets.as_of))
    questions["answered_at"] = questions.answered_at.where(by_posts, reported)
    return questions[["ticket", "turn_number", "asked_at", "answered_at"]].reset_index(drop=True)


def timed(turns: pd.DataFrame, tickets: pd.DataFrame, load: Load) -> pd.DataFrame:
    """Return the turns with their due instant, business seconds and band [C3, C8, C9, R4, R7, V9, S16]."""
    own = tickets.loc[turns.ticket].reset_index(drop=True)
    day = load.calendar.business_day_seconds(own.desk, own.clock_start)
    first, last = own.response_first * day, own.response_last * day
    is_answered, is_known = turns.answered_at.notna(), own.response_basis != "none"
    until = turns.answered_at.fillna(own.clock_end)
    spent = load.calendar.business_seconds(own.desk, turns.asked_at, until).where(is_known)
    band = chosen(
        turns.index,
        (~is_known, None),
        (is_answered & (spent <= first), "within_1_day"),
        (is_answered & (spent <= last), "within_2_days"),
        (is_answered, "late"),
        (own.is_open & (spent <= last), "waiting"),
        (own.is_open, "overdue"),
        (own.is_closed, "closed_unanswered"),
    )
    return turns.assign(
        desk=own.desk,
        ticket_id=own.ticket_id,
        due_at=load.calendar.due(own.desk, turns.asked_at, last),
        answer_business_seconds=spent,
        answer_band=band,
        is_past_limit=(spent > last).fillna(False).astype(bool),
    )


# States


def stated_closing(tickets: pd.DataFrame) -> pd.Series:
    """Return the closing that a ticket's own columns state, whenever it was [S1, S11]."""
    is_resolution = tickets.outcome_code.isin(RESOLUTIONS) | tickets.outcome_code.isna()
    closing = tickets.resolved_at.fillna(tickets.closed_at).where(
        is_resolution, tickets.closed_at.fillna(tickets.resolved_at)
    )
    return closing.mask(tickets.status_code.isin(OPEN_STATES))


def stated_outcome(tickets: pd.DataFrame) -> pd.Series:
    """Return the outcome that the columns of a closed ticket state [S4]."""
    says_solved = (tickets.status_code == "solved") | tickets.resolved_at.notna()
    return tickets.outcome_code.mask(tickets.outcome_code.isna() & says_solved, "solved")


def closings_of(tickets: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return every change from open to closed up to as_of (ticket, at, outcome, reopened_at), in order [S1-S4, T6]."""
    has_ended = ~tickets.has_changes & (tickets.stated_closing <= tickets.as_of)
    stated = tickets[has_ended]
    by_columns = pd.DataFrame({"ticket": stated.index, "at": stated.stated_closing, "outcome": stated.stated_outcome})
    by_changes = closings_by_changes(tickets, changes)
    both = [by_columns.assign(reopened_at=pd.NaT), by_changes]
    return (
        pd.concat(both)
        .astype({"reopened_at": "datetime64[us]"})
        .sort_values(["ticket", "at"], kind="stable", ignore_index=True)
    )


def closings_by_changes(tickets: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the closings that the status changes state.

    A spell is all that follows a closing until the next one: the changes while it was closed, and the reopening.
    """
    order = changes.status_code.map(STATE_ORDER)
    changes = changes.assign(order=order).sort_values(["ticket", "changed_at", "order"], ignore_index=True)
    is_closed = changes.status_code.isin(CLOSED_STATES)
    was_closed = is_closed.groupby(changes.ticket).shift(fill_value=False)  # before its first change it is open [S2]
    changes["spell"] = (is_closed & ~was_closed).groupby(changes.ticket).cumsum()
    back = changes[~is_closed & was_closed].set_index(["ticket", "spell"]).changed_at
    # groupby.last takes the last outcome that is stated, which may not be that of the last change [S3].
    seen = changes[is_closed & (changes.changed_at <= changes.as_of)].groupby(["ticket", "spell"])
    found = seen.agg(at=("changed_at", "first"), status=("status_code", "first"), outcome=("outcome_code", "last"))
    found["reopened_at"] = back
    found = found.reset_index()
    own = tickets.loc[found.ticket].reset_index(drop=True)
    is_last = found.spell == lookup(found.ticket, changes.groupby("ticket").spell.max())
    found["outcome"] = (
        found.outcome.fillna(own.outcome_code.where(is_last & found.reopened_at.isna()))
        .mask(lambda outcome: outcome.isna() & (found.status == "solved"), "solved")
    )  # fmt: skip
    found["reopened_at"] = found.reopened_at.where(found.reopened_at <= own.as_of)
    return found[["ticket", "at", "outcome", "reopened_at"]]


def is_open_at(tickets: pd.DataFrame, closings: pd.DataFrame, ticket: pd.Series, at: pd.Series) -> pd.Series:
    """Tell whether each ticket is known to be open after everything of a second, at most that of as_of."""
    own = tickets.loc[ticket].set_axis(ticket.index)
    last = latest("ticket", ticket, at, closings, "at")
    is_back = last["at"].isna() | (last.reopened_at <= at)
    return is_back & (at >= own.opened_at) & ~own.is_closed_unknown_when & own.knows_states


def with_states(tickets: pd.DataFrame, closings: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the tickets with what they stand at [S1-S11, S16]."""
    is_open = is_open_at(tickets, closings, tickets.index.to_series(), tickets.as_of)
    is_closed = ~is_open & tickets.knows_states
    last = closings.drop_duplicates("ticket", keep="last").set_index("ticket").reindex(tickets.index)
    closed_at = last["at"].where(is_closed)
    seen = changes[changes.changed_at <= changes.as_of].assign(order=changes.status_code.map(STATE_ORDER))
    last_change = seen.sort_values(["ticket", "changed_at", "order"]).drop_duplicates("ticket", keep="last")
    last_said = last_change.set_index("ticket").outcome_code.reindex(tickets.index)
    is_deferred = is_open & (last_said.where(tickets.has_changes, tickets.outcome_code) == "deferred")
    outcome = chosen(
        tickets.index,
        (is_deferred, "deferred"),
        (is_open, None),
        (tickets.is_closed_unknown_when, tickets.stated_outcome),
        (is_closed, last.outcome),
    )
    resolutions = closings[closings.outcome.isin(RESOLUTIONS)]
    # Of one that is open again the reported resolution is the first one only [S9].
    is_undone = ~tickets.has_changes & ~tickets.index.isin(closings.ticket)
    may_resolve = tickets.outcome_code.isin(RESOLUTIONS) | tickets.outcome_code.isna()
    undone = tickets.resolved_at.where(is_undone & may_resolve & (tickets.resolved_at <= tickets.as_of))
    reopened = closings.reopened_at.notna().groupby(closings.ticket).sum().reindex(tickets.index, fill_value=0)
    without_changes = tickets.reopen_count.fillna(pd.Series(0, tickets.index).where(tickets.others_have_changes))
    return tickets.assign(
        is_open=is_open,
        is_closed=is_closed,
        closed_at=closed_at,
        is_deferred=is_deferred,
        outcome=outcome.where(outcome.notna(), None),
        resolved_at=closed_at.where(outcome.isin(RESOLUTIONS)),
        first_resolved_at=resolutions.groupby("ticket")["at"].min().reindex(tickets.index).fillna(undone),
        reopen_count=without_changes.mask(tickets.has_changes, reopened).astype("Int64"),
        clock_end=tickets.as_of.where(is_open, closed_at),
    )


# Durations


def client_wait(tickets: pd.DataFrame, words: pd.DataFrame) -> pd.Series:
    """Return the seconds from answers until the client's next word, or the end of the clock [S6, S13].

    Words of one side in a row are one run: a wait lasts from the beginning of the agent's to that of the client's next.
    """
    end = lookup(words.ticket, tickets.clock_end)
    said = words[(words["at"] <= end) & (~words.is_agent | (words["at"] > words.opened_at))]
    before = said.is_agent.astype("boolean").groupby(said.ticket).shift()
    runs = said[before.isna() | (said.is_agent != before.fillna(False).astype(bool))]
    until = runs.groupby("ticket")["at"].shift(-1).fillna(end)
    waits = whole_seconds(until - runs["at"])[runs.is_agent].groupby(runs.ticket).sum()
    is_known = (tickets.response_basis == "posts") & tickets.clock_end.notna()
    return waits.reindex(tickets.index, fill_value=0).where(is_known).astype("Int64")


def with_durations(tickets: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Return the tickets with their seconds and the band of their resolution [S4-S8, S13]."""
    wait = client_wait(tickets, words)
    desk_seconds = whole_seconds(tickets.clock_end - tickets.opened_at).astype("Int64") - wait
    end = tickets.as_of.where(tickets.is_open, tickets.resolved_at)
    spent = whole_seconds(end - tickets.opened_at).astype("Int64")
    judged = desk_seconds.where(tickets.resolution_clock == "desk").fillna(spent)
    first, last = whole_seconds(tickets.resolution_first), whole_seconds(tickets.resolution_last)
    band = chosen(
        tickets.index,
        (tickets.is_deferred, "deferred"),
        (tickets.outcome.isin(BAND_OF_OUTCOME), tickets.outcome.map(BAND_OF_OUTCOME)),
        (spent.isna(), None),
        (tickets.is_open & (judged <= last), "in_progress"),
        (tickets.is_open, "overdue"),
        (judged <= first, "within_1_week"),
        (judged <= last, "within_2_weeks"),
        otherwise="late",
    )
    return tickets.assign(
        client_wait_seconds=wait, desk_seconds=desk_seconds, resolution_seconds=spent, resolution_band=band
    )


# Activity


def with_activity(tickets: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Return the tickets with their last activity and last word [A2-A4, S11]."""
    end = tickets.closed_at.fillna(tickets.as_of)
    word = last_word(words, tickets.index.to_series(), end)
    stated = tickets.last_activity_at.where(tickets.last_activity_at <= end)
    stated = stated.where(stated >= tickets.opened_at, tickets.opened_at).where(stated.notna())
    is_silent = ~tickets.has_posts & stated.isna()
    at = word["at"].where(tickets.has_posts, stated).fillna(
        tickets.opened_at.where(tickets.response_basis == "posts")
    ).mask(tickets.is_closed_unknown_when)  # fmt: skip
    by = chosen(
        tickets.index,
        (at.isna() | (~tickets.has_posts & ~is_silent), None),
        (word["at"].isna(), "nobody"),
        (word.is_agent.eq(True), "agent"),
        otherwise="client",
    )
    return tickets.assign(last_activity_at=at, last_word_by=by, auto_close_due_at=at + tickets.idle)


def with_auto_close(tickets: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Return the tickets with the state of the inactivity clock, null where there is none [A1, A5-A7]."""
    due_at, as_of = tickets.auto_close_due_at, tickets.as_of
    is_auto_closed = tickets.is_closed & (tickets.outcome == "auto_closed")
    state = chosen(
        tickets.index,
        (due_at.isna() | tickets.is_deferred, None),
        (tickets.is_open & (as_of < due_at - tickets.soon), "active"),
        (tickets.is_open & (as_of < due_at), "closing_soon"),
        (tickets.is_open & (as_of <= due_at + tickets.grace), "due"),
        (tickets.is_open, "missed"),
        (~is_auto_closed, None),
        (tickets.closed_at < due_at, "early"),
        (tickets.closed_at <= due_at + tickets.grace, "on_time"),
        otherwise="late",
    )
    has_written = (tickets.opened_by == "client") | tickets.index.isin(words[~words.is_agent].ticket)
    is_unanswered = tickets.first_answer_at.isna() & (tickets.response_basis != "none")
    is_neglected = chosen(
        tickets.index,
        (state == "active", False),
        (tickets.last_word_by.isna() & ~is_unanswered, None),
        otherwise=(tickets.last_word_by == "client") | (is_unanswered & has_written),
    )
    return tickets.assign(auto_close_state=state, is_neglected=is_neglected)


class Happened:
    """What happened on many desks up to the instants they are looked at: frames, each made of those before."""

    def __init__(self, load: Load):
        self.load = load
        tickets = all_tickets(load)
        posts = effective(load.tables["posts"], "posted_at", tickets)
        changes = effective(load.tables["status_changes"], "changed_at", tickets)
        self.words = words_of(posts)
        has_changes = pd.Series(tickets.index.isin(changes.ticket), tickets.index)
        states = tickets[["status_code", "resolved_at", "closed_at"]].notna().any(axis=1) | has_changes
        tickets = tickets.assign(
            has_posts=tickets.index.isin(posts.ticket),
            has_changes=has_changes,
            others_have_changes=others_hold(has_changes, tickets.desk),
            load_has_posts=lambda all_: all_.has_posts.groupby(all_.desk).transform("any"),
            knows_states=states.groupby(tickets.desk).transform("any"),  # of any ticket of the load [S16]
            response_basis=response_basis(tickets, posts),
            stated_closing=stated_closing(tickets),
            stated_outcome=stated_outcome(tickets),
        )
        self.all_tickets = tickets.assign(
            # The columns say closed, but not when [S11].
            is_closed_unknown_when=~has_changes
            & tickets.status_code.isin(CLOSED_STATES)
            & tickets.stated_closing.isna()
        )
        tickets = self.all_tickets[tickets.opened_at <= tickets.as_of]
        self.changes = changes[changes.ticket.isin(tickets.index)]
        self.closings = closings_of(tickets, self.changes)
        tickets = with_states(tickets, self.closings, self.changes)
        tickets = tickets.assign(clock_start=clock_start(tickets, self.words))
        self.turns = timed(asked_and_answered(tickets, self.words), tickets, load)
        first = self.turns[self.turns.turn_number == 1].set_index("ticket").reindex(tickets.index)
        reported = tickets.reported_at.where(tickets.reported_at <= tickets.as_of)
        tickets = tickets.assign(
            first_answer_at=first.answered_at.where(tickets.response_basis == "posts", reported),
            response_due_at=first.due_at,
            response_band=first.answer_band.where(first.answer_band.notna(), None),
            response_turn_seconds=first.answer_business_seconds,
            is_past_response_limit=first.is_past_limit.eq(True),
        )
        tickets = with_activity(with_durations(tickets, self.words), self.words)
        self.tickets = with_auto_close(tickets, self.words)

    def is_open_at(self, ticket: pd.Series, at: pd.Series) -> pd.Series:
        """Tell whether each ticket is known to be open after everything of a second."""
        return is_open_at(self.tickets, self.closings, ticket, at)
