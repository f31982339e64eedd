"""Lays out the dialog: settings left, ten rows right, what they say below, then the buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.format_dialog.rows import RowsTable
from studio.ui.format_dialog.settings import SettingsPanel
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.tokens import S2, S3, S4
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.panel import Bar, WorkArea
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

_FOOT = 56


class FormatView(QWidget):
    """The widgets of the dialog; the dialog connects and fills them."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        self.settings = SettingsPanel()
        upper.addWidget(self.settings)
        upper.addWidget(self._work(loader), 1)
        column.addLayout(upper, 1)
        column.addWidget(self._buttons())

    def _work(self, loader: ThumbnailLoader) -> WorkArea:
        work = WorkArea()
        self.name = ElidedLabel("", "title")
        work.bar.add(self.name, 1)
        self.more_columns = Text("", "small", "secondary")
        work.bar.add(self.more_columns)
        self.track = Track(None, name="Looking at the files")
        work.add(self.track)
        self.table = RowsTable(loader)
        hold = QVBoxLayout()
        hold.setContentsMargins(S2, 0, S2, 0)
        hold.addWidget(self.table)
        work.add(hold, 1)
        work.add(self._words())
        return work

    def _words(self) -> QWidget:
        self.icon = IconLabel("info", "text_secondary")
        self.words = Text("", wrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        hold = QWidget()
        row = QHBoxLayout(hold)
        row.setContentsMargins(S4, S3, S4, S3)
        row.setSpacing(S2)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        return hold

    def _buttons(self) -> Bar:
        bar = Bar(foot=True)
        bar.setFixedHeight(_FOOT)
        self.start_over = Button("Guess again", "undo", "quiet")
        describe(
            self.start_over, "Guess again", "",
            "Forget what was set here, and take what the studio recognises.",
        )  # fmt: skip
        self.cancel = Button("Cancel")
        describe(self.cancel, "Cancel", "Esc", "Leave everything as it is.")
        self.open = Button("Open", kind="primary")
        describe(self.open, "Open", "Return", "Read all pictures in this way.")
        bar.add(self.start_over)
        bar.add_stretch()
        bar.add(self.cancel)
        bar.add(self.open)
        return bar
