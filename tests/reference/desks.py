"""Random desks: small exports in the house dialect, made to sit on every edge of the readings.

`make(seed)` always gives the same desk for a seed. Instants are drawn from what a limit compares:
the same second, one second either side, the instants at which a limit is used up, local midnights,
the hour that happens twice and the one that never does.
"""

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from reference.cells import Tables, loaded, to_local, to_utc
from reference.hours import WEEKDAYS, Hours
from reference.terms import REQUIREMENTS, VARIED, Terms, published

ZONES = (
    "Europe/Vilnius", "Europe/Vilnius", "America/New_York", "UTC", "Asia/Kolkata", "Australia/Lord_Howe",
    "Asia/Beirut", "America/Havana", "Europe/London", "Africa/Cairo",
)  # fmt: skip
WEEKS = (
    {day: ["09:00-17:00"] for day in WEEKDAYS[:5]},
    {day: ["09:00-13:00", "14:00-18:00"] for day in WEEKDAYS[:5]},
    {"mon": ["09:00-18:00"], "tue": ["09:00-18:00"], "wed": ["09:00-12:00"], "thu": ["08:00-16:00"], "fri": ["08:00-16:00"]},
    {day: ["00:00-24:00"] for day in WEEKDAYS},
    {"sat": ["10:00-12:00"], "sun": ["01:00-03:30", "03:30-05:00", "22:00-24:00"], "mon": ["00:00-06:00"]},
    {"mon": ["08:00-08:30"], "thu": ["20:15-20:45", "23:59:59-24:00"]},
)  # fmt: skip
COUNTRIES = (("LT", None), ("DE", "BY"), ("US", None), ("GB", "ENG"), ("IN", None))
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
STEPS = (
    timedelta(), timedelta(), SECOND, -SECOND, timedelta(seconds=5), timedelta(minutes=10), timedelta(seconds=601), HOUR,
    3 * HOUR, 5 * HOUR, DAY, DAY + SECOND, 2 * DAY, 3 * DAY, 6 * DAY, 7 * DAY, 7 * DAY + SECOND, 8 * DAY - SECOND, 8 * DAY,
    8 * DAY + SECOND, 9 * DAY, 9 * DAY + SECOND, 10 * DAY, 14 * DAY, 14 * DAY + SECOND, 20 * DAY, 30 * DAY,
    30 * DAY + SECOND,
)  # fmt: skip
OUTCOMES = ("solved", "not_apparent", "client_specific", "auto_closed", "duplicate", "deferred", "unresolved")
ADDRESSES = ("ada@example.org", "ben@example.org", "cleo@example.org", "dan@example.net", "eve@example.net")
COLUMNS = {
    "clients": ("client_email", "name", "registered_at"),
    "products": ("product_id", "product_name"),
    "releases": ("product_id", "version", "released_at"),
    "product_aliases": ("source_text", "product_id"),
    "purchases": (
        "purchase_id", "client_email", "product_id", "purchased_at", "amount", "currency_code", "has_support_extra",
        "support_until_at", "support_extra_from_at",
    ),
    "refunds": ("refund_id", "purchase_id", "requested_at", "decided_at", "status_code", "amount", "currency_code"),
    "chargebacks": ("chargeback_id", "purchase_id", "opened_at", "closed_at", "status_code", "amount", "currency_code"),
    "subscriptions": ("client_email", "list_code", "subscribed_at", "unsubscribed_at"),
    "tickets": (
        "ticket_id", "client_email", "product_id", "subject", "description", "channel_code", "category_code",
        "status_code", "opened_by", "opened_at", "first_responded_at", "resolved_at", "closed_at", "outcome_code",
        "duplicate_of_id", "reopen_count", "agent_id", "last_activity_at", "version", "environment", "backup_code",
        "site_url",
    ),
    "posts": ("post_id", "ticket_id", "author_role", "is_public", "is_auto", "posted_at"),
    "status_changes": ("ticket_id", "changed_at", "status_code", "outcome_code"),
    "incidents": ("incident_id", "client_email", "ticket_id", "clause", "occurred_at", "recorded_by"),
    "bans": ("ban_id", "client_email", "clause", "banned_at", "lifted_at", "reason"),
    "aliases": ("alias_email", "client_email"),
}  # fmt: skip
MAY_LACK_COLUMNS = {
    "clients": ("registered_at",),
    "purchases": ("has_support_extra", "support_until_at", "support_extra_from_at", "amount"),
    "refunds": ("requested_at", "decided_at", "amount"),
    "chargebacks": ("closed_at",),
    "subscriptions": ("list_code", "unsubscribed_at"),
    "tickets": COLUMNS["tickets"][1:9] + COLUMNS["tickets"][10:19],
    "posts": ("is_public", "is_auto"),
    "status_changes": ("outcome_code",),
    "bans": ("lifted_at", "reason"),
}
TextTables = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class RandomDesk:
    """One desk: its export as text, its desk file, its policy and the instants it is looked at (UTC)."""

    seed: int
    tables: TextTables
    toml: str
    policy: list[dict[str, str]]
    as_ofs: tuple[datetime, ...]

    @property
    def as_of(self) -> datetime:
        """Return the instant the data was made around."""
        return self.as_ofs[0]

    @cached_property
    def hours(self) -> Hours:
        """Return the opening hours the desk file states."""
        return Hours(tomllib.loads(self.toml))

    @cached_property
    def terms(self) -> Terms:
        """Return the parameters the policy file states."""
        return Terms(self.policy, self.hours)

    @cached_property
    def typed(self) -> Tables:
        """Return the rows a load keeps."""
        return loaded(self.tables, self.hours.zone)

    def with_tables(self, tables: TextTables) -> "RandomDesk":
        """Return the same desk with other rows."""
        return replace(self, tables=tables)


def make(seed: int) -> RandomDesk:
    """Return the random desk of a seed."""
    return Maker(seed).made()


def toml_of(desk: dict) -> str:
    """Return a desk file as TOML."""

    def lists(week: dict[str, list[str]]) -> list[str]:
        return [f"{day} = {windows!r}".replace("'", '"') for day, windows in week.items()]

    lines = [f'name = "Desk"\ntimezone = "{desk["timezone"]}"']
    if "business_day_hours" in desk:
        lines.append(f"business_day_hours = {desk['business_day_hours']}")
    lines += ["[hours]", *lists(desk["hours"])]
    if "holidays" in desk:
        stated = desk["holidays"]
        lines.append("[holidays]")
        lines += [f'{key} = "{stated[key]}"' for key in ("country", "subdivision") if stated.get(key)]
        lines.append(f"dates = [{', '.join(map(str, stated['dates']))}]")
        partial = [
            f"{{ on = {entry['on']}, open = {entry['open']!r} }}".replace("'", '"') for entry in stated["partial"]
        ]
        lines.append(f"partial = [{', '.join(partial)}]")
    for entry in desk["maintenance"]:
        lines.append("[[maintenance]]")
        if "weekly" in entry:
            lines.append(f"weekly = {{ {', '.join(lists(entry['weekly']))} }}")
            lines += [f"{key} = {entry[key]}" for key in ("from", "until") if key in entry]
        else:
            lines += [f"{key} = {entry[key].isoformat()}" for key in ("starts_at", "ends_at")]
    for change in desk["hours_change"]:
        lines += ["[[hours_change]]", f"from = {change['from']}", "[hours_change.hours]", *lists(change["hours"])]
    return "\n".join(lines) + "\n"


class Maker:
    """The dice, and everything made with them so far."""

    def __init__(self, seed: int):
        self.seed, self.dice = seed, Random(seed)
        self.zone = ZoneInfo(self.pick(ZONES))
        self.as_of = self.some_as_of()
        self.toml = toml_of(self.desk())
        self.hours = Hours(tomllib.loads(self.toml))
        self.policy = self.some_policy()
        self.terms = Terms(self.policy, self.hours)
        self.tables: TextTables = {name: [] for name in COLUMNS}
        self.opened: dict[str, datetime] = {}

    def pick(self, choices):
        """Return one of the choices."""
        return self.dice.choice(choices)

    def maybe(self, share: float) -> bool:
        """Return true in that share of the calls."""
        return self.dice.random() < share

    # The desk and its policy

    def some_as_of(self) -> datetime:
        """Return an as_of, often shortly after a change of the clocks or on a local midnight."""
        instant = datetime(2024, 1, 1) + timedelta(seconds=self.dice.randrange(3 * 365 * 86400))
        if self.maybe(0.5):
            instant = self.clock_change(instant) + self.pick((DAY, 3 * DAY, 9 * DAY, 15 * DAY, 40 * DAY, 4 * HOUR))
        local = to_local(instant, self.zone)
        if self.maybe(0.4):
            local = local.replace(hour=self.pick((0, 9, 12, 17)), minute=0, second=0)
        return to_utc(local, self.zone)

    def clock_change(self, instant: datetime) -> datetime:
        """Return the next change of the clocks after an instant (the instant itself without one)."""

        def offset(at: datetime) -> timedelta:
            return at.replace(tzinfo=UTC).astimezone(self.zone).utcoffset()

        day = instant.replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(370):
            if offset(day + DAY) != offset(day):
                while offset(day + HOUR / 2) == offset(day):
                    day += HOUR / 2
                return day + HOUR / 2
            day += DAY
        return instant

    def around(self, dice: Random | None = None) -> date:
        """Return a local day near the data."""
        return to_local(self.as_of, self.zone).date() - timedelta(days=(dice or self.dice).randrange(-8, 45))

    def desk(self) -> dict:
        """Return a random desk file as a dict."""
        desk: dict = {"timezone": self.zone.key, "hours": self.pick(WEEKS), "maintenance": [], "hours_change": []}
        if self.maybe(0.25):
            desk["business_day_hours"] = self.pick((8, 7.5, 4))
        if self.maybe(0.7):
            country, subdivision = self.pick(COUNTRIES)
            partial_days = {self.around() for _ in range(self.dice.randrange(3))}
            desk["holidays"] = {
                "dates": sorted({self.around() for _ in range(self.dice.randrange(4))}),
                "partial": [
                    {"on": day, "open": self.pick((["09:00-12:00"], ["10:00-11:00", "22:00-24:00"]))}
                    for day in sorted(partial_days)
                ],
            }
            if self.maybe(0.7):
                desk["holidays"] |= {"country": country, "subdivision": subdivision}
        for _ in range(self.dice.randrange(4)):
            if self.maybe(0.4):
                entry: dict = {
                    "weekly": {self.pick(WEEKDAYS): [self.pick(("02:00-06:00", "12:30-13:30", "16:00-24:00"))]}
                }
                if self.maybe(0.6):
                    entry["from"] = self.around()
                if self.maybe(0.5):
                    entry["until"] = entry.get("from", self.around()) + timedelta(days=self.pick((1, 7, 20)))
            else:
                start = datetime.combine(self.around(), datetime.min.time()) + timedelta(
                    minutes=self.dice.randrange(1440)
                )
                entry = {"starts_at": start, "ends_at": start + self.pick((SECOND, HOUR, 3 * HOUR, 30 * HOUR))}
                if self.maybe(0.5):
                    entry = {key: moment.replace(tzinfo=UTC) for key, moment in entry.items()}
            desk["maintenance"].append(entry)
        if self.maybe(0.35):
            desk["hours_change"].append({"from": self.around(), "hours": self.pick(WEEKS)})
        return desk

    def some_policy(self) -> list[dict[str, str]]:
        """Return the published policy with some values changed, and some changed again amid the data."""
        rows = published()
        for rule in sorted({rule for rule, _ in VARIED} | set(REQUIREMENTS)):
            own = [row for row in rows if row["rule"] == rule and row["parameter"]]
            self.dice = Random(f"{self.seed} {rule}")  # a rule more changes nothing else of the desks
            if self.maybe(0.4):
                for row in own:
                    row["value"] = self.other(row)
            if own and self.maybe(0.25):
                if self.maybe(0.4):  # tickets older than the first version
                    start = self.around().isoformat()
                    for row in own:
                        row["effective_on"] = start
                first = min(date.fromisoformat(row["effective_on"]) for row in own)
                day = max(self.around(), first + timedelta(days=1))
                rows += [row | {"effective_on": day.isoformat(), "value": self.other(row)} for row in own]
        self.dice = Random(f"{self.seed} rows")
        return rows

    def other(self, row: dict[str, str]) -> str:
        """Return another value for a row of the policy, or its own."""
        if row["parameter"] == "required":
            return "false" if self.maybe(0.3) else "true"
        choices = {
            ("response_time", "first"): ("0.5", "1"),
            ("response_time", "last"): ("1", "2", "3", "1.5"),
            ("resolution_time", "first"): ("3", "7"),
            ("resolution_time", "last"): ("7", "14", "10"),
            ("resolution_time", "clock"): ("elapsed", "desk"),
            ("coverage", "months"): ("1", "6", "12", "18"),
            ("auto_close", "idle"): ("8", "5", "10"),
            ("auto_close", "grace"): ("24", "12"),
            ("auto_close", "soon"): ("48", "24"),
            ("duplicate", "window"): ("30", "14"),
            ("post_burst", "posts"): ("3", "2", "4"),
            ("post_burst", "window"): ("10", "1", "60"),
            ("channel", "accepted"): ("ticket", "ticket|other", "ticket|email"),
        }
        return self.pick(choices.get((row["rule"], row["parameter"]), (row["value"],)))

    # Cells

    def at(self, instant: datetime | None) -> str:
        """Return an instant as the text of a cell, in one of the ways exports write it."""
        if instant is None:
            return ""
        local = to_local(instant, self.zone)
        style = self.dice.randrange(20)
        if style == 0:
            return f"{instant:%Y%m%dT%H%M%S},5Z"
        if style < 10:
            return f"{instant.isoformat()}Z"
        if style < 12:
            return instant.replace(tzinfo=UTC).astimezone(ZoneInfo("Asia/Kolkata")).isoformat()
        if style < 14:
            return f"{instant.isoformat(sep=' ')}.900Z"
        if style == 19 and self.maybe(0.3):
            return local.date().isoformat()
        # A local time: it may be one that happens twice, and then reads as the first of the two.
        return local.isoformat(sep=self.pick(("T", " ")))

    def never(self) -> str:
        """Return a local time around the change of the clocks, perhaps one that never was."""
        change = to_local(self.clock_change(self.as_of - 60 * DAY) - HOUR, self.zone)
        return (change + timedelta(minutes=self.pick((0, 30, 59, 60, 61, 90, 119, 120, 150)))).isoformat()

    def address(self) -> str:
        """Return an address, perhaps written carelessly."""
        address = self.pick(ADDRESSES)
        return f" {address.upper()} " if self.maybe(0.15) else address

    def near(self, *bases: datetime) -> datetime:
        """Return an instant on or beside an edge of one of the bases."""
        base = self.pick(bases)
        draw = self.dice.random()
        if draw < 0.15:
            return base + timedelta(seconds=self.dice.randrange(20 * 86400))
        if draw < 0.35:
            days = self.pick((1, 2, 1, 2, 0.5, 1.5, 3))
            due = self.hours.due(base, days * self.hours.business_day_seconds(base))
            return due + self.pick((-SECOND, timedelta(), SECOND))
        if draw < 0.42:
            return self.as_of + self.pick((-SECOND, timedelta(), SECOND, DAY, -HOUR))
        if draw < 0.47:
            return self.hours.start_of(self.hours.day(base) + timedelta(days=self.pick((0, 1, 3)))) - self.pick(
                (SECOND, timedelta())
            )
        return base + self.pick(STEPS)

    # Rows

    def made(self) -> RandomDesk:
        """Return the desk."""
        self.modes()
        for name in ("A", "B", "C"):
            if self.maybe(0.9):
                self.add("products", product_id=name, product_name=f"Product {name}")
        if self.maybe(0.3):
            self.add("product_aliases", source_text="alpha edition", product_id="A")
            self.add("product_aliases", source_text="B", product_id="C")
        if self.maybe(0.5):
            self.add("aliases", alias_email=ADDRESSES[1].upper(), client_email=ADDRESSES[0])
        if self.maybe(0.4):
            self.add("aliases", alias_email=ADDRESSES[2], client_email=ADDRESSES[1])
        for number in range(self.dice.randrange(10, 61)):
            self.ticket(f"T{number:02}" if self.maybe(0.9) else f"{number}")
        for number in range(self.dice.randrange(3, 20)):
            self.purchase(f"P{number}")
        self.people()
        self.strays()
        self.releases()
        self.reported()
        self.careless()
        self.drop()
        asked = self.pick(sorted(self.opened.values()))
        early = asked + self.pick((timedelta(), SECOND, DAY, 8 * DAY, 14 * DAY))
        if self.maybe(0.4):  # the instant an answer is due, and the one after
            days = self.terms.number("response_time", "last", asked)
            early = self.hours.due(asked, days * self.hours.business_day_seconds(asked)) + self.pick(
                (timedelta(), SECOND)
            )
        as_ofs = tuple(dict.fromkeys((self.as_of, min(early, self.as_of))))
        if self.maybe(0.15):  # before there was anything, and long after
            as_ofs += (self.as_of - 400 * DAY, self.as_of + 400 * DAY)
        return RandomDesk(self.seed, self.tables, self.toml, self.policy, as_ofs)

    def modes(self) -> None:
        """Decide what this export holds at all: posts, status changes, reported columns."""
        self.posts_share = self.pick((0, 0.5, 0.9, 1))
        self.changes_share = self.pick((0, 0, 0.5, 1))
        self.columns_share = self.pick((0, 0.4, 0.9, 1))
        self.good_share = self.pick((0.1, 0.6, 0.95))

    def add(self, table: str, **cells: str) -> None:
        """Append a record; now and then the same key once more, later in the file."""
        if self.maybe(0.02):
            self.tables[table].append(
                cells | {key: "" for key in cells if key in ("outcome_code", "lifted_at", "name")}
            )
        self.tables[table].append(cells)

    def some_opening(self) -> datetime:
        """Return when a ticket is opened."""
        draw = self.dice.random()
        if draw < 0.3:
            return self.as_of - self.pick(STEPS) - self.pick((timedelta(), 6 * DAY, timedelta()))
        if draw < 0.5 and self.opened:
            return self.near(*self.opened.values())
        if draw < 0.65:
            local = datetime.combine(self.around(), datetime.min.time()) + self.pick(
                (0 * HOUR, 9 * HOUR, 17 * HOUR, 17 * HOUR - SECOND, 9 * HOUR - SECOND, 13 * HOUR, 24 * HOUR - SECOND)
            )
            return to_utc(local, self.zone)
        return self.as_of - timedelta(seconds=self.dice.randrange(50 * 86400))

    def ticket(self, ticket_id: str) -> None:
        """Add a ticket with whatever the export tells about it."""
        opened = self.some_opening()
        if self.maybe(0.97):
            opened = min(opened, self.as_of)
        cells = {
            "ticket_id": ticket_id,
            "client_email": "" if self.maybe(0.06) else self.address(),
            "product_id": self.pick(("A", "A", "A", "B", "C", "alpha edition", "")),
            "subject": f"subject {ticket_id}",
            "description": self.pick((f"words of {ticket_id}", "", "  ", f"{ticket_id} does not start")),
            "channel_code": self.pick(("ticket", "ticket", "ticket", "email", "phone", "chat", "other", "")),
            "category_code": self.pick(("product", "product", "web", "email", "general", "")),
            "opened_by": self.pick(("client", "client", "", "agent")),
            "opened_at": self.never() if self.maybe(0.02) else self.at(opened),
            "agent_id": self.pick(("s1", "s2", "")),
            "duplicate_of_id": "",
            "reopen_count": self.pick(("0", "2")) if self.maybe(0.2 * self.columns_share) else "",
        }
        if self.maybe(self.good_share):
            cells |= {"channel_code": "ticket", "category_code": "product", "description": f"what {ticket_id} is about"}
        if self.tables["tickets"] and self.maybe(0.3):
            self.name_pair(cells)
        self.same_text(cells)
        moments = [opened]
        if self.maybe(self.posts_share):
            moments += self.posts(ticket_id, opened)
        if self.maybe(self.changes_share):
            moments += self.changes(ticket_id, opened, moments)
        if self.maybe(self.columns_share):
            cells |= self.columns(opened, moments)
        self.opened[ticket_id] = opened
        self.add("tickets", **cells)

    def name_pair(self, cells: dict[str, str]) -> None:
        """Let the help desk call this ticket and an earlier record one issue, on either side of the pair."""
        other = self.pick(self.tables["tickets"][-12:])
        if self.maybe(0.8):
            cells |= {column: other[column] for column in ("client_email", "product_id")}
        if self.maybe(0.5):
            cells["duplicate_of_id"] = (
                other["ticket_id"] if self.maybe(0.9) else self.pick(("nowhere", cells["ticket_id"]))
            )
        else:
            other["duplicate_of_id"] = cells["ticket_id"]

    def same_text(self, cells: dict[str, str]) -> None:
        """Let some tickets say what an earlier one of the same client says, of the same site or another [D6]."""
        dice = Random(f"{self.seed} text of {cells['ticket_id']}")
        cells["site_url"] = dice.choice(("", "", "https://one.example", "https://two.example"))
        if self.tables["tickets"] and dice.random() < 0.15:
            other = dice.choice(self.tables["tickets"][-12:])
            cells |= {column: other[column] for column in ("client_email", "product_id", "subject", "description")}

    def posts(self, ticket_id: str, opened: datetime) -> list[datetime]:
        """Add the posts of a ticket; return their instants."""
        moments = [opened]
        for number in range(self.pick((0, 1, 1, 2, 3, 4, 6, 8))):
            moment = self.near(*moments[-2:])
            moments.append(moment)
            self.add(
                "posts",
                post_id=f"{ticket_id}-{number}",
                ticket_id=ticket_id,
                author_role=self.pick(("client", "client", "client", "agent", "agent", "agent", "agent", "system", "")),
                is_public=self.pick(("true", "true", "yes", "1", "", "", "false", "NO")),
                is_auto=self.pick(("", "", "false", "0", "false", "True")),
                posted_at="" if self.maybe(0.02) else self.at(moment),
            )
        moments += self.hasty_posts(ticket_id, moments[-1])
        return moments[1:]

    def hasty_posts(self, ticket_id: str, start: datetime) -> list[datetime]:
        """Add, to some tickets, posts in quick succession, mostly of the client; return their instants [B1-B3]."""
        dice = Random(f"{self.seed} {ticket_id}")  # of its own: the other draws stay as they are
        moments: list[datetime] = []
        for number in range(dice.choice((0, 0, 0, 3, 4, 6, 9))):
            start += timedelta(seconds=dice.choice((0, 1, 30, 60, 299, 300, 300, 300, 301, 600, 1800)))
            moments.append(start)
            self.add(
                "posts",
                post_id=f"{ticket_id}-hasty-{number}",
                ticket_id=ticket_id,
                author_role=dice.choice(("client",) * 7 + ("agent", "system")),
                is_public=dice.choice(("true",) * 7 + ("false",)),
                is_auto=dice.choice(("",) * 7 + ("true",)),
                posted_at=f"{start.isoformat()}Z",
            )
        return moments

    def changes(self, ticket_id: str, opened: datetime, moments: list[datetime]) -> list[datetime]:
        """Add the status changes of a ticket; return their instants."""
        when = sorted(self.near(*moments) for _ in range(self.pick((0, 1, 1, 2, 2, 3, 4, 6))))
        if self.maybe(0.3):
            closed = self.forgotten(max(moments))
            when = [moment for moment in when if moment < closed]
            self.add(
                "status_changes",
                ticket_id=ticket_id,
                changed_at=self.at(closed),
                status_code="closed",
                outcome_code="auto_closed",
            )
        for number, moment in enumerate(when):
            if number and self.maybe(0.15):
                moment = when[number - 1]
            status = self.pick(("open", "pending", "on_hold", "solved", "solved", "closed", "closed", "open"))
            is_closing = status in ("solved", "closed")
            outcome = self.pick((*OUTCOMES, "auto_closed", "auto_closed", "")) if is_closing and self.maybe(0.7) else ""
            if status == "on_hold" and self.maybe(0.6):
                outcome = "deferred"
            self.add(
                "status_changes",
                ticket_id=ticket_id,
                changed_at=self.at(moment),
                status_code=status,
                outcome_code=outcome,
            )
        return when

    def forgotten(self, last: datetime) -> datetime:
        """Return when a ticket that fell silent is closed: on an edge of what 4.6 allows."""
        idle = timedelta(days=self.terms.number("auto_close", "idle", last))
        grace = timedelta(hours=self.terms.number("auto_close", "grace", last))
        return last + idle + self.pick((-SECOND, timedelta(), HOUR, grace, grace + SECOND, grace - SECOND))

    def columns(self, opened: datetime, moments: list[datetime]) -> dict[str, str]:
        """Return what the help desk itself reports about a ticket, consistent or not."""
        status = self.pick(("open", "pending", "on_hold", "solved", "closed", "closed", ""))
        has_ended = status in ("solved", "closed") or self.maybe(0.25 if status else 0.6)
        resolved = self.near(*moments) if has_ended and self.maybe(0.55) else None
        closed = self.near(*moments, *([resolved] if resolved else [])) if has_ended and self.maybe(0.6) else None
        resolved, closed = (moment and max(moment, opened) for moment in (resolved, closed))
        responded = max(self.near(opened), opened) if self.maybe(0.6) else None
        active = self.near(*moments) if self.maybe(0.5) else None
        outcome = self.pick((*OUTCOMES, "", "", "")) if has_ended else self.pick(("", "", "", "deferred"))
        if status == "closed" and self.maybe(0.3):
            active = max(moments) if active is None else max(active, opened)
            resolved, closed, outcome = None, self.forgotten(active), "auto_closed"
        return {
            "status_code": status,
            "first_responded_at": self.at(responded),
            "resolved_at": self.at(resolved),
            "closed_at": self.at(closed),
            "outcome_code": outcome,
            "last_activity_at": self.at(active),
        }

    def purchase(self, purchase_id: str) -> None:
        """Add a purchase, with refunds and disputes, placed so that coverage ends beside a ticket."""
        opened = self.pick(list(self.opened.values()))
        months = int(self.terms.number("coverage", "months", opened))
        draw = self.dice.random()
        if draw < 0.35:
            month = opened.year * 12 + opened.month - 1 - months
            day = self.pick((opened.day, opened.day - 1, opened.day + 1, 28, 30, 31))
            bought = datetime(month // 12, month % 12 + 1, 1) + timedelta(days=max(day, 1) - 1, hours=opened.hour)
        elif draw < 0.6:
            bought = opened - self.pick((timedelta(), SECOND, -SECOND, DAY, -DAY))
        else:
            bought = opened - timedelta(days=self.dice.randrange(-3, 400))
        is_plain = self.maybe(self.good_share)
        if is_plain:
            bought = opened - self.pick((timedelta(), SECOND, 20 * DAY))
        amount = self.pick(("100.00", "49.90", ""))
        self.add(
            "purchases",
            purchase_id=purchase_id,
            client_email="" if self.maybe(0.05) else self.address(),
            product_id="" if self.maybe(0.05) else self.pick(("A", "A", "A", "A", "B", "C", "alpha edition")),
            purchased_at="" if self.maybe(0.06) else self.at(bought),
            amount=amount,
            currency_code="EUR" if self.maybe(0.9) else "",
            has_support_extra="yes" if is_plain else self.pick(("true", "true", "yes", "false", "")),
            support_until_at=self.at(self.near(opened)) if self.maybe(0.2) else "",
            support_extra_from_at=self.at(self.near(opened, bought)) if not is_plain and self.maybe(0.3) else "",
        )
        for number in range(self.pick((0, 0, 0, 1, 2, 3)) if not is_plain else self.pick((0, 0, 0, 1))):
            asked = self.near(opened, bought)
            self.add(
                "refunds",
                refund_id=f"R{purchase_id}{number}",
                purchase_id=purchase_id if self.maybe(0.95) else "nowhere",
                requested_at="" if self.maybe(0.2) else self.at(asked),
                decided_at="" if self.maybe(0.3) else self.at(self.near(asked, opened)),
                status_code=self.pick(("approved", "approved", "approved", "requested", "denied", "")),
                amount=self.pick((amount, amount, "50.00", "50.00", "49.90", "")),
                currency_code=self.pick(("EUR", "EUR", "", "USD")),
            )
        if self.maybe(0.2):
            self.add(
                "chargebacks",
                chargeback_id=f"C{purchase_id}",
                purchase_id=purchase_id,
                opened_at="" if self.maybe(0.2) else self.at(self.near(opened, bought)),
                closed_at="" if self.maybe(0.4) else self.at(self.near(opened)),
                status_code=self.pick(("open", "won", "lost", "lost", "lost", "withdrawn")),
                amount=amount,
                currency_code="EUR",
            )

    def people(self) -> None:
        """Add clients, subscriptions and bans, dated beside the tickets they decide on."""
        openings = list(self.opened.values())
        for address in ADDRESSES:
            if self.maybe(0.75):
                registered = (
                    ""
                    if self.maybe(0.15)
                    else self.at(
                        (min if self.maybe(self.good_share) else max)(
                            self.pick(openings), self.pick(openings), self.pick(openings)
                        )
                        - self.pick((20 * DAY, SECOND, 0 * DAY))
                    )
                )
                self.add("clients", client_email=address, name=address[:3], registered_at=registered)
            for _ in range(self.pick((0, 1, 1, 2))):
                since = self.pick(openings) - self.pick((30 * DAY, SECOND, 0 * DAY))
                if self.maybe(self.good_share):
                    since = min(openings)
                self.add(
                    "subscriptions",
                    client_email=address,
                    list_code=self.pick(("news", "updates", "")),
                    subscribed_at="" if self.maybe(0.2) else self.at(since),
                    unsubscribed_at=self.at(self.near(*openings)) if self.maybe(0.4) else "",
                )
        for number in range(self.pick((0, 0, 1, 2, 3))):
            since = self.pick(openings) - self.pick((0 * DAY, SECOND, 5 * DAY))
            self.add(
                "bans",
                ban_id=f"B{number}",
                client_email=self.address() if self.maybe(0.95) else "",
                clause=self.pick(("0.2", "5.4", "5.9", "5.11")),
                banned_at="" if self.maybe(0.1) else self.at(since),
                lifted_at=self.at(max(self.near(since, *openings), since + SECOND)) if self.maybe(0.5) else "",
                reason=self.pick(("", "as recorded")),
            )

    def releases(self) -> None:
        """Add releases beside what sets tickets to wait for one, and the versions tickets name."""
        dice = Random(f"releases of {self.seed}")  # of their own, so that they change nothing else
        waits = [change for change in self.tables["status_changes"] if change.get("outcome_code") == "deferred"]
        for ticket in self.tables["tickets"]:
            ticket["version"] = dice.choice(("1.0", "1.1", "2.0", ""))
        for number in range(dice.randrange(12)):
            draw, product_id = dice.random(), dice.choice(("A", "A", "A", "B", "C", "alpha edition"))
            if waits and draw < 0.6:
                wait = dice.choice(waits)
                written = dice.choice((wait["changed_at"], f"{(self.as_of - dice.choice((HOUR, DAY))).isoformat()}Z"))
                if self.tables["posts"] and draw < 0.4:  # and a word, perhaps about it
                    self.tables["posts"].append(
                        {
                            "post_id": f"release {number}",
                            "ticket_id": wait["ticket_id"],
                            "author_role": "agent",
                            "posted_at": f"{(self.as_of - dice.choice((0 * HOUR, SECOND, HOUR, DAY))).isoformat()}Z",
                        }
                    )
            else:
                base = dice.choice([*self.opened.values(), self.as_of]) + dice.choice(STEPS)
                written = "" if dice.random() < 0.1 else f"{base.isoformat()}Z"
            self.tables["releases"].append(
                {"product_id": product_id, "version": f"1.{dice.randrange(number + 1)}", "released_at": written}
            )

    def reported(self) -> None:
        """Add what tickets say of themselves beside the problem, and the incidents the desk recorded."""
        dice = Random(f"reported of {self.seed}")  # of their own, so that they change nothing else
        spellings = ("", "", "", ".0", "-beta", " RC 2", ".1", "-1")
        for record in (*self.tables["tickets"], *self.tables["releases"]):
            if record.get("version") and dice.random() < 0.4:
                record["version"] = dice.choice(("", "", "v")) + record["version"] + dice.choice(spellings)
        stated = {
            "environment": dice.choice((("PHP 8.4", "nginx", " ", ""), ("",), ("PHP 8.4",))),
            "backup_code": dice.choice((("test_site", "backed_up", "none", "unknown", ""), ("",))),
        }
        for ticket in self.tables["tickets"]:
            ticket |= {column: dice.choice(values) for column, values in stated.items()}
        for number in range(dice.choice((0, 3, 6))):
            ticket_id = dice.choice((*self.opened, "", "nowhere"))
            base = self.opened.get(ticket_id, self.as_of)
            when = dice.choice((base + dice.choice(STEPS), self.as_of - SECOND, self.as_of, self.as_of + SECOND))
            self.tables["incidents"].append(
                {
                    "incident_id": f"I{number}",
                    "client_email": dice.choice((*ADDRESSES, "")),
                    "ticket_id": ticket_id,
                    "clause": dice.choice(("4.8", "4.8", "0.2", "5.9", "5.10.6", "5", "")),
                    "occurred_at": "" if dice.random() < 0.15 else f"{when.isoformat()}Z",
                    "recorded_by": dice.choice(("Ann", "")),
                }
            )

    def careless(self) -> None:
        """Leave a ban without its clause, take part of a refund back, write categories and blanks as people do."""
        dice = Random(f"careless of {self.seed}")  # of its own, so that it changes nothing else
        for ban in self.tables["bans"]:
            ban["clause"] = dice.choice((ban["clause"],) * 4 + ("", "", "5.3"))
        for refund in self.tables["refunds"]:
            if refund["amount"] and dice.random() < 0.25:
                refund["amount"] = f"-{refund['amount']}"
        for ticket in self.tables["tickets"]:
            if dice.random() < 0.2 and ticket.get("category_code"):
                ticket["category_code"] = dice.choice((str.upper, str.title))(ticket["category_code"])
            if dice.random() < 0.5 and not (ticket.get("description") or "").strip():
                ticket["description"] = dice.choice(("\u00a0", " \u3000\n", "\u2003\x85", "\x0b\u2028"))
            if ticket["environment"] and dice.random() < 0.2:
                ticket["environment"] = "\u3000"

    def strays(self) -> None:
        """Add rows that lead nowhere, or that cannot be kept."""
        if self.maybe(0.3):
            self.add(
                "posts", post_id="stray", ticket_id="nowhere", author_role="agent", posted_at=self.at(self.as_of - DAY)
            )
        if self.maybe(0.2):
            self.add("status_changes", ticket_id="nowhere", changed_at=self.at(self.as_of), status_code="solved")
        if self.maybe(0.3):
            self.add("tickets", ticket_id="undated", status_code="closed", opened_at="", client_email=ADDRESSES[0])
        if self.maybe(0.2):
            self.add(
                "posts",
                post_id="",
                ticket_id=self.pick(list(self.opened)),
                author_role="agent",
                posted_at=self.at(self.as_of),
            )

    def drop(self) -> None:
        """Leave out whole files and columns, as exports do."""
        for table in ("clients", "purchases", "subscriptions", "products", "refunds"):
            if self.maybe(0.06):
                self.tables[table] = []
        if self.maybe(0.1):
            for record in self.tables["tickets"]:
                record.pop("description", None)
        for table, columns in MAY_LACK_COLUMNS.items():
            if self.maybe(0.15):
                column = self.pick(columns)
                for record in self.tables[table]:
                    record.pop(column, None)
