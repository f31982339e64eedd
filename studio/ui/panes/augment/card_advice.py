"""What is said of a step below its form: the help line, or the advice of those who know more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.panes.augment.advice import Advice
from studio.ui.tokens import S2
from studio.ui.widgets.buttons import LinkButton
from studio.ui.widgets.text import IconLabel, Text

_ICONS = {
    "info": ("info", "accent"), "good": ("good", "good"), "warning": ("warning", "warning"),
}  # fmt: skip


class AdviceLine(QWidget):
    """An icon, a sentence and a link below it.

    Signals:
        acted(str): the link of the advice with this key was pressed.
    """

    acted = Signal(str)

    def __init__(self, advice: Advice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.advice = advice
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.icon = IconLabel(*_ICONS[advice.kind])
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        self.words = Text("", "small", "secondary", wrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)  # it may hold names of classes
        self.link = LinkButton("", small=True)
        self.link.clicked.connect(lambda: self.acted.emit(self.advice.key))
        column.addWidget(self.words)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        self.show_advice(advice)

    def show_advice(self, advice: Advice) -> None:
        """Say something else."""
        self.advice = advice
        self.icon.set_icon(*_ICONS[advice.kind])
        self.words.setText(advice.words)
        self.link.setText(advice.action)
        self.link.setVisible(bool(advice.action))


class AdviceList(QWidget):
    """Lines of advice; they are changed in place, so that a link under the mouse stays there.

    Signals:
        acted(str): the link of the advice with this key was pressed.
    """

    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[AdviceLine] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(S2)

    def show_all(self, advice: Sequence[Advice]) -> None:
        """Show these, in order."""
        for line, new in zip(self.lines, advice, strict=False):
            if line.advice != new:
                line.show_advice(new)
        for line in self.lines[len(advice) :]:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        del self.lines[len(advice) :]
        for new in advice[len(self.lines) :]:
            line = AdviceLine(new, self)
            line.acted.connect(self.acted)
            self._column.addWidget(line)
            self.lines.append(line)
        self.setVisible(bool(advice))
