"""How far a limit reaches: which columns of which queries may change with it, followed through their text.

A column may change when its expression names one that may. Where rows are chosen or grouped by such a
column, the rows themselves may change, and with them every column: that is EVERY. A left join adds
columns and never rows, for what it adds is unique by the conventions of the house.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import sqlglot
from sqlglot import exp

from etl.build import LAYERS, order, read_queries, reads, without_comments
from etl.policy import ASKED

EVERY = "*"
LIMITS = "policy.limits"
VALUES = frozenset({"value", "value_number", "value_seconds"})
NAMED = re.compile(ASKED.pattern, re.IGNORECASE)

Limit = tuple[str, str]  # a rule and its parameter
Reach = Mapping[str, frozenset[str]]


@cache
def reached(limits: frozenset[Limit], is_dated: bool = False) -> Reach:
    """Return the columns of each fact and rule that may change with these limits, {} of none.

    With `is_dated` a limit changes from a day on: where its versions begin and end changes too.
    """
    queries = {name: sql for name, sql in read_queries().items() if not name.startswith("reports.")}
    found = dict(limits_changed(is_dated))
    for name in order(queries):
        read = reads(queries[name]) & found.keys()
        # What asks for other limits only is not worth a look; where versions begin may matter to all.
        if read == {LIMITS} and not is_dated and limits.isdisjoint(_asked(without_comments(queries[name]))):
            continue
        if read and (columns := may_change(queries[name], found, limits)):
            found[name] = columns
    del found[LIMITS]
    return found


def limits_changed(is_dated: bool) -> Reach:
    """Return what changes in the table of the limits: their values, or, from a day on, their versions too."""
    return {LIMITS: frozenset({EVERY}) if is_dated else VALUES}


def may_change(sql: str, tables: Reach, limits: frozenset[Limit]) -> frozenset[str]:
    """Return the columns of a query that may change with these limits, given those of the tables it reads."""
    return frozenset(_Followed(tables, limits).columns(_parsed(sql)))


@cache
def verdicts_seen(sql: str, table: str) -> list[str]:
    """Return the verdicts, as SQL, by which a query picks rows wherever it reads a table; [] where it may see others."""
    seen: set[str] = set()
    for select in _reading(sql, table):
        picked = [part for part in _conditions(select) if isinstance(part, exp.In) and part.this.name == "verdict"]
        if not picked or not picked[0].expressions or select.args.get("joins"):
            return []
        seen |= {verdict.sql(dialect="duckdb") for verdict in picked[0].expressions}
    return sorted(seen)


@cache
def verdict_left_out(sql: str, table: str) -> str | None:
    """Return the one verdict, as SQL, whose rows of a table a union of such tables leaves out; None if it does otherwise."""
    selects = _reading(sql, table)
    if len(selects) != 1 or not isinstance(selects[0].parent, exp.Union) or selects[0].args.get("joins"):
        return None
    match _conditions(selects[0]):
        case [exp.NEQ(this=exp.Column() as column, expression=exp.Literal() as verdict)] if column.name == "verdict":
            return verdict.sql(dialect="duckdb")
    return None


def _reading(sql: str, table: str) -> list[exp.Select]:
    """Return the selects of a query that read a table."""
    return [read.parent_select for read in _parsed(sql).find_all(exp.Table) if f"{read.db}.{read.name}" == table]


def _conditions(select: exp.Select) -> list[exp.Expression]:
    """Return what must all be true of the rows that a select picks."""
    where = select.args.get("where")
    return list(where.this.flatten()) if where and isinstance(where.this, exp.And) else [where.this] if where else []


@cache
def _parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, dialect="duckdb")


def _asked(text: str) -> set[Limit]:
    """Return the limits that a text asks for by name."""
    return {
        (rule, parameter)
        for rule, one, several in NAMED.findall(text)
        for parameter in ([one] if one else re.findall(r"\w+", several))
    }


class _Followed:
    """One query, given what may change in the tables it reads."""

    def __init__(self, tables: Reach, limits: frozenset[Limit]) -> None:
        self.tables, self.limits = tables, limits

    def columns(self, query: exp.Expression, outer: Mapping[str, set[str]] | None = None) -> set[str]:
        """Return the columns of a query that may change."""
        if isinstance(query, exp.Subquery):
            return self.columns(query.this, outer)
        known = dict(outer or {})
        for part in query.ctes:
            known[part.alias] = self.columns(part.this, known)
        if isinstance(query, exp.SetOperation):
            left, right = self.columns(query.left, known), self.columns(query.right, known)
            places = dict(zip(query.right.named_selects, query.left.named_selects, strict=False))
            return left | {name if query.args.get("by_name") else places.get(name, EVERY) for name in right}
        return self._select(query, known)

    def _select(self, select: exp.Select, known: Mapping[str, set[str]]) -> set[str]:
        sources: dict[str, set[str]] = {}
        start = select.args.get("from_") or select.args.get("from")
        rows_change = False
        if start is not None:
            name, columns = self._source(start.this, known, sources, select)
            sources[name] = columns
            rows_change = EVERY in columns
        for join in select.args.get("joins") or ():
            name, columns = self._source(join.this, known, sources, select)
            sources[name] = columns
            condition = join.args.get("on")
            moves = EVERY in columns or (condition is not None and self._names(condition, sources, known))
            if join.side == "LEFT" and join.kind not in ("SEMI", "ANTI"):
                sources[name] = {EVERY} if moves else columns
            else:
                rows_change |= moves
        for clause in ("where", "group", "having", "qualify", "distinct", "windows", "limit"):
            for part in _listed(select.args.get(clause)):
                rows_change |= self._names(part, sources, known)
        if rows_change:
            return {EVERY, *select.named_selects}
        found: set[str] = set()
        for item in select.expressions:
            if item.is_star:
                table = item.table if isinstance(item, exp.Column) else ""
                for name, columns in sources.items():
                    found |= columns if table in ("", name) else set()
            elif self._names(item, sources, known):
                found.add(item.alias_or_name)
        return found

    def _source(
        self, source: exp.Expression, known: Mapping[str, set[str]], sources: Mapping[str, set[str]], select: exp.Select
    ) -> tuple[str, set[str]]:
        """Return what a table, subquery or function is called here, and its columns that may change."""
        name = source.alias_or_name
        if isinstance(source, exp.Table) and source.db in LAYERS:
            full = f"{source.db}.{source.name}"
            columns = set(self.tables.get(full, ()))
            where = select.args.get("where")
            if full == LIMITS and where is not None and self._is_of_others(where):
                columns = set()
            return name, columns
        if isinstance(source, exp.Table):
            return name, set(known.get(source.name, ()))
        if isinstance(source, exp.Subquery):
            return name, self.columns(source, known)
        return name, {EVERY} if self._names(source, sources, known) else set()

    def _names(self, part: exp.Expression, sources: Mapping[str, set[str]], known: Mapping[str, set[str]]) -> bool:
        """Say whether an expression names anything that may change."""
        if self._is_of_others(part):
            return False
        for node in _outside_subqueries(part):
            if isinstance(node, exp.Query):
                if self.columns(node, known):
                    return True
            elif isinstance(node, exp.Column):
                asked = [sources.get(node.table, set())] if node.table else sources.values()
                if any(node.name in columns or EVERY in columns for columns in asked):
                    return True
        return False

    def _is_of_others(self, part: exp.Expression) -> bool:
        """Say whether an expression asks for limits by name, and for none of those that change."""
        if all(column.name != "rule" for column in part.find_all(exp.Column)):
            return False
        asked = _asked(part.sql(dialect="duckdb"))
        return bool(asked) and asked.isdisjoint(self.limits)


def _outside_subqueries(part: exp.Expression) -> Iterator[exp.Expression]:
    """Yield an expression's nodes, of a subquery the whole only."""
    yield part
    if isinstance(part, exp.Query):
        return
    for child in part.iter_expressions():
        yield from _outside_subqueries(child)


def _listed(part: object) -> Iterable[exp.Expression]:
    return part if isinstance(part, list) else [part] if isinstance(part, exp.Expression) else []
