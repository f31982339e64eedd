"""Fields to type in: search, text and numbers with a unit."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_CONTROL
from studio.ui.widgets.base import centred, draw_text, look, restyle, text_width
from studio.ui.widgets.numbers import MINUS, decimals
from studio.ui.widgets.tips import describe


class Field(QLineEdit):
    """A text field that can show an error by a thick red border.

    Signals are QLineEdit's; `error_changed(str)` tells a new error text ("" for none).
    """

    error_changed = Signal(str)

    def __init__(self, text: str = "", name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._error = ""
        self.setFixedHeight(H_CONTROL)
        if name:
            describe(self, name)

    def error(self) -> str:
        """The error shown; "" for none."""
        return self._error

    def set_error(self, message: str) -> None:
        """Show or clear an error."""
        if message == self._error:
            return
        self._error = message
        self.setProperty("error", bool(message))
        restyle(self)
        self.error_changed.emit(message)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, H_CONTROL)


class SearchField(Field):
    """A search field with its icon; Escape empties it. Listen to `textChanged`."""

    def __init__(self, placeholder: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", placeholder, parent)
        describe(self, placeholder, key)
        self.setPlaceholderText(placeholder)
        self.setClearButtonEnabled(False)

    def sizeHint(self) -> QSize:
        return QSize(176, H_CONTROL)

    def minimumSizeHint(self) -> QSize:
        return QSize(112, H_CONTROL)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        square = centred(QRectF(8, 0, 16, self.height()), 16)
        icons.paint(painter, "search", square, look(self).text_secondary)


class SpinField(Field):
    """A number with its unit at the right; Up, Down, Page keys and the wheel step it.

    Typed numbers count at once when they are allowed; otherwise `error()` says what is and the
    last good number stays. Numbers may be written with "." or ",", and as "1e-3".

    Signals:
        value_changed(object): a new allowed number, int or float as constructed.
        error_changed(str): what is wrong with the text, or "".
    """

    value_changed = Signal(object)

    def __init__(
        self,
        value: float = 0,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float = 1,
        unit: str = "",
        log: bool = False,
        integer: bool | None = None,
        name: str = "",
        describe_range: Callable[[], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", name, parent)
        self._integer = isinstance(value, int) if integer is None else integer
        self._minimum, self._maximum = minimum, maximum
        self._step, self._log, self._unit = step, log, unit
        self._describe_range = describe_range
        self._value: float = value
        self._show_value()
        self._place_unit()
        self.textEdited.connect(self._typed)
        self.editingFinished.connect(self._finish)

    # Value

    def value(self) -> int | float:
        """The last allowed number."""
        return int(self._value) if self._integer else float(self._value)

    def set_value(self, value: float) -> None:
        """Show a number, without a signal."""
        self._value = value
        self._show_value()
        self.set_error("")

    def set_range(self, minimum: float | None, maximum: float | None) -> None:
        """Change what is allowed."""
        self._minimum, self._maximum = minimum, maximum
        if self.text():
            self.set_error(self._check(self._parse(self.text())))

    def unit(self) -> str:
        """The unit at the right."""
        return self._unit

    def set_unit(self, unit: str) -> None:
        """Change the unit at the right."""
        self._unit = unit
        self._place_unit()
        self.update()

    def range_text(self) -> str:
        """What is allowed, in words: "From 1 to 512 pictures"."""
        if self._describe_range is not None:
            return self._describe_range()
        unit = f" {self._unit}" if self._unit else ""
        low = None if self._minimum is None else self._format(self._minimum)
        high = None if self._maximum is None else self._format(self._maximum)
        if low is not None and high is not None:
            return f"From {low} to {high}{unit}"
        if low is not None:
            return f"{low}{unit} or more"
        if high is not None:
            return f"At most {high}{unit}"
        return "A whole number" if self._integer else "A number"

    def _format(self, value: float) -> str:
        if self._integer:
            return str(int(value)).replace("-", MINUS)
        digits = decimals(self._step) if self._step > 0 and not self._log else 6
        if digits <= 6 and abs(value - round(value, digits)) < 1e-12 and abs(value) < 1e9:
            text = f"{value:.{digits}f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
        else:
            text = f"{value:.6g}"
        return ("0" if text in ("-0", "") else text).replace("-", MINUS)

    def _parse(self, text: str) -> float | None:
        plain = text.strip().replace(MINUS, "-").replace("\u00a0", "").replace(" ", "")
        plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
        try:
            value = float(plain.replace(",", ""))
        except ValueError:
            return None
        if not math.isfinite(value) or (self._integer and not value.is_integer()):
            return None
        return value

    def _check(self, value: float | None) -> str:
        low, high = self._minimum, self._maximum
        wrong = value is None or (low is not None and value < low)
        wrong = wrong or (high is not None and value is not None and value > high)
        return self.range_text() if wrong else ""

    def _typed(self, text: str) -> None:
        value = self._parse(text)
        message = self._check(value)
        self.set_error(message)
        if not message and value is not None and value != self._value:
            self._value = value
            self.value_changed.emit(self.value())

    def _finish(self) -> None:
        if not self.error():
            self._show_value()

    def _show_value(self) -> None:
        self.setText(self._format(self._value))

    # Stepping

    def step_by(self, steps: float) -> None:
        """Go up or down by a number of steps, within what is allowed."""
        value = self._value
        if self._log:
            value = self._log_step(value, steps)
        else:
            value += steps * (self._step or 1)
            value = round(value / self._step) * self._step if self._step > 0 else value
        if self._minimum is not None:
            value = max(value, self._minimum)
        if self._maximum is not None:
            value = min(value, self._maximum)
        value = float(f"{value:.10g}")
        if value != self._value or self.error():
            self._value = value
            self.set_error("")
            self._show_value()
            self.value_changed.emit(self.value())
        self.selectAll()

    def _log_step(self, value: float, steps: float) -> float:
        """The next of 1, 2, 5, 10 …: what fits learning rates and batch sizes."""
        if value <= 0:
            return self._step if steps > 0 else value
        if self._integer:
            return max(1, round(value * 2**steps))
        ladder = (1.0, 2.0, 5.0, 10.0)
        for _ in range(abs(round(steps)) or 1):
            size = 10.0 ** math.floor(math.log10(value) + 1e-9)
            mantissa = value / size
            if steps > 0:
                value = size * next((m for m in ladder if m > mantissa * 1.0001), 10.0)
            else:
                below = [m for m in ladder if m < mantissa * 0.9999]
                value = size * below[-1] if below else size * 0.5
        return value

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(event.key()))
        if steps is None or self.isReadOnly():
            super().keyPressEvent(event)
            return
        self.step_by((1 if steps > 0 else -1) * min(abs(steps), 2) if self._log else steps)

    def event(self, event: QEvent) -> bool:
        """Leave letters that are in no number to the keys of the window."""
        is_key = event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        text = event.text() if is_key and isinstance(event, QKeyEvent) else ""
        if text.isalpha() and text not in "eE":
            event.ignore()
            return False
        return bool(super().event(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or self.isReadOnly():
            event.ignore()  # the panel scrolls
            return
        self.step_by(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.error():
            self._show_value()

    # Drawing

    def sizeHint(self) -> QSize:
        return QSize(112, H_CONTROL)

    def _place_unit(self) -> None:
        width = text_width(theme_of(self).font("body"), self._unit) + 6 if self._unit else 0
        self.setTextMargins(0, 0, round(width), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._unit:
            return
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(8, 0, -9, 0)
        colour = t.text_secondary if self.isEnabled() else t.text_disabled
        font = theme_of(self).font("body")
        draw_text(painter, rect, self._unit, font, colour, Qt.AlignmentFlag.AlignRight)
