"""What is inside a zip or tar, one member at a time, with memory that a header cannot choose."""

from __future__ import annotations

import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from studio.core.paths import display_name
from studio.data.archive_streams import ArchiveError, Bounded, Reading, unpacking_stream

__all__ = ["ArchiveError", "Member", "is_tar", "is_zip", "tar_members", "zip_members"]

MAX_DIRECTORY = 512 * 2**20
"""Bytes of a zip's list of members, which is held in memory."""

_TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")


@dataclass(frozen=True)
class Member:
    """A file or folder inside. ``size`` in bytes as its header says; ``name`` as it stands."""

    name: str
    size: int
    is_folder: bool
    open: Callable[[], Reading]


def is_zip(file: Path) -> bool:
    """Whether name and first bytes are those of a zip. Raises OSError."""
    if file.suffix.lower() != ".zip":
        return False
    with open(file, "rb") as opened:
        return opened.read(4) in (b"PK\3\4", b"PK\5\6")


def is_tar(file: Path) -> bool:
    """Whether name and first bytes are those of a tar, packed or not. Raises OSError."""
    if not file.name.lower().endswith(_TAR_ENDINGS):
        return False
    with open(file, "rb") as opened:
        head = opened.read(512)
    packed = head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"))
    return packed or (len(head) == 512 and _is_tar_header(head))


def _is_tar_header(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return not any(head)  # an empty archive begins with its end
    return True


# --- zip ------------------------------------------------------------------------------------------


def zip_members(raw: IO[bytes], limit: int, claim: Callable[[int], None]) -> Iterator[Member]:
    """The members of a zip, every one checked before the first is given.

    Args:
        claim: told the bytes that all headers together promise; may raise.

    Raises:
        ArchiveError: links, devices, passwords, too many members, an unusual packing.
        ValueError: it is damaged.
    """
    _check_directory(raw, limit)
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, struct.error, OSError) as error:
        raise ValueError(str(error)) from error
    with archive:
        for info in archive.infolist():
            _check_zip_member(info)
        claim(sum(info.file_size for info in archive.infolist()))
        for info in archive.infolist():
            opening = partial(_zip_file, archive, info)
            yield Member(_zip_name(info), info.file_size, info.is_dir(), opening)


def _check_directory(raw: IO[bytes], limit: int) -> None:
    """Look at the list of members before anything makes objects of it.

    Layout: APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16.
    """
    size = raw.seek(0, os.SEEK_END)
    start = max(0, size - 65_557)
    raw.seek(start)
    tail = raw.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        raise ValueError("no end of the list of members")
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    wide = at - 76  # the record of large archives stands before its own pointer
    if tail[at - 20 : at - 16] == b"PK\6\7" and tail[wide : wide + 4] == b"PK\6\6":
        length, at = int.from_bytes(tail[wide + 40 : wide + 48], "little"), wide
    if length > min(size, MAX_DIRECTORY):
        raise ArchiveError("its list of members is far too long.")
    raw.seek(max(0, start + at - length))
    found = 0
    while length > 0 and (block := raw.read(min(length, 2**20))):
        length -= len(block)
        found += block.count(b"PK\1\2")
        if found > limit:
            raise ArchiveError(f"it holds more than {limit:,} files.")
    raw.seek(0)


def _check_zip_member(info: zipfile.ZipInfo) -> None:
    name = display_name(info.filename)
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError(f"“{name}” in it is a link or a device.")
    if info.flag_bits & 1:
        raise ArchiveError("it is locked with a password.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        raise ArchiveError(f"“{name}” in it is packed in an unusual way.")


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name; without the flag for UTF-8 the bytes count, since most writers forget it."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with_bytes = name.encode("cp437", "replace")
        name = with_bytes.decode("utf-8", "surrogateescape")
    # Old writers on Windows separate with backslashes, against the specification.
    return name.replace("\\", "/") if info.create_system == 0 else name


def _zip_file(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Reading:
    try:
        return Reading(archive.open(info))
    except (zipfile.BadZipFile, RuntimeError, struct.error, OSError) as error:
        raise ValueError(str(error)) from error


# --- tar ------------------------------------------------------------------------------------------


def tar_members(raw: IO[bytes]) -> Iterator[Member]:
    """The members of a tar in their order; each must be read before the next is asked for.

    Raises:
        ArchiveError: links, devices, sparse files, headers without measure.
        ValueError, EOFError: it is damaged.
    """
    stream = Bounded(unpacking_stream(raw))
    try:
        # Headers only; contents come through the same bounded stream.
        archive = tarfile.TarFile(
            fileobj=stream, mode="r", encoding="utf-8", errors="surrogateescape"
        )
        while (info := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
            yield _tar_member(archive, info)
        if stream.block != bytes(tarfile.BLOCKSIZE):
            raise EOFError("the end of the archive is missing")
        stream.check_end()
    except (tarfile.TarError, struct.error) as error:
        raise ValueError(str(error)) from error
    except OSError as error:
        if error.errno is None:  # gzip and bz2 speak of damaged content so
            raise ValueError(str(error)) from error
        raise


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    name = display_name(info.name)
    if info.issparse():
        raise ArchiveError(f"“{name}” in it is a file with holes.")
    if not (info.isreg() or info.isdir()):
        raise ArchiveError(f"“{name}” in it is a link or a device.")
    if info.size < 0:
        raise ValueError(f"{name} has a negative size")
    return Member(info.name, info.size, info.isdir(), lambda: _tar_file(archive, info))


def _tar_file(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Reading:
    content = archive.extractfile(info)
    if content is None:
        raise ValueError(f"{info.name} has no content")
    return Reading(content)
