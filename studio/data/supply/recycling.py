"""Memory that is used for one batch after another."""

from __future__ import annotations

import ctypes
import weakref
from collections import deque

import numpy as np

from studio.data.supply.source import Pixels


class Recycler:
    """Gives out the memory of a batch again when nobody holds the batch, or a part of it, any more.

    The system clears fresh memory page by page when it is first written to, which was about a
    third of this process's own work on a picture of 224 px. A batch of another size gets memory
    of its own.

    Args:
        shape: ``(b, height, width, channels)`` of an ordinary batch.
        most: batches for which memory is kept.
    """

    def __init__(self, shape: tuple[int, ...], most: int) -> None:
        self._shape = shape
        self._size = int(np.prod(shape, dtype=np.int64))
        self._free: deque[Pixels] = deque(maxlen=most)

    def empty(self, shape: tuple[int, ...]) -> Pixels:
        """An array of this shape with anything in it."""
        if shape != self._shape or not self._size:
            return np.empty(shape, np.uint8)
        try:
            memory = self._free.pop()
        except IndexError:
            memory = np.empty(self._size, np.uint8)
        # Every view of the array holds this object, so that its end is the end of all of them.
        lent = (ctypes.c_uint8 * self._size).from_buffer(memory.data)
        weakref.finalize(lent, self._free.append, memory).atexit = False
        return np.frombuffer(memoryview(lent), np.uint8).reshape(shape)
