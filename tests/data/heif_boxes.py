"""HEIC files put together from the coded picture of a real one, since nothing here can encode any.

Layout: ISO/IEC 14496-12 (boxes) and ISO/IEC 23008-12 (items, their properties and references).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SMALL = "nasty_images/pillow/avif/hopper.heif"
ALPHA = b"urn:mpeg:hevc:2015:auxid:1\0"


@dataclass(frozen=True)
class Seed:
    """What a file of one picture holds: its coded content and the boxes that describe it."""

    content: bytes
    properties: tuple[bytes, ...]


def seed_of(shared_data: Path) -> Seed:
    """The real picture of 128 × 128 px."""
    data = (shared_data / SMALL).read_bytes()
    place = data.index(b"ipco") - 4
    end = place + int.from_bytes(data[place : place + 4], "big")
    place += 8
    properties = []
    while place < end:
        size = int.from_bytes(data[place : place + 4], "big")
        properties.append(data[place : place + size])
        place += size
    return Seed(data[data.index(b"mdat") + 4 :], tuple(properties))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind: bytes, content: bytes, flags: int = 0) -> bytes:
    """A box with version 0 and flags."""
    return box(kind, struct.pack(">I", flags) + content)


def turned(angle: int) -> bytes:
    """Turned by so many right angles, against the clock."""
    return box(b"irot", bytes([angle]))


def mirrored(axis: int) -> bytes:
    """0: top and bottom change places; 1: left and right."""
    return box(b"imir", bytes([axis]))


def build(seed: Seed, items: Sequence[Sequence[bytes]], alpha: bool = False) -> bytes:
    """A file with one item for each list of further properties, the first the main one.

    Args:
        alpha: the second item is the alpha of the first.
    """
    head = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    meta = _meta(seed, items, alpha, 0)
    start = len(head) + len(meta) + 8
    return head + _meta(seed, items, alpha, start) + box(b"mdat", seed.content)


def _meta(seed: Seed, items: Sequence[Sequence[bytes]], alpha: bool, start: int) -> bytes:
    handler = full(b"hdlr", bytes(4) + b"pict" + bytes(13))
    main = full(b"pitm", struct.pack(">H", 1))
    places = struct.pack(">HH", 0x4400, len(items))
    infos, uses, properties = b"", struct.pack(">I", len(items)), list(seed.properties)
    for number, further in enumerate(items, 1):
        places += struct.pack(">HHHII", number, 0, 1, start, len(seed.content))
        infos += box(b"infe", struct.pack(">IHH", 0x02000000, number, 0) + b"hvc1\0")
        used = list(range(1, len(seed.properties) + 1))
        for one in further:
            properties.append(one)
            used.append(len(properties) | 0x80)
        uses += struct.pack(">HB", number, len(used)) + bytes(used)
    boxes = handler + main + full(b"iloc", places)
    boxes += full(b"iinf", struct.pack(">H", len(items)) + infos)
    boxes += box(b"iprp", box(b"ipco", b"".join(properties)) + full(b"ipma", uses))
    if alpha:
        boxes += full(b"iref", box(b"auxl", struct.pack(">HHH", 2, 1, 1)))
    return full(b"meta", boxes)
