"""How an overlay's file keeps paths and sets of pictures: small, checked, safe to read."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import plain_name, to_text


def path_key(path: str) -> str | bytes:
    """The text of a path; bytes where no UTF-8 can hold it (half a character of Windows)."""
    text = to_text(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def path_of_key(key: object) -> str:
    """The path of :func:`path_key`. Raises ValueError where it is none."""
    if isinstance(key, bytes):
        return plain_name(key.decode("utf-8", "surrogatepass"))
    if not isinstance(key, str):
        raise ValueError("a path that is no text")
    return plain_name(key)


def pack(ids: NDArray[np.int64]) -> bytes:
    """Sorted ids without repeats: their number, then zlib of their differences as uint32."""
    if not len(ids):
        return b""
    steps = np.diff(ids, prepend=0).astype("<u4")
    return len(ids).to_bytes(4, "little") + zlib.compress(steps.tobytes(), 3)


def unpack(packed: object, known: int) -> NDArray[np.int64]:
    """The ids of :func:`pack`, all below ``known``.

    Raises:
        ValueError: they are damaged, or more than there can be.
    """
    if not isinstance(packed, bytes):
        raise ValueError("a set of pictures that is no bytes")
    if not packed:
        return np.empty(0, np.int64)
    count = int.from_bytes(packed[:4], "little")
    if not 0 < count <= known:
        raise ValueError(f"{count} pictures where {known} are known")
    reader = zlib.decompressobj()
    try:
        raw = reader.decompress(packed[4:], 4 * count)
    except zlib.error as error:
        raise ValueError(f"a damaged set of pictures: {error}") from error
    if len(raw) != 4 * count:
        raise ValueError(f"a set of pictures of {len(raw)} bytes, {4 * count} expected")
    steps = np.frombuffer(raw, "<u4").astype(np.int64)
    ids = np.cumsum(steps)
    if (steps[1:] < 1).any() or ids[-1] >= known:
        raise ValueError("a set of pictures that is out of order")
    return ids


def checksum(*parts: object) -> int:
    """CRC-32 of texts and bytes in order; finds flipped bits that SQLite does not look for."""
    crc = 0
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        crc = zlib.crc32(b"\0", zlib.crc32(data, crc))
    return crc
