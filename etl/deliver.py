"""Write one report of a snapshot to a file or to standard output, with the filters that the pages have."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd

from etl import EtlError, ask
from etl.build import LAYERS
from etl.define import about_report
from etl.export import MIME, write
from etl.filters import CHOICES, CHOSEN_DAYS, Filters
from etl.people import masked_rows


class DeliveryError(EtlError):
    """There is nothing to write, or nowhere to; the message names what was asked for and what would do."""


def deliver(
    con: duckdb.DuckDBPyConnection,
    snapshot: str,
    asked: str,
    form: str,
    out: Path | None,
    filters: Filters,
    dated_by: str | None = None,
    *,
    step: Callable[[str, int, int], None] = lambda text, done, of: None,
) -> int:
    """Write a report, named with or without its layer, as "csv", "xlsx" or "parquet"; return how many rows.

    Without `out` CSV goes to standard output. A file appears whole or not at all.
    Raises DeliveryError for a report, filter or place that does not exist, ExportError for too many rows.
    """

    def answer(sql: str, given: dict | None = None) -> pd.DataFrame:
        return con.cursor().execute(sql, given or {}).df()

    if form not in MIME:
        raise DeliveryError(f"{out}: no form is called {form!r}; name one with --format: {', '.join(MIME)}")
    if out is None and form != "csv":
        raise DeliveryError(f"{form.upper()} is no text: name a file with --out FILE.{form}")
    if out is not None and not out.parent.is_dir():
        raise DeliveryError(f"{out}: the folder {out.parent} does not exist")
    columns = {row.name: tuple(row.columns) for row in answer(ask.LISTED_COLUMNS).itertuples()}
    report = _report(asked, columns)
    filters = _checked(answer, report, filters)
    within = _dated_by(report, columns[report], filters, dated_by)

    step(f"reading {report}", 0, 0)
    sql, given = ask.query(columns, report, filters, within=within, whole=True)
    timezone = answer("select timezone from reports.desk").timezone[0]
    frame = masked_rows(ask.in_desk_time(answer(sql, given), timezone))
    about = about_report(answer, snapshot, report, columns[report], filters, within)
    step(f"writing {len(frame):,} rows", 0, 0)
    if out is None:
        write(frame, sys.stdout.buffer, form, about)
        sys.stdout.flush()
        return len(frame)
    begun = out.with_name(f".{out.name}.begun")
    try:
        with begun.open("wb") as file:
            write(frame, file, form, about)
        begun.replace(out)
    finally:
        begun.unlink(missing_ok=True)
    return len(frame)


def _report(asked: str, columns: dict[str, tuple[str, ...]]) -> str:
    """Return the report as `<layer>.<name>`."""
    report = asked if asked.partition(".")[0] in LAYERS and "." in asked else f"reports.{asked}"
    if report not in columns:
        known = sorted(name.removeprefix("reports.") for name in columns if name.startswith("reports."))
        raise DeliveryError(f"no report is called {asked}; there are {', '.join(known)}")
    return report


def _checked(answer: Callable[..., pd.DataFrame], report: str, filters: Filters) -> Filters:
    """Return the filters with both ends of their period, or say which of them means nothing here."""
    if filters.chosen and not ask.is_filtered(report):
        raise DeliveryError(f"{report} does not change with --{next(iter(filters.chosen))}; leave it out")
    known = answer("select kind, code from reports.choices order by kind, position")
    for name, codes in filters.chosen.items():
        offered = known.code[known.kind == name].tolist()
        for code in codes:
            if code not in offered:
                raise DeliveryError(
                    f"no ticket has {CHOICES[name]} {code!r}; there are {', '.join(code or repr('') for code in offered)}"
                )
    if filters.period != CHOSEN_DAYS:
        return filters
    span = answer("select first_on, last_on from reports.span")
    if span.first_on.isna().any():
        raise DeliveryError("the snapshot holds no tickets, so there is no period to choose from")
    from_on, until_on = filters.from_on or span.first_on[0].date(), filters.until_on or span.last_on[0].date()
    if from_on > until_on:
        raise DeliveryError(
            f"--from {from_on} is after --to {until_on}; the tickets are of {span.first_on[0]:%Y-%m-%d} to {span.last_on[0]:%Y-%m-%d}"
        )
    return replace(filters, from_on=from_on, until_on=until_on)


def _dated_by(report: str, columns: tuple[str, ...], filters: Filters, asked: str | None) -> str | None:
    """Return the day column that the period is about; None where the report applies the period itself."""
    days = [name for name in columns if name.endswith("_on")]
    if asked is not None and asked not in days:
        raise DeliveryError(f"{report} has no day {asked}" + (f"; it has {', '.join(days)}" if days else ""))
    if asked is not None or filters.period != CHOSEN_DAYS or ask.uses_period(report):
        return asked
    if "opened_on" not in days:
        raise DeliveryError(
            f"{report} has no opened_on, so --from and --to need --dated-by"
            + (f" {' or '.join(days)}" if days else ", and it has no day at all; leave them out")
        )
    return "opened_on"
