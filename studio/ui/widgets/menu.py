"""Menus with round corners and icons that follow the theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui import icons


class Menu(QMenu):
    """A menu. `add` makes an entry with icon, key and what it does."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setWindowFlags(
            self.windowFlags()
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setToolTipsVisible(True)

    def add(
        self,
        text: str,
        act: Callable[[], object] | None = None,
        icon: str = "",
        key: str = "",
        role: str = "text_secondary",
        enabled: bool = True,
    ) -> QAction:
        """Add an entry; `act` is called without arguments when it is chosen."""
        action = self.addAction(text)
        if icon:
            icons.follow(action, icon, role)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutVisibleInContextMenu(True)
        if act is not None:
            action.triggered.connect(lambda _checked=False: act())
        action.setEnabled(enabled)
        return action
