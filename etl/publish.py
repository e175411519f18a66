"""The warehouse: a folder of whole snapshots and a pointer to the one that counts.

A build has a new file name of its own; when it is complete and on disk, the pointer is replaced
in one step. So readers are never locked out and never see half a snapshot, and a build killed at
any moment leaves nothing but a file that the next build removes.

    CURRENT               the name of the current snapshot's file
    snapshots/<id>.duckdb the snapshots kept
    replays/              snapshots as they stood on an earlier day (etl/replay.py)
    LOCK, LOCK.holder     held while a build is written, and by whom
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from etl import EtlError

KEPT = 10
BUILDING = ".building"
# DuckDB's own 122,880 make two parts of 200,000 rows, and hardly more work for a second core; in small ones a
# snapshot takes more of the disk. The same for all: to write to a file of other ones, DuckDB puts them together first.
ROW_GROUP_ROWS = 61_440


class WarehouseError(EtlError):
    """The warehouse cannot be read or written; the message says what would do."""


class BusyError(WarehouseError):
    """Another process is writing; it may be tried again when that is done."""


class Warehouse:
    """One warehouse folder; it need not exist until something is published."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.snapshots = self.folder / "snapshots"
        self.replays = self.folder / "replays"
        self.pointer = self.folder / "CURRENT"

    def current(self) -> Path | None:
        """Return the path of the current snapshot's file, or None before the first publish."""
        try:
            name = self.pointer.read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise WarehouseError(f"{self.pointer}: cannot be read: {error.strerror}") from error
        path = self.snapshots / name
        if not name or Path(name).name != name or not path.exists():
            raise WarehouseError(
                f"{self.pointer} names {name!r}, which is not in {self.snapshots}; "
                f"python -m etl history lists the snapshots there are, rollback takes one"
            )
        return path

    def kept(self) -> list[Path]:
        """Return the files of all snapshots kept, oldest first."""
        return sorted(self.snapshots.glob("*.duckdb"))

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """Hold the lock and give the path of a new file to build in.

        What an earlier, killed build left is removed, and so is this one's file unless it was
        published. Raises BusyError at once when another process holds the lock, naming it, WarehouseError
        and when the folder cannot be written.
        """
        try:
            self.snapshots.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "LOCK", timeout=0)
            lock.acquire()
        except Timeout:
            raise BusyError(f"{self.folder}: {self._holder()}; wait until it is done") from None
        except OSError as error:
            raise WarehouseError(f"{self.folder}: cannot be written: {error.strerror or error}") from error
        holder = self.folder / "LOCK.holder"
        try:
            holder.write_text(
                json.dumps(
                    {"process": os.getpid(), "host": socket.gethostname(), "since": f"{_now():%Y-%m-%d %H:%M:%S} UTC"}
                ),
                "utf-8",
            )
            for left in self.snapshots.glob(f"*{BUILDING}*"):
                left.unlink()
            building = self.snapshots / f"{self._new_id()}.duckdb{BUILDING}"
            try:
                yield building
            finally:
                for left in self.snapshots.glob(f"{building.name}*"):
                    left.unlink()
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def publish(self, building: Path) -> Path:
        """Make a finished, closed build the current snapshot; return its path.

        The file is on disk before it has its name, and has its name before the pointer names it.
        """
        path = building.with_name(building.name.removesuffix(BUILDING))
        put_in_place(building, path)
        self._point_to(path)
        kept = self.kept()
        for old in kept[: max(0, len(kept) - KEPT)]:
            with suppress(PermissionError):  # Windows keeps a file that is being read; the next publish removes it
                old.unlink()
        return path

    def rollback(self, snapshot_id: str) -> Path:
        """Make a kept snapshot the current one; return its path. Raises WarehouseError."""
        path = self.snapshots / f"{snapshot_id}.duckdb"
        if path not in self.kept():
            ids = ", ".join(file.stem for file in self.kept()) or "none"
            raise WarehouseError(f"{self.folder}: no snapshot {snapshot_id!r} is kept; there are: {ids}")
        with self.writing():
            self._point_to(path)
        return path

    def _point_to(self, path: Path) -> None:
        draft = self.pointer.with_name("CURRENT.draft")
        draft.write_text(path.name + "\n", "utf-8")
        put_in_place(draft, self.pointer)

    def _new_id(self) -> str:
        """An id that sorts after all that are there, whatever the computer's clock does."""
        last = max((file.stem for file in self.kept()), default="")
        new = f"{_now():%Y%m%dT%H%M%S%f}"
        return new if new > last else f"{last}a"

    def _holder(self) -> str:
        try:
            held = json.loads((self.folder / "LOCK.holder").read_text("utf-8"))
            return f"process {held['process']} on {held['host']} is writing since {held['since']}"
        except (OSError, ValueError, KeyError):
            return "another process is writing"


def warehouse_folder() -> Path:
    """Return the folder of the warehouse: $WAREHOUSE, or data/warehouse beside the code."""
    return Path(os.environ.get("WAREHOUSE") or Path(__file__).parent.parent / "data" / "warehouse")


def put_in_place(draft: Path, path: Path) -> None:
    """Give a finished, closed file its name: its content is on disk first, so the name never means half of it."""
    _sync(draft)
    draft.replace(path)
    _sync(path.parent)


@contextmanager
def writing_to(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that writes a snapshot's file, new or copied; close it after.

    The file is attached, as only so the size of its row groups can be said; `beside` gives further
    connections to it.
    """
    con = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    try:
        con.execute("set global timezone = 'UTC'")
        con.execute("set enable_progress_bar = false")  # ours goes to standard error
        # Until it is published, and synced then, nobody misses a file that is lost with the power.
        con.execute("set global fsync_mode = 'NONE'")
        con.execute("set global checkpoint_threshold = '1 TB'")
        # Kept to be used again: memory given back and asked for anew is cleared by the system each time.
        con.execute("set global block_allocator_memory = '20%'")
        file = str(path).replace("'", "''")
        con.execute(f"attach '{file}' as snapshot (row_group_size {ROW_GROUP_ROWS})")
        con.execute("use snapshot")
        yield con
    finally:
        con.close()


def beside(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return another connection to what `con` is using, for another thread; `con` must not be busy."""
    (place,) = con.execute("select current_database()").fetchone()
    cursor = con.cursor()
    cursor.execute(f'use "{place}"')
    return cursor


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a snapshot to read it. Raises WarehouseError when the file is no snapshot."""
    try:
        con = duckdb.connect(str(path), read_only=True)
        con.execute("set enable_progress_bar = false")
        return con
    except duckdb.Error as error:
        raise WarehouseError(f"{path}: is no snapshot that can be read: {str(error).splitlines()[0]}") from error


def _now() -> datetime:
    return datetime.now(UTC)


def _sync(path: Path) -> None:
    """Have the system write a file or folder to disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows neither opens nor needs to sync a folder
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
