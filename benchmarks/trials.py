"""How long it takes to try out another value of each number that the terms have."""

import time
from pathlib import Path

from etl.policy import CHOICES, SHIPPED, Row, read_rows
from etl.publish import Warehouse
from etl.what_if import beside, numbers, try_out


def trial_seconds(warehouse: Path) -> dict[str, float]:
    """Return {"rule.parameter: old -> new": seconds from opening the newest snapshot to the verdicts that change}."""
    snapshot, found = Warehouse(warehouse).current(), {}
    for row in numbers(read_rows(SHIPPED)):
        value = _another(row)
        started = time.perf_counter()
        with beside(snapshot) as con:
            try_out(con, {(row.rule, row.parameter): value})
            found[f"{row.rule}.{row.parameter}: {row.value} -> {value}"] = time.perf_counter() - started
    return found


def _another(row: Row) -> str:
    """Return half a share, twice any other number, the other word, or a list without its first entry."""
    match row.unit:
        case "flag":
            return "false" if row.value == "true" else "true"
        case "list":
            return row.value.partition("|")[2] or "other"
        case "":
            return next(choice for choice in CHOICES[row.rule, row.parameter] if choice != row.value)
        case "share":
            return f"{row.value_number / 2:g}"
    return f"{row.value_number * 2:g}"
