"""A few pictures of a batch to be made, and the threads that make them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from studio.data.supply.source import Pictures, Pixels, read

Transform = Callable[[Pixels, NDArray[np.int64], int], Pixels]
"""``transform(pictures (k, h, w, c) uint8, indices (k,), epoch)`` → the same shape and type."""


@runtime_checkable
class TellingTransform(Protocol):
    """A transform that tells which of its steps failed on which picture."""

    def vary(
        self, pictures: Pixels, indices: NDArray[np.int64], epoch: int
    ) -> tuple[Pixels, list[Any]]:
        """The pictures varied, and the faults in the order of the pictures; both picklable."""

    def keep(self, faults: list[Any]) -> None:
        """Take up faults, in the order of the batches."""


class Outcome(NamedTuple):
    """What became of a task: positions in it that are all zero, and faults of its steps."""

    lost: list[int] = []
    faults: list[Any] = []


@dataclass(eq=False)
class Task:
    """Some pictures of one batch.

    Attributes:
        out: ``(k, height, width, channels) uint8``, the part of the batch to be filled.
        indices: ``(k,)`` rows of the pictures.
        future: ends when ``out`` is filled.
    """

    out: Pixels
    indices: NDArray[np.int64]
    epoch: int
    future: Future[Outcome] = field(default_factory=Future)

    def begin(self) -> bool:
        """Whether it is still wanted, as the first to work on it must ask."""
        return self.future.running() or self.future.set_running_or_notify_cancel()


def vary(
    transform: Transform | None, pictures: Pixels, indices: NDArray[np.int64], epoch: int
) -> tuple[Pixels, list[Any]]:
    """The pictures as they are trained with, and the faults of the steps."""
    if transform is None:
        return pictures, []
    if isinstance(transform, TellingTransform):
        return transform.vary(pictures, indices, epoch)
    return transform(pictures, indices, epoch), []


class Threads:
    """Makes tasks in threads of this process, and measures what they cost.

    Args:
        dead: rows that must not be touched, because they end whoever does.
    """

    def __init__(
        self, pictures: Pictures, transform: Transform | None, count: int, dead: set[int]
    ) -> None:
        self._pictures = pictures
        self._transform = transform
        self._count = count
        self._dead = dead
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._tasks = 0
        self._seconds = 0.0
        self._made = 0

    @property
    def seconds_each(self) -> float:
        """Seconds of the processor that a picture takes; 0 while it is not known.

        The first tasks do not count: libraries are imported in them.
        """
        with self._lock:
            return self._seconds / self._made if self._made else 0.0

    def put(self, task: Task) -> None:
        """Make this task as soon as a thread is free."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="batches")
        self._pool.submit(self._make, task)

    def close(self) -> None:
        """End the threads; tasks that run are finished, others dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _make(self, task: Task) -> None:
        if not task.begin():
            return
        begun = time.thread_time()
        try:
            outcome = self._fill(task)
        except BaseException as error:
            task.future.set_exception(error)
            return
        with self._lock:
            self._tasks += 1
            if self._tasks > 2 * self._count:
                self._seconds += time.thread_time() - begun
                self._made += len(task.indices)
        task.future.set_result(outcome)

    def _fill(self, task: Task) -> Outcome:
        wanted = np.array([row not in self._dead for row in task.indices.tolist()], bool)
        pixels, good = read(self._pictures, task.indices[wanted])
        places = np.flatnonzero(wanted)[good]
        if len(places) == len(task.indices):
            task.out[...], faults = vary(self._transform, pixels, task.indices, task.epoch)
            return Outcome(faults=faults)
        task.out[...] = 0
        faults = []
        if len(places):
            task.out[places], faults = vary(
                self._transform, pixels[good], task.indices[places], task.epoch
            )
        lost = np.setdiff1d(np.arange(len(task.indices)), places)
        return Outcome(lost.tolist(), faults)
