"""The conventions of the house, checked: headers, grain, units, layers, the clock, one shape, one stem."""

import csv
import re
from pathlib import Path

import duckdb
import pytest

from etl.build import ASKED_OF_ONE, CLAUSE, LAYERS, UNIONS, is_judge, read_queries, reads
from etl.policy import COLUMNS, SHIPPED, asked_limits
from reference.verdicts import TABLES as IN_THE_MODEL

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
WRITTEN = {name: sql for name, sql in read_queries().items() if name not in UNIONS}
RULES = sorted(name for name, sql in WRITTEN.items() if name.startswith("rules.") and is_judge(name, sql))
PATTERNS = sorted(name for name in WRITTEN if name.startswith("patterns."))
SUFFIXES = {
    "_at": "TIMESTAMP",
    "_on": "DATE",
    "_seconds": "BIGINT",
    "_count": "BIGINT",
    "_number": "BIGINT",
    "_share": "DOUBLE",
    "_id": "VARCHAR",
    "_code": "VARCHAR",
    "_text": "VARCHAR",
}
SHAPE = {
    "subject_kind": "VARCHAR",
    "subject_id": "VARCHAR",
    "client_id": "VARCHAR",
    "clause": "VARCHAR",
    "effective_on": "DATE",
    "happened_at": "TIMESTAMP",
    "due_at": "TIMESTAMP",
    "verdict": "ENUM('exempt', 'pass', 'open', 'unknown', 'fail')",
    "reason": "VARCHAR",
}
PATTERN_SHAPE = {
    "subject_kind": "VARCHAR",
    "subject_id": "VARCHAR",
    "client_id": "VARCHAR",
    "clause": "VARCHAR",
    "happened_at": "TIMESTAMP",
    "evidence": "VARCHAR[]",
    "reason": "VARCHAR",
}
PER_TICKET = [
    "auto_close", "backup", "channel", "complete_report", "coverage", "description", "eligibility", "latest_version",
    "mailing_list", "not_banned", "one_question", "registration", "resolution_time", "response_time", "scope",
    "support_extra",
]  # fmt: skip
# No row of the sample contradicts another, nobody decided anything on it, its clients keep their keys and one ticket
# an issue, and nobody writes from a shared mailbox.
EMPTY_IN_THE_SAMPLE = {
    "facts.contradictions", "reports.contradictions", "facts.decisions",
    "facts.crowded_tickets", "reports.shared_mailboxes",
    "facts.licence_uses", "patterns.licence_shared", "patterns.repeated_requests",
}  # fmt: skip


@pytest.fixture(scope="module")
def sample(sample_snapshot):
    """A snapshot of data/sample, as `make run` makes it."""
    with duckdb.connect(str(sample_snapshot), read_only=True) as con:
        yield con


def columns(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Return (layer.name, column, type) of everything under queries/."""
    found = con.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() where not internal"
    ).fetchall()
    return [row for row in found if row[0] in WRITTEN]


def counted(con: duckdb.DuckDBPyConnection, rows: str, names: list[str]) -> dict[str, int]:
    """Return how many `rows` ("from {} where ...") each of the queries named has; those that have none are left out."""
    found = {name: con.execute(f"select count(*) {rows.format(name)}").fetchone()[0] for name in names}
    return {name: count for name, count in found.items() if count}


def grain(sql: str) -> str:
    """Return the columns of "One row per ...", without what stands in brackets."""
    return re.search(r"^-- One row per ([a-z_, ]+)", re.sub(r" \([^)]*\)", "", sql), re.M)[1].strip()


def test_a_query_opens_with_a_sentence_its_clause_and_its_grain():
    wrong = []
    for name, sql in WRITTEN.items():
        first, *rest = sql.splitlines()
        header = rest[: [*(line.startswith("--") for line in rest), False].index(False)]
        if not re.fullmatch(r"-- [A-Z].*[.?]", first):
            wrong.append(f"{name} opens with no sentence: {first}")
        if first.endswith("?") != (name in RULES):
            wrong.append(f"{name}: a rule asks a question, no other query does: {first}")
        if not any(
            re.fullmatch(r"-- One row per [a-z_]+( \([^)]+\))?(, [a-z_]+( \([^)]+\))?)*", line) for line in header
        ):
            wrong.append(f"{name} does not say what it has one row per")
        if name in RULES + PATTERNS and not re.fullmatch(r"-- Clause: \d+(\.\d+)*", header[0]):
            wrong.append(f"{name} judges, and its second line is no clause: {header[0]}")
    assert not wrong, "\n".join(wrong)


def test_the_grain_is_true_on_the_sample(sample):
    wrong = []
    for name, sql in WRITTEN.items():
        repeated, count = sample.execute(
            "select count(*) filter (row_count > 1), count(*) "
            f"from (select count(*) as row_count from {name} group by {grain(sql)})"
        ).fetchone()
        if repeated:
            wrong.append(f"{name}: {repeated} of {count} times there are several rows per {grain(sql)}")
        if not count and name not in EMPTY_IN_THE_SAMPLE:
            wrong.append(f"{name} has no row; a grain shows only on rows")
    assert not wrong, "\n".join(wrong)


def test_the_suffix_tells_the_type(sample):
    wrong = [
        f"{name}.{column} is {kind}, not {expected}"
        for name, column, kind in columns(sample)
        for suffix, expected in SUFFIXES.items()
        if column.endswith(suffix) and kind != expected
    ]
    assert not wrong, "\n".join(wrong)


def test_is_and_has_are_booleans(sample):
    wrong = [
        f"{name}.{column} is {kind}"
        for name, column, kind in columns(sample)
        if (column.startswith(("is_", "has_", "was_"))) != (kind == "BOOLEAN")
    ]
    assert not wrong, "\n".join(wrong)


def test_an_amount_stands_beside_its_currency(sample):
    found = columns(sample)
    amounts = {name for name, column, _ in found if column == "amount" or column.endswith("_amount")}
    assert amounts
    assert amounts <= {name for name, column, _ in found if column == "currency_code"}
    assert {kind for _, column, kind in found if column == "amount"} == {"DECIMAL(18,2)"}


def test_a_layer_reads_itself_and_those_before_it():
    of_reports = {"raw.files", "raw.rejects", "raw.skips", "raw.ignored", "raw.orphans", "raw.desk"}
    # One ticket is shown with what was recorded of it, which no rule reads and nothing else stores.
    of_reports |= {"raw.posts", "raw.status_changes", "raw.open_windows", "raw.closures"}
    wrong = []
    for name, sql in WRITTEN.items():
        layer = name.partition(".")[0]
        for other in sorted(reads(sql)):
            is_raw = other.startswith("raw.")
            is_allowed = not is_raw or layer == "facts" or (layer == "reports" and other in of_reports)
            if LAYERS.index(other.partition(".")[0]) > LAYERS.index(layer) or not is_allowed:
                wrong.append(f"{name} reads {other}")
    assert not wrong, "\n".join(wrong)


def test_a_query_asks_the_clock_not_the_computer():
    of_the_computer = r"\b(now|today|get_current_\w+|transaction_timestamp)\s*\(|\bcurrent_(date|time|timestamp)\b"
    wrong = []
    for name, sql in WRITTEN.items():
        text = re.sub(r"--.*", "", sql)
        wrong += [f"{name} asks the computer: {found[0]}" for found in re.finditer(of_the_computer, text, re.I)]
        if "raw.clock" in text and not name.startswith("facts."):
            wrong.append(f"{name} reads raw.clock")
    assert not wrong, "\n".join(wrong)


def test_a_query_lists_its_columns_and_is_lower_case():
    wrong = []
    for name, sql in WRITTEN.items():
        text = re.sub(r"--.*|'[^']*'", "", sql)
        last = text[text.rindex("\nselect") if "\nselect" in text else 0 :]
        if "*" in last.partition("\nfrom")[0].replace("count(*)", "").replace(" * ", ""):
            wrong.append(f"{name} does not list its columns")
        wrong += [f"{name} is not in lower case: {line.strip()}" for line in text.splitlines() if line != line.lower()]
    assert not wrong, "\n".join(wrong)


def test_what_is_asked_of_one_client_is_not_stored_whole(sample):
    asked = {name for name, sql in WRITTEN.items() if ASKED_OF_ONE.search(sql)}
    views = sample.execute("select schema_name || '.' || view_name from duckdb_views() where not internal").fetchall()
    assert "reports.entitlements" in asked
    assert asked <= {name for (name,) in views}


def misshapen(con: duckdb.DuckDBPyConnection, names: list[str], shape: dict[str, str]) -> dict[str, list]:
    """Return the columns and types of those of the queries named that have not this shape, in their order."""
    found = columns(con)
    shapes = {name: [(column, kind) for table, column, kind in found if table == name] for name in names}
    return {name: its for name, its in shapes.items() if its != list(shape.items())}


def test_rules_have_one_shape(sample):
    wrong = misshapen(sample, RULES, SHAPE)
    assert not wrong, wrong


def test_patterns_have_one_shape_and_each_finding_its_client_evidence_and_reason(sample):
    wrong = misshapen(sample, PATTERNS, PATTERN_SHAPE)
    assert not wrong, wrong
    lacking = "client_id is null or clause is null or happened_at is null or len(evidence) = 0 or reason is null"
    assert counted(sample, f"from {{}} where coalesce({lacking}, true)", PATTERNS) == {}


def test_a_rule_per_ticket_has_a_row_for_every_ticket(sample):
    unmatched = (
        "from facts.tickets full join {} as rule on rule.subject_id = tickets.ticket_id "
        "where tickets.ticket_id is null or rule.subject_id is null"
    )
    assert counted(sample, unmatched, [f"rules.{rule}" for rule in PER_TICKET]) == {}


def test_what_a_rule_did_not_let_pass_is_counted_once(sample):
    """Of the conditions of support it is stored, of other rules it is asked: no rule is both, and none neither."""
    counted = sample.execute(
        """
        select rule, sum(ticket_count)
        from reports.not_passed
        where verdict in ('unknown', 'fail')
        group by rule
        """
    ).fetchall()
    of_clocks = "rule in ('response_time', 'resolution_time', 'auto_close', 'duplicate', 'post_burst')"
    found = sample.execute(
        f"""
        select rule, count(*)
        from rules.findings
        where subject_kind = 'ticket'
            and (verdict = 'unknown' or verdict = 'fail' and not {of_clocks})
        group by rule
        """
    ).fetchall()
    assert dict(counted) == dict(found)


def test_as_many_conditions_are_counted_as_there_are():
    conditions = reads(WRITTEN["rules.unmet_conditions"])
    others = set(re.findall(r"'(\w+)'", WRITTEN["reports.not_passed"].partition("rule not in (")[2].partition(")")[0]))
    assert others == {name.partition(".")[2] for name in conditions}
    assert set(re.findall(r"\b\d+(?= -)", WRITTEN["reports.conditions"])) == {str(len(conditions))}
    assert set(re.findall(r"met_count, (\d+)\)|condition_count, (\d+)\)", WRITTEN["reports.tickets"])) == {
        (str(len(conditions)), ""),
        ("", str(len(conditions))),
    }


def test_every_verdict_says_why(sample):
    assert counted(sample, "from {} where reason is null or verdict is null", RULES) == {}


def test_a_rule_has_its_row_in_the_policy_and_its_cases():
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        stated = {(row["rule"], row["clause"]) for row in csv.DictReader(file)}
    judged = {(name.partition(".")[2], CLAUSE.search(WRITTEN[name])[1]) for name in RULES + PATTERNS}
    assert judged - stated == set()
    assert {name for name in RULES + PATTERNS if not (CASES / f"{name.replace('.', '/')}.toml").exists()} == set()


def test_what_gathers_rules_has_cases():
    gathering = {name for name in WRITTEN if name.startswith("rules.")} - {*RULES}
    assert gathering
    assert {name for name in gathering if not (CASES / f"{name.replace('.', '/')}.toml").exists()} == set()


def test_every_case_file_has_its_query():
    assert {f"{path.parent.name}.{path.stem}" for path in CASES.glob("*/*.toml")} <= WRITTEN.keys()


def test_every_query_of_the_contract_has_cases_and_a_model():
    judged = {name for name in IN_THE_MODEL if name in WRITTEN}
    assert {name for name in judged if not (CASES / f"{name.replace('.', '/')}.toml").exists()} == set()


def test_the_policy_has_every_clause_once_per_version_with_words_and_source():
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames) == COLUMNS
    clauses = {row["clause"] for row in rows}
    sections = {"0": 3, "1": 8, "2": 3, "3": 4, "4": 12, "5": 11, "6": 1}
    numbered = {
        f"{section}.{number}" for section, last in sections.items() for number in range(section != "0", last + 1)
    }
    numbered = numbered - {"0.0", "5.10"} | {f"5.10.{number}" for number in range(1, 7)}
    assert clauses - {"2", "5"} == numbered
    assert all(row["text"] and row["reading"] and row["source"] for row in rows)
    assert {len({row["text"] for row in rows if row["clause"] == clause}) for clause in clauses} == {1}


def test_every_limit_the_queries_ask_for_is_in_the_policy():
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        stated = {(row["rule"], row["parameter"]) for row in csv.DictReader(file) if row["parameter"]}
    assert ("response_time", "last") in asked_limits()
    assert asked_limits() <= stated
