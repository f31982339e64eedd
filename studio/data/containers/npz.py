"""NumPy's files: one array (``.npy``) or a zip of them (``.npz``).

Layout: NumPy manual, "numpy.lib.format". Arrays of objects are pickles and are refused.
"""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values, size_of
from studio.data.containers.spool import unpack

_MAGIC = b"\x93NUMPY"
_MAX_MEMBERS = 10_000
_MAX_HEADER = 100_000  # characters; longer ones may be slow to parse
_LOCAL = 30  # bytes of a zip member's own header, before its name


class Npy(Container):
    """One array. Its selector is the row alone, ``@17``."""

    kind: ClassVar[str] = "npy"
    title: ClassVar[str] = "NumPy array"

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        with open(file, "rb") as opened:
            shape, self._is_fortran, dtype = _header(opened)
            self._begin = opened.tell()
        _refuse_objects(dtype, file)
        self.arrays[""] = Stored("", shape, dtype)

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        return head.startswith(_MAGIC)

    def _open(self, stored: Stored) -> Values:
        return _mapped(self.file, self._begin, stored, self._is_fortran, self.file.stat().st_size)

    def _labels(self, stored: Stored) -> NDArray[Any]:
        return _complete(self._open(stored), stored, self.file)


class Npz(Container):
    """Arrays by the names of the zip's members, without ``.npy``."""

    kind: ClassVar[str] = "npz"
    title: ClassVar[str] = "NumPy archive"

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        found = os.stat(file)
        self._key = f"{os.path.abspath(file)} {found.st_size} {found.st_mtime_ns}"
        self._size = found.st_size
        self.objects: list[str] = []
        self._members: dict[str, tuple[zipfile.ZipInfo, bool, int]] = {}
        try:
            with zipfile.ZipFile(file) as archive:
                self._list(archive)
        except zipfile.BadZipFile as error:
            raise PictureError(
                f"“{display_name(file.name)}” is cut off or damaged: its list of arrays is "
                "missing.",
                "Copy or download it again.", repr(error), "truncated",
            ) from error  # fmt: skip

    def _list(self, archive: zipfile.ZipFile) -> None:
        members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
        if len(members) > _MAX_MEMBERS:
            raise PictureError(f"“{display_name(self.file.name)}” holds too many arrays.")
        for member in members:
            name = member.filename[: -len(".npy")]
            with archive.open(member) as opened:
                shape, is_fortran, dtype = _header(opened)
                begin = opened.tell()
            if dtype.hasobject:
                self.objects.append(name)
                continue
            self.arrays[name] = Stored(name, shape, dtype)
            self._members[name] = (member, is_fortran, begin)

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        return head.startswith(b"PK\x03\x04") and file.suffix.lower() == ".npz"

    def _stored(self, name: str) -> Stored:
        if name in self.objects:
            raise _objects(name, self.file)
        return super()._stored(name)

    def _open(self, stored: Stored) -> Values:
        member, is_fortran, begin = self._members[stored.name]
        if member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1:
            start = self._start(member) + begin
            return _mapped(self.file, start, stored, is_fortran, start - begin + member.file_size)
        shape = stored.shape[::-1] if is_fortran else stored.shape
        with zipfile.ZipFile(self.file) as archive, archive.open(member) as stream:
            stream.read(begin)
            packed = min(member.compress_size, self._size)
            key = f"{self._key} {stored.name}"
            reader = cast(zipfile.ZipExtFile, stream)
            found = unpack(reader, packed, shape, stored.dtype, key, self.file)
        if not is_fortran:
            return found
        return Values(found.array.T, stored.shape, found.held)

    def _is_mapped(self, stored: Stored) -> bool:
        return self._members[stored.name][0].compress_type == zipfile.ZIP_STORED

    def _start(self, member: zipfile.ZipInfo) -> int:
        """Where a stored member's bytes begin (PKWARE APPNOTE 4.3.7)."""
        with open(self.file, "rb") as opened:
            opened.seek(member.header_offset)
            head = opened.read(_LOCAL)
        if len(head) < _LOCAL or head[:4] != b"PK\x03\x04":
            raise PictureError(f"“{display_name(self.file.name)}” is damaged.")
        name, extra = struct.unpack("<HH", head[26:30])
        return int(member.header_offset + _LOCAL + name + extra)

    def _labels(self, stored: Stored) -> NDArray[Any]:
        return _complete(self._open(stored), stored, self.file)


def _header(opened: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(opened)
    reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, is_fortran, dtype = reader(opened, max_header_size=_MAX_HEADER)
    if any(side < 0 for side in shape) or len(shape) > 32:
        raise PictureError("The array has an impossible shape.")
    return tuple(int(side) for side in shape), bool(is_fortran), dtype


def _mapped(file: Path, begin: int, stored: Stored, is_fortran: bool, end: int) -> Values:
    """An array that lies in a file as it is; only the rows that the file really has."""
    end = min(end, file.stat().st_size)
    shape = stored.shape
    if begin + stored.nbytes > end:
        row = size_of(shape[1:], stored.dtype)
        # Column by column, the end of every picture is missing.
        there = 0 if is_fortran or not shape else max(0, end - begin) // max(1, row)
        shape = (min(there, shape[0]), *shape[1:]) if shape else (0,)
    if not size_of(shape, stored.dtype):
        return Values(np.zeros(shape, stored.dtype), stored.shape)
    order: Any = "F" if is_fortran else "C"
    return Values(np.memmap(file, stored.dtype, "r", begin, shape, order), stored.shape)


def _complete(values: Values, stored: Stored, file: Path) -> NDArray[Any]:
    if tuple(values.array.shape) != stored.shape:
        raise PictureError(
            f"“{display_name(file.name)}” is cut off: “{display_name(stored.name)}” is incomplete.",
            "Copy or download it again.", kind="truncated",
        )  # fmt: skip
    return np.array(values.array)


def _refuse_objects(dtype: np.dtype[Any], file: Path) -> None:
    if dtype.hasobject:
        raise _objects(file.name, file)


def _objects(name: str, file: Path) -> PictureError:
    return PictureError(
        f"“{display_name(name)}” holds Python objects instead of numbers or text, so it was not "
        "opened: it could run code.",
        "Save it again from plain arrays, e.g. with np.savez.",
    )
