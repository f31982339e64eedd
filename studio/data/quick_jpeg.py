"""Ordinary JPEG files at reduced size, for thumbnails: most pictures, in half the time.

Only the segments that matter are looked at (ITU-T T.81, annex B; EXIF: CIPA DC-008). Anything out
of the ordinary – four colours, twelve bits, an odd header, an end that is missing – is left to
the careful reader, which also says what is wrong.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.data.opencv import cv2

MOST_BYTES = 64_000_000
"""Files of more bytes are not read as a whole."""

START, _END = b"\xff\xd8", b"\xff\xd9"
_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive
_SCAN, _EXIF = 0xDA, 0xE1
_ORIENTATION, _SHORT = 0x0112, 3
_REDUCED = {
    1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """Width and height in pixels as stored, and the EXIF orientation, 1 to 8."""

    width: int
    height: int
    turn: int


def header_of(data: bytes) -> Header | None:
    """What an ordinary JPEG says of itself; None for any other."""
    if not data.startswith(START) or not data.endswith(_END):
        return None
    size, turn, at = (0, 0), 1, 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            return Header(*size, turn) if all(size) else None
        if marker in _FRAMES:
            precision, height, width, colours = struct.unpack_from(">BHHB", data, at + 4)
            if precision != 8 or colours not in (1, 3):
                return None
            size = width, height
        elif marker == _EXIF and data[at + 4 : at + 10] == b"Exif\0\0":
            found = _turn(data[at + 10 : at + 2 + length])
            if found is None:
                return None
            turn = found
        elif not 0xC4 <= marker <= 0xFE or length < 2:
            return None  # no segment, or a kind of frame that is rare
        at += 2 + length
    return None


def _turn(block: bytes) -> int | None:
    """The orientation in an EXIF block, 1 where it is not said; None where the block is odd."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None or len(block) < 8:
        return None
    (start,) = struct.unpack_from(order + "I", block, 4)
    if start + 2 > len(block):
        return None
    (count,) = struct.unpack_from(order + "H", block, start)
    if start + 2 + 12 * count > len(block):
        return None
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, number, value = struct.unpack_from(order + "HHIH", block, at)
        if tag == _ORIENTATION:
            return value if kind == _SHORT and number == 1 and 1 <= value <= 8 else None
    return 1


def reduced(data: bytes, header: Header, side: int) -> NDArray[np.uint8] | None:
    """The picture as stored, its longer side at least ``side`` pixels where it has so many.

    Returns:
        ``(height, width, 3) uint8`` blue, green, red, not turned yet; None where decoding fails.
    """
    longer = max(header.width, header.height)
    factor = max(f for f in _REDUCED if f == 1 or longer // f >= side)
    flags = _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)
