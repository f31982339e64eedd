"""Reading the open data set again after pictures came or went, so that nothing in sight moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress
from studio.data.dataset import Dataset
from studio.data.split import SplitSpec
from studio.ui.panes.data.order import listed


@dataclass(frozen=True)
class Refreshed:
    """The same data set with other pictures.

    Attributes:
        before: the paths of the data set as it was, by which it is recognised.
        rows: ``(before,) int64`` where each of its rows is now; −1 where it is gone.
        first: rows with which the shuffled order begins: those of before, in their order.
        assignment: ``(n,) int8`` the split by ``split``.
    """

    dataset: Dataset
    before: list[str]
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    split: SplitSpec
    assignment: NDArray[np.int8]

    def moved(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where rows of before are now, without those that are gone."""
        now = self.rows[rows]
        return now[now >= 0]


def read_again(
    dataset: Dataset,
    first: NDArray[np.int64] | None,
    split: SplitSpec,
    progress: Progress,
    control: Control | None,
    place: Path | None = None,
) -> Refreshed:
    """Open a data set again.

    Args:
        first: rows with which its shuffled order begins now, see ``listed``.
        place: where a copy of it lies; where it was, if left out.

    Raises:
        StudioError: it cannot be opened any longer.
        Cancelled: asked for.
    """
    from studio.data.dataset import unusable
    from studio.data.index import open_dataset
    from studio.data.split import assign

    fresh = open_dataset(
        place or dataset.place, dataset.format, progress=progress, control=control,
        options=dataset.options,
    )  # fmt: skip
    fresh = replace(fresh, reason=dataset.reason, chosen=dataset.chosen)
    fresh.fingerprint()  # kept by the data set
    left_out = unusable(fresh, fresh.problems)
    places = {path: row for row, path in enumerate(fresh.paths)}
    rows = np.array([places.get(path, -1) for path in dataset.paths], np.int64)
    order = rows[listed(dataset, None, [], "", "shuffled", None, first)]
    assignment = assign(fresh, split, excluded=left_out)
    return Refreshed(fresh, dataset.paths, rows, order[order >= 0], split, assignment)
