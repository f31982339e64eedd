"""A switch for what is on or off at once."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from studio.ui.theme import theme_of
from studio.ui.widgets.base import look, ringed, rounded
from studio.ui.widgets.tips import describe


class Toggle(QAbstractButton):
    """An on/off switch, 28 × 16. Signals: `toggled(bool)`, `clicked(bool)` of QAbstractButton."""

    def __init__(
        self,
        name: str = "",
        checked: bool = False,
        sentence: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFixedSize(28, 16)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, 8)
        if name:
            describe(self, name, "", sentence)
        self._at = 1.0 if checked else 0.0
        self._motion = QVariantAnimation(self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._move)
        self.toggled.connect(self._animate)

    def sizeHint(self) -> QSize:
        return QSize(28, 16)

    def _animate(self, on: bool) -> None:
        target = 1.0 if on else 0.0
        duration = theme_of(self).motion_ms() if self.isVisible() else 0
        self._motion.stop()
        if duration <= 0:
            self._move(target)
            return
        self._motion.setStartValue(self._at)
        self._motion.setEndValue(target)
        self._motion.setDuration(duration)
        self._motion.start()

    def _move(self, value: object) -> None:
        self._at = float(value)  # type: ignore[arg-type]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        on = self.isChecked()
        if self.isEnabled():
            fill, border = (t.accent, t.accent) if on else (t.surface, t.line_strong)
            knob = t.accent_text if on else t.line_strong
        else:
            fill, border, knob = t.well, t.edge, t.text_disabled
        if self.underMouse() and self.isEnabled():
            fill = t.accent_hover if on else t.hover
            border = t.accent_hover if on else border
        rounded(painter, rect, 8, fill, border)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(knob))
        painter.drawEllipse(QRectF(3 + 12 * self._at, 3, 10, 10))
