"""Sliders for one number and for an interval."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from studio.ui.widgets.base import look, ringed, rounded, track_colour
from studio.ui.widgets.tips import describe

_THUMB = 14
_TRACK = 4


class Scale:
    """Maps numbers between a minimum and a maximum, in steps or logarithmic, to 0 … 1."""

    def __init__(self, minimum: float, maximum: float, step: float = 1.0, log: bool = False):
        if log and minimum <= 0:
            raise ValueError(f"Received minimum {minimum}; a logarithmic scale starts above 0.")
        self.minimum, self.maximum, self.step, self.log = minimum, maximum, step, log

    def positions(self) -> int:
        """How many steps lie between the ends."""
        if self.log or self.step <= 0:
            return 240
        return max(1, round((self.maximum - self.minimum) / self.step))

    def fraction(self, value: float) -> float:
        """Where a number lies, 0 … 1."""
        if self.maximum <= self.minimum:
            return 0.0
        value = min(max(value, self.minimum), self.maximum)
        if self.log:
            span = math.log(self.maximum / self.minimum)
            return math.log(value / self.minimum) / span
        return (value - self.minimum) / (self.maximum - self.minimum)

    def value(self, fraction: float) -> float:
        """The number at a place 0 … 1, on a step."""
        fraction = min(max(fraction, 0.0), 1.0)
        if self.log:
            raw = self.minimum * (self.maximum / self.minimum) ** fraction
            return float(f"{raw:.3g}")
        raw = self.minimum + fraction * (self.maximum - self.minimum)
        if self.step > 0:
            steps = round((raw - self.minimum) / self.step)
            raw = min(self.minimum + steps * self.step, self.maximum)
        return float(f"{raw:.10g}")


def _draw_thumb(
    painter: QPainter, centre: QPointF, fill: str, colour: str, focus: bool = False
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if focus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), 2))
        painter.drawEllipse(centre, _THUMB / 2 + 2, _THUMB / 2 + 2)
    painter.setPen(QPen(QColor(colour), 1.5))
    painter.setBrush(QColor(fill))
    painter.drawEllipse(centre, _THUMB / 2 - 0.75, _THUMB / 2 - 0.75)


def _room_for_ring(x: float, width: int) -> float:
    """A thumb's place, moved in from the ends so that its focus ring is not cut."""
    reach = _THUMB / 2 + 3
    return min(max(x, reach), width - reach)


def _keyboard_focus(widget: QWidget) -> bool:
    return widget.hasFocus() and bool(widget.property("keyboardFocus"))


class Slider(QSlider):
    """A slider over numbers; arrows, Page and Home/End move it, a click on the track jumps.

    Signals:
        number_changed(float): the number moved, by hand or by key.
        released: the mouse let go (QSlider's `sliderReleased` too).
    """

    number_changed = Signal(float)
    released = Signal()

    def __init__(
        self,
        minimum: float = 0.0,
        maximum: float = 100.0,
        step: float = 1.0,
        log: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._scale = Scale(minimum, maximum, step, log)
        self._told: float | None = None
        self.setRange(0, self._scale.positions())
        self.setSingleStep(1)
        self.setPageStep(max(1, self._scale.positions() // 10))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, 0)
        if name:
            describe(self, name)
        self.valueChanged.connect(self._tell)
        self.sliderReleased.connect(self.released)

    def number(self) -> float:
        """The number at the thumb."""
        return self._scale.value(self.value() / max(1, self.maximum()))

    def set_number(self, value: float) -> None:
        """Move the thumb to a number, without a signal."""
        blocked = self.blockSignals(True)
        self.setValue(round(self._scale.fraction(value) * self.maximum()))
        self.blockSignals(blocked)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 20)

    def _tell(self) -> None:
        self.number_changed.emit(self.number())
        self.update()

    def _span(self) -> tuple[float, float]:
        return _THUMB / 2, self.width() - _THUMB / 2

    def _move_to(self, x: float) -> None:
        left, right = self._span()
        fraction = (x - left) / max(1.0, right - left)
        self.setValue(round(min(max(fraction, 0.0), 1.0) * self.maximum()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._move_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        left, right = self._span()
        middle = self.height() / 2
        at = left + (right - left) * self.value() / max(1, self.maximum())
        focused = _keyboard_focus(self)
        at = _room_for_ring(at, self.width()) if focused else at
        colour = t.accent if self.isEnabled() else t.text_disabled
        top = middle - _TRACK / 2
        rounded(painter, QRectF(0, top, self.width(), _TRACK), 2, track_colour(self))
        rounded(painter, QRectF(0, top, at, _TRACK), 2, colour)
        if self.isSliderDown() or (self.underMouse() and self.isEnabled()):
            colour = t.accent_hover if self.isEnabled() else colour
        _draw_thumb(painter, QPointF(at, middle), t.raised, colour, focused)


class RangeSlider(QWidget):
    """Two thumbs over numbers; the parts outside `safe` are hatched and marked.

    Left and Right move the active thumb, Up and Down choose which one is active; dragging
    between the thumbs moves both. It paints itself: superqt's draws through the style, which
    cannot hatch, and its import costs start-up time.

    Signals:
        interval_changed(float, float): low and high moved, by hand or by key.
        released: the mouse let go.
    """

    interval_changed = Signal(float, float)
    released = Signal()

    def __init__(
        self,
        minimum: float,
        maximum: float,
        step: float = 1.0,
        safe: tuple[float, float] | None = None,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scale = Scale(minimum, maximum, step)
        self._low, self._high = minimum, maximum
        self._safe = safe
        self._active = 1
        self._drag: Callable[[float], None] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, 0)
        if name:
            describe(self, name, "", "Left and Right move a thumb, Up and Down choose which.")

    def interval(self) -> tuple[float, float]:
        """Low and high."""
        return self._low, self._high

    def set_interval(self, low: float, high: float) -> None:
        """Move the thumbs, without a signal."""
        low, high = sorted((low, high))
        self._low = self._scale.value(self._scale.fraction(low))
        self._high = self._scale.value(self._scale.fraction(high))
        self._describe_value()
        self.update()

    def safe(self) -> tuple[float, float] | None:
        """The part between the marks; None where there are no marks."""
        return self._safe

    def set_safe(self, safe: tuple[float, float] | None) -> None:
        """Hatch what lies outside this interval; None for no marks."""
        self._safe = safe
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 20)

    # Geometry

    def _x(self, value: float) -> float:
        half = _THUMB / 2
        return half + (self.width() - 2 * half) * self._scale.fraction(value)

    def _value_at(self, x: float) -> float:
        half = _THUMB / 2
        return self._scale.value((x - half) / max(1.0, self.width() - 2 * half))

    # Changing

    def _set_thumb(self, index: int, value: float) -> None:
        low, high = self._low, self._high
        if index == 0:
            low = min(value, high)
        else:
            high = max(value, low)
        self._change(low, high)

    def _change(self, low: float, high: float) -> None:
        if (low, high) == (self._low, self._high):
            return
        self._low, self._high = low, high
        self._describe_value()
        self.update()
        self.interval_changed.emit(low, high)

    def _describe_value(self) -> None:
        self.setAccessibleDescription(f"From {self._low:g} to {self._high:g}.")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        near_low, near_high = abs(x - self._x(self._low)), abs(x - self._x(self._high))
        grip = _THUMB / 2 + 3
        between = self._x(self._low) + grip < x < self._x(self._high) - grip
        if between:
            start, low, high = x, self._low, self._high
            self._drag = lambda now: self._shift(low, high, now - start)
        else:
            beyond = x > self._x(self._high)
            equal = abs(near_low - near_high) < 0.5
            self._active = 1 if (near_high < near_low or (equal and beyond)) else 0
            self._drag = lambda now: self._set_thumb(self._active, self._value_at(now))
            self._drag(x)
        self.update()

    def _shift(self, low: float, high: float, pixels: float) -> None:
        scale = self._scale
        per_pixel = (scale.maximum - scale.minimum) / max(1.0, self.width() - _THUMB)
        delta = pixels * per_pixel
        delta = min(max(delta, scale.minimum - low), scale.maximum - high)
        if scale.step > 0:
            delta = round(delta / scale.step) * scale.step
        new_low = scale.value(scale.fraction(low + delta))
        new_high = scale.value(scale.fraction(high + delta))
        self._change(new_low, new_high)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag = None
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        scale = self._scale
        step = scale.step if scale.step > 0 else (scale.maximum - scale.minimum) / 100
        ten = max(step, (scale.maximum - scale.minimum) / 10)
        value = (self._low, self._high)[self._active]
        moves = {
            Qt.Key.Key_Left: value - step,
            Qt.Key.Key_Right: value + step,
            Qt.Key.Key_PageDown: value - ten,
            Qt.Key.Key_PageUp: value + ten,
            Qt.Key.Key_Home: scale.minimum,
            Qt.Key.Key_End: scale.maximum,
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._active = 1 if key == Qt.Key.Key_Up else 0
            self.update()
        elif key in moves:
            self._set_thumb(self._active, scale.value(scale.fraction(moves[key])))
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange:
            self.update()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        middle = self.height() / 2
        top = middle - _TRACK / 2
        rounded(painter, QRectF(0, top, self.width(), _TRACK), 2, track_colour(self))
        self._draw_unsafe(painter, middle)
        colour = t.accent if self.isEnabled() else t.text_disabled
        low, high = self._x(self._low), self._x(self._high)
        rounded(painter, QRectF(low, top, high - low, _TRACK), 0, colour)
        focused = _keyboard_focus(self)
        for index in (1 - self._active, self._active):
            focus = focused and index == self._active
            x = (low, high)[index]
            centre = QPointF(_room_for_ring(x, self.width()) if focus else x, middle)
            _draw_thumb(painter, centre, t.raised, colour, focus)

    def _draw_unsafe(self, painter: QPainter, middle: float) -> None:
        if self._safe is None:
            return
        t = look(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        warning = QColor(t.warning)
        low, high = self._safe
        ends = []
        if low > self._scale.minimum:
            ends.append((0.0, self._x(low), self._x(low)))
        if high < self._scale.maximum:
            ends.append((self._x(high), float(self.width()), self._x(high)))
        for start, stop, mark in ends:
            x = start
            while x < stop:
                painter.fillRect(QRectF(x, middle - 2, min(2.0, stop - x), _TRACK), warning)
                x += 5
            painter.fillRect(QRectF(mark - 1, middle - 6, 2, 12), warning)
