"""Pictures that belong together and yet lie in two splits: the test would know the answers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from studio.data.dataset import SPLITS, Split


@dataclass(frozen=True)
class LeakReport:
    """What straddles the splits.

    Attributes:
        groups: ``(g,) int64`` the numbers of the groups with members in two splits or more.
        rows: ``(m,) int64`` the rows of all their members that belong to a split.
        pairs: for two splits, the first before the second, how many groups lie in both.
    """

    groups: NDArray[np.int64]
    rows: NDArray[np.int64]
    pairs: dict[tuple[Split, Split], int]

    def __bool__(self) -> bool:
        return bool(len(self.groups))

    @property
    def sentence(self) -> str:
        """The finding for the person."""
        if not self:
            return "No pictures that belong together lie in different splits."
        parts = [
            f"{count:,} in {one.word} and {two.word}"
            for (one, two), count in self.pairs.items()
            if count
        ]
        number = len(self.groups)
        what = "group of pictures that belong together lies" if number == 1 else (
            "groups of pictures that belong together lie"
        )  # fmt: skip
        return (
            f"{number:,} {what} in more than one split ({', '.join(parts)}): "
            "the result will look better than it is."
        )


def find_leaks(split: NDArray[np.int8], groups: NDArray[np.int64]) -> LeakReport:
    """Groups whose members lie in different splits.

    Args:
        split: ``(n,) int8`` of :class:`Split`, −1 for none (such pictures leak nothing).
        groups: ``(n,) int64``, −1 belongs to no group; by a column, or of near duplicates.
    """
    used = np.flatnonzero((np.asarray(split) >= 0) & (np.asarray(groups) >= 0))
    names, of = np.unique(np.asarray(groups, np.int64)[used], return_inverse=True)
    inside = np.zeros((len(names), len(SPLITS)), bool)
    inside[of, split[used]] = True
    straddling = inside.sum(axis=1) > 1
    pairs = {
        (one, two): int((inside[:, int(one)] & inside[:, int(two)]).sum())
        for one, two in combinations(SPLITS, 2)
    }
    return LeakReport(names[straddling], used[straddling[of]], pairs)
