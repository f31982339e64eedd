"""Elements of a file that zlib packed, as streams that give no more than they are asked for."""

from __future__ import annotations

import mmap
import zlib


class Unpacking:
    """A packed element as a stream that never unpacks more than it is asked for."""

    def __init__(self, data: mmap.mmap, place: int, length: int) -> None:
        self._data, self._place, self._end = data, place, place + length
        self._unpacker = zlib.decompressobj()
        self._waiting = b""

    def read1(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end. Raises zlib.error."""
        while not self._unpacker.eof:
            if not self._waiting:
                self._waiting = self._data[self._place : min(self._place + (1 << 16), self._end)]
                self._place += len(self._waiting)
                if not self._waiting:
                    break
            part = self._unpacker.decompress(self._waiting, size)
            self._waiting = self._unpacker.unconsumed_tail
            if part:
                return part
        return b""

    def read(self, size: int) -> bytes:
        """``size`` bytes, or all until the end."""
        parts: list[bytes] = []
        while size > 0 and (part := self.read1(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Leave out bytes."""
        while size > 0 and (part := self.read1(min(size, 1 << 16))):
            size -= len(part)
