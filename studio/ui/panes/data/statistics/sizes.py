"""Widths and heights of all pictures, with the network's input between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from studio.core.input import InputSpec
from studio.ui.panes.data.statistics.axes import Frame, Scale
from studio.ui.panes.data.statistics.drawing import LABEL, Cell, Drawing, Ink, Pick
from studio.ui.widgets.base import draw_text, text_width
from studio.ui.widgets.numbers import count, number, picture_size

CELLS = 36
_SMALLEST, _LARGEST = 2.5, 11.0


class SizesPlot(Drawing):
    """A dot for pictures of (nearly) the same size, the larger the more there are.

    Args:
        sizes: ``(m, 2) int32`` width and height in pixels, above 0.
        rows: ``(m,) int64`` the rows of the data set that they are of.
        spec: the network's input, which is marked.
    """

    title = "Widths and heights"
    acts = "Lists pictures of this size."

    def __init__(
        self, sizes: NDArray[np.int32], rows: NDArray[np.int64], spec: InputSpec, sentence: str
    ) -> None:
        self.sentence, self._spec = sentence, spec
        self._sizes, self._rows = sizes, rows
        values = np.concatenate([sizes.ravel(), [spec.width, spec.height]]).astype(float)
        low, high = values.min() / 1.25, values.max() * 1.25
        is_log = high / low > 6
        self._scale = Scale(low, high, True) if is_log else Scale(0.0, high)
        shares = _shares(sizes, self._scale)
        cell = np.clip((shares * CELLS).astype(np.int64), 0, CELLS - 1)
        self._cell = cell[:, 1] * CELLS + cell[:, 0]
        self._cells, self._counts = np.unique(self._cell, return_counts=True)
        sums = [np.bincount(self._cell, sizes[:, i].astype(float), CELLS * CELLS) for i in range(2)]
        self.middles = np.stack([s[self._cells] for s in sums], axis=1) / self._counts[:, None]

    def height(self, width: int) -> int:
        return min(320, max(220, round(width * 0.7)))

    def parts(self) -> int:
        return len(self._cells)

    def _frame(self, width: int, height: int) -> Frame:
        return Frame(width, height, self._scale, self._scale)

    def _radius(self, part: int) -> float:
        share = float(np.sqrt(self._counts[part] / self._counts.max()))
        return _SMALLEST + (_LARGEST - _SMALLEST) * share

    def _centre(self, part: int, frame: Frame) -> QPointF:
        return QPointF(frame.px(self.middles[part, 0]), frame.py(self.middles[part, 1]))

    def at(self, x: float, y: float, width: int, height: int) -> int:
        frame, best, found = self._frame(width, height), 14.0, -1
        for part in range(self.parts()):
            place = self._centre(part, frame)
            away = float(np.hypot(place.x() - x, place.y() - y)) - self._radius(part) / 2
            if away < best:
                best, found = away, part
        return found

    def where(self, part: int, width: int, height: int) -> QRectF:
        place, r = self._centre(part, self._frame(width, height)), self._radius(part)
        return QRectF(place.x() - r, place.y() - r, 2 * r, 2 * r)

    def _say(self, part: int) -> str:
        own = self._sizes[self._cell == self._cells[part]]
        (w0, h0), (w1, h1) = own.min(axis=0).tolist(), own.max(axis=0).tolist()
        if (w0, h0) == (w1, h1):
            return picture_size(w0, h0)
        return f"{_range(w0, w1)} × {_range(h0, h1)} px"

    def words(self, part: int) -> str:
        return f"{self._say(part)}: {count(int(self._counts[part]), 'picture')}"

    def pick(self, part: int) -> Pick | None:
        return Pick(self._say(part), self._rows[self._cell == self._cells[part]])

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        found, counts = np.unique(self._sizes, axis=0, return_counts=True)
        rows = ((int(w), int(h), int(n)) for (w, h), n in zip(found, counts, strict=True))
        return ("width in px", "height in px", "pictures"), rows

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        frame, tokens = self._frame(width, height), ink.tokens
        frame.paint(painter, ink, _pixels, lambda v: number(round(v)))
        self._paint_input(painter, frame, ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(tokens.accent)
        colour.setAlphaF(0.55)
        painter.setPen(QPen(QColor(tokens.accent), 1))
        for i in range(self.parts()):
            painter.setBrush(QColor(tokens.text) if i == part else colour)
            painter.drawEllipse(self._centre(i, frame), self._radius(i), self._radius(i))

    def _paint_input(self, painter: QPainter, frame: Frame, ink: Ink) -> None:
        """The network's input as a dashed corner, with its size in words."""
        spec, inner = self._spec, frame.inner
        x, y = frame.px(spec.width), frame.py(spec.height)
        pen = QPen(QColor(ink.tokens.line_strong), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, inner.bottom()), QPointF(x, y))
        painter.drawLine(QPointF(inner.left(), y), QPointF(x, y))
        text = f"input {spec.width} × {spec.height}"
        wide = text_width(ink.small, text) + 2
        left = min(x + 5, inner.right() - wide) if x + 5 + wide < inner.right() else x - wide - 5
        place = QRectF(max(inner.left() + 2, left), inner.bottom() - LABEL - 3, wide, LABEL)
        draw_text(
            painter, place, text, ink.small, ink.tokens.text_secondary, Qt.AlignmentFlag.AlignLeft
        )


def _shares(sizes: NDArray[np.int32], scale: Scale) -> NDArray[np.float64]:
    values = sizes.astype(np.float64)
    if scale.log:
        return np.asarray(np.log(values / scale.low) / np.log(scale.high / scale.low))
    return np.asarray((values - scale.low) / (scale.high - scale.low))


def _range(low: int, high: int) -> str:
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def _pixels(value: float) -> str:
    return f"{number(round(value))} px"
