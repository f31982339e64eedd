"""A network for the time before the first training: pretrained features and a head learned at once.

The features of a frozen ImageNet body are computed once for some of the training pictures; on them
a softmax (or, where several classes may hold, a sigmoid for each) is learned by accelerated
gradient steps (Nesterov, "A method for solving the convex programming problem with convergence
rate O(1/k²)", 1983), which takes well under a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.input import InputSpec
from studio.core.runs import SampleList
from studio.data.pixels import load
from studio.insight.judge import Judge
from studio.insight.sampling import draw_sample
from studio.models.architectures.pretrained import PretrainedSpec
from studio.models.heads import open_input
from studio.models.quickest import LEAST_SIDE, quickest_at_hand
from studio.models.weights import status_of
from studio.training.forward import Forward

_EACH, _LEAST, _MOST = 100, 300, 1200  # pictures learned from: of each class, at least, at most
_STEPS, _DECAY = 300, 0.1


@dataclass(frozen=True, eq=False)
class QuickNetwork:
    """Frozen features and a linear head; a :class:`studio.insight.judge.Network`."""

    title: str
    input: InputSpec
    outputs: dict[str, tuple[str, ...]]
    multi_label: tuple[str, ...]
    features: Forward
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    learned_from: int

    def load(self, picture: Path | str) -> NDArray[np.uint8]:
        """What the network sees of a picture: ``input.shape uint8``. Raises PictureError."""
        return np.asarray(load(picture, self.input))

    def probabilities(
        self, pictures: NDArray[np.uint8], control: Control | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """Output → ``(n, classes) float32``. Raises Cancelled."""
        x = (_features(self.features, pictures, control) - self.mean) / self.scale
        (name,) = self.outputs
        return {name: _answer(_with_one(x), self.weights, bool(self.multi_label))}


def learn_quickly(
    samples: SampleList,
    columns: dict[str, NDArray[Any]],
    outputs: dict[str, tuple[str, ...]],
    multi_label: tuple[str, ...],
    input: InputSpec,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> QuickNetwork:
    """Learn the first question that has labels from some of the training pictures.

    Args:
        columns: labels as of :func:`studio.training.feed.label_columns`.

    Raises:
        WeightsError: there are no pretrained weights on this computer.
        SpecError: the pictures have bands that pretrained networks do not know.
        DatasetError: there is no labelled picture, or none can be read.
        Cancelled: asked to stop.
    """
    spec = quickest_at_hand(input)
    progress(0, None, f"Loading {spec.title}")
    forward = _forward(spec, input)
    most = _EACH * max(len(classes) for classes in outputs.values())
    reader = _Reader(input, outputs)
    sample = draw_sample(reader, samples, columns, int(np.clip(most, _LEAST, _MOST)),
                         progress, control, splits=(0, 1, 2))  # fmt: skip
    x = _features(forward, sample.pictures, control, progress)
    progress(0, None, f"Learning from {len(sample):,} pictures")
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    head = _learn(_with_one((x - mean) / scale), sample.truth, sample.several, control)
    return QuickNetwork(
        f"{spec.title} (pretrained)", input, {sample.output: sample.classes},
        (sample.output,) if sample.several else (), forward, mean, scale, head, len(sample),
    )  # fmt: skip


def quick_judge(
    network: QuickNetwork,
    samples: SampleList,
    columns: dict[str, NDArray[Any]],
    most: int = 200,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Judge:
    """A quick network with at most ``most`` validation pictures of what it has learned."""
    mine = {name: columns[name] for name in network.outputs}
    return Judge(network, draw_sample(network, samples, mine, most, progress, control))


@dataclass(frozen=True)
class _Reader:
    """Reads pictures before there is a network."""

    input: InputSpec
    outputs: dict[str, tuple[str, ...]]

    def load(self, picture: Path | str) -> NDArray[np.uint8]:
        return np.asarray(load(picture, self.input))


@lru_cache(maxsize=1)
def _forward(spec: PretrainedSpec, input: InputSpec) -> Forward:
    """The compiled features: the same again where only labels have changed."""
    return Forward(_body(spec, input))


def _body(spec: PretrainedSpec, input: InputSpec) -> keras.Model:
    """From a picture of input size to the averaged last feature map."""
    factor = max(1.0, LEAST_SIDE / min(input.width, input.height))
    larger = input.changed(width=round(input.width * factor), height=round(input.height * factor))
    file = status_of(spec, larger).path
    body = spec.build_body(larger, file)
    picture = open_input(input)
    x = picture
    if larger != input:
        x = keras.layers.Resizing(larger.height, larger.width, name="enlarge", dtype="float32")(x)
    x = body(x, training=False)
    x = keras.layers.GlobalAveragePooling2D(name="average", dtype="float32")(x)
    return keras.Model(picture, x)


def _features(
    forward: Forward,
    pictures: NDArray[np.uint8],
    control: Control | None,
    progress: Progress = no_progress,
) -> NDArray[np.float32]:
    if not len(pictures):
        return next(iter(forward(pictures).values()))
    parts = []
    rows = np.arange(len(pictures))
    for some, found in forward.over(pictures, rows, control):
        parts.append(next(iter(found.values())))
        progress(int(some[-1]) + 1, len(rows), "Looking at training pictures")
    return np.concatenate(parts)


def _with_one(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The features and a last one that is always 1, for the offset of each class."""
    return np.concatenate([x, np.ones((len(x), 1), np.float32)], axis=1)


def _answer(
    x: NDArray[np.float32], weights: NDArray[np.float32], several: bool
) -> NDArray[np.float32]:
    scores = x @ weights
    if several:
        return np.asarray(1 / (1 + np.exp(-np.clip(scores, -60, 60))), np.float32)
    power = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(power / power.sum(axis=1, keepdims=True), np.float32)


def _learn(
    x: NDArray[np.float32], truth: NDArray[np.int8], several: bool, control: Control | None
) -> NDArray[np.float32]:
    """Weights ``(features + 1, classes)`` of least cross-entropy with weight decay."""
    n, classes = truth.shape
    known = (truth >= 0).astype(np.float32)
    wanted = (truth == 1).astype(np.float32)
    rate = 1.0 / (_steepest(x) / (4.0 if several else 2.0) + _DECAY)
    weights = np.zeros((x.shape[1], classes), np.float32)
    ahead = weights
    for step in range(_STEPS):
        if control is not None and step % 20 == 0:
            control.checkpoint()
        error = (_answer(x, ahead, several) - wanted) * known
        decay = _DECAY * ahead
        decay[-1] = 0  # the offset is free
        after = ahead - rate * (x.T @ error / n + decay)
        ahead = after + step / (step + 3) * (after - weights)
        weights = after
    return weights


def _steepest(x: NDArray[np.float32]) -> float:
    """The largest eigenvalue of the mean outer product, by power iteration."""
    vector = np.ones(x.shape[1])
    value = 1.0
    for _ in range(20):
        moved = x.T @ (x @ vector) / len(x)
        value = float(np.linalg.norm(moved))
        vector = moved / max(value, 1e-12)
    return 1.1 * value  # power iteration comes from below
