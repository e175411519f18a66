"""Each query gives the rows its cases in tests/cases/ expect; tests/case.py says how one is written."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.build import QueryError
from loading import empty_tables
from tests.case import KEYS, Case, read_cases


@pytest.fixture(scope="module")
def shared() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_tables() as con:
        yield con


@pytest.fixture
def con(shared: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the canonical tables, empty; of what is made there nothing stays."""
    shared.execute("begin")
    yield shared
    shared.execute("rollback")


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.title)
def test_case(case: Case, con: duckdb.DuckDBPyConnection):
    assert case.said.keys() <= KEYS
    if "error" in case.said:
        with pytest.raises(QueryError) as caught:
            case.prepare(con)
            case.ask(con)
        assert case.said["error"] in str(caught.value)
        return
    case.prepare(con)
    assert case.compared(case.ask(con)) == case.expected
