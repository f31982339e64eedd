"""Near duplicates: the same picture again, resized, recompressed, cropped by some 5 %, brighter or
darker, mirrored or turned by right angles.

Four sieves, each finer and slower than the one before: the cosine of short vectors, colours, the
cosine after a small step along the tangents, and at last the correlation of the small pictures
laid over each other. What remains must be alike in whole and in detail, and much more alike than
the many pictures that resemble it anyway (handwritten digits, X-rays): only that makes it a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.data.checks.aligning import likeness
from studio.data.checks.candidates import Pairs, candidate_pairs
from studio.data.checks.colours import same_colours
from studio.data.checks.descriptors import Floats, describe, rearranged, turned
from studio.data.checks.looks import FAINT
from studio.data.checks.measuring import Measures
from studio.data.checks.tangents import nearness, tangents
from studio.data.parallel import for_each

NEAR = 0.9
"""Least cosine after the best small step: cropped copies reach 0.96, brightened ones 0.93."""

WHOLE, DETAIL, EVENED = 0.9, 0.7, 0.92
"""Least correlations of copies. Different photographs of one thing stay below 0.9 in
``evened``; copies cropped, compressed or resized lie above 0.95, hard brightened ones at 0.93."""

CROWD = 8
STANDS_OUT = 0.5
"""A copy misses likeness by at most this part of what the next picture misses that resembles one
of the two, but not both as copies of one picture do; its ``CROWD`` likest are asked."""

MOST_LAID = 2
"""Pairs for each picture on average that are laid over each other, the likeliest first."""

_ROWS, _BATCH = 4096, 128


@dataclass(frozen=True)
class Twins:
    """Pairs of near duplicates: rows, how alike (0 to 1), and how the first is turned."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    alike: Floats
    symmetry: NDArray[np.int8]


def near_twins(
    measures: Measures,
    rows: NDArray[np.int64],
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
) -> Twins:
    """Near duplicates among some pictures.

    Args:
        measures: ``(n,)`` table of all pictures.
        rows: those to look at; pictures without contrast are left out, they have nothing to be
            recognised by.
    """
    rows = rows[measures["known"][rows] & (measures["contrast"][rows] >= FAINT)]
    small, colour = measures["small"][rows], measures["colour"][rows]
    vectors = _vectors(small)

    def keep(
        first: NDArray[np.int64], second: NDArray[np.int64], symmetry: int
    ) -> NDArray[np.bool_]:
        return same_colours(colour[first], colour[second], symmetry)

    pairs = candidate_pairs(vectors, keep, progress, control)
    pairs, near = _sieved(pairs, small, vectors, control)
    pairs = _once(pairs, near, MOST_LAID * len(rows))
    alike = _laid_over(pairs, small, progress, control, workers)
    background = 0.0
    if 0 < len(pairs) == MOST_LAID * len(rows):
        # So many resemble each other that some were never laid over: they are a crowd as well,
        # about as alike as the likest of the last ones that were.
        background = float(np.quantile(alike[-max(1, len(pairs) // 10) :], 0.9))
    good = _standing_out(pairs, alike, background)
    pairs = pairs.chosen(good)
    return Twins(rows[pairs.first], rows[pairs.second], alike[good], pairs.symmetry)


def _vectors(small: NDArray[np.uint8]) -> Floats:
    parts = [
        describe(small[start : start + _ROWS].astype(np.float32))
        for start in range(0, max(1, len(small)), _ROWS)
    ]
    return np.concatenate(parts)


def _sieved(
    pairs: Pairs, small: NDArray[np.uint8], vectors: Floats, control: Control | None
) -> tuple[Pairs, Floats]:
    """Pairs that may be crops of each other, with their nearness."""
    # The directions belong to the second picture, which is never turned. They are made for a
    # block of rows at a time, since all of them would fill the memory.
    pairs = pairs.chosen(np.argsort(pairs.second, kind="stable"))
    near = np.zeros(len(pairs), np.float32)
    for start in range(0, len(small), _ROWS):
        if control is not None:
            control.checkpoint()
        left, right = np.searchsorted(pairs.second, [start, start + _ROWS])
        if left == right:
            continue
        wanted, rows = np.unique(pairs.second[left:right], return_inverse=True)
        found = tangents(small[wanted].astype(np.float32))
        for symmetry in np.unique(pairs.symmetry[left:right]).tolist():
            which = np.flatnonzero(pairs.symmetry[left:right] == symmetry)
            for part in np.array_split(which, len(which) // _ROWS + 1):
                others = rearranged(vectors[pairs.first[left + part]], symmetry)
                near[left + part] = nearness(found, rows[part], others)
    good = near >= NEAR
    return pairs.chosen(good), near[good]


def _once(pairs: Pairs, near: Floats, most: int) -> Pairs:
    """Each two pictures once, in their best symmetry; the likeliest ``most`` pairs come first."""
    order = np.argsort(-near, kind="stable")
    keys = _keys(pairs.first, pairs.second)[order]
    _, firsts = np.unique(keys, return_index=True)
    return pairs.chosen(order[np.sort(firsts)[:most]])


def _keys(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for two rows, in whichever order."""
    return np.minimum(first, second) * (1 << 32) + np.maximum(first, second)


def _laid_over(
    pairs: Pairs,
    small: NDArray[np.uint8],
    progress: Progress,
    control: Control | None,
    workers: int | None,
) -> Floats:
    """``(pairs,)`` how alike they are: correlation evened out; 0 where whole or detail fail."""
    alike = np.zeros(len(pairs), np.float32)
    batches = [
        part
        for symmetry in np.unique(pairs.symmetry).tolist()
        for which in [np.flatnonzero(pairs.symmetry == symmetry)]
        for part in np.array_split(which, len(which) // _BATCH + 1)
        if len(part)
    ]

    def work(number: int) -> None:
        part = batches[number]
        symmetry = int(pairs.symmetry[part[0]])
        first = turned(small[pairs.first[part]].astype(np.float32), symmetry)
        found = likeness(first, small[pairs.second[part]].astype(np.float32))
        fits = (found.whole >= WHOLE) & (found.detail >= DETAIL)
        alike[part] = np.where(fits, found.evened, 0)

    if batches:
        for_each(len(batches), work, "Comparing pictures", progress, control, workers)
    return alike


def _standing_out(pairs: Pairs, alike: Floats, background: float) -> NDArray[np.bool_]:
    """``(pairs,) bool`` alike enough, and far more so than with pictures of the crowd."""
    one = np.concatenate([pairs.first, pairs.second])
    other = np.concatenate([pairs.second, pairs.first])
    values = np.concatenate([alike, alike])
    order = np.lexsort((-values, one))
    one, other, values = one[order], other[order], values[order]
    sorted_keys = np.argsort(keys := _keys(pairs.first, pairs.second))
    keys, by_key = keys[sorted_keys], alike[sorted_keys]
    crowd = np.full(len(pairs), background, np.float32)
    for here, there in ((pairs.first, pairs.second), (pairs.second, pairs.first)):
        start, end = np.searchsorted(one, here), np.searchsorted(one, here, side="right")
        for number in range(CROWD):
            at = np.minimum(start + number, len(one) - 1)
            counts = (start + number < end) & (other[at] != there)
            # A third copy of the same picture is as like the one as the other: no crowd.
            key = _keys(there, other[at])
            found = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            counts &= (keys[found] != key) | (by_key[found] < EVENED)
            crowd = np.where(counts, np.maximum(crowd, values[at]), crowd)
    return np.asarray((alike >= EVENED) & (1 - alike <= STANDS_OUT * (1 - crowd)), bool)
