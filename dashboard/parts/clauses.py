"""The clause beside a number: its words, how it is read here, where it stands, since when."""

import re
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from dashboard.parts.warehouse import current, rows
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
    return _words(str(current().path), number)


@st.cache_data(max_entries=500, show_spinner=False)
def _words(path: str, number: str) -> str:
    """Return the same for a snapshot: a page asks for many clauses, and a snapshot never changes."""
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
        text, *below = _said(str(current().path), number)
        if text:
            st.markdown(text)
        for one in below:
            st.caption(one)


@st.cache_data(max_entries=500, show_spinner=False)
def _said(path: str, number: str) -> list[str]:
    """Return a clause's text in a snapshot, and what stands below it; an empty text where the policy does not hold it."""
    found = versions(number)
    if found.empty:
        return ["", "The policy file does not hold this clause."]
    read = found.drop_duplicates(["reading", "source", "effective_on"])
    said = [
        plain(found.iloc[0]["text"]),
        *(
            f"Since {day(row.effective_on)}. Read as: {plain(row.reading)} Source: {plain(row.source)}"
            for row in read.itertuples()
        ),
    ]
    numbers = found[found.parameter.notna() & (found.parameter != "")]
    if not numbers.empty:
        said.append(
            " · ".join(f"{plain(row.parameter)} = {plain(row.value)} {plain(row.unit)}" for row in numbers.itertuples())
        )
    return said


def clauses(numbers: Iterable[str]) -> None:
    """Draw the buttons of several clauses in a row."""
    with st.container(horizontal=True, gap="small"):
        for number in numbers:
            clause(number)
