"""The pictures of one opened array, by their row."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.data.containers.depth import EIGHT_BITS, Depth, depth_of
from studio.data.containers.layout import MAX_CHANNELS, is_layout, picture_shape

MAX_PIXELS = 300_000_000  # of one picture, as for files: see picture_errors.MAX_PIXELS
MAX_PICTURE_BYTES = 2_400_000_000  # as for TIFF
_SCANNED = 1 << 31  # bytes of an array that are looked through for its range
_CHUNK = 1 << 24


@dataclass(frozen=True)
class Stored:
    """An array inside a container: what its header says, nothing of it read.

    ``order`` is the layout that this kind of file implies, empty where only the shape tells.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    order: str = ""

    @property
    def nbytes(self) -> int:
        """Bytes that the whole array needs."""
        return size_of(self.shape, self.dtype)


@dataclass(frozen=True)
class Values:
    """An opened array: anything that is sliced like one (in memory, mapped, or in an HDF5 file).

    Attributes:
        array: the rows that are really there.
        declared: the shape that the header promised.
        held: bytes that it keeps in memory.
        dtype: what the numbers are, where they are kept as a narrower type.
    """

    array: Any
    declared: tuple[int, ...]
    held: int = 0
    dtype: np.dtype[Any] | None = None


class Block:
    """The pictures of one array. Safe to use from several threads at once.

    Args:
        values: the array.
        axes: its layout, see :mod:`studio.data.containers.layout`.

    Raises:
        PictureError: the layout does not fit, or one picture would be too large.
    """

    def __init__(self, values: Values, axes: str) -> None:
        shape = values.declared
        self.dtype: np.dtype[Any] = values.dtype or values.array.dtype
        self.shape = check_pictures(shape, axes, self.dtype)
        self.count = shape[axes.index("n")]
        self._values = values
        self._axes = axes
        self._depth: Depth | None = EIGHT_BITS if self.dtype == np.uint8 else None
        self._lock = threading.Lock()

    def row(self, index: int) -> NDArray[Any]:
        """One picture as ``(h, w)`` or ``(h, w, c)`` of the array's own type.

        Raises:
            PictureError: there is no such row, or the file ends before it.
        """
        if not 0 <= index < self.count:
            raise PictureError(
                f"There is no picture {index:,}: the array holds {self.count:,}.",
                "Open the data set again.", kind="missing-file",
            )  # fmt: skip
        place = self._axes.index("n")
        if index >= self._values.array.shape[place]:
            raise PictureError(
                "The file is cut off: it ends before this picture.",
                "Copy or download it again.", kind="truncated",
            )  # fmt: skip
        cut = (slice(None),) * place + (index,)
        return self._turned(np.asarray(self._values.array[cut], dtype=self.dtype))

    def eight_bits(self, index: int) -> NDArray[np.uint8]:
        """One picture as ``(h, w, c) uint8``; the whole array decides what is dark and bright."""
        picture = self.row(index)
        return self.depth.eight_bits(picture.reshape(self.shape))

    @property
    def depth(self) -> Depth:
        """The range of the whole array; looked through once, where its type does not tell."""
        with self._lock:
            if self._depth is None:
                self._depth = self._look_through()
            return self._depth

    def _turned(self, picture: NDArray[Any]) -> NDArray[Any]:
        if "p" in self._axes:
            return picture.reshape(self.shape[:2])
        if "q" in self._axes:
            return np.ascontiguousarray(picture.reshape(self.shape[1::-1]).T)
        inner = self._axes.replace("n", "")
        order = [inner.index(axis) for axis in "hwc" if axis in inner]
        return np.ascontiguousarray(picture.transpose(order))

    def _look_through(self) -> Depth:
        """Every picture of an array up to 2 GB; of a larger one, evenly spread ones."""
        place = self._axes.index("n")
        there = int(self._values.array.shape[place])
        if there == 0:
            return EIGHT_BITS
        each = max(1, int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize)
        block = max(1, _CHUNK // each)
        apart = block * -(-there * each // _SCANNED)
        low, high = np.inf, -np.inf
        for start in range(0, there, apart):
            cut = (slice(None),) * place + (slice(start, start + block),)
            part = np.asarray(self._values.array[cut])
            if part.dtype.kind == "f":
                part = part[np.isfinite(part)]
            if part.size:
                low, high = min(low, float(part.min())), max(high, float(part.max()))
        return EIGHT_BITS if low > high else depth_of(self.dtype, low, high)


def check_pictures(shape: tuple[int, ...], axes: str, dtype: np.dtype[Any]) -> tuple[int, int, int]:
    """``(height, width, channels)`` of the pictures of an array, by its header alone.

    Raises:
        PictureError: the layout does not fit, or one picture would be too large.
    """
    if len(shape) != len(axes) or not is_layout(axes):
        raise PictureError(f"An array of shape {shape} holds no pictures laid out “{axes}”.")
    height, width, channels = picture = picture_shape(shape, axes)
    if height < 1 or width < 1 or channels < 1:
        raise PictureError(f"The pictures have no area: the array's shape is {shape}.")
    too_many = height * width > MAX_PIXELS or channels > MAX_CHANNELS
    if too_many or size_of(picture, dtype) > MAX_PICTURE_BYTES:
        raise PictureError(
            f"Each picture is said to be {width:,} × {height:,} px with {channels} bands, "
            "which is more than the studio reads."
        )
    return picture


def size_of(shape: Sequence[int], dtype: np.dtype[Any]) -> int:
    """Bytes of an array, exact however large the numbers in a hostile header are."""
    total = dtype.itemsize
    for side in shape:
        total *= int(side)
    return total
