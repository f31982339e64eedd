"""How good a network is: loss, accuracy, confusion, and how sure that can be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.training.forward import Forward

_LEAST = 1e-7  # as Keras clips: the loss of a class that got no probability stays finite
_MOST_DENSE = 200


@dataclass
class Answers:
    """What a network said about the labelled pictures of one output."""

    true: list[NDArray[np.int64]] = field(default_factory=list)
    predicted: list[NDArray[np.int64]] = field(default_factory=list)
    losses: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, labels: NDArray[np.int32], probabilities: NDArray[np.float32]) -> None:
        """Add a batch: ``(n,)`` class indices (−1 without a label) and ``(n, classes)``."""
        known = np.flatnonzero(labels >= 0)
        index = labels[known].astype(np.int64)
        self.true.append(index)
        self.predicted.append(probabilities[known].argmax(axis=-1).astype(np.int64))
        of_label = probabilities[known, index].astype(np.float64)
        self.losses.append(-np.log(np.maximum(of_label, _LEAST)))

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


@dataclass(frozen=True)
class Score:
    """Loss (summed over outputs), accuracy (averaged), and the accuracy of each output."""

    loss: float
    accuracy: float
    accuracies: dict[str, float]


def measure(
    forward: Forward,
    pictures: NDArray[np.uint8],
    labels: dict[str, NDArray[np.int32]],
    rows: NDArray[np.int64],
    keys: dict[str, str],
    progress: Progress = no_progress,
    control: Control | None = None,
) -> dict[str, Answers]:
    """Ask the network about some rows of a picture array.

    Args:
        labels: output name → class index of every picture.
        keys: output name → its key in the network's answer.

    Raises:
        Cancelled: asked to stop.
    """
    answers = {name: Answers() for name in labels}
    done = 0
    for some, probabilities in forward.over(pictures, rows, control):
        for name, answer in answers.items():
            answer.add(labels[name][some], probabilities[keys[name]])
        done += len(some)
        progress(done, len(rows), "Evaluating")
    return answers


def score(answers: dict[str, Answers]) -> Score:
    """The few numbers that an epoch is judged by."""
    loss = 0.0
    accuracies = {}
    for name, answer in answers.items():
        true, predicted, losses = answer.join()
        loss += float(losses.mean()) if len(losses) else 0.0
        accuracies[name] = float((true == predicted).mean()) if len(true) else 0.0
    return Score(loss, sum(accuracies.values()) / max(1, len(accuracies)), accuracies)


def report(answers: dict[str, Answers], classes: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """All metrics as plain JSON: see :func:`studio.insight.metrics.evaluate`."""
    total = score(answers)
    outputs = {name: _report_output(answer, classes[name]) for name, answer in answers.items()}
    return {
        "n": max((o["n"] for o in outputs.values()), default=0),
        "loss": total.loss,
        "accuracy": total.accuracy,
        "outputs": outputs,
    }


def _report_output(answer: Answers, classes: tuple[str, ...]) -> dict[str, Any]:
    true, predicted, losses = answer.join()
    n, size = len(true), len(classes)
    right = true == predicted
    hits = np.bincount(true[right], minlength=size)
    support = np.bincount(true, minlength=size)
    named = np.bincount(predicted, minlength=size)
    low, high = wilson(int(right.sum()), n)
    return {
        "classes": list(classes),
        "n": n,
        "accuracy": float(right.mean()) if n else None,
        "interval": [low, high],
        "loss": float(losses.mean()) if n else None,
        "precision": _shares(hits, named),
        "recall": _shares(hits, support),
        "f1": _shares(2 * hits, named + support),
        "support": support.tolist(),
        "confusion": _confusion(true, predicted, size),
    }


def _shares(part: NDArray[Any], whole: NDArray[Any]) -> list[float | None]:
    """``part / whole``; None where the whole is 0 and the share has no meaning."""
    return [float(p / w) if w else None for p, w in zip(part, whole, strict=True)]


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


def wilson(right: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); 0 to 1 where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    share = right / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
