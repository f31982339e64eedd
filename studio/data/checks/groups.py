"""Groups of pictures that are copies of each other, exact and near ones together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.data.checks.exact import exact_groups
from studio.data.checks.measuring import Measures
from studio.data.checks.near import Twins, near_twins


@dataclass(frozen=True)
class Copies:
    """Which pictures are copies of which.

    Attributes:
        exact: ``(n,)`` for each row the first row with the same pixels.
        groups: ``(n,)`` for each row the first row of its group, near copies included.
        twins: the pairs that were found to be near copies, between rows of ``exact``.
    """

    exact: NDArray[np.int64]
    groups: NDArray[np.int64]
    twins: Twins

    def members(self) -> list[NDArray[np.int64]]:
        """Rows of each group of two and more, in the order of their first rows."""
        order = np.argsort(self.groups, kind="stable")
        ids, starts, counts = np.unique(
            self.groups[order], return_index=True, return_counts=True
        )  # fmt: skip
        return [
            order[start : start + count]
            for _, start, count in zip(ids, starts.tolist(), counts.tolist(), strict=True)
            if count > 1
        ]


def find_copies(
    measures: Measures,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
) -> Copies:
    """Find exact and near duplicates.

    Raises:
        Cancelled: asked for.
    """
    exact = exact_groups(measures)
    firsts = np.flatnonzero((exact == np.arange(len(exact))) & measures["known"])
    twins = near_twins(measures, firsts, progress, control, workers)
    return Copies(exact, united(exact, twins.first, twins.second), twins)


def united(
    parents: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.int64]:
    """``(n,)`` the smallest row that each row is joined to, directly or through others.

    Args:
        parents: ``(n,)`` groups that are known already, by their first rows.
        first, second: pairs of rows to join.
    """
    found = parents.copy()
    while True:
        low = np.minimum(found[first], found[second])
        joined = found.copy()
        for side in (first, second):
            np.minimum.at(joined, side, low)
            np.minimum.at(joined, found[side], low)
        joined = joined[joined]
        if (joined == found).all():
            return joined
        found = joined
