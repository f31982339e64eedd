"""Pictures in memory that several processes of this computer see, without a copy.

On Linux the memory has no name in any folder: it is a file descriptor that other processes of the
same person open through ``/proc`` (memfd_create(2)), so that it is neither limited by the size of
``/dev/shm``, which is 64 MB in many containers, nor left behind when a process is killed.
Elsewhere it is Python's shared memory, which the system or Python's tracker takes back.
"""

from __future__ import annotations

import mmap
import os
import sys
import weakref
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from studio.core.errors import StorageError
from studio.data.decoding import Pixels

HAS_MEMFD = hasattr(os, "memfd_create")


class SharedPixels:
    """``(n, height, width, channels) uint8``, all zero at first.

    Pickling gives away the name alone: the array is seen by whoever unpickles while the process
    that made it is alive, and only read there.

    Raises:
        StorageError: the system does not give so much memory.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        size = int(np.prod(shape, dtype=np.int64))
        try:
            self.array, self._name, self._held = _made(size, shape)
        except (OSError, ValueError, OverflowError, MemoryError) as error:
            raise StorageError(
                f"The system does not give {size / 1e9:.1f} GB of memory for the pictures."
            ) from error

    def __reduce__(self) -> tuple[Any, ...]:
        return _Opened, (self._name, self.array.shape)


class _Opened(SharedPixels):
    """The same memory in another process. Raises OSError where it is gone."""

    def __init__(self, name: str, shape: tuple[int, ...]) -> None:
        self.array, self._name, self._held = _found(name, shape)


def _made(size: int, shape: tuple[int, ...]) -> tuple[Pixels, str, object]:
    if HAS_MEMFD:
        handle = os.memfd_create("pictures", os.MFD_CLOEXEC)
        held = _Handle(handle)
        os.ftruncate(handle, size)
        return _array(mmap.mmap(handle, size), shape), f"/proc/{os.getpid()}/fd/{handle}", held
    memory = _Memory(create=True, size=size)
    return _array(memory.buf, shape), memory.name, _Named(memory)


def _found(name: str, shape: tuple[int, ...]) -> tuple[Pixels, str, object]:
    size = int(np.prod(shape, dtype=np.int64))
    if name.startswith("/proc/"):
        handle = os.open(name, os.O_RDONLY)
        try:
            if os.fstat(handle).st_size != size:  # the number belongs to another file by now
                raise FileNotFoundError(name)
            return _array(mmap.mmap(handle, size, access=mmap.ACCESS_READ), shape), name, None
        finally:
            os.close(handle)
    # Only whoever made it takes it back; before 3.13 every process of one tree shares a tracker.
    told: dict[str, Any] = {"track": False} if sys.version_info >= (3, 13) else {}
    memory = _Memory(name, **told)
    if memory.size < size:
        memory.close()
        raise FileNotFoundError(name)
    return _array(memory.buf, shape), name, memory


def _array(buffer: Any, shape: tuple[int, ...]) -> Pixels:
    size = int(np.prod(shape, dtype=np.int64))
    flat: Pixels = np.frombuffer(buffer, np.uint8, count=size)
    return flat.reshape(shape)


class _Memory(SharedMemory):
    """Shared memory that an array may outlive: its end says nothing then, and the array stays."""

    def close(self) -> None:
        with suppress(BufferError):
            super().close()


class _Handle:
    """Keeps a file descriptor open as long as it lives."""

    def __init__(self, handle: int) -> None:
        self._end = weakref.finalize(self, os.close, handle)


class _Named:
    """Keeps shared memory as long as it lives, and takes the name back then."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._end = weakref.finalize(self, _unlink, memory)


def _unlink(memory: SharedMemory) -> None:
    with suppress(OSError):
        memory.unlink()
