"""What every test may ask for: an empty raw schema, and a mapping read."""

import duckdb
import pytest

from etl.dialect import read_dialect
from etl.tables import create_tables


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
