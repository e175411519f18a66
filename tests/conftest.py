"""What every test may ask for: the sample or a small desk loaded, an empty raw schema, and a mapping read."""

import atexit
import csv
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from etl.demo import SAMPLE_AS_OF, write_demo
from etl.dialect import read_dialect
from etl.load import load
from etl.publish import Warehouse
from loading import empty_tables, judging

SAMPLE = Path(__file__).parent.parent / "data" / "sample"


def _connect(*args, config: dict | None = None, connect=duckdb.connect, **more) -> duckdb.DuckDBPyConnection:
    return connect(*args, config={"threads": "1", **(config or {})}, **more)


# Few rows are asked at a time, and as many tests run side by side as there are cores.
duckdb.connect = _connect

_read: dict[str, list[duckdb.Statement]] = {}
atexit.register(_read.clear)


def _execute(con, query, parameters=None, execute=duckdb.DuckDBPyConnection.execute) -> duckdb.DuckDBPyConnection:
    if isinstance(query, str):
        if query not in _read:
            _read[query] = con.extract_statements(query)
        for statement in _read[query][:-1]:
            execute(con, statement)
        query = _read[query][-1] if _read[query] else query
    return execute(con, query, parameters)


# Of few rows a query is sooner answered than read, and the same ones are asked hundreds of times: a process reads
# each text once. The product itself does not, for DuckDB plans what it has read before as if it knew no row.
duckdb.DuckDBPyConnection.execute = _execute


def _made_once(tmp_path_factory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of all workers, which the first to ask for it makes."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with FileLock(shared / f"{name}.lock"):
        if not (shared / f"{name}.made").exists():
            make(shared / name)
            (shared / f"{name}.made").touch()
    return shared / name


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory):
    """A warehouse with data/sample, as `make run` makes it; loaded once, whatever workers there are. Not to be changed."""
    return _made_once(
        tmp_path_factory,
        "sample",
        lambda folder: load([SAMPLE], warehouse=folder, as_of=SAMPLE_AS_OF, is_sample=True),
    )


@pytest.fixture(scope="session")
def sample_snapshot(sample_warehouse):
    """The file of that snapshot."""
    return Warehouse(sample_warehouse).current()


@pytest.fixture(scope="session")
def made_up_desk(tmp_path_factory):
    """A folder with the exports of a small made-up desk and a warehouse with them; made once, and not to be changed.

    Every client has bought something long ago. Whether a client ever bought anything is asked of the whole load [P5]:
    without that purchase, exports of an earlier day would know less than a replay of that day.
    """

    def make(folder):
        exports = folder / "exports"
        write_demo(exports, tickets=300, seed=3, as_of=SAMPLE_AS_OF)
        with (exports / "clients.csv").open(encoding="utf-8-sig", newline="") as lines:
            clients = [row["client_email"] for row in csv.DictReader(lines)]
        with (exports / "purchases.csv").open("a", encoding="utf-8", newline="") as lines:
            header = (exports / "purchases.csv").read_text("utf-8-sig").partition("\n")[0].split(",")
            old = {"product_id": "of-old", "purchased_at": "2019-01-01T10:00:00Z"}
            csv.DictWriter(lines, header, restval="").writerows(
                old | {"purchase_id": f"old {client}", "client_email": client} for client in clients
            )
        load([exports], warehouse=folder / "warehouse", as_of=SAMPLE_AS_OF)

    return _made_once(tmp_path_factory, "made_up_desk", make)


@pytest.fixture
def unjudged():
    """Loads of this test take rows in and judge nothing."""
    with judging():
        yield


@pytest.fixture
def raw():
    """An in-memory connection with the canonical tables, empty."""
    with empty_tables() as con:
        yield con


@pytest.fixture
def mapping(tmp_path):
    """A function that writes a mapping and returns it read."""

    def written(text):
        (tmp_path / "mine.toml").write_text(text, "utf-8")
        return read_dialect(tmp_path / "mine.toml")

    return written
