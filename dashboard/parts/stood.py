"""Looking back: the reader picks a day, and every page shows the desk as it stood at the end of it.

The day lives in the address like every filter. The replay is made by a thread of its own, so a
click elsewhere does not begin it anew, and readers who ask for the same day wait for the same one.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import streamlit as st

from dashboard.parts.clauses import plain
from dashboard.parts.warehouse import Snapshot, open_snapshot
from dashboard.parts.words import day as said_day
from etl import EtlError
from etl.publish import warehouse_folder
from etl.replay import end_of_day, replay

STOOD_ON = "stood_on"  # what the address calls the day


@dataclass
class Making:
    """A replay on its way: its file when it is done, and what is being done, how far (0 to 1)."""

    done: Future
    text: str = "beginning"
    share: float = 0.0

    def step(self, text: str, done: int, of: int) -> None:
        """Take note of how far it is."""
        self.text, self.share = text, done / of if of else self.share


_made: dict[tuple[Path, datetime], Path] = {}
_making: dict[tuple[Path, datetime], Making] = {}
_asking = threading.Lock()
_pool = ThreadPoolExecutor(2, "replay")


def ask_day() -> date | None:
    """Draw the choice of a day, bound to the address, and return it; None shows the desk as of the newest load."""
    return st.date_input(
        "As it stood on",
        value=None,
        # Any day may be asked for: one that cannot be shown is answered with the reason.
        min_value=date(1900, 1, 1),
        max_value=date(2999, 12, 31),
        key=STOOD_ON,
        bind="query-params",
        help="Every page shows the desk at the end of that day, as if nothing later had happened yet.",
    )


def look_at(day: date | None) -> None:
    """Choose a day on the reader's behalf; None is the way back. For the callbacks of buttons."""
    st.session_state[STOOD_ON] = day


def as_it_stood(snapshot: Snapshot, day: date | None) -> Snapshot | None:
    """Return the snapshot as it stood at the end of a day, with a banner that says so and leads back.

    Without a day it is the snapshot itself, without a banner. None when that day cannot be shown:
    why, and the way back, are drawn in place of the page.
    """
    if day is None:
        return snapshot
    cursor = snapshot.connection.cursor()
    try:
        at = end_of_day(cursor, day)
        replayed = open_snapshot(_replayed(snapshot, at)) if at else snapshot
    except EtlError as error:
        st.title(f"As it stood on {said_day(day)}", anchor=False)
        st.info(plain(_sentence(str(error))))
        _way_back(snapshot)
        return None
    finally:
        cursor.close()
    with st.container(key="stood", horizontal=True, vertical_alignment="center"):
        if at:
            text = f"**As it stood on {said_day(day)}**, at the end of the day. What happened later is left out."
        else:
            text = f"**The data ends on {said_day(day)}**: this is the desk as the newest load shows it."
        st.info(text, icon=":material/history:")
        _way_back(snapshot)
    return replayed


def _way_back(snapshot: Snapshot) -> None:
    st.button(
        "Back to the newest",
        help=f"As of {snapshot.desk.as_of_text}",
        icon=":material/arrow_back:",
        on_click=look_at,
        args=(None,),
    )


def _replayed(snapshot: Snapshot, at: datetime) -> Path:
    """Return the file of a replay, made now if need be, showing how far it is. Raises EtlError."""
    key = (snapshot.path, at)
    path = _made.get(key)
    if path is None or not path.exists():
        making = _begin(snapshot, at)
        bar = st.progress(0.0, "Looking back")
        try:
            while not wait([making.done], timeout=0.2).done:
                bar.progress(making.share, f"Looking back: {making.text}")
            path = making.done.result()
        finally:
            bar.empty()
            if making.done.done():
                with _asking:
                    _making.pop(key, None)
        _made[key] = path
    return path


def _begin(snapshot: Snapshot, at: datetime) -> Making:
    """Have the replay made, unless it is being made already."""
    with _asking:
        making = _making.get((snapshot.path, at))
        if making is None:
            making = _making[snapshot.path, at] = Making(Future())
            _pool.submit(_make, making, snapshot, at)
        return making


def _make(making: Making, snapshot: Snapshot, at: datetime) -> None:
    try:
        done = replay(
            warehouse=warehouse_folder(),
            as_of=at,
            snapshot=snapshot.path,
            reading=snapshot.connection.cursor(),
            step=making.step,
        )
    except BaseException as error:  # whatever it is, those who wait must hear of it
        making.done.set_exception(error)
    else:
        making.done.set_result(done.path.resolve())


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
