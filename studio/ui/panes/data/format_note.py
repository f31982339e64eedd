"""How the open data set is read, in words below its name, and the menu that corrects it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.numbers import shorten
from studio.ui.widgets.text import Text

_LONGEST = 110


class FormatNote(QObject):
    """Says why the data set is of its format; “⋯” beside its name opens the menu.

    Other parts of the pane may add entries to ``menu`` when it is about to open.
    """

    def __init__(self, session: Session, view: DataView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self.words = Text("", "small", "secondary", wrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.hide()
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 0)
        row.addWidget(self.words)
        view.panel.body.insertLayout(0, row)
        self.button = IconButton(
            "more", "More about this data set", "", "How it is read, and other ways to open one.",
            "small",
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
        self.words.setText(shorten(reason, _LONGEST))
        self.words.setVisible(bool(reason))
        tip = f"How it is read: {reason}" if reason else ""
        for label in (self.words, self._view.summary):
            label.setToolTip(tip)

    def _fill(self) -> None:
        menu, session = self.menu, self._session
        menu.clear()
        is_open = session.dataset is not None
        menu.add("Correct the format…", session.format_dialog_requested.emit, "edit",
                 enabled=is_open)  # fmt: skip
        menu.addSeparator()
        menu.add("Open a folder as…", partial(session.open_as_requested.emit, True), "folder")
        menu.add("Open a file as…", partial(session.open_as_requested.emit, False), "data")

    def _open(self) -> None:
        self.menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))
