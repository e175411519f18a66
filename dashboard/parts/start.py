"""What is shown when there is nothing to show yet, or nothing that fits this version."""

import streamlit as st

LOAD_SAMPLE = "python -m etl load data/sample"
LOAD_OWN = "python -m etl load PATH"


def no_warehouse() -> None:
    """Greet whoever opens the dashboard before anything was loaded, with the two ways to begin."""
    st.title("Nothing is loaded yet")
    st.write("The dashboard shows what your help desk's exports say. Load some, then reload this page.")
    own, sample = st.columns(2, border=True)
    with own:
        st.subheader("Load my exports")
        st.write("Files or folders: CSV, XLSX, ODS and more. Each is recognised by its header.")
        st.code(LOAD_OWN, language="bash")
    with sample:
        st.subheader("Load the sample")
        st.write("A small desk that ships with the product, to look around.")
        st.code(LOAD_SAMPLE, language="bash")


def outdated(snapshot: str) -> None:
    """Say that the snapshot was built by another version, and what to run."""
    st.warning(
        f"Snapshot {snapshot} was built by another version of the product and lacks what this page shows. "
        "Load again to build a new one; what is loaded already is kept."
    )
    st.code(LOAD_OWN, language="bash")
