"""The corruptions beside the chart: which are drawn, how, and what each leaves of the accuracy."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from studio.core.strengths import Robustness, RobustnessCurve
from studio.ui.panes.understand.robustness_chart import draw_mark
from studio.ui.panes.understand.robustness_words import COLOURED, ordered, whole_percent
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1
from studio.ui.widgets.base import draw_text, look, ringed, rounded
from studio.ui.widgets.choices import paint_box
from studio.ui.widgets.tips import describe

_HIGH, _SAMPLE, _VALUE = 26, 28, 44


class CurveRow(QAbstractButton):
    """One corruption: a box to draw it or not, its line, its name, its mean accuracy.

    Signals:
        pointed(bool): the pointer or the keyboard is on it, or no longer.
    """

    pointed = Signal(bool)

    def __init__(
        self, curve: RobustnessCurve, place: int, clean: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.kind, self.place = curve.kind, place
        self._value = whole_percent(float(curve.accuracy.mean()))
        self._is_lit = False
        self.setText(curve.title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedHeight(_HIGH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R1)
        steps = zip(curve.severities, curve.accuracy, strict=True)
        points = ", ".join(f"{s:g}: {whole_percent(float(a))}" for s, a in steps)
        describe(
            self, curve.title,
            sentence=f"{self._value} right on average, {whole_percent(clean)} without it. "
            f"By severity {points}.",
        )  # fmt: skip

    def set_lit(self, on: bool) -> None:
        """Show that its curve stands out."""
        if on != self._is_lit:
            self._is_lit = on
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HIGH)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.FocusIn):
            self.pointed.emit(True)
        elif event.type() in (QEvent.Type.HoverLeave, QEvent.Type.FocusOut):
            self.pointed.emit(False)
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        t, theme, painter = look(self), theme_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if self._is_lit or self.underMouse():
            rounded(painter, rect, R1, t.hover)
        paint_box(painter, QRectF(6, (_HIGH - 16) / 2, 16, 16), self.isChecked(), self)
        middle, left = rect.center().y(), 30.0
        on = self.isChecked()
        colour = QColor(t.series[self.place] if self.place >= 0 else t.line_strong)
        if on:
            painter.setPen(QPen(colour, 2.0 if self.place >= 0 else 1.0))
            painter.drawLine(QPointF(left, middle), QPointF(left + _SAMPLE - 6, middle))
            if self.place >= 0:
                at = QPointF(left + (_SAMPLE - 6) / 2, middle)
                draw_mark(painter, self.place, at, colour, QColor(t.window))
        name = QRectF(left + _SAMPLE + 2, 0, rect.width() - left - _SAMPLE - _VALUE - 10, _HIGH)
        draw_text(
            painter, name, self.text(), theme.font("body"), t.text if on else t.text_secondary
        )
        value = QRectF(rect.right() - _VALUE - 6, 0, _VALUE, _HIGH)
        draw_text(painter, value, self._value, theme.font("body", MEDIUM),
                  t.text if on else t.text_secondary, Qt.AlignmentFlag.AlignRight)  # fmt: skip


class CurveRows(QWidget):
    """All corruptions that were measured, the one that costs most first.

    Signals:
        chosen_changed: others are drawn.
        pointed(str): the corruption under the pointer, empty for none.
    """

    chosen_changed = Signal()
    pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[CurveRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 4, 10, 8)
        self._column.setSpacing(0)

    def set_found(self, found: Robustness, hidden: Collection[str]) -> None:
        """Show what was measured; ``hidden`` ones are not drawn."""
        focused = next((row.kind for row in self.rows if row.hasFocus()), "")
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for i, curve in enumerate(ordered(found)):
            row = CurveRow(curve, i if i < COLOURED else -1, found.clean)
            row.setChecked(curve.kind not in hidden)
            row.toggled.connect(lambda _on: self.chosen_changed.emit())
            row.pointed.connect(lambda on, kind=curve.kind: self.pointed.emit(kind if on else ""))
            self._column.addWidget(row)
            self.rows.append(row)
            if curve.kind == focused:
                row.setFocus()

    def hidden(self) -> set[str]:
        """The corruptions that are not drawn."""
        return {row.kind for row in self.rows if not row.isChecked()}

    def check(self, kinds: Collection[str]) -> None:
        """Draw these and no others."""
        blocked = self.blockSignals(True)
        for row in self.rows:
            row.setChecked(row.kind in kinds)
        self.blockSignals(blocked)
        self.chosen_changed.emit()

    def worst(self) -> set[str]:
        """Those with a colour of their own."""
        return {row.kind for row in self.rows if row.place >= 0}

    def light(self, kind: str) -> None:
        """Mark the row whose curve stands out; empty for none."""
        for row in self.rows:
            row.set_lit(row.kind == kind)
