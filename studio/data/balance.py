"""Problems of classes: too few pictures, or far fewer than others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import display_name
from studio.data.dataset import Dataset, Problem, Split

UNEVEN = 10
"""Classes are called uneven where the largest is more than this many times the smallest."""


def class_problems(dataset: Dataset, usable: NDArray[np.bool_] | None = None) -> list[Problem]:
    """What is wrong with the classes; their ``path`` is the class name, ``""`` for all.

    Args:
        usable: ``(n,) bool`` rows that count; all, where left out.
    """
    problems = []
    for output, classes in dataset.outputs.items():
        labels = dataset.labels[output]
        labels = labels[labels >= 0] if usable is None else labels[(labels >= 0) & usable]
        counts = np.bincount(labels, minlength=len(classes))
        problems += _too_few(classes, counts)
        problems += _uneven(classes, counts)
    return problems


def nothing_to_learn(
    outputs: Mapping[str, Sequence[str]],
    labels: Mapping[str, NDArray[np.int32]],
    split: NDArray[np.int8],
) -> tuple[str, str]:
    """Why no network can be trained on these pictures, and what to do; empty where one can.

    Args:
        outputs: output name → its classes.
        labels: output name → ``(n,)`` class index, −1 without a label.
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
        known = np.flatnonzero(np.bincount(column[column >= 0], minlength=len(classes)))
        if len(known) > 1:
            return "", ""
        if len(known) and not seen:
            seen = f", “{display_name(classes[int(known[0])])}”"
    return (
        f"All training pictures belong to one class{seen}: there is nothing to tell apart.",
        "Add a folder with pictures of another class.",
    )


def _too_few(classes: tuple[str, ...], counts: NDArray[np.int64]) -> list[Problem]:
    problems = []
    if len(classes) < 2:
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
