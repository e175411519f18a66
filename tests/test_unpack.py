"""Archives: what is in one is recognised like the files of a folder; what one could do to the machine is refused."""

import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

import etl.unpack
from etl.__main__ import main
from etl.load import LoadError, load
from etl.recognise import find_exports
from etl.unpack import ArchiveError, unpack

TICKETS = "ticket_id,opened_at\n1,2026-03-02T10:00:00Z\n"


def pack(path, members, method=zipfile.ZIP_DEFLATED):
    """Write an archive of {name or ZipInfo: content}."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content, method)
    return path


def test_members_are_recognised_like_the_files_of_a_folder(tmp_path):
    path = pack(
        tmp_path / "x.zip",
        {
            "2026/tickets.csv": TICKETS,
            "2026/march/posts.ndjson": '{"post_id": 1, "ticket_id": 1, "body": "x"}\n',
            "read me.txt": "x",
            "other.csv": "a,b\n1,2\n",
            "inner.zip": "x",
            "__MACOSX/2026/._tickets.csv": "x",
            ".DS_Store": "x",
            "empty/": "",
        },
    )
    exports, ignored = find_exports([path], tmp_path)
    assert [(export.file_name, export.dialect.name) for export in exports] == [
        ("x.zip/2026/march/posts.ndjson", "house_posts"),
        ("x.zip/2026/tickets.csv", "house_tickets"),
    ]
    assert {one.file_name: one.reason.partition(";")[0] for one in ignored} == {
        "x.zip/read me.txt": "not an export format",
        "x.zip/inner.zip": "an archive in an archive is not opened",
        "x.zip/other.csv": "no dialect fits",
    }


def test_archive_loads_and_leaves_nothing_behind(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "exports").mkdir()
    pack(tmp_path / "exports" / "x.ZIP", {"tickets.csv": TICKETS + "2,never\n"})
    done = load([tmp_path / "exports"], warehouse=tmp_path / "house", dry_run=True)
    assert [(file.file, file.account.inserted, file.account.rejected) for file in done.files] == [
        ("x.ZIP/tickets.csv", 1, 1)
    ]
    assert list((tmp_path / "temporary").iterdir()) == []


def link(name):
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"a.csv": TICKETS, "../b.csv": "x"},
            "the member '../b.csv' lies outside the archive; nothing of it is unpacked",
        ),
        ({"a/../../b.csv": "x"}, "the member 'a/../../b.csv' lies outside the archive; nothing of it is unpacked"),
        ({"/etc/b.csv": "x"}, "the member '/etc/b.csv' lies outside the archive; nothing of it is unpacked"),
        ({"C:/b.csv": "x"}, "the member 'C:/b.csv' lies outside the archive; nothing of it is unpacked"),
        ({"..\\b.csv": "x"}, "the member '..\\\\b.csv' lies outside the archive; nothing of it is unpacked"),
        ({link("b.csv"): "/etc/passwd"}, "the member 'b.csv' is a link to another file; nothing of it is unpacked"),
        (
            {"b.csv": "0" * 11_000_000},
            "would grow more than 200 times when unpacked, as no export does; unpack it yourself and load the folder",
        ),
    ],
)
def test_archive_that_is_no_export_is_not_unpacked(tmp_path, members, message):
    (tmp_path / "into").mkdir()
    path = pack(tmp_path / "x.zip", members)
    with pytest.raises(ArchiveError) as caught:
        unpack(path, "x.zip", tmp_path / "into", {".csv"})
    assert str(caught.value) == f"x.zip: {message}"
    assert list((tmp_path / "into").iterdir()) == []


def test_members_that_lie_over_one_another_are_measured_by_the_archive(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.csv": "".join(f"{n},{'ab,cde' * 60}\n" for n in range(20_000))})
    packed = path.read_bytes()
    at, end = packed.index(b"PK\x01\x02"), packed.index(b"PK\x05\x06")
    entry, tail = packed[at:end], packed[end:]
    entries = b"".join(entry.replace(b"a.csv", b"%c.csv" % letter) for letter in b"abcdefgh")
    tail = tail[:8] + struct.pack("<HHII", 8, 8, len(entries), at) + tail[20:]
    path.write_bytes(packed[:at] + entries + tail)
    (tmp_path / "into").mkdir()
    with pytest.raises(ArchiveError, match=r"^x.zip: would grow more than 200 times when unpacked"):
        unpack(path, "x.zip", tmp_path / "into", {".csv"})
    assert list((tmp_path / "into").iterdir()) == []


def test_member_that_holds_more_than_it_says_is_not_loaded(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.csv": TICKETS * 100})
    packed = path.read_bytes()
    at = packed.index(b"PK\x01\x02") + 24
    path.write_bytes(packed[:at] + struct.pack("<I", 50) + packed[at + 4 :])
    with pytest.raises(ArchiveError) as caught:
        unpack(path, "x.zip", tmp_path, {".csv"})
    said = "cannot be read as a zip archive: Bad CRC-32 for file 'a.csv'; pack or download it again"
    assert str(caught.value) == f"x.zip: {said}"


def test_member_that_is_cut_says_so(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.csv": TICKETS * 100}, zipfile.ZIP_STORED)
    packed = path.read_bytes()
    at = packed.index(b"PK\x01\x02") + 20
    path.write_bytes(packed[:at] + struct.pack("<II", 9_000, 9_000) + packed[at + 8 :])
    with pytest.raises(ArchiveError) as caught:
        unpack(path, "x.zip", tmp_path, {".csv"})
    said = "cannot be read as a zip archive: it ends in the middle of a member; pack or download it again"
    assert str(caught.value) == f"x.zip: {said}"


def test_one_member_that_grows_beyond_measure_is_named(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.csv": "0" * 11_000_000})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("b.csv", TICKETS * 3000)
    with pytest.raises(ArchiveError, match=r"^x.zip: the member 'a.csv' would grow more than 200 times when unpacked"):
        unpack(path, "x.zip", tmp_path, {".csv"})


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("MOST_MEMBERS", 1, "x.zip: holds 2 files, more than 1; unpack it yourself and load the folder"),
        (
            "MOST_UNPACKED_BYTES",
            10,
            "x.zip: holds 0.0 GiB unpacked, more than 0; unpack it yourself and load the folder",
        ),
    ],
)
def test_limits(tmp_path, monkeypatch, limit, value, message):
    path = pack(tmp_path / "x.zip", {"a.csv": TICKETS, "b.csv": TICKETS})
    monkeypatch.setattr(etl.unpack, limit, value)
    with pytest.raises(ArchiveError) as caught:
        unpack(path, "x.zip", tmp_path, {".csv"})
    assert str(caught.value) == message


def test_small_file_of_one_line_may_pack_to_nothing(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.csv": "a,b\n" + "0,0\n" * 1_000_000})
    (found,) = unpack(path, "x.zip", tmp_path, {".csv"})[0]
    assert found[0].stat().st_size == 4_000_004


def test_encrypted_and_doubled_members_are_refused(tmp_path):
    path = pack(tmp_path / "x.zip", {"a.csv": TICKETS})
    packed = path.read_bytes()
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.index(mark) + flag
        packed = packed[:at] + b"\x01" + packed[at + 1 :]
    path.write_bytes(packed)
    with pytest.raises(ArchiveError) as caught:
        unpack(path, "x.zip", tmp_path, {".csv"})
    assert str(caught.value) == "x.zip: the member 'a.csv' is encrypted; unpack it yourself and load the folder"
    pack(path, {"a.csv": TICKETS})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.csv", TICKETS)
    with pytest.raises(ArchiveError, match=r"^x.zip: the member 'a.csv' is there twice; "):
        unpack(path, "x.zip", tmp_path, {".csv"})


@pytest.mark.parametrize(
    "damage", [lambda packed: b"no zip", lambda packed: packed[:40], lambda packed: packed[:60] + b"xxx" + packed[63:]]
)
def test_damaged_archive_says_so(tmp_path, damage):
    path = pack(tmp_path / "x.zip", {"a.csv": TICKETS * 100})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ArchiveError, match=r"^x.zip: cannot be read as a zip archive: .*; pack or download it again$"):
        unpack(path, "x.zip", tmp_path, {".csv"})


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "x.zip: holds nothing that can be loaded; it is empty"),
        (
            {"a.pdf": "x"},
            "x.zip: holds nothing that can be loaded: x.zip/a.pdf: not an export format; CSV, TSV, XLSX, ODS, JSON, NDJSON, "
            "Parquet and ZIP files are read",
        ),
        ({"a.csv": "a,b\n"}, "x.zip: holds nothing that can be loaded: x.zip/a.csv: no dialect fits; "),
    ],
)
def test_named_archive_without_an_export_is_an_error(tmp_path, capsys, members, message):
    path = pack(tmp_path / "x.zip", members)
    assert main(["load", str(path), "--warehouse", str(tmp_path / "house")]) == 1
    assert f"error: {message}" in capsys.readouterr().err


def test_archive_in_a_folder_that_cannot_be_opened_is_listed(tmp_path):
    (tmp_path / "tickets.csv").write_text(TICKETS)
    (tmp_path / "x.zip").write_text("no zip")
    exports, ignored = find_exports([tmp_path], Path(tempfile.gettempdir()))
    assert [export.file_name for export in exports] == ["tickets.csv"]
    assert [one.file_name for one in ignored] == ["x.zip"]
    with pytest.raises(ArchiveError):
        find_exports([tmp_path / "x.zip"], tmp_path)
    with pytest.raises(LoadError):
        find_exports([tmp_path / "none.zip"], tmp_path)
