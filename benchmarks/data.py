"""The exports the benchmarks load: the demo desk at full size, written once into build/bench."""

import shutil
import time
from pathlib import Path

import duckdb

from etl.demo import write_demo

FOLDER = Path(__file__).parent.parent / "build" / "bench"


def exports(tickets: int, seed: int) -> tuple[Path, float | None]:
    """Return the folder of the demo's exports at this size, and the seconds it took if they were written now."""
    folder = FOLDER / f"exports-{tickets}-{seed}"
    seconds = None
    if not folder.exists():
        # Under another name until it is whole, so that a run that was stopped leaves no half a desk.
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        started = time.perf_counter()
        write_demo(unfinished, tickets, seed)
        seconds = time.perf_counter() - started
        unfinished.rename(folder)
    return folder, seconds


def csv_files(folder: Path) -> list[Path]:
    """Return the exports of a folder, largest first; the answer key lies in a folder of its own."""
    return sorted(folder.glob("*.csv"), key=lambda path: -path.stat().st_size)


def warm(files: list[Path]) -> None:
    """Read every file once, so that no run pays for the disk."""
    for file in files:
        with file.open("rb") as opened:
            while opened.read(1 << 24):
                pass


def record_counts(files: list[Path]) -> dict[str, int]:
    """Return how many records each file holds, by its name without suffix."""
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
        return {file.stem: con.execute("select count(*) from read_csv(?)", [str(file)]).fetchone()[0] for file in files}
