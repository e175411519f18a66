"""Write the exports of an invented support desk, with the known answers beside them.

The idea: a plan first, rows after. The queries in etl/demo/ decide for every ticket how many
business days its answer takes, how it ends and when, and lay that out on a calendar of their own;
the exports follow from the plan, and so does the answer key, which no rule of ours has seen. Among
them are scenes, laid out to the second: what a rule must find, and what only looks like it. The
same seed gives the same bytes, on any machine and with any number of threads. The shipped sample
is `python -m etl demo --tickets 2000 --seed 30 --out data/sample`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from etl import EtlError
from etl.tables import tables

# The clock of the sample: data/sample ends here, and is shown as of here.
SAMPLE_AS_OF = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)
SAMPLE_TICKETS = 2000
SAMPLE_SEED = 30

# The plan's own calendar knows the holidays of these years.
FIRST_AS_OF, LAST_AS_OF = datetime(2025, 7, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)

# Of a thousand tickets, how many are a second one for the same issue.
SECOND_TICKETS_PER_MILLE = 24

# How often each edge of each rule is staged, just within and one step over, where there are tickets enough for it.
LOOK_ALIKES = 36
HITS = 6

QUERIES = Path(__file__).with_name("demo")
KEY_FILE = Path("answer_key") / "answer_key.csv"
FINDINGS_FILE = Path("answer_key") / "findings_key.csv"


class DemoError(EtlError):
    """The demo cannot be written as asked for."""


def write_demo(
    out: Path,
    tickets: int = SAMPLE_TICKETS,
    seed: int = SAMPLE_SEED,
    as_of: datetime | None = None,
    step: Callable[[str], None] = lambda text: None,
) -> dict[str, int]:
    """Write one CSV per canonical table into `out`, and the answer keys; return the rows of each file.

    `tickets` is exact; about five posts come with each. The history covers the twenty months up to
    `as_of`, an aware instant, by default SAMPLE_AS_OF; nothing is dated after it. The keys lie in a
    folder of their own under headings that no export has, so that a load of `out` passes over them:
    KEY_FILE has the numbers of every ticket, FINDINGS_FILE what each rule must find and what only looks
    like it. `step` is told what is being done. Raises DemoError when the numbers or the folder will not do.
    """
    as_of = (as_of or SAMPLE_AS_OF).replace(microsecond=0)
    if as_of.tzinfo is None:
        raise DemoError(f"as_of {as_of:%Y-%m-%dT%H:%M:%S} has no time zone")
    if not FIRST_AS_OF <= as_of <= LAST_AS_OF:
        raise DemoError(f"the demo's calendar covers an as_of from {FIRST_AS_OF:%Y-%m-%d} to {LAST_AS_OF:%Y-%m-%d}")
    if not 1 <= tickets <= 5_000_000:
        raise DemoError(f"{tickets:,} tickets: from 1 to 5,000,000 can be made")
    if not 0 <= seed < 100_000:
        raise DemoError(f"seed {seed}: a number from 0 to 99999")

    with _written_to(out):
        (out / KEY_FILE).parent.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as spill,
        duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "temp_directory": spill,
            }
        ) as con,
    ):
        con.execute("set timezone = 'UTC'")
        settings = {
            "seed": seed,
            "tickets_count": tickets,
            "main_count": tickets - tickets * SECOND_TICKETS_PER_MILLE // 1000,
            "sales_count": tickets * 6 // 10 + 80,
            "look_alike_count": min(LOOK_ALIKES, tickets // 60),
            "hit_count": min(HITS, tickets // 300),
            "as_of": as_of.astimezone(UTC).replace(tzinfo=None),
        }
        for name, value in settings.items():
            con.execute(f"set variable {name} = $value", {"value": value})
        for path in sorted(QUERIES.glob("*.sql")):
            step(f"planning: {path.stem.partition('_')[2].replace('_', ' ')}")
            con.execute(path.read_text("utf-8"))
        with _written_to(out):
            return _write_files(con, out, step)


@contextmanager
def _written_to(out: Path) -> Iterator[None]:
    """Say of a folder that cannot be written that it is that."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        raise DemoError(f"{out}: cannot be written: {error}") from error


def _write_files(con: duckdb.DuckDBPyConnection, out: Path, step: Callable[[str], None]) -> dict[str, int]:
    """Copy every table of the schema `files` into its CSV, columns in contract order."""
    counts = {}
    for table in tables().values():
        step(f"writing {table.name}.csv")
        columns = ", ".join(table.columns)
        counts[f"{table.name}.csv"] = _copy(con, f"select {columns} from files.{table.name}", out / f"{table.name}.csv")
    for file, table in ((KEY_FILE, "plan.answer_key"), (FINDINGS_FILE, "plan.findings")):
        step(f"writing {file}")
        counts[file.as_posix()] = _copy(con, f"from {table}", out / file)
    return counts


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    target = str(path).replace("'", "''")
    copy = f"copy ({query}) to '{target}' (format csv, header, timestampformat '%Y-%m-%dT%H:%M:%SZ')"
    (count,) = con.execute(copy).fetchone()
    return count
