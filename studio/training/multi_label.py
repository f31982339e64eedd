"""How good a network is where several classes may hold for one picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.training.counting import LEAST, mean_known, shares, wilson
from studio.training.steps import THRESHOLD


@dataclass
class MultiLabelAnswers:
    """What a network said about the labelled pictures of one multi-label output.

    Only what is known counts: a label of −1 is left out everywhere.
    """

    true: list[NDArray[np.int8]] = field(default_factory=list)
    said: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, labels: NDArray[np.integer], probabilities: NDArray[np.float32]) -> None:
        """Add a batch, ``(n, classes)`` each: 1 has, 0 has not, −1 not known; probabilities."""
        known = np.flatnonzero((labels >= 0).any(axis=1))
        self.true.append(labels[known].astype(np.int8))
        self.said.append(probabilities[known])

    def join(self, classes: int | None = None) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """True labels and probabilities, ``(n, classes)`` each."""
        size = classes if classes is not None else self.true[0].shape[1] if self.true else 0
        return (
            np.concatenate([np.zeros((0, size), np.int8), *self.true]),
            np.concatenate([np.zeros((0, size), np.float32), *self.said]),
        )

    def totals(self) -> tuple[float, float, int]:
        """Loss and accuracy, 0 where nothing is labelled, and the number of labelled pictures.

        The loss is the binary cross-entropy, the accuracy the share of right answers at a
        threshold of 0.5, both over all labels that are known.
        """
        true, said = self.join()
        known = true >= 0
        labels = max(1, int(known.sum()))
        has, values = true[known] == 1, said[known].astype(np.float64)
        losses = -np.log(np.maximum(np.where(has, values, 1.0 - values), LEAST))
        right = int(((values >= THRESHOLD) == has).sum())
        return float(losses.sum()) / labels, right / labels, len(true)

    def report(self, classes: tuple[str, ...]) -> dict[str, Any]:
        """All metrics as plain JSON: see :func:`studio.insight.metrics.evaluate`."""
        size = len(classes)
        true, said = self.join(size)
        loss, accuracy, n = self.totals()
        counts = _counts(true, said)
        hits, support = counts["true_positives"], (true == 1).sum(axis=0)
        named = hits + counts["false_positives"]
        f1 = shares(2 * hits, named + support)
        precisions = [average_precision(true[:, i], said[:, i]) for i in range(size)]
        known = true >= 0
        exact = (((said >= THRESHOLD) == (true == 1)) | ~known).all(axis=1)
        return {
            "classes": list(classes),
            "multi_label": True,
            "threshold": THRESHOLD,
            "n": n,
            "labels": int(known.sum()),
            "accuracy": accuracy if n else None,
            # As if the labels of a picture were right or wrong together: the widest it can be.
            "interval": list(wilson(accuracy * n, n)),
            "exact": float(exact.mean()) if n else None,
            "loss": loss if n else None,
            "precision": shares(hits, named),
            "recall": shares(hits, support),
            "f1": f1,
            "macro_f1": mean_known(f1),
            "micro_f1": shares(2 * hits.sum(keepdims=True), (named + support).sum(keepdims=True))[
                0
            ],
            "average_precision": precisions,
            "map": mean_known(precisions),
            "support": support.tolist(),
            **{name: count.tolist() for name, count in counts.items()},
        }


def average_precision(true: NDArray[np.integer], said: NDArray[np.floating]) -> float | None:
    """The area under the steps of precision over recall, of one class.

    ``AP = Σ (R_n − R_{n−1}) P_n`` over the thresholds from high to low, where equal
    probabilities make one threshold, as scikit-learn's ``average_precision_score`` defines it.

    Args:
        true: ``(n,)``: 1 has the class, 0 has not, −1 not known (left out).
        said: ``(n,)`` probabilities.

    Returns:
        None where no picture has the class: there is no recall.
    """
    known = true >= 0
    has, values = true[known] == 1, said[known]
    if not has.any():
        return None
    order = np.argsort(-values, kind="stable")
    has, values = has[order], values[order]
    ends = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)
    hits = np.cumsum(has)[ends].astype(np.float64)
    precision, recall = hits / (ends + 1), hits / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def _counts(true: NDArray[np.int8], said: NDArray[np.float32]) -> dict[str, NDArray[np.int64]]:
    """Right and wrong answers at the threshold, ``(classes,)`` each."""
    yes = said >= THRESHOLD
    return {
        "true_positives": (yes & (true == 1)).sum(axis=0, dtype=np.int64),
        "false_positives": (yes & (true == 0)).sum(axis=0, dtype=np.int64),
        "false_negatives": (~yes & (true == 1)).sum(axis=0, dtype=np.int64),
        "true_negatives": (~yes & (true == 0)).sum(axis=0, dtype=np.int64),
    }
