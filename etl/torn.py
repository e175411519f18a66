"""JSON files that are torn: cut off, as by a download that broke off, or damaged in the middle.

DuckDB reads a JSON file whole or not at all. One that it refuses is read again here, value by value:
every whole record goes to a file of one record a line, and of each torn one it is said why. No more of
a file is held than its longest record.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from etl.records import LONGEST_OBJECT, Keys, Records

CHUNK = 1 << 20
FOUND_TEXT = 500
BLANK = re.compile(r"[ \t\r\n]*")
BETWEEN = re.compile(r"[ \t\r\n,]*")
BETWEEN_OBJECTS = re.compile(r"[ \t\r\n,\[\]}]*")
# Where a record may begin after one that is torn: in a list, or on a line of its own.
BEGINS = re.compile(r"[\[,\n][ \t\r\n]*\{")
OBJECT = re.compile(r"\{")
# No number or word is longer of which the end may be missing.
WORD = 12
DECODER = json.JSONDecoder()

TOO_LONG = (
    f"is longer than {LONGEST_OBJECT // 1_000_000} MB; export it again without what is not needed here, attachments "
    "for instance"
)
CUT_OFF = "the file breaks off here, so more may be missing: export it again"

Line = tuple[str, str]  # the text of a record, and what is wrong with it: "" of a whole one


def has_its_end(path: Path, layout: str) -> bool:
    """Say whether a list that is a whole file ends; after a comma DuckDB does not miss it."""
    if layout != "array":
        return True
    with path.open("rb") as file:
        file.seek(-min(CHUNK, path.stat().st_size), 2)
        return file.read().rstrip().endswith(b"]")


def write_whole_records(path: Path, records: Records, lines: TextIO) -> dict[int, Line]:
    """Write the records of a torn file one a line; return {number: its text, what is wrong} of the torn ones.

    The line of a torn one is `null`, so that numbers stay true.
    """
    torn = {}
    with _opened(path) as file:
        text = Text(file)
        # What stands before a dot may be the name of an object.
        names = {name.partition(".")[0] for name in records.fields} | records.fields.keys()
        found = _listed(text, records.within, names) if records.is_list else _values(text, records.layout, names)
        for number, (line, problem) in enumerate(found, 1):
            if problem:
                torn[number] = line[:FOUND_TEXT], problem
            lines.write("null\n" if problem else line.replace("\n", " ").replace("\r", " ") + "\n")
    return torn


def first_objects(path: Path, layout: str, count: int) -> list[dict]:
    """Return the first whole objects of a torn file; of an object with lists that is torn, what is whole of it."""
    with _opened(path) as file:
        found = list(islice(_values(Text(file), layout), count))
    if layout == "values" and found and found[0][1]:
        with _opened(path) as file:
            part = _whole_part(Text(file), count)
        if any(isinstance(value, list | dict) and value for value in part.values()):
            return [part]
    values = [json.loads(line) for line, problem in found if not problem]
    objects = [value for value in values if isinstance(value, dict)]
    if found and found[0][1]:  # before the first whole record, what was in the torn one may pass for one
        objects = [value for value in objects if _is_alike(value.keys(), objects[-1].keys(), len(objects[-1]))]
    return objects


def _opened(path: Path) -> TextIO:
    # A file may be cut off in the middle of a letter.
    return path.open(encoding="utf-8", errors="replace", newline="")


class Text:
    """A text that is read as it is needed. What is next stands at `at`."""

    def __init__(self, file: TextIO):
        self.file = file
        self.text = ""
        self.at = 0
        self.passed = 0  # letters that are held no more

    @property
    def place(self) -> int:
        """How many letters of the file are before what is next."""
        return self.passed + self.at

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        self.passed, rest, self.at = self.place, self.text[self.at :], 0
        chunk = self.file.read(max(CHUNK, len(rest)))
        self.text = rest + chunk
        return bool(chunk)

    def next(self, over: re.Pattern = BLANK) -> str:
        """Return the letter that is next after what may be passed over, "" at the end."""
        while True:
            self.at = over.match(self.text, self.at).end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self) -> tuple[object, str, str]:
        """Return the value that is next, its text, and what is wrong: then it is not passed."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
                problem, goes_on = "", end == len(self.text) and not isinstance(value, dict | list | str)
            except json.JSONDecodeError as error:
                problem = f"is no JSON: {error.msg.lower()}"
                goes_on = error.msg.startswith("Unterminated") or error.pos > len(self.text) - WORD
            except RecursionError:
                problem, goes_on = "is nested too deep to be a record", False
            is_long = len(self.text) - self.at > 2 * LONGEST_OBJECT
            if goes_on and not is_long and self.more():
                continue
            if not problem:
                text, self.at = self.text[self.at : end], end
                return value, text, ""
            if goes_on:
                problem = TOO_LONG if is_long else f"{problem}; {CUT_OFF}"
            while len(self.text) - self.at < FOUND_TEXT and self.more():
                pass
            return None, self.text[self.at : self.at + FOUND_TEXT], problem

    def find(self, wanted: re.Pattern) -> bool:
        """Go on to after the next place that looks so; to the end, and False, when there is none."""
        while True:
            if found := wanted.search(self.text, self.at):
                self.at = found.end()
                return True
            # What is wanted may have begun.
            self.at = max(self.at, len(self.text.rstrip()) - FOUND_TEXT)
            if not self.more():
                self.at = len(self.text)
                return False


def _values(text: Text, layout: str, names: set[str] = frozenset()) -> Iterator[Line]:
    """The records of a file that holds nothing else; `names` are those of their fields, as far as known."""
    while letter := text.next(BETWEEN):
        is_list = layout == "array" and letter == "["
        text.at += is_list
        yield from _records(text, is_list, names)


def _records(text: Text, is_list: bool, names: set[str] = frozenset()) -> Iterator[Line]:
    """The values from here on; of a list up to its end."""
    usual = 0
    while letter := text.next(BETWEEN):
        if is_list and letter == "]":
            text.at += 1
            return
        begin = text.place
        value, line, problem = text.take()
        if problem:
            _pass_torn(text, problem, names, usual)
            yield line[: text.place - begin].rstrip(" \t\r\n,"), problem
            if problem.endswith(CUT_OFF):
                return
        elif len(line) > LONGEST_OBJECT // 4 and len(line.encode()) > LONGEST_OBJECT:
            yield line, TOO_LONG
        else:
            if isinstance(value, dict):
                names, usual = value.keys(), len(value)
            yield line, ""
    if is_list:
        yield "", f"the list has no end: {CUT_OFF}"


def _pass_torn(text: Text, problem: str, names: set[str], usual: int) -> None:
    """Go on to the next object that may be a record, not one in the torn one."""
    while not problem.endswith(CUT_OFF):
        text.at += 1
        if not text.find(BEGINS):
            return
        text.at -= 1
        value, line, problem = text.take()
        if not problem:
            text.at -= len(line)
            if _is_alike(value.keys(), names, usual):
                return
    text.at = len(text.text)  # what is cut off goes on to the end


def _is_alike(found: set[str], names: set[str], usual: int) -> bool:
    """Say whether most names of an object are those of records, which have so many."""
    return not names or 2 * len(found & names) > max(len(found), usual)


def _listed(text: Text, within: Keys, names: set[str]) -> Iterator[Line]:
    """The records of the lists that lie within the objects of a file."""
    while letter := text.next(BETWEEN_OBJECTS):
        if letter != "{":
            if text.take()[2] and text.find(OBJECT):
                text.at -= 1
        elif all(_entered(text, key) for key in within) and text.next() == "[":
            text.at += 1
            yield from _records(text, True, names)
            for _ in within:
                _member(text, None)


def _entered(text: Text, key: str) -> bool:
    """Go into the object that is next, to the value of a key; False when there is no such object or key."""
    if text.next() != "{":
        return False
    text.at += 1
    return _member(text, key)


def _member(text: Text, key: str | None) -> bool:
    """Go on to the value of a key in the object that the text is in; to its end, and False, when there is none."""
    while (letter := text.next(BETWEEN)) != "}" and letter:
        name, _, problem = text.take()
        if not problem and text.next() == ":":
            text.at += 1
            text.next()
            if name == key:
                return True
            if not text.take()[2]:
                continue
        # Torn here; the key may be further on.
        return key is not None and text.find(re.compile(f'"{re.escape(key)}"[ \t\r\n]*:[ \t\r\n]*'))
    text.at += bool(letter)
    return False


def _whole_part(text: Text, count: int, depth: int = 0) -> object:
    """What is whole of the value that is next: of its lists the first records."""
    letter = text.next()
    if letter == "[":
        text.at += 1
        whole = (line for line, problem in _records(text, is_list=True) if not problem)
        first = [json.loads(line) for line in islice(whole, count)]
        deque(whole, maxlen=0)  # other lists may follow
        return first
    found = {}
    if letter == "{" and depth < 2:
        text.at += 1
        while text.next(BETWEEN) not in ("}", ""):
            name, _, problem = text.take()
            if problem or text.next() != ":":
                break
            text.at += 1
            text.next()
            value, _, problem = text.take()
            found[name] = _whole_part(text, count, depth + 1) if problem else value
    return found
