"""A PostgreSQL server of the tests' own: started in a folder that is gone afterwards, reached by a socket there."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 30


def find() -> Path | None:
    """Return the folder of PostgreSQL's server programs on this machine, the newest, or None."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((path for path in found if (path / "initdb").exists() and (path / "postgres").exists()), None)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server and give the URL of its database; end it and remove its data after."""
    # It refuses to run as root.
    as_user = {"user": _user(), "group": pwd.getpwnam(_user()).pw_gid} if os.geteuid() == 0 else {}
    name = _user() if as_user else pwd.getpwuid(os.geteuid()).pw_name
    # Its socket's path may not be long, as that of a test's own folder is.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        if as_user:
            shutil.chown(folder, name)
        data = f"{folder}/data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", name, "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **as_user,
        )  # fmt: skip
        with Path(folder, "log").open("w") as log:
            command = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
            running = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **as_user)
        try:
            _wait(programs, folder, running)
            yield f"postgresql+psycopg://{name}@/postgres?host={folder}"
        finally:
            running.send_signal(signal.SIGINT)  # asked politely it waits for whoever is connected
            running.wait(START_SECONDS)


def _user() -> str:
    """Return a user without rights of its own."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _wait(programs: Path, folder: str, running: subprocess.Popen) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert running.poll() is None, Path(folder, "log").read_text()
        if subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode == 0:
            return
        try:
            running.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(Path(folder, "log").read_text())
