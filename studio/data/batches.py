"""Batches for training: shuffled by seed and epoch, augmented in the background."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.data.decoding import Pixels
from studio.data.parallel import cores

Transform = Callable[[Pixels, NDArray[np.int64], int], Pixels]
"""``transform(pictures (k, h, w, c) uint8, indices (k,), epoch)`` → the same shape and type."""

_CHUNK = 8  # pictures of one task: small, so that all cores work on one batch and closing is quick


class Batch(NamedTuple):
    """What one training step gets.

    ``x``: ``(b, height, width, channels) uint8``; ``y``: output name → ``(b,) int32``, or
    ``(b, classes) int32`` where several classes may hold; ``indices``: ``(b,) int64`` rows in
    the pictures that were given.
    """

    x: Pixels
    y: dict[str, NDArray[np.int32]]
    indices: NDArray[np.int64]


class Batches:
    """Epochs of batches over some rows of an array of pictures.

    The order depends on the seed and the number of the epoch alone, so a resumed run can begin
    at any batch of any epoch and sees what the uninterrupted one would have seen.

    Args:
        pictures: ``(n, height, width, channels) uint8``, an array or a mapped file.
        labels: output name → ``(n,)`` class index, or ``(n, classes)`` of a multi-label output.
        rows: which pictures belong to the epoch.
        batch_size: pictures in a batch; the last one of an epoch may be smaller.
        seed: of the shuffling.
        shuffle: False keeps the order of ``rows``.
        transform: the augmentation; called in several threads at once, with at most 8 pictures,
            so it must depend on its arguments alone.
        workers: threads of the augmentation; one a core, where left out.
        prefetch: batches made ahead.
    """

    def __init__(
        self,
        pictures: Pixels,
        labels: Mapping[str, Sequence[Any] | NDArray[np.integer]],
        rows: Sequence[int] | NDArray[np.integer],
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        transform: Transform | None = None,
        workers: int | None = None,
        prefetch: int = 4,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self.seconds_waited = 0.0
        self.batch_size = batch_size
        self._pictures = pictures
        # Columns keep their type: those of many classes are bytes, and widened batch by batch.
        self._labels = {name: np.asarray(column) for name, column in labels.items()}
        self._rows = np.asarray(rows, np.int64)
        self._seed = seed
        self._shuffle = shuffle
        self._transform = transform
        self._prefetch = max(1, prefetch)
        self._workers = workers or cores()
        self._pool: ThreadPoolExecutor | None = None

    def __len__(self) -> int:
        """Batches in an epoch."""
        return -(-len(self._rows) // self.batch_size)

    def __enter__(self) -> Batches:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads; tasks that run are finished, others dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

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
        batches = self._plain(parts) if self._transform is None else self._ahead(parts, epoch)
        try:
            while True:
                begun = time.perf_counter()
                batch = next(batches, None)
                self.seconds_waited += time.perf_counter() - begun
                if batch is None:
                    return
                yield batch
        finally:
            batches.close()

    def _plain(self, parts: Iterator[NDArray[np.int64]]) -> Generator[Batch]:
        for indices in parts:
            yield Batch(self._pictures[indices], self._y(indices), indices)

    def _y(self, indices: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        return {
            name: column[indices].astype(np.int32, copy=False)
            for name, column in self._labels.items()
        }

    def _ahead(self, parts: Iterator[NDArray[np.int64]], epoch: int) -> Generator[Batch]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="batches")
        waiting: deque[tuple[Batch, list[Future[None]]]] = deque()
        try:
            while True:
                while len(waiting) < self._prefetch:
                    indices = next(parts, None)
                    if indices is None:
                        break
                    waiting.append(self._begin(self._pool, indices, epoch))
                if not waiting:
                    return
                batch, tasks = waiting[0]
                for task in tasks:
                    task.result()
                waiting.popleft()
                yield batch
        finally:
            for _, tasks in waiting:
                for task in tasks:
                    task.cancel()

    def _begin(
        self, pool: ThreadPoolExecutor, indices: NDArray[np.int64], epoch: int
    ) -> tuple[Batch, list[Future[None]]]:
        x = np.empty((len(indices), *self._pictures.shape[1:]), np.uint8)
        chunks = range(0, len(indices), _CHUNK)
        tasks = [pool.submit(self._fill, x, indices, start, epoch) for start in chunks]
        return Batch(x, self._y(indices), indices), tasks

    def _fill(self, x: Pixels, indices: NDArray[np.int64], start: int, epoch: int) -> None:
        assert self._transform is not None
        own = indices[start : start + _CHUNK]
        x[start : start + len(own)] = self._transform(self._pictures[own], own, epoch)
