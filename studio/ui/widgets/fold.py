"""A group that opens and closes."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import ICON, R1, S2, S4
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width

_MAXIMUM = 16777215  # QWIDGETSIZE_MAX


class FoldHead(QAbstractButton):
    """The line that opens and closes a fold: arrow, title, summary."""

    def __init__(self, title: str, summary: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(title)
        self.summary = summary
        self.setCheckable(True)
        self.setFixedHeight(32)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        ringed(self, R1)

    def sizeHint(self) -> QSize:
        return QSize(160, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        theme = theme_of(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.underMouse():
            rounded(painter, rect.adjusted(4, 1, -4, -1), R1, t.hover)
        square = centred(QRectF(12, 0, ICON, rect.height()), ICON)
        icons.paint(painter, "down" if self.isChecked() else "right", square, t.text_secondary)
        small = theme.font("small")
        title = text_width(theme.font("body"), self.text())
        room = rect.width() - 34 - S2 - S4 - title
        width = max(0.0, min(text_width(small, self.summary) + 1, room))
        right = QRectF(rect.right() - S4 - width, 0, width, rect.height())
        align = Qt.AlignmentFlag.AlignRight
        draw_text(painter, right, self.summary, small, t.text_secondary, align)
        left = QRectF(34, 0, right.left() - 34 - S2, rect.height())
        draw_text(painter, left, self.text(), theme.font("body"), t.text)


class Fold(QWidget):
    """A collapsible group; the summary at the right says what is inside.

    Signals:
        opened(bool): the person opened or closed it.
    """

    opened = Signal(bool)

    def __init__(
        self,
        title: str,
        summary: str = "",
        open: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.head = FoldHead(title, summary, self)
        self.content = QWidget(self)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(S4, 4, S4, 12)
        self.body.setSpacing(S2)
        outer.addWidget(self.head)
        outer.addWidget(self.content)
        self._motion = QPropertyAnimation(self.content, b"maximumHeight", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.finished.connect(self._settle)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.head.setChecked(open)
        self.content.setVisible(open)
        self.head.toggled.connect(self._toggled)

    def add(self, widget: QWidget) -> None:
        """Add a widget to the group."""
        self.body.addWidget(widget)

    def is_open(self) -> bool:
        """Whether it is open."""
        return self.head.isChecked()

    def set_open(self, open: bool) -> None:
        """Open or close it."""
        self.head.setChecked(open)

    def set_summary(self, summary: str) -> None:
        """Change the words at the right."""
        self.head.summary = summary
        self.head.setAccessibleDescription(summary)
        self.head.update()

    def _toggled(self, open: bool) -> None:
        duration = theme_of(self).motion_ms() if self.isVisible() else 0
        self._motion.stop()
        if duration <= 0:
            self._settle()
        else:
            height = self.content.height() if self.content.isVisible() else 0
            self.content.setMaximumHeight(max(0, height))
            self.content.setVisible(True)
            self._motion.setDuration(duration)
            self._motion.setStartValue(height if not open else 0)
            self._motion.setEndValue(self.content.sizeHint().height() if open else 0)
            self._motion.start()
        self.opened.emit(open)

    def _settle(self) -> None:
        self.content.setVisible(self.is_open())
        self.content.setMaximumHeight(_MAXIMUM)
