"""Which rows of a data set the paths of an overlay are."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from studio.data.dataset import Dataset


class Binding:
    """Paths of the journal, by id, as rows. A path may have no row, or several (a table's twins).

    The few paths of the journal are looked up, not the many of the data set, so that the memory
    goes with what was changed.
    """

    def __init__(self, dataset: Dataset, ids: Mapping[str, int], known: int) -> None:
        """Look up the paths whose id is below ``known``."""
        self._dataset = weakref.ref(dataset)
        self._known = known
        look_up, none = ids.get, known
        paths = dataset.paths if known else ()
        found = np.fromiter((look_up(path, none) for path in paths), np.int64, len(paths))
        rows = np.flatnonzero(found < known)
        order = np.argsort(found[rows], kind="stable")
        self._rows = rows[order]
        self._counts = np.bincount(found[rows], minlength=known)
        self._starts = np.cumsum(self._counts) - self._counts
        self._one_each = bool((self._counts <= 1).all())

    @property
    def present(self) -> NDArray[np.bool_]:
        """``(paths,) bool`` whether the data set has each path."""
        return np.asarray(self._counts > 0)

    def fits(self, dataset: Dataset, known: int) -> bool:
        """Whether this is about that data set and so many paths."""
        return self._dataset() is dataset and self._known == known

    def rows(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of these paths."""
        ids = ids[self._counts[ids] > 0]
        starts = self._starts[ids]
        if self._one_each:
            return self._rows[starts]
        counts = self._counts[ids]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._rows[np.repeat(starts, counts) + within]
