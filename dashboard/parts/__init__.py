"""The few things every page uses. A page imports streamlit, altair and this, nothing else."""

from dashboard.parts import charts, words
from dashboard.parts.asked import asked_findings, asked_tickets, group_columns
from dashboard.parts.clauses import clause, clauses, plain
from dashboard.parts.clients import client_head, entitled, look_up, nothing_known, way_to_client
from dashboard.parts.deciding import candidates, decided, past_decisions, registered, suggested, waiting
from dashboard.parts.frame import chosen, page_path
from dashboard.parts.matching import ADDRESSES, PRODUCTS, match, pending
from dashboard.parts.pairs import ask_limit, side_by_side, way_to_trial
from dashboard.parts.shown import (
    Column,
    Tile,
    arithmetic,
    chart,
    enough,
    every_metric,
    facts,
    figures,
    foot,
    head,
    history,
    posts,
    table,
    ticket_head,
    tickets_page,
    tiles,
)
from dashboard.parts.trying import ask_what, keep_it, nothing_judges, pending_terms, tried
from dashboard.parts.warehouse import desk, rows
from etl.people import person

__all__ = [
    "ADDRESSES",
    "PRODUCTS",
    "Column",
    "Tile",
    "arithmetic",
    "ask_limit",
    "ask_what",
    "asked_findings",
    "asked_tickets",
    "candidates",
    "chart",
    "charts",
    "chosen",
    "clause",
    "clauses",
    "client_head",
    "decided",
    "desk",
    "enough",
    "entitled",
    "every_metric",
    "facts",
    "figures",
    "foot",
    "group_columns",
    "head",
    "history",
    "keep_it",
    "look_up",
    "match",
    "nothing_judges",
    "nothing_known",
    "page_path",
    "past_decisions",
    "pending",
    "pending_terms",
    "person",
    "plain",
    "posts",
    "registered",
    "rows",
    "side_by_side",
    "suggested",
    "table",
    "ticket_head",
    "tickets_page",
    "tiles",
    "tried",
    "waiting",
    "way_to_client",
    "way_to_trial",
    "words",
]
