"""How bright the pixels are, in each channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.ui.panes.data.statistics.axes import Frame, Scale
from studio.ui.panes.data.statistics.drawing import Cell, Drawing, Ink, line
from studio.ui.tokens import Tokens
from studio.ui.widgets.base import draw_text, text_width
from studio.ui.widgets.numbers import percent

LEVELS = 256
_ROW, _GAP = 18, 18
_DASHES: tuple[list[float], ...] = ([], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [1, 3])


class ChannelPlot(Drawing):
    """A line a channel over the levels from 0 to 255.

    Args:
        names: of the channels.
        shares: ``(channels, 256) float64`` of the pixels.
        means: ``(channels,) float64`` 0 to 255.
        spreads: ``(channels,) float64`` standard deviations.
    """

    title = "Brightness by channel"

    def __init__(
        self,
        names: Sequence[str],
        shares: NDArray[np.float64],
        means: NDArray[np.float64],
        spreads: NDArray[np.float64],
        sentence: str,
    ) -> None:
        self.names, self.shares, self.means, self.spreads = names, shares, means, spreads
        self.sentence = sentence
        # Black and white borders stand far above the rest: they may leave the plot.
        inside = shares[:, 1:-1]
        self._top = max(float(inside.max(initial=0.0)) * 1.1, 1e-6)
        if inside.sum() < 0.02 * shares.sum():  # drawings: nothing but black and white
            self._top = max(float(shares.max(initial=0.0)) * 1.05, 1e-6)

    def height(self, width: int) -> int:
        return 180 + _ROW * len(self._legend_rows(width, None))

    def parts(self) -> int:
        return LEVELS

    def at(self, x: float, y: float, width: int, height: int) -> int:
        inner = self._frame(width, height).inner
        level = int((x - inner.left()) / inner.width() * (LEVELS - 1) + 0.5)
        return level if inner.left() <= x <= inner.right() and y <= inner.bottom() else -1

    def words(self, part: int) -> str:
        parts = (
            f"{name} {percent(share, 2)}"
            for name, share in zip(self.names, self.shares[:, part], strict=True)
        )
        return f"Level {part}: " + ", ".join(parts)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[Cell]]]:
        rows = ((level, *map(float, self.shares[:, level])) for level in range(LEVELS))
        return ("level", *self.names), rows

    def _frame(self, width: int, height: int) -> Frame:
        return Frame(width, height, Scale(0, LEVELS - 1), Scale(0.0, self._top))

    def paint(
        self, painter: QPainter, width: int, height: int, ink: Ink, part: int, clip: QRectF
    ) -> None:
        rows = self._legend_rows(width, ink)
        top = _ROW * len(rows)
        self._paint_legend(painter, rows, ink)
        painter.translate(0, top)
        frame = self._frame(width, height - top)
        frame.paint(painter, ink, lambda v: f"{v:.0f}", _share, [0, 64, 128, 192, 255])
        if part >= 0:
            x = frame.px(part)
            line(painter, ink.tokens.line_strong, x, frame.inner.top(), x, frame.inner.bottom())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(frame.inner.adjusted(0, -1, 1, 1))
        for i in range(len(self.names)):
            self._paint_line(painter, frame, i, ink.tokens)
        painter.setClipping(False)
        painter.translate(0, -top)

    def _paint_line(self, painter: QPainter, frame: Frame, i: int, tokens: Tokens) -> None:
        path = QPainterPath()
        for level, share in enumerate(self.shares[i].tolist()):
            place = QPointF(frame.px(level), frame.py(share))
            path.lineTo(place) if level else path.moveTo(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen_of(i, self.names, tokens))
        painter.drawPath(path)

    def _entry(self, i: int) -> str:
        return f"{self.names[i]}, mean {self.means[i]:.0f} ± {self.spreads[i]:.0f}"

    def _legend_rows(self, width: int, ink: Ink | None) -> list[list[int]]:
        """The channels of each line of the legend."""
        rows: list[list[int]] = [[]]
        left = 0.0
        for i in range(len(self.names)):
            text = self._entry(i)
            wide = 26 + _GAP + (text_width(ink.small, text) if ink else 6.4 * len(text))
            if rows[-1] and left + wide > width:
                rows.append([])
                left = 0.0
            rows[-1].append(i)
            left += wide
        return rows

    def _paint_legend(self, painter: QPainter, rows: list[list[int]], ink: Ink) -> None:
        for place, row in enumerate(rows):
            x, y = 4.0, place * _ROW
            for i in row:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(pen_of(i, self.names, ink.tokens))
                painter.drawLine(QPointF(x, y + 8.5), QPointF(x + 20, y + 8.5))
                text = self._entry(i)
                wide = text_width(ink.small, text) + 2
                label = QRectF(x + 26, y, wide, 16)
                draw_text(painter, label, text, ink.small, ink.tokens.text_secondary)
                x += 26 + wide + _GAP


def _share(value: float) -> str:
    return percent(value, 1) if value else "0 %"


def pen_of(i: int, names: Sequence[str], tokens: Tokens) -> QPen:
    """Colours in their own colour, bands in those of the series; the style tells them, too."""
    own = {"Red": tokens.bad, "Green": tokens.good, "Blue": tokens.series_colour(2)}
    colour = own.get(names[i], tokens.series_colour(i))
    if names[i] == "Grey":
        colour = tokens.text
    pen = QPen(QColor(colour), 1.5)
    dashes = _DASHES[(i + i // len(_DASHES)) % len(_DASHES)]
    if dashes:
        pen.setDashPattern(dashes)
    return pen
