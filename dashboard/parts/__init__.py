"""The few things every page uses. A page imports streamlit, altair and this, nothing else."""

from dashboard.parts import charts, words
from dashboard.parts.asked import asked_findings, asked_tickets, group_columns
from dashboard.parts.clauses import clause, clauses, plain
from dashboard.parts.frame import chosen, page_path
from dashboard.parts.matching import ADDRESSES, PRODUCTS, match, pending
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
from dashboard.parts.warehouse import desk, rows
from etl.people import person

__all__ = [
    "ADDRESSES",
    "PRODUCTS",
    "Column",
    "Tile",
    "arithmetic",
    "asked_findings",
    "asked_tickets",
    "chart",
    "charts",
    "chosen",
    "clause",
    "clauses",
    "desk",
    "enough",
    "every_metric",
    "facts",
    "figures",
    "foot",
    "group_columns",
    "head",
    "history",
    "match",
    "page_path",
    "pending",
    "person",
    "plain",
    "posts",
    "rows",
    "table",
    "ticket_head",
    "tickets_page",
    "tiles",
    "words",
]
