"""Every report's query over a published snapshot, as the dashboard runs it."""

import os
import time
from pathlib import Path
from statistics import median

import duckdb

from etl.build import EVERY_TICKET, WHOLE_PERIOD, read_queries, with_filters

TIMES = 5
# What a page may show at most; the exporter takes more, and nobody waits on a page for that.
MOST_ROWS = 10_000


def report_seconds(warehouse: Path) -> dict[str, tuple[float, float, int]]:
    """Return per report the seconds of its query over everything, over filtered tickets, and its number of rows.

    The query is the definition under queries/reports, over the stored facts and rules; a stored
    table of the same name is never read in its place. The filter keeps one product of the last 13 weeks.
    """
    os.environ["WAREHOUSE"] = str(warehouse)
    # Only now: the dashboard reads the name of the warehouse when it is imported.
    from dashboard.parts.filters import Filters
    from dashboard.parts.warehouse import take_snapshot

    con = take_snapshot().connection.cursor()
    product = con.execute("select mode(product_id) from reports.tickets").fetchone()[0]
    chosen = Filters(period="13w", product=(product,))

    found = {}
    for name, sql in read_queries().items():
        if not name.startswith("reports."):
            continue
        filtered = with_filters(sql, chosen.tickets_sql(EVERY_TICKET), chosen.period_sql(WHOLE_PERIOD))
        given = {key: list(value) for key, value in chosen.chosen.items() if f"${key}" in filtered}
        everything = with_filters(sql)
        rows = con.execute(f"select count(*) from ({everything}\n)").fetchone()[0]
        found[name] = (seconds(con, everything, {}), seconds(con, filtered, given), rows)
    return found


def seconds(con: duckdb.DuckDBPyConnection, sql: str, given: dict[str, object]) -> float:
    """Return the median time of a warm query, its rows fetched as the dashboard fetches them."""
    taken = []
    for _ in range(TIMES + 1):  # the first warms up
        started = time.perf_counter()
        con.execute(f"select * from ({sql}\n) limit {MOST_ROWS}", given).df()
        taken.append(time.perf_counter() - started)
    return median(taken[1:])
