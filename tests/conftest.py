"""What every test may ask for: the sample loaded, an empty raw schema, and a mapping read."""

import os
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from etl.demo import SAMPLE_AS_OF
from etl.dialect import read_dialect
from etl.load import load
from etl.publish import Warehouse
from etl.tables import create_tables

SAMPLE = Path(__file__).parent.parent / "data" / "sample"


def _connect(*args, config: dict | None = None, connect=duckdb.connect, **more) -> duckdb.DuckDBPyConnection:
    return connect(*args, config={"threads": "1", **(config or {})}, **more)


# Few rows are asked at a time, and as many tests run side by side as there are cores.
duckdb.connect = _connect


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory):
    """A warehouse with data/sample, as `make run` makes it; loaded once, whatever workers there are. Not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with FileLock(folder / "sample.lock"):
        if not Warehouse(folder / "sample").current():
            load([SAMPLE], warehouse=folder / "sample", as_of=SAMPLE_AS_OF, is_sample=True)
    return folder / "sample"


@pytest.fixture(scope="session")
def sample_snapshot(sample_warehouse):
    """The file of that snapshot."""
    return Warehouse(sample_warehouse).current()


@pytest.fixture
def raw():
    """An in-memory connection with the canonical tables, empty."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        create_tables(con)
        yield con


@pytest.fixture
def mapping(tmp_path):
    """A function that writes a mapping and returns it read."""

    def written(text):
        (tmp_path / "mine.toml").write_text(text, "utf-8")
        return read_dialect(tmp_path / "mine.toml")

    return written
