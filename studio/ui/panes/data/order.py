"""Which pictures are listed, and in which order: plain functions of a data set, without Qt."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from studio.data.dataset import Dataset

ORDERS = {"shuffled": "Shuffled", "class": "By class", "name": "By name"}
AS_FOUND = "as found"
NO_CLASS = "No class"
_SHUFFLE_SEED = 20
_DIGITS = re.compile(r"\d+")


def first_output(dataset: Dataset) -> str:
    """The output whose classes the pane lists."""
    return next(iter(dataset.outputs), "")


def class_names(dataset: Dataset) -> tuple[str, ...]:
    """The classes of the first output."""
    return dataset.outputs.get(first_output(dataset), ())


def class_of(dataset: Dataset, row: int) -> str:
    """The class of one picture, or its classes; “No class” where it has none."""
    output = first_output(dataset)
    return ", ".join(dataset.classes_of(row, output) if output else ()) or NO_CLASS


def name_ranks(dataset: Dataset) -> NDArray[np.int64]:
    """For each picture its place when sorted by file name, picture 2 before picture 10.

    Takes a tenth of a second for 50,000 names: ask for it in the background.
    """
    keys = [_DIGITS.sub(_padded, path.rpartition("/")[2].lower()) for path in dataset.paths]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _padded(digits: re.Match[str]) -> str:
    """Numbers of the same length sort like numbers."""
    return digits[0].zfill(12)


def listed(
    dataset: Dataset,
    class_index: int | None,
    lowered: list[str],
    query: str,
    order: str,
    ranks: NDArray[np.int64] | None = None,
    first: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Rows of the data set to show.

    Args:
        class_index: only this class of the first output; None for all.
        lowered: the paths in lower case; only asked for a search.
        query: words that must all be in the path; empty for no search.
        order: a key of :data:`ORDERS`, where ``name`` needs ``ranks``; or :data:`AS_FOUND`.
        first: rows with which ``shuffled`` begins, in their order.
    """
    rows = np.arange(len(dataset.paths), dtype=np.int64)
    if class_index is not None:
        rows = dataset.rows_of(class_index, first_output(dataset)).astype(np.int64)
    for word in query.lower().split():
        rows = rows[[word in lowered[row] for row in rows.tolist()]] if len(rows) else rows
    if order == "name" and ranks is not None:
        return rows[np.argsort(ranks[rows], kind="stable")]
    if order == AS_FOUND:
        return rows
    if order == "class" and dataset.outputs:
        labels = dataset.first_class(first_output(dataset))[rows]
        return rows[np.argsort(labels, kind="stable")]
    shuffled = np.random.default_rng(_SHUFFLE_SEED).permutation(len(dataset.paths))
    if first is not None:
        shuffled[first] = np.arange(-len(first), 0)
    return rows[np.argsort(shuffled[rows], kind="stable")]


def rows_of_paths(dataset: Dataset, paths: list[str]) -> dict[str, int]:
    """Where these relative paths stand in a data set, in their order; unknown ones are left out."""
    wanted = set(paths)
    found = {path: row for row, path in enumerate(dataset.paths) if path in wanted}
    return {path: found[path] for path in paths if path in found}


def same_class(old: Dataset, new: Dataset, index: int) -> int:
    """Where a class of the first output stands after it may have been renamed or merged.

    Args:
        index: a class of ``old``, which has the same pictures; negative for all pictures.

    Returns:
        its place in ``new``; −1 for all pictures, where it is gone.
    """
    if index < 0:
        return -1
    name, names = class_names(old)[index], class_names(new)
    if name in names:
        return names.index(name)
    output = first_output(new)
    pictures = old.rows_of(index, output)
    if not len(pictures) or not names:
        return -1
    labels = new.first_class(output)[pictures]
    counts = np.bincount(labels[labels >= 0], minlength=len(names))
    return int(counts.argmax()) if counts.any() else -1
