"""How a report is asked: one way for pages and for exports, so that a file equals the screen.

What a reader chose is bound as parameters; only the names of reports and columns reach the SQL text.
"""

import re
from collections.abc import Callable, Mapping

import pandas as pd

from etl.build import FILTERED, UNITED, WHOLE_PERIOD, is_judge, read_queries, with_filters, without_comments
from etl.filters import Filters

# To write out all rows of a report takes long: of a few of them the keys are found first, and the rest of these alone.
# A report that says so has a ticket_id, and no NULL in its key, by which the rows are found again.
PICKED_BY_KEY = re.compile(r"^-- Picked by key\b", re.M)

LISTED_COLUMNS = """
    select table_schema || '.' || table_name as name, list(column_name order by ordinal_position) as columns
    from information_schema.columns
    group by all
"""


def query(
    columns: Mapping[str, tuple[str, ...]],
    report: str,
    filters: Filters | None = None,
    *,
    within: str | None = None,
    among: tuple[str, str] | None = None,
    whole: bool = False,
    limit: int | None = None,
    offset: int = 0,
    **where: str | int | bool | None,
) -> tuple[str, dict[str, object]]:
    """Return the SQL text and the bound parameters of a report of the snapshot that has these columns.

    With `filters` the report is computed over the chosen tickets and period. `where` keeps rows whose columns
    equal the given values (None: are empty); `within` names a day column that must lie in the chosen period;
    `among`, a column and a query, keeps rows whose column that query has too: its parameters are the caller's.
    Rows come in the order of `position` if there is one, else of a `whole` file in that of its key; with `limit` no
    more than so many, from `offset` on. Raises KeyError for a report or column there is not.
    """
    found = columns[report]
    if not {*where, *([within] if within else ())} <= set(found):
        raise KeyError(f"{report} has only {', '.join(found)}; asked for {[within, *where]}")
    written = read_queries().get(report, "")
    period = filters.period_sql(WHOLE_PERIOD) if filters is not None else WHOLE_PERIOD
    given = filters.parameters() if filters is not None else {}
    tests = []
    if within:
        tests.append(f"{within} between (select from_on from ({period})) and (select until_on from ({period}))")
    if among:
        tests.append(f"{among[0]} in (select {among[0]} from ({among[1]}\n))")
    for number, (column, value) in enumerate(where.items()):
        tests.append(f"{column} is null" if value is None else f"{column} = $where_{number}")
        given[f"where_{number}"] = value
    # A report that filters is computed anew; of any other the stored table is all there is to say.
    is_computed = filters is not None and is_filtered(report)

    def asked(narrow: Callable[[str], str]) -> str:
        sql = f"select * from {report}"
        if is_computed:
            sql = with_filters(_asked_of_one_judge(written, where), narrow, period)
        return f"select * from ({sql}\n) where {' and '.join(tests)}" if tests else sql

    sql = asked(filters.narrow if filters is not None else str)
    key = ", ".join(name for name in found if name in key_of(report))
    order = f" order by {key}" if whole and key else ""
    if "position" in found:  # it need not tell two rows apart; the key does
        order = f" order by {', '.join(('position', *filter(None, [key])))}"
    if order:
        sql = f"select * from ({sql}\n){order}"
    if limit is not None:
        sql += f" limit {int(limit)} offset {int(offset)}"
        if is_computed and PICKED_BY_KEY.search(written):
            few = asked(lambda every: f"{every} inner join (select distinct ticket_id from picked) using (ticket_id)")
            sql = (
                f"with picked as materialized (select {key} from ({sql}))"
                f" select * from ({few}\n) semi join picked using ({key}){order}"
            )
    return sql, bound(sql, given)


def _asked_of_one_judge(sql: str, where: Mapping[str, object]) -> str:
    """Return a query that reads, where one rule or pattern is asked for, its findings alone: to plan all takes longer."""
    for layer, called in UNITED.items():
        judge = f"{layer}.{where.get(called)}"
        if is_judge(judge, read_queries().get(judge, "")):
            one = f"(select '{where[called]}' as {called}, * from {judge})"
            sql = re.sub(
                rf"\b{layer}\.findings( as \w+)?", lambda found, one=one: one + (found[1] or " as findings"), sql
            )
    return sql


def key_of(report: str) -> set[str]:
    """Return the columns that its header says a report has one row per; none if it has no header."""
    header = re.search(r"^-- One row per ([a-z_, ]+)", read_queries().get(report, ""), re.M)
    return set(header[1].strip().split(", ")) if header else set()


def in_desk_time(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Return the frame with its `_at` columns, which are UTC, in the desk's zone: a table shows local time."""
    for column in frame.columns:
        if column.endswith("_at"):
            frame[column] = pd.to_datetime(frame[column]).dt.tz_localize("UTC").dt.tz_convert(timezone)
    return frame


def is_filtered(report: str) -> bool:
    """Say whether the chosen tickets or the chosen period change what a report says."""
    return bool(FILTERED.search(without_comments(read_queries().get(report, "")))) or uses_period(report)


def uses_period(report: str) -> bool:
    """Say whether a report applies the chosen period to a date of its own."""
    return "chosen_period" in without_comments(read_queries().get(report, ""))


def bound(sql: str, given: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that the text names, as DuckDB takes them."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if f"${name}" in sql
    }
