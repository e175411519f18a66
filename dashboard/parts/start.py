"""What is shown when there is nothing to show yet, or nothing that fits this version."""

import subprocess
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent.parent
LOAD_SAMPLE = "python -m etl sample"
LOAD_OWN = "python -m etl load PATH"


def no_warehouse(folder: Path) -> None:
    """Greet whoever opens the dashboard before anything was loaded, with the two ways to begin."""
    st.title("Nothing is loaded yet", anchor=False)
    st.write("The dashboard shows what your help desk's exports say. There are two ways to begin.")
    own, sample = st.columns(2, border=True)
    with own:
        st.subheader("Load my exports", anchor=False)
        st.write(
            "Files, folders or ZIP archives: CSV, TSV, XLSX, ODS, JSON, NDJSON or Parquet, each recognised by its "
            "columns. Run this in the product's folder, then reload this page:"
        )
        st.code(LOAD_OWN, language="bash")
    with sample:
        st.subheader("Load the sample", anchor=False)
        st.write("Twenty months of an invented desk, to look around. Your own exports will take its place.")
        if st.button("Load the sample", type="primary"):
            with st.spinner("Loading the sample, some ten seconds", show_time=True):
                failed = load_sample(folder)
            if failed:
                st.error("The sample could not be loaded.")
                st.text(failed)
            else:
                st.rerun()
        st.write("Or in the product's folder:")
        st.code(LOAD_SAMPLE, language="bash")


def load_sample(folder: Path) -> str:
    """Load the sample into the warehouse at `folder`; return what went wrong, nothing if it is loaded."""
    return run("sample", "--warehouse", str(folder.absolute()))


def run(*words: str) -> str:
    """Run one command of `python -m etl`; return what went wrong, nothing if it is done."""
    command = [sys.executable, "-m", "etl", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr or done.stdout or f"exit code {done.returncode}"


def outdated(snapshot: str) -> None:
    """Say that the snapshot was built by another version, and what to run."""
    st.warning(
        f"Snapshot {snapshot} was built by another version of the product and lacks what this page shows. "
        "Load again to build a new one; what is loaded already is kept:"
    )
    st.code(LOAD_OWN, language="bash")
