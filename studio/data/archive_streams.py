"""The streams below an archive's reader: unpacked with bounded memory, errors made uniform."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from typing import IO, Any, cast

MAX_HEADER = 4 * 2**20
"""Bytes of one extended header of a tar, which is held in memory."""

MAX_LZMA_MEMORY = 512 * 2**20
"""Bytes that unpacking an ``.xz`` may take; its strongest setting takes 65 MB."""

MAX_PADDING = 64 * 2**20
"""Bytes after the end of a tar that are still looked at."""


class ArchiveError(Exception):
    """Why an archive is refused: the rest of a sentence, and what to do."""

    def __init__(self, words: str, hint: str = "Unpack it yourself and open the folder.") -> None:
        super().__init__(words)
        self.hint = hint


class Reading(io.RawIOBase):
    """Content of a member; what the libraries say of damage becomes ValueError."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            return self._content.read(size)
        except (zipfile.BadZipFile, tarfile.TarError, RuntimeError, OSError) as error:
            raise ValueError(str(error)) from error

    def close(self) -> None:
        self._content.close()
        super().close()


def unpacking_stream(raw: IO[bytes]) -> IO[bytes]:
    """The plain tar inside a file, by its first bytes."""
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if head.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if head.startswith(b"\xfd7zXZ"):
        return io.BufferedReader(_Xz(raw), 2**20)
    return raw


class _Xz(io.RawIOBase):
    """An ``.xz`` stream whose header cannot ask for any amount of memory."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._reader = self._new()
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        while True:
            if self._reader.eof:
                self._rest = self._reader.unused_data.lstrip(b"\0") or self._raw.read(2**16)
                if not self._rest.strip(b"\0"):
                    return 0
                self._reader = self._new()
            needs = self._reader.needs_input and not self._rest
            given = self._raw.read(2**16) if needs else self._rest
            self._rest = b""
            if needs and not given:
                raise EOFError("the stream is cut off")
            found = self._reader.decompress(given, len(view))
            if found:
                view[: len(found)] = found
                return len(found)

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_LZMA_MEMORY)


class Bounded(io.RawIOBase):
    """A stream that only goes forward, and gives no more at a time than an honest header needs.

    The tar reader takes a whole extended header at once, of the size that the header names, and
    goes one byte back between members.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._position = 0
        self._last = self._kept = self.block = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > MAX_HEADER:
            raise ArchiveError("one of its headers is far too long.")
        back, self._last = self._last[:size], self._last[size:]
        found = back
        while len(found) < size and (more := self._stream.read(size - len(found))):
            found += more
        self._position += len(found)
        self._kept = found[-1:] or self._kept
        if size == tarfile.BLOCKSIZE:
            self.block = found
        return found

    def check_end(self) -> None:
        """Read on to where a packed stream ends, since it says there whether it is whole."""
        left = MAX_PADDING
        while left > 0 and (padding := self._stream.read(2**16)):
            left -= len(padding)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._position
        if offset == self._position - 1 and self._kept and not self._last:
            self._last, self._position, self._kept = self._kept, offset, b""
        while self._position < offset and self.read(min(offset - self._position, 2**20)):
            pass
        if self._position > offset:
            raise ValueError("its headers lead backwards")
        return self._position
