"""Pairs that might be twins, out of all pairs and symmetries, without comparing every pair.

The vectors are grouped around centres (k-means). Each picture, in each of the 8 symmetries, is
compared only with the members of the few centres that are nearest to it: some n^1.5 products
instead of n². A pair is met from both sides, so it is lost only if both look elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.data.checks.descriptors import SYMMETRIES, Floats, multiplied, rearranged
from studio.data.parallel import for_each

LEAST = 0.78
"""Cosine of two vectors below which no pair is looked at: 99 of 100 twins lie above it after a
crop of 5 %, and one of some 10,000 pairs of different photographs."""

EACH = 24
"""Pictures kept for each picture, the likeliest ones: bounds time and memory for pictures that all
look alike. Kept for each, so that a thousand digits alike leave every other its places."""

PROBES = 6
_ONE_GROUP = 2048  # so few pictures are compared one by one
_BLOCK = 1024
_ROUND = 32  # meetings between two looks at what is likely now
_SLACK = 4 * EACH  # pairs of a picture at one meeting that are asked for their colours
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

    def chosen(self, which: NDArray[np.generic] | slice) -> Pairs:
        """Only some pairs."""
        return Pairs(
            self.first[which], self.second[which], self.symmetry[which], self.cosine[which]
        )


_NONE = Pairs(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8), np.zeros(0, np.float32)
)  # fmt: skip


@dataclass(frozen=True)
class _Meeting:
    """Who is compared with whom, and how much of the search that is.

    Attributes:
        seen: ``(n, numbers)`` vectors of all in the symmetry of the visitors.
    """

    members: NDArray[np.int64]
    visitors: NDArray[np.int64]
    symmetry: int
    seen: Floats
    number: int
    total: int


def candidate_pairs(
    vectors: Floats,
    keep: Keep,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
) -> Pairs:
    """Pairs with a cosine of at least :data:`LEAST`, the :data:`EACH` likeliest of each picture.

    Args:
        vectors: ``(n, numbers)`` of length 1.
        keep: ``keep(first, second, symmetry)`` says which pairs are worth a place.

    Raises:
        Cancelled: asked for.
    """
    likeliest = _Likeliest(len(vectors))
    meetings = _meetings(vectors, control)
    # What a pair must reach rises between rounds only, and their finds are added in order: the
    # answer does not depend on which thread is faster.
    while some := list(islice(meetings, _ROUND)):
        progress(some[0].number, some[0].total, _WORDS)
        found: list[Pairs] = [_NONE] * len(some)
        work = partial(_meet, vectors, keep, likeliest.floor, some, found)
        for_each(len(some), work, _WORDS, no_progress, control, workers)
        for pairs in found:
            likeliest.add(pairs)
    return likeliest.all()


def _meet(
    vectors: Floats,
    keep: Keep,
    floor: Floats,
    meetings: list[_Meeting],
    found: list[Pairs],
    number: int,
) -> None:
    """Compare the visitors of one meeting with its members."""
    meeting = meetings[number]
    visitors = meeting.visitors
    products = multiplied(meeting.seen[visitors], vectors[meeting.members])
    rows, columns = _worth_a_look(products, floor[visitors])
    first, second = visitors[rows], meeting.members[columns]
    fits = first != second
    fits[fits] = keep(first[fits], second[fits], meeting.symmetry)
    cosine = products[rows[fits], columns[fits]]
    symmetry = np.full(len(cosine), meeting.symmetry, np.int8)
    found[number] = Pairs(first[fits], second[fits], symmetry, cosine)


def _worth_a_look(products: Floats, floor: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the products that reach their row's floor; of very many the largest."""
    good = products >= floor[:, None]
    beyond = products.shape[1] - _SLACK
    if beyond > 0 and np.count_nonzero(good) > _SLACK * len(products):
        good &= products >= np.partition(products, beyond, axis=1)[:, beyond, None]
    rows, columns = np.nonzero(good)
    return rows.astype(np.int64), columns.astype(np.int64)


class _Likeliest:
    """The likeliest pairs of each picture, gathered from many meetings."""

    def __init__(self, count: int) -> None:
        self.floor = np.full(count, LEAST, np.float32)  # what a pair of each must reach now
        self._found: list[Pairs] = []
        self._waiting = 0
        self._most = max(1 << 17, EACH * count // 2)

    def add(self, pairs: Pairs) -> None:
        self._found.append(pairs)
        self._waiting += len(pairs)
        if self._waiting > self._most:
            self._found = [self.all()]
            self._waiting = 0

    def all(self) -> Pairs:
        """The likeliest pairs so far, in the order of their first pictures."""
        columns = ("first", "second", "symmetry", "cosine")
        found = [_NONE, *self._found]
        pairs = Pairs(*(np.concatenate([getattr(p, name) for p in found]) for name in columns))
        # A cosine moves a row by less than half a row: one sort by both.
        order = np.argsort(pairs.first - 0.499 * pairs.cosine.astype(np.float64), kind="stable")
        pairs = pairs.chosen(order)
        # Two pictures take one place, in the symmetry that fits best.
        _, once = np.unique(pairs.first * len(self.floor) + pairs.second, return_index=True)
        pairs = pairs.chosen(np.sort(once))
        rank = np.arange(len(pairs)) - np.searchsorted(pairs.first, pairs.first)
        last = rank == EACH - 1
        self.floor[pairs.first[last]] = pairs.cosine[last]
        return pairs.chosen(rank < EACH)


def _meetings(vectors: Floats, control: Control | None) -> Iterator[_Meeting]:
    n = len(vectors)
    grouped = n > _ONE_GROUP
    centres = _centres(vectors) if grouped else vectors[:1]
    probes = PROBES if grouped else 1
    home = _nearest(vectors, centres, 1, control)[:, 0]
    by_home = np.argsort(home, kind="stable")
    bounds = np.searchsorted(home[by_home], np.arange(len(centres) + 1))
    for symmetry in range(SYMMETRIES):
        seen = rearranged(vectors, symmetry)
        visits = _nearest(seen, centres, probes, control)
        order = np.argsort(visits.ravel(), kind="stable")
        edges = np.searchsorted(visits.ravel()[order], np.arange(len(centres) + 1))
        for c in range(len(centres)):
            members = by_home[bounds[c] : bounds[c + 1]]
            if not len(members):
                continue
            number = symmetry * len(centres) + c
            for start in range(edges[c], edges[c + 1], _BLOCK):
                visitors = order[start : min(edges[c + 1], start + _BLOCK)] // probes
                yield _Meeting(members, visitors, symmetry, seen, number, SYMMETRIES * len(centres))


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


def _nearest(
    vectors: Floats, centres: Floats, count: int, control: Control | None = None
) -> NDArray[np.int64]:
    """``(n, count)`` centres with the largest products."""
    result = np.empty((len(vectors), count), np.int64)
    for start in range(0, len(vectors), _BLOCK):
        if control is not None:
            control.checkpoint()
        products = multiplied(vectors[start : start + _BLOCK], centres)
        if count == 1:
            result[start : start + _BLOCK, 0] = products.argmax(axis=1)
        else:
            part = np.argpartition(-products, count - 1, axis=1)[:, :count]
            result[start : start + _BLOCK] = part
    return result
