"""How many pictures of each class every part of a split has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.data.dataset import NO_SPLIT, SPLITS, Dataset

PARTS = (*(int(split) for split in SPLITS), NO_SPLIT)
"""The columns of a table of counts; the last are pictures that belong to no part."""


def part_counts(split: NDArray[np.int8]) -> NDArray[np.int64]:
    """``(4,) int64`` pictures in each of :data:`PARTS`."""
    counts = np.bincount(split.astype(np.int64) - NO_SPLIT, minlength=len(PARTS))
    return np.roll(counts, -1).astype(np.int64)


def class_table(dataset: Dataset, split: NDArray[np.int8], output: str) -> NDArray[np.int64]:
    """``(classes, 4) int64`` pictures of each class in each of :data:`PARTS`.

    Args:
        split: ``(n,) int8`` of :class:`~studio.data.dataset.Split`, −1 for none.
    """
    labels, classes = dataset.labels[output], len(dataset.outputs[output])
    if labels.ndim == 2:
        columns = [(labels[split == part] == 1).sum(axis=0, dtype=np.int64) for part in PARTS]
        return np.stack(columns, axis=1).reshape(classes, len(PARTS))
    known = labels >= 0
    place = labels[known].astype(np.int64) * len(PARTS) + (split[known] - NO_SPLIT)
    table = np.bincount(place, minlength=classes * len(PARTS)).reshape(classes, len(PARTS))
    return np.roll(table, -1, axis=1).astype(np.int64)
