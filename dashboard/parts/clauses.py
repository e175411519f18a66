"""The clause beside a number: its words, how it is read here, where it stands, since when."""

import re
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from dashboard.parts.warehouse import rows
from dashboard.parts.words import day

TAGS = re.compile(r" ?\[[A-Z]\d+(?:[-, ]+[A-Z]?\d+)*\]")  # of readings, for who reads the specification
MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!~$:|<>=])")
# What is made a link or an icon, escaped or not, unless something invisible stands within.
MADE_INTO = re.compile(r"(?i)(?<=:)(?=//|material/)|(?<=\bwww)(?=\.)")
WORD_JOINER = "\u2060"
WHITE = re.compile(r"[^\S\u00a0]+")  # a blank that keeps words together stays one


def plain(text: object) -> str:
    """Return text so that Markdown shows it as it is written, in one line: whoever wrote it says nothing of the page."""
    if text is None or text != text:
        return ""
    return MARKDOWN.sub(r"\\\1", MADE_INTO.sub(WORD_JOINER, one_line(text)))


def one_line(text: object) -> str:
    """Return text with all white space in it, ends of lines too, as single blanks."""
    return WHITE.sub(" ", str(text)).strip()


def versions(number: str) -> pd.DataFrame:
    """Return the rows of a clause, newest version first; empty when the policy does not have it."""
    found = rows("policy.clauses", clause=number)
    found = found.assign(reading=found.reading.str.replace(TAGS, "", regex=True))
    return found.sort_values("effective_on", ascending=False, kind="stable")


def words(number: str) -> str:
    """Return a clause as the help of a tile: its text, reading, source and date."""
    found = versions(number)
    if found.empty:
        return f"Clause {number}"
    row = found.iloc[0]
    return (
        f"**Clause {number}**, since {day(row.effective_on)}: {plain(row['text'])}\n\n"
        f"Read as: {plain(row.reading)}\n\nSource: {plain(row.source)}"
    )


def clause(number: str) -> None:
    """Draw a button that opens a clause: every version and parameter with its value."""
    with st.popover(f"Clause {number}", type="tertiary"):
        found = versions(number)
        if found.empty:
            st.caption("The policy file does not hold this clause.")
            return
        first = found.iloc[0]
        st.markdown(plain(first["text"]))
        for row in found.drop_duplicates(["reading", "source", "effective_on"]).itertuples():
            st.caption(f"Since {day(row.effective_on)}. Read as: {plain(row.reading)} Source: {plain(row.source)}")
        numbers = found[found.parameter.notna() & (found.parameter != "")]
        if not numbers.empty:
            st.caption(
                " · ".join(
                    f"{plain(row.parameter)} = {plain(row.value)} {plain(row.unit)}" for row in numbers.itertuples()
                )
            )


def clauses(numbers: Iterable[str]) -> None:
    """Draw the buttons of several clauses in a row."""
    with st.container(horizontal=True, gap="small"):
        for number in numbers:
            clause(number)
