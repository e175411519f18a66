"""Trying other numbers: which, from when, what they would change; and keeping them in the policy file.

What is tried is told by the address, so a link shows its reader the same. Trials are made beside the
snapshot (etl/what_if.py) and remembered for a while; a click on Keep writes to the policy file and
nothing else, and the numbers change when the snapshot is rebuilt.
"""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import streamlit as st

from dashboard.parts.clauses import plain
from dashboard.parts.start import run
from dashboard.parts.warehouse import Snapshot, current, desk, holding
from dashboard.parts.words import RULES, day, said
from etl import EtlError
from etl.own_policy import changed_terms, keep, own_file, policy_file, take_back, version_of, why_not_writable
from etl.people import masked
from etl.policy import Row, policy_of, read_rows, with_value
from etl.publish import warehouse_folder
from etl.what_if import judges_of, numbers, opened_beside, try_out

REBUILD = "python -m etl rebuild --policy FILE"
ROWS_TOLD = 8
UNITS = {
    "business_day": "business days",
    "count": "how many",
    "flag": "true or false",
    "list": "words, separated by |",
    "share": "0 to 1",
}


@dataclass(frozen=True)
class Asked:
    """What is tried: {(rule, parameter): value}, and the day from which; None as if it had always held."""

    values: tuple[tuple[tuple[str, str], str], ...]
    from_on: date | None

    @property
    def sentence(self) -> str:
        """The numbers as they are and as they are tried, in words."""
        now = {(row.rule, row.parameter): row.value for row in current_numbers().values()}
        return " · ".join(
            f"{said(rule, RULES)}, {parameter.replace('_', ' ')}: {now[rule, parameter]} → {value}"
            for (rule, parameter), value in self.values
        )


@dataclass(frozen=True)
class Trial(Snapshot):
    """A snapshot judged by other numbers, in memory: no file lies at its path, which is the key of cached answers."""

    asked: Asked

    @property
    def file_name(self) -> str:
        """What tells files made of this trial from those of the snapshot and of other trials."""
        told = [f"{rule} {parameter} {value}" for (rule, parameter), value in self.asked.values]
        told += [f"from {self.asked.from_on}"] if self.asked.from_on else []
        return f"{super().file_name}_tried_{re.sub(r'[^A-Za-z0-9.-]+', '_', ' '.join(told))[:80]}"


def current_numbers() -> dict[str, Row]:
    """Return the numbers of the snapshot's terms by what the address calls them, in the order of the policy."""
    return {f"{row.rule}.{row.parameter}": row for row in numbers(current().read(policy_of))}


def ask_what() -> Asked | None:
    """Draw the choice of numbers and their values, bound to the address; None while nothing differs, or cannot be."""
    known = current_numbers()
    labels = {label_of(row): name for name, row in known.items()}
    picked = st.multiselect(
        "Numbers to change",
        list(labels),
        key="number",
        bind="query-params",
        placeholder="choose one or more",
        help="Every number of the terms that a rule, a list or a forecast is computed with.",
    )
    values: dict[tuple[str, str], str] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label in picked:
            row = known[labels[label]]
            unit = UNITS.get(row.unit, f"{row.unit.replace('_', ' ')}s" if row.unit else "elapsed or desk")
            named = f"{said(row.rule, RULES)}: {row.parameter.replace('_', ' ')}"
            typed = st.text_input(
                named if named.endswith(unit) else f"{named} ({unit})",
                value=row.value,
                key=labels[label],
                bind="query-params",
                width=300,
            )
            if not _is_same(row, typed):
                values[row.rule, row.parameter] = typed.strip()
    from_on = None
    if picked:
        from_on = st.date_input(
            "From",
            value=None,
            min_value=date(1900, 1, 1),
            max_value=date(2999, 12, 31),
            key="from_on",
            bind="query-params",
            width=300,
            help="A new version of the terms from that day on, as one that is kept. Empty: as if the number had "
            "always held.",
        )
    if not values:
        hint = (
            "Type another value to see what would change." if picked else "Choose a number of the terms to try another."
        )
        st.info(hint)
        return None
    try:
        changed_terms(current().read(policy_of), values, from_on)
    except EtlError as error:
        st.error(plain(str(error)))
        return None
    return Asked(tuple(sorted(values.items())), from_on)


@contextmanager
def tried(asked: Asked) -> Iterator[None]:
    """Have everything drawn within read the trial instead of the snapshot; making it is shown."""
    snapshot = current()
    try:
        with st.spinner("Judging anew", show_time=True):
            trial = _trial(str(snapshot.path), asked)
    except (EtlError, duckdb.Error) as error:
        cause = error.__cause__ if isinstance(error.__cause__, duckdb.Error) else error
        if isinstance(cause, duckdb.OutOfMemoryException | duckdb.InterruptException):
            command = shlex.join(
                [f"{rule}.{parameter}={value}" for (rule, parameter), value in asked.values]
                + (["--from", str(asked.from_on)] if asked.from_on else [])
            )
            st.error(
                "Trying this takes more memory or time than a page may. Without that limit, in the product's folder:"
            )
            st.code(f"python -m etl what-if {command}", language="bash")
        else:
            st.error(f"This cannot be tried: {plain(masked(str(error)))}")
        st.stop()
    st.session_state["snapshot"] = trial
    try:
        yield
    finally:
        st.session_state["snapshot"] = snapshot


@st.cache_resource(max_entries=4, show_spinner=False)
def _trial(path: str, asked: Asked) -> Trial:
    file = Path(path)
    con = opened_beside(
        file, threads="2", memory_limit="2GB", max_temp_directory_size="4GB", max_execution_time="60000"
    )
    try:
        with holding():
            try_out(con, dict(asked.values), asked.from_on)
    except Exception:
        con.close()
        raise
    con.execute("set lock_configuration = true")
    return Trial(file.parent / f"tried{hash(asked)}" / file.name, con, asked)


def nothing_judges(asked: Asked) -> bool:
    """Say whether no verdict depends on what is tried."""
    return not judges_of(limit for limit, _ in asked.values)


def keep_it(asked: Asked) -> None:
    """Draw the way to keep what is tried as a new version of the terms."""
    if current().is_replay:
        st.caption("A new version is kept from the newest snapshot, not from the desk as it stood.")
        return
    terms = policy_file()
    path = own_file(terms)
    if why := why_not_writable(path):
        st.info(f"Nothing can be kept here: {why}. Add a row with a later `effective_on` to your policy file yourself.")
        return
    tomorrow = desk().as_of_at.date() + timedelta(days=1)
    with st.form("keep", border=True):
        begun = "" if path.exists() else ", your own policy file, begun as a copy of the shipped one"
        st.markdown(
            f"Keeping it adds a version to `{path.name}`{begun}. What was judged before its day stays as it is; "
            "the clause is to be worded by you."
        )
        from_on = st.date_input(
            "In force from", value=asked.from_on or tomorrow, min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)
        )
        if st.form_submit_button("Keep as a new version", type="primary") and from_on:
            try:
                keep(terms, dict(asked.values), from_on)
            except EtlError as error:
                st.error(plain(str(error)))
            else:
                st.session_state["kept"] = f"Kept: {asked.sentence}, in force from {day(from_on)}."
                st.rerun()


def pending_terms() -> None:
    """Say how the policy file differs from the snapshot's terms, and offer to rebuild by it or to take versions back."""
    if told := st.session_state.pop("kept", ""):
        st.success(plain(told))
    if problem := st.session_state.pop("not_taken_back", ""):
        st.error(plain(problem))
    path = policy_file()
    try:
        filed, held = read_rows(path), current().read(policy_of)
    except EtlError as error:
        st.error(plain(str(error)))
        return
    differing = _differing(filed, held)
    if current().is_replay or not differing:
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**`{path.name}` differs from these terms in {_counted(len(differing))}**, not yet in the numbers.",
                width="stretch",
            )
            if st.button("Rebuild now", type="primary", key="rebuild_terms", help=f"the same as `{REBUILD}`"):
                with st.spinner("Judging everything again", show_time=True):
                    failed = run(
                        "rebuild", "--warehouse", str(warehouse_folder().absolute()), "--policy", str(path.absolute())
                    )
                if failed:
                    st.error("It could not be rebuilt; what is shown is as before.")
                    st.text(masked(failed))
                else:
                    st.rerun()
        why = why_not_writable(path)
        for number, (row, was) in enumerate(differing[:ROWS_TOLD]):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(_difference(row, was), width="stretch")
                versions = [one for one in filed if row and (one.rule, one.parameter) == (row.rule, row.parameter)]
                if not was and (not row.parameter or len(versions) == 1):  # a clause, or all there is of the number
                    continue
                st.button(
                    "Restore" if was else "Take back",
                    type="tertiary",
                    key=f"back_{number}_{'_'.join(map(str, version_of(row or was)))}",
                    help=why or ("Have it stand in the file as in these terms." if was else None),
                    on_click=_take_back,
                    args=(row or was, was),
                    disabled=bool(why),
                )
        if len(differing) > ROWS_TOLD:
            st.caption(f"and {_counted(len(differing) - ROWS_TOLD)} more")


def _differing(filed: list[Row], held: list[Row]) -> list[tuple[Row | None, Row | None]]:
    """Return (the row of the file, that of the snapshot) of every version in which they differ; None where there is none."""
    now, then = ({version_of(row): row for row in rows} for rows in (filed, held))
    return [(now.get(version), then.get(version)) for version in now | then if now.get(version) != then.get(version)]


def _difference(row: Row | None, was: Row | None) -> str:
    one = row or was
    parameter = one.parameter.replace("_", " ")
    named = f"{said(one.rule, RULES)}, {parameter}: {one.value}" if one.parameter else one.text
    if row and was:
        if row.value != was.value:
            named = f"{said(one.rule, RULES)}, {parameter}: {was.value} → {row.value}"
        else:
            others = [
                column for column in ("clause", "unit", "text", "reading", "source") if _differs(row, was, column)
            ]
            named = f"{named} · other {', '.join(others)}"
    elif was:
        named = f"{named} · not in the file"
    return f"{one.clause} · {named} · from {day(one.effective_on)}"


def _differs(row: Row, was: Row, column: str) -> bool:
    return getattr(row, column) != getattr(was, column)


def _counted(rows: int) -> str:
    return f"{rows:,} {'row' if rows == 1 else 'rows'}"


def _take_back(row: Row, was: Row | None) -> None:
    try:
        take_back(policy_file(), row, was)
    except EtlError as error:
        st.session_state["not_taken_back"] = str(error)


def _is_same(row: Row, typed: str) -> bool:
    """Say whether what was typed is the number that stands there, however it is written."""
    try:
        return with_value(row, typed, "").value == row.value
    except EtlError:
        return False


def label_of(row: Row) -> str:
    """Return what the address calls a number: not its value, so that a link names the same one after a rebuild."""
    return f"{row.clause} {said(row.rule, RULES)}: {row.parameter.replace('_', ' ')}"
