"""What every container gives: arrays by name, and pictures in them by row."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.depth import EIGHT_BITS, Depth, depth_of
from studio.data.containers.layout import MAX_CHANNELS, guess_layout, is_layout, picture_shape
from studio.data.containers.mistakes import reading
from studio.data.containers.selectors import parse_selector, split_bands

MAX_LABEL_BYTES = 1 << 30
"""An array of labels larger than that is refused before memory is taken."""

MAX_PIXELS = 300_000_000  # of one picture, as for files: see decoding.MAX_PIXELS
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


class Container(ABC):
    """One opened file. Safe to use from several threads; let go of it and it is closed.

    Args:
        file: where it lies.

    Raises:
        PictureError: it is damaged, foreign or not safe to read.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    by_columns = False
    """Whether flat pictures go down before they go right, as MATLAB's do."""
    flat_last = False
    """Whether the last axis of a flat array is likelier to count the pictures."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.arrays: dict[str, Stored] = {}
        self.held = 0
        self._values: dict[str, Values] = {}
        self._blocks: dict[tuple[tuple[str, ...], str], list[Block]] = {}
        self._lock = threading.RLock()

    @classmethod
    @abstractmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        """Whether a file is of this kind, by its name and its first 600 bytes."""

    @abstractmethod
    def _open(self, stored: Stored) -> Values:
        """Open one array. Raises PictureError or what the library raises."""

    def values(self, name: str) -> Values:
        """An array by its name. Raises PictureError where it is missing or cannot be read."""
        with self._lock:
            if name not in self._values:
                stored = self._stored(name)
                if stored.dtype.kind not in "biuf":
                    raise PictureError(f"“{display_name(name)}” holds no numbers.")
                with reading(self.file):
                    self._values[name] = self._open(stored)
                self.held += self._values[name].held
            return self._values[name]

    def rows_there(self, name: str, axes: str) -> int:
        """Pictures of an array that the file really has, as far as a look without unpacking tells.

        Raises:
            PictureError: it cannot be read.
        """
        stored = self._stored(name)
        place = axes.index("n")
        if not self._is_mapped(stored):
            return stored.shape[place]
        return int(self.values(name).array.shape[place])

    def _is_mapped(self, stored: Stored) -> bool:
        """Whether opening an array reads nothing of it."""
        return True

    def layout_of(self, stored: Stored, pictures: int | None = None) -> str:
        """The likeliest layout of an array, empty where it can hold no pictures.

        Args:
            pictures: how many there are, where the labels tell.
        """
        if pictures is None and stored.order:
            return stored.order
        is_last = stored.order.endswith("n") or (self.flat_last and len(stored.shape) == 2)
        return guess_layout(stored.shape, pictures, not is_last, self.by_columns)

    def labels(self, name: str) -> NDArray[Any]:
        """A small array as a whole: numbers, or text as ``object``. Raises PictureError."""
        stored = self._stored(name)
        if stored.nbytes > MAX_LABEL_BYTES:
            raise PictureError(f"“{display_name(name)}” is too large to be a list of labels.")
        with reading(self.file):
            return self._labels(stored)

    def block(self, names: Sequence[str], axes: str = "") -> list[Block]:
        """The pictures of one array, or of several whose channels are joined."""
        key = (tuple(names), axes)
        found = self._blocks.get(key)
        if found is None:
            with self._lock:
                found = self._blocks[key] = [self._block(name, axes) for name in names]
        return found

    def read(self, selector: str) -> NDArray[Any]:
        """The picture that a selector names, ``(h, w)`` or ``(h, w, c)`` as it is stored."""
        names, axes, row = parse_selector(selector)
        axes, bands = split_bands(axes)
        with reading(self.file):
            parts = [block.row(row) for block in self.block(names, axes)]
        return _picked(parts[0] if len(parts) == 1 else _joined(parts), bands)

    def eight_bits(self, selector: str) -> NDArray[np.uint8]:
        """The picture that a selector names as ``(h, w, c) uint8``. Raises PictureError."""
        names, axes, row = parse_selector(selector)
        axes, bands = split_bands(axes)
        with reading(self.file):
            parts = [block.eight_bits(row) for block in self.block(names, axes)]
        return _picked(parts[0] if len(parts) == 1 else _joined(parts), bands)

    def _labels(self, stored: Stored) -> NDArray[Any]:
        return np.asarray(self._open(stored).array)

    def cells(self) -> list[str]:
        """Names of what may be lists of texts besides arrays, for :meth:`cell`."""
        return []

    def cell(self, name: str) -> list[list[str]]:
        """The texts of a cell array, row by row; empty where it is none. Raises PictureError."""
        return []

    def _stored(self, name: str) -> Stored:
        try:
            return self.arrays[name]
        except KeyError:
            known = ", ".join(display_name(n) for n in list(self.arrays)[:8])
            raise PictureError(
                f"“{display_name(self.file.name)}” holds no array “{display_name(name)}”.",
                f"It holds: {known}." if known else "It holds none.", kind="missing-file",
            ) from None  # fmt: skip

    def _block(self, name: str, axes: str) -> Block:
        return Block(self.values(name), axes or self.layout_of(self._stored(name)))


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    stacked = [p if p.ndim == 3 else p[:, :, None] for p in parts]
    if len({p.shape[:2] for p in stacked}) > 1:
        raise PictureError("The bands of this picture have different sizes.")
    return np.concatenate(stacked, axis=2)


def _picked(picture: NDArray[Any], bands: tuple[int, ...]) -> NDArray[Any]:
    """The chosen bands in the chosen order; all where none is chosen."""
    if not bands:
        return picture
    deep = picture if picture.ndim == 3 else picture[:, :, None]
    if max(bands) >= deep.shape[2]:
        raise PictureError(
            f"The picture has {deep.shape[2]} bands, so band {max(bands) + 1} is not there.",
            "Choose other bands, and open the data set again.",
        )
    return np.ascontiguousarray(deep[:, :, list(bands)])


def size_of(shape: Sequence[int], dtype: np.dtype[Any]) -> int:
    """Bytes of an array, exact however large the numbers in a hostile header are."""
    total = dtype.itemsize
    for side in shape:
        total *= int(side)
    return total
