"""Several rows from one record: repeated columns and lists, with every record still in exactly one class."""

import csv
import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.dialect import DialectError
from loading import EXAMPLES, counts, empty_tables, load_text, reasons

JIRA = """
recognise = ["Issue key", "Created"]
timezone = "UTC"
[[table]]
name = "tickets"
[table.columns]
ticket_id = "Issue key"
opened_at = "Created"
[[table]]
name = "posts"
each = "Comment"
split = { with = ";", into = ["date", "author", "text"] }
[table.columns]
post_id = { join = ["Issue key", "Comment.#"], with = "-" }
ticket_id = "Issue key"
posted_at = "Comment.date"
author_id = "Comment.author"
author_role = { same = ["Comment.author", "Reporter Id"], then = "client", other = "agent" }
body = "Comment.text"
"""
HEADER = "Issue key,Created,Reporter Id,Comment,Comment,Labels,Comment\n"


def posts(con):
    found = con.execute(
        "select post_id, ticket_id, strftime(posted_at, '%H:%M'), author_role, body, record_number from raw.posts order by 1"
    )
    return found.fetchall()


def test_every_filled_cell_of_a_repeated_column_is_a_row(raw, tmp_path, mapping):
    text = HEADER + (
        'A-1,2026-03-02 10:00,ana,2026-03-02 10:05;ana;one,2026-03-02 10:06;bo;"two; and; a half",x,\n'
        "A-2,2026-03-02 11:00,,2026-03-02 11:05;ana;three,,,2026-03-02 11:06;;\n"
        "A-3,2026-03-02 12:00,ana,,,,\n"
    ).replace(';"two; and; a half"', ";two; and; a half")
    account = load_text(raw, tmp_path, "jira.csv", text, mapping=mapping(JIRA))
    assert counts(account) == (3, 3, 0, 0, 0, 0)
    assert posts(raw) == [
        ("A-1-1", "A-1", "10:05", "client", "one", 1),
        ("A-1-2", "A-1", "10:06", "agent", "two; and; a half", 1),
        ("A-2-1", "A-2", "11:05", None, "three", 2),
        ("A-2-3", "A-2", "11:06", None, None, 2),
    ]
    assert counts(load_text(raw, tmp_path, "jira.csv", text, mapping=mapping(JIRA))) == (3, 0, 0, 3, 0, 0)


def test_strongest_effect_of_a_record_is_its_class(raw, tmp_path, mapping):
    first = (
        HEADER + "A-1,2026-03-02 10:00,,2026-03-02 10:05;a;one,,,\nA-2,2026-03-02 10:00,,2026-03-02 10:05;a;one,,,\n"
    )
    load_text(raw, tmp_path, "a.csv", first, mapping=mapping(JIRA))
    later = HEADER + (
        "A-1,2026-03-02 10:00,,2026-03-02 10:05;a;one,2026-03-03 10:05;a;new,,\n"  # inserts a post
        "A-2,2026-03-02 10:00,,2026-03-02 10:05;a;changed,,,\n"  # updates one
    )
    account = load_text(raw, tmp_path, "b.csv", later, mapping=mapping(JIRA))
    assert counts(account) == (2, 1, 1, 0, 0, 0)
    assert [row[4] for row in posts(raw)] == ["one", "new", "changed"]


def test_of_two_rows_of_a_key_in_one_record_the_later_wins(raw, tmp_path, mapping):
    same = mapping(JIRA.replace('["Issue key", "Comment.#"]', '["Issue key", "Comment.author"]'))
    text = HEADER + "A-1,2026-03-02 10:00,,2026-03-02 10:05;a;one,2026-03-03 10:05;a;two,,2026-03-04 10:05;a;three\n"
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=same)) == (1, 1, 0, 0, 0, 0)
    assert [row[4] for row in posts(raw)] == ["three"]
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=same)) == (1, 0, 0, 1, 0, 0)


def test_one_unreadable_thing_refuses_the_whole_record(raw, tmp_path, mapping):
    text = HEADER + (
        "A-1,2026-03-02 10:00,,2026-03-02 10:05;a;one,soon;a;two,,later;a;three\n"
        "A-2,2026-03-02 10:00,,2026-03-02 10:05;a;four,,,\n"
    )
    assert counts(load_text(raw, tmp_path, "a.csv", text, mapping=mapping(JIRA))) == (2, 1, 0, 0, 0, 1)
    wanted = "an instant (YYYY-MM-DD HH:MM:SS, with or without zone)"
    assert reasons(raw) == [
        f"1, Comment.date: cannot read 'later' as {wanted} (Comment 3)",
        f"1, Comment.date: cannot read 'soon' as {wanted} (Comment 2)",
    ]
    assert [row[0] for row in posts(raw)] == ["A-2-1"]
    assert raw.execute("select ticket_id from raw.tickets").fetchall() == [("A-2",)]


def test_cell_may_fall_apart_by_a_pattern_and_a_condition_may_look_at_a_part(raw, tmp_path, mapping):
    text = JIRA.replace(
        '{ with = ";", into = ["date", "author", "text"] }',
        r"""{ pattern = '\[(.*?)\] (\w+): (.*)', into = ["date", "author", "text"] }
when = [{ column = "Comment.author", is_not = ["robot"] }, { column = "Issue key", starts_with = "A" }]""",
    )
    rows = (
        'A-1,2026-03-02 10:00,ana,[2026-03-02 10:05] ana: one,"[2026-03-02 10:06] bo: two\nlines",,'
        "[2026-03-02 10:07] robot: three\nB-1,2026-03-02 10:00,ana,[2026-03-02 10:05] ana: one,,,\n"
    )
    assert counts(load_text(raw, tmp_path, "a.csv", HEADER + rows, mapping=mapping(text))) == (2, 2, 0, 0, 0, 0)
    assert [(row[0], row[4]) for row in posts(raw)] == [("A-1-1", "one"), ("A-1-2", "two\nlines")]


def test_repeated_column_without_split_gives_its_cells(raw, tmp_path, mapping):
    text = """
recognise = ["Order"]
[[table]]
name = "purchases"
each = "Item"
[table.columns]
purchase_id = { join = ["Order", "Item.#"], with = "/" }
product_id = "Item"
"""
    account = load_text(raw, tmp_path, "a.csv", "Order,Item,Item\n7,grid, form \n8,,grid\n", mapping=mapping(text))
    assert counts(account) == (2, 2, 0, 0, 0, 0)
    found = raw.execute("select purchase_id, product_id from raw.purchases order by 1").fetchall()
    assert found == [("7/1", "grid"), ("7/2", "form"), ("8/2", "grid")]


def test_record_of_which_nothing_comes_is_skipped(raw, tmp_path, mapping):
    only = "[[table]]\nname = 'posts'" + JIRA.partition('name = "posts"')[2]
    text = HEADER + "A-1,2026-03-02 10:00,,,,x,\nA-2,2026-03-02 10:00,,2026-03-02 10:05;a;one,,,\n"
    account = load_text(raw, tmp_path, "a.csv", text, mapping=mapping('recognise = ["Issue key", "Comment"]\n' + only))
    assert counts(account) == (2, 1, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('each = "Comment"', ""), "split of posts: needs each, into, and one of with, pattern"),
        (('with = ";",', ""), "split of posts: needs each, into, and one of with, pattern"),
        (('with = ";",', 'pattern = "(a)(b)",'), "split of posts pattern: has 2 groups, into names 3"),
        (('with = ";",', 'pattern = "(",'), "split of posts pattern: '(' is none: "),
        (('with = ";",', 'with = "",'), "split of posts: with and pattern must not be empty"),
        ((', "Reporter Id"]', "]"), "[table.columns] of posts, author_role: same needs two columns, and then: "),
        (('then = "client", ', ""), "[table.columns] of posts, author_role: same needs two columns, and then: "),
        (('"client"', '"buyer"'), "[table.columns] of posts, author_role: maps to 'buyer', which is none of client, "),
    ],
)
def test_faulty_declaration_names_the_entry(mapping, change, message):
    assert change[0] in JIRA
    with pytest.raises(DialectError) as caught:
        mapping(JIRA.replace(*change))
    assert str(caught.value).startswith(f"mine.toml: {message}")


COMMENT = st.sampled_from(["good", "good", "bad", "empty", "short", "same"])


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(st.tuples(st.booleans(), st.lists(COMMENT, max_size=3)), max_size=12),
    seed=st.integers(0, 2**16),
    again=st.booleans(),
)
def test_every_record_is_in_exactly_one_class_whatever_it_holds(tmp_path, mapping, records, seed, again):
    chance, text = random.Random(seed), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER.strip().split(","))
    kinds = {
        "good": lambda: f"2026-03-02 10:0{chance.randrange(9)};a;x;y",
        "bad": lambda: "someday;a;x",
        "empty": lambda: "",
        "short": lambda: "2026-03-02",
        "same": lambda: "2026-03-02 10:00;a;same",
    }
    for number, (is_sound, comments) in enumerate(records):
        one, two, three = [*(kinds[kind]() for kind in comments), "", "", ""][:3]
        opened = "2026-03-02 09:00" if is_sound else "?"
        writer.writerow([f"T{chance.choice([number, 0])}", opened, "a", one, two, "label", three])
    bad = sum(not is_sound or "bad" in comments for is_sound, comments in records)
    with empty_tables() as con:
        account = load_text(con, tmp_path, "jira.csv", text.getvalue(), mapping=mapping(JIRA))
        held = con.execute("from raw.posts order by all").fetchall()
        if again:
            account = load_text(con, tmp_path, "jira.csv", text.getvalue(), mapping=mapping(JIRA))
            assert (account.inserted, account.updated) == (0, 0)
            assert con.execute("from raw.posts order by all").fetchall() == held
        rows, *classes = counts(account)
        assert rows == sum(classes) == len(records)
        assert account.rejected == bad
        named = con.execute("select count(distinct record_number) from raw.rejects").fetchone()
        assert named == (bad,)
        assert len(held) == len({row[0] for row in held})
