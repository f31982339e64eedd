"""The fields of a struct in a MATLAB file of version 5 to 7.2, as far as they are arrays.

Layout: "MAT-File Format" (The MathWorks), structures: the length of a field's name, all names,
then for each field a matrix without a name. EMNIST (Cohen and others, 2017) is published so:
``dataset.train.images``, ``dataset.train.labels``, ``dataset.mapping``.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from studio.core.errors import PictureError

_MATRIX = 14
_STRUCT = 2
_OPAQUE = (17,)
_MAX_DEPTH = 8
_MAX_FIELDS = 10_000
_MAX_NAME = 256
_MAX_HEAD = 1 << 20  # bytes of the names of all fields, or of the sizes


class _Skipping(Protocol):
    def read(self, size: int) -> bytes: ...

    def skip(self, size: int) -> None: ...


@dataclass(frozen=True)
class Field:
    """Where a field's numbers begin: in the file, or in the unpacked element; ``stored`` is their
    type and ``size`` their bytes."""

    name: str
    kind: int
    flags: int
    shape: tuple[int, ...]
    begin: int
    stored: int
    size: int


class Cursor:
    """A place in a file, or in a stream that only goes forward."""

    def __init__(
        self,
        order: str,
        place: int,
        data: mmap.mmap | None = None,
        stream: _Skipping | None = None,
    ) -> None:
        self.place = place
        self._data, self._stream = data, stream
        self._words = "little" if order == "<" else "big"
        self.numbers = np.dtype(f"{order}i4")

    def read(self, size: int) -> bytes:
        """The next bytes. Raises PictureError where there are not so many."""
        if self._stream is not None:
            found = self._stream.read(size)
        else:
            assert self._data is not None
            found = self._data[self.place : self.place + size]
        if len(found) < size:
            raise PictureError(
                "A struct of the MATLAB file is cut off.", "Copy or download it again.",
                kind="truncated",
            )  # fmt: skip
        self.place += size
        return found

    def go(self, place: int) -> None:
        """Leave out everything up to a later place."""
        if place < self.place:
            raise PictureError("A struct of the MATLAB file lies about its size.")
        if self._stream is not None:
            self._stream.skip(place - self.place)
        self.place = place

    def word(self, four: bytes) -> int:
        """Four bytes as a number."""
        return int.from_bytes(four, self._words)  # type: ignore[arg-type]

    def tag(self) -> tuple[int, int, bytes | None]:
        """Type, size, and the content where it lies in the tag itself."""
        eight = self.read(8)
        first = self.word(eight[:4])
        if first >> 16:
            return first & 0xFFFF, first >> 16, eight[4 : 4 + (first >> 16)]
        return first, self.word(eight[4:]), None

    def element(self) -> bytes:
        """The content of a small element; goes to the next."""
        _, size, inside = self.tag()
        if inside is not None:
            return inside
        if size > _MAX_HEAD:
            raise PictureError("A struct of the MATLAB file lies about its size.")
        return self.read(-(-size // 8) * 8)[:size]


def fields_of(cursor: Cursor, name: str, count: int, depth: int = 0) -> Iterator[Field]:
    """The fields of one struct, whose list of names begins at the cursor.

    Args:
        name: of the struct, which stands before those of the fields.
        count: how many structs it is; fields are read where it is one.

    Raises:
        PictureError: it is cut off, nested too deeply or lies.
    """
    if count != 1:
        return
    if depth > _MAX_DEPTH:
        raise PictureError("The structs of the MATLAB file are nested too deeply.")
    length = cursor.word(cursor.element()[:4].ljust(4, b"\0"))
    names = cursor.element()
    if not 0 < length <= _MAX_NAME or len(names) > length * _MAX_FIELDS:
        raise PictureError("A struct of the MATLAB file has impossible names.")
    for start in range(0, len(names) - length + 1, length):
        text = names[start : start + length].partition(b"\0")[0].decode("utf-8", "replace")
        kind, size, inside = cursor.tag()
        end = cursor.place + size
        if kind != _MATRIX or inside is not None:
            raise PictureError("A struct of the MATLAB file is damaged.")
        if size:
            yield from _field(cursor, f"{name}/{text}", depth)
        cursor.go(end)


def _field(cursor: Cursor, name: str, depth: int) -> Iterator[Field]:
    flags = cursor.element().ljust(4, b"\0")
    word = cursor.word(flags[:4])
    kind = word & 0xFF
    if kind in _OPAQUE:
        yield Field(name, kind, 0, (), 0, 0, 0)
        return
    sizes = cursor.element()
    shape = tuple(int(v) for v in np.frombuffer(sizes[: len(sizes) // 4 * 4], cursor.numbers))
    if any(side < 0 for side in shape) or len(shape) > 32:
        raise PictureError("A struct of the MATLAB file has an impossible shape.")
    cursor.element()  # fields have no name of their own
    if kind == _STRUCT:
        count = 1
        for side in shape:
            count *= side
        yield from fields_of(cursor, name, count, depth + 1)
        return
    stored, size, inside = cursor.tag()
    begin = cursor.place - (4 if inside is not None else 0)
    yield Field(name, kind, word >> 8 & 0xFF, shape, begin, stored, size)
