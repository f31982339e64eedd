"""Which columns of a table are the pixels of a picture, told by its first two lines."""

from __future__ import annotations

import csv
import math
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from studio.core.errors import PictureError

ENDINGS = (".csv", ".tsv", ".txt", ".data")
LONGEST_LINE = 1 << 26
"""Bytes of one row; a longer one is refused."""

_FEWEST = 64
"""Numbers of a row; with fewer it is a table of measurements."""

_CHANNELS = (1, 3, 4)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z")
_NUMBERED = re.compile(r"\s*([A-Za-z][A-Za-z _.-]*?)[ _.-]?(\d{1,7})\s*\Z")
_PLACE = re.compile(r"\s*(\d{1,5})x(\d{1,5})\s*\Z")
_COUNTED = re.compile(r"(.*?)([1-9]\d{0,6})\Z", re.DOTALL)
_APART = _FEWEST // 2
_MARKS = "".join(chr(c) for c in (0xFEFF, 0x20, 0x09))


@dataclass(frozen=True)
class Geometry:
    """Height and width in pixels, channels, and whether each channel is a plane of its own."""

    height: int
    width: int
    channels: int
    planes: bool = False

    @property
    def name(self) -> str:
        """As the container names its array."""
        depth = f"x{self.channels}" if self.channels > 1 else ""
        return f"{self.height}x{self.width}{depth}{'-planes' if depth and self.planes else ''}"


@dataclass(frozen=True)
class TableShape:
    """How a row is cut.

    Attributes:
        separator: between columns.
        headings: of the columns that are not pixels; empty texts where the table has none.
        before, after: how many of those stand before and after the pixels.
        numbers: pixels of a row, 0 where they stand in one cell and only the rows tell.
        in_cell: whether they are one cell, with blanks between them.
        has_header: whether the first line holds headings.
    """

    separator: str
    headings: tuple[str, ...]
    before: int
    after: int
    numbers: int
    in_cell: bool
    has_header: bool

    def geometries(self) -> list[Geometry]:
        """Sizes that a row may have, the likeliest first: a square of 1, 3 or 4 channels."""
        return square_geometries(self.numbers)


def square_geometries(numbers: int) -> list[Geometry]:
    """Squares of 1, 3 or 4 channels that so many numbers make."""
    found = []
    for channels in _CHANNELS:
        side = math.isqrt(numbers // channels)
        if numbers and side * side * channels == numbers:
            found.append(Geometry(side, side, channels))
    return found


def table_shape(file: Path, head: bytes | None = None) -> TableShape | None:
    """How the rows of a table of pixels are cut; None where it is another kind of table.

    Args:
        head: its first bytes, where they are known: most tables are told by those alone.
    """
    if head is not None and (b"\0" in head or not head.strip()):
        return None
    try:
        found = os.stat(file)
        return _shape_of(os.fspath(file), found.st_size, found.st_mtime_ns)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=64)  # whoever recognises a file, opens it and lists its folder asks again
def _shape_of(file: str, size: int, changed: int) -> TableShape | None:
    with open(file, "rb") as opened:
        lines = [opened.readline(LONGEST_LINE) for _ in range(2)]
    if max(map(len, lines)) >= LONGEST_LINE or min(len(lines[0]), 1) == 0:
        return None
    texts = [line.decode("utf-8", "replace").strip("\r\n").lstrip(_MARKS) for line in lines]
    for separator in (",", ";", "\t"):
        if separator in texts[0]:
            return _shape(texts, separator)
    return None


def _shape(texts: list[str], separator: str) -> TableShape | None:
    try:
        first, second = (cells(text, separator) for text in texts)
    except PictureError:
        return None
    if len(second) == len(first) and (found := _one_cell(first, second, separator)):
        return found
    if len(first) < _FEWEST:
        return None
    if sum(not _is_number(cell) for cell in first[:_FEWEST]) > 4:
        return _by_headings(first, separator)
    are_numbers = list(map(_is_number, first))
    if sum(are_numbers) < len(first) - 4:
        return _by_headings(first, separator)
    return _by_count(are_numbers, separator)


def cells(text: str, separator: str) -> list[str]:
    """One row of a table. Raises PictureError where it is none."""
    if '"' not in text:
        return text.split(separator)
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error as error:
        raise PictureError(f"The row cannot be read: {error}.") from error


def _one_cell(first: list[str], second: list[str], separator: str) -> TableShape | None:
    """FER-2013: a heading “pixels” over a cell with all numbers."""
    for place, cell in enumerate(second):
        numbers = cell.split()
        if len(numbers) < _FEWEST or not all(map(_NUMBER.match, numbers[:_FEWEST])):
            continue
        if _NUMBER.match(first[place].strip().split(" ")[0]):
            continue  # without headings it is not known what the other cells say
        rest = tuple(name.strip() for i, name in enumerate(first) if i != place)
        after = len(first) - place - 1
        return TableShape(separator, rest, place, after, len(numbers), True, True)
    return None


def _by_headings(first: list[str], separator: str) -> TableShape | None:
    """The longest run of headings such as pixel0, pixel1 … or 1x1, 1x2 …"""
    best = (0, 0)
    place = 0
    # A run that is long enough holds one of these places and the next.
    while place + 1 < len(first):
        if _follows(first[place], first[place + 1]):
            run = _run(first, place)
            best = max(best, run, key=lambda ends: ends[1] - ends[0])
            place = max(place, run[1] - 1)
        place += _APART - place % _APART
    begin, end = best
    if end - begin < _FEWEST:
        return None
    rest = tuple(name.strip() for name in first[:begin] + first[end:])
    return TableShape(separator, rest, begin, len(first) - end, end - begin, False, True)


def _run(first: list[str], place: int) -> tuple[int, int]:
    """Where the run that holds a place begins and ends."""
    begin, end = place, place + 1
    while begin > 0 and _follows(first[begin - 1], first[begin]):
        begin -= 1
    while end < len(first) and _follows(first[end - 1], first[end]):
        end += 1
        found = _COUNTED.match(first[end - 1])
        if found is None:
            continue
        stem, number = found[1], int(found[2])  # the usual headings are compared as they are
        while end < len(first) and first[end] == f"{stem}{number + 1}":
            end, number = end + 1, number + 1
    return begin, end


def _is_number(cell: str) -> bool:
    return _NUMBER.match(cell.strip()) is not None


def _follows(one: str, two: str) -> bool:
    a, b = _NUMBERED.match(one), _NUMBERED.match(two)
    if a and b:
        return a[1] == b[1] and int(b[2]) == int(a[2]) + 1
    p, q = _PLACE.match(one), _PLACE.match(two)
    if not (p and q):
        return False
    places = (int(p[1]), int(p[2])), (int(q[1]), int(q[2]))
    return places[1] == (places[0][0], places[0][1] + 1) or (
        places[1][0] == places[0][0] + 1 and places[1][1] <= 1
    )


def _by_count(are_numbers: list[bool], separator: str) -> TableShape | None:
    """Without headings: a label may stand before or after as many numbers as make a square."""
    total = len(are_numbers)
    for before, after in ((0, 0), (1, 0), (0, 1)):
        inner = are_numbers[before : total - after]
        if all(inner) and square_geometries(len(inner)):
            rest = ("",) * (before + after)
            return TableShape(separator, rest, before, after, len(inner), False, False)
    return None
