"""Unpack an archive of exports, after looking at what it says it holds: nothing is unpacked on trust.

An archive can be made to fill a disk, or to write where it likes. So its list of members is
checked before the first byte, members are written under names of our own, and no more of each
than it has declared. What is in it is then recognised like the files of a folder.
"""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath
from zlib import error as ZlibError  # noqa: N812 - it is an exception

from etl import EtlError

ARCHIVES = {".zip"}
MOST_MEMBERS = 10_000
MOST_UNPACKED_BYTES = 20 * 2**30
# Exports pack to a tenth, logs to a fiftieth; what packs to less than a two-hundredth is made to.
MOST_RATIO = 200
# Below this a ratio means nothing: a small file of one repeated line packs to almost none.
RATIO_FROM_BYTES = 10 * 2**20
IS_ENCRYPTED = 0x1


class ArchiveError(EtlError):
    """An archive is not opened; the message says why and what to do."""


def unpack(archive: Path, name: str, into: Path, wanted: set[str]) -> tuple[list[tuple[Path, str]], list[str]]:
    """Unpack the members with a wanted suffix; return [(file, its name)], and the names of the others.

    Names are those in the archive after the archive's own: `name/folder/member.csv`. Raises
    ArchiveError for what is no archive, is damaged or encrypted, or is larger than the limits above.
    """
    unpacked, others = [], []
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check(members, name, archive.stat().st_size)
            for number, member in enumerate(members):
                path = PurePosixPath(member.filename)
                if any(part.startswith((".", "~$")) or part == "__MACOSX" for part in path.parts):
                    continue
                known_as = f"{name}/{path.as_posix()}"
                if path.suffix.lower() not in wanted:
                    others.append(known_as)
                    continue
                target = into / f"{number}{path.suffix.lower()}"
                with opened.open(member) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file, 1 << 20)
                unpacked.append((target, known_as))
    except (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        why = str(error) or "it ends in the middle of a member"
        raise ArchiveError(f"{name}: cannot be read as a zip archive: {why}; pack or download it again") from error
    except OSError as error:
        raise ArchiveError(f"{name}: cannot be unpacked: {error.strerror or error}") from error
    return sorted(unpacked, key=lambda one: one[1]), others


def _check(members: list[zipfile.ZipInfo], name: str, size: int) -> None:
    """Raise ArchiveError when an archive of `size` bytes declares what is not to be unpacked."""
    by_hand = "unpack it yourself and load the folder"
    if len(members) > MOST_MEMBERS:
        raise ArchiveError(f"{name}: holds {len(members):,} files, more than {MOST_MEMBERS:,}; {by_hand}")
    total = sum(member.file_size for member in members)
    if total > MOST_UNPACKED_BYTES:
        said = f"{total / 2**30:,.1f} GiB unpacked, more than {MOST_UNPACKED_BYTES / 2**30:,.0f}"
        raise ArchiveError(f"{name}: holds {said}; {by_hand}")
    # Measured by the archive itself: members may say that they are larger, or lie over one another.
    if total > RATIO_FROM_BYTES and total > MOST_RATIO * size:
        raise ArchiveError(
            f"{name}: would grow more than {MOST_RATIO} times when unpacked, as no export does; {by_hand}"
        )
    seen = set()
    for member in members:
        said = f"{name}: the member {member.filename!r}"
        if member.flag_bits & IS_ENCRYPTED:
            raise ArchiveError(f"{said} is encrypted; {by_hand}")
        path, windows = PurePosixPath(member.filename), PureWindowsPath(member.filename)
        if path.is_absolute() or windows.drive or windows.root or ".." in windows.parts:
            raise ArchiveError(f"{said} lies outside the archive; nothing of it is unpacked")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ArchiveError(f"{said} is a link to another file; nothing of it is unpacked")
        if member.file_size > RATIO_FROM_BYTES and member.file_size > MOST_RATIO * member.compress_size:
            raise ArchiveError(
                f"{said} would grow more than {MOST_RATIO} times when unpacked, as no export does; {by_hand}"
            )
        if member.filename in seen:
            raise ArchiveError(f"{said} is there twice; {by_hand}")
        seen.add(member.filename)
