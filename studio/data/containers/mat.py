"""MATLAB's files of version 5 to 7.2; those of 7.3 are HDF5.

Layout: "MAT-File Format" (The MathWorks): a header of 128 bytes, then elements of a tag and data;
a matrix is an element of elements (flags, sizes, name, numbers); since version 7 each may be
packed with zlib. Numbers lie column by column. Objects and functions are refused.
"""

from __future__ import annotations

import mmap
import os
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values, size_of
from studio.data.containers.spool import unpack
from studio.data.containers.unpacking import Unpacking

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_STORAGE = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8",
            12: "i8", 13: "u8"}  # fmt: skip
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4",
            14: "i8", 15: "u8"}  # fmt: skip
_CELL, _STRUCT, _CHAR = 1, 2, 4
_OBJECTS = (3, 16, 17)
_COMPLEX, _LOGICAL = 0x08, 0x02
_BEGINNING = 1 << 16  # bytes of a packed matrix that are unpacked to learn what it is
_MAX_CELL = 1 << 24
_MAX_TEXTS = 4096
_MAX_VARIABLES = 10_000
_ORDERS = {3: "hwn", 4: "hwcn"}


@dataclass(frozen=True)
class _Matrix:
    """Where the numbers of a variable are."""

    name: str
    kind: int
    flags: int
    shape: tuple[int, ...]
    begin: int  # of the numbers: in the file, or in the unpacked element
    storage: np.dtype[Any] | None
    packed: tuple[int, int] | None  # place and length of the packed element in the file
    size: int  # bytes of the numbers
    start: int = 0  # of what follows the name, where the tag of the numbers is


class Mat5(Container):
    """Arrays by the names of the variables; those of a struct as ``dataset/train/images``.

    ``objects`` and ``others`` name what is no array.
    """

    kind: ClassVar[str] = "mat"
    title: ClassVar[str] = "MATLAB file"
    by_columns = True

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        found = os.stat(file)
        self._size = found.st_size
        self._key = f"{os.path.abspath(file)} {found.st_size} {found.st_mtime_ns}"
        self.objects: list[str] = []
        self.others: list[str] = []
        self.is_cut = False
        self._matrices: dict[str, _Matrix] = {}
        with open(file, "rb") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        self._order = "<" if self._bytes[126:128] == b"IM" else ">"
        self._list()

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        if len(head) < _HEADER or file.suffix.lower() != ".mat":
            return False
        return head[124:128] in (b"\x00\x01IM", b"\x01\x00MI")

    def _list(self) -> None:
        place = _HEADER
        while place + 8 <= self._size:
            kind, size = self._pair(self._bytes[place : place + 8])
            if place + 8 + size > self._size:
                self.is_cut = True
            if kind in (_MATRIX, _COMPRESSED):
                self._take(place + 8, size, kind == _COMPRESSED)
            if len(self._matrices) > _MAX_VARIABLES:
                raise PictureError(f"“{display_name(self.file.name)}” holds too many variables.")
            # Packed elements are not padded to eight bytes, others are.
            place += 8 + (size if kind == _COMPRESSED else -(-size // 8) * 8)

    def _take(self, place: int, size: int, is_packed: bool) -> None:
        if is_packed:
            unpacker = zlib.decompressobj()
            head = unpacker.decompress(self._bytes[place : place + _BEGINNING], _BEGINNING)
            if self._pair(head[:8])[0] != _MATRIX:
                return
            matrix = self._matrix(head[8:], 8, (place, min(size, self._size - place)))
        else:
            matrix = self._matrix(self._bytes[place : place + _BEGINNING], place, None)
        if not matrix.name:  # what belongs to objects has no name
            return
        if matrix.kind == _STRUCT:
            self._take_struct(matrix)
            return
        self._add(matrix)

    def _take_struct(self, struct: _Matrix) -> None:
        """Every field of a struct, and of the structs inside."""
        from studio.data.containers.mat_struct import Cursor, fields_of

        packed = struct.packed
        start = struct.start
        if packed is None:
            cursor = Cursor(self._order, start, data=self._bytes)
        else:
            stream = Unpacking(self._bytes, *packed)
            stream.skip(start)
            cursor = Cursor(self._order, start, stream=stream)
        for field in fields_of(cursor, struct.name, prod(struct.shape)):
            storage = np.dtype(f"{self._order}{_STORAGE[field.stored]}") \
                if field.stored in _STORAGE else None  # fmt: skip
            self._add(_Matrix(field.name, field.kind, field.flags, field.shape, field.begin,
                              storage, packed, field.size))  # fmt: skip
            if len(self._matrices) > _MAX_VARIABLES:
                raise PictureError(f"“{display_name(self.file.name)}” holds too many variables.")

    def _add(self, matrix: _Matrix) -> None:
        self._matrices[matrix.name] = matrix
        if matrix.kind in _OBJECTS:
            self.objects.append(matrix.name)
        elif matrix.kind in _CLASSES and matrix.storage and not matrix.flags & _COMPLEX:
            dtype = np.dtype(bool if matrix.flags & _LOGICAL else _CLASSES[matrix.kind])
            if matrix.size != prod(matrix.shape) * matrix.storage.itemsize:
                raise PictureError(
                    f"“{display_name(matrix.name)}” says it has the shape {matrix.shape}, which "
                    "does not fit its size.",
                    "Copy or download the file again.",
                )
            order = _ORDERS.get(len(matrix.shape), "")
            self.arrays[matrix.name] = Stored(matrix.name, matrix.shape, dtype, order)
        else:
            self.others.append(matrix.name)

    def _matrix(self, head: bytes, base: int, packed: tuple[int, int] | None) -> _Matrix:
        """Read flags, sizes, name, and the tag of what follows."""
        flags, place = self._element(head, 0)
        if flags[1] != 6 or len(flags[0]) < 8:
            raise PictureError("A variable of the MATLAB file has no flags.")
        word = int.from_bytes(flags[0][:4], "little" if self._order == "<" else "big")
        kind = word & 0xFF
        if kind == 17:  # objects of newer versions have no sizes; the name comes first
            name, _ = self._element(head, place)
            return _Matrix(_text(name[0]), kind, 0, (), 0, None, packed, 0)
        sizes, place = self._element(head, place)
        name, place = self._element(head, place)
        shape = tuple(int(v) for v in np.frombuffer(sizes[0], f"{self._order}i4"))
        if any(v < 0 for v in shape) or len(shape) > 32:
            raise PictureError("A variable of the MATLAB file has an impossible shape.")
        stored, size, begin = self._tag(head, place)
        storage = np.dtype(f"{self._order}{_STORAGE[stored]}") if stored in _STORAGE else None
        return _Matrix(
            _text(name[0]), kind, word >> 8 & 0xFF, shape, base + begin, storage, packed, size,
            base + place,
        )  # fmt: skip

    def _element(self, data: bytes, place: int) -> tuple[tuple[bytes, int], int]:
        """Content and type of an element, and where the next begins."""
        kind, size, begin = self._tag(data, place)
        if begin + size > len(data):
            raise PictureError(
                "A variable of the MATLAB file is cut off.", "Copy or download it again.",
                kind="truncated",
            )  # fmt: skip
        following = begin + size if begin - place == 8 else place + 8
        return (data[begin : begin + size], kind), -(-following // 8) * 8

    def _tag(self, data: bytes, place: int) -> tuple[int, int, int]:
        """Type, size, and where the content begins; up to four bytes lie in the tag itself."""
        if place + 8 > len(data):
            raise PictureError("The MATLAB file is cut off.", kind="truncated")
        first, second = self._pair(data[place : place + 8])
        if first >> 16:
            return first & 0xFFFF, first >> 16, place + 4
        return first, second, place + 8

    def _pair(self, eight: bytes) -> tuple[int, int]:
        order = "little" if self._order == "<" else "big"
        return int.from_bytes(eight[:4], order), int.from_bytes(eight[4:8], order)  # type: ignore[arg-type]

    def _open(self, stored: Stored) -> Values:
        matrix = self._matrices[stored.name]
        assert matrix.storage is not None
        storage, turned = matrix.storage, matrix.shape[::-1]
        dtype = None if storage == stored.dtype else stored.dtype
        if matrix.packed is not None:
            place, length = matrix.packed
            stream = Unpacking(self._bytes, place, length)
            stream.skip(matrix.begin)
            key = f"{self._key} {stored.name}"
            found = unpack(stream, length, turned, storage, key, self.file)
            return Values(found.array.T, stored.shape, found.held, dtype)
        row = max(1, size_of(turned[1:], storage))
        there = max(0, min(turned[0], (self._size - matrix.begin) // row))
        shape = (there, *turned[1:])
        if not size_of(shape, storage):
            return Values(np.zeros(shape, storage).T, stored.shape, 0, dtype)
        array = np.memmap(self.file, storage, "r", matrix.begin, shape)
        return Values(array.T, stored.shape, 0, dtype)

    def _is_mapped(self, stored: Stored) -> bool:
        return self._matrices[stored.name].packed is None

    def _labels(self, stored: Stored) -> NDArray[Any]:
        array = self._open(stored).array
        if tuple(array.shape) != stored.shape:
            raise PictureError(
                f"“{display_name(stored.name)}” is cut off.", "Copy or download the file again.",
                kind="truncated",
            )  # fmt: skip
        return np.asarray(array, dtype=stored.dtype)

    def cells(self) -> list[str]:
        return list(self.others)

    def cell(self, name: str) -> list[list[str]]:
        """The texts of a cell array, row by row; empty where it is none. Raises PictureError."""
        matrix = self._matrices.get(name)
        if matrix is None or matrix.kind != _CELL or not 0 < prod(matrix.shape) <= _MAX_TEXTS:
            return []
        rows, columns = (*matrix.shape, 1)[:2]
        # The tag of the first inner matrix was read as if it were that of the numbers.
        if matrix.packed is not None:
            stream = Unpacking(self._bytes, *matrix.packed)
            stream.skip(matrix.begin - 8)
            data = stream.read(_MAX_CELL)
        else:
            data = self._bytes[matrix.begin - 8 : matrix.begin + _MAX_CELL]
        place = 0
        texts = []
        for _ in range(rows * columns):
            (content, kind), place = self._element(data, place)
            texts.append(self._char(content) if kind == _MATRIX else "")
        return [[texts[r + c * rows] for c in range(columns)] for r in range(rows)]

    def _char(self, content: bytes) -> str:
        flags, place = self._element(content, 0)
        if flags[0][0 if self._order == "<" else 3] != _CHAR:
            return ""
        _, place = self._element(content, place)
        _, place = self._element(content, place)
        (text, kind), _ = self._element(content, place)
        if kind in (4, 17):
            coding = "utf-16-le" if self._order == "<" else "utf-16-be"
        else:
            coding = "utf-8"
        return text.decode(coding, "replace")


def _text(content: bytes) -> str:
    return content.rstrip(b"\0").decode("utf-8", "replace")
