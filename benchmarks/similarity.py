"""How well the similarity of texts tells tickets about one issue from others that only look alike.

`python -m benchmarks.similarity`, also part of `make bench`. benchmarks/pairs.csv was written by hand
before any similarity was tuned: pairs about the same issue, and pairs that are not: another fault of
the same product, the same words with another meaning, another site. The half called `decide` chose the
weights of queries/facts/compared_pairs.sql and the limit in data/policy.csv: a tenth above the most
similar pair of it that is not the same issue, up to a whole twentieth, for the weights were fitted on
these. The half called `check` says what they are worth.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

import duckdb

from etl.build import build
from etl.calendar import write_calendar
from etl.desk import read_desk
from etl.policy import SHIPPED, read_rows, write_policy
from etl.tables import create_tables

PAIRS = Path(__file__).parent / "pairs.csv"
DESK = SHIPPED.with_name("desk.toml")
PRECISION = 0.95
MARGIN = 0.1
STEPS = 20
OPENED = datetime(2026, 3, 2, 9)
TEXTS = ("subject", "description", "site_url")
KINDS = {
    "same_issue": "same issue",
    "other_fault": "another fault",
    "other_meaning": "another meaning",
    "other_site": "another site",
}


@dataclass(frozen=True)
class Pair:
    """One pair of the file and what the queries make of it."""

    number: str
    half: str
    kind: str
    similarity: float
    has_two_sites: bool
    is_pair: bool

    @property
    def is_same(self) -> bool:
        """Whether its writer meant one issue."""
        return self.kind == "same_issue"


def judged() -> list[Pair]:
    """Return every pair of the file, compared by the queries as a load compares them under the shipped policy."""
    with PAIRS.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    with duckdb.connect(config={"threads": "1"}) as con:
        con.execute("set timezone = 'UTC'")
        create_tables(con)
        con.execute("insert into raw.clock values (?)", [OPENED + timedelta(days=1)])
        desk = read_desk(DESK)
        con.execute("insert into raw.desk values (?, ?, null, null, false, null)", [desk.name, desk.timezone])
        write_policy(con, read_rows(SHIPPED), desk.timezone)
        rows = [
            (
                f"{record['pair_number']}-{side}",
                record["pair_number"],
                OPENED + timedelta(hours=side == "newer"),
                *(record[f"{side}_{name}"] or None for name in TEXTS),
            )
            for record in records
            for side in ("older", "newer")
        ]
        con.executemany(
            "insert into raw.tickets (ticket_id, client_email, opened_at, subject, description, site_url, product_id,"
            " status_code) values (?, ?, ?, ?, ?, ?, 'product', 'open')",
            rows,
        )
        write_calendar(con, desk)
        build(con, wanted={"facts.duplicate_pairs"})
        compared = {
            client: (share, has_two_sites)
            for client, share, has_two_sites in con.execute(
                "select client_id, similarity_share, has_two_sites from facts.compared_pairs"
            ).fetchall()
        }
        found = {client for (client,) in con.execute("select client_id from facts.duplicate_pairs").fetchall()}
    return [
        Pair(number, record["half_code"], record["kind_code"], *compared[number], number in found)
        for record in records
        for number in [record["pair_number"]]
    ]


def shares(pairs: list[Pair]) -> tuple[float, float]:
    """Return precision and recall of what was found; the precision of nothing found is 1."""
    found = [pair for pair in pairs if pair.is_pair]
    right = sum(pair.is_same for pair in found)
    return right / len(found) if found else 1.0, right / sum(pair.is_same for pair in pairs)


def decided_limit(pairs: list[Pair]) -> float:
    """Return the limit that pairs of the first half ask for."""
    wrong = max(pair.similarity for pair in pairs if not pair.is_same and not pair.has_two_sites)
    return ceil(round((wrong + MARGIN) * STEPS, 6)) / STEPS


def list_shares() -> bool:
    """Print precision and recall of both halves; return whether the half that checks is precise enough."""
    pairs = judged()
    print("\nDuplicates by text, on pairs written by hand      pairs  same issue  precision  recall")
    asked = decided_limit([pair for pair in pairs if pair.half == "decide"])
    (held,) = {
        float(row.value) for row in read_rows(SHIPPED) if (row.rule, row.parameter) == ("duplicate", "similarity")
    }
    for half, title in (("decide", "chose the weights and the limit"), ("check", "checks them")):
        chosen = [pair for pair in pairs if pair.half == half]
        precision, recall = shares(chosen)
        same = sum(pair.is_same for pair in chosen)
        print(f"  the half that {title:33} {len(chosen):5}  {same:10}  {precision:9.3f}  {recall:6.3f}")
    wrong = Counter(pair.kind for pair in chosen if pair.is_pair and not pair.is_same)
    told = ", ".join(f"{KINDS[kind]} {number}" for kind, number in wrong.most_common()) or "none"
    is_met = precision >= PRECISION and held == asked
    print(f"  {'PASS' if is_met else 'MISS'}  precision of the second half at least {PRECISION}; wrongly found: {told}")
    print(f"  the first half asks for a limit of {asked:.2f}; the terms have {held:.2f}")
    return is_met


if __name__ == "__main__":
    list_shares()
