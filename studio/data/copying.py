"""Copying pictures into a folder: whole or not at all, never twice, and never over another one."""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from studio.core.control import Control
from studio.core.errors import PictureError, StorageError, storage_error
from studio.core.files import storage_errors
from studio.data.file_names import FreeNames, safe_file_name, safe_name
from studio.data.names import begins_like_picture, is_picture_name
from studio.data.twins import Twins, digest_of

_COPYING = "copying pictures"


@dataclass(frozen=True)
class Added:
    """What came of adding pictures.

    Attributes:
        paths: the new files, relative to the root, in the order of their sources.
        already: so many were there before, byte for byte.
        refused: name of a source and why it was not taken.
        stopped: the person stopped it; what was copied until then is in ``paths``.
        error: the disk refused in the middle; None where it did not.
    """

    paths: tuple[str, ...] = ()
    already: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    stopped: bool = False
    error: StorageError | None = None


def expanded(
    sources: Sequence[str | Path], control: Control | None
) -> tuple[list[Path], list[tuple[str, str]]]:
    """Files that may be pictures, those of folders included, and what is refused at once."""
    from studio.data.walk import Pictures, Walker

    files: list[Path] = []
    refused: list[tuple[str, str]] = []
    for source in sources:
        path = Path(source)
        if path.is_dir():
            walker, found = Walker(path, control=control, strict=False), Pictures()
            walker.collect("", found)
            walker.follow_links()
            found.sort()
            files += [path / p for p in found.paths]
            refused += [(p.path or path.name, p.message) for p in walker.problems]
        else:
            files.append(path)
    return files, refused


class Copier:
    """Copies into one folder of a data set, under free names."""

    def __init__(self, root: Path, folder: str) -> None:
        self._folder, self._place = folder, root / folder if folder else root
        with storage_errors(_COPYING):
            self._twins = Twins(self._place, deep=bool(folder))
            self._names = FreeNames(os.listdir(self._place))
        self._paths: list[str] = []
        self._already = 0

    def added(self, refused: list[tuple[str, str]]) -> Added:
        """What was done until now."""
        return Added(tuple(self._paths), self._already, tuple(refused))

    def take_file(self, source: Path) -> None:
        """Copy one file. Raises PictureError where it is no picture, StorageError."""
        size = _checked(source)
        try:
            digest = digest_of(source)
        except OSError as error:
            raise PictureError(f"It could not be read ({error.strerror or error}).") from error
        if self._twins.has(size, digest):
            self._already += 1
            return
        temporary = self._temporary(source.suffix)
        try:
            with storage_errors(_COPYING):
                _copy(source, temporary)
                self._settle(temporary, safe_file_name(source.name))
        finally:
            with suppress(OSError):
                temporary.unlink()
        self._twins.add(size, digest)

    def take_bytes(self, content: bytes, name: str) -> None:
        """Write one file. Raises StorageError."""
        temporary = self._temporary(os.path.splitext(name)[1])
        try:
            with storage_errors("saving a picture"), temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with storage_errors("saving a picture"):
                self._settle(temporary, name)
        finally:
            with suppress(OSError):
                temporary.unlink()

    def _temporary(self, ending: str) -> Path:
        return self._place / f".new-{uuid.uuid4().hex[:12]}{safe_name(ending.lstrip('.'), 'x')}"

    def _settle(self, temporary: Path, name: str) -> None:
        """Give a complete file its name, one that nobody has taken in between either."""
        while True:
            free = self._names.take(name)
            target = self._place / free
            try:
                target.open("xb").close()
            except FileExistsError:
                continue
            try:
                os.replace(temporary, target)
            except OSError:
                target.unlink()
                raise
            self._paths.append(f"{self._folder}/{free}" if self._folder else free)
            return


def _copy(source: Path, target: Path) -> None:
    """Copy the bytes. Raises OSError of the target; of the source, PictureError."""
    try:
        reader = source.open("rb")
    except OSError as error:
        raise PictureError(f"It could not be read ({error.strerror or error}).") from error
    with reader, target.open("xb") as writer:
        while True:
            try:
                block = reader.read(1 << 20)
            except OSError as error:
                raise PictureError(f"It could not be read ({error.strerror or error}).") from error
            if not block:
                return
            writer.write(block)


def _checked(source: Path) -> int:
    """The size of a file in bytes. Raises PictureError where it is no picture."""
    from studio.data.pixels import info

    try:
        found = source.stat()
        if not stat.S_ISREG(found.st_mode):
            raise PictureError("It is no file.")
        if not found.st_size:
            raise PictureError("The file is empty (0 bytes).", kind="empty")
        if not is_picture_name(source.name) and not begins_like_picture(os.fspath(source)):
            raise PictureError("It is no picture.")
    except OSError as error:
        raise PictureError(storage_error(error, "reading it").message) from error
    except ValueError as error:  # a NUL in the name
        raise PictureError("It has no name that this system knows.") from error
    info(source)
    return found.st_size
