"""A network with labelled pictures to ask it about, as they are and after augmentation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.augment.policy import Augmentation
from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError
from studio.core.results import HOLDS
from studio.core.runs import RunFolder
from studio.insight.sampling import Reader, Sample, draw_sample
from studio.training.feed import label_columns

LEAD = 0.1
"""The lead in probability from which an answer is more than a toss-up, which any change may turn.
"""
_CHUNK = 64


class Network(Reader, Protocol):
    """What is asked: a trained run (:class:`studio.insight.predictor.Predictor`), or another."""

    @property
    def title(self) -> str: ...

    @property
    def multi_label(self) -> tuple[str, ...]: ...

    def probabilities(
        self, pictures: NDArray[np.uint8], control: Control | None = None
    ) -> dict[str, NDArray[np.float32]]: ...


@dataclass(frozen=True, eq=False)
class Judge:
    """A network with a sample to ask it about."""

    network: Network
    sample: Sample

    def probabilities(
        self, pictures: NDArray[np.uint8], control: Control | None = None
    ) -> NDArray[np.float32]:
        """``(n, classes) float32`` for the question of the sample. Raises Cancelled."""
        return self.network.probabilities(pictures, control)[self.sample.output]

    def held(
        self, pictures: NDArray[np.uint8], control: Control | None = None
    ) -> NDArray[np.bool_]:
        """What the network says of pictures, see :func:`held_of`. Raises Cancelled."""
        return held_of(self.probabilities(pictures, control), self.sample.several)

    def clean(self, control: Control | None = None) -> NDArray[np.bool_]:
        """:meth:`held` of the sample as it is."""
        return self.held(self.sample.pictures, control)


def held_of(probabilities: NDArray[np.float32], several: bool) -> NDArray[np.bool_]:
    """``(n, classes) bool``: the likeliest class, or all that hold of a multi-label output."""
    if several:
        return np.asarray(probabilities >= HOLDS)
    held = np.zeros(probabilities.shape, bool)
    held[np.arange(len(held)), probabilities.argmax(axis=1)] = True
    return held


def sure_of(probabilities: NDArray[np.float32], several: bool) -> NDArray[np.bool_]:
    """``(n, classes) bool``: what was not decided by a hair: it led by at least :data:`LEAD`."""
    if several:
        return np.asarray(np.abs(probabilities - HOLDS) >= LEAD / 2)
    two = np.partition(probabilities, -2, axis=1)[:, -2:] if probabilities.shape[1] > 1 else None
    leads = np.ones(len(probabilities)) if two is None else two[:, 1] - two[:, 0]
    return np.repeat((leads >= LEAD)[:, None], probabilities.shape[1], axis=1)


class Bench:
    """Asks a judge about its sample after augmentation; made by :func:`bench`."""

    def __init__(self, judge: Judge, pool: ThreadPoolExecutor, control: Control | None) -> None:
        self.judge = judge
        self._pool = pool
        self._control = control

    def varied(
        self, ways: Sequence[Augmentation], most: int | None = None
    ) -> Iterator[NDArray[np.uint8]]:
        """The sample after augmentation, in parts; picture i gets ``ways[i % len(ways)]``.

        Args:
            most: take only so many pictures of the sample, evenly chosen.

        Raises:
            Cancelled: asked to stop.
        """
        sample = self.judge.sample
        chosen = range(0, len(sample), max(1, len(sample) // most) if most else 1)[:most]

        def one(i: int) -> NDArray[np.uint8]:
            if self._control is not None:
                self._control.checkpoint()
            return ways[i % len(ways)].apply(sample.pictures[i], sample.seeds[i])

        for start in range(0, len(chosen), _CHUNK):
            part: list[NDArray[np.uint8]] = []
            for picture in self._pool.map(one, chosen[start : start + _CHUNK]):
                part.append(picture)
                if self._control is not None:
                    self._control.checkpoint()  # here too: it may let others go first
            yield np.stack(part)

    def held(self, ways: Sequence[Augmentation]) -> NDArray[np.bool_]:
        """:meth:`Judge.held` of the sample after augmentation. Raises Cancelled."""
        parts = [self.judge.held(part, self._control) for part in self.varied(ways)]
        return np.concatenate(parts)

    def change(self, way: Augmentation, most: int) -> float:
        """How far some of the pictures move: the mean absolute change of a level, 0 … 255."""
        sample = self.judge.sample
        after = np.concatenate(list(self.varied([way], most)))
        step = max(1, len(sample) // most)
        before = sample.pictures[::step][: len(after)]
        return float(np.abs(after.astype(np.int16) - before).mean())


@contextmanager
def bench(judge: Judge, control: Control | None = None) -> Iterator[Bench]:
    """Threads that augment while the network is asked; they end with the block."""
    pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1), "augment")
    try:
        yield Bench(judge, pool, control)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def judge_of(
    network: Network,
    run: RunFolder,
    most: int = 200,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Judge:
    """A trained run with at most ``most`` of its validation pictures.

    Without labelled validation pictures those of the training split are asked, then those of
    the test split.

    Raises:
        DatasetError: there is no labelled picture, or none can be read.
        Cancelled: asked to stop.
    """
    samples = run.samples()
    columns = label_columns(run.record, samples)
    if columns is None:
        raise DatasetError(
            f"The labels of “{run.title}” do not fit its classes.", "Train again from the project."
        )
    return Judge(network, draw_sample(network, samples, columns, most, progress, control))
