"""Load exports into a new snapshot: what the warehouse holds, plus what is new, judged again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from etl.aliases import KINDS, alias_folder, find_alias_files, label
from etl.build import build, order, product_text_code, read_queries, side_by_side
from etl.calendar import write_calendar
from etl.cells import Cells
from etl.corrections import Correction, correct, read_corrections
from etl.decisions import Decision, store_of, stored, write_decisions
from etl.desk import Desk, left_of_the_sample, parse_desk, read_desk
from etl.dialect import read_dialect
from etl.merge import Account, merge_records, merge_straight, name_of
from etl.policy import Row, policy_of, read_rows, write_policy
from etl.publish import Warehouse, WarehouseError, beside, connect, writing_to
from etl.read import read, straight
from etl.recognise import Export, Ignored, LoadError, find_exports
from etl.tables import create_tables, tables
from etl.zone import changes

__all__ = ["LoadError", "Loaded", "load", "rebuild"]

DATA = Path(__file__).parent.parent / "data"
CORRECTIONS = DATA / "corrections.csv"
CARRIED = ("files", "rejects", "skips", "ignored")  # what a load keeps of the snapshot before, beside the tables

# How much is read before it is merged: it is held twice, and the more files, the surer which number of a date is the day.
BYTES_TOGETHER = 256_000_000

Step = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LoadedFile:
    """One file's account."""

    file: str
    dialect: str
    account: Account


@dataclass(frozen=True)
class Unknown:
    """How many of a rule's tickets are unknown, mostly why, and which data would tell; None where a person has to look."""

    rule: str
    unknown: int
    tickets: int
    reason: str
    remedy: str | None


@dataclass
class Loaded:
    """What a load did: its snapshot (None when nothing was published), files and gaps."""

    snapshot: Path | None
    as_of: datetime
    files: list[LoadedFile] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    replaced_sample: bool = False
    left_of_sample: str = ""

    @property
    def rejected(self) -> int:
        return sum(file.account.rejected for file in self.files)

    def as_json(self) -> dict:
        """The load as contract.md's `load --json` has it."""
        return {
            "snapshot": str(self.snapshot.resolve()) if self.snapshot else None,
            "as_of": f"{self.as_of:%Y-%m-%dT%H:%M:%SZ}",
            "files": [{"file": file.file, "dialect": file.dialect, **asdict(file.account)} for file in self.files],
            "ignored": [{"file": one.file_name, "reason": one.reason} for one in self.ignored],
            "unknown": [asdict(one) for one in self.unknowns],
            "warnings": [self.left_of_sample] if self.left_of_sample else [],
        }


def load(
    paths: list[Path],
    *,
    warehouse: Path,
    desk: Path = DATA / "desk.toml",
    policy: Path = DATA / "policy.csv",
    corrections: Path | None = CORRECTIONS,
    aliases: Path | None = None,
    mapping: Path | None = None,
    date_order: str | None = None,
    as_of: datetime | None = None,
    fresh: bool = False,
    dry_run: bool = False,
    strict: bool = False,
    is_sample: bool = False,
    decisions: str | None = None,
    step: Step = lambda text, done, of: None,
) -> Loaded:
    """Recognise every export under `paths`, load them, judge everything, publish one snapshot.

    `as_of` is an aware instant, by default now. `aliases` is the folder of the desk's alias files, by
    default that of etl/aliases.py. `date_order`, dmy or mdy, tells how to read dates such as 02/03/2026
    in columns that leave it open. `decisions` is the URL of their store, by default that of
    etl/decisions.py. A load adds to what the warehouse holds, unless
    `fresh`, or unless it holds the shipped sample and these files are not. `step` is told what is
    being done, and how far. Raises EtlError when anything named cannot be loaded, and with
    `strict` when a record was refused or a file passed over: nothing is published then.
    """
    the_desk, terms = read_desk(desk), read_rows(policy)
    as_of = (as_of or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    known = read_corrections(corrections, may_lack=corrections == CORRECTIONS)
    stated = find_alias_files(aliases or alias_folder())
    taught = read_dialect(mapping) if mapping else None

    house = Warehouse(warehouse)
    with TemporaryDirectory(prefix="exports-") as scratch, house.writing() as building:
        # Not before the lock is held: what is decided later is published by whoever waits for it.
        decided = stored(decisions or store_of(warehouse))
        exports, ignored = find_exports([Path(path) for path in paths], Path(scratch), taught)
        if strict and ignored:
            raise LoadError(f"{ignored[0].file_name}: {ignored[0].reason} (--strict: nothing is published)")
        before = None if fresh else house.current()
        result = Loaded(None, as_of, ignored=ignored)
        with _opened(building) as con:
            if before:
                step("taking over what the warehouse holds", 0, len(exports))
                result.replaced_sample = not _take_over(con, before, is_sample)
            result.files = _load_files(con, exports, the_desk, date_order, known, step)
            # Last, for what the desk says of a name holds whatever an export says.
            result.files += _load_files(con, stated, the_desk, None, [], step)
            if strict and result.rejected:
                raise LoadError(_first_reject(con, result))
            _judge(con, result, the_desk, terms, decided, is_sample, step)
        if not dry_run:
            result.snapshot = house.publish(building)
    return result


def rebuild(
    *,
    warehouse: Path,
    desk: Path | None = None,
    policy: Path | None = None,
    aliases: Path | None = None,
    as_of: datetime | None = None,
    decisions: str | None = None,
    step: Step = lambda text, done, of: None,
) -> Loaded:
    """Judge what the warehouse holds once more, with alias files and decisions as they are now, and publish that.

    Desk, terms and clock stay those of the current snapshot unless others are given, so that what
    differs from it follows from what differs in the files. Raises EtlError when nothing is published yet.
    """
    stated = find_alias_files(aliases or alias_folder())
    house = Warehouse(warehouse)
    with house.writing() as building:
        decided = stored(decisions or store_of(warehouse))
        before = house.current()
        if before is None:
            raise WarehouseError(f"{warehouse}: nothing is published yet; load exports with python -m etl load PATH...")
        with connect(before) as con:
            its_as_of, its_desk, is_sample = con.execute(
                "select as_of_at, toml_text, is_sample from raw.clock, raw.desk_file, raw.desk"
            ).fetchone()
            terms = read_rows(policy) if policy else policy_of(con)
        the_desk = read_desk(desk) if desk else parse_desk(its_desk)
        result = Loaded(None, as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0) if as_of else its_as_of)
        with _opened(building) as con:
            step("taking over what the warehouse holds", 0, 0)
            _take_over(con, before, is_sample)
            result.files = _load_files(con, stated, the_desk, None, [], step)
            _judge(con, result, the_desk, terms, decided, is_sample, step)
        result.snapshot = house.publish(building)
    return result


@contextmanager
def _opened(building: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to a new snapshot that is being written, with empty raw tables; close it after."""
    with writing_to(building) as con:
        create_tables(con)
        yield con


def _judge(
    con: duckdb.DuckDBPyConnection,
    result: Loaded,
    desk: Desk,
    terms: list[Row],
    decided: list[Decision],
    is_sample: bool,
    step: Step,
) -> None:
    """Judge everything that is loaded, and write the snapshot."""
    _finish_raw(con, desk, result.as_of, result.ignored, is_sample)
    write_decisions(con, decided)
    step("reading policy and calendar", len(result.files), len(result.files))
    write_policy(con, terms, desk.timezone)
    write_calendar(con, desk)
    names = order(read_queries())
    build(con, step=lambda name: step(f"building {name}", names.index(name), len(names)))
    result.unknowns = unknowns(con)
    result.left_of_sample = left_of_sample(con)
    step("writing the snapshot", len(names), len(names))
    con.execute("checkpoint")


def _take_over(con: duckdb.DuckDBPyConnection, before: Path, is_sample: bool) -> bool:
    """Copy the raw tables of the snapshot before; False when that was the sample and this is not."""
    con.execute(f"attach '{str(before).replace(chr(39), chr(39) * 2)}' as earlier_snapshot (read_only)")
    try:
        (was_sample,) = con.execute("select is_sample from earlier_snapshot.raw.desk").fetchone()
        if was_sample and not is_sample:
            return False
        for name in (*tables(), *CARRIED):
            con.execute(f"insert into raw.{name} by name select * from earlier_snapshot.raw.{name}")
        _forget_alias_files(con)
        return True
    finally:
        con.execute("detach earlier_snapshot")


def _forget_alias_files(con: duckdb.DuckDBPyConnection) -> None:
    """Take out what the desk's alias files said at an earlier load: they are read again as they are now."""
    names = [label(kind) for kind in KINDS]
    for kind in KINDS:
        con.execute(
            f"delete from raw.{kind} where file_number in (select file_number from raw.files where list_contains(?, file_name))",
            [names],
        )
    for table in CARRIED:
        con.execute(f"delete from raw.{table} where list_contains(?, file_name)", [names])


def _load_files(
    con: duckdb.DuckDBPyConnection,
    exports: list[Export],
    desk: Desk,
    date_order: str | None,
    corrections: list[Correction],
    step: Step,
) -> list[LoadedFile]:
    """Load every export; those that fill different tables side by side, the others in their order.

    What follows one another and has one header is loaded as one: a day's file is soon read, and of hundreds
    of them most of the time would go into asking.
    """
    (last,) = con.execute("select coalesce(max(file_number), 0) from raw.files").fetchone()
    numbered = list(enumerate(exports, last + 1))
    changes(desk.timezone)  # found once, before threads would each look
    said = iter(range(len(exports)))

    def load_in_order(
        connection: duckdb.DuckDBPyConnection, chain: list[tuple[int, Export]]
    ) -> list[tuple[int, LoadedFile]]:
        with connection as cursor:
            done = []
            for files in _together(chain, corrections):
                text = f"loading {name_of([export for _, export in files])}"
                told = partial(_tell, step, text, said, len(exports))
                done += _load_together(cursor, files, desk, date_order, corrections, told)
            return done

    with side_by_side(con) as pool:
        running = [pool.submit(load_in_order, beside(con), chain) for chain in _chains(numbered)]
        done = [one for future in running for one in future.result()]
        return [file for _, file in sorted(done, key=lambda one: one[0])]


def _chains(numbered: list[tuple[int, Export]]) -> list[list[tuple[int, Export]]]:
    """Part exports so that no two parts fill the same table or share a name; the largest part first."""
    chains: list[tuple[set[str], list[tuple[int, Export]]]] = []
    for number, export in numbered:
        fills = {filling.table.name for filling in export.dialect.fillings} | {f"file {export.file_name}"}
        touched = [chain for chain in chains if chain[0] & fills]
        chains = [chain for chain in chains if chain not in touched]
        joined = sorted((one for _, part in touched for one in part), key=lambda one: one[0])
        chains.append((fills.union(*(names for names, _ in touched)), [*joined, (number, export)]))
    parts = [part for _, part in chains]
    return sorted(parts, key=lambda part: sum(export.path.stat().st_size for _, export in part), reverse=True)


def _together(chain: list[tuple[int, Export]], corrections: list[Correction]) -> list[list[tuple[int, Export]]]:
    """Part a chain into runs of files that are loaded as one."""
    corrected = {one.file for one in corrections}
    runs: list[list[tuple[int, Export]]] = []
    size = 0
    for number, export in chain:
        its_size = export.path.stat().st_size
        if (
            runs
            and _is_alike(runs[-1][-1][1], export)
            and size + its_size <= BYTES_TOGETHER
            and corrected.isdisjoint((runs[-1][-1][1].file_name, export.file_name))
        ):
            runs[-1].append((number, export))
            size += its_size
        else:
            runs.append([(number, export)])
            size = its_size
    return runs


def _is_alike(one: Export, other: Export) -> bool:
    """Whether two exports have one header, and their cells are read alike."""
    return (
        one.dialect is other.dialect and one.header == other.header and (one.records is None) == (other.records is None)
    )


def _tell(step: Step, text: str, said: Iterator[int], of: int) -> None:
    step(text, next(said), of)


def _load_together(
    con: duckdb.DuckDBPyConnection,
    files: list[tuple[int, Export]],
    desk: Desk,
    date_order: str | None,
    corrections: list[Correction],
    told: Callable[[], None],
) -> list[tuple[int, LoadedFile]]:
    """Load files of one header, and write their accounts; return them by the files' numbers."""
    cells = Cells(files[0][1], desk.timezone, date_order)
    accounts = load_exports(con, files, cells, corrections, told)
    loaded = [
        (number, LoadedFile(export.file_name, export.dialect.name, account))
        for (number, export), account in zip(files, accounts, strict=True)
    ]
    con.execute("delete from raw.ignored where list_contains(?, file_name)", [[file.file for _, file in loaded]])
    now = datetime.now(UTC).replace(tzinfo=None)
    con.executemany(
        "insert into raw.files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(number, file.file, file.dialect, now, *asdict(file.account).values()) for number, file in loaded],
    )
    for (table,) in con.execute("select table_name from duckdb_tables() where temporary").fetchall():
        con.execute(f"drop table temp.{table}")
    return loaded


def load_exports(
    con: duckdb.DuckDBPyConnection,
    files: list[tuple[int, Export]],
    cells: Cells,
    corrections: list[Correction],
    told: Callable[[], None] = lambda: None,
) -> list[Account]:
    """Bring numbered exports of one header into the canonical tables; return what became of each one's records.

    The order of day and month is decided over all of them. Only an export that comes alone can be
    corrected. `told` is called before each is read.
    """
    (number, export), *others = files
    if others:
        torn = read(con, files, told)
        return merge_records(con, [export for _, export in files], cells, torn)
    told()
    known = [one for one in corrections if one.file == export.file_name]
    file = None if known else straight(export)
    account = merge_straight(con, export, cells, number, file) if file else None
    if account:
        return [account]
    torn = read(con, files)
    correct(con, export, cells, known)
    return merge_records(con, [export], cells, torn)


def _finish_raw(
    con: duckdb.DuckDBPyConnection, desk: Desk, as_of: datetime, ignored: list[Ignored], is_sample: bool
) -> None:
    """Write the clock, the desk, the files passed over and the orphans."""
    con.execute("insert into raw.clock values (?)", [as_of])
    con.execute("insert into raw.product values (?)", [product_text_code()])
    write_desk(con, desk, is_sample)
    for one in ignored:
        con.execute("delete from raw.ignored where file_name = ?", [one.file_name])
        con.execute("insert into raw.ignored values (?, ?)", [one.file_name, one.reason])
    counts = []
    for table in tables().values():
        for column, linked in table.links.items():
            # What the desk says stands for another address or product is no orphan.
            aliases = tables()[linked].aliases
            holders = [linked, aliases] if aliases and aliases != table.name else [linked]
            keys = {f"held_{place}.{tables()[name].key[0]}": name for place, name in enumerate(holders)}
            # An anti join would hash the rows that point rather than the fewer that are pointed at.
            joined = " ".join(
                f"left join raw.{name} as {key.partition('.')[0]} on {key} = rows.{column}"
                for key, name in keys.items()
            )
            missing = " and ".join(f"{key} is null" for key in keys)
            counts.append(
                f"select '{table.name}', '{column}', '{linked}', count(*) from raw.{table.name} as rows {joined} "
                f"where rows.{column} is not null and {missing}"
            )
    con.execute(f"insert into raw.orphans {' union all '.join(counts)}")


def write_desk(con: duckdb.DuckDBPyConnection, desk: Desk, is_sample: bool) -> None:
    """Write whose desk this is, and its file; what was written before makes room."""
    con.execute("delete from raw.desk")
    con.execute(
        "insert into raw.desk values (?, ?, ?, ?, ?, ?)",
        [
            desk.name,
            desk.timezone,
            desk.ticket_url,
            desk.client_url,
            is_sample,
            None if is_sample else ", ".join(left_of_the_sample(desk)) or None,
        ],
    )
    con.execute("delete from raw.desk_file")
    con.execute("insert into raw.desk_file values (?)", [desk.text])


def _first_reject(con: duckdb.DuckDBPyConnection, result: Loaded) -> str:
    rejected = result.rejected
    first = next(file.file for file in result.files if file.account.rejected)
    file, record, column, reason = con.execute(
        """select file_name, record_number, column_name, reason from raw.rejects
           where file_name = ? order by record_number limit 1""",
        [first],
    ).fetchone()
    where = f"record {record}" + (f", {column}" if column else "")
    more = f" and {rejected - 1} more" if rejected > 1 else ""
    return f"{file}: {where}: {reason}{more} (--strict: nothing is published)"


def unknowns(con: duckdb.DuckDBPyConnection) -> list[Unknown]:
    """Return, per rule with unknown verdicts, how many, why mostly, and which data would end that."""
    found = con.execute(
        """select rule, unknown_count, ticket_count, main_reason, remedy
           from reports.unknown_by_rule where unknown_count > 0 order by rule"""
    ).fetchall()
    return [Unknown(*row) for row in found]


def left_of_sample(con: duckdb.DuckDBPyConnection) -> str:
    """Return in a sentence what the desk file still holds of the sample's desk; "" if it is the desk's own."""
    (left,) = con.execute("select left_of_sample_text from raw.desk").fetchone()
    return (
        f"the desk file still holds the sample's {left}: business time is not your desk's; "
        "write your own into data/desk.toml, then: python -m etl rebuild --desk data/desk.toml"
        if left
        else ""
    )


def rows_per_table(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return {canonical table: rows}."""
    return {name: con.execute(f"select count(*) from raw.{name}").fetchone()[0] for name in tables()}
