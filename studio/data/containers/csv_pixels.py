"""Tables whose rows are pictures, one number a pixel: Kaggle's digits, FER-2013, DeepSat.

Names: "Digit Recognizer" (Kaggle): ``label,pixel0 … pixel783``; Fashion-MNIST and Sign Language
MNIST (Kaggle): ``label,pixel1 … pixel784``; FER-2013 (Goodfellow and others, 2013):
``emotion,pixels,Usage`` with 2,304 numbers in one cell; DeepSat SAT-4 and SAT-6 (Basu and others,
2015): 3,136 numbers a row, 28 × 28 pixels of red, green, blue and near infrared.

The file is read once, a few megabytes at a time, into an array in the cache.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values
from studio.data.containers.csv_layout import ENDINGS, Geometry, TableShape, table_shape
from studio.data.containers.csv_rows import Parsed, parse_rows
from studio.data.containers.selectors import parse_selector

_LOOKED_AT = 64  # pictures
_NAME = re.compile(r"(\d{1,6})x(\d{1,6})(?:x(\d{1,3}))?(-planes)?\Z")


class CsvPixels(Container):
    """Pictures by their size: ``@28x28/17``, ``@28x28x4/0``, ``@28x28x3-planes/0``.

    Attributes:
        layout: which columns are the pixels.
    """

    kind: ClassVar[str] = "csv-pixels"
    title: ClassVar[str] = "Table of pixels"

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        found = table_shape(file)
        if found is None:
            raise PictureError(f"“{display_name(file.name)}” is no table of pixels.")
        self.layout: TableShape = found
        at = os.stat(file)
        key = f"{os.path.abspath(file)} {at.st_size} {at.st_mtime_ns}"
        self._parsed: Parsed = parse_rows(file, found, key)
        self.held = self._parsed.held
        for geometry in found.geometries():
            self.arrays[geometry.name] = self._stored(geometry.name)

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        return file.suffix.lower() in ENDINGS and table_shape(file, head) is not None

    @property
    def count(self) -> int:
        """Rows of the table, headings not counted."""
        return len(self._parsed.pixels)

    @property
    def faults(self) -> dict[int, str]:
        """Row → why it holds no picture, in words that name its line."""
        return self._parsed.faults

    def roughness(self, geometry: Geometry) -> float:
        """How much neighbouring pixels of the first pictures differ, were they of that size.

        A row of 3,136 numbers is a grey square as well as one of four bands: of the true size,
        neighbours are alike.
        """
        some = np.asarray(self._parsed.pixels[:_LOOKED_AT], np.float32)
        if geometry.planes:
            deep = some.reshape(-1, geometry.channels, geometry.height, geometry.width)
            deep = np.moveaxis(deep, 1, -1)
        else:
            deep = some.reshape(-1, geometry.height, geometry.width, geometry.channels)
        across, down = np.diff(deep, axis=2), np.diff(deep, axis=1)
        return float(np.abs(across).mean() + np.abs(down).mean()) if across.size else 0.0

    def column(self, index: int) -> NDArray[Any] | None:
        """One of the other columns as text; None where it has too many different values."""
        return self._parsed.column(index)

    def read(self, selector: str) -> NDArray[Any]:
        self._refuse_fault(selector)
        return super().read(selector)

    def eight_bits(self, selector: str) -> NDArray[np.uint8]:
        self._refuse_fault(selector)
        return super().eight_bits(selector)

    def _refuse_fault(self, selector: str) -> None:
        if (words := self.faults.get(parse_selector(selector)[2])) is not None:
            raise PictureError(words, "Correct this row of the table.")

    def _stored(self, name: str) -> Stored:
        found = _NAME.match(name)
        if found is None:
            return super()._stored(name)
        height, width, channels = int(found[1]), int(found[2]), int(found[3] or 1)
        pixels = self._parsed.pixels
        if height * width * channels != pixels.shape[1]:
            raise PictureError(
                f"A row of “{display_name(self.file.name)}” has {pixels.shape[1]:,} numbers, which "
                f"make no picture of {width:,} × {height:,} px with {channels} bands.",
                "Choose width, height and channels that fit.",
            )
        if not found[3]:
            return Stored(name, (len(pixels), height, width), pixels.dtype, "nhw")
        if found[4]:
            return Stored(name, (len(pixels), channels, height, width), pixels.dtype, "nchw")
        return Stored(name, (len(pixels), height, width, channels), pixels.dtype, "nhwc")

    def _open(self, stored: Stored) -> Values:
        return Values(self._parsed.pixels.reshape(stored.shape), stored.shape)


__all__ = ["CsvPixels", "Geometry"]
