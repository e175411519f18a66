"""Day or month first: decided for a column of dates over all its rows, never for a cell.

02/03/2026 is two dates, and 25/03/2026 says which is meant, for its whole column. A column none
of whose cells tells is not guessed at: the file is refused until somebody says which.
"""

import duckdb

from etl.cells import Cells, parsed
from etl.dialect import DATE_ORDERS, Source, formats_in, order_of
from etl.recognise import LoadError

SUCH_A_DATE = r"\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{4}}"
HAS_SIGN = "substr({0}, 2, 1) < '0' or substr({0}, 3, 1) < '0'"
LOOKS_SO = f"({HAS_SIGN}) and regexp_matches({{0}}, '^{SUCH_A_DATE}')"
# With what is trimmed off before: a blank also sorts before '0', but for this one.
MAY_LOOK_SO = f"(({HAS_SIGN} or prefix({{0}}, '\xa0')) and regexp_matches({{0}}, '{SUCH_A_DATE}'))"


def decide(con: duckdb.DuckDBPyConnection, cells: Cells, file_name: str) -> None:
    """Decide the order of every column of dates whose formats leave it open, or that has none where a cell looks so.

    Raises LoadError for a column that both orders read equally well, and differently.
    """
    for filling in cells.dialect.fillings:
        inner = cells.inside(filling)
        for column, source in filling.sources().items():
            if filling.table.columns.get(column, "instant") not in ("instant", "end") or not inner.there(source):
                continue
            if inner.asked(source) in cells.orders:
                continue
            is_open = {order_of(form) for form in source.formats}.issuperset(DATE_ORDERS)
            if not is_open and (source.formats or not _may_look_so(con, inner, source)):
                continue
            if order := _order(con, inner, source, file_name):
                cells.orders[inner.asked(source)] = order


def _may_look_so(con: duckdb.DuckDBPyConnection, cells: Cells, source: Source) -> bool:
    """Whether a cell of a column, as it is written, holds such a date: a look that spares most columns the long one."""
    if not source.columns or cells.is_part(source.columns[0]):
        return True
    looks = [MAY_LOOK_SO.format(f"c{place}") for place in cells.found(source.columns[0])]
    return con.execute(f"select count(*) from (from {cells.source} where {' or '.join(looks)} limit 1)").fetchone()[0]


def _order(con: duckdb.DuckDBPyConnection, cells: Cells, source: Source, file_name: str) -> str | None:
    """The order that reads more cells of a column; None when no cell is such a date."""
    readings = {
        order: f"coalesce({', '.join(filter(None, (*parsed('cell', formats_in(source.formats, order)), 'null')))})"
        for order in DATE_ORDERS
    }
    chosen = "cell is not null" if source.formats else LOOKS_SO.format("cell")
    day_first, month_first, differing, example = con.execute(
        f"""
        with cells as (select record_number, {cells.text(source)} as cell from ({cells.relation()})),
        readings as (
            select record_number, cell, {readings["dmy"]} as dmy, {readings["mdy"]} as mdy from cells where {chosen}
        )
        select
            count(dmy),
            count(mdy),
            count(*) filter (where dmy is distinct from mdy),
            arg_min(cell, record_number) filter (where dmy <> mdy)
        from readings"""
    ).fetchone()
    if day_first != month_first:
        return "dmy" if day_first > month_first else "mdy"
    if not differing:
        return "dmy" if day_first else None
    if cells.date_order:
        return cells.date_order
    names = ", ".join(dict.fromkeys(filter(cells.has, source.names())))
    said = f"every date of it, such as {example!r}, reads" if example else "its dates read"
    raise LoadError(
        f"{file_name}: {names}: {said} as well with the day first as with the month first; say which with "
        '--date-order dmy or --date-order mdy, or date_order = "dmy" in a mapping'
    )
