"""Publishing: readers are never locked out, a killed build loses nothing, one writer at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from etl.publish import KEPT, Warehouse, WarehouseError, connect

ROOT = Path(__file__).parent.parent


def publish(house, value):
    with house.writing() as building:
        with duckdb.connect(str(building)) as con:
            con.execute("create table answer as select ? as value", [value])
        return house.publish(building)


def value(path):
    with connect(path) as con:
        return con.execute("select value from answer").fetchone()[0]


def test_nothing_is_current_before_the_first_publish(tmp_path):
    assert Warehouse(tmp_path / "none").current() is None


def test_published_snapshot_is_current_and_a_reader_keeps_the_one_it_has(tmp_path):
    house = Warehouse(tmp_path)
    reader = connect(publish(house, 1))
    publish(house, 2)
    assert reader.execute("select value from answer").fetchall() == [(1,)]
    reader.close()
    assert value(house.current()) == 2


def test_ten_snapshots_are_kept_and_rollback_takes_one(tmp_path):
    house = Warehouse(tmp_path)
    paths = [publish(house, number) for number in range(KEPT + 2)]
    assert house.kept() == paths[2:]
    house.rollback(paths[3].stem)
    assert value(house.current()) == 3
    with pytest.raises(WarehouseError, match=f"no snapshot '{paths[0].stem}' is kept; there are: {paths[2].stem}"):
        house.rollback(paths[0].stem)


def test_build_that_fails_leaves_the_snapshot_and_no_file(tmp_path):
    house = Warehouse(tmp_path)
    publish(house, 1)

    def fail():
        with house.writing() as building:
            building.write_text("half")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        fail()
    assert value(house.current()) == 1
    assert list(house.snapshots.glob("*building*")) == []


def test_second_writer_is_told_who_holds_the_lock(tmp_path):
    with Warehouse(tmp_path).writing():
        code = f"from etl.publish import Warehouse\nwith Warehouse({str(tmp_path)!r}).writing(): pass\n"
        other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert f"BusyError: {tmp_path}: process {os.getpid()} on " in other.stderr
    assert "is writing since 20" in other.stderr


# Each point of a publish at which a process may die: before and after every step on disk.
KILLER = """
import os, signal, sys
from pathlib import Path
import duckdb
import etl.publish as publish
steps = 0
def killing(function):
    def step(*arguments, **named):
        global steps
        for when in ("before", "after"):
            if steps == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1
            if when == "before":
                result = function(*arguments, **named)
        return result
    return step
publish._sync = killing(publish._sync)
Path.replace = killing(Path.replace)
house = publish.Warehouse(sys.argv[1])
with house.writing() as building:
    with duckdb.connect(str(building)) as con:
        con.execute("create table answer as select 2 as value")
    house.publish(building)
print(steps)
"""


def test_kill_at_any_step_of_a_publish_loses_nothing(tmp_path):
    points = 0
    while True:
        house = Warehouse(tmp_path / str(points))
        publish(house, 1)
        command = [sys.executable, "-c", KILLER, str(house.folder), str(points)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert value(house.current()) in (1, 2)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        publish(house, 3)
        assert value(house.current()) == 3
        assert list(house.snapshots.glob("*building*")) == []
        points += 1
    assert value(house.current()) == 2
    assert points == int(done.stdout) == 12


def test_damaged_pointer_says_what_would_do(tmp_path):
    house = Warehouse(tmp_path)
    publish(house, 1)
    (tmp_path / "CURRENT").write_text("../../etc/passwd\n")
    with pytest.raises(WarehouseError, match="python -m etl history lists the snapshots there are, rollback takes one"):
        house.current()


def test_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(WarehouseError) as caught, Warehouse(tmp_path / "file" / "house").writing():
        pass
    assert str(caught.value) == f"{tmp_path}/file/house: cannot be written: Not a directory"
