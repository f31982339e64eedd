"""Ordinary JPEG files at full or reduced size: most pictures, in half the time.

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
_PROGRESSIVE, _SCAN, _EXIF = 0xC2, 0xDA, 0xE1
_ORIENTATION, _SHORT = 0x0112, 3
_REDUCED = {
    1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}  # fmt: skip

_MOST_SIDE = 32_000  # OpenCV's warping ends at 32,767

SPARE = 3
"""How much larger than the network's input a reduced picture must be.

libjpeg reduces by leaving out the high frequencies of each block of 8 × 8 pixels, which is not
quite an average of areas, and what is then averaged has fewer pixels to divide. Against decoding
whole and averaging, on published photographs of 300 to 4,000 px at inputs of 32 to 224 px (793
pairs), of 255 levels: reduced by 2, mean difference 0.44 and 19 pairs of 20 below 0.92; by
4, 0.60 and 1.47; by 8, 0.41 and 1.18; the worst pair 2.3, the worst pixel 31. It is decoded and
fitted in 1/1.9, 1/3.3 and 1/4.9 of the time. With a spare of 2 the mean is 0.4 to 2.7 and with
1, where 500 px would be reduced for 224, 1.6 to 4.8 levels, by photographs, size and fit: too much
for what it saves, since most of the time goes into undoing the Huffman code. What is not reduced
has no difference.
"""


@dataclass(frozen=True)
class Header:
    """Width and height in pixels as stored, and the EXIF orientation, 1 to 8.

    ``scan`` is where the first scan begins; ``is_progressive`` whether there are many of them.
    """

    width: int
    height: int
    turn: int
    scan: int = 0
    is_progressive: bool = False


def header_of(data: bytes) -> Header | None:
    """What an ordinary JPEG says of itself; None for any other."""
    if not data.startswith(START) or not data.endswith(_END):
        return None
    size, turn, at, is_progressive = (0, 0), 1, 2, False
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            return Header(*size, turn, at, is_progressive) if all(size) else None
        if marker in _FRAMES:
            precision, height, width, colours = struct.unpack_from(">BHHB", data, at + 4)
            if precision != 8 or colours not in (1, 3):
                return None
            size, is_progressive = (width, height), marker == _PROGRESSIVE
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


def is_plain(data: bytes, header: Header) -> bool:
    """Whether one scan follows the header, with nothing but restart marks up to its end.

    The libraries agree to the bit on such files, also on damaged ones. They do not where a
    damaged byte looks like the beginning of a segment: there one refuses and the other gives
    what it has so far.
    """
    if header.is_progressive:
        return False
    length = int.from_bytes(data[header.scan + 2 : header.scan + 4], "big")
    coded = np.frombuffer(data, np.uint8)[header.scan + 2 + length :]
    marks = coded[np.flatnonzero(coded[:-1] == 0xFF) + 1]
    others = marks[(marks != 0) & (marks != 0xFF) & ((marks < 0xD0) | (marks > 0xD7))]
    return len(others) > 0 and int(others[0]) == _END[1]


def factor_for(width: int, height: int, wanted_width: int, wanted_height: int) -> int:
    """By how much a picture may be reduced while it is decoded: 1, 2, 4 or 8."""
    return max(
        f for f in _REDUCED
        if f == 1 or (width >= SPARE * f * wanted_width and height >= SPARE * f * wanted_height
                      and max(width, height) < f * _MOST_SIDE)
    )  # fmt: skip


def decoded(data: bytes, factor: int) -> NDArray[np.uint8] | None:
    """The picture as stored, each side divided by the factor and rounded up.

    Returns:
        ``(height, width, 3) uint8`` blue, green, red, not turned yet; None where decoding fails.
    """
    flags = _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def part_of(
    pixels: NDArray[np.uint8], box: tuple[int, int, int, int], factor: int
) -> NDArray[np.uint8]:
    """The part of a reduced picture that a box of the whole picture covers.

    A box that begins or ends inside a reduced pixel is met by interpolation: a cut at whole
    pixels would shift the picture by up to half of one.

    Args:
        box: ``x, y, width, height`` in pixels of the whole picture, as stored.
    """
    if all(side % factor == 0 for side in box):
        x, y, w, h = (side // factor for side in box)
        return pixels[y : y + h, x : x + w]
    x, y, w, h = box
    width, height = max(1, round(w / factor)), max(1, round(h / factor))
    across, down = w / (width * factor), h / (height * factor)
    where = np.array([
        [across, 0.0, x / factor + across / 2 - 0.5],
        [0.0, down, y / factor + down / 2 - 0.5],
    ])  # fmt: skip
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(pixels, where, (width, height), flags=flags,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return np.asarray(part, np.uint8)


def reduced(data: bytes, header: Header, side: int) -> NDArray[np.uint8] | None:
    """The picture as stored, its longer side at least ``side`` pixels where it has so many.

    Returns:
        As :func:`decoded`.
    """
    longer = max(header.width, header.height)
    return decoded(data, max(f for f in _REDUCED if f == 1 or longer // f >= side))
