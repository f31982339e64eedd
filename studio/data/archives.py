"""Zip and tar archives that hold a data set: unpacked into the cache, where nothing can escape.

An archive is data of a stranger. Each name is checked before anything is written, files are made
new and never replaced, and what comes out is counted while it comes, whatever the headers claim.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from lzma import LZMAError
from pathlib import Path
from typing import IO

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError, StorageError, storage_error
from studio.core.files import storage_errors
from studio.core.paths import cache_folder, display_name
from studio.data.archive_readers import (
    ArchiveError,
    Member,
    is_tar,
    is_zip,
    tar_members,
    zip_members,
)
from studio.data.file_names import is_device_name
from studio.data.names import is_hidden, is_picture_name

MAX_MEMBERS = 2_000_000
"""Files and folders in an archive; ImageNet's training part has 1,281,167."""

MAX_BYTES = 1 * 2**40
"""Bytes of everything that comes out."""

MAX_RATIO = 250
"""How many times larger than the archive its content may be; pictures hardly shrink at all."""

FREE_RATIO_BYTES = 64 * 2**20
"""Content of fewer bytes is no bomb, whatever its ratio (drawn pictures of one colour)."""

MIN_FREE = 256 * 2**20
"""Bytes that stay free on the disk of the cache."""

_CHUNK = 2**20
_READING_ERRORS = (
    EOFError, ValueError, OverflowError, RecursionError, NotImplementedError, zlib.error,
    LZMAError, UnicodeError, MemoryError,
)  # fmt: skip


def is_archive(path: Path | str) -> bool:
    """Whether a file is a zip or tar, by name and content. Other zips (``.npz``) are none."""
    file = Path(path)
    try:
        return file.is_file() and (is_zip(file) or is_tar(file))
    except OSError:
        return False


def unpacked(
    path: Path | str, progress: Progress = no_progress, control: Control | None = None
) -> Path:
    """The folder with what an archive holds, unpacked into the cache where it is not there yet.

    It is known by path, size and time of change, so a changed archive is unpacked anew and the
    older content goes. Folders that only wrap another one are skipped.

    Raises:
        DatasetError: it is no archive, damaged, locked, holds something that is refused (absolute
            paths, ``..``, links, devices), or far more than it seems. Nothing is left behind.
        StorageError: the disk is full or refuses. Nothing is left behind.
        Cancelled: asked for. Nothing is left behind.
    """
    file = Path(os.path.abspath(path))
    if not is_archive(file):
        raise DatasetError(
            f"“{display_name(file.name)}” is no zip or tar archive.",
            "Open the data set itself, or copy the archive again.",
        )
    place, name = _place(file)
    if not (place / name).is_dir():
        _unpack_to(file, place, name, progress, control)
    return _without_wrapping(place / name)


def _place(file: Path) -> tuple[Path, str]:
    """The folder of an archive's content and the name of the content inside it."""
    found = file.stat()
    where = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    state = f"{found.st_size}-{found.st_mtime_ns}"
    return cache_folder() / "archives" / where / state, _stem(file.name)


def _stem(name: str) -> str:
    for ending in (".zip", ".gz", ".bz2", ".xz", ".tgz", ".tbz2", ".txz", ".tar"):
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
    return name.strip(". ") or "archive"


def _unpack_to(
    file: Path, place: Path, name: str, progress: Progress, control: Control | None
) -> None:
    doing = f"unpacking “{display_name(file.name)}”"
    with storage_errors(doing):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=place.parent))
    try:
        with storage_errors(doing):
            (temporary / name).mkdir()
        _Unpacking(file, temporary / name, progress, control).run()
        with storage_errors(doing):
            temporary.chmod(0o755)
            for old in place.parent.iterdir():
                if old not in (temporary, place) and not old.name.startswith(".unpacking-"):
                    shutil.rmtree(old, ignore_errors=True)
            shutil.rmtree(place, ignore_errors=True)
            temporary.rename(place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class _Unpacking:
    """One run through an archive."""

    def __init__(
        self, file: Path, folder: Path, progress: Progress, control: Control | None
    ) -> None:
        self._file, self._folder = file, folder
        self._progress, self._control = progress, control
        self._size = max(1, file.stat().st_size)
        self._members = self._bytes = 0
        self._told = self._checked = 0.0

    def run(self) -> None:
        """Write every member, or raise and leave the folder to be removed."""
        name = display_name(self._file.name)
        try:
            with self._opened() as raw:
                found = (
                    zip_members(raw, MAX_MEMBERS, self._check_size)
                    if is_zip(self._file)
                    else tar_members(raw)
                )
                for member in found:
                    self._take(member)
                    self._tick(raw)
        except ArchiveError as error:
            raise DatasetError(f"“{name}” was not opened: {error}", error.hint) from error
        except _READING_ERRORS as error:
            raise DatasetError(
                f"The archive “{name}” is cut off or damaged.",
                "Download or copy it again.",
                f"{type(error).__name__}: {error}",
            ) from error
        if not self._members:
            raise DatasetError(f"The archive “{name}” is empty.", "Choose another one.")

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            raw = open(self._file, "rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise DatasetError(
                f"The archive “{display_name(self._file.name)}” could not be read.",
                "Check that the drive is connected and that you may read it.", repr(error),
            ) from error  # fmt: skip
        with raw:
            yield raw

    def _take(self, member: Member) -> None:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise ArchiveError(f"it holds more than {MAX_MEMBERS:,} files.")
        self._check_size(member.size)
        parts = safe_parts(member.name)
        if not parts:
            return
        try:
            target = self._folder.joinpath(*parts)
            if member.is_folder:
                target.mkdir(parents=True, exist_ok=True)
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            with _new_file(target) as out:
                self._copy(member, out)
        except (FileExistsError, NotADirectoryError) as error:
            raise ArchiveError(
                f"“{display_name(member.name)}” is a file and a folder in it."
            ) from error
        except OSError as error:
            raise storage_error(error, f"unpacking “{display_name(member.name)}”") from error

    def _copy(self, member: Member, out: IO[bytes]) -> None:
        left = member.size
        with member.open() as content:
            while chunk := content.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveError(
                        f"“{display_name(member.name)}” holds more than its header says."
                    )
                self._bytes += len(chunk)
                self._check_size(0)
                out.write(chunk)
                if self._control is not None:
                    self._control.checkpoint()
        if left > 0:
            raise EOFError(f"{member.name} lacks {left} bytes")

    def _check_size(self, more: int) -> None:
        """Refuse a bomb, by what came out so far and what the next header claims."""
        total = self._bytes + more
        if total > MAX_BYTES or (total > FREE_RATIO_BYTES and total > MAX_RATIO * self._size):
            raise ArchiveError(
                f"its content would be {total / self._size:,.0f} times as large as the archive.",
                "It looks like a trap. If you trust it, unpack it yourself and open the folder.",
            )
        if more or time.monotonic() - self._checked > 0.5:
            self._checked = time.monotonic()
            if shutil.disk_usage(self._folder).free < more + MIN_FREE:
                raise StorageError(
                    f"There is not enough room to unpack “{display_name(self._file.name)}”.",
                    "Free some space on the drive of the cache and try again.",
                )

    def _tick(self, raw: IO[bytes]) -> None:
        if self._control is not None:
            self._control.wait_while_paused()
            self._control.checkpoint()
        if (now := time.monotonic()) - self._told > 0.05:
            self._told = now
            done = min(raw.tell(), self._size)
            self._progress(done, self._size, f"Unpacking, {self._members:,} files")


def safe_parts(name: str) -> list[str]:
    """The parts of a member's name, all of which stay below the folder they are joined to.

    Raises:
        ArchiveError: it is absolute, names a drive, climbs with ``..``, or holds a zero byte.
    """
    # On Windows a backslash separates too; elsewhere it is a letter, but none of an honest path.
    both = name.replace("\\", "/")
    parts = (both if os.name == "nt" else name).split("/")
    leaves = both.startswith("/") or both[1:2] == ":" or "\0" in name
    leaves |= any(len(p) > 1 and not p.strip(". ") for p in both.split("/"))  # also “.. ”
    if os.name == "nt":  # streams behind a colon, and devices that are in every folder
        leaves |= ":" in name or any(map(is_device_name, parts))
    if leaves:
        raise ArchiveError(
            f"it would write to “{display_name(name)}”, outside its own folder.",
            "It looks like a trap. Do not open it.",
        )
    return [p for p in parts if p not in ("", ".")]


def _new_file(target: Path) -> IO[bytes]:
    """Make a file that was not there; of two members of one name the second gets a number."""
    wish, number = target, 1
    while True:
        try:
            return open(target, "xb")
        except FileExistsError:
            if wish.is_dir():
                raise
            number += 1
            target = wish.with_name(f"{wish.stem} ({number}){wish.suffix}")


def _without_wrapping(folder: Path) -> Path:
    """The folder that is the data set: ``flowers.zip`` often holds one folder ``flowers``."""
    with suppress(OSError):
        while True:
            entries = [e for e in os.scandir(folder) if not is_hidden(e.name)]
            if len(entries) != 1 or not entries[0].is_dir(follow_symlinks=False):
                break
            inner = [e for e in os.scandir(entries[0].path) if not is_hidden(e.name)]
            if not inner or all(not e.is_dir() and is_picture_name(e.name) for e in inner):
                break  # the only folder is a class, not a wrapping
            folder = Path(entries[0].path)
    return folder
