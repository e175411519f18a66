"""Each query gives the rows its cases in tests/cases/ expect; tests/case.py says how one is written."""

import duckdb
import pytest

from etl.build import QueryError
from tests.case import KEYS, Case, read_cases


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.title)
def test_case(case: Case):
    assert case.said.keys() <= KEYS
    with duckdb.connect(config={"threads": "1"}) as con:
        if "error" in case.said:
            with pytest.raises(QueryError) as caught:
                case.prepare(con)
                case.ask(con)
            assert case.said["error"] in str(caught.value)
            return
        case.prepare(con)
        assert case.compared(case.ask(con)) == case.expected
