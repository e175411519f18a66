"""The dashboard: `streamlit run dashboard/app.py`.

One file, two readers. The server imports it and finds `app`, which adds the security headers; for
every visit it then runs this file as a script, which draws the frame and the chosen page.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if __name__ == "__main__":
    from dashboard.parts.frame import draw

    draw()
else:
    import streamlit as st
    from starlette.middleware import Middleware
    from streamlit.runtime.pages_manager import PagesManager

    from dashboard.parts.headers import SecurityHeaders

    # The menu is made by st.navigation. Until its first run Streamlit would take the folder of pages
    # for its own older kind of menu, and not find what a link to a page asks for.
    PagesManager.uses_pages_directory = False
    app = st.App(__file__, middleware=[Middleware(SecurityHeaders)])
