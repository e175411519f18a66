"""Bring the records of `incoming` into the canonical tables, set-based, each in exactly one class.

`incoming` holds the records of one file, or of several of one header; what becomes of each is the same.
Rows are applied as if one after the other: the first of a key is inserted, a later one updates
it unless it says the same or is older by the export's own `updated_at`. `keep` ("earliest", "filled")
columns only ever move back (an event log's first event is the ticket's opening), or are filled.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import duckdb

from etl.cells import Cell, Cells, quoted
from etl.date_order import decide
from etl.dialect import Dialect, Filling
from etl.recognise import Export
from etl.tables import ORIGIN

# The strongest effect of a record decides its class.
UNCHANGED, UPDATED, INSERTED = 1, 2, 3
# So many that a query takes longer to be planned than to run.
FEW_RECORDS = 20_000


@dataclass(frozen=True)
class Account:
    """What became of a file's records; rows = the sum of the other five, always."""

    rows: int
    inserted: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int


@dataclass(frozen=True)
class Stage:
    """One table an export fills: its cells, and the records of `incoming` that fill it as texts."""

    filling: Filling
    cells: list[Cell]
    updated_at: Cell | None
    texts: str  # a query: record_number, turn, t_<column>, l_<column>
    rows: str = ""  # where they are held: a query for what `query` gives

    @property
    def every(self) -> list[Cell]:
        """The cells, the one that dates the row's last change included."""
        return [*self.cells, *([self.updated_at] if self.updated_at else [])]

    @property
    def query(self) -> str:
        """The records as texts and values: file_number, record_number, turn, t_<column>, shown_<column>, v_<column>."""
        if self.rows:
            return self.rows
        values = ", ".join(
            f"t_{cell.column}, {cell.shown} as shown_{cell.column}, {cell.value} as v_{cell.column}"
            for cell in self.every
        )
        return f"select file_number, record_number, turn{self.place}, {values} from ({self.texts})"

    @property
    def place(self) -> str:
        """For rows that are one of several of a record: which one."""
        return ", number" if self.filling.each else ""

    @property
    def ways(self) -> list[str]:
        """Queries for the records as values, v_<column>, the faster first; an error for a cell they cannot read."""
        careful = {
            cell.column: f"case when t_{cell.column} is not null then coalesce({cell.value}, error('')) end"
            if cell.checked
            else cell.value
            for cell in self.every
        }
        plain = {cell.column: cell.plain for cell in self.every if cell.plain}
        return [
            f"select record_number, turn, {', '.join(f'{value} as v_{column}' for column, value in values.items())} "
            f"from ({self.texts})"
            for values in (careful | plain, careful)
        ]


def stage(cells: Cells, filling: Filling, unless: str = "") -> Stage:
    """Return one filling over the records, less those of which `unless` does not hold."""
    cells = cells.inside(filling)
    listed = cells.every()
    updated_at = cells.cell("updated_at", filling.updated_at, "instant") if filling.updated_at else None
    every = [*listed, *([updated_at] if updated_at else [])]
    texts = ", ".join(f"{cell.text} as t_{cell.column}" for cell in every)
    texts += "".join(f", {cell.plus} as p_{cell.column}" for cell in every if cell.plus)
    locals_ = "".join(f", {cell.local} as l_{cell.column}" for cell in every if cell.local)
    chosen = f" where {' and '.join(map(cells.holds, filling.when))}" if filling.when else ""
    rows = cells.relation(unless)
    return Stage(filling, listed, updated_at, f"select *{locals_} from (select *, {texts} from ({rows}){chosen})")


def left(con: duckdb.DuckDBPyConnection) -> str:
    """A condition for the records that are not set aside by now; "" when none is."""
    (set_aside,) = con.execute("select count(*) from set_aside").fetchone()
    return "rowid + 1 not in (select record_number from set_aside)" if set_aside else ""


def is_plain(dialect: Dialect) -> bool:
    """Whether each of its records is one row of one table."""
    (first, *others) = dialect.fillings
    return not (others or first.when or first.each)


def merge_straight(
    con: duckdb.DuckDBPyConnection, export: Export, cells: Cells, file_number: int, file: str
) -> Account | None:
    """Fill one empty table from a file in one pass, `file` being SQL that reads it; return the account.

    None, and nothing done, when the table holds rows, or the file is damaged or any record of it
    needs a closer look. By far most records of a first load go this way, which writes them once.
    """
    if not is_plain(export.dialect) or export.dialect.skips:
        return None
    filling = export.dialect.fillings[0]
    table = filling.table
    if any(source.formats or source.keep for source in filling.sources().values()) or filling.updated_at:
        return None
    if con.execute(f"select count(*) from (from raw.{table.name} limit 1)").fetchone()[0]:
        return None
    one = stage(cells.straight_from(file), filling)
    for way in one.ways:
        with suppress(duckdb.InvalidInputException):  # what error() and a torn file raise
            con.execute(f"insert into raw.{table.name} {_rows(one, way, file_number)}")
            break
    else:
        return None
    sound = [f"count(*) = count({column})" for column in table.demanded]
    sound += [f"count(*) filter (where {column} < {other}) = 0" for column, other in table.not_before.items()]
    rows, is_sound = con.execute(f"select count(*), {' and '.join(sound)} from raw.{table.name}").fetchone()
    if not is_sound or rows != _distinct(con, f"raw.{table.name}", table.key):
        con.execute(f"truncate raw.{table.name}")
        return None
    _forget(con, [export])
    return Account(rows, rows, 0, 0, 0, 0)


def _forget(con: duckdb.DuckDBPyConnection, exports: list[Export]) -> None:
    """Drop what an earlier load noted of files of these names."""
    for table in ("rejects", "skips"):
        con.execute(
            f"delete from raw.{table} where list_contains(?, file_name)", [[export.file_name for export in exports]]
        )


def merge_records(
    con: duckdb.DuckDBPyConnection, exports: list[Export], cells: Cells, torn: list[tuple[int, str, str]]
) -> list[Account]:
    """Load the staged records of exports of one header and return the account of each.

    Refused records go to raw.rejects, declared no-data to raw.skips, with their file's name. Until then
    a record's number is that among all of `incoming`.
    """
    dialect, header = cells.dialect, exports[0].header
    _forget(con, exports)
    con.execute("create or replace temp table set_aside (record_number bigint)")
    con.execute("create or replace temp table effects (file_number integer, record_number bigint, effect tinyint)")
    con.execute(
        "create or replace temp table refused "
        "(record_number bigint, column_name varchar, found_text varchar, reason varchar)"
    )
    con.execute("create or replace temp table skipped (record_number bigint, reason varchar)")
    if torn:
        con.executemany("insert into refused values (?, null, ?, ?)", torn)
        con.execute("insert into set_aside select record_number from refused")
    for skip in dialect.skips:
        _set_aside_skipped(con, cells.holds(skip), skip.reason)

    decide(con, cells, name_of(exports))
    (count,) = con.execute("select count(*) from incoming").fetchone()
    staged = _held(con, cells) if count <= FEW_RECORDS else lambda filling: stage(cells, filling, left(con))
    if not cells.has_json_lists:
        empty = " and ".join(f"c{number} is null" for number in range(len(header)))
        _set_aside_skipped(con, empty, "every cell is empty")
    # A record is refused whole: every table's cells are looked at before any is filled.
    for filling in dialect.fillings:
        _refuse(con, staged(filling))
    con.execute(
        "insert into set_aside select distinct record_number from refused except select record_number from set_aside"
    )
    for filling in dialect.fillings:
        _fill(con, staged(filling))
    if not is_plain(dialect):
        _set_aside_skipped(con, "rowid + 1 not in (select record_number from effects)", "holds nothing for any table")

    its_own = "record_number - records_before"
    in_part = "record_number > records_before and record_number <= records_before + record_count"
    con.execute(
        f"insert into raw.rejects select file_name, {its_own}, column_name, found_text, reason "
        f"from refused join parts on {in_part}"
    )
    con.execute(f"insert into raw.skips select file_name, {its_own}, reason from skipped join parts on {in_part}")
    return _accounts(con, dialect, in_part)


def _accounts(con: duckdb.DuckDBPyConnection, dialect: Dialect, in_part: str) -> list[Account]:
    """The account of each file, in their order; `in_part` joins a record by its number to its file."""
    strongest = "select file_number, record_number, max(effect) as effect from effects group by all"
    found = con.execute(
        f"""
        with strongest as ({"from effects" if is_plain(dialect) else strongest}),
        counted as (
            select
                file_number,
                count(*) filter (where effect = {INSERTED}) as inserted_count,
                count(*) filter (where effect = {UPDATED}) as updated_count,
                count(*) filter (where effect = {UNCHANGED}) as unchanged_count
            from strongest
            group by file_number
        ),
        skips as (
            select file_number, count(*) as skipped_count from skipped join parts on {in_part} group by file_number
        ),
        rejects as (
            select file_number, count(distinct record_number) as rejected_count
            from refused join parts on {in_part}
            group by file_number
        )
        select record_count, inserted_count, updated_count, unchanged_count, skipped_count, rejected_count
        from parts
        left join counted using (file_number)
        left join skips using (file_number)
        left join rejects using (file_number)
        order by file_number"""
    ).fetchall()
    return [Account(*(count or 0 for count in counts)) for counts in found]


def name_of(exports: list[Export]) -> str:
    """Return what to call exports that are loaded together: the file's name, or how many there are like the first."""
    name = exports[0].file_name
    return name if len(exports) == 1 else f"{len(exports):,} files like {name}"


def _distinct(con: duckdb.DuckDBPyConnection, relation: str, columns: tuple[str, ...]) -> int:
    """How many different keys a relation holds; empty parts of a key count as values."""
    key = ", ".join(columns)
    counted = f"count(distinct {key})" if len(columns) == 1 else "count(*)"
    relation = relation if len(columns) == 1 else f"(select distinct {key} from {relation})"
    return con.execute(f"select {counted} from {relation}").fetchone()[0]


def _rows(one: Stage, query: str, file_number: int | str, with_turn: bool = False) -> str:
    """The rows of a stage's query in the order of the canonical table's columns, their turn last."""
    turn = ", turn" if with_turn else ""
    values = ", ".join(f"v_{column} as {column}" for column in one.filling.table.columns)
    updated_at = "v_updated_at" if one.updated_at else "null::timestamp"
    return (
        f"select {values}, {file_number} as file_number, record_number, {updated_at} as updated_at{turn} from ({query})"
    )


def _held(con: duckdb.DuckDBPyConnection, cells: Cells) -> Callable[[Filling], Stage]:
    """Hold few records as texts and values; return what gives a filling's stage over those not set aside.

    Each text is made once, whatever its value asks of it.
    """
    fillings = cells.dialect.fillings
    for number, filling in enumerate(fillings):
        one = stage(cells, filling)
        con.execute(f"create or replace temp table texts_{number} as {one.texts}")
        one = replace(one, texts=f"from texts_{number}")
        con.execute(f"create or replace temp table held_{number} as {one.query}")

    def held(filling: Filling) -> Stage:
        rows = f"from held_{fillings.index(filling)} where record_number not in (select record_number from set_aside)"
        return replace(stage(cells, filling), rows=rows)

    return held


def _set_aside_skipped(con: duckdb.DuckDBPyConnection, condition: str, reason: str) -> None:
    con.execute(
        f"""insert into skipped
            select rowid + 1, ? from incoming
            where {condition} and rowid + 1 not in (select record_number from set_aside)""",
        [reason],
    )
    con.execute("insert into set_aside select record_number from skipped except select record_number from set_aside")


def _refuse(con: duckdb.DuckDBPyConnection, one: Stage) -> None:
    """Write to `refused` every cell of a stage that makes its record unusable."""
    table = one.filling.table
    tests: list[tuple[str, str, str, str]] = []  # condition, the export's column, the text, the reason
    for cell in one.every:
        text, shown = f"t_{cell.column}", f"shown_{cell.column}"
        if cell.checked:
            reason = f"'cannot read ''' || {shown} || ''' as ' || {quoted(cell.wanted)}"
            tests.append((f"{text} is not null and v_{cell.column} is null", cell.found_in, shown, reason))
        if cell.column in table.demanded:
            tests.append((f"{text} is null", cell.found_in, text, quoted(f"{cell.column} is empty")))
        if cell.column in table.not_before:
            other = table.not_before[cell.column]
            reason = (
                f"{quoted(f'{cell.column} is before {other}, ')} || strftime(v_{other}, '%Y-%m-%d %H:%M:%S') || ' UTC'"
            )
            tests.append((f"v_{cell.column} < v_{other}", cell.found_in, text, reason))
    if each := one.filling.each:  # which of the record's things it is
        where = f" || {quoted(f' ({each} ')} || number || ')'"
        tests = [(condition, column, text, reason + where) for condition, column, text, reason in tests]
    counted = ", ".join(f"count(*) filter (where {condition})" for condition, *_ in tests)
    found = con.execute(f"select {counted} from ({one.query})").fetchone()
    for count, (condition, column, text, reason) in zip(found, tests, strict=True):
        if count:
            # One cell may feed several tables; it is named once.
            con.execute(
                f"""insert into refused
                    select * from (
                        select record_number, ?, {text}, {reason} from ({one.query})
                        where {condition} order by record_number)
                    where (record_number, {quoted(column)}) not in (
                        select (record_number, column_name) from refused where column_name is not null)""",
                [column],
            )


def _fill(con: duckdb.DuckDBPyConnection, one: Stage) -> None:
    """Apply a stage's records to its canonical table and note each record's effect."""
    table = one.filling.table
    rows = _rows(one, one.query, "file_number", with_turn=True)
    con.execute(f"create or replace temp table typed as {rows}")
    columns, its_own = ", ".join(table.columns), "record_number - records_before as record_number"
    (held,) = con.execute(f"select count(*) from (from raw.{table.name} limit 1)").fetchone()
    (count,) = con.execute("select count(*) from typed").fetchone()
    if not held and count == _distinct(con, "typed", table.key):
        con.execute(
            f"insert into raw.{table.name} select {columns}, file_number, {its_own}, updated_at "
            "from typed join parts using (file_number)"
        )
        con.execute(f"insert into effects select file_number, record_number, {INSERTED} from typed")
        return
    # A row that says nothing of its age takes the place of one that does, and what is found by then counts: only a
    # look at each file by itself knows it.
    (dated,) = con.execute("select count(updated_at) from typed").fetchone()
    if dated in (0, count):
        _apply(con, one, "typed")
        return
    for (file_number,) in con.execute("select file_number from parts order by file_number").fetchall():
        _apply(con, one, f"(select * from typed where file_number = {file_number})")


def _apply(con: duckdb.DuckDBPyConnection, one: Stage, typed: str) -> None:
    """Apply typed rows to a table that holds rows of their keys, or of which some share one."""
    table = one.filling.table
    columns = list(table.columns)
    kept = [cell.column for cell in one.cells if cell.keep]
    said = ", ".join(column for column in columns if column not in kept)
    same_key = " and ".join(f"old.{column} is not distinct from new.{column}" for column in table.key)
    con.execute(
        f"create or replace temp table earlier as select old.* from raw.{table.name} as old "
        f"where exists (select 1 from {typed} as new where {same_key})"
    )
    key = ", ".join(table.key)
    lower = " or ".join(f"coalesce({column} < {column}_before, {column} is not null)" for column in kept) or "false"
    before = "".join(f", min({column}) over before as {column}_before" for column in kept)
    in_turn = f"partition by {key} order by turn rows between unbounded preceding and 1 preceding"
    carried = "".join(f", {column}" for column in kept if column not in table.key)
    con.execute(
        f"""
        create or replace temp table steps as
        with sequence as (
            select
                {key}{carried}, 0 as file_number, 0::bigint as turn, 0::bigint as record_number, updated_at,
                hash({said}) as row_hash
            from earlier
            union all
            select {key}{carried}, file_number, turn, record_number, updated_at, hash({said}) as row_hash
            from {typed}
        ),
        dated as (
            select *,
                row_number() over (partition by {key} order by turn) as nth,
                max(updated_at) over before as updated_before,
                coalesce(updated_at < max(updated_at) over before, false) as is_older{before}
            from sequence
            window before as ({in_turn})
        ),
        -- What a record is compared with is the last one that counted, not an older one in between.
        compared as (
            select *, last_value(case when not is_older then row_hash end ignore nulls) over before as hash_before
            from dated
            window before as ({in_turn})
        ),
        -- A file that leaves the row it found says nothing new, whatever its records say on the way.
        ended as (
            select *,
                first_value(updated_before) over of_file as updated_found,
                first_value(hash_before) over of_file as hash_found,
                coalesce(
                    last_value(case when not is_older then row_hash end ignore nulls) over of_file
                        = first_value(hash_before) over of_file,
                    first_value(hash_before) over of_file is not null
                ) as ends_as_found
            from compared
            window of_file as (partition by {key}, file_number order by turn
                rows between unbounded preceding and unbounded following)
        )
        select *,
            case
                when turn = 0 then 0
                when nth = 1 then {INSERTED}
                when {lower} then {UPDATED}
                when is_older or ends_as_found then {UNCHANGED}
                when row_hash = hash_before then {UNCHANGED}
                else {UPDATED}
            end as effect
        from ended"""
    )
    con.execute("insert into effects select file_number, record_number, effect from steps where turn > 0")
    lowest = "".join(f", min(least({column}, {column}_before)) as {column}" for column in kept)
    lowest_of_all = "".join(f", min({column}) as {column}" for column in kept)
    con.execute(
        f"""
        create or replace temp table winners as
        -- A row confirmed at a later date is of that date: what is older than the confirmation loses to it.
        with by_file as (
            select
                {key}{lowest},
                coalesce(max(turn) filter (where not is_older), 0) as turn,
                max(effect) > {UNCHANGED}
                or coalesce(max(updated_at) > coalesce(max(updated_found), timestamp '-infinity'), false) as is_changed
            from steps
            where turn > 0
            group by {key}, file_number
        )
        select {key}{lowest_of_all}, max(turn) as turn
        from by_file
        where is_changed
        group by {key}"""
    )
    con.execute(f"delete from raw.{table.name} as old using winners as new where {same_key}")
    said_last = ", ".join(f"winners.{column}" if column in kept else f"rows.{column}" for column in columns)
    con.execute(
        f"""
        insert into raw.{table.name}
        select {said_last}, rows.file_number, rows.record_number - records_before, rows.updated_at
        from winners
        join {typed} as rows on rows.turn = winners.turn
        join parts on parts.file_number = rows.file_number
        where winners.turn > 0
        union all
        select {said_last}, {", ".join(f"rows.{column}" for column in ORIGIN)} from winners join earlier as rows
            on {" and ".join(f"rows.{column} is not distinct from winners.{column}" for column in table.key)}
        where winners.turn = 0"""
    )
