"""The Problems page as it looks: kinds, gallery and advice side by side; no decisions."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.ui.panes.common import chain
from studio.ui.panes.data.problems.advice import Advice
from studio.ui.panes.data.problems.cards import CardGrid, EntryModel
from studio.ui.panes.data.problems.kind_list import KindList
from studio.ui.panes.data.problems.rows import RowList
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.tokens import S4, SEMIBOLD
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Bar, Panel, Section, WorkArea
from studio.ui.widgets.sliders import Slider
from studio.ui.widgets.text import ElidedLabel, KeyHint, Text
from studio.ui.widgets.tips import describe

GALLERY, ROWS, NOTHING = range(3)
LEAST_ALIKE = 90
"""Percent at the left end of the slider; copies are found from 92 % on."""


class ProblemPage(QWidget):
    """Lays out kinds, entries and advice; the desk connects and fills them."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = EntryModel(loader, self)
        self.advice = Advice()
        self.frame = PaneFrame(
            self._work(loader), self._left(), self.advice,
            "Show the kinds of problems", "Show what to do",
        )  # fmt: skip
        # Where the list of kinds is a drawer, the way back must not hide in it.
        self.frame.drawers_changed.connect(lambda left, _right: self.narrow_back.setVisible(left))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        chain(
            self.back_button, self.check_button, self.more_button, self.kinds,
            self.narrow_back, self.alike,
            self.grid, self.rows, self.nothing, self.advice,
        )  # fmt: skip

    def _left(self) -> Panel:
        panel = Panel("left", "Problems", 260)
        self.back_button = IconButton(
            "left", "Back to the pictures", "Escape", "Every file stays where it is.", "small"
        )
        panel.bar.insert(0, self.back_button)
        panel.bar.row.setContentsMargins(S4 - 8, 1, 8, 0)
        panel.bar.row.setSpacing(4)
        self.check_button = Button("Check again", kind="quiet", size="small")
        describe(
            self.check_button, "Check again",
            sentence="Reads what is new or changed, and looks for copies by today’s split.",
        )  # fmt: skip
        panel.bar.add(self.check_button)
        self.more_button = IconButton("more", "More", "", "Copies the list as text.", "small")
        self.more_menu = Menu("", self)
        self.more_button.clicked.connect(
            lambda: self.more_menu.popup(
                self.more_button.mapToGlobal(self.more_button.rect().bottomLeft())
            )
        )
        panel.bar.add(self.more_button)
        self.kinds = KindList()
        panel.add(self.kinds, 1)
        foot = Section(line="top")
        self.checked = Text("", "small", "secondary", wrap=True)
        foot.add(self.checked)
        panel.set_foot(foot)
        return panel

    def _work(self, loader: ThumbnailLoader) -> WorkArea:
        work = WorkArea()
        self.narrow_back = IconButton(
            "left", "Back to the pictures", "", "Every file stays where it is.", "small"
        )
        self.narrow_back.hide()
        work.bar.add(self.narrow_back)
        self.heading = ElidedLabel("", weight=SEMIBOLD)
        work.bar.add(self.heading, 1)
        self.alike_label = Text("Alike from", tone="secondary")
        self.alike = Slider(LEAST_ALIKE, 100, 0.5, name="Alike from")
        self.alike.setFixedWidth(88)
        describe(
            self.alike, "Alike from",
            sentence="Lists only copies at least this alike (correlation of the pictures laid "
            "over each other).",
        )  # fmt: skip
        self.alike_number = Text("")
        self.alike_number.setFixedWidth(44)
        for part in (self.alike_label, self.alike, self.alike_number):
            work.bar.add(part)
        self.grid, self.rows = CardGrid(self.model, loader), RowList(self.model, loader)
        self.nothing = EmptyState(
            "Nothing left to decide", "Either nothing was found, or you have settled all of it.",
            "Back to the pictures", "", "good", "left",
        )  # fmt: skip
        self.pages = QStackedWidget()
        for page in (self.grid, self.rows, self.nothing):
            self.pages.addWidget(page)
        work.add(self.pages, 1)
        self._foot(work.add_foot())
        return work

    def _foot(self, foot: Bar) -> None:
        self.summary = Text("", "small", "secondary")
        foot.add(self.summary)
        foot.add_stretch()
        self.hints: list[QWidget] = []
        for keys, words in (("↑ ↓", "move"), ("K", "keep"), ("X", "exclude")):
            hints: list[QWidget] = [KeyHint(key) for key in keys.split()]
            label = Text(words, "small", "secondary")
            for part in (*hints, label):
                foot.add(part)
                self.hints.append(part)
            foot.add_space(4)
        self.exclude_hints = self.hints[-2:]
