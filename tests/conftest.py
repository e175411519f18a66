"""What every test may ask for: an empty raw schema, and the folders of the project."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from etl.tables import create_tables

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"

# A date well after every fixture's last event.
LATER = datetime.fromisoformat("2026-06-01T00:00:00+00:00")


@pytest.fixture
def raw():
    """An in-memory connection with the canonical tables, empty."""
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        create_tables(con)
        yield con
