"""Mutants of a query: the same SQL with one small fault in it, which some case should notice.

SQLGlot reads the query, one node of its tree is replaced, and SQLGlot writes it again. The faults are
those a person makes at an edge:

    flip    < and <=, > and >=, = and <>, `is distinct from`, `is null`, `in`; either end of a between
    drop    a conjunct of where, having, qualify, filter and on
    inner   a left join that is an inner one
    shift   a bound that is an instant or in seconds, moved by one second. Only away from what `flip`
            does to it: for whole seconds a < b and a <= b - 1 second are the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

FLIPPED = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.NullSafeEQ: exp.NullSafeNEQ,
    exp.NullSafeNEQ: exp.NullSafeEQ,
}
# Away from the flip: a <= b, flipped, ends a second earlier, so it is shifted to end a second later.
SECONDS_AWAY = {exp.LT: -1, exp.LTE: 1, exp.GT: 1, exp.GTE: -1}
# What has the unit of its first argument.
SAME_UNIT = (
    exp.Paren, exp.Window, exp.Filter, exp.Neg, exp.Max, exp.Min, exp.ArgMax, exp.ArgMin,
    exp.Coalesce, exp.Greatest, exp.Least, exp.Lead, exp.Lag, exp.FirstValue, exp.LastValue,
    exp.Add, exp.Sub,
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A faulty query: in which line and common table expression the fault is, what it is, and the whole SQL."""

    line: int
    within: str
    change: str
    sql: str


def mutants(sql: str) -> list[Mutant]:
    """Return every mutant of a query, from top to bottom."""
    tree = read(sql)
    found = []
    for node in list(tree.walk(bfs=False)):
        for change, fault in faults(node):
            within = node.find_ancestor(exp.CTE)
            line = line_of(node)
            node.replace(fault)
            found.append(Mutant(line, within.alias if within else "the final select", change, written(tree)))
            fault.replace(node)
    return sorted(found, key=lambda mutant: mutant.line)


def read(sql: str) -> exp.Expression:
    """Return the tree of a query."""
    return sqlglot.parse_one(sql, read="duckdb")


def written(node: exp.Expression) -> str:
    """Return the SQL of a tree; of an unchanged one it must mean what was read, which `make mutate` tries first."""
    return node.sql(dialect="duckdb", comments=False)


def faults(node: exp.Expression) -> Iterator[tuple[str, exp.Expression]]:
    """Give (what is said of it, what stands in the node's place) for each fault a node can have."""
    for fault in (_flipped, _shifted, _made_inner, _dropped):
        for replacement in fault(node):
            if fault is _dropped:
                yield f"without {text(node)}", replacement
            elif fault is _made_inner:
                yield f"inner join {text(node.this)}", replacement
            else:
                yield f"{text(node)} -> {text(replacement)}", replacement


def _flipped(node: exp.Expression) -> Iterator[exp.Expression]:
    if type(node) in FLIPPED:
        yield FLIPPED[type(node)](this=node.this.copy(), expression=node.expression.copy())
    elif isinstance(node, exp.Is | exp.In):
        yield exp.paren(exp.Not(this=node.copy()), copy=False)
    elif isinstance(node, exp.Between):
        this, low, high = (node.args[name] for name in ("this", "low", "high"))
        for above, below in ((exp.GT, exp.LTE), (exp.GTE, exp.LT)):
            ends = above(this=this.copy(), expression=low.copy()), below(this=this.copy(), expression=high.copy())
            yield exp.paren(exp.and_(*ends, copy=False), copy=False)


def _shifted(node: exp.Expression) -> Iterator[exp.Expression]:
    seconds = SECONDS_AWAY.get(type(node))
    units = {unit(node.this), unit(node.expression)} if seconds else set()
    second = (
        exp.Interval(this=exp.Literal.string("1"), unit=exp.var("second"))
        if "instant" in units
        else exp.Literal.number(1)
        if "seconds" in units
        else None
    )
    if second:
        bound = node.expression.copy()
        if isinstance(bound, exp.Binary):
            bound = exp.paren(bound, copy=False)
        moved = (exp.Add if seconds > 0 else exp.Sub)(this=bound, expression=second)
        yield type(node)(this=node.this.copy(), expression=moved)


def _made_inner(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, exp.Join) and node.side == "LEFT" and not node.kind:
        joined = node.copy()
        joined.set("side", None)
        joined.set("kind", "INNER")
        yield joined


def _dropped(node: exp.Expression) -> Iterator[exp.Expression]:
    # A conjunct hangs on its clause by nothing but ands and brackets.
    above, key = node.parent, node.arg_key
    while isinstance(above, exp.And | exp.Paren):
        above, key = above.parent, above.arg_key
    is_condition = (isinstance(above, exp.Where | exp.Having | exp.Qualify) and key == "this") or (
        isinstance(above, exp.Join) and key == "on"
    )
    if is_condition and not isinstance(node, exp.And | exp.Paren):
        yield exp.true()


def unit(node: exp.Expression) -> str | None:
    """Return "instant" or "seconds" for what the names of the house say is one, else None."""
    if isinstance(node, exp.Column):
        return {"at": "instant", "seconds": "seconds"}.get(node.name.rpartition("_")[2])
    if isinstance(node, exp.Cast):
        return "instant" if node.is_type("timestamp") else unit(node.this) if node.is_type("bigint") else None
    return unit(node.this) if isinstance(node, SAME_UNIT) else None


def line_of(node: exp.Expression) -> int:
    """Return the line of the source a node starts in; SQLGlot keeps it with names and literals."""
    for above in (node, *_ancestors(node)):
        lines = [leaf.meta["line"] for leaf in above.walk() if "line" in leaf.meta]
        if lines:
            return min(lines)
    return 1


def _ancestors(node: exp.Expression) -> Iterator[exp.Expression]:
    while node := node.parent:
        yield node


def text(node: exp.Expression) -> str:
    """Return a node as the house writes SQL: lower case, but for what stands in quotes."""
    pieces = node.sql(dialect="duckdb", comments=False, normalize_functions="lower").split("'")
    return "'".join(piece if place % 2 else piece.lower() for place, piece in enumerate(pieces))
