"""What an export looks like, and which canonical columns its columns fill.

A dialect is one TOML file in etl/dialects/; a user's own mapping is written in the same format.
The house dialect needs no file: its columns are those of etl/tables.toml. No code knows a
dialect's name, so adding one adds no code.

The format:

    title     = "Zendesk, CSV report"        # how people call it
    get_it    = "Admin Center > ..."         # where to click to get the file
    seen      = "2026-11"                    # when its shape was last checked, and against what
    recognise = ["Id", "Status"]             # columns a file must have to be this
    timezone  = "desk"                       # of times without offset: desk, UTC, or a zone's name
    null      = ["?", "-"]                   # cells that say nothing
    format    = ["%d/%b/%y %H:%M"]           # of times, where a column does not say its own; ISO 8601 is always read
    date_order = "dmy"                       # or "mdy": of dates like 02/03/2026 where no cell of the column tells

    [also_called]                            # what else a column may be called: other languages, other ages
    "Ticket Number" = ["Ticketnummer", "Número de ticket"]

    [[skip]]                                 # records that are no data
    column = "Status"
    is     = ["Failed"]                      # or is_not = [...], starts_with = "...", empty = true
    reason = "no money moved"

    [[table]]                                # one for each table the export fills
    name       = "tickets"
    when       = { column = "...", is = ["..."] }     # optional: only records of which this, or a list of these, holds
    updated_at = "Updated at"                # optional: of two rows of a ticket the newer wins

    [table.columns]                          # canonical column = how to fill it
    ticket_id   = "Id"
    opened_at   = { from = "Created at", format = "%d.%m.%Y %H:%M", keep = "earliest" }    # of several records of a
                                             # ticket; "filled": an empty cell takes nothing back, and of two different
                                             # ones the lesser stands, in whatever order they come
    status_code = { from = "Status", map = { New = "open" }, other = "open" }    # a word to "": known to say nothing;
                                             # other = "": so does any other word; no other: it refuses the record
    purchase_id = { first_of = ["id", { join = ["Date", "Customer"], with = "|" }] }
    client_email = { first_of = [{ from = "Emails", until = ";" }, { from = "Requester id", prefix = "zendesk_tickets:" }] }
    channel_code = { value = "ticket" }
    first_responded_at = { from = "Created at", plus = "First reply time in minutes", unit = "minute" }    # or
                                             # second, hour, hh:mm:ss; a part of a first_of may be such a sum
    opened_by   = { same = ["Submitter id", "Requester id"], then = "client", other = "agent" }

    [[table]]                                # several rows from one record: a row for each
    name  = "posts"
    each  = "Comment"                        # filled cell of the columns of that name, or thing in that list
    split = { with = ";", into = ["date", "author", "text"] }    # what stands in a cell; the last part keeps the rest
                                             # or { pattern = '(.*?) by (.*?): (.*)', into = [...] }

    [table.columns]                          # the record's columns as ever; of each, its parts, itself, its number
    post_id   = { join = ["Issue key", "Comment.#"] }
    posted_at = { from = "Comment.date", format = ["%d/%b/%y %I:%M %p", "%d/%m/%y %H:%M", "%m/%d/%y %H:%M"] }
    body      = "Comment.text"               # of a list in JSON: comments.plain_body, comments.author.id

    [expect]                                 # of tests/exports/<dialect>.csv; not in a mapping
    rows = 3
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from etl import EtlError
from etl.tables import Table, tables
from etl.zone import zone_info

DIALECTS = Path(__file__).parent / "dialects"
HOUSE = "house_"

DATE_ORDERS = ("dmy", "mdy")

_TOP = {
    *(
        "title",
        "get_it",
        "seen",
        "recognise",
        "also_called",
        "timezone",
        "null",
        "format",
        "date_order",
        "skip",
        "table",
        "expect",
    )
}
_TESTS = ("is", "is_not", "starts_with", "empty")
_VERBS = {"from", "first_of", "join", "value", "same"}
CLOCK = "hh:mm:ss"
_UNITS = {"second": 1, "minute": 60, "hour": 3600, CLOCK: 1}
# Of a part of a first_of or join; what else is done to the text is said once, for the whole.
_IN_PARTS = {"prefix", "with", "null", "until", "plus", "unit"}
_SPECIFIER = re.compile(r"%(-?[dmyHIMSj]|[aAbBcfgGnpuUVwWxXYzZ%])")  # what DuckDB's strptime knows
_MODIFIERS = {
    *("until", "plus", "unit", "then", "map", "other"),
    *("format", "decimal", "null", "prefix", "with", "keep", "timezone"),
}


# Of columns that declare no format: as people and spreadsheets write them, the year in four digits.
HOURS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p")
# 02.03.2026 is the second of March wherever dates are written with points.
DAYS = {"dmy": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"), "mdy": ("%m/%d/%Y", "%m-%d-%Y")}


class DialectError(EtlError):
    """A dialect or mapping is not written as it should be; the message names file and entry."""


@cache
def folded(name: str) -> str:
    """Return a header name as it is compared: trimmed, single blanks, any case."""
    return re.sub(r"\s+", " ", name.strip()).casefold()


def order_of(form: str) -> str | None:
    """Return dmy or mdy, whichever order a format is in; None when it cannot be mistaken for the other."""
    day, month, year = (re.search(wanted, form) for wanted in ("%-?d", "%-?m", "%[yY]"))
    if not (day and month) or (year and year.start() < min(day.start(), month.start())):
        return None
    return DATE_ORDERS[0] if day.start() < month.start() else DATE_ORDERS[1]


def formats_in(declared: tuple[str, ...], order: str) -> tuple[str, ...]:
    """Return the formats of a column in that order: the declared ones, or else the usual ones."""
    if declared:
        return tuple(form for form in declared if order_of(form) in (None, order))
    return tuple(day + hour for hour in HOURS for day in DAYS[order])


@dataclass(frozen=True)
class Source:
    """How one canonical column is filled: a verb, its arguments, and what is done to the text."""

    columns: tuple[str, ...] = ()
    parts: tuple["Source", ...] = ()
    joined: bool = False
    value: str | None = None
    same: tuple[str, ...] = ()
    then: str | None = None
    glue: str = "|"
    prefix: str = ""
    until: str | None = None
    mapped: dict[str, str] = field(default_factory=dict)
    other: str | None = None
    formats: tuple[str, ...] = ()
    decimal: str = "."
    null: tuple[str, ...] = ()
    keep: str | None = None
    timezone: str | None = None
    plus: str | None = None
    unit: str | None = None

    @property
    def unit_seconds(self) -> int:
        """The seconds of one of what is added; of a time like 31:05:00, which says seconds itself, one."""
        return _UNITS[self.unit]

    def sum(self) -> "Source | None":
        """What of this is a sum of an instant and a duration: this itself, a part of it, or nothing."""
        return self if self.plus else next((part for part in self.parts if part.plus), None)

    def names(self) -> tuple[str, ...]:
        """The export's columns this reads, in order."""
        plus = (self.plus,) if self.plus else ()
        return self.columns + self.same + tuple(name for part in self.parts for name in part.names()) + plus


@dataclass(frozen=True)
class Condition:
    """A test of one cell of a record: is one of some words or none of them, starts so, or is empty."""

    column: str
    words: tuple[str, ...] = ()
    negated: bool = False
    starts_with: str | None = None
    empty: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class Split:
    """How the text of one of several things in a record falls into named parts."""

    into: tuple[str, ...]
    glue: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Filling:
    """One canonical table an export fills, and from which of its records, or things in a record."""

    table: Table
    columns: dict[str, Source]
    when: tuple[Condition, ...] = ()
    updated_at: Source | None = None
    each: str | None = None
    split: Split | None = None

    def sources(self) -> dict[str, Source]:
        """How every column is filled, that of the row's last change included."""
        return self.columns | ({"updated_at": self.updated_at} if self.updated_at else {})

    def names(self) -> tuple[str, ...]:
        """The export's columns this reads, without parts of `each`, each once."""
        names = [name for source in self.sources().values() for name in source.names()]
        names += [condition.column for condition in self.when]
        own = [name for name in names if self.part(name) is None]
        return tuple(dict.fromkeys([*own, *([self.each] if self.each else [])]))

    def parts(self) -> tuple[str, ...]:
        """The parts of `each` this reads, each once; "" is the thing itself."""
        names = [name for source in self.sources().values() for name in source.names()]
        parts = [self.part(name) for name in (*names, *(condition.column for condition in self.when))]
        return tuple(dict.fromkeys(part for part in parts if part is not None))

    def part(self, name: str) -> str | None:
        """What of `each` a column's name means: a part, "" for the thing itself; None when it means the record's."""
        if self.each is None:
            return None
        each = folded(self.each)
        if folded(name) == each:
            return ""
        return name.strip()[len(self.each.strip()) + 1 :] if folded(name).startswith(f"{each}.") else None


@dataclass(frozen=True)
class Dialect:
    """One kind of export file."""

    name: str
    title: str
    get_it: str
    seen: str
    recognise: tuple[str, ...]
    timezone: str
    null: tuple[str, ...]
    skips: tuple[Condition, ...]
    fillings: tuple[Filling, ...]
    expect: dict = field(default_factory=dict)
    also_called: dict[str, tuple[str, ...]] = field(default_factory=dict)
    date_order: str | None = None

    def called(self, name: str) -> tuple[str, ...]:
        """How a column may be called, folded: as the dialect calls it, then its other names in their order."""
        return (folded(name), *self.also_called.get(folded(name), ()))

    def names(self) -> tuple[str, ...]:
        """The export's columns this reads, each once."""
        read = [name for filling in self.fillings for name in filling.names()]
        return tuple(dict.fromkeys([*read, *(skip.column for skip in self.skips)]))

    def missing(self, header: list[str]) -> list[str]:
        """The columns a file with this header lacks to be of this dialect."""
        there = {folded(name) for name in header}
        return [name for name in self.recognise if there.isdisjoint(self.called(name))]


@cache
def dialects() -> tuple[Dialect, ...]:
    """Return every declared dialect by name, then the house dialect's tables."""
    declared = [read_dialect(path) for path in sorted(DIALECTS.glob("*.toml"))]
    return (*declared, *(house(table) for table in tables().values()))


def house(table: Table) -> Dialect:
    """Return the house dialect of one canonical table."""
    return Dialect(
        name=HOUSE + table.name,
        title=f"House dialect, {table.name}",
        get_it=f"Write it with these columns: {', '.join(table.columns)}",
        seen="",
        recognise=tuple(column for column in table.key if column not in table.optional_key),
        timezone="desk",
        null=(),
        skips=(),
        fillings=(Filling(table, {column: Source(columns=(column,)) for column in table.columns}),),
    )


def read_dialect(path: Path) -> Dialect:
    """Return the dialect or mapping in a TOML file. Raises DialectError naming file and entry."""
    try:
        declared = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DialectError(f"{path.name}: cannot be opened: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DialectError(f"{path.name}: cannot be read as TOML: {error}") from error
    return _Reader(path.name).dialect(path.stem, declared)


class _Reader:
    """Turns declared TOML into a Dialect, saying which entry is wrong."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.formats: tuple[str, ...] = ()  # of instants that declare none

    def fail(self, entry: str, what: str) -> DialectError:
        return DialectError(f"{self.file_name}: {entry}: {what}")

    def known(self, entry: str, found: dict, allowed: set[str]) -> None:
        if not isinstance(found, dict):
            raise self.fail(entry, "must be a table")
        for key in found:
            if key not in allowed:
                raise self.fail(entry, f"unknown entry {key!r}; known: {', '.join(sorted(allowed))}")

    def text(self, entry: str, found: object) -> str:
        if not isinstance(found, str):
            raise self.fail(entry, f"must be a text, not {found!r}")
        return found

    def texts(self, entry: str, found: object) -> tuple[str, ...]:
        listed = [found] if isinstance(found, str) else found
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            raise self.fail(entry, "must be a text or a list of texts")
        return tuple(listed)

    def dialect(self, name: str, declared: dict) -> Dialect:
        self.known("top level", declared, _TOP)
        if not declared.get("table"):
            raise self.fail("[[table]]", "missing; name at least one table to fill")
        zone = declared.get("timezone", "desk")
        if zone != "desk":
            try:
                zone_info(zone)
            except EtlError as error:
                raise self.fail("timezone", str(error)) from error
        self.formats = self.format("format", declared.get("format", []))
        fillings = tuple(self.filling(entry) for entry in declared["table"])
        needed = [
            name
            for filling in fillings
            for source in filling.columns.values()
            if not source.parts
            for name in source.columns
            if filling.part(name) is None
        ]
        order = declared.get("date_order")
        if order not in (None, *DATE_ORDERS):
            raise self.fail("date_order", f"must be {' or '.join(DATE_ORDERS)}")
        recognise = self.texts("recognise", declared.get("recognise", list(dict.fromkeys(needed))))
        if not recognise:
            raise self.fail("recognise", "missing; name the columns by which the file is known")
        return Dialect(
            name=name,
            title=self.text("title", declared.get("title", name)),
            get_it=self.text("get_it", declared.get("get_it", "")),
            seen=self.text("seen", declared.get("seen", "")),
            recognise=recognise,
            timezone=zone,
            null=self.texts("null", declared.get("null", [])),
            skips=tuple(self.condition("[[skip]]", entry) for entry in declared.get("skip", [])),
            fillings=fillings,
            expect=declared.get("expect", {}),
            also_called=self.also_called(declared.get("also_called", {})),
            date_order=order,
        )

    def also_called(self, found: object) -> dict[str, tuple[str, ...]]:
        if not isinstance(found, dict):
            raise self.fail("[also_called]", "must be a table")
        names = {folded(name): self.texts(f"[also_called] {name}", others) for name, others in found.items()}
        return {name: tuple(map(folded, others)) for name, others in names.items()}

    def condition(self, entry: str, found: dict) -> Condition:
        self.known(entry, found, {"column", "reason", *_TESTS})
        tests = [test for test in _TESTS if test in found]
        if "column" not in found or len(tests) != 1:
            raise self.fail(entry, f"needs column and one of {', '.join(_TESTS)}")
        if entry == "[[skip]]" and not found.get("reason"):
            raise self.fail(entry, "needs a reason: what the record is")
        if "starts_with" in found:
            self.text(f"{entry} starts_with", found["starts_with"])
        if not isinstance(found.get("empty", True), bool):
            raise self.fail(f"{entry} empty", "must be true or false")
        return Condition(
            column=self.text(f"{entry} column", found["column"]),
            words=self.texts(f"{entry} {tests[0]}", found.get("is", found.get("is_not", []))),
            negated="is_not" in found,
            starts_with=found.get("starts_with"),
            empty=found.get("empty"),
            reason=self.text(f"{entry} reason", found.get("reason", "")),
        )

    def filling(self, entry: dict) -> Filling:
        self.known("[[table]]", entry, {"name", "when", "updated_at", "columns", "each", "split"})
        name = entry.get("name")
        if not isinstance(name, str) or name not in tables():
            raise self.fail("[[table]]", f"name: no table {name!r}; known: {', '.join(tables())}")
        table = tables()[name]
        columns = entry.get("columns", {})
        where = f"[table.columns] of {name}"
        self.known(where, columns, set(table.columns))
        for column in table.demanded:
            if column not in columns:
                raise self.fail(where, f"{column} is missing; a row of {name} needs it")
        for column in table.demanded:
            if isinstance(columns[column], dict) and columns[column].get("other") == "":
                raise self.fail(f"{where}, {column}", f"other must not be empty; a row of {name} needs this column")
        for column in table.key:
            if isinstance(columns.get(column), dict) and "keep" in columns[column]:
                raise self.fail(f"{where}, {column}", "keep is of no use here: rows are told apart by this column")
        return Filling(
            table=table,
            columns={
                column: self.source(f"{where}, {column}", found, table.columns[column])
                for column, found in columns.items()
            },
            when=self.conditions(f"when of {name}", entry.get("when", [])),
            updated_at=self.source(f"updated_at of {name}", entry["updated_at"], "instant")
            if "updated_at" in entry
            else None,
            each=self.text(f"each of {name}", entry["each"]) if "each" in entry else None,
            split=self.split(name, entry) if "split" in entry else None,
        )

    def conditions(self, entry: str, found: object) -> tuple[Condition, ...]:
        return tuple(self.condition(entry, one) for one in (found if isinstance(found, list) else [found]))

    def split(self, name: str, entry: dict) -> Split:
        where, found = f"split of {name}", entry["split"]
        self.known(where, found, {"with", "pattern", "into"})
        into = self.texts(f"{where} into", found.get("into", []))
        if "each" not in entry or not into or ("with" in found) == ("pattern" in found):
            raise self.fail(where, "needs each, into, and one of with, pattern")
        how = self.text(where, found.get("with", found.get("pattern")))
        if not how:
            raise self.fail(where, "with and pattern must not be empty")
        if "pattern" in found:
            try:
                groups = re.compile(how).groups
            except re.error as error:
                raise self.fail(f"{where} pattern", f"{how!r} is none: {error}") from error
            if groups != len(into):
                raise self.fail(f"{where} pattern", f"has {groups} groups, into names {len(into)}")
        return Split(into, found.get("with"), found.get("pattern"))

    def format(self, entry: str, found: object) -> tuple[str, ...]:
        formats = self.texts(entry, found)
        for text in formats:
            if "%" in _SPECIFIER.sub("", text):
                raise self.fail(entry, f"{text!r} is none; write it like %d.%m.%Y %H:%M")
        return formats

    def source(self, entry: str, found: object, kind: str | tuple[str, ...] | None) -> Source:
        formats = self.formats if kind in ("instant", "end") else ()
        if isinstance(found, str):
            return Source(columns=(found,), formats=formats)
        self.known(entry, found, _VERBS | _MODIFIERS)
        verbs = [verb for verb in _VERBS if verb in found]
        if len(verbs) != 1:
            raise self.fail(entry, "needs exactly one of from, first_of, join, value, same")
        for name in (
            "from",
            "value",
            "until",
            "prefix",
            "with",
            "then",
            "other",
            "plus",
            "unit",
            "timezone",
            "decimal",
        ):
            if name in found:
                self.text(f"{entry} {name}", found[name])
        mapped = found.get("map", {})
        if not isinstance(mapped, dict) or not all(isinstance(code, str) for code in mapped.values()):
            raise self.fail(f"{entry} map", 'must be a table of texts, like { New = "open" }')
        if "same" in found and (len(self.texts(f"{entry} same", found["same"])) != 2 or "then" not in found):
            raise self.fail(entry, "same needs two columns, and then: what it means that they say the same")
        if "then" in found and "same" not in found:
            raise self.fail(entry, "then needs same")
        if "other" in found and not (mapped or "same" in found):
            raise self.fail(entry, "other needs a map")
        if kind == "flag" and mapped:
            kind = ("true", "false")
        if isinstance(kind, tuple):
            for word in [*mapped.values(), *(found[name] for name in ("then", "other", "value") if name in found)]:
                if word not in kind and word != "":
                    raise self.fail(entry, f"maps to {word!r}, which is none of {', '.join(kind)}")
        if found.get("keep", "filled") not in ("earliest", "filled"):
            raise self.fail(entry, "keep can only be 'earliest' or 'filled'")
        if "plus" in found and (kind != "instant" or found.get("unit") not in _UNITS):
            raise self.fail(entry, f"plus needs an instant to add to, and a unit: one of {', '.join(_UNITS)}")
        if found.get("decimal", ".") not in (".", ","):
            raise self.fail(f"{entry} decimal", "must be '.' or ','")
        if "format" in found:
            formats = self.format(f"{entry} format", found["format"])
        if found.get("timezone", "desk") != "desk":
            try:
                zone_info(found["timezone"])
            except EtlError as error:
                raise self.fail(f"{entry} timezone", str(error)) from error
        parts = found.get("first_of", found.get("join", []))
        if verbs[0] in ("first_of", "join") and (not isinstance(parts, list) or not parts):
            raise self.fail(entry, f"{verbs[0]} needs a list of columns")
        for part in parts:
            if not isinstance(part, str):
                self.known(entry, part, (_VERBS - {"same"}) | _IN_PARTS)
        if sum("plus" in part for part in parts if isinstance(part, dict)) > (
            "first_of" in found and "plus" not in found
        ):
            raise self.fail(entry, "plus can only stand in one part of a first_of, or beside from")
        if found.get("until") == "":
            raise self.fail(f"{entry} until", "must not be empty")
        return Source(
            columns=(found["from"],) if "from" in found else (),
            parts=tuple(self.source(entry, part, "instant" if kind == "instant" else None) for part in parts),
            joined="join" in found,
            value=found.get("value"),
            same=tuple(found.get("same", ())),
            then=found.get("then"),
            glue=found.get("with", "|"),
            prefix=found.get("prefix", ""),
            until=found.get("until"),
            mapped=mapped,
            other=found.get("other"),
            formats=formats,
            decimal=found.get("decimal", "."),
            null=self.texts(f"{entry} null", found.get("null", [])),
            keep=found.get("keep"),
            timezone=found.get("timezone"),
            plus=found.get("plus"),
            unit=found.get("unit"),
        )
