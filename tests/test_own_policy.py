"""A vendor's own policy file: eight numbers asked, every clause kept, nothing overwritten."""

import io
from datetime import date

import pytest

from etl.__main__ import main
from etl.own_policy import (
    OWN,
    QUESTIONS,
    WORDINGS,
    answered,
    changed_terms,
    keep,
    policy_file,
    take_back,
    why_not_writable,
    write_own,
)
from etl.policy import SHIPPED, PolicyError, parse_policy, read_rows

DAY = date(2026, 4, 1)


def numbers(path):
    return {(row.rule, row.parameter): row.value for row in read_rows(path) if row.parameter}


def of_rule(path, rule, parameter):
    (row,) = [row for row in read_rows(path) if (row.rule, row.parameter) == (rule, parameter)]
    return row


def test_eight_numbers_are_asked_and_every_wording_stands_in_the_shipped_file():
    assert len({question.option for question in QUESTIONS}) == 8
    assert {question.rule for question in QUESTIONS} == WORDINGS.keys()
    for rule, wordings in WORDINGS.items():
        said = " ".join(f"{row.text} {row.reading}" for row in read_rows(SHIPPED) if row.rule == rule)
        assert [phrase for phrase in wordings if phrase not in said] == []


def test_the_file_has_every_clause_with_the_numbers_from_the_day_on(tmp_path):
    path = tmp_path / "own.csv"
    write_own(path, {("coverage", "months"): "12", ("response_time", "last"): "1"}, DAY)
    rows, shipped = read_rows(path), read_rows(SHIPPED)
    assert [(row.clause, row.rule, row.parameter) for row in rows] == [
        (row.clause, row.rule, row.parameter) for row in shipped
    ]
    assert {row.effective_on for row in rows} == {DAY}
    assert numbers(path) == numbers(SHIPPED) | {("coverage", "months"): "12", ("response_time", "last"): "1"}


@pytest.mark.parametrize(
    ("answers", "rule", "parameter", "text", "reading"),
    [
        ({("coverage", "months"): "1"}, "coverage", "required", "valid for one month from", "Eligibility asks"),
        ({("coverage", "months"): "18"}, "coverage", "months", "valid for 18 months from", "The months are added"),
        ({("response_time", "last"): "1"}, "response_time", "last", "within one business day.", "Beyond one business day an"),
        ({("response_time", "first"): "0.5"}, "response_time", "first", "0.5 to two business days", "Up to 0.5 business days of"),
        ({("resolution_time", "last"): "21"}, "resolution_time", "last", "one to three weeks", "21 days are 21 x 24 hours"),
        ({("resolution_time", "first"): "1"}, "resolution_time", "first", "one to 14 days", "One day is 1 x 24 hours"),
        ({("auto_close", "idle"): "14"}, "auto_close", "idle", "after 14 days without", "14 x 24 hours after the latest"),
        ({("duplicate", "window"): "60"}, "duplicate", "window", "the older one is closed", "at most 60 x 24 hours apart"),
        ({("post_burst", "window"): "1"}, "post_burst", "window", "very short time", "at most one minute apart"),
    ],
)  # fmt: skip
def test_where_a_number_differs_its_words_are_said_anew(answers, rule, parameter, text, reading, tmp_path):
    write_own(tmp_path / "own.csv", answers, DAY)
    row = of_rule(tmp_path / "own.csv", rule, parameter)
    assert text in row.text
    assert reading in row.reading
    changed = (rule, parameter) in answers
    assert (row.source == f"own number, clause {row.clause}; compare the words with yours") == changed


def test_what_is_as_shipped_is_worded_so_and_says_so(tmp_path):
    write_own(tmp_path / "own.csv", {question.limit: answered(question, "8").value for question in QUESTIONS[5:6]}, DAY)
    for row, was in zip(read_rows(tmp_path / "own.csv"), read_rows(SHIPPED), strict=True):
        assert (row.text, row.reading) == (was.text, was.reading)
        house = "house reading"
        assert row.source == (
            house if was.source == house else f"as shipped, clause {row.clause}; compare the words with yours"
        )


def test_a_file_that_is_there_stays(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("mine", "utf-8")
    with pytest.raises(PolicyError, match=r"own\.csv: is there already and is not overwritten; name another file"):
        write_own(path, {}, DAY)
    assert path.read_text("utf-8") == "mine"


def test_a_number_is_refused_in_the_words_of_the_file_and_nothing_is_written(tmp_path):
    row = "1.2,2026-01-01,coverage,months,1.5,month,a,b,c\n"
    with pytest.raises(PolicyError) as of_file:
        parse_policy(SHIPPED.read_text("utf-8") + row)
    with pytest.raises(PolicyError) as of_answer:
        write_own(tmp_path / "own.csv", {("coverage", "months"): "1.5"}, DAY)
    assert str(of_answer.value) == "coverage months, value: cannot read '1.5' as a whole number of unit month"
    assert str(of_file.value).partition(", ")[2] == str(of_answer.value).partition(", ")[2]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PolicyError, match=r"none/own\.csv: cannot be written: No such file or directory"):
        write_own(tmp_path / "none" / "own.csv", {}, DAY)


def test_the_terms_are_those_that_are_named_else_ones_own_else_the_shipped(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.own_policy.OWN", tmp_path / "own.csv")
    monkeypatch.setenv("POLICY", str(tmp_path / "named.csv"))
    assert policy_file() == tmp_path / "named.csv"
    monkeypatch.delenv("POLICY")
    assert policy_file() == SHIPPED
    (tmp_path / "own.csv").touch()
    assert policy_file() == tmp_path / "own.csv"
    assert OWN.parent == SHIPPED.parent


# --- the command


def test_the_command_asks_until_each_answer_is_a_number(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("twelve\n12\n\n3\n\n\n10\n\n\n"))
    path = tmp_path / "own.csv"
    assert main(["policy", "init", "--out", str(path), "--effective-on", "2026-04-01"]) == 0
    changes = {("coverage", "months"): "12", ("response_time", "last"): "3", ("auto_close", "idle"): "10"}
    assert numbers(path) == numbers(SHIPPED) | changes
    printed = capsys.readouterr()
    assert f"{path}: every clause, with your numbers, from 2026-04-01 on" in printed.out
    assert "For how many months after a purchase do you give support? [6]" in printed.err
    assert "coverage months, value: cannot read 'twelve' as a number of unit month" in printed.err


def test_a_last_limit_before_the_first_is_asked_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n5\n2\n6\n\n\n\n\n\n"))
    path = tmp_path / "own.csv"
    assert main(["policy", "init", "--out", str(path)]) == 0
    assert "the first limit, 5 business_day, lies beyond the last, 2 business_day" in capsys.readouterr().err
    assert numbers(path) == numbers(SHIPPED) | {("response_time", "first"): "5", ("response_time", "last"): "6"}


def test_limits_in_the_wrong_order_are_refused_and_nothing_is_written(tmp_path, capsys):
    path = tmp_path / "own.csv"
    asked = ["policy", "init", "--out", str(path), "--as-shipped", "--response-time-first", "5"]
    assert main([*asked, "--response-time-last", "2"]) == 1
    assert main(asked) == 1
    assert "lies beyond the last, 2 business_day; make the first at most 2" in capsys.readouterr().err
    assert not path.exists()


def test_options_answer_for_whoever_cannot_be_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    path = tmp_path / "own.csv"
    assert main(["policy", "init", "--out", str(path), "--coverage-months", "12"]) == 1
    assert "nobody answers; give --response-time-first N, or --as-shipped" in capsys.readouterr().err
    assert not path.exists()
    assert main(["policy", "init", "--out", str(path), "--coverage-months", "12", "--as-shipped"]) == 0
    assert numbers(path) == numbers(SHIPPED) | {("coverage", "months"): "12"}
    assert main(["policy", "init", "--out", str(path), "--as-shipped"]) == 1
    assert "is there already" in capsys.readouterr().err


# --- later versions


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(SHIPPED.read_bytes())
    return path


def versions(path, rule, parameter):
    return [
        (row.effective_on, row.value, row.text)
        for row in read_rows(path)
        if (row.rule, row.parameter) == (rule, parameter)
    ]


def test_a_kept_number_is_a_new_version_and_the_old_one_stays(own):
    keep(own, {("coverage", "months"): "12", ("channel", "accepted"): "ticket | chat"}, DAY)
    assert own.read_bytes().startswith(SHIPPED.read_bytes())
    assert versions(own, "coverage", "months") == [
        (date(2015, 1, 1), "6", "Support is valid for six months from the date of purchase."),
        (DAY, "12", "Support is valid for twelve months from the date of purchase."),
    ]
    assert [value for _, value, _ in versions(own, "channel", "accepted")] == ["ticket", "ticket|chat"]


def test_one_day_has_one_version_in_the_words_of_the_parser(own):
    keep(own, {("coverage", "months"): "12"}, DAY)
    before = own.read_bytes()
    with pytest.raises(PolicyError, match=r"coverage months from 2026-04-01 stands in record \d+ already"):
        keep(own, {("coverage", "months"): "9"}, DAY)
    with pytest.raises(PolicyError, match="coverage months, value: cannot read 'x' as a number of unit month"):
        keep(own, {("coverage", "months"): "x"}, date(2027, 1, 1))
    assert own.read_bytes() == before


def test_a_version_builds_on_the_one_in_force_that_day(own):
    keep(own, {("auto_close", "idle"): "14"}, date(2026, 6, 1))
    terms = changed_terms(read_rows(own), {("auto_close", "idle"): "9"}, DAY)
    assert [row.text for row in terms if (row.rule, row.value) == ("auto_close", "9")] == [
        "A ticket is closed automatically after eight days without activity."
    ]
    always = changed_terms(read_rows(own), {("auto_close", "idle"): "9"}, None)
    assert {row.value for row in always if (row.rule, row.parameter) == ("auto_close", "idle")} == {"9"}


def test_what_was_kept_can_be_taken_back_and_the_rest_stays_as_it_is(own):
    header, *lines = SHIPPED.read_text("utf-8").splitlines()
    own.write_text("\ufeff" + "\n".join([f"{header},seen by", *(f"{line},me" for line in lines)]) + "\n", "utf-8")
    before = own.read_bytes()
    keep(own, {("auto_close", "idle"): "14"}, DAY)
    (kept,) = [row for row in read_rows(own) if row.effective_on == DAY]
    assert own.read_bytes() != before
    take_back(own, kept)
    assert own.read_bytes() == before


def test_a_version_that_stood_there_before_stands_there_again(own):
    before = read_rows(own)
    was = next(row for row in before if (row.rule, row.parameter) == ("coverage", "months"))
    own.write_text(
        own.read_text("utf-8").replace("coverage,months,6,month,Support", "coverage,months,9,month,Help", 1), "utf-8"
    )
    (row,) = [row for row in read_rows(own) if row not in before]
    take_back(own, row, was)
    assert own.read_bytes() == SHIPPED.read_bytes()
    take_back(own, next(row for row in before if row.clause == "1.1"))
    own_rows = read_rows(own)
    gone = [row for row in before if row not in own_rows]
    assert [row.clause for row in gone] == ["1.1"]
    take_back(own, gone[0], gone[0])
    assert sorted(map(repr, read_rows(own))) == sorted(map(repr, before))


@pytest.fixture
def nothing_of_ones_own(tmp_path, monkeypatch):
    """Where one's own policy file would lie."""
    monkeypatch.setattr("etl.own_policy.OWN", tmp_path / "own_policy.csv")
    monkeypatch.delenv("POLICY", raising=False)
    return tmp_path / "own_policy.csv"


def test_the_shipped_file_is_never_written(nothing_of_ones_own, monkeypatch):
    before = SHIPPED.read_bytes()
    assert keep(SHIPPED, {("coverage", "months"): "12"}, DAY) == nothing_of_ones_own
    assert [value for _, value, _ in versions(nothing_of_ones_own, "coverage", "months")] == ["6", "12"]
    assert policy_file() == nothing_of_ones_own
    keep(SHIPPED, {("coverage", "months"): "9"}, date(2027, 1, 1))
    assert [value for _, value, _ in versions(nothing_of_ones_own, "coverage", "months")] == ["6", "12", "9"]
    assert why_not_writable(SHIPPED) == "policy.csv is the file as shipped, which is never written"
    with pytest.raises(PolicyError, match="is the file as shipped, which is never written; name a file"):
        take_back(SHIPPED, read_rows(SHIPPED)[0])
    monkeypatch.setenv("POLICY", str(SHIPPED))
    with pytest.raises(PolicyError, match="which is never written; name a file of your own in POLICY"):
        keep(policy_file(), {("coverage", "months"): "3"}, date(2028, 1, 1))
    assert SHIPPED.read_bytes() == before


def test_a_file_of_ones_own_begins_with_the_latest_of_a_shipped_one_that_was_edited(tmp_path, monkeypatch):
    edited = tmp_path / "edited.csv"
    edited.write_text(SHIPPED.read_text("utf-8") + "1.2,2026-01-01,coverage,months,12,month,a,b,c\n", "utf-8")
    monkeypatch.setattr("etl.own_policy.SHIPPED", edited)
    write_own(tmp_path / "own.csv", {}, DAY)
    assert numbers(tmp_path / "own.csv")["coverage", "months"] == "12"


def test_a_file_that_cannot_be_written_says_so(own, monkeypatch):
    assert why_not_writable(own) == ""
    assert why_not_writable(own.with_name("none.csv")) == "none.csv is not there"
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert why_not_writable(own) == "own.csv cannot be written"
