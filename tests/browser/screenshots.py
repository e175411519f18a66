"""Every page in light and dark, on a wide screen and a phone, into screenshots/: `make screenshots`."""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import sync_playwright  # noqa: E402

import chromium  # noqa: E402
from browser.conftest import FLAGS, NARROW, serve, settle  # noqa: E402
from etl.demo import SAMPLE_AS_OF  # noqa: E402
from etl.load import load  # noqa: E402

PAGES = {
    "today": "/",
    "first_response": "/response_and_resolution",
    "resolution": "/response_and_resolution?clock=Resolution",
    "open_tickets": "/response_and_resolution?clock=Open+tickets+and+hours",
    "auto_closes": "/auto_closes",
    "eligibility": "/eligibility",
    "banned_clients": "/banned_clients",
    "data_quality": "/data_quality",
    "tickets": "/tickets?is_open=true",
    "ticket": "/ticket?ticket=12390",
}
SIZES = {"wide": {"width": 1440, "height": 900}, "laptop": {"width": 1280, "height": 800}, "phone": NARROW}
HEIGHT = "document.querySelector('[data-testid=stMain]').scrollHeight"


def main() -> None:
    """Load the sample into a warehouse of its own, serve it, and take a picture of each page, whole."""
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        warehouse = Path(temporary) / "warehouse"
        load([ROOT / "data" / "sample"], warehouse=warehouse, as_of=SAMPLE_AS_OF, is_sample=True)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or chromium.provide(), args=FLAGS
        )
        for address in serve(warehouse, Path(temporary) / "server.log"):
            for size_name, size in SIZES.items():
                for theme in ("light", "dark"):
                    page = browser.new_context(viewport=size, color_scheme=theme).new_page()
                    for name, path in PAGES.items():
                        page.set_viewport_size(size)
                        page.goto(address + path)
                        settle(page)
                        # The main part scrolls inside the window: make the window as tall as it.
                        page.set_viewport_size(size | {"height": max(size["height"], page.evaluate(HEIGHT))})
                        settle(page)
                        page.wait_for_timeout(600)  # tables are painted after the page is said to be done
                        page.screenshot(path=folder / f"{name}_{size_name}_{theme}.png")
                    page.context.close()
        browser.close()
    sys.stdout.write(f"{len(PAGES) * len(SIZES) * 2} pictures in {folder.relative_to(ROOT)}/\n")


if __name__ == "__main__":
    main()
