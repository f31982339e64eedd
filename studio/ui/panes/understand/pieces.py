"""Small painted parts of the Understand pane: legend, histogram, bars of units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QWidget

from studio.core.results import Bars
from studio.ui.theme import theme_of
from studio.ui.tokens import MAPS
from studio.ui.widgets.base import draw_text, look
from studio.ui.widgets.numbers import number
from studio.ui.widgets.text import Text

_BINS = 36


class Gradient(QWidget):
    """The colours of a palette from low to high."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = "activation"
        self.setFixedSize(96, 8)

    def set_palette(self, palette: str) -> None:
        """Show ``activation`` or shades of grey."""
        self._palette = palette
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gradient = QLinearGradient(0, 0, self.width(), 0)
        stops = MAPS["activation"] if self._palette == "activation" else ((0,) * 3, (255,) * 3)
        for i, (red, green, blue) in enumerate(stops):
            gradient.setColorAt(i / (len(stops) - 1), QColor(red, green, blue))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)


class Legend(QWidget):
    """Low end, colours, high end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._low = Text("0", "small", "secondary")
        self._high = Text("strongest", "small", "secondary")
        self._gradient = Gradient()
        for widget in (self._low, self._gradient, self._high):
            row.addWidget(widget)

    def set_palette(self, palette: str) -> None:
        """Name the ends of a palette."""
        is_signed = palette != "activation"
        self._low.setText("negative" if is_signed else "0")
        self._high.setText("positive" if is_signed else "strongest")
        self._gradient.set_palette(palette)


class Histogram(QWidget):
    """How often each brightness occurs in a map; heights are logarithmic."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights: NDArray[np.float64] = np.zeros(0)
        self.setFixedHeight(41)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("How often each strength occurs")
        self.setToolTip("How often each strength occurs in this map (logarithmic histogram).")

    def set_map(self, image: NDArray[np.uint8] | None) -> None:
        """Count a map ``(h, w) uint8``; None empties the plot."""
        if image is None:
            self._heights = np.zeros(0)
        else:
            counts, _ = np.histogram(image, bins=_BINS, range=(0, 256))
            heights = np.log1p(counts.astype(np.float64))
            self._heights = heights / max(1e-9, float(heights.max()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(184, 41)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        base = self.height() - 1
        painter.fillRect(QRectF(0, base, self.width(), 1), QColor(t.edge))
        if not len(self._heights):
            return
        step = self.width() / len(self._heights)
        for i, height in enumerate(self._heights):
            tall = float(height) * (base - 2)
            bar = QRectF(i * step, base - tall, max(1.0, step - 1), tall)
            painter.fillRect(bar, QColor(t.accent))


class UnitBars(QWidget):
    """The outputs of a layer without places: one bar for each unit, from zero up or down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: Bars | None = None
        self.setFixedHeight(220)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Activations of the units")

    def set_bars(self, bars: Bars | None) -> None:
        """Show other values."""
        self._bars = bars
        if bars is not None and len(bars.values):
            strongest = int(np.argmax(bars.values))
            self.setAccessibleDescription(
                f"{len(bars.values)} units, strongest is {bars.names[strongest]}"
            )
        self.update()

    def bars(self) -> Bars | None:
        """The values shown."""
        return self._bars

    def sizeHint(self) -> QSize:
        return QSize(480, 220)

    def _plot(self) -> QRectF:
        return QRectF(0, 16, self.width(), self.height() - 40)

    def event(self, event: QEvent) -> bool:
        bars = self._bars
        if isinstance(event, QHelpEvent) and bars is not None and len(bars.values):
            index = int(event.pos().x() / self.width() * len(bars.values))
            if 0 <= index < len(bars.values):
                words = f"{bars.names[index]}: {number(float(bars.values[index]))}"
                QToolTip.showText(event.globalPos(), words, self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        bars = self._bars
        if bars is None or not len(bars.values):
            return
        t, theme = look(self), theme_of(self)
        painter = QPainter(self)
        plot = self._plot()
        values = np.nan_to_num(bars.values.astype(np.float64))
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        span = (high - low) or 1.0
        zero = plot.bottom() - (0 - low) / span * plot.height()
        step = plot.width() / len(values)
        wide = max(1.0, step - (2 if step > 6 else 1 if step > 3 else 0))
        strongest = int(np.argmax(values))
        for i, value in enumerate(values):
            y = plot.bottom() - (float(value) - low) / span * plot.height()
            bar = QRectF(QPointF(i * step, min(y, zero)), QPointF(i * step + wide, max(y, zero)))
            painter.fillRect(bar, QColor(t.accent if i == strongest else t.line_strong))
        painter.setPen(QPen(QColor(t.edge), 1))
        painter.drawLine(QPointF(0, zero), QPointF(plot.right(), zero))
        small = theme.font("small")
        head = QRectF(0, 0, plot.width(), 14)
        draw_text(painter, head, f"strongest {number(high)}", small, t.text_secondary)
        foot = QRectF(0, plot.bottom() + 6, plot.width(), 16)
        words = f"strongest unit: {bars.names[strongest]}"
        draw_text(painter, foot, words, small, t.text_secondary)
