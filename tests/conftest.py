"""What every test may ask for: an empty raw schema."""

import duckdb
import pytest

from etl.tables import create_tables


@pytest.fixture
def raw():
    """An in-memory connection with the canonical tables, empty."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        create_tables(con)
        yield con
