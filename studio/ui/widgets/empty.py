"""What a pane shows before it has anything: a heading, a sentence, the one thing to do."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.tokens import S2
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.drop import Describe, DropZone
from studio.ui.widgets.text import IconLabel, Text

_OUTER, _INNER, _NARROWEST = 24, 32, 240
"""Margins around and inside, and the least width of the sentence, in pixels."""


class EmptyState(QWidget):
    """An empty state. With `describe` it is a drop zone, else plain.

    Signals:
        action(): the primary button was pressed.
        other(): the other way was chosen.
        dropped(list): paths were dropped.
    """

    action = Signal()
    other = Signal()
    dropped = Signal(list)

    def __init__(
        self,
        heading: str,
        sentence: str,
        action_text: str = "",
        other_text: str = "",
        icon: str = "",
        action_icon: str = "",
        describe: Describe | None = None,
        width: int = 560,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(_OUTER, _OUTER, _OUTER, _OUTER)
        row = QHBoxLayout()
        outer.addStretch(2)
        outer.addLayout(row)
        outer.addStretch(3)
        inner: QWidget
        if describe is not None:
            zone = DropZone(describe)
            zone.dropped.connect(self.dropped)
            zone.setAccessibleName(heading)
            inner, column = zone, zone.body
        else:
            inner = QWidget()
            column = QVBoxLayout(inner)
        inner.setMaximumWidth(width)
        self._widest = width
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        column.setContentsMargins(_INNER, _INNER, _INNER, _INNER)
        column.setSpacing(0)
        self.column = column
        self._fill(column, heading, sentence, icon)
        self._buttons(column, action_text, other_text, action_icon)

    def _fill(self, column: QVBoxLayout, heading: str, sentence: str, icon: str) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        if icon:
            column.addWidget(IconLabel(icon, "text_secondary", 32), 0, centre)
            column.addSpacing(12)
        self.heading = Text(heading, "heading", wrap=True)
        self.sentence = Text(sentence, tone="secondary", wrap=True)
        for label in (self.heading, self.sentence):
            label.setAlignment(centre | Qt.AlignmentFlag.AlignTop)
        self.sentence.setOpenExternalLinks(False)
        column.addWidget(self.heading)
        column.addSpacing(6)
        column.addWidget(self.sentence)

    def _buttons(
        self, column: QVBoxLayout, action_text: str, other_text: str, action_icon: str
    ) -> None:
        self.action_button = Button(action_text, action_icon, "primary", "big")
        self.other_button = Button(other_text, size="big")
        self.action_button.clicked.connect(lambda: self.action.emit())
        self.other_button.clicked.connect(lambda: self.other.emit())
        row = QHBoxLayout()
        row.setSpacing(S2)
        row.addStretch(1)
        row.addWidget(self.action_button)
        row.addWidget(self.other_button)
        row.addStretch(1)
        column.addSpacing(20)
        column.addLayout(row)
        self.action_button.setVisible(bool(action_text))
        self.other_button.setVisible(bool(other_text))

    def set_texts(self, heading: str, sentence: str) -> None:
        """Change the words."""
        self.heading.setText(heading)
        self.sentence.setText(sentence)
        self._balance()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._balance()

    def _balance(self) -> None:
        """Lines of about equal length: no word stands alone in the last one."""
        text = self.sentence.text()
        room = min(self._widest, self.width() - 2 * _OUTER) - 2 * _INNER
        if room < _NARROWEST or "<" in text:
            self.sentence.setContentsMargins(0, 0, 0, 0)
            return
        metrics = QFontMetrics(self.sentence.font())
        wrap = int(Qt.TextFlag.TextWordWrap)

        def height(width: int) -> int:
            return metrics.boundingRect(QRect(0, 0, width, 10_000), wrap, text).height()

        low, high, wanted = _NARROWEST, room, height(room)
        while high - low > 4:
            middle = (low + high) // 2
            low, high = (low, middle) if height(middle) <= wanted else (middle, high)
        beside = max(0, (room - high) // 2 - 1)
        self.sentence.setContentsMargins(beside, 0, beside, 0)
