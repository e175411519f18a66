"""A vendor's own policy file: the shipped one with the vendor's numbers, and later versions of single numbers.

Every clause stays, with its reading. Where a number differs from the shipped one, the words that say it
are said anew, and the source tells that they want a look: nobody's terms are worded like another's.
"""

import csv
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from filelock import FileLock

from etl.policy import COLUMNS, SHIPPED, PolicyError, Row, in_force, parse_policy, policy_text, read_rows, with_value
from etl.publish import put_in_place

OWN = SHIPPED.with_name("own_policy.csv")
Limit = tuple[str, str]  # a rule and its parameter
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Question:
    """One number that every vendor states for itself."""

    rule: str
    parameter: str
    text: str

    @property
    def limit(self) -> Limit:
        return self.rule, self.parameter

    @property
    def option(self) -> str:
        """What the command line calls it."""
        return f"--{self.rule}-{self.parameter}".replace("_", "-")


QUESTIONS = (
    Question("coverage", "months", "For how many months after a purchase do you give support?"),
    Question("response_time", "first", "Within how many business days do clients get an answer at best?"),
    Question("response_time", "last", "Within how many business days at the latest?"),
    Question("resolution_time", "first", "Within how many days is a ticket resolved at best?"),
    Question("resolution_time", "last", "Within how many days at the latest?"),
    Question("auto_close", "idle", "After how many days without a word is a ticket closed automatically?"),
    Question("duplicate", "window", "Within how many days are two tickets about one issue duplicates?"),
    Question("post_burst", "window", "Within how many minutes are several posts a burst?"),
)


def policy_file() -> Path:
    """Return the file of the terms: $POLICY, else data/own_policy.csv if it is there, else data/policy.csv."""
    named = os.environ.get("POLICY")
    return Path(named) if named else OWN if OWN.exists() else SHIPPED


def shipped_numbers() -> dict[Limit, Row]:
    """Return the row of the shipped file behind each question."""
    rows = {(row.rule, row.parameter): row for row in read_rows(SHIPPED)}
    return {question.limit: rows[question.limit] for question in QUESTIONS}


def answered(question: Question, answer: str, before: Mapping[Limit, str] | None = None) -> Row:
    """Return the shipped row of a question with the answer in it. Raises PolicyError, as the file would.

    With the answers given `before`, the last limit of a rule must not lie before the first either.
    """
    row = with_value(shipped_numbers()[question.limit], answer, f"{question.rule} {question.parameter}")
    if question.parameter == "last" and before is not None:
        of_rule = {limit: value for limit, value in before.items() if limit[0] == question.rule}
        changed_terms(read_rows(SHIPPED), of_rule | {question.limit: row.value}, None)
    return row


def own_file(path: Path) -> Path:
    """Return the file that versions are kept in: `path`; for the shipped one, which is never written, one's own."""
    return OWN if _is_shipped(path) and not os.environ.get("POLICY") else path


def write_own(path: Path, answers: Mapping[Limit, str], effective_on: date) -> None:
    """Write a policy file of the shipped clauses with these numbers, all in force from one day.

    A question without an answer keeps the shipped number. Raises PolicyError, and writes nothing, for a
    number that the file could not hold, and when there is a file of that name already.
    """
    if path.exists():
        raise PolicyError(f"{path}: is there already and is not overwritten; name another file with --out FILE")
    numbers = {limit: row.value for limit, row in shipped_numbers().items()}
    changed = {}
    for question in QUESTIONS:
        if question.limit in answers:
            row = answered(question, answers[question.limit])
            if row.value_number != shipped_numbers()[question.limit].value_number:
                changed[question.limit] = numbers[question.limit] = row.value
    told = {rule for rule, _ in changed}
    rows = []
    shipped = read_rows(SHIPPED)
    latest = {version_of(row)[:-1]: row for row in sorted(shipped, key=lambda row: row.effective_on)}
    for row in (row for row in shipped if latest[version_of(row)[:-1]] is row):
        row = replace(row, effective_on=effective_on)
        if row.rule in told:
            row = replace(
                with_value(row, numbers.get((row.rule, row.parameter), row.value), row.rule),
                text=_reworded(row.text, row.rule, numbers),
                reading=_reworded(row.reading, row.rule, numbers),
            )
        if (row.rule, row.parameter) in changed:
            row = replace(row, source=f"own number, clause {row.clause}; compare the words with yours")
        elif row.source != "house reading":
            row = replace(row, source=f"as shipped, clause {row.clause}; compare the words with yours")
        rows.append(row)
    _write(path, rows)


def changed_terms(rows: list[Row], values: Mapping[Limit, str], from_on: date | None) -> list[Row]:
    """Return the terms with other numbers: from a day on, or, without one, as if they had always held.

    Raises PolicyError for a number that the policy file could not hold, in its words.
    """
    found = list(rows)
    for (rule, parameter), value in values.items():
        versions = [row for row in rows if (row.rule, row.parameter) == (rule, parameter)]
        if not versions:
            known = ", ".join(sorted({f"{row.rule}.{row.parameter}" for row in rows if row.parameter}))
            raise PolicyError(f"{rule}.{parameter}: the terms have no such number; they have {known}")
        where = f"{rule} {parameter}"
        if from_on is None:
            found = [with_value(row, value, where) if row in versions else row for row in found]
        else:
            found.append(replace(with_value(in_force(versions, from_on), value, where), effective_on=from_on))
    return parse_policy(policy_text(found), "the terms")


def keep(path: Path, values: Mapping[Limit, str], from_on: date) -> Path:
    """Add a version of these numbers to the policy file, in force from a day on; what stands there stays.

    For the shipped file one's own is written, and started from the shipped one if it is not there; returned is the
    file written. Where the clause is still worded as shipped, its words are said anew. Raises PolicyError,
    and writes nothing, for what the file could not hold.
    """
    path = own_file(path)

    def added(cells: list[dict[str, str]]) -> list[dict[str, str]]:
        rows = read_rows(path if path.exists() else SHIPPED)
        new = [row for row in changed_terms(rows, values, from_on) if row not in rows]
        latest = {(row.rule, row.parameter): row.value for row in _latest(rows)}
        numbers = {limit: row.value for limit, row in shipped_numbers().items()} | latest | dict(values)
        for row in new:
            worded = row
            if row.rule in WORDINGS:
                text, reading = (_reworded(said, row.rule, numbers) for said in (row.text, row.reading))
                worded = replace(row, text=text, reading=reading)
            worded = replace(worded, source=f"own number, clause {row.clause}; compare the words with yours")
            cells.append(_cells(worded))
        return cells

    _edit(path, added)
    return path


def version_of(row: Row) -> tuple[str, str, str, date]:
    """Return what two rows of one policy file never share: a number belongs to its rule, whatever its clause."""
    return ("" if row.parameter else row.clause, row.rule, row.parameter, row.effective_on)


def take_back(path: Path, row: Row, was: Row | None = None) -> None:
    """Undo what the policy file says of one version: it stands again as it `was`, or goes where it was not.

    The rest of the file stays as it is. Raises PolicyError, and writes nothing, where the file would not hold then.
    """

    def undone(cells: list[dict[str, str]]) -> list[dict[str, str]]:
        found = [place for place, one in enumerate(cells) if _version_in(one) == version_of(row)]
        if was is None:
            return [one for place, one in enumerate(cells) if place not in found]
        for place in found:
            cells[place] |= _cells(was)
        return cells if found else [*cells, _cells(was)]

    _edit(path, undone)


def why_not_writable(path: Path) -> str:
    """Return why the policy file cannot be written, "" if it can."""
    if _is_shipped(path):
        return f"{path.name} is the file as shipped, which is never written"
    if not path.exists() and path != OWN:
        return f"{path.name} is not there"
    is_writable = os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))
    return "" if is_writable else f"{path.name} cannot be written"


def _is_shipped(path: Path) -> bool:
    return path.resolve() == SHIPPED.resolve()


def _cells(row: Row) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in COLUMNS}


def _version_in(cells: Mapping[str, str]) -> tuple[str, str, str, date] | None:
    """Return the version that a record of the file is, None of an empty one."""
    said = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    if not any(said.values()):
        return None
    day = date.fromisoformat(said["effective_on"])
    return ("" if said["parameter"] else said["clause"], said["rule"], said["parameter"], day)


def _edit(path: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    """Change the records of a policy file, whole or not at all; its header, its other columns and its mark stay.

    One's own, where it is not there, begins as a copy of the shipped one.
    """
    if why := why_not_writable(path):
        raise PolicyError(f"{path}: {why}; name a file of your own in POLICY, or write one: python -m etl policy init")
    with FileLock(path.with_name(f".{path.name}.lock")):
        start = path if path.exists() else SHIPPED
        read_rows(start)  # says what is wrong with it
        text = start.read_bytes().decode("utf-8")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        reader = csv.DictReader(io.StringIO(text.removeprefix(mark), newline=""))
        header = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = header
        changed = io.StringIO()
        writer = csv.DictWriter(changed, header, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(list(reader)))
        _put(path, mark + changed.getvalue())


def _latest(rows: list[Row]) -> list[Row]:
    return sorted((row for row in rows if row.parameter), key=lambda row: row.effective_on)


def _write(path: Path, rows: list[Row]) -> None:
    """Write rows that the parser accepts, whole or not at all."""
    _put(path, policy_text(rows))


def _put(path: Path, text: str) -> None:
    parse_policy(text.removeprefix("\ufeff"), path.name)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, "utf-8", newline="")
        put_in_place(draft, path)
    except OSError as error:
        raise PolicyError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _reworded(text: str, rule: str, numbers: Mapping[Limit, str]) -> str:
    """Return a text of the shipped file with the numbers it says replaced by others."""
    for was, becomes in WORDINGS[rule].items():
        text = text.replace(was, becomes(numbers))
    return text


def counted(number: str, unit: str) -> str:
    """Return a number and its unit in words: "six months", "one week", "1.5 business days"."""
    word = WORDS[int(number)] if number.isdigit() and int(number) < len(WORDS) else number
    return f"{word} {unit}" if number == "1" else f"{word} {unit}s"


def _range(first: str, last: str, unit: str) -> str:
    if first == last:
        return counted(last, unit)
    return f"{counted(first, unit).rpartition(f' {unit}')[0]} to {counted(last, unit)}"


def _weeks(numbers: Mapping[Limit, str]) -> str:
    first, last = numbers["resolution_time", "first"], numbers["resolution_time", "last"]
    if all(days.isdigit() and int(days) % 7 == 0 for days in (first, last)):
        return _range(str(int(first) // 7), str(int(last) // 7), "week")
    return _range(first, last, "day")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# How the shipped file says the numbers of a rule, and how others are said.
WORDINGS: dict[str, dict[str, Callable[[Mapping[Limit, str]], str]]] = {
    "coverage": {"six months": lambda numbers: counted(numbers["coverage", "months"], "month")},
    "response_time": {
        "one to two business days": lambda numbers: _range(
            numbers["response_time", "first"], numbers["response_time", "last"], "business day"
        ),
        "Up to one business day": lambda numbers: "Up to " + counted(numbers["response_time", "first"], "business day"),
        "Beyond two business days": lambda numbers: (
            "Beyond " + counted(numbers["response_time", "last"], "business day")
        ),
        "the two days had passed": lambda numbers: f"{counted(numbers['response_time', 'last'], 'day')} had passed",
    },
    "resolution_time": {
        "one to two weeks": _weeks,
        "One week is 7 x 24 hours": lambda numbers: (
            "{0} is {1} x 24 hours" if numbers["resolution_time", "first"] == "1" else "{0} are {1} x 24 hours"
        ).format(_upper(counted(numbers["resolution_time", "first"], "day")), numbers["resolution_time", "first"]),
        "Two weeks are 14 x 24 hours": lambda numbers: (
            f"{_upper(counted(numbers['resolution_time', 'last'], 'day'))} are "
            f"{numbers['resolution_time', 'last']} x 24 hours"
        ),
    },
    "auto_close": {
        "eight days": lambda numbers: counted(numbers["auto_close", "idle"], "day"),
        "8 x 24 hours": lambda numbers: f"{numbers['auto_close', 'idle']} x 24 hours",
    },
    "duplicate": {"30 x 24 hours": lambda numbers: f"{numbers['duplicate', 'window']} x 24 hours"},
    "post_burst": {"10 minutes": lambda numbers: counted(numbers["post_burst", "window"], "minute")},
}
