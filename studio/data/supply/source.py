"""Where the pictures come from, here and in another process."""

from __future__ import annotations

import mmap
import pickle
import zlib
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from studio.data.supply.memory import Block, receive

Pixels = NDArray[np.uint8]


@runtime_checkable
class Store(Protocol):
    """Pictures that are read row by row, from many threads; picklable.

    ``shape`` is ``(n, height, width, channels)``.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...

    def read(self, rows: NDArray[np.int64]) -> tuple[Pixels, NDArray[np.bool_]]:
        """``(k, height, width, channels) uint8``, and ``(k,)`` whether each could be read."""


Pictures = Pixels | Store


def read(pictures: Pictures, rows: NDArray[np.int64]) -> tuple[Pixels, NDArray[np.bool_]]:
    """Some pictures as a new array, and ``(k,)`` whether each could be read."""
    if isinstance(pictures, np.ndarray):
        return pictures[rows], np.ones(len(rows), bool)
    return pictures.read(rows)


class Opening(NamedTuple):
    """How another process comes to the same pictures.

    ``file`` and ``offset`` (bytes) for a mapped file, ``size`` (bytes) for a block that follows
    on the pipe, ``pickled`` for a store; ``check`` is what :func:`_check` says of an array.
    """

    shape: tuple[int, ...]
    file: str = ""
    offset: int = 0
    size: int = 0
    pickled: bytes = b""
    check: int = 0


class Shared:
    """Pictures made ready for other processes: a plain array in memory is copied once.

    Raises:
        OSError: there is no room for the copy.
        Exception: the store cannot be pickled.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._block: Block | None = None
        shape = tuple(pictures.shape)
        if not isinstance(pictures, np.ndarray):
            self.opening = Opening(shape, pickled=pickle.dumps(pictures))
        elif (mapped := whole_map(pictures)) is not None:
            file, offset = str(mapped.filename), mapped.offset
            self.opening = Opening(shape, file=file, offset=offset, check=_check(mapped))
        else:
            self._block = Block(max(1, pictures.nbytes))
            array_in(self._block.memory, shape)[...] = pictures
            self.opening = Opening(shape, size=self._block.size, check=_check(pictures))

    def give(self, conn: Connection, pid: int) -> None:
        """Hand on what does not fit into the opening. Raises OSError, RuntimeError."""
        if self._block is not None:
            self._block.give(conn, pid)


def open_pictures(opening: Opening, conn: Connection) -> Pictures:
    """The pictures in another process. Raises ValueError where they are others by now."""
    if opening.pickled:
        store: Store = pickle.loads(opening.pickled)
        return store
    pictures: Pixels
    if opening.size:
        pictures = array_in(receive(conn, opening.size), opening.shape)
    else:
        pictures = np.memmap(opening.file, np.uint8, "r", opening.offset, opening.shape)
    if _check(pictures) != opening.check:
        raise ValueError("the file with the pictures was replaced")
    return pictures


def whole_map(pictures: Pixels) -> np.memmap[Any, Any] | None:
    """The mapped file that it is; None for a part of one, which does not know its place."""
    if not isinstance(pictures, np.memmap) or not isinstance(pictures.base, mmap.mmap):
        return None
    is_file = pictures.filename and pictures.mode != "c"  # changes to a copy stay in this process
    return pictures if pictures.flags.c_contiguous and is_file else None


def array_in(memory: Any, shape: tuple[int, ...], offset: int = 0) -> Pixels:
    """An array over mapped memory, from ``offset`` bytes on."""
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(memory, np.uint8, count, offset).reshape(shape)


def _check(pictures: Pixels) -> int:
    """A number that tells these pictures from others, by three of them."""
    number = 0
    for row in sorted({0, len(pictures) // 2, len(pictures) - 1}) if len(pictures) else ():
        number = zlib.crc32(np.ascontiguousarray(pictures[row]).data, number)
    return number
