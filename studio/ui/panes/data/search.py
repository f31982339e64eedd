"""What a person types to find pictures: words of name and tag, and sizes such as ``>2 MB``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import contains

import numpy as np
from numpy.typing import NDArray

from studio.data.dataset import Dataset

HELP = (
    "Words of the file's path, and of your tags. Sizes: <64 px for the shorter side, "
    ">2 MB for the file."
)
_SIZE = re.compile(r"([<>])\s*(\d+(?:[.,]\d+)?)\s*(px|kb|mb|gb|b)(?=\s|$)", re.IGNORECASE)
_BYTES = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}


@dataclass(frozen=True)
class Wish:
    """A search. Sizes are pairs of ``<`` or ``>`` and a number, of pixels or of bytes."""

    words: tuple[str, ...] = ()
    pixels: tuple[tuple[str, float], ...] = ()
    bytes: tuple[tuple[str, float], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.words or self.pixels or self.bytes)


def parse(text: str) -> Wish:
    """The search that a text means; what is no size is a word."""
    pixels, size = [], []
    for sign, digits, unit in _SIZE.findall(text):
        value = float(digits.replace(",", "."))
        if unit.lower() == "px":
            pixels.append((sign, value))
        else:
            size.append((sign, value * _BYTES[unit.lower()]))
    words = _SIZE.sub(" ", text).lower().split()
    return Wish(tuple(words), tuple(pixels), tuple(size))


def matching(
    dataset: Dataset,
    wish: Wish,
    lowered: Sequence[str],
    tags: Mapping[str, NDArray[np.bool_]],
    sides: NDArray[np.int32] | None,
) -> NDArray[np.bool_]:
    """``(n,) bool`` which pictures a search finds.

    Args:
        lowered: the paths in lower case; only asked for words.
        tags: tag → ``(n,) bool`` who wears it.
        sides: ``(n,) int32`` shorter side in pixels, 0 where it is not known; None while nobody
            has looked: then nothing is found by pixels.
    """
    found = np.ones(len(dataset), bool)
    for word in wish.words:
        here = np.fromiter(map(contains, lowered, repeat(word)), bool, len(lowered))
        for tag, mask in tags.items():
            if word in tag.lower():
                here |= mask
        found &= here
    for sign, value in wish.bytes:
        found &= dataset.sizes < value if sign == "<" else dataset.sizes > value
    for sign, value in wish.pixels:
        if sides is None:
            return np.zeros(len(dataset), bool)
        found &= (sides > 0) & (sides < value if sign == "<" else sides > value)
    return found
