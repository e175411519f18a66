"""Every report over a published snapshot, asked as the dashboard asks it."""

import os
import time
from pathlib import Path
from statistics import median

TIMES = 5
# No chart draws more, and a table shows 25; the exporter takes all, and no page waits for that.
MOST_ROWS = 1_000
# What pages always say beside the filters, and the day of the stock they ask for; without it the report is millions of
# rows nobody asks for.
ASKED = {
    "reports.ticket_findings": {"rule": "response_time", "verdict": "fail"},
    "reports.ticket_events": {"event_code": "opened"},
    "reports.duplicate_changes": {"limit_share": 0.3},
    "reports.response_by_group": {"kind": "agent"},
    "reports.resolution_by_group": {"kind": "agent"},
}
# What the page of one ticket draws, asked of a ticket that came back often.
OF_ONE_TICKET = ("texts", "posts", "turns", "stretches", "marks", "zooms", "shut_times")
# Made for files alone: no page asks for it.
FOR_FILES = {"reports.ticket_metrics"}


def report_seconds(warehouse: Path) -> dict[str, tuple[float, float, int]]:
    """Return per report the seconds over everything, over filtered tickets, and the rows of everything.

    A report that filters is computed from its definition each time, as on a page; of any other a
    page reads the stored table. The filter keeps one product of the last 13 weeks.
    """
    os.environ["WAREHOUSE"] = str(warehouse)
    # Only now: the dashboard takes the name of the warehouse from the environment.
    from dashboard.parts.warehouse import query, take_snapshot
    from etl.build import ASKED_OF_ONE, read_queries
    from etl.filters import Filters

    snapshot = take_snapshot()
    last_on = snapshot.answer("select max(day_on) as day_on from facts.days").day_on[0].date()
    asked = ASKED | {"reports.open_tickets": {"open_on": last_on}}
    ticket = snapshot.answer("select arg_max(ticket_id, reopen_count) as ticket_id from facts.tickets").ticket_id[0]
    client = snapshot.answer("select mode(client_id) as client_id from reports.eligibility_today").client_id[0]
    asked |= {name: {"client_id": client} for name, sql in read_queries().items() if ASKED_OF_ONE.search(sql)}
    asked |= {f"reports.ticket_{name}": {"ticket_id": ticket} for name in OF_ONE_TICKET}
    product = snapshot.answer("select mode(product_id) as product_id from reports.tickets").product_id[0]
    choices = (Filters(period="Everything loaded"), Filters(period="Last 13 weeks", product=(product,)))

    def seconds(report: str, filters: Filters) -> float:
        sql, given = query(snapshot, report, filters, limit=MOST_ROWS, **asked.get(report, {}))
        taken = []
        for _ in range(TIMES + 1):  # the first warms up
            started = time.perf_counter()
            snapshot.answer(sql, given)
            taken.append(time.perf_counter() - started)
        return median(taken[1:])

    found = {}
    for report in sorted(name for name in snapshot.columns if name.startswith("reports.")):
        if report in FOR_FILES:
            continue
        sql, given = query(snapshot, report, **asked.get(report, {}))
        rows = int(snapshot.answer(f"select count(*) as row_count from ({sql})", given).row_count[0])
        everything, filtered = (seconds(report, filters) for filters in choices)
        found[report] = (everything, filtered, rows)
    return found
