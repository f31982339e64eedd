"""Which pictures of a data set the previews show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.data.dataset import Dataset, Split


@dataclass(frozen=True)
class Shown:
    """One picture of the previews.

    Attributes:
        row: its row in the data set.
        index: its position among the pictures of a run, which decides its seeds.
        caption: its class.
        name: its path in the data set, for the screen.
    """

    row: int
    index: int
    path: Path
    caption: str
    name: str


def shown_of(dataset: Dataset, assignment: NDArray[np.int8], row: int) -> Shown:
    """A row of the data set as the previews need it."""
    # A run leaves out what belongs to no split, so positions move up.
    index = int(np.count_nonzero(assignment[:row] >= 0))
    name = display_name(dataset.paths[row])
    return Shown(row, index, dataset.absolute(row), class_of(dataset, row), name)


def class_of(dataset: Dataset, row: int) -> str:
    """The class of a picture, of each output."""
    answers = (dataset.classes_of(row, output) for output in dataset.outputs)
    return " · ".join(", ".join(classes) or "no class" for classes in answers)


def training_rows(dataset: Dataset, assignment: NDArray[np.int8]) -> list[NDArray[np.int64]]:
    """Rows that training uses, for each class of the first output that has any.

    A picture with several classes stands with the first of them.
    """
    labels = dataset.first_class(next(iter(dataset.outputs)))
    used = assignment == Split.TRAIN
    if not used.any():
        used = assignment >= 0
    order = np.argsort(labels, kind="stable")
    order = order[used[order] & (labels[order] >= 0)]
    if not len(order):
        return []
    starts = np.flatnonzero(np.diff(labels[order])) + 1
    return [rows.astype(np.int64) for rows in np.split(order, starts)]


def choose_rows(
    dataset: Dataset, assignment: NDArray[np.int8], count: int, first: int | None = None
) -> list[int]:
    """Rows of ``count`` pictures of different classes, spread over all classes.

    Args:
        first: a row that comes first, whatever it is.
    """
    groups = training_rows(dataset, assignment)
    chosen = [] if first is None else [first]
    if first is not None and len(groups) > 1:
        # The first one stands for its own class; the others come before it has a second.
        own = [g for g in groups if _same_class(dataset, first, int(g[0]))]
        others = [g for g in groups if not _same_class(dataset, first, int(g[0]))]
        groups = [*_spread(others, count - 1), *own]
    else:
        groups = _spread(groups, count)
    for depth in range(min(count, max((len(g) for g in groups), default=0))):
        chosen += [int(g[depth]) for g in groups if depth < len(g)]
    return list(dict.fromkeys(chosen))[:count]


def _spread(groups: list[NDArray[np.int64]], count: int) -> list[NDArray[np.int64]]:
    """At most ``count`` of the groups, evenly spread."""
    if not groups or count <= 0:
        return []
    places = np.linspace(0, len(groups) - 1, min(count, len(groups))).round().astype(int)
    return [groups[i] for i in dict.fromkeys(places.tolist())]


def next_of_class(
    dataset: Dataset, assignment: NDArray[np.int8], row: int, taken: set[int]
) -> int | None:
    """The next training picture of the same class that is not shown yet; None if there is none."""
    for group in training_rows(dataset, assignment):
        if _same_class(dataset, row, int(group[0])):
            after = [*group[group > row], *group[group <= row]]
            return next((int(r) for r in after if int(r) not in taken), None)
    return None


def next_class(
    dataset: Dataset, assignment: NDArray[np.int8], row: int, taken: set[int]
) -> int | None:
    """A training picture of the next class: of one that is not shown yet, where there is one.

    None where no other class has a picture that is not shown yet.
    """
    groups = training_rows(dataset, assignment)
    own = next((i for i, g in enumerate(groups) if _same_class(dataset, row, int(g[0]))), -1)
    found = []
    for group in [*groups[own + 1 :], *groups[: max(own, 0)]]:
        free = next((int(r) for r in group if int(r) not in taken), None)
        if free is not None:
            shown = any(_same_class(dataset, int(group[0]), other) for other in taken)
            found.append((shown, free))
    return min(found, key=lambda each: each[0])[1] if found else None


def _same_class(dataset: Dataset, one: int, two: int) -> bool:
    output = next(iter(dataset.outputs))
    return dataset.classes_of(one, output)[:1] == dataset.classes_of(two, output)[:1]
