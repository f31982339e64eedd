"""Check boxes and radio buttons."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width

_BOX = 16
_GAP = 8


def paint_box(painter: QPainter, rect: QRectF, on: bool, widget: QWidget, colour: str = "") -> None:
    """Draw a check box's square; `colour` replaces the accent (a run's colour)."""
    t = look(widget)
    if not widget.isEnabled():
        rounded(painter, rect, 3, t.well, t.edge)
        if on:
            icons.paint(painter, "check", centred(rect, 14), t.text_disabled, 2.0)
        return
    if on:
        rounded(painter, rect, 3, colour or t.accent)
        mark = t.surface if colour else t.accent_text
        icons.paint(painter, "check", centred(rect, 14), mark, 2.0)
    else:
        rounded(painter, rect, 3, t.raised, t.line_strong)


def _size(button: QAbstractButton) -> QSize:
    width = _BOX
    if button.text():
        width += _GAP + round(text_width(theme_of(button).font("body"), button.text()) + 1)
    return QSize(width, 20)


def _box_rect(button: QAbstractButton) -> QRectF:
    return QRectF(0, (button.height() - _BOX) / 2, _BOX, _BOX)


def _draw_label(button: QAbstractButton, painter: QPainter) -> None:
    if button.text():
        t = look(button)
        rect = QRectF(button.rect()).adjusted(_BOX + _GAP, 0, 0, 0)
        colour = t.text if button.isEnabled() else t.text_disabled
        draw_text(painter, rect, button.text(), theme_of(button).font("body"), colour)


class CheckBox(QCheckBox):
    """A check box; `set_colour("series-2")` gives it a run's colour."""

    def __init__(
        self, text: str = "", checked: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._colour = ""
        self.setChecked(checked)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, 3)

    def set_colour(self, role: str) -> None:
        """Fill the box with a colour role when on; "" for the accent."""
        self._colour = role
        self.update()

    def sizeHint(self) -> QSize:
        return _size(self)

    def minimumSizeHint(self) -> QSize:
        return QSize(_BOX, 20)

    def hitButton(self, pos: QPoint) -> bool:
        return bool(self.rect().contains(pos))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = look(self).role(self._colour) if self._colour else ""
        paint_box(painter, _box_rect(self), self.isChecked(), self, colour)
        _draw_label(self, painter)


class RadioButton(QRadioButton):
    """A radio button."""

    def __init__(
        self, text: str = "", checked: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.setChecked(checked)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, 8)

    def sizeHint(self) -> QSize:
        return _size(self)

    def minimumSizeHint(self) -> QSize:
        return QSize(_BOX, 20)

    def hitButton(self, pos: QPoint) -> bool:
        return bool(self.rect().contains(pos))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = _box_rect(self)
        enabled = self.isEnabled()
        if self.isChecked():
            rounded(painter, rect, 8, t.accent if enabled else t.text_disabled)
            painter.setBrush(QColor(t.raised))
            painter.drawEllipse(centred(rect, 6))
        else:
            rounded(painter, rect, 8, t.raised, t.line_strong if enabled else t.edge)
        _draw_label(self, painter)
