"""What an exported file says of itself: whose desk, as of when, which filters and terms, what each column holds.

The words of a column stand over it in its query, as a comment that ends in its clause:
`-- The first public answer of a person at the desk. (1.5)`. A column without one is told by its name.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import pandas as pd

from etl.ask import bound, is_filtered, uses_period
from etl.build import WHOLE_PERIOD, read_queries
from etl.export import About, Meaning
from etl.filters import Filters
from etl.people import person

Answer = Callable[..., pd.DataFrame]  # runs SQL with named parameters on a snapshot
COMMENT = re.compile(r"-- (?P<words>.*?)(?: \((?P<clause>\d+(?:\.\d+)*)\))?$")
UNITS = {
    "_seconds": ("seconds", "#,##0"),
    "_days": ("days", "0.00"),
    "_count": ("count", "#,##0"),
    "_share": ("share, 0 to 1", "0.0%"),
    "_at": ("local time, {zone}", None),
    "_on": ("day, {zone}", None),
    "_link": ("address", None),
}


def about_report(
    answer: Answer,
    snapshot: str,
    report: str,
    names: Iterable[str],
    filters: Filters | None,
    within: str | None = None,
    where: Mapping[str, str] | None = None,
) -> About:
    """Return what a file of a whole report says of itself; its columns are named as in the query."""
    sentence = read_queries().get(report, "-- " + report).partition("\n")[0].removeprefix("-- ")
    desk = _desk(answer)
    columns = meanings(report, names, desk["timezone"])
    return about(answer, snapshot, sentence, columns, filters, within, where=where, report=report)


def about(
    answer: Answer,
    snapshot: str,
    title: str,
    columns: Mapping[str, Meaning],
    filters: Filters | None = None,
    within: str | None = None,
    *,
    where: Mapping[str, str] | None = None,
    report: str | None = None,
    told: Mapping[str, str] | None = None,
) -> About:
    """Return what a file says of itself: `columns` by their headings, `told` beside what every file tells."""
    chosen = [
        *_chosen(answer, report, filters, within),
        *(f"{name} = {value}" for name, value in (where or {}).items()),
    ]
    desk = _desk(answer)
    terms = answer(
        "select max(effective_on) as effective_on from policy.clauses where effective_on <= $day",
        {"day": desk["as_of_at"]},
    )
    numbers = {meaning.clause for meaning in columns.values() if meaning.clause}
    return About(
        title,
        {
            "Desk": desk["name"] or "not named",
            "As of": f"{desk['as_of_text']} {desk['timezone']}",
            "Times": f"on the desk's clock, {desk['timezone']}",
            "Terms": f"as changed last on {terms.effective_on[0]:%Y-%m-%d}; a ticket is judged by those in force when it was opened",
            "Filters": "; ".join(chosen) or "none: everything loaded",
            **(told or {}),
            **({"Report": report} if report else {}),
            "Snapshot": snapshot + (" (sample data)" if desk["is_sample"] else ""),
        },
        columns,
        _clause_texts(answer, numbers),
        desk["as_of_at"],
    )


def meanings(report: str, names: Iterable[str], zone: str) -> dict[str, Meaning]:
    """Return what each column of a report holds: its comment, and its unit and format by its name."""
    said = comments(read_queries().get(report, ""))
    found = {}
    for name in names:
        words, clause = said.get(name, (name.removeprefix("is_").replace("_", " "), ""))
        unit, number_format = next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), ("", None))
        if name.startswith(("is_", "has_")):
            unit = "true or false"
        found[name] = Meaning(words, unit.format(zone=zone), clause, number_format)
    return found


def comments(sql: str) -> dict[str, tuple[str, str]]:
    """Return {column: (words, clause)} of the comments over the columns of a query's last select."""
    found, words, clause = {}, "", ""
    lines = sql[sql.rfind("\nselect") :].splitlines()[2:]
    for line in lines:
        if not line.startswith("    "):
            break
        if match := COMMENT.fullmatch(line.strip()):
            words, clause = match["words"], match["clause"] or ""
        elif column := re.fullmatch(r"    (?:\S.* as |\w+\.)(\w+),?", line):
            if words:
                found[column[1]] = (words, clause)
            words, clause = "", ""
    return found


def _desk(answer: Answer) -> dict[str, object]:
    return answer("select * from reports.desk").to_dict("records")[0]


def _chosen(answer: Answer, report: str | None, filters: Filters | None, within: str | None) -> Iterator[str]:
    """Return the filters in words: the period with its date, and the names of what was chosen."""
    if filters is None:
        return
    if within or report is None or uses_period(report):
        sql = filters.period_sql(WHOLE_PERIOD)
        days = answer(sql, bound(sql, filters.parameters()))
        if not days.empty and days.from_on.notna().all():
            dated = f"{within.removesuffix('_on').replace('_', ' ')} " if within else ""
            yield f"{dated}from {days.from_on[0]:%Y-%m-%d} to {days.until_on[0]:%Y-%m-%d}, both included"
    if filters.chosen and (report is None or is_filtered(report)):
        choices = answer("select kind, code, label from reports.choices")
        labels = {(row.kind, row.code): row.label for row in choices.itertuples()}
        for name, codes in filters.chosen.items():
            called = (labels.get((name, code)) or code or "not stated" for code in codes)
            yield f"{name}: " + ", ".join(person(label) if name == "agent" else label for label in called)


def _clause_texts(answer: Answer, numbers: set[str]) -> dict[str, str]:
    """Return the words of clauses, in the order of the terms."""
    found = answer(
        """
        select clause, arg_max(text, effective_on) as said
        from policy.clauses
        where clause in (select unnest($numbers::varchar[])) and text is not null
        group by clause
        order by list_transform(string_split(clause, '.'), lambda part: part::integer)
        """,
        {"numbers": sorted(numbers)},
    )
    return dict(zip(found.clause, found.said, strict=True))
