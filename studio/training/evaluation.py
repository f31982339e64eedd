"""How good a network is: loss, accuracy, confusion, and how sure that can be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.data.store import PictureStore
from studio.training.counting import LEAST, mean_known, shares, wilson
from studio.training.forward import Forward
from studio.training.multi_label import MultiLabelAnswers

__all__ = ["Answers", "Score", "collectors", "measure", "of_outputs", "report", "score", "wilson"]

_MOST_DENSE = 200


@dataclass
class Answers:
    """What a network said about the labelled pictures of one output."""

    true: list[NDArray[np.int64]] = field(default_factory=list)
    predicted: list[NDArray[np.int64]] = field(default_factory=list)
    losses: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, labels: NDArray[np.integer], probabilities: NDArray[np.float32]) -> None:
        """Add a batch: ``(n,)`` class indices (−1 without a label) and ``(n, classes)``."""
        known = np.flatnonzero(labels >= 0)
        index = labels[known].astype(np.int64)
        self.true.append(index)
        self.predicted.append(probabilities[known].argmax(axis=-1).astype(np.int64))
        of_label = probabilities[known, index].astype(np.float64)
        self.losses.append(-np.log(np.maximum(of_label, LEAST)))

    def join(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """True classes, predicted classes and losses, each ``(n,)``."""
        if not self.true:
            none = np.zeros(0, np.int64)
            return none, none, np.zeros(0, np.float64)
        return (
            np.concatenate(self.true),
            np.concatenate(self.predicted),
            np.concatenate(self.losses),
        )

    def totals(self) -> tuple[float, float, int]:
        """Loss and accuracy, 0 where nothing is labelled, and the number of labelled pictures."""
        true, predicted, losses = self.join()
        if not len(true):
            return 0.0, 0.0, 0
        return float(losses.mean()), float((true == predicted).mean()), len(true)

    def report(self, classes: tuple[str, ...]) -> dict[str, Any]:
        """All metrics as plain JSON: see :func:`studio.insight.metrics.evaluate`."""
        true, predicted, losses = self.join()
        n, size = len(true), len(classes)
        right = true == predicted
        hits = np.bincount(true[right], minlength=size)
        support = np.bincount(true, minlength=size)
        named = np.bincount(predicted, minlength=size)
        recall, f1 = shares(hits, support), shares(2 * hits, named + support)
        return {
            "classes": list(classes),
            "n": n,
            "accuracy": float(right.mean()) if n else None,
            "interval": list(wilson(int(right.sum()), n)),
            "balanced_accuracy": mean_known(recall),
            "loss": float(losses.mean()) if n else None,
            "precision": shares(hits, named),
            "recall": recall,
            "f1": f1,
            "macro_f1": mean_known(f1),
            "support": support.tolist(),
            "confusion": _confusion(true, predicted, size),
        }


AnyAnswers = Answers | MultiLabelAnswers


def collectors(outputs: Iterable[str], multi_label: Collection[str]) -> dict[str, AnyAnswers]:
    """Empty answers for each output, of the kind that it needs."""
    return {name: MultiLabelAnswers() if name in multi_label else Answers() for name in outputs}


@dataclass(frozen=True)
class Score:
    """Loss (summed over outputs), accuracy (averaged), and the accuracy of each output.

    An output without a label among these pictures takes no part in the average.
    """

    loss: float
    accuracy: float
    accuracies: dict[str, float]


def measure(
    forward: Forward,
    pictures: NDArray[np.uint8] | PictureStore,
    labels: dict[str, NDArray[Any]],
    rows: NDArray[np.int64],
    keys: dict[str, str],
    progress: Progress = no_progress,
    control: Control | None = None,
) -> dict[str, AnyAnswers]:
    """Ask the network about some pictures; one that cannot be read any more is left out.

    Args:
        labels: output name → ``(n,)`` class index of every picture, or ``(n, classes)`` of a
            multi-label output.
        keys: output name → its key in the network's answer.

    Raises:
        Cancelled: asked to stop.
    """
    answers = collectors(labels, [name for name, column in labels.items() if column.ndim == 2])
    done = 0
    for some, probabilities in forward.over(pictures, rows, control):
        for name, answer in answers.items():
            answer.add(labels[name][some], probabilities[keys[name]])
        done += len(some)
        progress(done, len(rows), "Evaluating")
    return answers


def score(answers: dict[str, AnyAnswers]) -> Score:
    """The few numbers that an epoch is judged by."""
    totals = {name: answer.totals() for name, answer in answers.items()}
    loss = sum((found[0] for found in totals.values()), 0.0)
    accuracies = {name: accuracy for name, (_, accuracy, n) in totals.items() if n}
    return Score(loss, sum(accuracies.values()) / max(1, len(accuracies)), accuracies)


def report(answers: dict[str, AnyAnswers], classes: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """All metrics as plain JSON: see :func:`studio.insight.metrics.evaluate`."""
    total = score(answers)
    outputs = {name: answer.report(classes[name]) for name, answer in answers.items()}
    return {
        "n": max((o["n"] for o in outputs.values()), default=0),
        "loss": total.loss,
        "accuracy": total.accuracy,
        "outputs": outputs,
    }


def of_outputs(word: str, outputs: dict[str, dict[str, Any]]) -> dict[str, float]:
    """What the record keeps of each output: its accuracy, and mean average precision."""
    found = {}
    for name, output in outputs.items():
        of = f" of {name}" if len(outputs) > 1 else ""
        if of and output["accuracy"] is not None:
            found[f"{word}_accuracy{of}"] = float(output["accuracy"])
        if output.get("map") is not None:
            found[f"{word}_map{of}"] = float(output["map"])
    return found


def _confusion(
    true: NDArray[np.int64], predicted: NDArray[np.int64], size: int
) -> list[list[int]] | dict[str, list[int]]:
    """Counts, a row for each true class; only the cells that are not 0 above 200 classes."""
    pairs, counts = np.unique(true * size + predicted, return_counts=True)
    if size > _MOST_DENSE:
        return {
            "true": (pairs // size).tolist(),
            "predicted": (pairs % size).tolist(),
            "counts": counts.tolist(),
        }
    dense = np.zeros(size * size, np.int64)
    dense[pairs] = counts
    rows: list[list[int]] = dense.reshape(size, size).tolist()
    return rows
