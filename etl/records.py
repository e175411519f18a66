"""Files whose records are objects, not lines of cells: JSON in its several layouts, and Parquet.

A record's fields have dotted names, `requester.email`, and are found by them as a column is by its
header. DuckDB reads; here is where the records lie in a file, what they hold, and the SQL that
takes each field out as text, as a person would have typed it into a cell.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

import duckdb

from etl.dialect import Dialect, folded

JSON = {".json", ".ndjson", ".jsonl"}
PARQUET = {".parquet"}
# Exporters leave out of a record what it lacks, so a file's names are those of its first records together.
RECORDS_LOOKED_AT = 1000
LONGEST_OBJECT = 64_000_000
LONGEST_DOCUMENT = 2**32 - 1
LEVELS_DEEP = 4
# [{"id": 7, "value": "x"}] is how many systems write the fields their users have added: as custom_fields.7.
LABELS = ("id", "name", "key", "field", "title", "label")

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Records:
    """One list of records in a file: where it lies, and its fields."""

    layout: str  # of JSON: lines, array or values (whatever else stands one after the other); or parquet
    fields: dict[str, str]  # name as seen: SQL for its text, over `record` or the columns of a Parquet file
    within: Keys = ()  # the keys that lead from each value of the file to its record
    is_list: bool = False  # and whether a list of records is there
    has_nan: bool = False  # whether a number that is none may stand for no value
    chosen: tuple[str, ...] = ()  # SQL of the fields that are read, in the order of the export's header

    @property
    def label(self) -> str:
        """What tells this list from others of its file."""
        return ".".join(self.within) if self.is_list else ""

    @property
    def in_lines(self) -> "Records":
        """The same records where each stands in a line of its own, as etl/torn.py writes them."""
        return replace(self, layout="lines", within=() if self.is_list else self.within, is_list=False)

    def read_by(self, dialect: Dialect) -> tuple[list[str], "Records"]:
        """Return the header of what a dialect reads, also of what no record looked at holds, and how it is read."""
        seen = {folded(name): name for name in reversed(self.fields)}
        lists = {filling.each for filling in dialect.fillings if filling.each}
        header, chosen = [], []
        for name in dialect.names():
            found = next((seen[called] for called in dialect.called(name) if called in seen), None)
            if found is None and self.layout == "parquet":
                continue
            sql = self.fields[found] if found else _text(found_keys(name))
            header.append(found or name)
            if name in lists:
                sql = _as_json(sql, self.layout)
            elif self.has_nan:
                sql = _unless_nan(sql)
            chosen.append(sql)
        return header, replace(self, chosen=tuple(chosen))

    def query(self, file: str, size: int, strict: bool = False) -> str:
        """SQL for c0, c1, ... and `torn`, the text of what is no record; `strict`: for an error instead of that.

        `file` is the path as SQL, `size` its bytes.
        """
        texts = [f"{sql} as c{number}" for number, sql in enumerate(self.chosen)]
        if self.layout == "parquet":
            texts += [] if strict else ["null::varchar as torn"]
            return f"select {', '.join(texts)} from {_parquet_file(file)}"
        is_one = "json_type(record) = 'OBJECT'"
        if strict:
            texts[0] = f"case when {is_one} then {self.chosen[0]} else error('') end as c0"
        else:
            texts += [f"case when {is_one} then null else coalesce(record::varchar, '') end as torn"]
        return f"select {', '.join(texts)} from ({self._records(file, size, strict)})"

    def _records(self, file: str, size: int, strict: bool) -> str:
        record = "json"
        if self.is_list:
            record = f"unnest(json_extract(json, {_path(self.within)} || '[*]'))"
        elif self.within:
            record = f"json_extract(json, {_path(self.within)})"
        # Of a torn line with a list nobody would miss the records.
        return f"select {record} as record from {_json_file(file, self.layout, size, strict or self.is_list)}"


def _parquet_file(file: str) -> str:
    return f"read_parquet({file}, binary_as_string = true, hive_partitioning = false)"


def _json_file(file: str, layout: str, size: int, strict: bool = False) -> str:
    form = {"lines": "newline_delimited", "array": "array", "values": "unstructured"}[layout]
    # A list in an object comes with its object, so that is as long as the file.
    longest = min(max(size, LONGEST_OBJECT), LONGEST_DOCUMENT) if layout == "values" else LONGEST_OBJECT
    lenient = ", ignore_errors = true" if layout == "lines" and not strict else ""
    return (
        f"read_json_objects({file}, format = '{form}', maximum_object_size = {longest}, compression = 'none', "
        f"hive_partitioning = false{lenient})"
    )


def _path(keys: Keys) -> str:
    """A JSON path as an SQL literal."""
    return "'$" + "".join(f'."{key}"' for key in keys).replace("'", "''") + "'"


def _text(keys: Keys) -> str:
    return f"json_extract_string(record, {_path(keys)})"


def _unless_nan(sql: str) -> str:
    """SQL for a field's text; null for the NaN, no text, that pandas writes where it has no value."""
    kind = sql.replace("json_extract_string(", "json_type(", 1)
    return f"(case when {sql} <> 'NaN' or {kind} = 'VARCHAR' then {sql} end)"


def found_keys(name: str) -> Keys:
    """Return the keys a dotted name means where no record has it in another way."""
    return tuple(name.strip().split("."))


def _as_json(sql: str, layout: str) -> str:
    """SQL for a field that may be a list, as JSON; of a Parquet file it may be a text that is or is not JSON."""
    if layout == "parquet":
        return f"(case when json_valid({sql}) then {sql} else to_json({sql})::varchar end)"
    return sql.replace("json_extract_string(", "json_extract(", 1) + "::varchar"


def find_parquet(con: duckdb.DuckDBPyConnection, path: str) -> list[Records]:
    """Return the records of a Parquet file. Raises duckdb.Error when it is none."""
    columns = con.sql(f"select * from {_parquet_file('?')}", params=[path])
    fields: dict[str, str] = {}

    def add(name: str, sql: str, kind) -> None:
        if kind.id == "struct":
            for child, child_kind in kind.children:
                add(f"{name}.{child}", f"{sql}.{_quoted(child)}", child_kind)
        else:
            fields.setdefault(name, _cell(sql, kind))

    for name, kind in zip(columns.columns, columns.types, strict=True):
        add(name, _quoted(name), kind)
    return [Records("parquet", fields)]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(sql: str, kind) -> str:
    """SQL for a value of a Parquet file as it would be typed; an instant keeps its zone, or that it has none."""
    match kind.id:
        case "timestamp with time zone":
            return f"(({sql}) at time zone 'UTC')::varchar || 'Z'"
        case "float" | "double":
            # A column of whole numbers with gaps is one of fractions for pandas. Beyond 2^53 digits are lost: no id.
            return (
                f"(case when isnan({sql}) then null when abs({sql}) >= 9007199254740992 then format('{{:E}}', {sql}::double) "
                f"when {sql} = trunc({sql}) then ({sql})::bigint::varchar else ({sql})::varchar end)"
            )
        case "list" | "array" | "map" | "union":
            return f"to_json({sql})::varchar"
        case _:
            return f"({sql})::varchar"


def first_objects(con: duckdb.DuckDBPyConnection, path: str, layout: str, size: int) -> list[dict]:
    """Return the first records of a JSON file of `size` bytes. Raises duckdb.Error when it is not JSON throughout."""
    found = con.execute(
        f"select json, json_structure(json) from {_json_file('?', layout, size)} limit {RECORDS_LOOKED_AT}", [path]
    ).fetchall()
    values = [_value(*texts) for texts in found if texts[0] is not None]
    return [value for value in values if isinstance(value, dict)]


def _value(text: str, structure: str) -> object:
    """A value as Python has it; where DuckDB is more lenient, a trailing comma say, with types for what it holds."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(structure)


def may_hold_nan(path: Path) -> bool:
    """Say whether the letters NaN stand anywhere in a file; where they do not, no field need be looked at twice."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        return text.find(b"NaN") >= 0


def ways_to_read(layout: str, values: list[dict]) -> Iterator[list[Records]]:
    """Give the ways a JSON file may be read, the likeliest first: each is the lists of records it then holds.

    `values` are the first objects in it.
    """
    if not values:
        return
    yield [Records(layout, _fields(values))]
    # {"ticket": {...}}: every record in a wrapper of its own.
    keys = {tuple(value) for value in values}
    if (
        len(keys) == 1
        and len(wrapper := keys.pop()) == 1
        and all(isinstance(value[wrapper[0]], dict) for value in values)
    ):
        inner = [value[wrapper[0]] for value in values]
        yield [Records(layout, _fields(inner), wrapper)]
    # {"tickets": [...], "users": [...], "count": 2}: lists in an object, like the sheets of a workbook.
    lists: dict[Keys, list[dict]] = {}
    for value in values:
        for within, records in _lists(value):
            lists.setdefault(within, []).extend(records[:RECORDS_LOOKED_AT])
    yield [Records(layout, _fields(records), within, is_list=True) for within, records in lists.items() if records]


def json_layout(suffix: str, head: str) -> str:
    """Return how the values of a JSON file stand in it; `head` is how its text begins."""
    text = head.lstrip()
    if text.startswith("["):
        return "array" if suffix == ".json" or not _is_json(text.splitlines()[0]) else "lines"
    if suffix != ".json":
        return "lines"
    lines = [line for line in text.splitlines()[:RECORDS_LOOKED_AT] if line.strip()]
    # The last line that was looked at may be cut.
    sound = sum(_is_json(line) for line in lines[:-1])
    return "lines" if sound and 2 * sound >= len(lines) - 1 else "values"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _fields(records: list[dict]) -> dict[str, str]:
    """The names of the fields of some records, in the order in which they are met, each with SQL for its text."""
    fields: dict[str, str] = {}

    def add(keys: Keys, value: object) -> None:
        if any('"' in key or "\\" in key for key in keys):
            return  # no path of DuckDB's can name it
        if isinstance(value, dict) and value and len(keys) < LEVELS_DEEP:
            for key, inner in value.items():
                add((*keys, key), inner)
        else:
            fields.setdefault(".".join(keys), _text(keys))
            if isinstance(value, list):
                add_labelled(keys, value)

    def add_labelled(keys: Keys, things: list) -> None:
        for thing in things:
            if not isinstance(thing, dict) or "value" not in thing:
                return
            for label in LABELS:
                if isinstance(thing.get(label), str | int):
                    which = (
                        f"json_extract_string(thing, '$.{label}') = '{str(thing[label]).replace(chr(39), chr(39) * 2)}'"
                    )
                    found = f"list_filter(json_extract(record, {_path(keys)} || '[*]'), lambda thing: {which})[1]"
                    fields.setdefault(f"{'.'.join(keys)}.{thing[label]}", f"json_extract_string({found}, '$.value')")

    for record in records:
        for key, value in record.items():
            add((key,), value)
    return fields


def _lists(value: dict, within: Keys = ()) -> Iterator[tuple[Keys, list[dict]]]:
    """The lists of objects in an object, or in an object in it, with the keys that lead to each."""
    for key, inner in value.items():
        if isinstance(inner, list) and all(isinstance(thing, dict) for thing in inner):
            yield (*within, key), inner
        elif isinstance(inner, dict) and not within:
            yield from _lists(inner, (key,))


def what_is_wrong(text: str) -> str:
    """Return why a line is no record."""
    try:
        json.loads(text)
    except ValueError as error:
        return f"is no JSON: {str(error).split(': line 1')[0].lower()}"
    return "is no JSON object"
