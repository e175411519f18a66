"""The server's time for every page of the dashboard and the bytes of its messages, without a browser."""

import os
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
TIMES = 3


def page_figures(warehouse: Path) -> dict[str, tuple[float, float, int]]:
    """Return per page the seconds of a run with nothing cached, of one right after it, and the bytes it sends.

    The bytes are those of all messages of a run, before any compression; a browser keeps those it has. Raises RuntimeError when a page shows an exception: the time of an error is no time of a page.
    """
    os.environ["WAREHOUSE"] = str(warehouse)
    import streamlit as st
    from streamlit.runtime.pages_manager import PagesManager
    from streamlit.testing.v1 import AppTest, local_script_runner

    # The harness would take the folder of pages for Streamlit's older kind of menu.
    PagesManager.main_script_parent = ROOT / "benchmarks"
    parse, sent = local_script_runner.parse_tree_from_messages, []

    def weigh(messages: list) -> object:
        sent.append(sum(message.ByteSize() for message in messages))
        return parse(messages)

    local_script_runner.parse_tree_from_messages = weigh
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=120)
    app.run()
    found = {}
    for page in sorted((ROOT / "dashboard" / "pages").rglob("*.py")):
        name = page.relative_to(ROOT / "dashboard").as_posix()
        app.switch_page(name)
        first, again = [], []
        for _ in range(TIMES):
            st.cache_data.clear()
            for taken in (first, again):
                started = time.perf_counter()
                app.run()
                taken.append(time.perf_counter() - started)
                if app.exception:
                    raise RuntimeError(f"{name}: {app.exception[0].message}")
        found[name] = (median(first), median(again), sent[-1])
    return found
