"""A small classifier that needs no training: how well are classes told apart, and by what?

Kernel ridge regression on a few hundred pictures (Saunders, Gammerman and Vovk, 1998), asked only
about pictures that it did not see.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.insight.hints.features import Features
from studio.training.counting import wilson

Labels = NDArray[np.int64]
Blocks = Sequence[Features]

FOLDS = 5
_RIDGE = 0.05
_SMALL = 2_000_000
"""Multiplications below which waking the threads of a large product costs more than it saves."""


class Probe:
    """Told pictures with their classes, it answers about others."""

    def __init__(self, blocks: Blocks, labels: Labels, classes: int) -> None:
        self._means = [b.mean(axis=0) for b in blocks]
        # A number that hardly differs would otherwise be blown up to mere noise.
        self._scales = [_scale(b) for b in blocks]
        self._known = self._prepared(blocks)
        distances = _distances(self._known, self._known)
        typical = float(np.median(distances)) or 1.0
        self._gamma = 1.0 / typical
        kernel = np.exp(-self._gamma * distances)
        kernel[np.diag_indices_from(kernel)] += _RIDGE
        targets = np.full((len(labels), classes), -1.0 / max(1, classes - 1))
        targets[np.arange(len(labels)), labels] = 1.0
        self._weights = np.linalg.solve(kernel, targets)

    def scores(self, blocks: Blocks) -> NDArray[np.float64]:
        """How much each picture looks like each class: ``(n, classes)``."""
        kernel = np.exp(-self._gamma * _distances(self._prepared(blocks), self._known))
        return np.asarray(kernel @ self._weights, np.float64)

    def answers(self, blocks: Blocks) -> Labels:
        """The class of each picture."""
        return np.asarray(self.scores(blocks).argmax(axis=1), np.int64)

    def _prepared(self, blocks: Blocks) -> NDArray[np.float64]:
        each = [
            (b - mean) / (scale * math.sqrt(b.shape[1]))
            for b, mean, scale in zip(blocks, self._means, self._scales, strict=True)
        ]
        return np.hstack(each).astype(np.float64)


def _scale(block: Features) -> Features:
    spread = block.std(axis=0)
    least = 0.05 * float(spread.max(initial=0.0)) + 1e-6
    return np.asarray(np.maximum(spread, least), np.float32)


def _distances(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(one) * len(two) * one.shape[1] < _SMALL:
        products = np.einsum("ik,jk->ij", one, two)
    else:
        products = one @ two.T
    squares = (one**2).sum(axis=1)[:, None] + (two**2).sum(axis=1)[None] - 2.0 * products
    return np.maximum(squares, 0.0)


def folds_of(labels: Labels, count: int = FOLDS) -> Labels:
    """A fold for each picture, with every class spread evenly over all; the same each time."""
    folds = np.empty(len(labels), np.int64)
    draw = np.random.default_rng(11)
    start = 0
    for known in np.unique(labels):
        rows = draw.permutation(np.flatnonzero(labels == known))
        folds[rows] = (start + np.arange(len(rows))) % count
        start += len(rows)
    return folds


def held_out(
    known: Sequence[Blocks],
    asked: Sequence[Blocks],
    labels: Labels,
    classes: int,
    folds: Labels,
    control: Control,
) -> list[Labels]:
    """What is answered about pictures that were not among those it was told.

    Args:
        known: versions of all pictures that it is told, such as plain and mirrored.
        asked: versions of all pictures that it is asked about.

    Returns:
        For each version in ``asked``, ``(n,)`` answers.

    Raises:
        Cancelled: a stop was asked for.
    """
    found = [np.zeros(len(labels), np.int64) for _ in asked]
    for fold in np.unique(folds):
        control.checkpoint()
        inside, outside = folds != fold, folds == fold
        if not inside.any():
            continue
        told = [np.concatenate([b[inside] for b in parts]) for parts in zip(*known, strict=True)]
        probe = Probe(told, np.tile(labels[inside], len(known)), classes)
        for answers, version in zip(found, asked, strict=True):
            answers[outside] = probe.answers([b[outside] for b in version])
    return found


@dataclass(frozen=True)
class Share:
    """``count`` of ``total``."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """0 … 1; 0 of none."""
        return self.count / self.total if self.total else 0.0

    def low(self, z: float = 2.326) -> float:
        """The lower end of Wilson's interval (1927); ``z`` 2.326 is right 99 times of 100."""
        return wilson(self.count, self.total, z)[0]

    def high(self, z: float = 2.326) -> float:
        """The upper end of Wilson's interval."""
        return wilson(self.count, self.total, z)[1]


def right_share(answers: Labels, labels: Labels) -> Share:
    """How many answers are right."""
    return Share(int(np.count_nonzero(answers == labels)), len(labels))


def chance(labels: Labels) -> float:
    """The share that always naming the most frequent class gets right."""
    return float(np.bincount(labels).max() / len(labels)) if len(labels) else 1.0


def luck(more: int, fewer: int) -> float:
    """How probable so many changes in one direction are by luck (one-sided sign test)."""
    n = more + fewer
    if n == 0 or more <= fewer:
        return 1.0
    return sum(math.comb(n, k) for k in range(more, n + 1)) / 2**n


def lost(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> float:
    """How probable it is by luck that ``after`` has so many fewer right (McNemar's exact test)."""
    return luck(int(np.count_nonzero(before & ~after)), int(np.count_nonzero(after & ~before)))
