"""Near duplicates: the same picture again, resized, recompressed, cropped by some 5 %, brighter or
darker, mirrored or turned by right angles.

Four sieves, each finer and slower than the one before: the cosine of short vectors, colours, the
cosine after a small step along the tangents, and at last the correlation of the small pictures
laid over each other. What remains must be alike everywhere, in whole and in detail, and much more
alike than all that resembles it anyway (handwritten digits, X-rays): only that makes it a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.data.checks.aligning import likeness
from studio.data.checks.candidates import EACH, Pairs, candidate_pairs
from studio.data.checks.colours import same_colours
from studio.data.checks.crowd import standing_out, worth_laying
from studio.data.checks.descriptors import Floats, blurred, describe, rearranged, turned
from studio.data.checks.looks import FAINT
from studio.data.checks.measuring import SIDE, Measures
from studio.data.checks.tangents import nearness, tangents
from studio.data.parallel import for_each

NEAR = 0.92
"""Least cosine after the best small step; 98 of 100 copies of photographs, X-rays, digits and
drawings reach 0.95."""

LIKE = (0.9, 0.7, 0.92, 0.75)
"""Least correlations of copies: of the whole, in detail, evened out, at the worst place. Evened
out, nine of ten copies of photographs reach 0.98, of drawings 0.93, however they were made. The
likest different drawings reach 0.95 as well, but nine of ten not 0.73 at their worst place."""

SAME = (0.9, 0.98, 0.994, 0.97)
"""The same of what can only be a copy, whatever the crowd: half of the copies of 10,000
handwritten digits reach it, and of different digits no two."""

_COARSER, _SOFT = 0.75, 0.75  # shares of cells, and cells of the small picture
_ROWS, _BATCH = 256, 128  # at a time: some 0.1 s at most


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

    pairs = candidate_pairs(vectors, keep, progress, control, workers)
    pairs, near = _nearest_first(pairs, small, vectors, progress, control, workers)
    closer = worth_laying(pairs.first, pairs.second, near, NEAR, EACH, len(rows))
    pairs, hopeful = pairs.chosen(closer.wanted), closer.hopeful[closer.wanted]
    cells = np.minimum(np.minimum(measures["height"], measures["width"])[rows], SIDE)
    alike, fits, same = _laid_over(pairs, small, cells, progress, control, workers)
    good = same | (fits & hopeful & standing_out(pairs.first, pairs.second, alike, closer))
    pairs = pairs.chosen(good)
    return Twins(rows[pairs.first], rows[pairs.second], alike[good], pairs.symmetry)


def _vectors(small: NDArray[np.uint8]) -> Floats:
    parts = [
        describe(small[start : start + _ROWS].astype(np.float32))
        for start in range(0, max(1, len(small)), _ROWS)
    ]
    return np.concatenate(parts)


def _nearest_first(
    pairs: Pairs,
    small: NDArray[np.uint8],
    vectors: Floats,
    progress: Progress,
    control: Control | None,
    workers: int | None,
) -> tuple[Pairs, Floats]:
    """Each two pictures once, in their best symmetry, with their nearness; the nearest first."""
    # The directions belong to the second picture, which is never turned. They are made for a
    # block of rows at a time, since all of them would fill the memory.
    pairs = pairs.chosen(np.argsort(pairs.second, kind="stable"))
    near: Floats = np.zeros(len(pairs), np.float32)
    starts = range(0, len(small), _ROWS)
    edges: list[int] = np.searchsorted(pairs.second, [*starts, len(small)]).tolist()

    def work(block: int) -> None:
        left, right = edges[block], edges[block + 1]
        if left == right:
            return
        wanted, rows = np.unique(pairs.second[left:right], return_inverse=True)
        found = tangents(small[wanted].astype(np.float32))
        for symmetry in np.unique(pairs.symmetry[left:right]).tolist():
            which = np.flatnonzero(pairs.symmetry[left:right] == symmetry)
            for part in np.array_split(which, len(which) // _ROWS + 1):
                others = rearranged(vectors[pairs.first[left + part]], symmetry)
                near[left + part] = nearness(found, rows[part], others)

    if len(pairs):
        for_each(len(starts), work, "Comparing pictures", progress, control, workers)
    order = np.argsort(-near, kind="stable")
    _, firsts = np.unique(_keys(pairs.first, pairs.second)[order], return_index=True)
    order = order[np.sort(firsts)]
    return pairs.chosen(order), near[order]


def _keys(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for two rows, in whichever order."""
    return np.minimum(first, second) * (1 << 32) + np.maximum(first, second)


def _laid_over(
    pairs: Pairs,
    small: NDArray[np.uint8],
    cells: NDArray[np.int32],
    progress: Progress,
    control: Control | None,
    workers: int | None,
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """``(pairs,)`` how alike they are, evened out; whether they may be copies, and must be.

    Args:
        cells: ``(n,)`` along how many cells of the small pictures there really is something new.
    """
    alike: Floats = np.zeros(len(pairs), np.float32)
    fits, same = np.zeros((2, len(pairs)), bool)
    one, other = cells[pairs.first], cells[pairs.second]
    # A copy of fewer pixels than the small picture has cells is softer than its original.
    finer = np.where(other < _COARSER * one, 1, np.where(one < _COARSER * other, 2, 0))
    kinds = pairs.symmetry * 3 + finer
    batches = [
        part
        for kind in np.unique(kinds).tolist()
        for which in [np.flatnonzero(kinds == kind)]
        for part in np.array_split(which, len(which) // _BATCH + 1)
        if len(part)
    ]

    def work(number: int) -> None:
        part = batches[number]
        symmetry, softened = divmod(int(kinds[part[0]]), 3)
        first = turned(small[pairs.first[part]].astype(np.float32), symmetry)
        second = small[pairs.second[part]].astype(np.float32)
        if softened == 1:
            first = blurred(first, _SOFT)
        elif softened == 2:
            second = blurred(second, _SOFT)
        found = likeness(first, second)
        alike[part] = found.evened
        fits[part] = found.reaches(LIKE)
        same[part] = found.reaches(SAME)

    if batches:
        for_each(len(batches), work, "Comparing pictures", progress, control, workers)
    return alike, fits, same
