"""Which pictures are listed, and in which order: plain functions of a data set, without Qt."""

from __future__ import annotations

import re
from itertools import repeat
from operator import contains
from pathlib import Path

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


def shown_output(dataset: Dataset, wish: str = "") -> str:
    """The output that a person chose to see; the first where this data set has no such one."""
    return wish if wish in dataset.outputs else first_output(dataset)


def class_names(dataset: Dataset, output: str = "") -> tuple[str, ...]:
    """The classes of an output, of the first where it is left out."""
    return dataset.outputs.get(shown_output(dataset, output), ())


def class_of(dataset: Dataset, row: int, output: str = "") -> str:
    """The class of one picture, or its classes; “No class” where it has none."""
    output = shown_output(dataset, output)
    return ", ".join(dataset.classes_of(row, output) if output else ()) or NO_CLASS


def name_order(dataset: Dataset) -> NDArray[np.int64]:
    """All rows sorted by file name, picture 2 before picture 10.

    Takes a tenth of a second for 50,000 names: ask for it in the background.
    """
    keys = np.empty(len(dataset), object)
    keys[:] = [_DIGITS.sub(_padded, path.rpartition("/")[2].lower()) for path in dataset.paths]
    return np.argsort(keys, kind="stable")


def _padded(digits: re.Match[str]) -> str:
    """Numbers of the same length sort like numbers."""
    return digits[0].zfill(12)


def listed(
    dataset: Dataset,
    class_index: int | None,
    lowered: list[str],
    query: str,
    order: str,
    by_name: NDArray[np.int64] | None = None,
    first: NDArray[np.int64] | None = None,
    output: str = "",
    among: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Rows of the data set to show.

    Args:
        class_index: only this class of ``output``; None for all.
        lowered: the paths in lower case; only asked for a search.
        query: words that must all be in the path; empty for no search.
        order: a key of :data:`ORDERS`; or :data:`AS_FOUND`.
        by_name: all rows as of :func:`name_order`; until it is there ``name`` is as found.
        first: rows with which ``shuffled`` begins, in their order.
        output: the output of which the classes are; the first where it is left out.
        among: ``(n,) bool`` list only these; all where it is left out.
    """
    output = shown_output(dataset, output)
    shown = np.ones(len(dataset), bool) if among is None else among.copy()
    if class_index is not None:
        of_class = np.zeros(len(dataset), bool)
        of_class[dataset.rows_of(class_index, output)] = True
        shown &= of_class
    for word in query.lower().split():
        shown &= np.fromiter(map(contains, lowered, repeat(word)), bool, len(lowered))
    rows = np.flatnonzero(shown)
    if order == AS_FOUND or (order == "name" and by_name is None):
        return rows
    if order == "class" and dataset.outputs:
        labels = dataset.first_class(output)[rows]
        return rows[np.argsort(labels, kind="stable")]
    # An order of all rows is kept to those that are shown: nothing of a million is sorted again.
    all_rows = by_name if order == "name" and by_name is not None else shuffled(dataset, first)
    return all_rows[shown[all_rows]]


def shuffled(dataset: Dataset, first: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """All rows in an order by chance that is always the same, after those of ``first``."""
    rows = np.random.default_rng(_SHUFFLE_SEED).permutation(len(dataset))
    if first is None:
        return rows
    others = np.ones(len(dataset), bool)
    others[first] = False
    return np.concatenate([first, rows[others[rows]]])


def row_of(dataset: Dataset, path: Path) -> int | None:
    """The row of a picture by its path; None where it is not part of the data set."""
    try:
        relative = path.relative_to(dataset.root).as_posix()
        return dataset.paths.index(relative)
    except ValueError:
        return None


def rows_of_paths(dataset: Dataset, paths: list[str]) -> dict[str, int]:
    """Where these relative paths stand in a data set, in their order; unknown ones are left out."""
    wanted = set(paths)
    found = {path: row for row, path in enumerate(dataset.paths) if path in wanted}
    return {path: found[path] for path in paths if path in found}


def same_class(old: Dataset, new: Dataset, index: int, output: str = "") -> int:
    """Where a class of an output stands after it may have been renamed or merged.

    Args:
        index: a class of ``old``, which has the same pictures; negative for all pictures.

    Returns:
        its place in ``new``; −1 for all pictures, where it is gone.
    """
    if index < 0:
        return -1
    output = shown_output(new, output)
    name, names = class_names(old, output)[index], class_names(new, output)
    if name in names:
        return names.index(name)
    pictures = old.rows_of(index, output)
    if not len(pictures) or not names:
        return -1
    labels = new.first_class(output)[pictures]
    counts = np.bincount(labels[labels >= 0], minlength=len(names))
    return int(counts.argmax()) if counts.any() else -1
