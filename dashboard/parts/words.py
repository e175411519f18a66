"""What codes are called on a page, and in which order: calm words, worst last.

No number of the terms stands here: `{rule.number}` in a text is what the terms of the snapshot say.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import streamlit as st

from dashboard.parts.warehouse import Snapshot, current

NUMBER = re.compile(r"\{(\w+)\.(\w+)(:days)?\}")


class Filled(Mapping):
    """Words of codes, with the numbers of the terms filled in when they are read."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def __getitem__(self, code: str) -> str:
        return filled(self.texts[code])

    def __contains__(self, code: object) -> bool:
        return code in self.texts

    def get(self, code: str, default: str | None = None) -> str | None:
        return self[code] if code in self.texts else default  # a number that is missing is not a code without a word

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def __or__(self, other: Mapping[str, str]) -> "Filled":
        return Filled({**self.texts, **(other.texts if isinstance(other, Filled) else other)})


RESPONSE_BANDS = Filled(
    {
        "within_1_day": "within {response_time.first}",
        "within_2_days": "within {response_time.last}",
        "waiting": "waiting",
        "not_started": "client has not written",
        "closed_unanswered": "closed unanswered",
        "unknown": "unknown",
        "late": "late",
        "overdue": "overdue",
    }
)
RESOLUTION_BANDS = Filled(
    {
        "within_1_week": "within {resolution_time.first}",
        "within_2_weeks": "within {resolution_time.last}",
        "in_progress": "in progress",
        "auto_closed": "closed as inactive",
        "duplicate": "duplicate",
        "deferred": "deferred",
        "closed_unresolved": "closed unresolved",
        "unknown": "unknown",
        "late": "late",
        "overdue": "overdue",
    }
)
AUTO_CLOSE_STATES = {
    "active": "not due yet",
    "on_time": "closed on time",
    "closing_soon": "closing soon",
    "due": "due now",
    "early": "closed early",
    "late": "closed late",
    "unknown": "not known when due",
    "missed": "should have closed",
}
VERDICTS = {"exempt": "does not apply", "pass": "met", "open": "running", "unknown": "unknown", "fail": "not met"}
TRIED = VERDICTS | {"candidate": "for review", "none": "nothing"}
MAY_ASK = {"exempt": "yes", "pass": "yes", "open": "open", "unknown": "unknown", "fail": "no"}
JUDGES = {
    "rule": "a rule",
    "candidates": "a person, of what is found",
    "record": "what was recorded",
    "nothing": "no query can judge it",
}
JUDGED_BY = {
    "rule": "A rule asks:",
    "candidates": "Candidates are looked for, and a person decides:",
    "record": "What people recorded stands under it: incidents and bans. No query can judge it.",
    "nothing": "No query can judge it.",
}
RIGHT_NAMES = {"support": "support", "updates": "updates", "refund": "refund"}
ENTITLED = {"pass": "yes", "exempt": "given back", "unknown": "unknown", "fail": "no"}
RIGHTS = {
    "support": {"pass": "support", "unknown": "support unknown", "fail": "no support"},
    "updates": {"pass": "updates", "unknown": "updates unknown", "fail": "no updates"},
    "refund": {
        "pass": "refund possible",
        "exempt": "already given back",
        "unknown": "refund unknown",
        "fail": "no refund",
    },
}
YES_NO = {"yes": "yes", "no": "no", "unknown": "unknown"}
TURN = {"desk": "the desk's", "client": "the client's"}
ELIGIBILITY = {"eligible": "eligible", "unknown": "unknown", "ineligible": "not eligible"}
AGES = {
    "up_to_1_week": "up to 1 week",
    "up_to_2_weeks": "1 to 2 weeks",
    "up_to_4_weeks": "2 to 4 weeks",
    "up_to_13_weeks": "4 to 13 weeks",
    "over_13_weeks": "over 13 weeks",
}
OUTCOMES = {
    "solved": "solved",
    "not_apparent": "no longer apparent",
    "client_specific": "specific to the client's site",
    "auto_closed": "closed as inactive",
    "duplicate": "duplicate",
    "deferred": "deferred",
    "unresolved": "closed unresolved",
    "unknown": "unknown",
}
SATISFACTION = {"good": "good", "unrated": "not rated", "unknown": "unknown", "bad": "bad"}
TOLD = {"not_told": "not told", "unknown": "unknown", "waiting": "waiting", "told": "told"}
POSTS = {
    "client": "the client wrote",
    "agent": "the desk answered",
    "private": "private note of the desk",
    "automatic": "automatic message",
    "system": "system message",
    "nobody": "written by nobody known",
}
MARKS = {
    "opened": "opened",
    "first_answer": "first answer",
    "resolved": "resolved",
    "auto_closed": "closed as inactive",
    "closed": "closed",
    "reopened": "reopened",
    "response_due": "first answer expected by then",
    "resolution_due": "resolution expected by then",
    "auto_close_due": "due to close if nobody writes",
}
STRETCHES = {
    "turn_desk": "the desk's turn",
    "turn_client": "the client's turn",
    "state_open": "open",
    "state_pending": "pending",
    "state_on_hold": "on hold",
    "state_solved": "solved",
    "state_closed": "closed",
}
SHUT = {"hours": "outside opening hours", "holiday": "holiday or special day", "maintenance": "maintenance"}
ZOOMS = {"whole": "All that happened", "first_response": "Up to the first answer", "last_days": "Its last week"}
BAN_STATES = {"active": "active", "lifted": "lifted", "candidate": "for review"}
BAN_DECISIONS = {
    "confirmed": "ban confirmed",
    "dismissed": "dismissed",
    "lifted": "ban lifted",
    "taken_back": "taken back",
    "recorded 0.2": "recorded as an incident under 0.2",
    "recorded 5.9": "recorded as an incident under 5.9",
}
PAIR_BASES = {"helpdesk": "the help desk", "text": "the texts", "both": "both"}
PAIR_CHANGES = {"new": "would be a pair", "gone": "would no longer be a pair"}
EVIDENCE = {"ticket": "ticket", "burst": "burst of posts in ticket", "incident": "incident", "purchase": "purchase"}
LAST_WORD = {
    "agent": "desk wrote last",
    "unknown": "unknown",
    "client": "client wrote last",
    "nobody": "no word yet",
}
CHANNELS = {"ticket": "ticket", "email": "email", "phone": "phone", "chat": "chat", "other": "other"}
RULES = {
    "coverage": "Inside the support period",
    "support_extra": "Bought with support",
    "registration": "Registered with the desk",
    "description": "Problem described",
    "scope": "About the product",
    "channel": "Asked by ticket",
    "mailing_list": "On the update list",
    "not_banned": "Not banned",
    "eligibility": "All conditions together",
    "response_time": "First response",
    "resolution_time": "Resolution",
    "auto_close": "Closed after inactivity",
    "duplicate": "Duplicates",
    "latest_version": "On the latest version",
    "complete_report": "Reported completely",
    "backup": "Test site or backup",
    "one_question": "One question per ticket",
    "conduct": "Conduct",
    "refund_waiver": "Refund asked for before the first solution",
    "chargeback_waiver": "Disputed without asking for help first",
    "post_burst": "Bursts of posts",
}

WEEKDAYS = dict(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 1))
HOURS = {hour: f"{hour:02}:00" for hour in range(24)}


def filled(text: str) -> str:
    """Return a text with every `{rule.number}` said: "1 business day"; where it changed, "1 or 2 business days".

    `{rule.number:days}` is the number alone, in days.
    """
    if "{" not in text:
        return text
    known = _numbers()
    return NUMBER.sub(lambda found: known[found[1], found[2]][1 if found[3] else 0], text)


def limits(rule: str) -> tuple[float, ...]:
    """Return the first and the last limit of a rule in days, business days if it counts in these, least first."""
    known = _numbers()
    return tuple(sorted({days for parameter in ("first", "last") for days in known[rule, parameter][2]}))


def _numbers() -> Mapping[tuple[str, str], tuple[str, str, tuple[float, ...]]]:
    snapshot = current()
    return _numbers_of(str(snapshot.path), snapshot)


@st.cache_resource(max_entries=50, show_spinner=False)
def _numbers_of(path: str, _snapshot: Snapshot) -> Mapping[tuple[str, str], tuple[str, str, tuple[float, ...]]]:
    """Return what reports.numbers says, {(rule, number): (said, in days, the days)}: a snapshot never changes."""
    return {
        (row.rule, row.parameter): (row.said_text, row.days_text, tuple(row.days))
        for row in _snapshot.answer(
            "select rule, parameter, said_text, days_text, days from reports.numbers"
        ).itertuples()
    }


def day(moment: date) -> str:
    """Return a day in words, "3 Mar 2026"; the same on every system."""
    return f"{moment.day} {moment:%b %Y}"


def percent(share: float, decimals: int = 0) -> str:
    """Return a share in words, "55 %"; cut, not rounded: one that misses a limit is not to look as if it reached it."""
    cut = int(share * 100 * 10**decimals + 1e-6) / 10**decimals
    return f"{cut:.{decimals}f} %"


def said(code: object, words: Mapping[str, str]) -> str:
    """Return what a code is called; codes without a word are shown with their underscores as spaces."""
    if code is None or code != code or code == "":
        return "unknown"
    return words.get(str(code), str(code).replace("_", " "))
