"""IDX files, plain or gzipped: MNIST and what follows its layout.

Layout: "THE IDX FILE FORMAT" on the page of the MNIST database (LeCun, Cortes, Burges): two zero
bytes, a type, the number of dimensions, each dimension as a big-endian 32-bit integer, the data.
Gzip: RFC 1952.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import zlib
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values, size_of
from studio.data.containers.spool import MAX_RATIO, unpack

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""The type byte and the NumPy type that it stands for."""

_GZIP = b"\x1f\x8b"
_MAX_DIMENSIONS = 8
_ORDERS = {1: "", 2: "np", 3: "nhw", 4: "nhwc"}


class Idx(Container):
    """One array, named by nothing: its selector is the row alone, ``@17``."""

    kind: ClassVar[str] = "idx"
    title: ClassVar[str] = "IDX file"

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        found = os.stat(file)
        self._size = found.st_size
        self._key = f"{os.path.abspath(file)} {found.st_size} {found.st_mtime_ns}"
        with open(file, "rb") as opened:
            self.is_packed = opened.read(2) == _GZIP
            opened.seek(0)
            stream = gzip.GzipFile(fileobj=opened) if self.is_packed else opened
            dtype, shape, self._begin = read_header(stream, file)
        self.arrays[""] = Stored("", shape, dtype, _ORDERS.get(len(shape), ""))

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        if head.startswith(_GZIP):
            try:
                head = gzip.GzipFile(fileobj=io.BytesIO(_whole_head(file))).read(4)
            except (OSError, EOFError, ValueError, zlib.error):
                return False
        return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in TYPES and 0 < head[3] < 9

    def rows_there(self, name: str = "", axes: str = "") -> int:
        """How many rows the file really has, as far as can be told without unpacking it all.

        The last four bytes of a gzip file are the size of its content: where they do not fit,
        it is unpacked and counted.
        """
        stored = self.arrays[""]
        row = max(1, size_of(stored.shape[1:], stored.dtype))
        if not self.is_packed:
            return max(0, min(stored.shape[0], (self._size - self._begin) // row))
        if self._says_complete(self._begin + stored.nbytes):
            return stored.shape[0]
        return len(self.values("").array)

    def _says_complete(self, expected: int) -> bool:
        if self._size < 18 or expected > self._size * MAX_RATIO:
            return False
        with open(self.file, "rb") as opened:
            opened.seek(-4, io.SEEK_END)
            said = struct.unpack("<I", opened.read(4))[0]
        return bool(said == expected % (1 << 32))

    def _open(self, stored: Stored) -> Values:
        if self.is_packed:
            with gzip.open(self.file, "rb") as stream:
                stream.read(self._begin)
                return unpack(stream, self._size, stored.shape, stored.dtype, self._key, self.file)
        there = self.rows_there()
        shape = (there, *stored.shape[1:])
        if not size_of(shape, stored.dtype):
            return Values(np.zeros(shape, stored.dtype), stored.shape)
        array = np.memmap(self.file, stored.dtype, "r", self._begin, shape)
        return Values(array, stored.shape)


def read_header(
    stream: IO[bytes] | gzip.GzipFile, file: Path
) -> tuple[np.dtype[Any], tuple[int, ...], int]:
    """Type, shape and the place where the data begin. Raises PictureError."""
    name = display_name(file.name)
    head = stream.read(4)
    if len(head) < 4:
        raise PictureError(
            f"“{name}” is cut off: it ends in its header.", "Copy or download it again.",
            kind="truncated",
        )  # fmt: skip
    if head[:2] != b"\0\0" or head[2] not in TYPES or not 0 < head[3] <= _MAX_DIMENSIONS:
        raise PictureError(f"“{name}” does not begin as an IDX file does.")
    sides = stream.read(4 * head[3])
    if len(sides) < 4 * head[3]:
        raise PictureError(
            f"“{name}” is cut off: it ends in its header.", "Copy or download it again.",
            kind="truncated",
        )  # fmt: skip
    shape = struct.unpack(f">{head[3]}I", sides)
    return np.dtype(TYPES[head[2]]), shape, 4 + len(sides)


def _whole_head(file: Path) -> bytes:
    """Enough of a gzip file for its first bytes: a header may carry a name and a comment."""
    with open(file, "rb") as opened:
        return opened.read(1 << 16)
