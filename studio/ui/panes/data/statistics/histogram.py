"""How often which number comes: aspect ratios, file sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from studio.ui.panes.data.statistics.axes import Frame, Scale
from studio.ui.panes.data.statistics.drawing import Cell, Drawing, Ink, Pick, block
from studio.ui.widgets.numbers import count, number

BINS = 33  # odd, so that what is all alike stands in the middle


class Histogram(Drawing):
    """Bars over numbers in equal ratios.

    Args:
        values: ``(m,) float64`` above 0.
        rows: ``(m,) int64`` the rows of the data set that they are of.
        say: a number in words, for the axis.
        say_pick: two numbers in words: what the pictures between them have in common.
        ticks: the numbers below the axis; round ones where left out.
    """

    acts = "Lists these pictures."

    def __init__(
        self,
        title: str,
        sentence: str,
        column: str,
        values: NDArray[np.float64],
        rows: NDArray[np.int64],
        say: Callable[[float], str],
        say_pick: Callable[[float, float], str],
        ticks: list[float] | None = None,
    ) -> None:
        self.title, self.sentence, self.column = title, sentence, column
        self._rows, self._say, self._say_pick, self._ticks = rows, say, say_pick, ticks
        low, high = (float(values.min()), float(values.max())) if len(values) else (1.0, 1.0)
        if high < low * 1.5:  # all (nearly) the same: one bar in the middle of some room
            middle = float(np.sqrt(low * high))
            low, high = min(low, middle / 1.4), max(high, middle * 1.4)
        self.edges = np.geomspace(low, high, BINS + 1)
        self.edges[0], self.edges[-1] = low, high
        self._bin = np.clip(np.searchsorted(self.edges, values, "right") - 1, 0, BINS - 1)
        self.counts = np.bincount(self._bin, minlength=BINS)
        # As the bars are picked, so that the words tell the real ends.
        self._ends = [
            (float(values[self._bin == i].min()), float(values[self._bin == i].max()))
            if self.counts[i]
            else (float(self.edges[i]), float(self.edges[i + 1]))
            for i in range(BINS)
        ]

    def height(self, width: int) -> int:
        return 180

    def parts(self) -> int:
        return BINS

    def _frame(self, width: int, height: int) -> Frame:
        x = Scale(float(self.edges[0]), float(self.edges[-1]), log=True)
        return Frame(width, height, x, Scale(0.0, max(1.0, float(self.counts.max())) * 1.05))

    def at(self, x: float, y: float, width: int, height: int) -> int:
        inner = self._frame(width, height).inner
        part = int((x - inner.left()) / inner.width() * BINS)
        inside = inner.left() <= x < inner.right() and 0 <= y <= inner.bottom()
        return part if inside and self.counts[part] else -1

    def where(self, part: int, width: int, height: int) -> QRectF:
        inner = self._frame(width, height).inner
        wide = inner.width() / BINS
        return QRectF(inner.left() + wide * part, inner.top(), wide, inner.height())

    def words(self, part: int) -> str:
        return f"{self._say_pick(*self._ends[part])}: {count(int(self.counts[part]), 'picture')}"

    def pick(self, part: int) -> Pick | None:
        if not self.counts[part]:
            return None
        return Pick(self._say_pick(*self._ends[part]), self._rows[self._bin == part])

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        heads = (f"{self.column} from", f"{self.column} to", "pictures")
        rows = (
            (float(self.edges[i]), float(self.edges[i + 1]), int(self.counts[i]))
            for i in range(BINS)
        )
        return heads, rows

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        frame = self._frame(width, height)
        frame.paint(painter, ink, self._say, _whole, self._ticks)
        for i in np.flatnonzero(self.counts).tolist():
            place = self.where(i, width, height)
            top = min(frame.py(float(self.counts[i])), frame.inner.bottom() - 2)
            rect = QRectF(place.left() + 1, top, place.width() - 1, frame.inner.bottom() - top)
            block(painter, rect, ink.tokens.text if i == part else ink.tokens.accent)


def _whole(value: float) -> str:
    return number(int(value)) if float(value).is_integer() else ""
