"""Compressed arrays, unpacked once: into memory, or into a file of the cache where they are large.

Never more is unpacked than the header declared, and never more is declared than the packed bytes
can hold, so a small file cannot fill memory or disk.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import cache_folder, display_name
from studio.data.containers.base import Values, size_of

log = logging.getLogger(__name__)

IN_MEMORY = 1 << 28
"""Bytes up to which an unpacked array is held in memory: MNIST needs 47 MB, CIFAR-100 154 MB."""

MAX_RATIO = 1040
"""DEFLATE packs no more than 1,032 bytes into one (RFC 1951: 258 bytes in 2 bits)."""

_KEPT = 4  # unpacked arrays that stay in the cache
_PART = 1 << 20


class Stream(Protocol):
    """What bytes are read from: ``read1`` gives what it has rather than wait for all."""

    def read1(self, size: int, /) -> bytes: ...


def unpack(
    stream: Stream, packed: int, shape: tuple[int, ...], dtype: np.dtype[Any], key: str, file: Path
) -> Values:
    """Read an array in C order from a stream that may end early.

    Args:
        stream: the unpacking stream; errors at its end count as the end.
        packed: bytes that it is packed into.
        key: names the array for the cache; holds the file's size and time of change.
        file: for messages.

    Returns:
        as many whole rows of the first axis as there are; ``declared`` has all.

    Raises:
        PictureError: there is no room for it.
    """
    needed = size_of(shape, dtype)
    row = size_of(shape[1:], dtype)
    possible = min(needed, packed * MAX_RATIO)
    rows = shape[0] if needed == possible else possible // max(1, row)
    if rows * row <= IN_MEMORY:
        array = np.zeros((rows, *shape[1:]), dtype)
        there = _fill(stream, array.reshape(-1).view(np.uint8).data) // max(1, row)
        return Values(array[: min(there, rows)], shape, array.nbytes)
    target = cache_folder() / "containers" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
    ready = _ready(target, shape, dtype)
    if ready is None:
        _write(stream, target, (rows, *shape[1:]), dtype, file)
        ready = _ready(target, shape, dtype)
    if ready is None:
        raise PictureError(f"“{display_name(file.name)}” could not be unpacked.", "Try again.")
    return ready


def _ready(target: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Values | None:
    try:
        array = np.load(target, mmap_mode="r", allow_pickle=False)
        if array.dtype != dtype or array.shape[1:] != shape[1:] or len(array) > shape[0]:
            return None
        with suppress(OSError):
            os.utime(target)
    except (OSError, ValueError, EOFError):
        return None
    return Values(array, shape)


def _write(
    stream: Stream, target: Path, shape: tuple[int, ...], dtype: np.dtype[Any], file: Path
) -> None:
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_space(target.parent, size_of(shape, dtype), file)
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=".npy", dir=target.parent)
        temporary = Path(name)
        row = size_of(shape[1:], dtype)
        with os.fdopen(handle, "w+b") as out:
            begin = _header(out, shape, dtype)
            there = _copy(stream, out, size_of(shape, dtype)) // max(1, row)
            out.truncate(begin + there * row)
            out.seek(0)
            _header(out, (there, *shape[1:]), dtype)
        os.replace(temporary, target)
        temporary = None
        _prune(target.parent)
    except OSError as error:
        raise _no_room(file, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


class ArrayFile:
    """An array ``(rows, numbers)`` that grows row by row: in memory, then in a file of the cache.

    Args:
        target: where it is kept once it is too large for memory.
        file: for messages.

    Raises:
        PictureError: there is no room for it.
    """

    def __init__(self, target: Path, numbers: int, dtype: np.dtype[Any], file: Path) -> None:
        self.held = 0
        self._target, self._file = target, file
        self._numbers, self._dtype = numbers, dtype
        self._rows = 0
        self._parts: list[NDArray[Any]] = []
        self._out: Any = None
        self._temporary: Path | None = None

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(self, *_: object) -> None:
        if self._out is not None:
            self._out.close()
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.unlink()

    def append(self, rows: NDArray[Any]) -> None:
        """Add ``(k, numbers)`` of the array's type."""
        self._rows += len(rows)
        try:
            if self._out is not None:
                self._out.write(np.ascontiguousarray(rows).data)
                return
            self._parts.append(rows)
            self.held += rows.nbytes
            if self.held > IN_MEMORY:
                self._spill()
        except OSError as error:
            raise _no_room(self._file, error) from error

    def _spill(self) -> None:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        _check_space(self._target.parent, self._file.stat().st_size, self._file)
        handle, name = tempfile.mkstemp(prefix=".new-", suffix=".npy", dir=self._target.parent)
        self._temporary = Path(name)
        self._out = os.fdopen(handle, "w+b")
        _header(self._out, (self._rows, self._numbers), self._dtype)
        for part in self._parts:
            self._out.write(np.ascontiguousarray(part).data)
        self._parts, self.held = [], 0

    def done(self) -> NDArray[Any]:
        """The whole array, mapped where it lies in the cache."""
        shape = (self._rows, self._numbers)
        if self._out is None:
            return np.concatenate(self._parts) if self._parts else np.zeros(shape, self._dtype)
        try:
            self._out.seek(0)
            _header(self._out, shape, self._dtype)
            self._out.close()
            assert self._temporary is not None
            os.replace(self._temporary, self._target)
            self._temporary = None
            _prune(self._target.parent)
            found: NDArray[Any] = np.load(self._target, mmap_mode="r", allow_pickle=False)
            return found
        except (OSError, ValueError) as error:
            raise _no_room(self._file, error) from error


def _no_room(file: Path, error: Exception) -> PictureError:
    return PictureError(
        f"There was no room to unpack “{display_name(file.name)}”.",
        "Free some space on the disk.", repr(error),
    )  # fmt: skip


def _header(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Write the header of an array file; NumPy pads it so that the count of rows may change."""
    descr = np.lib.format.dtype_to_descr(dtype)
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(out, header)
    return int(out.tell())


def _check_space(folder: Path, needed: int, file: Path) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free // 2:
        raise PictureError(
            f"“{display_name(file.name)}” needs {needed / 1e9:,.1f} GB when it is unpacked, more "
            "than half of what is free on the disk.",
            "Free some space on the disk.",
        )


def _fill(stream: Stream, target: memoryview) -> int:
    done = 0
    while done < len(target):
        part = _next(stream, len(target) - done)
        if not part:
            break
        target[done : done + len(part)] = part
        done += len(part)
    else:
        _check_end(stream)
    return done


def _copy(stream: Stream, out: Any, most: int) -> int:
    done = 0
    while done < most:
        part = _next(stream, most - done)
        if not part:
            return done
        done += out.write(part)
    _check_end(stream)
    return done


def _next(stream: Stream, most: int) -> bytes:
    try:
        return stream.read1(min(_PART, most))
    except Exception as error:  # cut or damaged: what came before it is still good
        log.info("A packed array ends early: %r", error)
        return b""


def _check_end(stream: Stream) -> None:
    """Reading past the last number lets the stream compare its checksum."""
    try:
        stream.read1(1)
    except EOFError:  # the checksum itself is cut off; the pictures are complete
        return
    except Exception as error:
        raise PictureError(
            "The file is damaged: its checksum does not fit.", "Copy or download it again.",
            repr(error),
        ) from error  # fmt: skip


def _prune(folder: Path) -> None:
    with suppress(OSError):
        files = sorted(folder.glob("*.npy"), key=lambda f: f.stat().st_mtime)
        for old in files[:-_KEPT]:
            with suppress(OSError):
                old.unlink()
