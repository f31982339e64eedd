"""A sentence with one link at its end, in the colours of the theme."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import R1
from studio.ui.widgets.base import ringed
from studio.ui.widgets.text import Text

_TARGET = "#them"


class LinkText(Text):
    """Plain words, then a link that mouse and keyboard reach (``linkActivated``)."""

    def __init__(self, size: str = "body", parent: QWidget | None = None) -> None:
        super().__init__("", size, "secondary", wrap=True, parent=parent)
        self._words, self._link = "", ""
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        ringed(self, R1)
        theme_of(self).changed.connect(self._show)

    def set_words(self, words: str, link: str = "") -> None:
        """Show other words; hidden where there are none."""
        self._words, self._link = words, link
        self.setVisible(bool(words))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if self._link and event.key() in keys:
            self.linkActivated.emit(_TARGET)
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        html = escape(self._words)
        if self._link:
            colour = theme_of(self).current.accent
            style = f"color:{colour};font-weight:600;text-decoration:none"
            html += f' <a href="{_TARGET}" style="{style}">{escape(self._link)}</a>'
        focus = Qt.FocusPolicy.StrongFocus if self._link else Qt.FocusPolicy.NoFocus
        self.setText(html)
        self.setFocusPolicy(focus)
        self.setAccessibleName(f"{self._words} {self._link}".strip())


def them(number: int) -> str:
    """The words of a link to so many pictures; empty for none."""
    return "" if number < 1 else "Show it" if number == 1 else "Show them"
