"""Find the Chromium the browser tests drive, or install one.

`python tests/chromium.py` prints its path. Looked for, in this order: $CHROMIUM, the system's
Chromium or Chrome, the one Playwright keeps; else `playwright install chromium`; else, on Debian
and Ubuntu as root, the package `chromium`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
SETUP_SECONDS = 600

HELP = """No Chromium was found and none could be installed; the browser tests need one.
Install Chromium or Chrome with your system's package manager, or name one:
    CHROMIUM=/path/to/chromium make test"""


def find() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [*(shutil.which(name) for name in NAMES), *MAC_APPS, playwrights_own()]
    return next((path for path in candidates if path and Path(path).is_file()), None)


def playwrights_own() -> str | None:
    """Return where the installed Playwright keeps its Chromium, there or not; None without Playwright."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install() -> str | None:
    """Install a Chromium by the first way that works and return its path, else None."""
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        ways.append([["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]])
    for commands in ways:
        if all(succeeds(command) for command in commands) and (path := find()):
            return path
    return None


def succeeds(command: list[str]) -> bool:
    """Run a command without questions, show its last lines if it fails, and say whether it succeeded."""
    print(f"$ {' '.join(command)}", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            timeout=SETUP_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"gave up after {SETUP_SECONDS} s", file=sys.stderr)
        return False
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-5:]), file=sys.stderr)
    return done.returncode == 0


def provide() -> str | None:
    """Return the path of a Chromium, installed if need be; None if $CHROMIUM names none or nothing worked."""
    return find() or (None if os.environ.get("CHROMIUM") else install())


if __name__ == "__main__":
    path = provide()
    if path is None:
        sys.exit(HELP)
    print(path)
