"""What every container gives: arrays by name, and pictures in them by row."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.block import Block, Stored, Values, check_pictures, size_of
from studio.data.containers.layout import guess_layout
from studio.data.containers.mistakes import reading
from studio.data.containers.selectors import parse_selector, split_bands

MAX_LABEL_BYTES = 1 << 30
"""An array of labels larger than that is refused before memory is taken."""

__all__ = ["Block", "Container", "Stored", "Values", "check_pictures", "size_of"]


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
