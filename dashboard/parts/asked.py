"""What the address of the tickets page asks for. Anyone can write an address: only known names and values pass."""

from datetime import date

import streamlit as st

from dashboard.parts.clauses import plain
from dashboard.parts.warehouse import current
from dashboard.parts.words import (
    AGES,
    AUTO_CLOSE_STATES,
    ELIGIBILITY,
    HOURS,
    LAST_WORD,
    OUTCOMES,
    RESOLUTION_BANDS,
    RESPONSE_BANDS,
    RULES,
    SATISFACTION,
    TURN,
    VERDICTS,
    WEEKDAYS,
    day,
    said,
)
from etl.filters import CHOICES
from etl.people import IDS_OF_PEOPLE, person_id

DAYS = {
    "opened_on": "opened",
    "responded_on": "first answered",
    "resolved_on": "resolved",
    "closed_on": "closed",
    "opened_week_on": "opened in the week of",
    "responded_week_on": "first answered in the week of",
    "resolved_week_on": "resolved in the week of",
    "closed_month_on": "closed in the month from",
    "auto_close_on": "closing for inactivity on",
}
EVENT_DAYS = {"event_on": "on", "event_week_on": "in the week of"}
# What a ticket was at the end of a day, whatever it is now.
STOCK_DAYS = {"open_on": "open at the end of"}
STOCK_CODES = {"turn_code": ("the turn is", TURN), "age_code": ("open for", AGES)}
MONTHS = {"opened_month_on": "opened in"}  # by their first day
EVENTS = {"opened": "opened", "reopened": "reopened", "closed": "closed"}
FLAGS = {
    "is_open": "open",
    "is_waiting_on_desk": "waiting on the desk",
    "is_answer_overdue": "answer overdue",
    "is_resolution_overdue": "resolution overdue",
    "is_reopened": "reopened",
    "is_neglected": "the client waits",
    "is_in_averages": "counted in averages",
    "is_answered": "answered",
    "is_resolved": "resolved",
    "is_judged_on_response": "answered, or due for an answer",
}
CODES = {
    "response_code": ("first response", RESPONSE_BANDS),
    "resolution_code": ("resolution", RESOLUTION_BANDS),
    "auto_close_state": ("closing for inactivity", AUTO_CLOSE_STATES),
    "last_word_code": ("last word", LAST_WORD),
    "eligibility_code": ("when opened", ELIGIBILITY),
    "outcome_code": ("outcome", OUTCOMES),
    "satisfaction_code": ("satisfaction", SATISFACTION),
}
NUMBERS = {
    "opened_weekday": ("opened on a", WEEKDAYS),
    "opened_hour": ("opened in the hour from", HOURS),
    "response_bucket": ("first response, quarter of a business day", {}),
    "resolution_bucket": ("resolution, day", {}),
    "met_condition_count": ("conditions met", {}),
    "condition_count": ("conditions asked", {}),
}
# Texts as they are: bound as parameters like every value.
NAMES = {
    "product_id": "product",
    "agent_id": "agent",
    "channel_code": "channel",
    "client_id": "client",
    "eligibility_clause": "decided by clause",
    "version": "version",
}

# By what the address names: the list that tells it of tickets, if it is not that of all.
REPORTS = {
    "rule": "reports.ticket_findings",
    "event_code": "reports.ticket_events",
    "open_on": "reports.open_tickets",
}


def group_columns(kind: str, code: str) -> dict[str, str]:
    """Return what the address says to reach the tickets of one product, agent or channel ("" is not stated)."""
    return {CHOICES[kind]: code}


def asked_tickets() -> tuple[str, dict[str, object], str | None]:
    """Say what the address asks for and return it: the report, {column: value}, the day column of the period.

    The report is reports.ticket_findings where the address names a rule, reports.ticket_events where it
    names an event, reports.open_tickets where it names a day they were open at, else reports.ticket_list.
    What that report does not tell can neither be asked of it, nor is it said to be.
    """
    params = st.query_params
    where: dict[str, object] = {}
    sentences: dict[str, str] = {}
    named_days = DAYS | EVENT_DAYS | STOCK_DAYS
    codes = CODES | (STOCK_CODES if "open_on" in params else {})
    for name in params:
        value = params[name]
        if name in named_days and (asked_on := _day(value)):
            where[name] = asked_on
            sentences[name] = f"{named_days[name]} {day(asked_on)}"
        elif name in MONTHS and (asked_on := _day(value)):
            where[name] = asked_on
            sentences[name] = f"{MONTHS[name]} {asked_on:%B %Y}"
        elif name in FLAGS and value in {"true", "false"}:
            where[name] = value == "true"
            sentences[name] = FLAGS[name] if value == "true" else f"not {FLAGS[name]}"
        elif name in codes and value in codes[name][1]:
            where[name] = value
            sentences[name] = f"{codes[name][0]}: {said(value, codes[name][1])}"
        elif name in NUMBERS and value.isdecimal() and len(value) < 4:
            where[name] = int(value)
            sentences[name] = f"{NUMBERS[name][0]} {NUMBERS[name][1].get(int(value), value)}"
        elif name == "event_code" and value in EVENTS:
            where[name] = value
            sentences = {name: EVENTS[value]} | sentences
        elif name == "rule" and value in RULES:
            where[name] = value
            sentences[name] = RULES[value]
        elif name == "verdict" and value in VERDICTS and params.get("rule") in RULES:
            where[name] = value
            sentences[name] = said(value, VERDICTS)
        elif name in NAMES:
            where[name] = value or None
            shown = person_id(value) if name in IDS_OF_PEOPLE else value
            sentences[name] = f"{NAMES[name]} {shown or 'not stated'}"
    report = next((REPORTS[name] for name in REPORTS if name in where), "reports.ticket_list")
    held = current().columns.get(report, ())
    where = {name: value for name, value in where.items() if name in held}
    said_of = [sentence for name, sentence in sentences.items() if name in where]
    within = params.get("within")
    if within not in held:
        within = None
    elif within == "event_on":
        said_of.append("in the period")
    elif within in DAYS:
        said_of.append(f"{DAYS[within]} in the period")
    else:
        within = None
    st.markdown("Shown: **" + plain(" · ".join(said_of) or "all tickets the filters leave") + "**")
    return report, where, within


def asked_findings() -> dict[str, object]:
    """Say which findings of reports.other_findings the address asks for, and return {column: value}."""
    params = st.query_params
    where: dict[str, object] = {}
    sentences = []
    if params.get("rule") in RULES:
        where["rule"] = params["rule"]
        sentences.append(RULES[params["rule"]])
    if params.get("verdict") in VERDICTS:
        where["verdict"] = params["verdict"]
        sentences.append(VERDICTS[params["verdict"]])
    if month_on := _day(params.get("happened_month_on", "")):
        where["happened_month_on"] = month_on
        sentences.append(f"{month_on:%B %Y}")
    # Not `clause`: that is bound to a field of the page Terms, which leads here.
    if "under_clause" in params:
        where["clause"] = params["under_clause"]
        sentences.append(f"clause {params['under_clause']}")
    st.markdown("Shown: **" + plain(" · ".join(sentences) or "all findings that are not about a ticket") + "**")
    return where


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
