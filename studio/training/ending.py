"""What is kept of a training when it is over: the numbers of its best epoch."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from studio.core.events import Preparing
from studio.core.files import write_atomic
from studio.core.runs import RunFolder
from studio.training.evaluation import AnyAnswers, Score, of_outputs, report
from studio.training.feed import TEST, VALIDATION, Feed
from studio.training.steps import Numbers


def evaluate_best(
    run: RunFolder,
    feed: Feed,
    measure: Callable[[int], dict[str, AnyAnswers]],
    emit: Callable[[Any], None],
) -> dict[str, float]:
    """Write the evaluation of a run on its validation and test pictures. Raises StorageError.

    Args:
        measure: what the network with its best weights answers for a split.

    Returns:
        The run's metrics with those of the evaluation.
    """
    metrics = dict(run.record.metrics)
    evaluation = {}
    for split, word in ((VALIDATION, "validation"), (TEST, "test")):
        if not len(feed.rows[split]):
            continue
        emit(Preparing(f"Evaluating on the {word} pictures", 0, None))
        found = report(measure(split), run.record.outputs)
        evaluation[word] = {**found, "unlabelled": 0, "left_out": []}
        metrics[f"{word}_accuracy"] = float(found["accuracy"])
        metrics[f"{word}_loss"] = float(found["loss"])
        metrics |= of_outputs(word, found["outputs"])
    text = json.dumps(evaluation, allow_nan=False) + "\n"
    write_atomic(run.evaluation_file, text, "saving the evaluation")
    return metrics


def metrics_of(numbers: Numbers, validation: Score | None) -> dict[str, float]:
    """The metrics of one epoch, by name."""
    if validation is None:
        return {"training_accuracy": numbers.accuracy, "training_loss": numbers.loss}
    several = validation.accuracies if len(validation.accuracies) > 1 else {}
    return {
        "validation_accuracy": validation.accuracy,
        "validation_loss": validation.loss,
        **{f"validation_accuracy of {name}": value for name, value in several.items()},
    }
