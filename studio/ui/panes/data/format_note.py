"""How the open data set is read, in words below its name, and the menu that corrects it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.text import ElidedLabel


class FormatNote(QObject):
    """Says why the data set is of its format; “⋯” beside its name opens the menu.

    Other parts of the pane may put groups of entries into the menu, above its own and below.
    """

    def __init__(self, session: Session, view: DataView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self._above: list[Callable[[Menu], None]] = []
        self._below: list[Callable[[Menu], None]] = []
        self.words = ElidedLabel("", "small", "secondary", mode=Qt.TextElideMode.ElideRight)
        self.words.hide()
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 0)
        row.addWidget(self.words)
        view.panel.body.insertLayout(0, row)
        self.button = IconButton(
            "more", "More about this data set", "",
            "Adds pictures to it, and says how it is read.", "small",
        )  # fmt: skip
        view.panel.bar.add(self.button)
        QWidget.setTabOrder(view.open_button, self.button)
        self.menu = Menu("", self.button)
        self.menu.aboutToShow.connect(self._fill)
        self.button.clicked.connect(self._open)
        session.dataset_changed.connect(self._show)
        session.peek_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        dataset = self._session.dataset
        reason = dataset.reason if dataset is not None and self._session.peek is None else ""
        self.words.setText(reason)
        self.words.setVisible(bool(reason))
        tip = f"How it is read: {reason}" if reason else ""
        for label in (self.words, self._view.summary):
            label.setToolTip(tip)

    def add_group(self, fill: Callable[[Menu], None], above: bool = False) -> None:
        """Let a part of the pane add its entries whenever the menu opens."""
        (self._above if above else self._below).append(fill)

    def _fill(self) -> None:
        self.menu.clear()
        for fill in (*self._above, self._own, *self._below):
            self.menu.addSeparator()
            fill(self.menu)

    def _own(self, menu: Menu) -> None:
        session = self._session
        is_open = session.dataset is not None
        menu.add("Correct the format…", session.format_dialog_requested.emit, "edit",
                 enabled=is_open)  # fmt: skip
        menu.add("Open a folder as…", partial(session.open_as_requested.emit, True), "folder")
        menu.add("Open a file as…", partial(session.open_as_requested.emit, False), "data")

    def _open(self) -> None:
        self.menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))
