"""Pictures of an unusual size or shape, and tiny ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.looks import LEAST_PICTURES, NORM
from studio.data.checks.measuring import Measures
from studio.data.dataset import Problem

TINY = 24
"""Pixels of the shorter side below which a picture is tiny: the smallest usual inputs of a network
are 28 and 32 px."""

TINY_SHARE, TINY_MOST = 0.2, 100
"""Tiny as well: below a fifth of the usual shorter side, up to 100 px. It would be enlarged five
times to stand beside the others."""

OUTLIER = 4.0
"""Robust standard deviations from the middle: one of 16,000 of a normal distribution."""

SHAPE_FACTOR = 1.8
"""An unusual shape is at least this much longer or shorter than usual: 16 : 9 among squares is
not, 2 : 1 is."""

SIZE_FACTOR = 2.5
"""An unusual size is at least this many times larger or smaller than usual along a side."""


def size_problems(measures: Measures, paths: list[str]) -> list[Problem]:
    """At most one problem for each picture: tiny, or of an unusual size or shape.

    Args:
        measures: ``(n,)`` table.
        paths: of the rows.
    """
    known = np.flatnonzero(measures["known"])
    if not len(known):
        return []
    width = measures["width"][known].astype(np.float64)
    height = measures["height"][known].astype(np.float64)
    shorter = np.minimum(width, height)
    tiny = _tiny(shorter)
    shape, size = np.maximum(width, height) / shorter, np.sqrt(width * height)
    odd_shape = _outliers(shape, SHAPE_FACTOR) & ~tiny
    odd_size = _outliers(size, SIZE_FACTOR) & ~tiny & ~odd_shape
    found = []
    for i in np.flatnonzero(tiny | odd_shape | odd_size).tolist():
        said = f"{int(width[i]):,} × {int(height[i]):,} px"
        if tiny[i]:
            kind, words = "tiny", _tiny_words(said, float(np.median(shorter)))
        elif odd_shape[i]:
            kind, words = "odd-size", _shape_words(said, shape[i], float(np.median(shape)))
        else:
            kind, words = "odd-size", _size_words(said, size[i], float(np.median(size)))
        found.append(Problem(kind, paths[known[i]], words, how=said))
    return found


def _tiny(shorter: NDArray[np.float64]) -> NDArray[np.bool_]:
    usual = float(np.median(shorter))
    tiny = shorter < TINY
    few = len(shorter) < LEAST_PICTURES
    if tiny.mean() > (0.5 if few else NORM):  # then it is how these pictures are
        tiny = np.zeros_like(tiny)
    if not few:
        tiny |= (shorter < TINY_SHARE * usual) & (shorter < TINY_MOST)
    return tiny


def _outliers(values: NDArray[np.float64], factor: float) -> NDArray[np.bool_]:
    """Values that lie far from the others, in robust standard deviations of their logarithms."""
    if len(values) < LEAST_PICTURES:
        return np.zeros(len(values), bool)
    logs = np.log(values)
    away = np.abs(logs - np.median(logs))
    spread = 1.4826 * float(np.median(away))
    return np.asarray(away > max(OUTLIER * spread, float(np.log(factor))), bool)


def _tiny_words(said: str, usual: float) -> str:
    return (
        f"The picture is tiny: {said}, where the shorter side is usually {usual:,.0f} px. "
        "Enlarged for the network it shows little."
    )


def _shape_words(said: str, shape: float, usual: float) -> str:
    return (
        f"The shape is unusual: {said} is {shape:.1f} times as long as wide; here {usual:.1f} "
        "times is usual. Fitting it to the network cuts off or squeezes much of it."
    )


def _size_words(said: str, size: float, usual: float) -> str:
    factor = size / usual
    words = f"{factor:.1f} times as large" if factor > 1 else f"{1 / factor:.1f} times smaller"
    return f"The size is unusual: {said} is {words} along a side than is usual in this data set."
