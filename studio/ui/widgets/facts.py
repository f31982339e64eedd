"""Rows of a name and its value."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.tokens import MEDIUM, REGULAR, S3
from studio.ui.widgets.text import ElidedLabel, Text


class FactList(QWidget):
    """Names at the left in secondary colour, values at the right; long values elide.

    Each row shares its width by itself, so that a long name shortens no other row's value.

    `strong=True` sets values in weight 500 with 6 px between rows.
    """

    def __init__(
        self,
        facts: Sequence[tuple[str, str]] = (),
        strong: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._weight = MEDIUM if strong else REGULAR
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6 if strong else 4)
        self._rows: list[tuple[Text, ElidedLabel]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Replace all rows."""
        while len(self._rows) < len(facts):
            name = Text("", tone="secondary")
            value = ElidedLabel("", weight=self._weight)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line = QHBoxLayout()
            line.setSpacing(S3)
            line.addWidget(name)
            line.addWidget(value, 1)
            self._column.addLayout(line)
            self._rows.append((name, value))
        for row, (name, value) in enumerate(self._rows):
            used = row < len(facts)
            name.setVisible(used)
            value.setVisible(used)
            if used:
                name.setText(facts[row][0])
                value.setText(facts[row][1])
                value.setAccessibleName(f"{facts[row][0]}: {facts[row][1]}")
        self.updateGeometry()

    def facts(self) -> list[tuple[str, str]]:
        """The rows shown."""
        return [(n.text(), v.whole()) for n, v in self._rows if not n.isHidden()]
