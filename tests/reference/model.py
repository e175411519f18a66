"""What happened on a desk, up to as_of: tickets, turns, closings, pairs, purchases.

`Desk` holds a whole load; everything asked of "the load" (R1, T9, S10, S16) looks at all of it, and
everything else only at what is dated up to as_of [T4]. Every value is computed where it is asked
for, ticket by ticket, in the words of the readings.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from types import SimpleNamespace

from reference.cells import Row, Tables, to_local
from reference.hours import Hours
from reference.terms import Terms

OPEN_STATES = ("open", "pending", "on_hold")
CLOSED_STATES = ("solved", "closed")
STATE_ORDER = OPEN_STATES + CLOSED_STATES  # within one second [S12]
RESOLUTIONS = ("solved", "not_apparent", "client_specific")
BAND_OF_OUTCOME = {
    "auto_closed": "auto_closed",
    "duplicate": "duplicate",
    "deferred": "deferred",
    "unresolved": "closed_unresolved",
}
OPEN_TURNS = ("waiting", "overdue")
ANY = object()  # of a column that the readings leave open for a row; it is not compared


def seconds(span: timedelta) -> int:
    """Return a span in whole seconds."""
    return int(span.total_seconds())


@dataclass
class Closing:
    """One change from open to closed, and what is known of it."""

    at: datetime
    outcome: str | None
    reopened_at: datetime | None = None


@dataclass
class Turn:
    """A question and, when there is one, its answer [V9]."""

    number: int
    asked_at: datetime
    answered_at: datetime | None = None
    seconds: int | None = None
    due_at: datetime | None = None
    band: str | None = None


@dataclass
class Purchase:
    """A purchase with the interval it covers; `is_unsure` when an undated event may have ended it."""

    id: str
    client_id: str | None
    product_id: str | None
    at: datetime | None
    until: datetime | None
    is_unsure: bool
    row: Row = field(repr=False)

    def covers(self, moment: datetime) -> bool:
        """Tell whether that instant is inside the coverage [P5]."""
        return self.at is not None and self.at <= moment < self.until


class Desk:
    """A whole load, its desk file, its policy and the instant it is looked at."""

    def __init__(self, tables: Tables, hours: Hours, terms: Terms, as_of: datetime):
        self.hours, self.terms, self.as_of = hours, terms, as_of
        self.tables: dict[str, list[SimpleNamespace]] = {
            name: [SimpleNamespace(**Blank(row)) for row in rows] for name, rows in tables.items()
        }
        self.alias = {row["alias_email"]: row["client_email"] for row in tables["aliases"]}
        self.products = {row["product_id"] for row in tables["products"]}
        self.product_alias = {
            row["source_text"]: row["product_id"] for row in tables["product_aliases"] if row.get("product_id")
        }
        rows = {row["ticket_id"]: row for row in tables["tickets"]}
        self.posts = self.effective("posts", "posted_at", rows, tables)
        self.changes = self.effective("status_changes", "changed_at", rows, tables)
        for changes in self.changes.values():
            changes.sort(key=lambda change: (change["changed_at"], STATE_ORDER.index(change["status_code"])))
        self.responded = {row["ticket_id"] for row in rows.values() if row.get("first_responded_at") is not None}
        # Is anything known about what is open and what is not? [S16]
        self.knows_states = bool(self.changes) or any(
            row.get(column) is not None
            for row in rows.values()
            for column in ("status_code", "resolved_at", "closed_at")
        )
        self.all_tickets = [Ticket(self, row) for row in rows.values()]
        self.tickets = {ticket.id: ticket for ticket in self.all_tickets if ticket.opened_at <= as_of}
        self.purchases = [self.purchase(row) for row in tables["purchases"]]

    def effective(self, table: str, at: str, tickets: dict[str, Row], tables: Tables) -> dict[str, list[Row]]:
        """Return dated rows by ticket, without those of unknown tickets or before the creation [S15, M1]."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in tables[table]:
            ticket = tickets.get(row.get("ticket_id"))
            if ticket is not None and row.get(at) is not None and row[at] >= ticket["opened_at"]:
                found[ticket["ticket_id"]].append(row)
        return dict(found)

    def client(self, address: str | None) -> str | None:
        """Return the address at the end of the alias chain [T10]."""
        while address in self.alias:
            address = self.alias[address]
        return address

    def product(self, text: str | None) -> str | None:
        """Return what the desk calls a product, when the export's word is no product_id."""
        return text if text in self.products else self.product_alias.get(text, text)

    def others_hold(self, holding: Collection[str], ticket_id: str) -> bool:
        """Tell whether any other ticket of the load is among those that hold something."""
        return len(holding) > (ticket_id in holding)

    # Purchases

    def purchase(self, row: Row) -> Purchase:
        """Return a purchase with its coverage up to as_of [P1-P4, P7]."""
        at = row.get("purchased_at")
        until, is_unsure = None, False
        if at is not None:
            until = row.get("support_until_at") or self.computed_end(at)
            ends, is_unsure = self.early_ends(row)
            until = min([until, *ends])
        return Purchase(
            row["purchase_id"],
            self.client(row.get("client_email")),
            self.product(row.get("product_id")),
            at,
            until,
            is_unsure,
            row,
        )

    def computed_end(self, at: datetime) -> datetime:
        """Return the start of the local day after the same day of the month so many months later [P7]."""
        months = int(self.terms.number("coverage", "months", at))
        bought = self.hours.day(at)
        year, month = divmod(bought.year * 12 + bought.month - 1 + months, 12)
        last = date(year, month + 1, min(bought.day, monthrange(year, month + 1)[1]))
        return self.hours.start_of(last + timedelta(days=1))

    def early_ends(self, purchase: Row) -> tuple[list[datetime], bool]:
        """Return when full refunds and lost disputes end a coverage, and whether an undated one might [P3, P4, T6, T7]."""
        ends: list[datetime] = []
        amount, currency = purchase.get("amount"), purchase.get("currency_code")
        dated, undated = [], []
        for refund in self.tables["refunds"]:
            if refund.purchase_id != purchase["purchase_id"] or refund.status_code != "approved":
                continue
            if (refund.currency_code or currency) != currency:
                continue
            decided = refund.decided_at or refund.requested_at
            if decided is None:
                undated.append(refund)
            elif decided <= self.as_of:
                dated.append((decided, refund))
        paid_back = 0
        for decided in sorted({decided for decided, _ in dated}):
            for at, refund in dated:
                if at == decided:
                    if refund.amount is None or amount is None:
                        paid_back = None
                    elif paid_back is not None:
                        paid_back += refund.amount
            if paid_back is None or paid_back >= amount:
                ends.append(decided)
                break
        is_unsure = (
            bool(undated)
            and not ends
            and (
                amount is None
                or any(refund.amount is None for refund in undated)
                or paid_back + sum(refund.amount for refund in undated) >= amount
            )
        )
        for dispute in self.tables["chargebacks"]:
            if dispute.purchase_id == purchase["purchase_id"] and dispute.status_code == "lost":
                lost = dispute.closed_at or dispute.opened_at
                if lost is None:
                    is_unsure = True
                elif lost <= self.as_of:
                    ends.append(lost)
        return ends, is_unsure

    def matching(self, client_id: str, product_id: str) -> list[Purchase]:
        """Return the purchases of a client and product, whatever their dates."""
        return [
            purchase
            for purchase in self.purchases
            if purchase.client_id == client_id and purchase.product_id == product_id
        ]

    def has_bought(self, client_id: str) -> bool:
        """Tell whether the client has any purchase in the whole load [P5]."""
        return any(purchase.client_id == client_id for purchase in self.purchases)

    @staticmethod
    def shown(matching: list[Purchase], moment: datetime) -> Purchase | None:
        """Return the covering purchase with the latest end, else the latest one before [E8]."""
        covering = [purchase for purchase in matching if purchase.covers(moment)]
        before = [purchase for purchase in matching if purchase.at is not None and purchase.at <= moment]
        if covering:
            return max(covering, key=lambda purchase: purchase.until)
        return max(before, key=lambda purchase: (purchase.at, purchase.until), default=None)

    # Pairs: the help desk names them, or their texts are the same. How alike other texts are is the product's own
    # measure; the desks compared with the model have only texts that are the same or have nothing in common.

    @cached_property
    def pairs(self) -> list["Pair"]:
        """Return the pairs of tickets about the same issue [D1-D4, D6]."""
        found: dict[tuple[str, str], Pair] = {}
        for ticket in self.tickets.values():
            other = self.tickets.get(ticket.row.get("duplicate_of_id"))
            if other is not None and other is not ticket:
                older, newer = sorted((ticket, other), key=Ticket.order)
                if self.may_pair(older, newer):
                    found[older.id, newer.id] = Pair(self, older, newer)
        for newer in self.tickets.values():
            alike = [
                older
                for older in self.tickets.values()
                if Ticket.order(older) < Ticket.order(newer) and self.may_pair(older, newer) and older.says_what(newer)
            ]
            if alike:
                older = max(alike, key=Ticket.order)
                found[older.id, newer.id] = Pair(self, older, newer)
        return list(found.values())

    def may_pair(self, older: "Ticket", newer: "Ticket") -> bool:
        """Tell whether two tickets can be about the same issue, whatever they say [D1-D2]."""
        window = timedelta(days=self.terms.number("duplicate", "window", newer.opened_at))
        return (
            older.client_id is not None
            and older.client_id == newer.client_id
            and older.product_id is not None
            and older.product_id == newer.product_id
            and newer.opened_at - older.opened_at <= window
            and older.is_open_at(newer.opened_at)
        )

    @cached_property
    def older_ones(self) -> set[str]:
        """Return the tickets that are the older one of a pair [D5]."""
        return {pair.older.id for pair in self.pairs}


def Blank(row: Row) -> dict:  # noqa: N802 - reads like the dict it makes
    """Return a row whose missing columns read as None."""
    columns = {
        "client_email", "registered_at", "list_code", "subscribed_at", "unsubscribed_at", "purchase_id",
        "requested_at", "decided_at", "status_code", "amount", "currency_code", "opened_at", "closed_at",
        "clause", "banned_at", "lifted_at", "reason", "ban_id", "product_id", "released_at", "version", "ticket_id",
        "occurred_at",
    }  # fmt: skip
    return dict.fromkeys(columns) | row


@dataclass
class Pair:
    """Two tickets about one issue, who says so, and which of them was closed first [D3]."""

    desk: Desk
    older: "Ticket"
    newer: "Ticket"

    @property
    def basis(self) -> str:
        """Return helpdesk, text or both [D6]."""
        names = {self.older.id: self.newer, self.newer.id: self.older}
        is_named = any(other.row.get("duplicate_of_id") == name for name, other in names.items())
        if is_named:
            return "both" if self.older.says_what(self.newer) else "helpdesk"
        return "text"

    @property
    def state(self) -> str:
        """Return older_closed, newer_closed, both_open or unknown."""
        since = self.newer.opened_at
        if self.newer.closed_at_unknown_time:
            return "unknown"
        first = {
            ticket: next((closing for closing in ticket.closings if closing.at >= since), None)
            for ticket in (self.older, self.newer)
        }
        old, new = first[self.older], first[self.newer]
        if old is None and new is None:
            return "both_open"
        if old is None or new is None:
            return "newer_closed" if old is None else "older_closed"
        if old.at != new.at:
            return "older_closed" if old.at < new.at else "newer_closed"
        only_newer = new.outcome == "duplicate" and old.outcome != "duplicate"
        return "newer_closed" if only_newer else "older_closed"


class Ticket:
    """One ticket, as it stood at as_of."""

    def __init__(self, desk: Desk, row: Row):
        self.desk, self.row, self.as_of = desk, row, desk.as_of
        self.id: str = row["ticket_id"]
        self.opened_at: datetime = row["opened_at"]
        self.client_id = desk.client(row.get("client_email"))
        self.product_id = desk.product(row.get("product_id"))
        self.opened_by = row.get("opened_by") or "client"
        self.posts = desk.posts.get(self.id, [])
        self.changes = desk.changes.get(self.id, [])
        stated = row.get("first_responded_at")
        self.requirements: list[tuple[str, object]] | None = None  # filled by verdicts, once
        self.reported = stated if stated is not None and stated > self.opened_at else None  # [R6]

    def says_what(self, other: "Ticket") -> bool:
        """Tell whether both say the same, and not of two sites [D6]."""
        return self.text == other.text != "" and (None in (self.site, other.site) or self.site == other.site)

    def order(self) -> tuple[datetime, str]:
        """Return what orders tickets by opening; of one second the smaller id is the older [D4]."""
        return self.opened_at, self.id

    @property
    def text(self) -> str:
        """Return what the ticket says, as two texts are compared for being the same."""
        said = " ".join(self.row.get(column) or "" for column in ("subject", "description"))
        return " ".join(said.lower().split())

    @property
    def site(self) -> str | None:
        """Return the site the ticket is about, None if it names none."""
        return (self.row.get("site_url") or "").strip() or None

    def limit(self, rule: str, parameter: str) -> float:
        """Return a number of the policy in force when the ticket was opened."""
        return self.desk.terms.number(rule, parameter, self.opened_at)

    # Words [M1-M3]

    @cached_property
    def words(self) -> list[tuple[datetime, str]]:
        """Return (when, by whom) of every public, non-automatic post of a client or agent up to as_of."""
        return sorted(
            (
                (post["posted_at"], post["author_role"])
                for post in self.posts
                if post.get("author_role") in ("client", "agent")
                and post.get("is_public") is not False
                and post.get("is_auto") is not True
                and post["posted_at"] <= self.as_of
            ),
            key=lambda word: (word[0], word[1] == "agent"),
        )

    @cached_property
    def basis(self) -> str:
        """Return what the first response is known from [R1]."""
        if self.posts:
            return "posts"
        if self.reported is not None:
            return "reported"
        if self.desk.others_hold(self.desk.posts.keys(), self.id):
            return "posts"
        if self.desk.others_hold(self.desk.responded, self.id):
            return "reported"
        return "none"

    # The response clock

    @cached_property
    def clock_start(self) -> datetime | None:
        """Return when the response clock starts, None while it has not or is not known [R3]."""
        if self.opened_by == "client":
            return self.opened_at
        if self.basis != "posts":
            return None
        return next((at for at, role in self.words if role == "client"), None)

    @cached_property
    def business_day(self) -> int:
        """Return the seconds of a business day for this ticket [C3]."""
        return self.desk.hours.business_day_seconds(self.clock_start)

    @cached_property
    def first_answer(self) -> datetime | None:
        """Return the first answer from posts, or the reported one."""
        if self.basis == "posts":
            if self.clock_start is None:
                return None
            return next((at for at, role in self.words if role == "agent" and at > self.clock_start), None)
        return self.reported if self.reported is not None and self.reported <= self.as_of else None

    def due(self, asked_at: datetime) -> datetime:
        """Return when the last limit for an answer is used up [C8]."""
        return self.desk.hours.due(asked_at, self.limit("response_time", "last") * self.business_day)

    def timed(self, turn: Turn) -> Turn:
        """Fill in the seconds, due instant and band of a turn [R7, V9, S16]."""
        turn.due_at = self.due(turn.asked_at)
        if self.basis == "none":
            return turn
        first = self.limit("response_time", "first") * self.business_day
        last = self.limit("response_time", "last") * self.business_day
        spent = self.desk.hours.business_seconds
        if turn.answered_at is not None:
            turn.seconds = spent(turn.asked_at, turn.answered_at)
            turn.band = "within_1_day" if turn.seconds <= first else "within_2_days" if turn.seconds <= last else "late"
        elif self.is_open:
            turn.seconds = spent(turn.asked_at, self.as_of)
            turn.band = "waiting" if turn.seconds <= last else "overdue"
        elif self.is_open is False:
            turn.seconds = None if self.closed_at is None else spent(turn.asked_at, self.closed_at)
            turn.band = "closed_unanswered"
        return turn

    @cached_property
    def turns(self) -> list[Turn]:
        """Return the questions of the ticket in order [V9]."""
        if self.clock_start is None:
            return []
        if self.basis != "posts":
            return [self.timed(Turn(1, self.clock_start, self.first_answer))]
        turns = [Turn(1, self.clock_start)]
        for at, role in self.words:
            asked = turns[-1]
            if asked.answered_at is None:
                if role == "agent" and at > asked.asked_at:
                    asked.answered_at = at
            elif role == "client":
                turns.append(Turn(len(turns) + 1, at))
        return [self.timed(turn) for turn in turns]

    # States

    @cached_property
    def stated_closing(self) -> datetime | None:
        """Return the closing the ticket's own columns state, whenever it was [S1, S11]."""
        if self.row.get("status_code") in OPEN_STATES:
            return None
        resolved, closed = self.row.get("resolved_at"), self.row.get("closed_at")
        if self.row.get("outcome_code") in (*RESOLUTIONS, None):
            return resolved or closed
        return closed or resolved

    @cached_property
    def closed_at_unknown_time(self) -> bool:
        """Tell whether the columns say closed, but not when [S11]."""
        return not self.changes and self.row.get("status_code") in CLOSED_STATES and self.stated_closing is None

    @cached_property
    def closings(self) -> list[Closing]:
        """Return every change from open to closed up to as_of, in order [S1-S4]."""
        return self.closings_from_changes() if self.changes else self.closings_from_columns()

    def closings_from_columns(self) -> list[Closing]:
        """Return the one closing that the ticket's own columns state."""
        if self.stated_closing is None or self.stated_closing > self.as_of:
            return []
        return [Closing(self.stated_closing, self.stated_outcome)]

    @property
    def stated_outcome(self) -> str | None:
        """Return the outcome the columns of a closed ticket state [S4]."""
        if self.row.get("outcome_code"):
            return self.row["outcome_code"]
        says_solved = self.row.get("status_code") == "solved" or self.row.get("resolved_at") is not None
        return "solved" if says_solved else None

    def closings_from_changes(self) -> list[Closing]:
        """Return the closings that the status changes state."""
        spells: list[list[Row]] = []  # the changes of each closed spell, over the whole load
        reopened: list[datetime | None] = []
        is_closed = False
        for change in self.changes:
            if change["status_code"] in CLOSED_STATES:
                if not is_closed:
                    spells.append([])
                    reopened.append(None)
                spells[-1].append(change)
                is_closed = True
            elif is_closed:
                reopened[-1] = change["changed_at"]
                is_closed = False
        found: list[Closing] = []
        for number, spell in enumerate(spells):
            seen = [change for change in spell if change["changed_at"] <= self.as_of]
            if not seen:
                continue
            stated = [change["outcome_code"] for change in seen if change.get("outcome_code")]
            ends_the_load = number == len(spells) - 1 and reopened[number] is None
            outcome = stated[-1] if stated else self.row.get("outcome_code") if ends_the_load else None
            if outcome is None and seen[0]["status_code"] == "solved":
                outcome = "solved"
            back = reopened[number]
            found.append(Closing(seen[0]["changed_at"], outcome, back if back and back <= self.as_of else None))
        return found

    def is_open_at(self, moment: datetime) -> bool:
        """Tell whether the ticket is known to be open after everything of that second (at most as_of)."""
        if moment < self.opened_at or self.closed_at_unknown_time or not self.desk.knows_states:
            return False
        passed = [closing for closing in self.closings if closing.at <= moment]
        return not passed or (passed[-1].reopened_at is not None and passed[-1].reopened_at <= moment)

    @cached_property
    def is_open(self) -> bool | None:
        """Tell whether the ticket is open at as_of, None if nothing is known of any [S16]."""
        return self.is_open_at(self.as_of) if self.desk.knows_states else None

    @cached_property
    def last_closing(self) -> Closing | None:
        """Return the closing that ended the ticket, None while it is open or the time is unknown."""
        return self.closings[-1] if self.is_open is False and self.closings else None

    @property
    def closed_at(self) -> datetime | None:
        """Return when the closing that ended the ticket was."""
        return self.last_closing.at if self.last_closing else None

    @cached_property
    def is_deferred(self) -> bool:
        """Tell whether the ticket is open, on hold for a release [S7]."""
        if not self.is_open:
            return False
        if not self.changes:
            return self.row.get("outcome_code") == "deferred"
        seen = [change for change in self.changes if change["changed_at"] <= self.as_of]
        return bool(seen) and seen[-1].get("outcome_code") == "deferred"

    @cached_property
    def outcome(self) -> str | None:
        """Return the outcome the ticket stands at."""
        if self.is_open:
            return "deferred" if self.is_deferred else None
        if self.closed_at_unknown_time:
            return self.stated_outcome
        return self.last_closing.outcome if self.last_closing else None

    @cached_property
    def reopen_count(self) -> int | None:
        """Return how often the ticket came back [S10]."""
        if self.changes:
            return sum(closing.reopened_at is not None for closing in self.closings)
        if self.row.get("reopen_count") is not None:
            return self.row["reopen_count"]
        return 0 if self.desk.others_hold(self.desk.changes.keys(), self.id) else None

    # The resolution clock

    @cached_property
    def resolved_at(self) -> datetime | None:
        """Return the last closing, if it is a resolution [S5]."""
        return self.closed_at if self.outcome in RESOLUTIONS else None

    @cached_property
    def first_resolved_at(self) -> datetime | None:
        """Return the first closing that was a resolution, even if it was undone [S5, S9]."""
        if not self.changes and not self.closings:
            resolved = self.row.get("resolved_at")
            is_resolution = self.row.get("outcome_code") in (*RESOLUTIONS, None)
            return resolved if is_resolution and resolved is not None and resolved <= self.as_of else None
        return next((closing.at for closing in self.closings if closing.outcome in RESOLUTIONS), None)

    @cached_property
    def clock_end(self) -> datetime | None:
        """Return where the wait of the client and the desk's time end [S6]."""
        return self.as_of if self.is_open else self.closed_at

    @cached_property
    def client_wait(self) -> int | None:
        """Return the seconds from answers until the client's next word [S13]."""
        if self.basis != "posts" or self.clock_end is None:
            return None
        waited, since = timedelta(), None
        for at, role in self.words:
            if at > self.clock_end:
                break
            if role == "client" and since is not None:
                waited, since = waited + (at - since), None
            elif role == "agent" and since is None and at > self.opened_at:
                since = at
        return seconds(waited + (self.clock_end - since if since is not None else timedelta()))

    @cached_property
    def desk_seconds(self) -> int | None:
        """Return the elapsed seconds that were not the client's wait [S13]."""
        if self.client_wait is None:
            return None
        return seconds(self.clock_end - self.opened_at) - self.client_wait

    @cached_property
    def resolution_seconds(self) -> int | None:
        """Return the elapsed seconds to the resolution, or to as_of while open [S6]."""
        end = self.as_of if self.is_open else self.resolved_at
        return None if end is None else seconds(end - self.opened_at)

    @cached_property
    def resolution_band(self) -> str | None:
        """Return the band of the resolution [S4-S8]."""
        if self.is_deferred:
            return "deferred"
        if self.outcome in BAND_OF_OUTCOME:
            return BAND_OF_OUTCOME[self.outcome]
        spent = self.resolution_seconds
        if spent is None:
            return None
        clock = self.desk.terms.version("resolution_time", "clock", self.opened_at)[1]
        if clock == "desk" and self.desk_seconds is not None:
            spent = self.desk_seconds
        first, last = (self.limit("resolution_time", parameter) * 86400 for parameter in ("first", "last"))
        if self.is_open:
            return "in_progress" if spent <= last else "overdue"
        return "within_1_week" if spent <= first else "within_2_weeks" if spent <= last else "late"

    # Activity

    @cached_property
    def activity(self) -> tuple[datetime | None, str | None]:
        """Return (last_activity_at, last_word_by) [A2-A4, S11]."""
        if self.closed_at_unknown_time:
            return None, None
        end = self.closed_at or self.as_of
        if not self.posts:
            stated = self.row.get("last_activity_at")
            if stated is not None and stated <= end:
                return max(stated, self.opened_at), None
            return (self.opened_at, "nobody") if self.basis == "posts" else (None, None)
        words = [word for word in self.words if word[0] <= end]
        return words[-1] if words else (self.opened_at, "nobody")

    @property
    def auto_close_due_at(self) -> datetime | None:
        """Return when the ticket has been inactive for the whole of its limit."""
        last = self.activity[0]
        return None if last is None else last + timedelta(days=self.limit("auto_close", "idle"))

    @cached_property
    def auto_close_state(self) -> str | None:
        """Return the state of the inactivity clock, None where there is none [A1, A6, A7]."""
        due = self.auto_close_due_at
        if due is None or self.is_open is None:
            return None
        grace = timedelta(hours=self.limit("auto_close", "grace"))
        if self.is_open:
            if self.is_deferred:
                return None
            if self.as_of < due - timedelta(hours=self.limit("auto_close", "soon")):
                return "active"
            return "closing_soon" if self.as_of < due else "due" if self.as_of <= due + grace else "missed"
        if self.outcome != "auto_closed":
            return None
        return "early" if self.closed_at < due else "on_time" if self.closed_at <= due + grace else "late"

    @cached_property
    def is_neglected(self) -> bool | None:
        """Tell whether the desk, not the client, fell silent [A5]."""
        last_word_by = self.activity[1]
        has_written = self.opened_by == "client" or any(role == "client" for _, role in self.words)
        is_unanswered = self.first_answer is None and self.basis != "none"
        if self.auto_close_state == "active":
            return False
        if last_word_by is None and not is_unanswered:
            return None
        return last_word_by == "client" or (is_unanswered and has_written)

    def local_day(self, moment: datetime) -> date:
        """Return the desk's local day of an instant."""
        return to_local(moment, self.desk.hours.zone).date()
