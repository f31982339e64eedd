"""The head of a step's card: handle, switch, name, values, and buttons while it is open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.augment.step import Step
from studio.ui.tokens import MEDIUM, S2, SEMIBOLD
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.text import ElidedLabel, IconLabel, closed_up
from studio.ui.widgets.tips import tip
from studio.ui.widgets.toggle import Toggle

HEIGHT = 38
_TITLE = 150


class ValuesLabel(ElidedLabel):
    """Values that lose what is said last, and then their unit, before a number is cut."""

    def shorter(self) -> tuple[str, ...]:
        closer = closed_up(self.whole())
        first = closer.split(", ")[0]
        return (closer, first, first.rpartition(" ")[0])


class CardHead(QWidget):
    """Lays the parts out and shows a step; what they do is the card's business."""

    def __init__(self, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        title = step.title
        self.handle = IconLabel("drag", "text_disabled")
        self.handle.setCursor(Qt.CursorShape.OpenHandCursor)
        self.toggle = Toggle(f"Use {title}", step.enabled)
        self.title = ElidedLabel(
            title, weight=MEDIUM, mode=Qt.TextElideMode.ElideRight, tells=False
        )
        self.warning = IconLabel("warning", "warning")
        self.summary = ValuesLabel("", tone="secondary", mode=Qt.TextElideMode.ElideRight)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.copy_button = IconButton(
            "copy", f"Duplicate {title}", sentence="Key: Ctrl+D on the card.", size="small"
        )
        self.delete_button = IconButton(
            "trash", f"Delete {title}", sentence="Key: Delete. Ctrl+Z brings it back.",
            size="small",
        )  # fmt: skip
        self.more_button = IconButton(
            "more", f"More for {title}", sentence="Groups, and where it stands.", size="small"
        )
        self.arrow = IconLabel("right", "text_secondary")
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(5, 0, 9, 0)
        row.setSpacing(S2)
        row.addWidget(self.handle)
        row.addWidget(self.toggle)
        row.addWidget(self.title)
        values = QHBoxLayout()
        values.setSpacing(4)
        values.addStretch(1)
        values.addWidget(self.warning)
        values.addWidget(self.summary)
        row.addLayout(values, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for widget in self._while_open():
            buttons.addWidget(widget)
            widget.hide()
        row.addLayout(buttons)
        row.addWidget(self.arrow)

    def _while_open(self) -> tuple[QWidget, ...]:
        return self.copy_button, self.delete_button, self.more_button

    def show_step(self, step: Step, is_open: bool, warnings: Sequence[str]) -> None:
        """Show the values of a step; warnings are marked while its form is not to be seen."""
        self.toggle.setChecked(step.enabled)
        self.title.set_style("body", SEMIBOLD if is_open else MEDIUM)
        # With its buttons, an open card in a group has little room; the words of a closed one give
        # way to its title.
        whole = min(self.title.sizeHint().width(), _TITLE)
        self.title.setMinimumWidth(0 if is_open else whole)
        self.title.set_tone("text" if step.enabled else "secondary")
        self.title.setToolTip(tip(step.title, "", step.help))
        warns = bool(warnings) and step.enabled
        self.summary.setText(step.summary() if step.enabled else "off")
        self.summary.set_tone("warning" if warns else "secondary")
        self.summary.setVisible(not is_open)
        self.warning.setVisible(warns and not is_open)
        self.warning.setToolTip("\n".join(warnings))
        for widget in self._while_open():
            widget.setVisible(is_open)
        self.arrow.setVisible(not is_open)
