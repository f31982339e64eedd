"""Problems of classes: too few pictures, or far fewer than others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.data.dataset import Dataset, Problem, Split, count_classes

AT_LEAST = 20
"""Pictures that every class should have, however few the others have."""

ENOUGH = 0.75
"""A class has enough from this share of what is wanted on."""

UNEVEN = 10
"""Classes are called uneven where the largest is more than this many times the smallest."""


def class_problems(dataset: Dataset, usable: NDArray[np.bool_] | None = None) -> list[Problem]:
    """What is wrong with the classes; their ``path`` is the class name, ``""`` for all.

    Args:
        usable: ``(n,) bool`` rows that count; all, where left out.
    """
    problems: list[Problem] = []
    if not len(dataset):
        return problems  # it was just made, and says what to do
    for output, classes in dataset.outputs.items():
        labels = dataset.labels[output] if usable is None else dataset.labels[output][usable]
        counts = count_classes(labels, len(classes))
        is_multi = dataset.is_multi_label(output)
        found = _too_few(classes, counts, is_multi) + _uneven(classes, counts)
        if is_multi:
            found += _always(classes, counts, (labels == 0).sum(axis=0))
        # Not by replace, as there may be ten thousand.
        problems += [Problem(p.kind, p.path, p.message, output=output, label=p.path) for p in found]
    return problems


def more_needed(counts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Classes that want more pictures, with how many, those that want most first.

    Wanted is the median of all classes, and :data:`AT_LEAST`. A class that has three quarters of
    it is left in peace: half of all classes are below the median, and most of them are fine.

    Args:
        counts: ``(classes,)`` pictures of each class.
    """
    if not len(counts):
        return []
    wanted = max(AT_LEAST, round(float(np.median(counts))))
    short = np.flatnonzero(counts < ENOUGH * wanted)
    found = [(int(i), wanted - int(counts[i])) for i in short]
    return sorted(found, key=lambda pair: -pair[1])


def nothing_to_learn(
    outputs: Mapping[str, Sequence[str]],
    labels: Mapping[str, NDArray[Any]],
    split: NDArray[np.int8],
) -> tuple[str, str]:
    """Why no network can be trained on these pictures, and what to do; empty where one can.

    Args:
        outputs: output name → its classes.
        labels: output name → ``(n,)`` class index, −1 without a label; or ``(n, classes)`` of a
            multi-label output, where something can be learned as soon as one class holds for
            one picture and not for another.
        split: ``(n,)`` the split of each picture, −1 none.
    """
    train = split == Split.TRAIN
    if not train.any():
        return (
            "There are no training pictures.",
            "Open a folder with pictures, or give the training split a larger share.",
        )
    seen = ""
    for output, classes in outputs.items():
        column = labels[output][train]
        counts = count_classes(column, len(classes))
        if column.ndim == 2:
            if ((counts > 0) & (column == 0).any(axis=0)).any():
                return "", ""
            continue
        known = np.flatnonzero(counts)
        if len(known) > 1:
            return "", ""
        if len(known) and not seen:
            seen = f", “{display_name(classes[int(known[0])])}”"
    if all(labels[output].ndim == 2 for output in outputs):
        return (
            "All training pictures have the same labels: there is nothing to tell apart.",
            "Add pictures with other classes.",
        )
    return (
        f"All training pictures belong to one class{seen}: there is nothing to tell apart.",
        "Add a folder with pictures of another class.",
    )


def _too_few(classes: tuple[str, ...], counts: NDArray[np.int64], is_multi: bool) -> list[Problem]:
    problems = []
    if not classes:
        words = "There is no class yet: say what the pictures show, or add a class."
        return [Problem("too-few", "", words)]
    if len(classes) < (1 if is_multi else 2):
        name = f", “{display_name(classes[0])}”" if classes else ""
        problems.append(
            Problem(
                "too-few", "",
                f"There is only one class{name}. A network needs at least two to tell apart: "
                "add a folder with pictures of something else.",
            )
        )  # fmt: skip
    for i in np.flatnonzero(counts < 2).tolist():
        words = (
            "This class has only one picture: it can be trained on, but nothing is left to "
            "check the result. Add more pictures."
            if counts[i]
            else "This class has no picture that can be read, so the network cannot learn it."
        )
        problems.append(Problem("too-few", classes[i], words))
    return problems


def _uneven(classes: tuple[str, ...], counts: NDArray[np.int64]) -> list[Problem]:
    if len(classes) < 2 or not counts.any():
        return []
    some = np.where(counts > 0, counts, counts.max())
    low, high = int(some.argmin()), int(counts.argmax())
    if counts[high] <= UNEVEN * some[low]:
        return []
    return [
        Problem(
            "imbalance", "",
            f"The classes are uneven: “{display_name(classes[high])}” has {counts[high]:,} "
            f"pictures, “{display_name(classes[low])}” only {some[low]:,}. The network will "
            "favour the large one: add pictures to the small one.",
        )
    ]  # fmt: skip


def _always(
    classes: tuple[str, ...], counts: NDArray[np.int64], without: NDArray[np.int64]
) -> list[Problem]:
    """Classes of a multi-label output that hold for every picture."""
    return [
        Problem(
            "imbalance", classes[i],
            "Every picture has this class, so the network cannot learn when it is absent. Add "
            "pictures without it.",
        )
        for i in np.flatnonzero((counts > 0) & (without == 0)).tolist()
    ]  # fmt: skip
