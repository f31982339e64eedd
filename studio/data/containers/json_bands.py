"""JSON lists of records whose bands are flat lists of numbers.

Layout: "Statoil/C-CORE Iceberg Classifier Challenge", data description: ``band_1`` and ``band_2``
have 5,625 floats each, a picture of 75 × 75 px in decibels.

The file is read record by record, so that only the numbers stay in memory and not the text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control
from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values
from studio.data.containers.selectors import parse_selector

MAX_BYTES = 4 << 30
_RECORD = 1 << 26  # characters of one record
_PART = 1 << 20
_SMALLEST = 16  # numbers of a band
_BLANK = " \t\r\n"


class JsonBands(Container):
    """Bands by their names; ``@band_1+band_2/17`` joins two.

    Attributes:
        fields: the other values of the records, by their names.
        faults: record → why it holds no picture, in words.
    """

    kind: ClassVar[str] = "json-bands"
    title: ClassVar[str] = "JSON with bands"

    def __init__(self, file: Path, control: Control | None = None) -> None:
        super().__init__(file)
        if file.stat().st_size > MAX_BYTES:
            raise PictureError(f"“{display_name(file.name)}” is too large for JSON.")
        self.fields: dict[str, list[Any]] = {}
        self.faults: dict[int, str] = {}
        bands: dict[str, list[NDArray[np.float32]]] = {}
        count = 0
        for record in records(file):
            if control is not None:
                control.checkpoint()
            if not bands:
                bands = self._begin(record)
            self._add(record, bands, count)
            count += 1
        if not count:
            raise PictureError(f"“{display_name(file.name)}” holds no records.")
        self._bands = {name: np.stack(rows) for name, rows in bands.items()}
        self.held = sum(b.nbytes for b in self._bands.values())
        for name, band in self._bands.items():
            side = math.isqrt(band.shape[1])
            self._bands[name] = band.reshape(-1, side, side)
            self.arrays[name] = Stored(name, self._bands[name].shape, band.dtype, "nhw")

    def _begin(self, first: dict[str, Any]) -> dict[str, list[NDArray[np.float32]]]:
        """The bands and fields of all records, by the first one."""
        names = band_names(first)
        if not names:
            raise PictureError(f"“{display_name(self.file.name)}” holds no bands of pictures.")
        self.fields = {k: [] for k in first if k not in names}
        return {name: [] for name in names}

    def _add(
        self, record: dict[str, Any], bands: dict[str, list[NDArray[np.float32]]], row: int
    ) -> None:
        for name, rows in bands.items():
            band = _band(record.get(name))
            if band is None or (rows and band.shape != rows[0].shape):
                self.faults[row] = (
                    f"Record {row + 1:,} has no “{display_name(name)}” of the same length as the "
                    "first one, so it is no picture."
                )
                band = rows[0]  # stands there so that the others keep their place
            rows.append(band)
        for name, column in self.fields.items():
            value = record.get(name)
            column.append(value if isinstance(value, (str, int, float, bool)) else None)

    def read(self, selector: str) -> NDArray[Any]:
        self._refuse_fault(selector)
        return super().read(selector)

    def eight_bits(self, selector: str) -> NDArray[np.uint8]:
        self._refuse_fault(selector)
        return super().eight_bits(selector)

    def _refuse_fault(self, selector: str) -> None:
        if (words := self.faults.get(parse_selector(selector)[2])) is not None:
            raise PictureError(words, "Correct or remove this record.")

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        if head.lstrip()[:1] != b"[" or file.suffix.lower() != ".json":
            return False
        try:
            return bool(band_names(next(records(file), {})))
        except (PictureError, OSError, ValueError):
            return False

    def _open(self, stored: Stored) -> Values:
        return Values(self._bands[stored.name], stored.shape)


def band_names(record: Any) -> list[str]:
    """The values of a record that are bands: flat lists of numbers that make a square."""
    if not isinstance(record, dict):
        return []
    return [str(k) for k, v in record.items() if _band(v) is not None]


def _band(value: Any) -> NDArray[np.float32] | None:
    if not isinstance(value, list) or len(value) < _SMALLEST:
        return None
    if math.isqrt(len(value)) ** 2 != len(value):
        return None
    try:
        band = np.array(value, dtype=np.float32)
    except (ValueError, TypeError, OverflowError):
        return None
    return band if band.ndim == 1 else None


def records(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, one at a time; an empty one for any other value in it.

    Raises:
        PictureError: the list is broken, or does not begin with an object.
    """
    name = display_name(file.name)
    with open(file, encoding="utf-8-sig", errors="replace") as opened:
        text, place = _skip(opened, "", 0)
        if text[place : place + 1] != "[":
            raise PictureError(f"“{name}” is no JSON list of records.")
        text, place = _skip(opened, text, place + 1)
        is_first = True
        while text[place : place + 1] not in ("]", ""):
            value, text, place = _value(opened, text, place, name)
            if is_first and not isinstance(value, dict):
                raise PictureError(f"“{name}” is no JSON list of records.")
            is_first = False
            yield value if isinstance(value, dict) else {}
            text, place = _skip(opened, text, place)
            if text[place : place + 1] == ",":
                text, place = _skip(opened, text, place + 1)
            elif text[place : place + 1] != "]":
                break
        if text[place : place + 1] != "]":
            raise _cut(name)


def _value(opened: IO[str], text: str, place: int, name: str) -> tuple[Any, str, int]:
    """The next value; more of the file is read until it is whole."""
    part = _PART
    while True:
        try:
            value, end = json.JSONDecoder().raw_decode(text, place)
            return value, text[end:], 0
        except RecursionError as error:
            raise PictureError(f"“{name}” is nested too deeply.") from error
        except ValueError as error:
            more = opened.read(part)
            if not more:
                raise _cut(name) from error
            text, place = text[place:] + more, 0
            if len(text) > _RECORD:
                raise PictureError(f"A record of “{name}” is too long.") from error
            part *= 2


def _skip(opened: IO[str], text: str, place: int) -> tuple[str, int]:
    """Leave out blanks, reading on where the text ends."""
    while True:
        while place < len(text) and text[place] in _BLANK:
            place += 1
        if place < len(text):
            return text, place
        text, place = opened.read(_PART), 0
        if not text:
            return "", 0


def _cut(name: str) -> PictureError:
    return PictureError(
        f"“{name}” is cut off or is broken JSON.", "Copy or download it again.", kind="truncated"
    )
