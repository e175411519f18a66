"""Files of objects: NDJSON, JSON in its layouts, Parquet; read as the CSV of the same records is."""

import json
from datetime import datetime

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import torn
from etl.load import LoadError
from etl.recognise import find_exports
from loading import EXAMPLES, counts, empty_tables, load_file, load_text, reasons

ROWS = [
    {"ticket_id": 7, "opened_at": "2026-03-02T10:00:00Z", "subject": 'say "ä"\n', "reopen_count": 2},
    {"ticket_id": "008", "opened_at": "2026-03-02 10:00", "subject": None, "status_code": "open"},
]
HELD = [
    ("008", datetime(2026, 3, 2, 8), None, None, "open"),
    ("7", datetime(2026, 3, 2, 10), 'say "ä"\n', 2, None),
]


def lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def tickets(con):
    return con.execute(
        "select ticket_id, opened_at, subject, reopen_count, status_code from raw.tickets order by ticket_id"
    ).fetchall()


LAYOUTS = {
    "one object a line": ("x.ndjson", lines(ROWS)),
    "lines with blank ones between": ("x.jsonl", "\n" + lines(ROWS).replace("}\n", "}\n \n\n")),
    "lines in a file called JSON": ("x.json", lines(ROWS)),
    "one line without its end": ("x.ndjson", lines(ROWS).rstrip()),
    "Windows line ends": ("x.ndjson", lines(ROWS).replace("\n", "\r\n")),
    "an array": ("x.json", json.dumps(ROWS)),
    "an array in lines": ("x.json", json.dumps(ROWS, indent=2)),
    "an array called NDJSON": ("x.ndjson", json.dumps(ROWS, indent=2)),
    "a list in an object": ("x.json", json.dumps({"tickets": ROWS, "count": 2, "next_page": None}, indent=1)),
    "a list in an object on one line": ("x.json", json.dumps({"count": 2, "tickets": ROWS})),
    "a list two deep": ("x.json", json.dumps({"_embedded": {"tickets": ROWS}, "page": {"size": 50}})),
    "a page on each line": ("x.ndjson", lines([{"tickets": ROWS[:1]}, {"tickets": ROWS[1:]}])),
    "every line in a wrapper": ("x.ndjson", lines([{"ticket": row} for row in ROWS])),
    "every element in a wrapper": ("x.json", json.dumps([{"ticket": row} for row in ROWS])),
    "objects one after the other": ("x.json", "\n".join(json.dumps(row, indent=2) for row in ROWS)),
}


@pytest.mark.parametrize(("name", "text"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts_of_json(raw, tmp_path, name, text):
    assert counts(load_text(raw, tmp_path, name, text)) == (2, 2, 0, 0, 0, 0)
    assert tickets(raw) == HELD


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["x.ndjson", "x.json"])
def test_encodings_of_json(raw, tmp_path, name, encoding):
    text = lines(ROWS) if name == "x.ndjson" else json.dumps(ROWS, ensure_ascii=False)
    assert counts(load_text(raw, tmp_path, name, text.encode(encoding))) == (2, 2, 0, 0, 0, 0)
    assert tickets(raw) == HELD
    assert counts(load_text(raw, tmp_path, name, text.encode(encoding))) == (2, 0, 0, 2, 0, 0)


@pytest.mark.parametrize("name", ["x.ndjson", "x.json"])
def test_encoding_that_shows_far_below(raw, tmp_path, name):
    rows = [{"ticket_id": n, "opened_at": "2026-03-02", "subject": "x" * 1000} for n in range(400)]
    rows.append({"ticket_id": "last", "opened_at": "2026-03-02", "subject": "ä"})
    text = lines(rows) if name == "x.ndjson" else json.dumps(rows, ensure_ascii=False)
    assert counts(load_text(raw, tmp_path, name, text.encode("cp1252"))) == (401, 401, 0, 0, 0, 0)
    assert raw.execute("select subject from raw.tickets where ticket_id = 'last'").fetchall() == [("ä",)]


def write_parquet(path, select):
    with duckdb.connect() as con:
        con.execute("set timezone = 'America/New_York'")
        con.execute(f"copy ({select}) to '{path}' (format parquet)")


def test_parquet_reads_as_a_person_would_have_typed_it(raw, tmp_path):
    write_parquet(
        tmp_path / "x.parquet",
        """select * from (values
            (7::double, timestamptz '2026-03-02 10:00:00.9+00', 'a', true, 2.0::float, {'n': 12}),
            (17850, timestamptz '2026-03-02 05:00:00-05', null, false, 'nan', null)
        ) as t(purchase_id, purchased_at, product_id, has_support_extra, amount, client)""",
    )
    assert counts(load_file(raw, tmp_path / "x.parquet")) == (2, 2, 0, 0, 0, 0)
    found = raw.execute(
        "select purchase_id, purchased_at, product_id, has_support_extra, amount from raw.purchases order by 1"
    ).fetchall()
    assert found == [
        ("17850", datetime(2026, 3, 2, 10), None, False, None),
        ("7", datetime(2026, 3, 2, 10), "a", True, 2),
    ]


def test_instants_of_parquet_keep_their_zone_or_that_they_have_none(raw, tmp_path):
    write_parquet(
        tmp_path / "tickets.parquet",
        "select 'T' as ticket_id, timestamp '2026-03-02 10:00:00' as opened_at, date '2026-03-03' as closed_at, "
        "timestamptz '2026-03-02 12:00:00+00' as first_responded_at, timestamp_ns '2026-03-02 11:00:00.123' as resolved_at",
    )
    load_file(raw, tmp_path / "tickets.parquet")
    found = raw.execute("select opened_at, closed_at, first_responded_at, resolved_at from raw.tickets").fetchall()
    assert found == [
        (
            datetime(2026, 3, 2, 8),  # of the desk
            datetime(2026, 3, 2, 22),
            datetime(2026, 3, 2, 12),
            datetime(2026, 3, 2, 9),
        )
    ]


def test_id_that_a_fraction_has_cut_is_refused(raw, tmp_path):
    write_parquet(
        tmp_path / "clients.parquet", "select 'a@x.example' as client_email, 'A' as name, 'LT' as country_code"
    )
    write_parquet(
        tmp_path / "tickets.parquet", "select 1e17::double as ticket_id, timestamp '2026-03-02 10:00:00' as opened_at"
    )
    assert counts(load_file(raw, tmp_path / "clients.parquet")) == (1, 1, 0, 0, 0, 0)
    assert counts(load_file(raw, tmp_path / "tickets.parquet")) == (1, 0, 0, 0, 0, 1)
    assert reasons(raw)[0].startswith("1, ticket_id: cannot read '1.000000E+17' as an id: it is in scientific notation")


NESTED = """
recognise = ["id", "requester.email", "comments"]
timezone = "UTC"
[also_called]
id = ["nice_id"]
[[table]]
name = "tickets"
[table.columns]
ticket_id = "id"
opened_at = "created"
client_email = "requester.email"
product_id = { first_of = ["fields.42", "fields.Product"] }
environment = "tags"
[[table]]
name = "posts"
each = "comments"
when = { column = "comments.kind", is_not = ["log"] }
[table.columns]
post_id = { join = ["id", "comments.#"], with = "/" }
ticket_id = "id"
posted_at = "comments.at"
author_id = "comments.author.id"
author_role = { same = ["comments.author.id", "requester.id"], then = "client", other = "agent" }
body = "comments.body"
"""
TICKETS = [
    {
        "ID": 1,
        "created": "2026-03-02",
        "requester": {"id": 7, "email": "Ana@Example.com"},
        "fields": [{"id": 42, "value": "grid"}, {"id": 43, "value": None}],
        "tags": ["a", "b"],
        "comments": [
            {"at": "2026-03-02 10:00", "author": {"id": 7}, "body": "one", "kind": "post"},
            {"at": "2026-03-02 11:00", "author": {"id": 8}, "body": "two", "kind": "log"},
            {"at": "2026-03-02 12:00", "author": {"id": 8}, "body": "three", "kind": "post"},
        ],
    },
    {
        "ID": 2,
        "created": "2026-03-02",
        "requester": {"id": 7, "email": None},
        "fields": [{"name": "Product", "value": "form"}],
        "comments": [],
    },
    {"ID": 3, "created": "2026-03-02", "requester": None, "comments": None},
    {"ID": 4, "created": "2026-03-02", "comments": {"at": "2026-03-02 13:00", "body": "alone", "kind": "post"}},
]


def demand_nested(con):
    found = con.execute(
        "select ticket_id, client_email, product_id, environment from raw.tickets order by 1"
    ).fetchall()
    assert found == [
        ("1", "ana@example.com", "grid", '["a","b"]'),
        ("2", None, "form", None),
        ("3", None, None, None),
        ("4", None, None, None),
    ]
    found = con.execute(
        "select post_id, author_id, author_role, body, record_number from raw.posts order by 1"
    ).fetchall()
    assert found == [
        ("1/1", "7", "client", "one", 1),
        ("1/3", "8", "agent", "three", 1),
        ("4/1", None, None, "alone", 4),
    ]


def test_nested_fields_lists_and_fields_of_the_users_own(raw, tmp_path, mapping):
    account = load_text(raw, tmp_path, "x.ndjson", lines(TICKETS), mapping=mapping(NESTED))
    assert counts(account) == (4, 4, 0, 0, 0, 0)
    demand_nested(raw)


def test_nested_fields_of_parquet(raw, tmp_path, mapping):
    (tmp_path / "x.ndjson").write_text(lines(TICKETS[:3]))
    records = f"read_json('{tmp_path}/x.ndjson', columns = {{ID: 'BIGINT', created: 'DATE', "
    kinds = (
        "requester: 'STRUCT(id BIGINT, email VARCHAR)', tags: 'VARCHAR[]', "
        "comments: 'STRUCT(\"at\" TIMESTAMP, author STRUCT(id BIGINT), body VARCHAR, kind VARCHAR)[]'}"
    )
    write_parquet(tmp_path / "x.parquet", f"select * from {records}{kinds})")
    account = load_file(raw, tmp_path / "x.parquet", mapping=mapping(NESTED))
    assert counts(account) == (3, 3, 0, 0, 0, 0)
    found = raw.execute("select post_id, author_role, body from raw.posts order by 1").fetchall()
    assert found == [("1/1", "client", "one"), ("1/3", "agent", "three")]
    assert raw.execute("select client_email, environment from raw.tickets order by 1 limit 1").fetchall() == [
        ("ana@example.com", '["a","b"]')
    ]


def test_list_in_a_parquet_column_of_text(raw, tmp_path, mapping):
    write_parquet(
        tmp_path / "x.parquet",
        "select 1 as id, '2026-03-02' as created, {'email': 'a@x.example', 'id': 7} as requester, "
        """'[{"at": "2026-03-02 10:00", "body": "one", "kind": "post"}]' as comments
        union all select 2, '2026-03-02', null, 'no list'""",
    )
    load_file(raw, tmp_path / "x.parquet", mapping=mapping(NESTED))
    assert raw.execute("select post_id, body from raw.posts order by 1").fetchall() == [("1/1", "one")]


def test_field_that_only_a_late_record_has_is_read(raw, tmp_path):
    rows = [{"ticket_id": n, "opened_at": "2026-03-02"} for n in range(1500)] + [
        {"ticket_id": "late", "opened_at": "2026-03-02", "subject": "here"}
    ]
    load_text(raw, tmp_path, "x.ndjson", lines(rows))
    assert raw.execute("select ticket_id from raw.tickets where subject = 'here'").fetchall() == [("late",)]


def test_torn_line_is_named_and_the_rest_is_loaded(raw, tmp_path):
    torn = {
        '{"ticket_id": 2, "opened': "is no JSON: unterminated string starting at",
        '{"ticket_id": 2}{"ticket_id": 3}': "is no JSON: extra data",
        "[1, 2]": "is no JSON object",
        "null": "is no JSON object",
        "NaN": "is no JSON object",
        '"' + "x" * 600: "is no JSON: unterminated string starting at",
    }
    text = lines(ROWS[:1]) + "".join(f"\n{line}\n" for line in torn) + lines(ROWS[1:])
    assert counts(load_text(raw, tmp_path, "x.ndjson", text)) == (8, 2, 0, 0, 0, 6)
    assert reasons(raw) == [f"{number}, None: {reason}" for number, reason in enumerate(torn.values(), 2)]
    found = raw.execute("select found_text from raw.rejects order by record_number").fetchall()
    assert found == [(line[:500],) for line in torn]
    assert raw.execute("select record_number from raw.tickets order by 1").fetchall() == [(1,), (8,)]


def test_element_that_is_no_object_is_refused_and_an_object_without_fields_too(raw, tmp_path):
    account = load_text(raw, tmp_path, "x.json", json.dumps([*ROWS, 5, None, {}]))
    assert counts(account) == (5, 2, 0, 0, 0, 3)
    assert reasons(raw) == [
        "3, None: is no JSON object",
        "4, None: is no JSON object",
        "5, opened_at: opened_at is empty",
        "5, ticket_id: ticket_id is empty",
    ]


def test_lists_of_one_file_are_told_apart_like_sheets(tmp_path):
    users = [{"client_email": "a@x.example", "name": "Ana", "country_code": "LT"}]
    (tmp_path / "x.json").write_text(json.dumps({"tickets": ROWS, "users": users, "notes": [{"what": 1}]}))
    exports, ignored = find_exports([tmp_path / "x.json"], tmp_path)
    assert [(export.file_name, export.dialect.name) for export in exports] == [
        ("x.json[tickets]", "house_tickets"),
        ("x.json[users]", "house_clients"),
    ]
    assert [one.file_name for one in ignored] == ["x.json[notes]"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", b"{", "x.json: cannot be read as JSON: Invalid Input Error: Malformed JSON in file "),
        ("x.json", b'[{"ticket_id" 1}', "x.json: cannot be read as JSON: Invalid Input Error: "),
        ("x.json", b"[]", "x.json: holds no record, so there is nothing to know it by"),
        ("x.ndjson", b"1\n2\n", "x.ndjson: holds no record, so there is nothing to know it by"),
        ("x.json", b"", "x.json: the file is empty; there is not even a header"),
        ("x.json", b'{"what": 5}', "x.json: no dialect fits; "),
        ("x.parquet", b"PAR1", "x.parquet: cannot be read as Parquet: "),
        ("x.parquet", b"", "x.parquet: cannot be read as Parquet: "),
    ],
)
def test_file_that_holds_no_records_says_so(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError) as caught:
        find_exports([tmp_path / name], tmp_path)
    assert str(caught.value).startswith(message)
    assert str(tmp_path) not in str(caught.value)


CUT_OFF = "the file breaks off here, so more may be missing: export it again"
NO_STRING_END = f"is no JSON: unterminated string starting at; {CUT_OFF}"
MANY = [
    {"ticket_id": n, "opened_at": "2026-03-02", "tags": [{"id": n, "of": "it"}], "subject": f"s{n}"}
    for n in range(1, 6)
]
ARRAY, IN_LINES = json.dumps(MANY), json.dumps(MANY, indent=2)
OBJECT = json.dumps({"count": 5, "tickets": MANY, "next": None})
PAGES = lines([{"tickets": MANY[:3], "next": 2}, {"tickets": MANY[3:], "next": None}])
# name of the file, text, the tickets that are loaded, every reject
TORN = {
    "an array cut off in a text": ("x.json", ARRAY.partition('5"}')[0], "1234", [f"5: {NO_STRING_END}"]),
    "an array in lines cut off after a colon": (
        "x.json",
        IN_LINES.partition(' "s5"')[0],
        "1234",
        [f"5: is no JSON: expecting value; {CUT_OFF}"],
    ),
    "an array cut off between two records": (
        "x.json",
        ARRAY.partition('{"ticket_id": 4')[0],
        "123",
        [f"4: the list has no end: {CUT_OFF}"],
    ),
    "an array without its last bracket": ("x.json", ARRAY[:-1], "12345", [f"6: the list has no end: {CUT_OFF}"]),
    "damage in the first record, and nothing like a record in it": (
        "x.json",
        ARRAY.replace('"ticket_id": 1', '"ticket_id" 1'),
        "2345",
        ["1: is no JSON: expecting ':' delimiter"],
    ),
    "a quote that is never closed, and a value that is no record": (
        "x.json",
        ARRAY.replace('"s2"}', '"s2}, 7'),
        "1345",
        ["2: is no JSON: expecting ',' delimiter"],
    ),
    "a second download after the first": (
        "x.json",
        json.dumps(MANY[:2]) + json.dumps([*MANY[2:], 7]),
        "12345",
        ["6: is no JSON object"],
    ),
    "a list in an object": ("x.json", OBJECT.partition('5"}')[0], "1234", [f"5: {NO_STRING_END}"]),
    "an object cut off after its list": ("x.json", OBJECT.partition(', "next"')[0], "12345", []),
    "pages on lines, the last cut off": ("x.ndjson", PAGES.partition('5"}')[0], "1234", [f"5: {NO_STRING_END}"]),
    "pages on lines, the first torn": (
        "x.ndjson",
        PAGES.replace('3"}], "next": 2}', ""),
        "1245",
        ["3: is no JSON: invalid control character at"],
    ),
    "objects one after the other": (
        "x.json",
        "\n".join(json.dumps(row, indent=2) for row in MANY).partition('5"\n')[0],
        "1234",
        [f"5: {NO_STRING_END}"],
    ),
}


@pytest.mark.parametrize(("name", "text", "held", "rejects"), TORN.values(), ids=TORN)
def test_every_whole_record_of_a_torn_file_is_loaded(raw, tmp_path, name, text, held, rejects):
    account = load_text(raw, tmp_path, name, text)
    assert reasons(raw) == [reject.replace(":", ", None:", 1) for reject in rejects]
    assert raw.execute("select string_agg(ticket_id, '' order by ticket_id) from raw.tickets").fetchone() == (held,)
    assert counts(account) == (len(held) + len(rejects), len(held), 0, 0, 0, len(rejects))


def test_array_torn_far_below_is_read_in_pieces(raw, tmp_path, monkeypatch):
    """The numbers of its records, and what is shown of the torn ones, stay true over the pieces' ends."""
    monkeypatch.setattr(torn, "CHUNK", 100)
    rows = [{"ticket_id": f"T{n}", "opened_at": "2026-03-02", "subject": "long " * n} for n in range(1, 200)]
    text = json.dumps(rows).replace('"ticket_id": "T77"', '"ticket_id" "T77"')[:-400]
    assert counts(load_text(raw, tmp_path, "x.json", text)) == (199, 197, 0, 0, 0, 2)
    found = raw.execute("select record_number, found_text from raw.rejects order by 1").fetchall()
    assert found == [
        (77, json.dumps(rows[76]).replace('d": ', 'd" ', 1)),
        (199, json.dumps(rows[198])[:500]),
    ]
    held = raw.execute("select record_number from raw.tickets order by 1").fetchall()
    assert held == [(n,) for n in range(1, 199) if n != 77]


@pytest.mark.parametrize("name", ["x.ndjson", "x.json"])
def test_record_longer_than_any_that_is_read_is_named_and_the_rest_is_loaded(raw, tmp_path, name, monkeypatch):
    monkeypatch.setattr("etl.records.LONGEST_OBJECT", 1_000)
    monkeypatch.setattr(torn, "LONGEST_OBJECT", 1_000_000)
    rows = [*MANY[:2], {"ticket_id": "long", "opened_at": "2026-03-02", "subject": "x" * 40_000_000}, *MANY[2:]]
    text = lines(rows) if name == "x.ndjson" else json.dumps(rows)
    assert counts(load_text(raw, tmp_path, name, text)) == (6, 5, 0, 0, 0, 1)
    reason = "3, None: is longer than 64 MB; export it again without what is not needed here, attachments for instance"
    assert reasons(raw) == [reason]


def test_file_cut_off_in_the_middle_of_a_letter_keeps_its_encoding(raw, tmp_path):
    rows = [{"ticket_id": n, "opened_at": "2026-03-02", "subject": "ä"} for n in range(2)]
    whole = json.dumps(rows, ensure_ascii=False).encode()
    assert counts(load_text(raw, tmp_path, "x.json", whole[: whole.rindex(b"\xa4")])) == (2, 1, 0, 0, 0, 1)
    assert raw.execute("select subject from raw.tickets").fetchall() == [("ä",)]


NO_JSON_FOR_PYTHON = """[
    {"ticket_id": 1, "opened_at": "2026-03-02", "subject": NaN, "reopen_count": NaN, "environment": "NaN"},
    {"ticket_id": 2, "opened_at": "2026-03-02", "reopen_count": Infinity},
    {"ticket_id": 3, "opened_at": "2026-03-02", "reopen_count": 1, "description": nan,}
]"""


def test_numbers_that_are_none_say_nothing_or_are_refused(raw, tmp_path):
    """NaN stands where pandas has no value, as in Parquet; infinity cannot be read. A comma too many does no harm."""
    assert counts(load_text(raw, tmp_path, "x.json", NO_JSON_FOR_PYTHON)) == (3, 2, 0, 0, 0, 1)
    assert reasons(raw) == ["2, reopen_count: cannot read 'Infinity' as a whole number"]
    found = raw.execute("select ticket_id, subject, reopen_count, environment from raw.tickets order by 1").fetchall()
    assert found == [("1", None, None, "NaN"), ("3", None, 1, None)]


DAMAGE = st.sampled_from(["good", "good", "torn", "scalar", "empty", "cell", "comment", "key", "twice"])


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(DAMAGE, max_size=25), again=st.booleans(), words=st.text(max_size=8))
def test_every_line_is_in_exactly_one_class_whatever_the_damage(tmp_path, mapping, damage, again, words):
    text, bad = lines([TICKETS[0]]), 0
    for number, kind in enumerate(damage):
        record = {**TICKETS[0], "ID": f"T{0 if kind == 'twice' else number}", "comments": []}
        if number % 2:
            record["comments"] = [{"at": "2026-03-02 10:00", "body": words, "kind": "post"}] * (number % 4)
        bad += kind not in ("good", "twice")
        match kind:
            case "torn":
                text += json.dumps(record)[:-3] + "\n"
                continue
            case "scalar":
                text += "[]\n"
                continue
            case "empty":
                record = {}
            case "cell":
                record["created"] = 5
            case "comment":
                record["comments"] = [*record["comments"], {"at": "never", "kind": "post"}]
            case "key":
                record["ID"] = None
        text += json.dumps(record) + "\n"
    with empty_tables() as con:
        account = load_text(con, tmp_path, "x.ndjson", text, mapping=mapping(NESTED))
        held = con.execute("from raw.posts order by all").fetchall()
        if again:
            account = load_text(con, tmp_path, "x.ndjson", text, mapping=mapping(NESTED))
            assert (account.inserted, account.updated) == (0, 0)
            assert con.execute("from raw.posts order by all").fetchall() == held
        rows, *classes = counts(account)
        assert rows == sum(classes) == len(damage) + 1
        assert account.rejected == bad
        assert con.execute("select count(distinct record_number) from raw.rejects").fetchone() == (bad,)
