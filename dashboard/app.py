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

    from dashboard.parts.headers import SecurityHeaders

    app = st.App(__file__, middleware=[Middleware(SecurityHeaders)])
