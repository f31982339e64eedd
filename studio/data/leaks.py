"""Pictures that belong together and yet lie in two splits: the test would know the answers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import clean_text, display_name
from studio.data.dataset import SPLITS, Split

TWINS = "twins"
"""What joins pictures that show nearly the same."""


@dataclass(frozen=True)
class LeakReport:
    """What straddles the splits.

    Attributes:
        by: what joins the pictures of a group: :data:`TWINS`, the heading of a column, or nothing
            that has a name.
        groups: ``(g,) int64`` the numbers of the groups with members in two splits or more.
        rows: ``(m,) int64`` the rows of all their members that belong to a split.
        pairs: for two splits, the first before the second, how many groups lie in both.
    """

    groups: NDArray[np.int64]
    rows: NDArray[np.int64]
    pairs: dict[tuple[Split, Split], int]
    by: str = ""

    def __bool__(self) -> bool:
        return bool(len(self.groups))

    @property
    def what(self) -> str:
        """What the pictures of a group are to each other."""
        if self.by == TWINS:
            return "near twins"
        if self.by:
            return f"pictures with the same “{display_name(self.by)}”"
        return "pictures that belong together"

    @property
    def sentence(self) -> str:
        """The finding for the person."""
        if not self:
            return f"No {self.what} lie in different splits."
        parts = [
            f"{count:,} in {one.word} and {two.word}"
            for (one, two), count in self.pairs.items()
            if count
        ]
        number = len(self.groups)
        groups = "group" if number == 1 else "groups"
        verb = "lies" if number == 1 else "lie"
        return (
            f"{number:,} {groups} of {self.what} {verb} in more than one split "
            f"({', '.join(parts)}): the result will look better than it is."
        )

    def as_json(self) -> dict[str, Any]:
        """``by`` (``twins`` or a heading), ``groups``, ``pictures``, ``between`` and a sentence."""
        between = {f"{a.word}-{b.word}": n for (a, b), n in self.pairs.items()}
        return {"by": clean_text(self.by), "groups": len(self.groups), "pictures": len(self.rows),
                "between": between, "message": self.sentence}  # fmt: skip


def find_leaks(split: NDArray[np.int8], groups: NDArray[np.int64], by: str = "") -> LeakReport:
    """Groups whose members lie in different splits.

    Args:
        split: ``(n,) int8`` of :class:`Split`, −1 for none (such pictures leak nothing).
        groups: ``(n,) int64``, −1 belongs to no group; by a column, or of near duplicates.
        by: what joins them, for the sentence: :data:`TWINS`, or the heading of a column.
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
    return LeakReport(names[straddling], used[straddling[of]], pairs, by)
