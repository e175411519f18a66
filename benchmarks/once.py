"""One measured run in a process of its own: `python -m benchmarks.once floor|load|replay EXPORTS FOLDER`.

Prints one line of JSON: wall and processor seconds from after the imports to the finished file on
disk, and the process's peak memory in MB.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from benchmarks.data import csv_files
from etl.demo import SAMPLE_AS_OF
from etl.load import load as load_exports
from etl.replay import replay as replay_at


def floor(exports: Path, folder: Path) -> None:
    """The least that loading could be: DuckDB's own reader, one table per file, checkpointed."""
    with duckdb.connect(folder / "floor.duckdb") as con:
        con.execute("set enable_progress_bar = false")
        for file in csv_files(exports):
            con.execute(f'create table "{file.stem}" as select * from read_csv(?)', [str(file)])
        con.execute("checkpoint")


def load(exports: Path, folder: Path) -> None:
    """What `python -m etl load EXPORTS --fresh` does: recognise, read, check, build every query, publish."""
    load_exports(csv_files(exports), warehouse=folder / "warehouse", as_of=SAMPLE_AS_OF, fresh=True)


def replay(exports: Path, folder: Path) -> None:
    """What `python -m etl replay` does: the warehouse of the last load, a month before it ends."""
    replay_at(warehouse=folder.parent / "load" / "warehouse", as_of=SAMPLE_AS_OF - timedelta(days=30))


def measured(run: Callable[[], None]) -> dict[str, float]:
    """Run it and return its seconds (wall and processor) and the peak memory in MB."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return {
        "seconds": time.perf_counter() - wall,
        "processor_seconds": time.process_time() - processor,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Return the most memory this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held before this process was its own
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    kind, exports, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    print(json.dumps(measured(lambda: {"floor": floor, "load": load, "replay": replay}[kind](exports, folder))))
