"""Metrics of a run on its own pictures, or on another data set."""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.core.runs import RunFolder, SampleList
from studio.insight.predictor import Predictor
from studio.training.evaluation import Answers, report


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
        Plain JSON: ``n`` pictures, ``left_out`` (``{kind, path, message}`` each), ``loss``
        (cross-entropy, summed over outputs), ``accuracy`` (mean over outputs) and ``outputs``:
        name → ``classes``, ``n``, ``accuracy``, ``interval`` (95 %, Wilson), ``loss``,
        ``precision``, ``recall``, ``f1`` (None where undefined) and ``support`` for each class,
        and ``confusion``: counts with a row for each true class and a column for each predicted
        one, or above 200 classes ``{true, predicted, counts}`` of the cells that are not 0.

    Raises:
        DatasetError: there is no labelled picture, or none could be read.
        RunError: the run has no weights, or is damaged.
        Cancelled: asked to stop.
    """
    samples = samples or run.samples()
    predictor = predictor or Predictor(run)
    names = list(run.record.outputs)
    labels = {n: np.array(samples.labels.get(n, [-1] * len(samples.paths)), np.int32)
              for n in names}  # fmt: skip
    wanted = np.array([split is None or s == split for s in samples.split], bool)
    known = np.any([labels[n] >= 0 for n in names], axis=0)
    rows = np.flatnonzero(wanted & known)
    if not len(rows):
        raise DatasetError(
            "There is no picture with a label to evaluate on.",
            "Choose a data set with a folder for each class.",
        )
    answers = {name: Answers() for name in names}
    left_out = []
    paths = [samples.absolute(int(i)) for i in rows]
    for answer in predictor.answers(paths, progress, control, is_exact=False):
        row = int(rows[answer.index])
        if answer.error is not None:
            path = display_name(samples.paths[row])
            left_out.append({"kind": answer.error.kind, "path": path, "message": str(answer.error)})
            continue
        for name in names:
            answers[name].add(labels[name][row : row + 1], answer.probabilities[name][None])
    if len(left_out) == len(rows):
        raise DatasetError("None of the pictures could be read.", str(left_out[0]["message"]))
    return {**report(answers, run.record.outputs), "left_out": left_out}


def match_samples(
    run: RunFolder, samples: SampleList, outputs: dict[str, tuple[str, ...]]
) -> SampleList:
    """Another data set's pictures with labels that index the classes of a run, matched by name.

    Args:
        samples: pictures whose labels index ``outputs``.
        outputs: output name → classes of that data set.

    Returns:
        The same pictures; one whose class the run does not know has the label −1.

    Raises:
        DatasetError: they have no class in common.
    """
    labels: dict[str, list[int]] = {}
    common = 0
    for name, classes in run.record.outputs.items():
        source = name if name in outputs else None
        if source is None and len(outputs) == 1 and len(run.record.outputs) == 1:
            source = next(iter(outputs))
        if source is None:
            labels[name] = [-1] * len(samples.paths)
            continue
        position = {word: index for index, word in enumerate(classes)}
        table = [position.get(word, -1) for word in outputs[source]]
        common += sum(index >= 0 for index in table)
        labels[name] = [table[i] if i >= 0 else -1 for i in samples.labels[source]]
    if not common:
        mine = ", ".join(display_name(c) for c in next(iter(run.record.outputs.values()))[:5])
        raise DatasetError(
            "The data set and the run have no class in common.",
            f"The run knows: {mine}{' …' if _many(run) else ''}.",
        )
    return SampleList(samples.root, samples.paths, labels, samples.split)


def _many(run: RunFolder) -> bool:
    return len(next(iter(run.record.outputs.values()))) > 5
