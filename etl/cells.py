"""Cells as SQL: what a text must look like to be an instant, an amount, an id, a code.

Each declared column becomes three expressions, evaluated one after the other: its text over
`incoming`, for instants a local time over that text, and its value over both. A text whose
value is null cannot be read, and the record that holds it is refused. Nothing is coerced.
"""

import copy
from dataclasses import dataclass

from etl.dialect import CLOCK, Condition, Filling, Source, folded, formats_in
from etl.recognise import Export
from etl.tables import sql_type
from etl.zone import short_names, utc_sql

BLANKS = "' \t\n\r\xa0'"
# DuckDB's trim with a set of characters is slow; hardly any cell needs it. All blanks but one sort before '!',
# and before '(' sorts the apostrophe that guards a formula.
HAS_ENDS = (
    "{0} < '(' or prefix({0}, '\xa0') or suffix({0}, ' ') or suffix({0}, '\t') "
    "or suffix({0}, '\n') or suffix({0}, '\r') or suffix({0}, '\xa0')"
)
# Help desks write '=1+1 for =1+1, lest a spreadsheet should reckon with it: the apostrophe is none of the cell.
GUARD = "'^''([-=+@])', '\\1'"
# A row's turn is its record's number and its own in the record: no record of LONGEST_RECORD holds more things.
TURN_BITS = 24
# Of the short names of zones only these two mean one everywhere: BST is British summer, or Bangladesh.
NAMES_ZONE = "(suffix({0}, ' UTC') or suffix({0}, ' GMT') or contains(substr({0}, 11), '/'))"
HAS_HOUR = "(contains({0}, ':') or contains({0}, 'T') and regexp_matches({0}, '\\dT\\d'))"
# What ISO 8601 allows and DuckDB does not read: 20260302T080000Z, 2026-03-02T08Z, 08:00:00,5, small letters.
# Fractions of a second alone: one of an hour or a minute is refused, for it would be lost.
ISO_TIME = (
    "\\d{4}(-\\d\\d-\\d\\d(T\\d\\d|[Tt ]\\d\\d:\\d\\d(:\\d\\d([.,]\\d+)?)?)|\\d{4}T\\d\\d(\\d\\d(\\d\\d([.,]\\d+)?)?)?)"
    "( ?[Zz]| ?[+-]\\d\\d(:?\\d\\d)?)?"
)
ISO_FORMATS = "['%Y%m%dT%H%M%S', '%Y%m%dT%H%M', '%Y%m%dT%H', '%Y-%m-%dT%H']"
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def parsed(text: str, formats: tuple[str, ...]) -> tuple[str, str]:
    """SQL for a text as a TIMESTAMP by formats without a zone, and, in UTC, by those with one; "" for none of such."""
    # %Y would take 26 for the year 26: the formats that want two digits come first, and such a year is none.
    ordered = sorted(formats, key=lambda form: "%Y" in form)
    by_name = [form for form in ordered if "%Z" in form]
    with_zone = [form for form in ordered if "%z" in form and form not in by_name]
    without = [form for form in ordered if form not in (*by_name, *with_zone)]

    def read(forms: list[str]) -> str:
        return f"try_strptime({text}, [{', '.join(map(quoted, forms))}])"

    def sound(instant: str) -> str:
        return f"(case when {instant} >= timestamp '1000-01-01' then {instant} end)"

    zoned = [f"{read(with_zone)} at time zone 'UTC'"] if with_zone else []
    zoned += [f"case when {NAMES_ZONE.format(text)} then {read(by_name)} at time zone 'UTC' end"] if by_name else []
    return (
        sound(read(without)) if without else "",
        sound(f"coalesce({', '.join(zoned)})") if zoned else "",
    )


def lowered(word: str) -> str:
    """Return a word as an SQL literal to compare with lower(...): in lower case as DuckDB knows it."""
    return f"lower({quoted(word.strip())})"


@dataclass(frozen=True)
class Cell:
    """One canonical column of one export, as SQL."""

    column: str
    found_in: str  # the export's column or columns, for messages
    text: str  # over incoming: VARCHAR, null when the cell says nothing
    local: str | None  # over t_<column>: a TIMESTAMP without zone, of instants only
    value: str  # over t_<column> and l_<column>: of the canonical type, null when unreadable
    wanted: str  # what it should have been, for messages: "an instant (...)"
    plain: str | None  # over incoming: the value as it is mostly written, an error for what takes a closer look
    checked: bool  # whether a text can be unreadable at all
    keep: str | None
    plus: str | None = None  # over incoming: a duration as text, added to the instant

    @property
    def shown(self) -> str:
        """What to show of a cell that cannot be read, as SQL over t_<column> and p_<column>."""
        return f"t_{self.column}" + (f" || coalesce(' + ' || p_{self.column}, '')" if self.plus else "")


class Cells:
    """The cells of one export under its dialect, desk zone given.

    `date_order` is what the user says of dates such as 02/03/2026 where a column leaves it open.
    """

    def __init__(self, export: Export, desk_zone: str, date_order: str | None = None) -> None:
        self.dialect = export.dialect
        self.zone = desk_zone if self.dialect.timezone == "desk" else self.dialect.timezone
        self.desk_zone = desk_zone
        self.date_order = self.dialect.date_order or date_order
        self.has_json_lists = export.records is not None
        # Of equal names the first is meant, unless a dialect says otherwise.
        self.positions: dict[str, list[int]] = {}
        for number, name in enumerate(export.header):
            self.positions.setdefault(folded(name), []).append(number)
        self.within: Filling | None = None
        # Where the cells are read from, and a record's number there.
        self.source, self.number = "incoming", "rowid + 1"
        # Which of two readings of a date the column's own cells allow, by `asked`; etl/date_order.py fills it.
        self.orders: dict[tuple, str] = {}

    def inside(self, filling: Filling) -> "Cells":
        """Return the cells as one filling sees them: its own rows, and the parts of what it has a row for each of."""
        found = copy.copy(self)
        found.within = filling
        return found

    def asked(self, source: Source) -> tuple:
        """What tells one column of dates from another: the export's columns and the formats."""
        return (self.within and self.within.each, source.names(), source.formats)

    def straight_from(self, file: str) -> "Cells":
        """Return the cells as they are read from a file itself, `file` being SQL that reads it."""
        found = copy.copy(self)
        found.source, found.number = file, "row_number() over ()"
        return found

    def found(self, name: str) -> list[int]:
        """The places of the columns of that name, or of the first of its other names that is there."""
        for called in self.dialect.called(name):
            if called in self.positions:
                return self.positions[called]
        return []

    def relation(self, unless: str = "") -> str:
        """A query for the rows of a filling: record_number, turn (their order), and what `raw` reads."""
        unless = f" where {unless}" if unless else ""
        each = self.within and self.within.each
        if not each:
            return f"select *, record_number as turn from (select *, {self.number} as record_number from {self.source}{unless})"
        places = [f"c{number}" for number in self.found(each)]
        if not places:
            things = "null::varchar[]"
        elif self.has_json_lists:
            # A list of one thing is often written as that thing.
            things = (
                f"case json_type({places[0]}) when 'ARRAY' then json_extract({places[0]}, '$[*]') "
                f"when 'NULL' then null else [{places[0]}::json] end"
            )
        else:
            things = f"[{', '.join(f'{place}' for place in places)}]"
        return (
            f"select *, (record_number << {TURN_BITS}) + number as turn, {self._parts()} as parts from ("
            "select *, unnest(things) as thing, generate_subscripts(things, 1) as number from ("
            f"select *, {self.number} as record_number, {things} as things from {self.source}{unless})) "
            "where thing is not null"
        )

    def _parts(self) -> str:
        """SQL for the list of the parts a filling reads of a thing, in the order of Filling.parts."""
        parts, split = self.within.parts(), self.within.split
        if self.has_json_lists:
            paths = ["$" + "".join(f'."{key}"' for key in part.split(".") if key) for part in parts]
            return f"json_extract_string(thing, [{', '.join(map(quoted, paths))}])"
        if split is None:
            named = {}
        elif split.pattern is not None:
            groups = ", ".join(quoted(name) for name in split.into)
            fall = f"regexp_extract(thing, {quoted(split.pattern)}, [{groups}], 's')"
            named = {folded(name): f"nullif({fall}[{quoted(name)}], '')" for name in split.into}
        else:
            fall, last = f"string_split(thing, {quoted(split.glue)})", len(split.into)
            named = {folded(name): f"{fall}[{number}]" for number, name in enumerate(split.into[:-1], 1)}
            named[folded(split.into[-1])] = f"nullif(array_to_string({fall}[{last}:], {quoted(split.glue)}), '')"
        named[""] = "thing"
        return f"[{', '.join(named.get(folded(part), 'null::varchar') for part in parts)}]"

    def raw(self, name: str, trimmed: bool = True) -> str:
        """The text of one export column; null when empty, absent, or a null word."""
        part = self.within and self.within.part(name)
        if part == "#":
            return "number::varchar"
        if part is not None:
            text = f"parts[{self.within.parts().index(part) + 1}]"
        elif places := self.found(name):
            text = f"c{places[0]}"
        else:
            return "null::varchar"
        if trimmed:
            cut = f"nullif(regexp_replace(trim({text}, {BLANKS}), {GUARD}), '')"
            text = f"(case when {HAS_ENDS.format(text)} then {cut} else {text} end)"
        else:
            text = f"(case when prefix({text}, '''') then regexp_replace({text}, {GUARD}) else {text} end)"
        if self.dialect.null:
            text = f"(case when {text} not in ({', '.join(map(quoted, self.dialect.null))}) then {text} end)"
        return text

    def has(self, name: str) -> bool:
        """Whether the export has that column, or a list that may have that part."""
        return bool(self.found(self.within.each if self.is_part(name) else name))

    def is_part(self, name: str) -> bool:
        """Whether a name means a part of the things that the filling has a row for each of, not a column."""
        return bool(self.within) and self.within.part(name) is not None

    def there(self, source: Source) -> bool:
        """Whether the export has any column the source reads, or a constant."""
        return source.value is not None or any(map(self.has, source.names()))

    def text(self, source: Source, trimmed: bool = True) -> str:
        """The text a source gives for a record; null when it says nothing."""
        if source.value is not None:
            return quoted(source.value)
        if source.columns:
            text = self.raw(source.columns[0], trimmed)
        elif source.joined:
            parts = [f"coalesce({self.text(part, trimmed)}, '')" for part in source.parts]
            text = f" || {quoted(source.glue)} || ".join(parts)
            empty = quoted(source.glue * (len(parts) - 1))
            text = f"nullif({text}, {empty})"
        elif source.same:
            one, another = (f"lower({self.raw(name)})" for name in source.same)
            other = quoted(source.other) if source.other is not None else "null"
            text = f"(case when {one} = {another} then {quoted(source.then)} when {one} <> {another} then {other} end)"
        else:
            text = f"coalesce({', '.join(self.text(part, trimmed) for part in source.parts)})"
        if source.null:
            text = f"(case when {text} not in ({', '.join(map(quoted, source.null))}) then {text} end)"
        if source.until:
            text = f"nullif(trim(split_part({text}, {quoted(source.until)}, 1), {BLANKS}), '')"
        if source.prefix:
            text = f"{quoted(source.prefix)} || {text}"
        if source.plus:  # without the duration there is no instant
            text = f"(case when {self.raw(source.plus)} is not null then {text} end)"
        return text

    def cell(self, column: str, source: Source, kind: str | tuple[str, ...]) -> Cell:
        """Return one canonical column of a type of etl/tables.toml, as SQL."""
        text = self.text(source, trimmed=kind not in ("text", "prose"))  # what people wrote stays as they wrote it
        silent = [lowered(word) for word, code in source.mapped.items() if not code]
        if silent:  # words that are known, and say nothing
            text = f"(case when lower({text}) not in ({', '.join(silent)}) then {text} end)"
        found_in = ", ".join(dict.fromkeys(name for name in source.names() if self.has(name)))
        local = None
        if kind in ("instant", "end"):
            local, value, wanted = self.instant(column, source, kind == "end")
        else:
            value, wanted = self.value(f"t_{column}", source, kind)
        plus = None
        if adding := source.sum():
            plus = self.raw(adding.plus)
            if adding is not source:  # of a first_of: what comes before it is an instant as it stands
                before = [self.text(part) for part in source.parts[: source.parts.index(adding)]]
                plus = f"case when coalesce({', '.join([*before, 'null'])}) is null then {plus} end"
            seconds, added_to = self.duration(f"p_{column}", adding)
            # Beyond what an instant can hold, and for words such as 'nan', there is no sum.
            can_be = f"l_{column} < timestamp '9900-01-01' and abs({seconds}) < 1e9"
            added = f" + to_seconds(case when p_{column} is null then 0 when {can_be} then {seconds}::bigint end)"
            value = f"({value}){added}"
            wanted += added_to
        plain = None if self.within.each else self.plain(source, kind)
        return Cell(column, found_in or column, text, local, value, wanted, plain, bool(wanted), source.keep, plus)

    def plain(self, source: Source, kind: str | tuple[str, ...]) -> str | None:
        """SQL over `incoming` for the value of a cell that is written just as this product writes it.

        An error for every other way to write it; None where nothing can be said before a closer look. So
        by far most cells of a first load need no trimming: half of the time that reading takes.
        """
        places = self.found(source.columns[0]) if source == Source(columns=source.columns) else []
        if not places or self.dialect.null:
            return None
        text = f"c{places[0]}"
        whole = f"not ({HAS_ENDS.format(text)})"
        match kind:
            case "text" | "prose":
                return self.raw(source.columns[0], trimmed=False)
            case tuple():
                value = f"case when {text} in ({', '.join(map(quoted, kind))}) then {text} end"
            case "end":  # often a date alone
                return None
            case "instant":
                value = (
                    f"case when strlen({text}) = 20 and suffix({text}, 'Z') and {text} >= '0001' and {text} < ':' "
                    f"and substr({text}, 5, 1) = '-' and not contains({text}, '.') then try_cast({text} as timestamp) end"
                )
            case "flag":
                value = f"case {text} when 'true' then true when 'false' then false end"
            case "id":
                value = f"case when {whole} and not contains({text}, '+') then {text} end"
            case "address":
                value = f"case when {whole} and not contains({text}, ':') then lower({text}) end"
            case _:
                value = f"case when {whole} then {self.value(text, source, kind)[0]} end"
        return f"case when {text} is not null then coalesce({value}, error('')) end"

    def duration(self, text: str, source: Source) -> tuple[str, str]:
        """SQL for a duration in seconds, null when it is none, and what it should have been."""
        if source.unit != CLOCK:
            seconds = f"round(try_cast({text} as double) * {source.unit_seconds})"
            return seconds, ", and a number of seconds, minutes or hours after it"
        parts = [f"coalesce(try_cast(split_part({text}, ':', {number}) as bigint), 0)" for number in (1, 2, 3)]
        is_one = f"regexp_full_match({text}, '\\d{{1,6}}:[0-5]?\\d(:[0-5]?\\d)?')"
        seconds = f"case when {is_one} then {parts[0]} * 3600 + {parts[1]} * 60 + {parts[2]} end"
        return f"({seconds})", ", and a time like 31:05:00 after it"

    def value(self, text: str, source: Source, kind: str | tuple[str, ...]) -> tuple[str, str]:
        """SQL for the value of a text, and what the text should have been ("" when anything will do)."""
        if source.mapped and kind == "flag":
            value, wanted = self.value(text, source, ("true", "false"))
            return f"({value})::boolean", wanted
        if source.mapped:
            arms = " ".join(f"when {lowered(word)} then {quoted(code)}" for word, code in source.mapped.items() if code)
            if source.other is not None:
                other = f"else {quoted(source.other)} " if source.other else ""
                return f"case when {text} is not null then case lower({text}) {arms} {other}end end", ""
            return f"case lower({text}) {arms} end", f"one of {', '.join(source.mapped)}"
        if isinstance(kind, tuple):
            listed = ", ".join(map(quoted, kind))
            return f"case when lower({text}) in ({listed}) then lower({text}) end", f"one of {', '.join(kind)}"
        match kind:
            case "id":
                damaged = f"contains(upper({text}), 'E+') and regexp_full_match({text}, '\\d+([.,]\\d+)?[eE]\\+\\d+')"
                return (
                    f"case when not ({damaged}) then {text} end",
                    "an id: it is in scientific notation, a spreadsheet has cut its digits; "
                    "export the file again and load it without opening it",
                )
            case "address":
                # An id that stands in for an address, "<dialect>:<id>", keeps its case wherever it is
                # written (an alias too): some systems tell ids apart by it.
                stands_in = quoted(f"{self.dialect.name}:")
                return (
                    f"case when contains({text}, ':') and (starts_with({text}, {stands_in}) "
                    f"or not contains({text}, '@')) then {text} else lower({text}) end",
                    "",
                )
            case "currency":
                return f"upper({text})", ""
            case "flag":
                arms = " ".join(f"when '{word}' then {str(flag).lower()}" for word, flag in TRUTH.items())
                return f"case lower({text}) {arms} end", "true or false, yes or no, 1 or 0"
            case "count":
                whole = f"regexp_full_match({text}, '\\d+([.]0*)?')"
                return f"case when {whole} then try_cast({text} as decimal(18,0))::bigint end", "a whole number"
            case "amount":
                # 12,50 and 1.234,50 can only be decimal commas, 12.50 and 1,234.50 only decimal points;
                # 1,234 and 1.234 are what the export's own sign makes of them.
                comma = f"replace(replace({text}, '.', ''), ',', '.')"
                point = f"replace({text}, ',', '')"
                if source.decimal == ",":
                    number = (
                        f"case when regexp_full_match({text}, '[-+]?(\\d+|\\d{{1,3}}([.]\\d{{3}})+)(,\\d*)?') then {comma} "
                        f"when regexp_full_match({text}, '[-+]?(\\d+|\\d{{1,3}}(,\\d{{3}})+)[.]\\d{{1,2}}') then {point} end"
                    )
                else:
                    number = (
                        f"case when regexp_full_match({text}, '-?(\\d+|\\d{{1,3}}([.]\\d{{3}})+),\\d{{1,2}}') then {comma} "
                        f"when regexp_full_match({text}, '-?\\d{{1,3}}(,\\d{{3}})+[.]\\d+') then {point} "
                        f"else {text} end"
                    )
                return f"try_cast({number} as decimal(18,2))", "an amount like 1234.56"
            case _:
                return text, ""

    def instant(self, column: str, source: Source, is_end: bool) -> tuple[str, str, str]:
        """SQL for an instant: UTC to the second (T2). Without zone: the source's (T1). A date alone:
        its start, or its end (T3)."""
        text, zone = f"t_{column}", self.zone_of(source)
        # DuckDB also reads words such as 'epoch', years before Christ, and 02-03-26 as a day of the year 2.
        iso = f"{text} >= '0001' and {text} < ':' and substr({text}, 5, 1) in ('-', '/') and not contains({text}, '(')"
        local = f"case when {iso} then try_cast({text} as timestamp) end"
        wanted = "an instant (YYYY-MM-DD HH:MM:SS, with or without zone)"
        in_format = in_format_with_zone = "false"
        if formats := self.formats(source):
            without, with_zone = parsed(text, formats)
            if without:
                in_format = f"{without} is not null"
            if with_zone:
                in_format_with_zone = f"{with_zone} is not null"
            local = f"coalesce({', '.join(filter(None, (without, with_zone, local)))})"
            usual = "DD/MM/YYYY" if self.orders.get(self.asked(source)) == "dmy" else "MM/DD/YYYY"
            wanted = f"an instant ({' or '.join(source.formats or (usual, 'YYYY-MM-DD'))})"
        # Asked last, of what nothing else could read: every other cell costs as before.
        has_hour, is_iso_time = HAS_HOUR.format(text), f"regexp_full_match({text}, '{ISO_TIME}')"
        wall = f"upper(regexp_extract({text}, '^[\\d-]+[Tt ][\\d:]+'))"
        iso_time = f"coalesce(try_cast({wall} as timestamp), try_strptime({wall}, {ISO_FORMATS}))"
        local = f"coalesce({local}, case when {has_hour} and {text} >= '0001' and {is_iso_time} then {iso_time} end)"
        local = f"date_trunc('second', {local})"
        if is_end:
            has_hour = f"{has_hour} or {local} <> date_trunc('day', {local})"
            local = f"case when {has_hour} then {local} else {local} + interval 1 day end"
        has_hour = HAS_HOUR.format(text)
        in_utc = f"(suffix({text}, 'Z') or suffix({text}, 'z')) and {has_hour}"
        # A sign or a word after the hour is a zone, whether it can be read or not.
        after = f"substr({text}, 11)"
        zoned = f"{has_hour} and (contains({after}, '+') or contains({after}, '-') or right({text}, 1) >= 'A')"
        known = f"right({text}, 1) < 'A' or {NAMES_ZONE.format(text)}"
        offset = f"regexp_replace({text}, ' ?([+-]\\d\\d):?(\\d\\d)$', '\\1:\\2')"
        utc = f"date_trunc('second', try_cast({offset} as timestamptz) at time zone 'UTC')"
        own_offset = f"regexp_replace(regexp_extract({text}, '[+-]\\d\\d(:?\\d\\d)?$'), '^(...)(\\d\\d)$', '\\1:\\2')"
        by_offset = (
            f"try_cast(strftime(l_{column}, '%Y-%m-%d %H:%M:%S') || {own_offset} as timestamptz) at time zone 'UTC'"
        )
        # "For ever" is often written as the last day of 9999, "never" as the first of all; neither zone nor
        # end of day may carry it out of the years that every reader of a snapshot knows.
        last, first = "timestamp '9999-12-31 23:59:59'", "timestamp '0001-01-01'"
        value = (
            f"case when ({in_utc} or {in_format_with_zone}) and l_{column} <= {last} then l_{column} "
            f"when l_{column} >= timestamp '9999-12-31' then {last} "
            f"when l_{column} < timestamp '0001-01-02' then {first} "
            f"when {zoned} and not ({in_format}) then coalesce(case when {iso} and ({known}) then {utc} end, "
            f"case when {is_iso_time} then {by_offset} end) "
            f"else {utc_sql(f'l_{column}', zone)} end"
        )
        return local, value, wanted

    def formats(self, source: Source) -> tuple[str, ...]:
        """The formats a column of dates is read with: those of the order its cells are in, where that was decided."""
        order = self.orders.get(self.asked(source))
        formats = formats_in(source.formats, order) if order else source.formats
        # CDT is local time where the column's own zone calls it so, and unreadable elsewhere.
        own = short_names(self.zone_of(source))
        return formats + tuple(form.replace("%Z", name) for form in formats if "%Z" in form for name in own)

    def zone_of(self, source: Source) -> str:
        """The zone of a column's times without offset."""
        zone = source.timezone or self.zone
        return self.desk_zone if zone == "desk" else zone

    def holds(self, condition: Condition) -> str:
        """SQL that is true for the records a condition holds of."""
        text = self.raw(condition.column)
        if condition.empty is not None:
            return f"({text} is {'' if condition.empty else 'not '}null)"
        if condition.starts_with is not None:
            return f"coalesce(starts_with(lower({text}), {lowered(condition.starts_with)}), false)"
        words = ", ".join(map(lowered, condition.words))
        negated = "not " if condition.negated else ""
        return f"coalesce(lower({text}) {negated}in ({words}), false)"

    def every(self) -> list[Cell]:
        """Every column of the table that the filling fills, those the export lacks as nulls."""
        cells = []
        for column, kind in self.within.table.columns.items():
            source = self.within.columns.get(column)
            if source is None or not self.there(source):
                nothing = f"null::{sql_type(kind)}"
                cells.append(Cell(column, column, "null::varchar", None, nothing, "", nothing, False, None))
            else:
                cells.append(self.cell(column, source, kind))
        return cells
