"""Real third-party exports, loaded whole, and figures computed from the files another way.

The files are not part of the project (see shared/data/README.md); without them these tests skip.
"""

from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import pandas as pd
import pytest

from etl.cells import Cells
from etl.load import load, load_exports
from etl.publish import connect
from etl.recognise import find_exports

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
SERVICENOW = SHARED / "servicenow_incident_log" / "incident_event_log.csv"
ITALIAN = SHARED / "helpdesk_italian" / "Helpdesk.csv"
SHOP = SHARED / "online_retail_by_day"
STRIPE = SHARED / "stripe_payments_streaming_overlays" / "payments.csv"
DESK = 'name = "Desk"\ntimezone = "UTC"\n[hours]\n' + "".join(
    f'{day} = ["09:00-17:00"]\n' for day in ("mon", "tue", "wed", "thu", "fri")
)
CLOSED = {"Resolved", "Closed", "Resolve ticket", "RESOLVED", "DUPLICATE", "INVALID", "VERIFIED"}

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not on this machine")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    (folder / "desk.toml").write_text(DESK)
    return load(
        [SERVICENOW, ITALIAN, STRIPE],
        warehouse=folder / "warehouse",
        desk=folder / "desk.toml",
        corrections=None,
        as_of=datetime(2024, 7, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def con(loaded):
    with connect(loaded.snapshot) as connection:
        yield connection


@pytest.fixture(scope="module")
def incidents():
    """The ServiceNow log as pandas reads it; the file names no zone, so its clock is taken as UTC."""
    frame = pd.read_csv(SERVICENOW, dtype=str, na_values=["?"], keep_default_na=False)
    for column in ("opened_at", "sys_updated_at", "resolved_at", "closed_at"):
        frame[column] = pd.to_datetime(frame[column], format="%d-%m-%Y %H:%M")
    return frame


def histories(frame, ticket, at, state, order):
    """Per ticket the closings and reopenings, walked change by change."""
    frame = frame.assign(rank=frame[state].map(order)).sort_values([at, "rank"], kind="stable")
    walked = {}
    for number, changes in frame.groupby(ticket):
        is_closed, closed_at, first, reopened = False, None, None, 0
        for moment, closed in zip(changes[at], changes[state].isin(CLOSED), strict=True):
            if closed and not is_closed:
                closed_at = moment
                first = first or moment
            elif is_closed and not closed:
                reopened += 1
                closed_at = None
            is_closed = closed
        walked[number] = (closed_at, first, reopened)
    return walked


def test_every_row_of_the_real_files_is_accounted_for_and_hardly_one_refused(loaded):
    rows = {file.file: file.account for file in loaded.files}
    assert {name: account.rows for name, account in rows.items()} == {
        "incident_event_log.csv": 5998,
        "Helpdesk.csv": 21348,
        "payments.csv": 622,
    }
    assert {name: account.rejected for name, account in rows.items()} == dict.fromkeys(rows, 0)


def test_counts_of_tickets(con):
    counted = con.execute("select starts_with(ticket_id, 'INC'), count(*) from facts.tickets group by 1 order by 1")
    assert counted.fetchall() == [(False, 4580), (True, 890)]


def test_654_of_890_incidents_close_five_days_after_they_were_resolved(con, incidents):
    # In whole hours, cut as DuckDB's date_sub cuts them: one incident takes 121 h 49 min.
    last = incidents.groupby("number").last()
    gap = (last.closed_at - last.resolved_at) // pd.Timedelta("1h")
    theirs = gap.between(119, 121).sum()
    (ours,) = con.execute(
        """select count(*) from raw.tickets
           where starts_with(ticket_id, 'INC') and date_sub('hour', resolved_at, closed_at) between 119 and 121"""
    ).fetchone()
    assert ours == theirs == 654


SERVICENOW_ORDER = {"New": 0, "Active": 0, "Awaiting User Info": 1, "Resolved": 3, "Closed": 4}


def test_incidents_reopen_and_resolve_as_their_history_says(con, incidents):
    order = {state: SERVICENOW_ORDER.get(state, 2) for state in incidents.incident_state.unique()}
    since = incidents[incidents.sys_updated_at >= incidents.opened_at]
    walked = histories(since, "number", "sys_updated_at", "incident_state", order)
    opened = incidents.groupby("number").opened_at.first()
    rows = con.execute(
        """select ticket_id, closed_at, first_resolved_at, reopen_count, resolved_at, resolution_seconds
           from facts.tickets where starts_with(ticket_id, 'INC') order by ticket_id"""
    ).fetchall()
    assert len(rows) == len(walked)
    for ticket, closed_at, first_resolved_at, reopened, resolved_at, seconds in rows:
        theirs = walked[ticket]
        assert (ticket, closed_at, reopened) == (ticket, theirs[0], theirs[2])
        if resolved_at is not None:
            assert (ticket, resolved_at, first_resolved_at) == (ticket, theirs[0], theirs[1])
            assert (ticket, seconds) == (ticket, (theirs[0] - opened[ticket]).total_seconds())
    assert sum(reopened for *_, reopened, _, _ in rows) == sum(reopened for *_, reopened in walked.values())
    assert sum(resolved_at is not None for *_, resolved_at, _ in rows) > 800


def test_reported_reopenings_are_kept_as_the_export_states_them(con, incidents):
    last = incidents.sort_values("sys_updated_at", kind="stable").groupby("number").reopen_count.last().astype(int)
    ours = dict(
        con.execute("select ticket_id, reopen_count from raw.tickets where starts_with(ticket_id, 'INC')").fetchall()
    )
    assert ours == last.to_dict()


ITALIAN_ORDER = {"Resolve ticket": 3, "RESOLVED": 3, "DUPLICATE": 4, "INVALID": 4, "VERIFIED": 4, "Closed": 4}
ITALIAN_ON_HOLD = {"Require upgrade", "Create SW anomaly", "Schedule intervention"}
ITALIAN_STATELESS = {"Assign seriousness", "Insert ticket", "Resolve SW anomaly"}


def test_cases_of_the_italian_desk_open_with_their_first_event_and_resolve_as_their_history_says(con):
    frame = pd.read_csv(ITALIAN, dtype=str)
    frame["at"] = pd.to_datetime(frame["time:timestamp"], utc=True).dt.tz_localize(None)
    opened = frame.groupby("case:concept:name")["at"].min()
    states = frame[~frame.Activity.isin(ITALIAN_STATELESS)]
    order = {
        name: ITALIAN_ORDER.get(name, 2 if name in ITALIAN_ON_HOLD else 1 if name == "Wait" else 0)
        for name in states.Activity.unique()
    }
    walked = histories(states, "case:concept:name", "at", "Activity", order)
    rows = con.execute(
        """select ticket_id, opened_at, closed_at, reopen_count, resolved_at, resolution_seconds
           from facts.tickets where not starts_with(ticket_id, 'INC')"""
    ).fetchall()
    assert {ticket: opened_at for ticket, opened_at, *_ in rows} == opened.to_dict()
    for ticket, opened_at, closed_at, reopened, resolved_at, seconds in rows:
        theirs = walked.get(ticket, (None, None, 0))
        assert (ticket, closed_at, reopened) == (ticket, theirs[0], theirs[2])
        if resolved_at is not None:
            assert (ticket, seconds) == (ticket, (theirs[0] - opened_at).total_seconds())
    assert sum(resolved_at is not None for *_, resolved_at, _ in rows) > 4400


def test_payments_add_up_per_currency(con):
    frame = pd.read_csv(STRIPE, sep=";", dtype=str)
    theirs = frame.Amount.astype(float).groupby(frame.Currency.str.upper()).sum().round(2).to_dict()
    ours = con.execute("select currency_code, sum(amount) from raw.purchases group by currency_code").fetchall()
    assert {code: float(amount) for code, amount in ours} == theirs


def test_shop_of_one_file_a_day_by_the_mapping_of_the_readme(raw, tmp_path, mapping):
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    lines = readme[readme.index("    recognise = [") :].splitlines()
    taught = mapping("\n".join(line[4:] for line in takewhile(lambda line: line.startswith("    "), lines)))
    exports, _ = find_exports([SHOP], tmp_path, taught)
    loaded = load_exports(raw, list(enumerate(exports, 1)), Cells(exports[0], "UTC"), [])
    accounts = {export.file_name: account for export, account in zip(exports, loaded, strict=True)}

    seen: set[tuple[str, ...]] = set()
    for path in sorted(SHOP.glob("*.csv")):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        sales = rows[~rows["InvoiceNo"].str.startswith("C")]
        keys = set(sales[["InvoiceNo", "StockCode", "Quantity", "UnitPrice"]].itertuples(index=False, name=None))
        account = accounts.pop(path.name)
        assert (path.name, account.rows) == (path.name, len(rows))
        assert (path.name, account.skipped, account.rejected) == (path.name, len(rows) - len(sales), 0)
        assert (path.name, account.inserted) == (path.name, len(keys - seen))
        assert account.rows == account.inserted + account.updated + account.unchanged + account.skipped
        seen |= keys
    assert not accounts
    assert raw.execute("select count(*) from raw.purchases").fetchone() == (len(seen),)
