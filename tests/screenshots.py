"""Photograph every page of the dashboard on the sample: light and dark, wide and narrow.

`python -m tests.screenshots` fills screenshots/. With --picture it also makes the picture of the README.
"""

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.parts.frame import menu
from etl.demo import SAMPLE_AS_OF
from etl.load import load
from tests import chromium
from tests.browser.conftest import FLAGS, NARROW, WIDE, serve, settle

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "screenshots"
PICTURE = ROOT / "docs" / "today.png"
PICTURE_SIZE = {"width": 1280, "height": 860}
PICTURE_COLOURS = 128
# What the menu does not lead to.
VIEWS = {
    "resolution": "response_and_resolution?clock=Resolution",
    "open_tickets": "response_and_resolution?clock=Open+tickets",
    "open_list": "tickets?is_open=true",
    "ticket": "ticket?ticket=12392",
}


def open_page(browser: Browser, url: str, theme: str, size: dict[str, int]) -> Page:
    """Open a page in a window of its own and wait until everything on it is drawn."""
    page = browser.new_context(viewport=size, color_scheme=theme).new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    settle(page)
    return page


def whole(page: Page, size: dict[str, int]) -> bytes:
    """Return a picture of the whole page: Streamlit scrolls inside the window, so the window grows."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size(size | {"height": max(size["height"], height)})
    settle(page)
    page.wait_for_timeout(500)
    return page.screenshot(animations="disabled")


def addresses() -> dict[str, str]:
    """Return {name: address} of every page of the menu, of its other views, and of one ticket."""
    pages = [entry.url_path for entries in menu().values() for entry in entries]
    return {path or "today": path for path in pages if path != "ticket"} | VIEWS


def photograph(browser: Browser, address: str) -> None:
    """Save every page in both themes and widths."""
    FOLDER.mkdir(exist_ok=True)
    for name, path in addresses().items():
        for theme in ("light", "dark"):
            for size in (WIDE, NARROW):
                page = open_page(browser, f"{address}/{path}", theme, size)
                file = FOLDER / f"{name}-{theme}-{size['width']}.png"
                file.write_bytes(whole(page, size))
                page.context.close()
                print(file.relative_to(ROOT))


def picture(browser: Browser, address: str) -> None:
    """Save the first screen of Today as the README shows it, in few colours to keep it small."""
    page = open_page(browser, address, "light", PICTURE_SIZE)
    page.wait_for_timeout(500)
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE, animations="disabled")
    with Image.open(PICTURE) as taken:
        taken.convert("RGB").quantize(PICTURE_COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(PICTURE.relative_to(ROOT))


def main() -> None:
    """Load the sample into a warehouse of its own, serve it, and photograph it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", action="store_true", help="make docs/today.png, and nothing else")
    chosen = parser.parse_args()
    path = chromium.provide()
    if path is None:
        sys.exit(chromium.HELP)
    with tempfile.TemporaryDirectory() as folder:
        load([ROOT / "data" / "sample"], warehouse=Path(folder), as_of=SAMPLE_AS_OF, is_sample=True)
        with (
            contextmanager(serve)(Path(folder), Path(folder) / "server.log") as address,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            (picture if chosen.picture else photograph)(browser, address)
            browser.close()


if __name__ == "__main__":
    main()
