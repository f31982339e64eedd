"""Metrics of a run on its own pictures, or on another data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.core.runs import RunFolder, SampleList
from studio.insight.predictor import Predictor
from studio.training.evaluation import collectors, report
from studio.training.feed import has_label, label_columns


def evaluate(
    run: RunFolder,
    samples: SampleList | None = None,
    split: int | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
    predictor: Predictor | None = None,
) -> dict[str, Any]:
    """How good a run is on labelled pictures.

    Args:
        samples: pictures with labels that index the run's classes (see :func:`match_samples`);
            the run's own by default.
        split: 0 train, 1 validation, 2 test; None takes every picture.
        predictor: a loaded network of the run, so that it is not loaded again.

    Returns:
        Plain JSON: ``n`` pictures, ``unlabelled`` (pictures without a label that the run knows),
        ``left_out`` (``{kind, path, message}`` each), ``loss`` (cross-entropy, summed over
        outputs), ``accuracy`` (mean over the outputs that have labels) and ``outputs``: name →
        ``classes``, ``n``, ``accuracy``, ``interval`` (95 %, Wilson), ``loss``; ``precision``,
        ``recall``, ``f1`` (None where undefined) and ``support`` for each class; ``macro_f1``
        (mean of those defined).

        Of an output with one class a picture also ``balanced_accuracy`` (mean recall) and
        ``confusion``: counts with a row for each true class and a column for each predicted one,
        or above 200 classes ``{true, predicted, counts}`` of the cells that are not 0.

        Of a multi-label output ``multi_label`` is true, ``accuracy`` is the share of known
        labels that are right at ``threshold`` 0.5, ``labels`` their number, ``exact`` the share
        of pictures all of whose labels are right; ``average_precision`` for each class (None
        without a picture that has it) and ``map``, their mean; ``micro_f1``; and for each class
        ``true_positives``, ``false_positives``, ``false_negatives``, ``true_negatives``.

    Raises:
        DatasetError: there is no labelled picture, or none could be read.
        RunError: the run has no weights, or is damaged.
        Cancelled: asked to stop.
    """
    samples = samples or run.samples()
    predictor = predictor or Predictor(run)
    labels = label_columns(run.record, samples)
    if labels is None:
        raise DatasetError(
            "The labels of these pictures do not fit the classes of the run.",
            "Choose the data set that the run was trained on, or one with classes of these names.",
        )
    wanted = np.array([split is None or s == split for s in samples.split], bool)
    known = np.any([has_label(column) for column in labels.values()], axis=0)
    rows = np.flatnonzero(wanted & known)
    if not len(rows):
        raise DatasetError(
            "There is no picture with a label to evaluate on.",
            "Choose a data set with a folder for each class.",
        )
    answers = collectors(labels, run.record.multi_label)
    left_out = []
    paths = [samples.absolute(int(i)) for i in rows]
    for answer in predictor.answers(paths, progress, control, is_exact=False):
        row = int(rows[answer.index])
        if answer.error is not None:
            path = display_name(samples.paths[row])
            left_out.append({"kind": answer.error.kind, "path": path, "message": str(answer.error)})
            continue
        for name, collected in answers.items():
            collected.add(labels[name][row : row + 1], answer.probabilities[name][None])
    if len(left_out) == len(rows):
        raise DatasetError("None of the pictures could be read.", str(left_out[0]["message"]))
    unlabelled = int((wanted & ~known).sum())
    found = report(answers, run.record.outputs)
    return {**found, "unlabelled": unlabelled, "left_out": left_out}


def match_samples(
    run: RunFolder, samples: SampleList, outputs: dict[str, tuple[str, ...]]
) -> SampleList:
    """Another data set's pictures with labels that index the classes of a run, matched by name.

    Args:
        samples: pictures whose labels index ``outputs``.
        outputs: output name → classes of that data set.

    Returns:
        The same pictures; one whose class the run does not know has the label −1. Where the run
        has several classes a picture, what the data set does not know of is −1, and its one
        class rules out its others; where the run has one, a picture with several has none (−1).

    Raises:
        DatasetError: they have no class in common.
    """
    labels: dict[str, list[Any]] = {}
    common = 0
    for name, classes in run.record.outputs.items():
        is_multi = name in run.record.multi_label
        source = source_of(name, run.record.outputs, outputs)
        if source is None:
            unknown = [-1] * len(classes) if is_multi else -1
            labels[name] = [unknown] * len(samples.paths)
            continue
        position = {word: index for index, word in enumerate(classes)}
        table = np.array([position.get(word, -1) for word in outputs[source]], np.int64)
        common += int((table >= 0).sum())
        column = np.array(samples.labels[source], np.int64)
        if column.ndim == 2 and not is_multi:
            column = _only_one(column)
        if is_multi:
            labels[name] = _spread(column, table, len(classes)).tolist()
        else:
            labels[name] = np.where(column >= 0, table[column], -1).tolist()
    if not common:
        mine = ", ".join(display_name(c) for c in next(iter(run.record.outputs.values()))[:5])
        raise DatasetError(
            "The data set and the run have no class in common.",
            f"The run knows: {mine}{' …' if _many(run) else ''}.",
        )
    return SampleList(samples.root, samples.paths, labels, samples.split)


def _many(run: RunFolder) -> bool:
    return len(next(iter(run.record.outputs.values()))) > 5


def source_of(
    name: str, mine: Mapping[str, Sequence[str]], theirs: Mapping[str, Sequence[str]]
) -> str | None:
    """Which output of a data set answers a run's output: the same name, or the only ones."""
    if name in theirs:
        return name
    return next(iter(theirs)) if len(theirs) == len(mine) == 1 else None


def _only_one(column: NDArray[np.int64]) -> NDArray[np.int64]:
    """``(n,)`` the class of rows that have exactly one, −1 for the others."""
    has = column == 1
    return np.where(has.sum(axis=1) == 1, has.argmax(axis=1), -1)


def _spread(column: NDArray[np.int64], table: NDArray[np.int64], size: int) -> NDArray[np.int8]:
    """``(n, size)`` what a label says of each class of the run.

    Args:
        column: ``(n,)`` or ``(n, their classes)`` labels of a data set.
        table: their class → the run's, −1 where it knows none of that name.
    """
    if column.ndim == 1:
        # One class a picture: it is this one, and none of the others that could be said.
        column = np.where(column[:, None] >= 0, column[:, None] == np.arange(len(table)), -1)
    result = np.full((len(column), size), -1, np.int8)
    shared = np.flatnonzero(table >= 0)
    result[:, table[shared]] = column[:, shared]
    return result
