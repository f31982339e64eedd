"""Pairs that might be twins, out of all pairs and symmetries, without comparing every pair.

The vectors are grouped around centres (k-means). Each picture, in each of the 8 symmetries, is
compared only with the members of the few centres that are nearest to it: some n^1.5 products
instead of n². A pair is met from both sides, so it is lost only if both look elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.data.checks.descriptors import SYMMETRIES, Floats, rearranged

LEAST = 0.78
"""Cosine of two vectors below which no pair is looked at: 99 of 100 twins lie above it after a
crop of 5 %, and one of some 10,000 pairs of different photographs."""

MOST_PAIRS = 20
"""Pairs kept for each picture on average, the likeliest ones: bounds time and memory for pictures
that all look alike."""

PROBES = 6
_ONE_GROUP = 2048  # so few pictures are compared one by one
_BLOCK = 4096
_WORDS = "Looking for duplicates"

Keep = Callable[[NDArray[np.int64], NDArray[np.int64], int], NDArray[np.bool_]]


@dataclass(frozen=True)
class Pairs:
    """``first`` turned by ``symmetry`` resembles ``second``; columns of one entry a pair."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    symmetry: NDArray[np.int8]
    cosine: Floats

    def __len__(self) -> int:
        return len(self.first)

    def chosen(self, which: NDArray[np.generic]) -> Pairs:
        """Only some pairs."""
        return Pairs(
            self.first[which], self.second[which], self.symmetry[which], self.cosine[which]
        )


def candidate_pairs(
    vectors: Floats, keep: Keep, progress: Progress = no_progress, control: Control | None = None
) -> Pairs:
    """Pairs with a cosine of at least :data:`LEAST`, at most :data:`MOST_PAIRS` a picture.

    Args:
        vectors: ``(n, numbers)`` of length 1.
        keep: ``keep(first, second, symmetry)`` says which pairs are worth a place.
    """
    most = MOST_PAIRS * len(vectors)
    none = np.zeros(0, np.int64)
    least = LEAST
    found = [Pairs(none, none, none.astype(np.int8), none.astype(np.float32))]
    for number, (members, queries, symmetry, total) in enumerate(_meetings(vectors)):
        if control is not None:
            control.checkpoint()
        progress(number, total, _WORDS)
        for start in range(0, len(queries), _BLOCK):
            part = queries[start : start + _BLOCK]
            products = rearranged(vectors[part], symmetry) @ vectors[members].T
            rows, columns = np.nonzero(products >= least)
            first, second = part[rows], members[columns]
            fits = first != second
            fits[fits] = keep(first[fits], second[fits], symmetry)
            cosine = products[rows[fits], columns[fits]]
            found.append(
                Pairs(
                    first[fits], second[fits], np.full(len(cosine), symmetry, np.int8), cosine
                )
            )  # fmt: skip
        if sum(map(len, found)) > 2 * most:
            found = [_best(found, most)]
            least = max(least, float(found[0].cosine.min()))
    return _best(found, most)


def _best(found: list[Pairs], most: int) -> Pairs:
    columns = ("first", "second", "symmetry", "cosine")
    pairs = Pairs(*(np.concatenate([getattr(p, name) for p in found]) for name in columns))
    if len(pairs) <= most:
        return pairs
    return pairs.chosen(np.argpartition(-pairs.cosine, most)[:most])


def _meetings(
    vectors: Floats,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], int, int]]:
    """Who is compared with whom: members, visitors, the visitors' symmetry, number of all."""
    n = len(vectors)
    everyone = np.arange(n)
    if n <= _ONE_GROUP:
        for symmetry in range(SYMMETRIES):
            yield everyone, everyone, symmetry, SYMMETRIES
        return
    centres = _centres(vectors)
    home = _nearest(vectors, centres, 1)[:, 0]
    by_home = np.argsort(home, kind="stable")
    bounds = np.searchsorted(home[by_home], np.arange(len(centres) + 1))
    for symmetry in range(SYMMETRIES):
        visits = _nearest(rearranged(vectors, symmetry), centres, PROBES)
        order = np.argsort(visits.ravel(), kind="stable")
        edges = np.searchsorted(visits.ravel()[order], np.arange(len(centres) + 1))
        for c in range(len(centres)):
            members = by_home[bounds[c] : bounds[c + 1]]
            visitors = order[edges[c] : edges[c + 1]] // PROBES
            if len(members) and len(visitors):
                yield members, visitors, symmetry, SYMMETRIES * len(centres)


def _centres(vectors: Floats) -> Floats:
    """About √n directions around which the vectors lie: a few rounds of k-means on a sample."""
    n = len(vectors)
    count = max(PROBES, round(n**0.5))
    random = np.random.default_rng(0)  # the same pictures give the same answer
    sample = vectors[random.choice(n, min(n, 20 * count), replace=False)]
    centres = sample[:count].copy()
    for _ in range(4):
        home = _nearest(sample, centres, 1)[:, 0]
        sums = np.zeros_like(centres)
        np.add.at(sums, home, sample)
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(length > 1e-6, sums / np.maximum(length, 1e-6), centres)
    return np.asarray(centres, np.float32)


def _nearest(vectors: Floats, centres: Floats, count: int) -> NDArray[np.int64]:
    """``(n, count)`` centres with the largest products."""
    result = np.empty((len(vectors), count), np.int64)
    for start in range(0, len(vectors), _BLOCK):
        products = vectors[start : start + _BLOCK] @ centres.T
        if count == 1:
            result[start : start + _BLOCK, 0] = products.argmax(axis=1)
        else:
            part = np.argpartition(-products, count - 1, axis=1)[:, :count]
            result[start : start + _BLOCK] = part
    return result
