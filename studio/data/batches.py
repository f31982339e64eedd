"""Batches for training: shuffled by seed and epoch, made in the background."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.data.parallel import cores
from studio.data.supply.recycling import Recycler
from studio.data.supply.source import Pictures, Pixels, read
from studio.data.supply.supply import Supply
from studio.data.supply.tasks import Task, TellingTransform, Transform

__all__ = ["Batch", "Batches", "Transform"]

_READ_AHEAD = 3  # tasks for each worker that lie ready, so that small batches do not starve them
_MOST_AHEAD = 512 << 20  # bytes of batches made ahead, unless two are larger


class Batch(NamedTuple):
    """What one training step gets.

    ``x``: ``(b, height, width, channels) uint8``; ``y``: output name → ``(b,) int32``, or
    ``(b, classes) int32`` where several classes may hold; ``indices``: ``(b,) int64`` rows in
    the pictures that were given. A picture that could not be delivered is all zero and has the
    label −1.
    """

    x: Pixels
    y: dict[str, NDArray[np.int32]]
    indices: NDArray[np.int64]


class Batches:
    """Epochs of batches over some rows of an array of pictures.

    The order depends on the seed and the number of the epoch alone, so a resumed run can begin
    at any batch of any epoch and sees what the uninterrupted one would have seen. Nor does it
    matter who makes a batch: threads begin, and processes go on where there is much to do.

    Args:
        pictures: ``(n, height, width, channels) uint8``, an array, a mapped file or a store.
        labels: output name → ``(n,)`` class index, or ``(n, classes)`` of a multi-label output.
        rows: which pictures belong to the epoch.
        batch_size: pictures in a batch; the last one of an epoch may be smaller.
        seed: of the shuffling.
        shuffle: False keeps the order of ``rows``.
        transform: the augmentation; called in several places at once with a few pictures, so what
            it makes of a picture must depend on that picture, its index and the epoch alone.
        workers: threads or processes; one a core, where left out.
        prefetch: batches made ahead, at least.
        processes: True has them from the first batch on, False never; by what is left to do,
            where left out.
        epochs: the number of the last epoch that will be asked for.

    Attributes:
        seconds_waited: seconds for which batches were waited for.
        lost: row → ``unreadable``, or ``deadly`` where it ended two processes; in the order in
            which they were to be delivered.
    """

    def __init__(
        self,
        pictures: Pictures,
        labels: Mapping[str, Sequence[Any] | NDArray[np.integer]],
        rows: Sequence[int] | NDArray[np.integer],
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        transform: Transform | None = None,
        workers: int | None = None,
        prefetch: int = 4,
        processes: bool | None = None,
        epochs: int = 1,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self.seconds_waited = 0.0
        self.lost: dict[int, str] = {}
        self.batch_size = batch_size
        self._pictures = pictures
        # Columns keep their type: those of many classes are bytes, and widened batch by batch.
        self._labels = {name: np.asarray(column) for name, column in labels.items()}
        self._rows = np.asarray(rows, np.int64)
        self._seed = seed
        self._shuffle = shuffle
        self._transform = transform
        self._epochs = epochs
        workers = workers or cores()
        self._supply = Supply(pictures, transform, workers, processes)
        self._prefetch = self._batches_ahead(max(1, prefetch), workers)
        self._memory = Recycler((batch_size, *pictures.shape[1:]), self._prefetch + 1)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-len(self._rows) // self.batch_size)

    def __enter__(self) -> Batches:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that make batches now."""
        return self._supply.pids

    @property
    def is_fed_by_processes(self) -> bool:
        """Whether processes make the next batches."""
        return self._supply.by_processes

    @property
    def trouble(self) -> str:
        """Why processes were given up, as a sentence; empty as long as all is well."""
        return self._supply.trouble

    def close(self) -> None:
        """End threads and processes; tasks that run are finished or dropped."""
        self._supply.close()

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The rows in the order of that epoch."""
        if not self._shuffle:
            return self._rows
        source = np.random.default_rng([self._seed & 0xFFFFFFFFFFFFFFFF, epoch])
        return self._rows[source.permutation(len(self._rows))]

    def epoch(self, epoch: int, first_batch: int = 0) -> Generator[Batch]:
        """The batches of one epoch, from ``first_batch`` (0 is the first) on.

        ``seconds_waited`` grows by the time the caller had to wait for them.
        """
        order = self.order(epoch)
        starts = range(first_batch * self.batch_size, len(order), self.batch_size)
        parts = (order[s : s + self.batch_size] for s in starts)
        batches = self._plain(parts) if self._is_plain() else self._ahead(parts, epoch)
        left = len(order) - starts.start + max(0, self._epochs - epoch) * len(order)
        try:
            while True:
                begun = time.perf_counter()
                batch = next(batches, None)
                self.seconds_waited += time.perf_counter() - begun
                if batch is None:
                    return
                left -= len(batch.indices)
                self._supply.consider(left)
                yield batch
        finally:
            batches.close()

    def _is_plain(self) -> bool:
        """Whether making a batch is but copying, which is not worth a thread."""
        if self._transform is not None:
            return False
        is_kept = getattr(self._pictures, "is_kept", None)  # of a store that keeps some
        if is_kept is None:
            return isinstance(self._pictures, np.ndarray)
        return bool(is_kept(self._rows).all())

    def _plain(self, parts: Iterator[NDArray[np.int64]]) -> Generator[Batch]:
        for indices in parts:
            x, good = read(self._pictures, indices)
            batch = Batch(x, self._y(indices), indices)
            self._lose(batch, np.flatnonzero(~good).tolist())
            yield batch

    def _y(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        return {
            name: column[indices].astype(np.int32, copy=False)
            for name, column in self._labels.items()
        }

    def _batches_ahead(self, prefetch: int, workers: int) -> int:
        """As many as keep all workers busy, as far as memory goes."""
        shape = self._pictures.shape[1:]
        size = self.batch_size * max(1, int(np.prod(shape, dtype=np.int64)))
        busy = -(-_READ_AHEAD * workers * self._supply.most // self.batch_size)
        return max(min(prefetch, 2), min(max(prefetch, busy), _MOST_AHEAD // size))

    def _ahead(self, parts: Iterator[NDArray[np.int64]], epoch: int) -> Generator[Batch]:
        waiting: deque[tuple[Batch, list[Task]]] = deque()
        try:
            while True:
                while len(waiting) < self._prefetch:
                    indices = next(parts, None)
                    if indices is None:
                        break
                    waiting.append(self._begin(indices, epoch))
                if not waiting:
                    return
                batch, tasks = waiting[0]
                for task in tasks:
                    task.future.result()
                waiting.popleft()
                self._settle(batch, tasks)
                yield batch
        finally:
            for _, tasks in waiting:
                for task in tasks:
                    task.future.cancel()

    def _begin(self, indices: NDArray[np.int64], epoch: int) -> tuple[Batch, list[Task]]:
        x = self._memory.empty((len(indices), *self._pictures.shape[1:]))
        chunk = self._supply.chunk
        starts = range(0, len(indices), chunk)
        tasks = [Task(x[s : s + chunk], indices[s : s + chunk], epoch) for s in starts]
        for task in tasks:
            self._supply.put(task)
        return Batch(x, self._y(indices), indices), tasks

    def _settle(self, batch: Batch, tasks: list[Task]) -> None:
        """Take the labels from pictures that could not be delivered; keep what failed."""
        start = 0
        for task in tasks:
            outcome = task.future.result()
            if outcome.faults and isinstance(self._transform, TellingTransform):
                self._transform.keep(outcome.faults)
            self._lose(batch, [start + place for place in outcome.lost])
            start += len(task.indices)

    def _lose(self, batch: Batch, places: list[int]) -> None:
        for place in places:
            row = int(batch.indices[place])
            self.lost.setdefault(row, self._supply.why_lost(row))
            for column in batch.y.values():
                column[place] = -1
