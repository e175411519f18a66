"""The desk's own alias files: what every load makes of them, and what is written there."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from etl import aliases
from etl.__main__ import main
from etl.aliases import AliasError
from etl.load import LoadError, load, rebuild
from etl.publish import Warehouse, WarehouseError
from loading import judging

AS_OF = datetime(2026, 3, 20, 10, tzinfo=UTC)
TICKETS = """ticket_id,client_email,product_id,opened_at
1,ann@home.example,Gallery Grid Pro,2026-03-02T10:00:00Z
2,bob@firm.example,gallery-grid,2026-03-03T10:00:00Z
"""
PURCHASES = """purchase_id,client_email,product_id,purchased_at
p1,ann@firm.example,gallery-grid,2026-01-02T10:00:00Z
"""
ADDRESSES = "alias_email,client_email\nAnn@Home.example,ann@firm.example\n"
NAMES = "source_text,product_id\nGallery Grid Pro,gallery-grid\n"


@pytest.fixture
def own(tmp_path):
    """The folder of the desk's files, empty."""
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture(scope="module", autouse=True)
def tickets_alone():
    """Here it is asked whose a ticket is, and of what."""
    with judging("facts.tickets"):
        yield


@pytest.fixture(scope="module")
def first_load(tickets_alone, tmp_path_factory):
    """A folder with exports of two tickets and a warehouse with them, loaded when the desk had said nothing yet."""
    folder = tmp_path_factory.mktemp("first")
    exports, nothing_said = folder / "exports", folder / "own"
    exports.mkdir()
    nothing_said.mkdir()
    (exports / "tickets.csv").write_text(TICKETS)
    (exports / "purchases.csv").write_text(PURCHASES)
    load([exports], warehouse=folder / "warehouse", aliases=nothing_said, as_of=AS_OF)
    return folder


@pytest.fixture
def loaded(first_load, own, tmp_path):
    """A copy of that warehouse, and of the exports beside it."""
    shutil.copytree(first_load / "exports", tmp_path / "exports")
    return shutil.copytree(first_load / "warehouse", tmp_path / "warehouse")


def asked(warehouse: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(Warehouse(warehouse).current()), read_only=True) as con:
        return con.execute(sql).fetchall()


def first_ticket(warehouse: Path) -> tuple:
    return asked(warehouse, "select client_id, product_id from facts.tickets where ticket_id = '1'")[0]


# --- what a load makes of them


def test_every_load_reads_what_the_desk_says_of_names(loaded, own, tmp_path):
    assert first_ticket(loaded) == ("ann@home.example", "Gallery Grid Pro")
    (own / "aliases.csv").write_text(ADDRESSES)
    (own / "product_aliases.csv").write_text(NAMES)
    done = load([tmp_path / "exports" / "purchases.csv"], warehouse=loaded, aliases=own, as_of=AS_OF)
    assert first_ticket(loaded) == ("ann@firm.example", "gallery-grid")
    assert [(file.file, file.dialect, file.account.inserted) for file in done.files[1:]] == [
        ("your aliases.csv", "house_aliases", 1),
        ("your product_aliases.csv", "house_product_aliases", 1),
    ]


def test_a_row_that_is_changed_or_gone_is_so_for_all_data(loaded, own):
    (own / "aliases.csv").write_text(ADDRESSES)
    (own / "product_aliases.csv").write_text(NAMES)
    rebuild(warehouse=loaded, aliases=own)
    assert first_ticket(loaded) == ("ann@firm.example", "gallery-grid")
    (own / "aliases.csv").write_text(ADDRESSES.replace("ann@firm", "bob@firm"))
    (own / "product_aliases.csv").write_text(NAMES.replace("gallery-grid", "other-grid"))
    rebuild(warehouse=loaded, aliases=own)
    assert first_ticket(loaded) == ("bob@firm.example", "other-grid")
    (own / "aliases.csv").unlink()
    (own / "product_aliases.csv").unlink()
    rebuild(warehouse=loaded, aliases=own)
    assert first_ticket(loaded) == ("ann@home.example", "Gallery Grid Pro")
    assert asked(loaded, "select count(*) from raw.files where file_name like 'your%'") == [(0,)]


def test_what_the_desk_says_holds_whatever_an_export_says(loaded, own, tmp_path):
    (own / "aliases.csv").write_text(ADDRESSES)
    (tmp_path / "exports" / "aliases.csv").write_text(ADDRESSES.replace("ann@firm", "other@firm"))
    load([tmp_path / "exports"], warehouse=loaded, aliases=own, as_of=AS_OF)
    assert first_ticket(loaded)[0] == "ann@firm.example"


def test_a_row_of_theirs_that_cannot_be_read_is_accounted_for_once(loaded, own):
    (own / "aliases.csv").write_text(ADDRESSES + "lost@home.example,\n")
    for _ in range(2):
        done = rebuild(warehouse=loaded, aliases=own)
        assert done.rejected == 1
    assert asked(loaded, "select file_name, record_number, column_name from raw.rejects") == [
        ("your aliases.csv", 2, "client_email")
    ]


def test_a_rebuild_changes_nothing_else(loaded, own, tmp_path):
    desk = tmp_path / "desk.toml"
    desk.write_text('name = "Own"\ntimezone = "Asia/Tokyo"\n[hours]\nmon = ["10:00-11:00"]\n')
    terms = (Path(aliases.DATA) / "policy.csv").read_text("utf-8").replace(",first,7,day,", ",first,6,day,")
    (tmp_path / "policy.csv").write_text(terms, "utf-8")
    load(
        [tmp_path / "exports"],
        warehouse=loaded,
        aliases=own,
        as_of=AS_OF,
        desk=desk,
        policy=tmp_path / "policy.csv",
        is_sample=True,
        fresh=True,
    )
    kept = (
        "select name, timezone, is_sample, as_of_at, (select value from policy.limits "
        "where rule = 'resolution_time' and parameter = 'first'), (select count(*) from raw.tickets) "
        "from raw.desk, raw.clock"
    )
    before, snapshot = asked(loaded, kept), Warehouse(loaded).current()
    assert before[0][:3] == ("Own", "Asia/Tokyo", True)
    assert before[0][4] == "6"
    rebuild(warehouse=loaded, aliases=own)
    assert asked(loaded, kept) == before
    assert Warehouse(loaded).current() != snapshot
    rebuild(warehouse=loaded, aliases=own, as_of=datetime(2026, 4, 1, tzinfo=UTC), desk=aliases.DATA / "desk.toml")
    assert asked(loaded, "select timezone, as_of_at from raw.desk, raw.clock") == [
        ("Europe/Vilnius", datetime(2026, 4, 1))
    ]


def test_nothing_published_cannot_be_rebuilt(tmp_path, own):
    with pytest.raises(WarehouseError, match="nothing is published yet; load exports with"):
        rebuild(warehouse=tmp_path / "new", aliases=own)


def test_the_command_rebuilds(loaded, own, capsys):
    (own / "aliases.csv").write_text(ADDRESSES)
    assert main(["rebuild", "--warehouse", str(loaded), "--aliases", str(own), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["as_of"] == "2026-03-20T10:00:00Z"
    assert [file["file"] for file in found["files"]] == ["your aliases.csv"]
    assert first_ticket(loaded)[0] == "ann@firm.example"


def test_the_environment_may_name_the_folder(loaded, own, monkeypatch):
    (own / "aliases.csv").write_text(ADDRESSES)
    monkeypatch.setenv("ALIASES", str(own))
    rebuild(warehouse=loaded)
    assert first_ticket(loaded)[0] == "ann@firm.example"
    monkeypatch.setenv("ALIASES", str(own / "not there yet"))
    rebuild(warehouse=loaded)
    assert first_ticket(loaded)[0] == "ann@home.example"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alias,client\na@x.example,b@x.example\n", "{}: the header must be alias_email,client_email"),
        (TICKETS, "{}: the header must be alias_email,client_email; this one is of "),
        ('alias_email,"client_email\n', "your aliases.csv: the header is torn: a quote is opened and never closed"),
    ],
)
def test_a_broken_file_stops_the_load_and_says_what_would_do(loaded, own, text, message):
    (own / "aliases.csv").write_text(text)
    before = Warehouse(loaded).current()
    with pytest.raises(LoadError) as caught:
        rebuild(warehouse=loaded, aliases=own)
    assert str(caught.value).startswith(message.format(own / "aliases.csv"))
    assert Warehouse(loaded).current() == before


def test_an_empty_file_says_nothing_and_a_folder_that_is_not_there_is_an_error(loaded, own):
    (own / "aliases.csv").write_text("")
    assert rebuild(warehouse=loaded, aliases=own).files == []
    with pytest.raises(LoadError, match="there is no such folder of alias files"):
        rebuild(warehouse=loaded, aliases=own / "nowhere")


# --- what is written there


def test_what_is_accepted_is_a_row_of_the_house(loaded, own):
    aliases.accept(own, "aliases", " Ann@Home.example ", "ann@firm.example")
    aliases.accept(own, "product_aliases", 'Gallery "Grid", Pro', "gallery-grid")
    aliases.accept(own, "product_aliases", "Gallery Grid Pro", "gallery-grid")
    assert (own / "aliases.csv").read_bytes() == b"alias_email,client_email\nann@home.example,ann@firm.example\n"
    assert aliases.stated(own, "product_aliases") == {
        'Gallery "Grid", Pro': "gallery-grid",
        "Gallery Grid Pro": "gallery-grid",
    }
    done = rebuild(warehouse=loaded, aliases=own)
    assert [file.account.inserted for file in done.files] == [1, 2]
    assert first_ticket(loaded) == ("ann@firm.example", "gallery-grid")


def test_a_file_stays_as_its_owner_writes_it(own):
    path = own / "aliases.csv"
    path.write_bytes(
        "\ufeffnote;client_email;alias_email\r\nmy; own;b@x.example;a@x.example".replace(
            "my; own", '"my; own"'
        ).encode()
    )
    aliases.accept(own, "aliases", "c@x.example", "b@x.example")
    assert path.read_bytes().decode() == (
        '\ufeffnote;client_email;alias_email\r\n"my; own";b@x.example;a@x.example\r\n;b@x.example;c@x.example\r\n'
    )
    assert aliases.stated(own, "aliases") == {"a@x.example": "b@x.example", "c@x.example": "b@x.example"}
    aliases.take_back(own, "aliases", "A@x.example")
    assert path.read_bytes().decode() == "\ufeffnote;client_email;alias_email\r\n;b@x.example;c@x.example\r\n"
    assert sorted(left.name for left in own.iterdir()) == [".aliases.lock", "aliases.csv"]


@pytest.mark.parametrize(
    ("text", "stands_for", "message"),
    [
        ("a@x.example", "z@x.example", "a@x.example stands for b@x.example already; take that back first"),
        ("c@x.example", "a@x.example", "c@x.example cannot stand for a@x.example: that leads back to c@x.example"),
        ("z@x.example", "Z@x.example", "z@x.example cannot stand for z@x.example: that leads back to z@x.example"),
        ("z@x.example", " ", "'' is no name or address; write one, in one line"),
        ("z@x.example\nevil@x.example", "a@x.example", "is no name or address; write one, in one line"),
    ],
)
def test_what_would_make_no_sense_is_refused(own, text, stands_for, message):
    path = own / "aliases.csv"
    path.write_text("alias_email,client_email\na@x.example,b@x.example\nb@x.example,c@x.example\n")
    before = path.read_bytes()
    with pytest.raises(AliasError) as caught:
        aliases.accept(own, "aliases", text, stands_for)
    assert message in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"alias_email,client\n", "the header must be alias_email,client_email"),
        (b"alias_email,client_email\na,b,c\n", "row 1 has 3 cells, the header 2"),
        (b'alias_email,client_email\na,"b\n', "a row is torn: unexpected end of data"),
        (b"alias_email,client_email\n\xe9,b\n", "cannot be read: it is no UTF-8 text"),
    ],
)
def test_a_file_that_is_not_understood_is_not_written(own, content, message):
    (own / "aliases.csv").write_bytes(content)
    with pytest.raises(AliasError) as caught:
        aliases.accept(own, "aliases", "c@x.example", "b@x.example")
    assert str(caught.value) == f"{own / 'aliases.csv'}: {message}"
    assert (own / "aliases.csv").read_bytes() == content


def test_a_suggestion_is_turned_down_once(own):
    for _ in range(2):
        aliases.turn_down(own, "a@x.example", "b, the other@x.example")
    assert aliases.turned_down(own) == {("a@x.example", "b, the other@x.example")}
    assert (own / "not_the_same.csv").read_text() == 'text,is_not\na@x.example,"b, the other@x.example"\n'


def test_who_writes_at_the_same_time_loses_nothing(own):
    """Four processes add five rows each."""
    program = (
        "import sys; from pathlib import Path; from etl.aliases import accept\n"
        "for number in range(5): accept(Path(sys.argv[1]), 'aliases', f'{sys.argv[2]}{number}@x.example', 'b@x.example')"
    )
    root = Path(__file__).parent.parent
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(own), name], cwd=root, env=os.environ) for name in "pqrs"
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert len(aliases.stated(own, "aliases")) == 20


def test_a_folder_that_cannot_be_written_is_said(tmp_path, own, monkeypatch):
    (tmp_path / "file").write_text("")
    inside = tmp_path / "file" / "own"
    with pytest.raises(AliasError, match="own: cannot be written: Not a directory"):
        aliases.accept(inside, "aliases", "a@x.example", "b@x.example")
    assert aliases.why_not_writable(inside) == f"{tmp_path / 'file'} is no folder"
    assert aliases.why_not_writable(own / "new") == ""
    monkeypatch.setattr("etl.aliases.os.access", lambda path, mode: False)
    assert aliases.why_not_writable(own) == f"{own} can only be read"
