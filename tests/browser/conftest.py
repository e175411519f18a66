"""One server on the sample and one Chromium for all browser tests, and how a test acts and waits."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from etl.demo import SAMPLE_AS_OF
from etl.load import load

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import chromium  # noqa: E402

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

# After a click the app looks idle for a moment before it runs: wait until it was seen running. The
# whole document is watched, for a new page may come with a new element; and what ran too fast to be
# seen is taken as done after a while: what a test then expects decides.
ARM = """() => {
    window.wasRunning = false;
    window.armedAt = performance.now();
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(() => {
        const app = document.querySelector('[data-testid="stApp"]');
        if (app?.getAttribute('data-test-script-state') === 'running') window.wasRunning = true;
    });
    window.watcher.observe(document.documentElement, {
        subtree: true, childList: true, attributes: true, attributeFilter: ['data-test-script-state'],
    });
}"""
RAN = """() => (window.wasRunning || performance.now() - window.armedAt > 6000)
    && document.querySelector('[data-testid="stApp"]')?.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]')"""
IDLE = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.getAttribute('data-test-script-state') === 'notRunning'
        && app.getAttribute('data-test-connection-state') === 'CONNECTED'
        && document.querySelector('h1')
        && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]');
}"""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def serve(warehouse: Path, log: Path) -> Iterator[str]:
    """Start the dashboard as `make run` does, on a free port, and yield its address; end it after."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--server.address", "localhost", "--server.port", str(port)],
            cwd=ROOT,
            env=os.environ | {"WAREHOUSE": str(warehouse)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        address = f"http://localhost:{port}"
        try:
            for _ in range(300):
                assert server.poll() is None, log.read_text()
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                    break
                except (urllib.error.URLError, TimeoutError):
                    server_waits(server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def server_waits(server: subprocess.Popen) -> None:
    """Give the server a moment, unless it has ended."""
    try:
        server.wait(0.1)
    except subprocess.TimeoutExpired:
        return


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that holds the sample, as `make run` makes it."""
    folder = tmp_path_factory.mktemp("warehouse")
    load([ROOT / "data" / "sample"], warehouse=folder, as_of=SAMPLE_AS_OF, is_sample=True)
    return folder


@pytest.fixture(scope="session")
def address(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard answers."""
    yield from serve(warehouse, tmp_path_factory.mktemp("server") / "server.log")


@pytest.fixture
def sample_of_its_own(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a dashboard answers that may write: a copy of the sample, and alias files of its own."""
    monkeypatch.setenv("ALIASES", str(tmp_path / "own"))
    shutil.copytree(warehouse, tmp_path / "warehouse")
    yield from serve(tmp_path / "warehouse", tmp_path / "server.log")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own."""
    path = chromium.find()  # before Playwright runs, for it may ask Playwright itself, which runs once at a time
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A function that opens a path in a new window; at the end nothing may have gone wrong in any."""
    contexts, faults = [], []

    def open_page(path: str = "/", size: dict[str, int] = WIDE) -> Page:
        context = browser.new_context(
            viewport=size, color_scheme="light", accept_downloads=True, timezone_id="America/Los_Angeles"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(f"asked {request.url}") if is_outside(request.url) else None)
        page.goto(address + path)
        settle(page)
        return page

    def is_outside(url: str) -> bool:
        return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:", "about:"))

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def is_fault(message) -> bool:
    """Say whether a line of the console is an error. A deep link asks for its files beside itself first: known."""
    known = "_stcore/" in message.location.get("url", "") and "404" in message.text
    return message.type == "error" and not known


def settle(page: Page) -> None:
    """Wait until the page has been run and every chart is drawn."""
    page.wait_for_function(IDLE)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(e => e.querySelector('.marks'))"
    )


def act(page: Page, deed: Callable[[], object]) -> None:
    """Do something that makes the app run, and wait until it has."""
    page.evaluate(ARM)
    deed()
    page.wait_for_function(RAN)
    settle(page)
