"""python -m etl: the commands, nothing else. Results go to standard output, progress to standard error."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from etl import EtlError
from etl.aliases import alias_folder
from etl.decisions import enter, pending, store_of, stored, take_back, taken_back
from etl.dialect import DATE_ORDERS
from etl.filters import CHOICES, CHOSEN_DAYS, EVERYTHING, Filters
from etl.load import CORRECTIONS, DATA, Loaded, left_of_sample, load, rebuild, rows_per_table
from etl.own_policy import OWN, QUESTIONS, Question, answered, keep, policy_file, shipped_numbers, write_own
from etl.people import masked, person
from etl.policy import PolicyError
from etl.publish import BusyError, Warehouse, WarehouseError, connect, warehouse_folder


class _Told(Console):
    """A console on which addresses are shortened when people are shown masked, whichever command prints them."""

    def print(self, *objects, **look) -> None:
        super().print(*map(masked, objects), **look)


# Off a terminal a table is as wide as it needs to be, for logs and pipes.
out = _Told(soft_wrap=True, highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 200)
err = _Told(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code (0 done, 1 something to put right, 2 wrong usage)."""
    chosen = parser().parse_args(arguments)
    try:
        return chosen.run(chosen)
    except EtlError as error:
        err.print(f"error: {error}", style="bold red" if err.is_terminal else None)
        return 1
    except (OSError, duckdb.Error) as error:  # a full disk, a file that vanished: not ours to explain further
        err.print(f"error: {str(error).splitlines()[0]}")
        return 1
    except KeyboardInterrupt:
        err.print("stopped; nothing was published")
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the commands of contract.md as an argument parser."""
    top = argparse.ArgumentParser(prog="python -m etl", description="Exports in, one judged snapshot out.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    house = argparse.ArgumentParser(add_help=False)
    house.add_argument(
        "--warehouse",
        type=Path,
        default=warehouse_folder(),
        metavar="DIR",
        help="where snapshots are kept; default $WAREHOUSE, data/warehouse",
    )
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print JSON")

    one = commands.add_parser("load", parents=[house, as_json], help="load exports, judge them, publish a snapshot")
    one.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, folders, zip archives")
    _load_options(one)
    one.add_argument("--mapping", type=Path, metavar="FILE", help="a dialect of your own, in TOML")
    one.add_argument(
        "--date-order",
        choices=DATE_ORDERS,
        help="how to read 02/03/2026 in a column none of whose cells tells: dmy is 2 March, mdy 3 February",
    )
    one.add_argument(
        "--as-of", type=instant, metavar="INSTANT", help="judge as of this instant, with zone; default now"
    )
    one.add_argument("--fresh", action="store_true", help="start anew instead of adding to what is there")
    one.add_argument("--dry-run", action="store_true", help="do everything but publish")
    one.add_argument("--strict", action="store_true", help="publish nothing if a record is refused or a file ignored")
    one.set_defaults(run=_load)

    one = commands.add_parser(
        "sample", parents=[house, as_json], help="load the sample, unless the warehouse holds data"
    )
    _load_options(one)
    one.set_defaults(run=_sample)

    one = commands.add_parser(
        "rebuild", parents=[house, as_json], help="judge what is loaded again, with the alias files as they are now"
    )
    _alias_option(one)
    one.add_argument("--policy", type=Path, metavar="FILE", help="other terms than the snapshot's")
    one.add_argument("--desk", type=Path, metavar="FILE", help="another desk file than the snapshot's")
    one.add_argument(
        "--as-of", type=instant, metavar="INSTANT", help="judge as of this instant, with zone; default the snapshot's"
    )
    _decisions_option(one)
    one.set_defaults(run=_rebuild)

    one = commands.add_parser(
        "decisions", parents=[house, as_json], help="what people decided on the pages, and what of it is not published"
    )
    deed = one.add_mutually_exclusive_group()
    deed.add_argument("--enter", action="store_true", help="publish the current snapshot with all of them in it")
    deed.add_argument(
        "--take-back", type=positive, metavar="N", help="take number N back, by a decision of its own, and publish that"
    )
    one.add_argument("--by", metavar="NAME", help="who takes it back; kept with it")
    one.add_argument("--note", metavar="TEXT", help="why, for who looks later")
    _decisions_option(one)
    one.set_defaults(run=_decisions)

    one = commands.add_parser("demo", help="write believable exports with a known answer key")
    one.add_argument("--tickets", type=positive, default=2500, metavar="N")
    one.add_argument("--seed", type=int, default=1, metavar="S")
    one.add_argument("--out", type=Path, default=Path("build/demo"), metavar="DIR")
    one.set_defaults(run=_demo)

    one = commands.add_parser(
        "replay", parents=[house, as_json], help="the same data as it stood at an earlier instant"
    )
    one.add_argument(
        "--as-of", type=instant, required=True, metavar="INSTANT", help="judge as of this instant, with zone"
    )
    one.add_argument("--policy", type=Path, metavar="FILE", help="other terms than the snapshot's")
    one.add_argument("--desk", type=Path, metavar="FILE", help="another desk file than the snapshot's")
    one.add_argument("--out", type=Path, metavar="FILE", help="write it here too, one DuckDB file")
    one.set_defaults(run=_replay)

    one = commands.add_parser(
        "what-if",
        parents=[house, as_json],
        help="which verdicts would change if numbers of the terms were others: coverage.months=12",
    )
    one.add_argument(
        "changes", nargs="+", type=assignment, metavar="RULE.NUMBER=VALUE", help="as the policy file names them"
    )
    one.add_argument(
        "--from",
        dest="from_on",
        type=date.fromisoformat,
        metavar="DAY",
        help="as a new version of the terms from that day; default: as if the numbers had always held",
    )
    one.add_argument("--keep", action="store_true", help="add that version to the policy file; with --from")
    one.add_argument(
        "--policy", type=Path, default=policy_file(), metavar="FILE", help="the file to add it to; default $POLICY"
    )
    one.set_defaults(run=_what_if)

    one = commands.add_parser("status", parents=[house, as_json], help="the current snapshot: its clock, rows, rejects")
    one.set_defaults(run=_status)
    one = commands.add_parser("history", parents=[house, as_json], help="the snapshots kept")
    one.set_defaults(run=_history)
    one = commands.add_parser("rollback", parents=[house], help="go back to a snapshot kept")
    one.add_argument("id", metavar="ID")
    one.set_defaults(run=_rollback)

    one = commands.add_parser("export", parents=[house], help="a report as a file, with the filters of the pages")
    one.add_argument("report", metavar="REPORT", help="its name, e.g. ticket_metrics: one row per ticket, every number")
    one.add_argument("--format", choices=("csv", "xlsx", "parquet"), help="default: as FILE ends, else csv")
    one.add_argument("--out", type=Path, metavar="FILE", help="default: standard output, for CSV")
    for name, column in CHOICES.items():
        names = ("--eligibility", "--eligible") if name == "eligible" else (f"--{name}",)
        one.add_argument(
            *names, dest=name, action="append", default=[], metavar="CODE", help=f"only this {column}; repeat for more"
        )
    one.add_argument(
        "--from", dest="from_on", type=date.fromisoformat, metavar="DAY", help="first local day, 2026-03-01"
    )
    one.add_argument("--to", dest="until_on", type=date.fromisoformat, metavar="DAY", help="last local day, included")
    one.add_argument("--dated-by", metavar="COLUMN", help="the day that must lie in the period; default opened_on")
    one.set_defaults(run=_export)

    one = commands.add_parser("policy", help="the terms: write a policy file of your own")
    kinds = one.add_subparsers(required=True, metavar="init")
    one = kinds.add_parser(
        "init",
        help="ask eight numbers, and write a policy file of your own",
        description="Asks the numbers that no option gives, and writes a policy file of all clauses with them.",
    )
    one.add_argument("--out", type=Path, default=OWN, metavar="FILE", help="a new file; default data/own_policy.csv")
    one.add_argument(
        "--effective-on",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        metavar="DAY",
        help="the day the terms take effect; default today",
    )
    one.add_argument("--as-shipped", action="store_true", help="ask nothing: what no option gives is as shipped")
    for question in QUESTIONS:
        one.add_argument(question.option, dest=question.option, metavar="N", help=question.text)
    one.set_defaults(run=_policy_init)

    one = commands.add_parser("explain", help="every number of one ticket with its arithmetic")
    kinds = one.add_subparsers(required=True, metavar="ticket")
    one = kinds.add_parser("ticket", parents=[house])
    one.add_argument("id", metavar="ID")
    one.set_defaults(run=_explain)

    one = commands.add_parser("dialects", parents=[as_json], help="the exports known, and how to get and describe them")
    one.set_defaults(run=_dialects)
    return top


def _load_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--desk", type=Path, default=DATA / "desk.toml", metavar="FILE", help="opening hours and holidays")
    one.add_argument(
        "--policy",
        type=Path,
        default=policy_file(),
        metavar="FILE",
        help="the terms; default $POLICY, data/own_policy.csv",
    )
    one.add_argument("--corrections", type=Path, default=CORRECTIONS, metavar="FILE", help="known errors of exports")
    _alias_option(one)
    _decisions_option(one)


def _decisions_option(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--decisions",
        metavar="URL",
        help="the database that decisions are kept in; default $DECISIONS, else a file beside the warehouse",
    )


def _alias_option(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--aliases",
        type=Path,
        default=alias_folder(),
        metavar="DIR",
        help="where your aliases.csv and product_aliases.csv are",
    )


def instant(text: str) -> datetime:
    """Return an ISO instant with zone; the usage error says how to write one."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant; write it like 2026-03-01T17:00:00Z") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no zone; write it like {found.isoformat()}Z or with +02:00")
    # The calendar reaches from before the first event to well after as_of, and Python's ends with 9999.
    if not 1900 <= found.year < 3000:
        raise argparse.ArgumentTypeError(f"{text!r} lies outside the years 1900 to 2999")
    return found.astimezone(UTC)


def assignment(text: str) -> tuple[tuple[str, str], str]:
    """Return a number of the terms and the value it is to have, "coverage.months=12"."""
    name, equals, value = text.partition("=")
    rule, dot, parameter = name.strip().partition(".")
    if not (equals and dot and rule and parameter):
        raise argparse.ArgumentTypeError(f"{text!r} is no change of a number; write it like coverage.months=12")
    return (rule, parameter), value.strip()


def positive(text: str) -> int:
    """Return a whole number above 0."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


@contextmanager
def _progress() -> Iterator:
    """Give a function that shows what is being done: a bar on a terminal, plain lines otherwise."""
    if not err.is_terminal:
        said: set[str] = set()

        def line(text: str, done: int, of: int) -> None:
            phase = "judging" if text.startswith("building ") else text
            if phase not in said:
                said.add(phase)
                err.print(phase)

        yield line
        return
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=err, transient=True)
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda text, done, of: bar.update(task, description=text, completed=done, total=of or None)


def _load(chosen: argparse.Namespace) -> int:
    with _progress() as step:
        done = load(
            chosen.paths,
            warehouse=chosen.warehouse,
            desk=chosen.desk,
            policy=chosen.policy,
            corrections=chosen.corrections,
            aliases=chosen.aliases,
            mapping=chosen.mapping,
            date_order=chosen.date_order,
            decisions=chosen.decisions,
            as_of=chosen.as_of,
            fresh=chosen.fresh,
            dry_run=chosen.dry_run,
            strict=chosen.strict,
            step=step,
        )
    _print_load(done, chosen)
    return 0


def _sample(chosen: argparse.Namespace) -> int:
    from etl.demo import SAMPLE_AS_OF

    if Warehouse(chosen.warehouse).current():
        err.print(f"{chosen.warehouse} holds data already; the sample is not loaded")
        return 0
    with _progress() as step:
        done = load(
            [DATA / "sample"],
            warehouse=chosen.warehouse,
            desk=chosen.desk,
            policy=chosen.policy,
            corrections=chosen.corrections,
            aliases=chosen.aliases,
            decisions=chosen.decisions,
            as_of=SAMPLE_AS_OF,
            is_sample=True,
            step=step,
        )
    _print_load(done, chosen)
    return 0


def _rebuild(chosen: argparse.Namespace) -> int:
    with _progress() as step:
        done = rebuild(
            warehouse=chosen.warehouse,
            desk=chosen.desk,
            policy=chosen.policy,
            aliases=chosen.aliases,
            decisions=chosen.decisions,
            as_of=chosen.as_of,
            step=step,
        )
    _print_load(done, chosen)
    return 0


def _decisions(chosen: argparse.Namespace) -> int:
    url = chosen.decisions or store_of(chosen.warehouse)
    if chosen.take_back:
        with connect(_current(chosen.warehouse)) as con:
            (as_of,) = con.execute("select as_of_at from raw.clock").fetchone()
        take_back(url, chosen.take_back, actor=chosen.by or "", holds_from_at=as_of, note=chosen.note)
    if chosen.enter or chosen.take_back:
        try:
            with _progress() as step:
                enter(warehouse=chosen.warehouse, store=url, step=step)
        except BusyError as error:
            kept = (
                f"decision {chosen.take_back} is taken back, which is not published yet: " if chosen.take_back else ""
            )
            raise BusyError(f"{kept}{error}; then publish with python -m etl decisions --enter") from error
    decided = stored(url)
    gone = taken_back(decided)
    with connect(_current(chosen.warehouse)) as con:
        waiting = {one.number for one in pending(con, decided)}
    if chosen.json:
        listed = [
            vars(one)
            | {"actor": person(one.actor), "is_pending": one.number in waiting, "is_taken_back": one.number in gone}
            for one in decided
        ]
        _print_json(listed)
        return 0
    for one in decided:
        out.print(
            f"{one.number}: {one.decided_at:%Y-%m-%d %H:%M} UTC, {person(one.actor)}: {one.kind} {one.subject} "
            f"{one.decision.replace('_', ' ')}"
            + (f" ({one.note})" if one.note else "")
            + (f" - taken back by {gone[one.number].number}" if one.number in gone else "")
            + (" - pending" if one.number in waiting else "")
        )
    of_sample = sum(one.is_sample for one in decided)
    out.print(
        f"{len(decided):,} decisions, {len(waiting):,} pending"
        + (f", {of_sample:,} on the sample" if of_sample else "")
    )
    return 0


def _print_json(found: object) -> None:
    print(masked(json.dumps(found, indent=2, default=str)))


def _print_load(done: Loaded, chosen: argparse.Namespace) -> None:
    if chosen.json:
        _print_json(done.as_json())
        return
    if done.replaced_sample:
        out.print("The warehouse held only the sample; your exports take its place.")
    table = Table(box=None, pad_edge=False, show_header=bool(done.files))
    table.add_column("file", overflow="fold")
    table.add_column("read as", overflow="fold")
    for name in ("rows", "inserted", "updated", "unchanged", "skipped", "rejected"):
        table.add_column(name, justify="right")
    for file in done.files:
        account = file.account
        counts = (account.rows, account.inserted, account.updated, account.unchanged, account.skipped, account.rejected)
        table.add_row(file.file, file.dialect, *(f"{count:,}" for count in counts))
    out.print(table)
    for one in done.ignored:
        out.print(f"ignored: {one.file_name}: {one.reason}")
    if done.rejected:
        refused = "1 record was" if done.rejected == 1 else f"{done.rejected:,} records were"
        out.print(f"{refused} refused; the page Data quality lists each with its reason")
    for one in done.unknowns:
        out.print(
            f"{one.rule}: {one.unknown:,} of {one.tickets:,} tickets unknown, mostly: {one.reason}"
            + (f"; to know more, load {one.remedy}" if one.remedy else "")
        )
    if done.left_of_sample:
        out.print(f"warning: {done.left_of_sample}")
    if done.snapshot:
        out.print(f"published {done.snapshot.stem}, as of {done.as_of:%Y-%m-%d %H:%M:%S} UTC")
    else:
        out.print("dry run: nothing is published")


def _demo(chosen: argparse.Namespace) -> int:
    from etl.demo import write_demo

    with _progress() as step:
        counts = write_demo(chosen.out, tickets=chosen.tickets, seed=chosen.seed, step=lambda text: step(text, 0, 0))
    for name, count in counts.items():
        out.print(f"{name}: {count:,}")
    out.print(f"written to {chosen.out}; load it with: python -m etl load {chosen.out}")
    return 0


def _replay(chosen: argparse.Namespace) -> int:
    from etl.replay import replay

    with _progress() as step:
        done = replay(
            warehouse=chosen.warehouse,
            as_of=chosen.as_of,
            policy=chosen.policy,
            desk=chosen.desk,
            out=chosen.out,
            step=step,
        )
    with connect(done.path) as con:
        (tickets,) = con.execute("select count(*) from facts.tickets").fetchone()
    if chosen.json:
        found = {
            "snapshot": str(done.path.resolve()),
            "replay_of": str(done.snapshot.resolve()),
            "as_of": f"{done.as_of:%Y-%m-%dT%H:%M:%SZ}",
            "tickets": tickets,
        }
        _print_json(found)
        return 0
    out.print(f"{done.snapshot.stem} as it stood on {done.as_of:%Y-%m-%d %H:%M:%S} UTC: {tickets:,} tickets")
    out.print(f"{'found' if done.was_kept else 'made'}: {done.path}")
    return 0


def _what_if(chosen: argparse.Namespace) -> int:
    from etl.what_if import beside, judges_of, try_out

    values = dict(chosen.changes)
    if chosen.keep and not chosen.from_on:
        raise PolicyError("--keep needs the day the new version takes effect: --from DAY")
    with beside(_current(chosen.warehouse)) as con:
        try_out(con, values, chosen.from_on)
        outcomes = con.execute(
            "select judge, verdict, old_count, new_count from what_if.outcomes order by judge, verdict"
        ).fetchall()
        moves = con.execute(
            "select judge, old_verdict, new_verdict, subject_count from what_if.moves order by position"
        ).fetchall()
        changes = con.execute(
            "select judge, subject_kind, subject_id, old_verdict, new_verdict, new_reason "
            "from what_if.change_list order by position"
        ).fetchall()
    if chosen.keep:
        kept_in = keep(chosen.policy, values, chosen.from_on)
    if chosen.json:
        named = ("rule", "subject_kind", "subject_id", "is", "would_be", "reason")
        found = {
            "outcomes": [dict(zip(("rule", "verdict", "is", "would_be"), row, strict=True)) for row in outcomes],
            "changes": [dict(zip(named, row, strict=True)) for row in changes],
        }
        _print_json(found)
        return 0
    if not judges_of(values):
        out.print("no verdict depends on this: it moves forecasts only")
    for judge, verdict, was, would_be in outcomes:
        out.print(f"{judge:26} {verdict:10} {was:>12,} -> {would_be:>12,}")
    for judge, was, becomes, count in moves:
        out.print(f"{judge}: {count:,} from {was} to {becomes}")
    if chosen.keep:
        out.print(f"kept in {kept_in}, from {chosen.from_on} on; judge by it: python -m etl rebuild --policy {kept_in}")
    return 0


def _status(chosen: argparse.Namespace) -> int:
    path = _current(chosen.warehouse)
    with connect(path) as con:
        found = {
            "snapshot": str(path.resolve()),
            "as_of": _as_of(con),
            "rows": rows_per_table(con),
            "rejected": con.execute("select count(distinct (file_name, record_number)) from raw.rejects").fetchone()[0],
            "warnings": list(filter(None, [left_of_sample(con)])),
            "orphans": {
                f"{table}.{column}": count
                for table, column, count in con.execute(
                    "select table_name, column_name, orphan_count from raw.orphans where orphan_count > 0"
                ).fetchall()
            },
        }
    if chosen.json:
        _print_json(found)
        return 0
    out.print(f"{path.stem}, as of {found['as_of']}, in {path}")
    for table, count in found["rows"].items():
        out.print(f"{table:16} {count:>12,}")
    for link, count in found["orphans"].items():
        out.print(f"{count:,} rows of {link} name something no file has brought")
    out.print(f"{found['rejected']:,} records refused")
    for warning in found["warnings"]:
        out.print(f"warning: {warning}")
    return 0


def _history(chosen: argparse.Namespace) -> int:
    house = Warehouse(chosen.warehouse)
    current = house.current()
    kept = []
    for path in house.kept():
        with connect(path) as con:
            kept.append(
                {
                    "id": path.stem,
                    "as_of": _as_of(con),
                    "tickets": con.execute("select count(*) from raw.tickets").fetchone()[0],
                    "is_current": path == current,
                }
            )
    if chosen.json:
        _print_json(kept)
        return 0
    if not kept:
        out.print(f"{chosen.warehouse}: nothing is published yet")
    for one in kept:
        mark = "  current" if one["is_current"] else ""
        out.print(f"{one['id']}  as of {one['as_of']}  {one['tickets']:,} tickets{mark}")
    return 0


def _rollback(chosen: argparse.Namespace) -> int:
    path = Warehouse(chosen.warehouse).rollback(chosen.id)
    out.print(f"{path.stem} is the current snapshot")
    return 0


def _explain(chosen: argparse.Namespace) -> int:
    from etl.explain import explain_ticket

    with connect(_current(chosen.warehouse)) as con:
        out.print(explain_ticket(con, chosen.id))
    return 0


def _export(chosen: argparse.Namespace) -> int:
    from etl.deliver import deliver

    form = chosen.format or (chosen.out.suffix.lstrip(".").lower() if chosen.out else "csv")
    filters = Filters(
        CHOSEN_DAYS if chosen.from_on or chosen.until_on else EVERYTHING,
        chosen.from_on,
        chosen.until_on,
        **{name: tuple(getattr(chosen, name)) for name in CHOICES},
    )
    path = _current(chosen.warehouse)
    with connect(path) as con, _progress() as step:
        rows = deliver(con, path.stem, chosen.report, form, chosen.out, filters, chosen.dated_by, step=step)
    if chosen.out:
        out.print(f"{rows:,} rows of {chosen.report} written to {chosen.out}")
    return 0


def _policy_init(chosen: argparse.Namespace) -> int:
    if chosen.out.exists():
        raise PolicyError(f"{chosen.out}: is there already and is not overwritten; name another file with --out FILE")
    answers = {}
    for question in QUESTIONS:
        given = getattr(chosen, question.option)
        if given is not None:
            answers[question.limit] = answered(question, given, answers).value
        elif not chosen.as_shipped:
            answers[question.limit] = _asked(question, answers)
    write_own(chosen.out, answers, chosen.effective_on)
    out.print(f"{chosen.out}: every clause, with your numbers, from {chosen.effective_on} on")
    out.print("Compare its words with those of your terms: the column source tells which clauses want a look.")
    by_itself = chosen.out == policy_file()
    out.print(
        "It is read by every load from now on." if by_itself else f"Load with --policy {chosen.out}, or set POLICY."
    )
    return 0


def _asked(question: Question, before: dict[tuple[str, str], str]) -> str:
    """Ask one number until the answer is one; an empty answer keeps what is shipped."""
    row = shipped_numbers()[question.limit]
    while True:
        err.print(f"{question.text} [{row.value}] ", end="")
        answer = sys.stdin.readline()
        if not answer:
            raise PolicyError(f"nobody answers; give {question.option} N, or --as-shipped for what is not given")
        try:
            return answered(question, answer.strip() or row.value, before).value
        except PolicyError as error:
            err.print(str(error))


def _dialects(chosen: argparse.Namespace) -> int:
    from etl import dialect

    if chosen.json:
        _print_json([{"dialect": d.name, "title": d.title, "get_it": d.get_it} for d in dialect.dialects()])
        return 0
    for one in dialect.dialects():
        out.print(f"{one.name}: {one.title}")
        out.print(f"    {one.get_it}" + (f" (seen {one.seen})" if one.seen else ""))
    out.print("\nA mapping of your own is one TOML file in the same format:\n")
    out.print(dialect.__doc__.partition("The format:\n\n")[2])
    return 0


def _current(warehouse: Path) -> Path:
    path = Warehouse(warehouse).current()
    if path is None:
        raise WarehouseError(f"{warehouse}: nothing is published yet; load exports with python -m etl load PATH...")
    return path


def _as_of(con) -> str:
    (at,) = con.execute("select as_of_at from raw.clock").fetchone()
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    sys.exit(main())
