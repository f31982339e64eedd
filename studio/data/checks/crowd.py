"""Which likenesses mean something: copies are far more alike than the crowd around them.

Photographs of different things are never alike, handwritten ones always are. So no fixed
threshold tells copies from look-alikes; a gap does (as in Lowe's ratio test, 2004): seen from
either picture of a pair, what comes after the copies must miss likeness by far more than they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.descriptors import Floats

GAP = 0.42
"""A copy misses likeness by at most this part of what the next picture misses."""

GAP_AFTER_MORE = 0.25
"""The same after two or more copies: a few look-alikes keep together more often than not."""

FEW, MANY = 4, 20
"""So few copies of one picture show in the pictures laid over each other. So many are believed
where a quick look at all that resembles the picture shows the gap as well."""

LAID = 6
"""Pictures that one is laid over, the likeliest first: copies, and those they must outdo."""

_SURELY_LESS = 0.6  # of what the first look-alike misses, at a quick look
_ALMOST_NOTHING = 0.002  # what the same picture misses at a quick look, saved with care
_OUTSIDE = 0.1  # what pictures miss at least that were not even candidates
_LEAST_MISS = 2e-4  # what rounding to bytes alone may come to


class Places:
    """Every pair seen from both of its pictures, each picture's nearest one first.

    Attributes:
        picture: ``(2 pairs,)`` whose list an entry is in; ascending.
        pair: ``(2 pairs,)`` the number of the pair.
        miss: ``(2 pairs,)`` what the pair misses of full likeness; ascending in each list.
        place: ``(2 pairs,)`` place in the list, from 0.
    """

    def __init__(self, first: NDArray[np.int64], second: NDArray[np.int64], alike: Floats) -> None:
        picture = np.concatenate([first, second])
        miss = np.maximum(1 - np.concatenate([alike, alike]), _LEAST_MISS)
        order = np.lexsort((miss, picture))
        self.picture, self.miss = picture[order], miss[order]
        self.pair = order % max(1, len(first))
        self.place = np.arange(len(picture)) - np.searchsorted(self.picture, self.picture)

    def miss_at(self, count: int, place: int) -> Floats:
        """``(count,)`` what the pair at a place of each picture's list misses; inf for none."""
        found = np.full(count, np.inf, np.float32)
        here = self.place == place
        found[self.picture[here]] = self.miss[here]
        return found

    def following(self, last: Floats) -> Floats:
        """``(2 pairs,)`` what the next of the list misses; behind its end ``last``."""
        end = np.append(self.picture[1:] != self.picture[:-1], True)
        return np.where(end, last, np.append(self.miss[1:], 0)).astype(np.float32)

    def upto(self, entries: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
        """``(count,)`` how long each picture's list is up to the last of those entries."""
        found = np.zeros(count, np.int64)
        np.maximum.at(found, self.picture[entries], self.place[entries] + 1)
        return found

    def both(self, entries: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """``(pairs,)`` whether both entries of a pair are among those."""
        return np.bincount(self.pair[entries], minlength=len(self.pair) // 2) == 2


@dataclass(frozen=True)
class Closer:
    """Which pairs to lay over each other, and what is known of the others.

    Attributes:
        hopeful: ``(pairs,)`` those that may be copies.
        wanted: ``(pairs,)`` the same, those they must outdo, and what looks just the same.
        copies: ``(pictures,)`` how many copies of each are believed at most.
        beyond: ``(pictures,)`` by what factor the first picture that is not laid over each misses
            more than the last one that is; inf, where there is none.
    """

    hopeful: NDArray[np.bool_]
    wanted: NDArray[np.bool_]
    copies: NDArray[np.int64]
    beyond: Floats


def worth_laying(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    near: Floats,
    least: float,
    full: int,
    count: int,
) -> Closer:
    """Choose pairs by a quick likeness.

    Args:
        near: ``(pairs,)`` that likeness.
        least: below it no pair is taken for copies.
        full: so many pairs of a picture may have pushed out others.
        count: number of pictures.
    """
    places = Places(first, second, near)
    picture, miss, place = places.picture, places.miss, places.place
    length = np.bincount(picture, minlength=count)
    last = np.where(length[picture] < full, np.maximum(miss, _OUTSIDE), miss)
    gap = miss <= GAP_AFTER_MORE * places.following(last)
    copies = places.upto(gap & (place >= FEW) & (place < MANY), count)
    later = _SURELY_LESS * places.miss_at(count, FEW)
    alone = (miss <= later[picture]) | (place < copies[picture])
    hopeful = places.both(alone & (miss <= 1 - least))
    asked = np.zeros(count, bool)
    asked[first[hopeful]] = asked[second[hopeful]] = True
    wanted = near >= 1 - _ALMOST_NOTHING
    wanted[places.pair[asked[picture] & (place < LAID)]] = True
    beyond = np.full(count, np.inf, np.float32)
    more = (length > LAID) & (copies < LAID)
    beyond[more] = places.miss_at(count, LAID)[more] / places.miss_at(count, LAID - 1)[more]
    return Closer(hopeful, wanted, np.maximum(copies, FEW), beyond)


def standing_out(
    first: NDArray[np.int64], second: NDArray[np.int64], alike: Floats, closer: Closer
) -> NDArray[np.bool_]:
    """``(pairs,) bool`` whether both pictures see a gap behind the pair.

    Args:
        alike: ``(pairs,)`` likeness of those that were wanted.
        closer: what :func:`worth_laying` said.
    """
    if not len(first):
        return np.zeros(0, bool)
    places = Places(first, second, alike)
    picture, place = places.picture, places.place
    following = places.following(places.miss * closer.beyond[picture])
    gap = places.miss <= np.where(place == 0, GAP, GAP_AFTER_MORE) * following
    gap &= place < closer.copies[picture]
    return places.both(place < places.upto(gap, len(closer.beyond))[picture])
