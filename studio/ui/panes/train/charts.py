"""One chart of the Train pane: axes, grid, crosshair and curves that are updated in place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.panes.train.series import Column
from studio.ui.theme import theme_of
from studio.ui.tokens import R1
from studio.ui.widgets.base import ringed, rounded
from studio.ui.widgets.numbers import MINUS
from studio.ui.widgets.text import Text

AXIS_WIDTH = 52
MARGIN = 16
_FEW_TICKS = 3
DOTS = [1.3, 2.7]
"""Two pixels on, four off, for a line of 1.5 px."""


class ValueAxis(pg.AxisItem):
    """The left axis: few labels, a line of the grid at each. ``log`` shows powers as values."""

    def __init__(self, unit: str = "", log: bool = False) -> None:
        super().__init__("left")
        self.unit, self.log = unit, log
        self.fixed: list[float] = []
        self.setWidth(AXIS_WIDTH)
        self.setStyle(tickLength=0, tickTextOffset=8, hideOverlappingLabels=False)

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:
        """One level of ticks: 1, 2, 5 in a logarithmic axis, else about one every 24 px."""
        if self.fixed:
            return [(1.0, self.fixed)]
        if self.log:
            return [(1.0, log_ticks(low, high, max(2, int(size / 36))))]
        step = nice_step(high - low, max(1, int(size / 24)))
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        return [(step, [i * step for i in range(first, last + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Labels; percentages have their unit at the top only."""
        if self.log:
            return [plain(10.0**v) for v in values]
        if self.unit == "%":
            last = len(values) - 1
            return [f"{v * 100:.0f}" + (" %" if i == last else "") for i, v in enumerate(values)]
        return [plain(v) for v in values]

    def boundingRect(self) -> QRectF:
        """With room for half a label above and below."""
        return QRectF(super().boundingRect()).adjusted(0, -10, 0, 10)


class EpochAxis(pg.AxisItem):
    """The bottom axis, in whole epochs."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setStyle(tickLength=4, tickTextOffset=4)
        self.setHeight(26)

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:
        """About one every 70 px, never between two epochs."""
        step = max(1.0, nice_step(high - low, max(2, int(size / 70))))
        step = max(1, round(step))
        first, last = math.ceil(low / step), math.floor(high / step)
        return [(step, [i * step for i in range(first, last + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Whole numbers."""
        return [f"{v:.0f}".replace("-", MINUS) for v in values]

    def boundingRect(self) -> QRectF:
        """With room for half a label at both ends."""
        return QRectF(super().boundingRect()).adjusted(-24, 0, 24, 0)


class EpochBox(pg.ViewBox):
    """Wheel zooms along the epochs, drag moves along them, double click fits everything.

    Signals:
        fit_requested: double click.
        moved_by_hand: zoom or drag.
    """

    fit_requested = Signal()
    moved_by_hand = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.setMouseEnabled(x=True, y=False)
        self.setLimits(xMin=0.0)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zoom around the pointer."""
        super().wheelEvent(event, axis=0)
        self.moved_by_hand.emit()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Move along the epochs."""
        super().mouseDragEvent(event, axis=0)
        self.moved_by_hand.emit()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        """Show everything again."""
        event.accept()
        self.fit_requested.emit()


class Chart(pg.PlotWidget):
    """A plot whose curves are named and updated, never made anew.

    Signals:
        pointed(object): the epoch under the pointer (float), None when it has left.
        key_pressed(object): the QKeyEvent of a key that the chart does not use itself.
    """

    pointed = Signal(object)
    key_pressed = Signal(object)

    def __init__(
        self, name: str, unit: str = "", has_epochs: bool = False, parent: QWidget | None = None
    ) -> None:
        self.box = EpochBox()
        self.values = ValueAxis(unit)
        axes: dict[str, Any] = {"left": self.values}
        if has_epochs:
            axes["bottom"] = EpochAxis()
        super().__init__(parent, viewBox=self.box, axisItems=axes)
        self._curves: dict[str, Any] = {}
        self._has_epochs = has_epochs
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        # Above the curves, where pyqtgraph puts it, the grid would cut through them.
        self.values.setZValue(-1)
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, 8, MARGIN, 0 if has_epochs else 6)
        if not has_epochs:
            self.plotItem.hideAxis("bottom")
        self.cross = pg.InfiniteLine(angle=90, movable=False)
        self.cross.setZValue(50)
        self.cross.hide()
        self.addItem(self.cross, ignoreBounds=True)
        self.setMouseTracking(True)
        ringed(self, 0)
        self.ratio = 0.0
        if has_epochs:
            self.word = Text("epoch", "small", "secondary", parent=self)
            self.word.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.restyle()

    def restyle(self) -> None:
        """Take the theme's colours for ground, axes and crosshair."""
        t = theme_of(self).current
        font = theme_of(self).font("small")
        self.setBackground(t.surface)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setTextPen(QColor(t.text_secondary))
            axis.setTickFont(font)
            axis.setTickPen(QColor(t.line) if side == "left" else QColor(t.edge))
            axis.setPen(QColor(0, 0, 0, 0) if side == "left" else QColor(t.edge))
        if self._has_epochs:
            self.word.setFont(font)
        self.values.setGrid(255)
        self.cross.setPen(self.pen(t.text_secondary, 1))

    def pen(
        self, colour: QColor | str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> QPen:
        """A pen of so many logical pixels, whatever the axes' scale and the screen's fineness.

        A cosmetic pen counts the pixels of the device; ``ratio`` replaces the screen's.
        """
        pen = QPen(QColor(colour), width * (self.ratio or self.devicePixelRatioF()), style)
        pen.setCosmetic(True)
        return pen

    def set_log(self, log: bool) -> None:
        """Show logarithms as values; the data given from now on must be logarithms."""
        self.values.log = log
        self.values.picture = None
        self.values.update()

    def draw(self, key: str, x: Column, y: Column, pen: QPen, **points: Any) -> None:
        """Show a curve under a name. ``points`` are pyqtgraph's symbol options."""
        curve = self._curves.get(key)
        if curve is None:
            curve = pg.PlotDataItem(connect="finite")
            curve.setClipToView(True)
            self._curves[key] = curve
            self.addItem(curve)
        if points or curve.opts["symbol"] is not None:
            curve.setData(x, y, pen=pen, symbol=points.pop("symbol", None), **points)
        else:
            curve.setData(x, y, pen=pen)
        curve.setVisible(True)

    def place(self, key: str, z: float) -> None:
        """Put a curve above or below others."""
        self._curves[key].setZValue(z)

    def keep_only(self, keys: set[str]) -> None:
        """Hide every curve of another name."""
        for key, curve in self._curves.items():
            if key not in keys:
                curve.setVisible(False)

    def shown(self) -> list[str]:
        """The names of the curves that can be seen."""
        return [key for key, curve in self._curves.items() if curve.isVisible()]

    def data(self, key: str) -> tuple[Column, Column]:
        """What a curve shows."""
        x, y = self._curves[key].getOriginalDataset()
        return np.asarray(x), np.asarray(y)

    def show_cross(self, x: float | None) -> None:
        """Put the crosshair at an epoch, or take it away."""
        self.cross.setVisible(x is not None)
        if x is not None:
            self.cross.setPos(x)

    def paintEvent(self, event: Any) -> None:
        """With the ring of the keyboard inside, for outside it would cross its neighbours."""
        super().paintEvent(event)
        if self.hasFocus() and self.property("keyboardFocus"):
            rect = QRectF(self.viewport().rect()).adjusted(4, 1, -4, -1)
            rounded(QPainter(self.viewport()), rect, R1, None, theme_of(self).current.accent, 2)

    def mouseMoveEvent(self, event: Any) -> None:
        """Tell where the pointer is."""
        super().mouseMoveEvent(event)
        place = self.box.mapSceneToView(self.mapToScene(event.position().toPoint()))
        inside = self.box.sceneBoundingRect().contains(self.mapToScene(event.position().toPoint()))
        self.pointed.emit(place.x() if inside else None)

    def resizeEvent(self, event: Any) -> None:
        """Keep the word “epoch” left of the first number."""
        super().resizeEvent(event)
        if hasattr(self, "word"):
            self.word.adjustSize()
            left = AXIS_WIDTH - 8 - self.word.width()
            self.word.move(left, self.height() - self.word.height() - 4)

    def leaveEvent(self, event: Any) -> None:
        """The pointer is gone."""
        super().leaveEvent(event)
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the crosshair; the pane decides."""
        self.key_pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Logarithms of 1, 2, 5 × 10ⁿ between two logarithms; powers of ten alone where too many.

    A range that holds hardly one of them gets values in equal steps, so that it can be read.
    """
    span = range(math.floor(low) - 1, math.ceil(high) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        ticks = [math.log10(d) + n for n in span for d in digits]
        ticks = [t for t in ticks if low - 1e-9 <= t <= high + 1e-9]
        if len(ticks) < _FEW_TICKS <= most and digits == (1, 2, 5):
            return _even_ticks(10.0**low, 10.0**high, most)
        if len(ticks) <= most or digits == (1,):
            break
    every = max(1, math.ceil(len(ticks) / most))
    return ticks[::every]


def _even_ticks(low: float, high: float, most: int) -> list[float]:
    """Logarithms of round values in equal steps between two values."""
    step = nice_step(high - low, min(most, 5))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [math.log10(i * step) for i in range(max(1, first), last + 1)]


def nice_step(span: float, most: int) -> float:
    """A step of 1, 2 or 5 × 10ⁿ with at most so many in a span."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5, 10):
        if factor * power >= raw * (1 - 1e-9):
            return float(factor * power)
    return float(10 * power)


def plain(value: float) -> str:
    """An axis label: ``0.05``, ``0.001``, ``2``, ``1e−6``."""
    if value == 0 or abs(value) < 1e-15:
        return "0"
    if abs(value) < 1e-5 or abs(value) >= 1e6:
        return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("-", MINUS)
    return f"{value:.6g}".replace("-", MINUS)
