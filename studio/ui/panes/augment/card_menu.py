"""The menu of a step's card."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from studio.augment.groups import GROUPS, OneOf
from studio.ui.widgets.menu import Menu


class CardMenu(Menu):
    """Duplicate, delete, and everything about groups.

    Signals:
        group_chosen(object): a type of group for the chosen cards.
    """

    group_chosen = Signal(object)

    def __init__(self, chosen: int, is_group: bool, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.duplicate = self.add("Duplicate", icon="copy", key="Ctrl+D")
        self.delete = self.add("Delete", icon="trash", key="Del")
        self.addSeparator()
        words = "Put into a group" if chosen == 1 else f"Group these {chosen} steps"
        self.kinds = Menu(words, self)
        self.addMenu(self.kinds)
        for kind in GROUPS.values():
            key = "Ctrl+G" if kind is OneOf else ""
            action = self.kinds.add(kind.title, key=key)
            action.setToolTip(kind.help)
            action.triggered.connect(lambda _on=False, kind=kind: self.group_chosen.emit(kind))
        self.ways = {
            "in": self.add("Into the group above", key="Alt+Right"),
            "out": self.add("Out of the group", key="Alt+Left"),
            "ungroup": self.add("Ungroup", icon="split", key="Ctrl+Shift+G", enabled=is_group),
        }
