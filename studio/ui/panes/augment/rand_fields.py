"""The two settings of RandAugment, above the steps that follow from them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.augment.published import MOST_OPERATIONS, STRONGEST
from studio.ui.tokens import S2, S4
from studio.ui.widgets.fields import SpinField
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe


class RandFields(QWidget):
    """How many operations a picture gets, and how strong they are.

    Signals:
        changed(int, int): other operations or another magnitude.
    """

    changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.operations = SpinField(2, 1, MOST_OPERATIONS, integer=True, name="Operations")
        self.magnitude = SpinField(9, 0, STRONGEST, integer=True, name="Magnitude")
        describe(
            self.operations, "Operations", "",
            f"How many operations each picture gets, 1 to {MOST_OPERATIONS} (N of RandAugment).",
        )  # fmt: skip
        describe(
            self.magnitude, "Magnitude", "",
            f"How strong each operation is, 0 to {STRONGEST} (M of RandAugment).",
        )  # fmt: skip
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, S2, S4, 0)
        row.setSpacing(S2)
        for words, field in (("Operations", self.operations), ("Magnitude", self.magnitude)):
            field.setFixedWidth(52)
            label = Text(words, tone="secondary")
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
            field.value_changed.connect(lambda _value: self._tell())
        row.insertStretch(2, 1)

    def set_values(self, operations: int, magnitude: int) -> None:
        """Show the settings of a policy, without a signal."""
        for field, value in ((self.operations, operations), (self.magnitude, magnitude)):
            if field.value() != value:
                field.set_value(value)

    def _tell(self) -> None:
        self.changed.emit(int(self.operations.value()), int(self.magnitude.value()))
