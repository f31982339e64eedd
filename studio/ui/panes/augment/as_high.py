"""A widget that is as high as its content needs at its width, and no higher."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class AsHigh(QWidget):
    """Takes no room that is over, and none from words that wrap.

    The policy Maximum alone cuts at the height of the preferred width, where a narrower card, as
    in a group, has more lines.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """As wide as it likes to be, and as high as it must be at its width now."""
        hint = super().sizeHint()
        if self.isVisible() and self.hasHeightForWidth():
            hint.setHeight(max(hint.height(), self.heightForWidth(self.width())))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
