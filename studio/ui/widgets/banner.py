"""Advice or a problem in one line, with what to do about it beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from studio.ui.tokens import S2, S3
from studio.ui.widgets.base import restyle
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.text import IconLabel, Text

_ICONS = {"warning": "warning", "info": "info", "bad": "error", "good": "good"}
_ROLES = {"warning": "warning", "info": "accent", "bad": "bad", "good": "good"}


class Banner(QFrame):
    """A banner. Kinds: "warning", "info", "bad", "good"; `text` may hold <b> and <br>.

    Signals:
        action(): the button was pressed.
        dismissed(): the cross was pressed (the banner has hidden itself).
        link_activated(str): a link in the text was clicked.
    """

    action = Signal()
    dismissed = Signal()
    link_activated = Signal(str)

    def __init__(
        self,
        kind: str = "warning",
        text: str = "",
        action_text: str = "",
        action_icon: str = "",
        dismissible: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setMinimumHeight(36)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        row = QHBoxLayout(self)
        row.setContentsMargins(S3, 4, 4, 4)
        row.setSpacing(S2)
        self.icon = IconLabel(_ICONS[kind], _ROLES[kind])
        self.label = Text("", wrap=True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.label.linkActivated.connect(self.link_activated)
        self.button = Button("")
        self.button.clicked.connect(lambda: self.action.emit())
        self.cross = IconButton("close", "Hide this message", size="small")
        self.cross.clicked.connect(self._dismiss)
        row.addWidget(self.icon)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        row.addWidget(self.cross)
        self.cross.setVisible(dismissible)
        self.set_kind(kind)
        self.set_text(text)
        self.set_action(action_text, action_icon)

    def set_kind(self, kind: str) -> None:
        """Change the kind: its ground and icon."""
        self.setProperty("kind", kind)
        self.icon.set_icon(_ICONS[kind], _ROLES[kind])
        restyle(self)

    def set_text(self, text: str) -> None:
        """Change the text (rich text: escape what is not yours)."""
        self.label.setText(text)
        self.setAccessibleName(text.replace("<b>", "").replace("</b>", ""))
        self._fit()

    def set_action(self, text: str, icon: str = "") -> None:
        """Change the button; "" hides it."""
        self.button.setText(text)
        self.button.set_icon(icon)
        self.button.setVisible(bool(text))
        bare = self.button.isHidden() and self.cross.isHidden()
        row = self.layout()
        if row is not None:
            row.setContentsMargins(S3, 4, S3 if bare else 4, 4)

    def show_text(self, kind: str, text: str, action_text: str = "", action_icon: str = "") -> None:
        """Set everything at once and show the banner."""
        self.set_kind(kind)
        self.set_action(action_text, action_icon)
        self.set_text(text)
        self.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # A word-wrapped label in a row reports its height only for a known width.
        width = self.label.width()
        if self.isVisible() and width > 40:
            height = max(28, self.label.heightForWidth(width))
            self.setFixedHeight(max(36, height + 8))

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
