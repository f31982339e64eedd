"""The chip above the grid that says why only some pictures are listed, and takes that back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe


class OnlyChip(QWidget):
    """Shows what the list is narrowed to. Hidden while all are listed.

    Signals:
        taken_back: list the others too.
    """

    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 0)
        row.setSpacing(8)
        self.words = Text("Only", "small", "secondary")
        self.button = Button("", "close", size="small")
        self.button.clicked.connect(lambda: self.taken_back.emit())
        row.addWidget(self.words)
        row.addWidget(self.button)
        row.addStretch(1)
        self.hide()

    def set_only(self, words: str) -> None:
        """What is listed; empty where nothing is left out."""
        self.setVisible(bool(words))
        self.button.setText(words)
        describe(self.button, words, sentence="List the other pictures too.")
