"""Run many seeds and shrink each kind of difference to the smallest desk that still shows it.

`python -m reference.hunt FIRST COUNT [--load]` from tests/, with the repository on PYTHONPATH.
"""

# ruff: noqa: T201 - a command

import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from etl.build import read_queries
from reference.compare import Difference, broken, built, differences, loaded
from reference.desks import RandomDesk, make
from reference.verdicts import TABLES, Model


def wanted() -> set[str]:
    """Return the tables of the model that queries/ has."""
    return set(TABLES) & set(read_queries())


def shows(desk: RandomDesk, as_of: datetime, table: str, column: str) -> list[Difference]:
    """Return the differences in one column of one table."""
    try:
        with built(desk, as_of, {table}) as con:
            found = differences(con, Model([(desk, as_of)]))
            return [one for one in found if (one.table, one.column) == (table, column)]
    except Exception:
        return []


def shrunk(desk: RandomDesk, as_of: datetime, table: str, column: str) -> RandomDesk:
    """Return the desk with every row left out, then every cell emptied, that the difference does not need."""
    for name in desk.tables:
        size = max(len(desk.tables[name]) // 2, 1)
        while size and desk.tables[name]:
            start = 0
            while start < len(desk.tables[name]):
                rows = desk.tables[name][:start] + desk.tables[name][start + size :]
                smaller = desk.with_tables(desk.tables | {name: rows})
                if shows(smaller, as_of, table, column):
                    desk = smaller
                else:
                    start += size
            size //= 2
    for name, rows in desk.tables.items():
        for number, row in enumerate(rows):
            for cell in [cell for cell, text in row.items() if text]:
                emptied = desk.tables[name].copy()
                emptied[number] = {key: text for key, text in emptied[number].items() if key != cell}
                smaller = desk.with_tables(desk.tables | {name: emptied})
                if shows(smaller, as_of, table, column):
                    desk = smaller
    return desk


def report(desk: RandomDesk, as_of: datetime, table: str, column: str) -> str:
    """Return the smallest desk for a difference, as text."""
    small = shrunk(desk, as_of, table, column)
    lines = [f"## seed {desk.seed}, as_of {as_of}, {table}.{column}"]
    lines += [str(one) for one in shows(small, as_of, table, column)][:3]
    for name, rows in small.tables.items():
        lines += [f"  {name}: { {key: text for key, text in row.items() if text} }" for row in rows]
    return "\n".join(lines)


def main(first: int, count: int, with_loader: bool) -> int:
    """Run the seeds; print each new kind of difference once, shrunk, and a line per failing seed."""
    known: dict[tuple[str, str], int] = {}
    agreed = 0
    for seed in range(first, first + count):
        desk = make(seed)
        is_equal = True
        model = Model([(desk, as_of) for as_of in desk.as_ofs])
        for number, as_of in enumerate(desk.as_ofs):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    with loaded(desk, as_of, Path(folder)) if with_loader else built(desk, as_of, wanted()) as con:
                        found, wrong = differences(con, model, number), broken(con, whole=False)
                except Exception as error:
                    print(f"seed {seed}, as_of {as_of}: {type(error).__name__}: {error}", flush=True)
                    traceback.print_exc(limit=-2)
                    is_equal = False
                    break
            for name, rows in wrong.items():
                print(f"seed {seed}, as_of {as_of}: broken: {name}: {rows[:3]}", flush=True)
            is_equal &= not found and not wrong
            fresh = [kind for kind in dict.fromkeys((one.table, one.column) for one in found) if kind not in known]
            for kind in fresh:
                print(
                    f"seed {seed}, as_of {as_of}: {next(o for o in found if (o.table, o.column) == kind)}", flush=True
                )
            if fresh and not with_loader:
                print(report(desk, as_of, *fresh[0]), flush=True)
            for one in found:
                known[one.table, one.column] = known.get((one.table, one.column), 0) + 1
        agreed += is_equal
        if (seed - first) % 50 == 49:
            print(f"{agreed} of {seed - first + 1} seeds agreed so far", flush=True)
    print(f"{agreed} of {count} seeds agreed; {known}")
    return agreed == count


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]), int(sys.argv[2]), "--load" in sys.argv))
