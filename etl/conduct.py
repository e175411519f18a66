"""Posts of clients that hold a word of a profanity list: for a person to look at, never a verdict.

The lists and what decides of a text are glin-profanity's: it takes words as whole words and knows names,
places and idioms that only look like one. It reads one text at a time, so a pattern of the same lists asks
the database first, which post could hold one at all.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import get_args

import duckdb
from glin_profanity import Filter, Language

LANGUAGES: tuple[str, ...] = get_args(Language)
AT_MOST = 1000
POSTS = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True)
class Suggestion:
    """One post, and the words of the lists in it as they are written there."""

    post_id: str
    ticket_id: str
    client_id: str
    client_name: str
    posted_on: date
    body: str
    has_incident: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Suggestions:
    """The posts found, the newest first; `is_cut` where older ones were not looked at."""

    posts: tuple[Suggestion, ...]
    is_cut: bool


def suggestions(con: duckdb.DuckDBPyConnection, languages: tuple[str, ...]) -> Suggestions:
    """Return the public posts of clients with a word of these languages' lists that nobody decided on yet.

    Of the newest AT_MOST posts that could hold one. A word drawn out (noooo) is found; one written in other
    signs is not.
    """
    if not languages:
        return Suggestions((), False)
    found = con.execute(POSTS.read_text("utf-8"), {"pattern": _pattern(languages), "at_most": AT_MOST}).fetchall()
    judged = (Suggestion(*row, _words(row[5], languages)) for row in found)
    return Suggestions(tuple(one for one in judged if one.words), len(found) == AT_MOST)


def hidden(word: str) -> str:
    """Return a word of which only the first letter is told."""
    return word[:1] + "•" * (len(word) - 1)


@cache
def _filter(languages: tuple[str, ...]) -> Filter:
    return Filter({"languages": list(languages), "word_boundaries": True})


def _words(text: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of the lists in a text, in its order, each once."""
    matches = _filter(languages).check_profanity(text).get("matches") or []
    found = sorted(matches, key=lambda match: match["index"])
    return tuple(dict.fromkeys(match["word"].lower() for match in found))


@cache
def _pattern(languages: tuple[str, ...]) -> str:
    """Return a pattern that no text with a word of the lists, drawn out or not, fails to match.

    The database knows the edges of ASCII words alone, so only at such an edge is one asked for.
    """
    words = [str(word).strip() for word in _filter(languages).words]
    return "(?i)(?:" + "|".join(sorted({_drawn_out(word) for word in words if word})) + ")"


def _drawn_out(word: str) -> str:
    letters = "".join(
        r"\s+" if letter.isspace() else re.escape(letter) + ("+" if letter.isalpha() else "") for letter in word
    )
    before, after = (r"\b" if letter.isascii() and letter.isalnum() else "" for letter in (word[0], word[-1]))
    return before + letters + after
