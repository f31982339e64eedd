"""Which pictures of the data set stand ready, and what is known of one: plain functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.data.dataset import Dataset
from studio.ui.panes.data.order import class_of

_SEED = 5


def ready_pictures(
    dataset: Dataset | None, assignment: NDArray[np.int8], current: str, most: int
) -> list[str]:
    """Paths of a few pictures, of those that no training saw where there are enough.

    ``current`` comes first where it is not among them anyway.
    """
    if dataset is None or not len(dataset):
        return []
    unseen = np.flatnonzero(assignment > 0)
    pool = unseen if len(unseen) >= most else np.arange(len(dataset))
    chosen = np.random.default_rng(_SEED).choice(pool, min(most, len(pool)), replace=False)
    paths = [f"{dataset.root}/{dataset.paths[row]}" for row in chosen.tolist()]
    if current and current not in paths:
        paths = [current, *paths][:most]
    return paths


def true_class(dataset: Dataset | None, path: str) -> str:
    """The class that the data set gives a picture; empty where it is not in it."""
    prefix = f"{dataset.root}/" if dataset is not None else ""
    if dataset is None or not path.startswith(prefix):
        return ""
    try:
        return class_of(dataset, dataset.paths.index(path[len(prefix) :]))
    except ValueError:
        return ""
