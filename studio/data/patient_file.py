"""A file that HDF5 can write to although the disk refuses."""

from __future__ import annotations

import io
from typing import Any

_PAGE = 4096


class PatientFile(io.RawIOBase):
    """Keeps the first refusal of the disk for :meth:`check`, and what came after it in memory.

    HDF5 would otherwise go on failing at every later call, the closing of the file among them,
    and read back what never was written. Ask often: until then the memory grows.

    Args:
        raw: the file, opened for reading and writing without a buffer.
    """

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw
        self._error: OSError | None = None
        self._pages: dict[int, bytearray] = {}
        self._position = 0

    def check(self) -> None:
        """Raise what the disk said, if it refused."""
        if self._error is not None:
            raise self._error

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += self._size()
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        found = self._read(self._position, len(view))
        view[: len(found)] = found
        self._position += len(found)
        return len(found)

    def write(self, data: Any) -> int:
        rest = memoryview(data).cast("B")
        length, at = len(rest), self._position
        try:
            self._raw.seek(at)
            while len(rest) and self._error is None:
                done = self._raw.write(rest) or 0
                rest, at = rest[done:], at + done
        except OSError as error:
            self._error = error
        if len(rest):
            self._keep(at, rest)
        self._position += length
        return length

    def truncate(self, size: int | None = None) -> int:
        size = self._position if size is None else size
        try:
            if self._error is None:
                self._raw.truncate(size)
        except OSError as error:
            self._error = error
        return size

    def _size(self) -> int:
        last = (max(self._pages) + 1) * _PAGE if self._pages else 0
        return max(self._raw.seek(0, io.SEEK_END), last)

    def _read(self, at: int, length: int) -> bytes:
        self._raw.seek(at)
        found = bytearray()
        while len(found) < length and (more := self._raw.read(length - len(found))):
            found += more
        if self._pages:
            found += bytes(length - len(found))
            for number in range(at // _PAGE, (at + length - 1) // _PAGE + 1):
                if number in self._pages:
                    start = max(at, number * _PAGE)
                    end = min(at + length, (number + 1) * _PAGE)
                    page = self._pages[number]
                    found[start - at : end - at] = page[start % _PAGE : end - number * _PAGE]
        return bytes(found)

    def _keep(self, at: int, data: memoryview) -> None:
        while len(data):
            number, inside = divmod(at, _PAGE)
            if number not in self._pages:
                old = self._read(number * _PAGE, _PAGE)
                self._pages[number] = bytearray(old + bytes(_PAGE - len(old)))
            part = data[: _PAGE - inside]
            self._pages[number][inside : inside + len(part)] = part
            data, at = data[len(part) :], at + len(part)
