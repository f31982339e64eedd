"""The Data pane as it looks with a data set open: three regions, no decisions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.ui.panes.common import chain
from studio.ui.panes.data.classes import ClassList
from studio.ui.panes.data.collecting.balance_line import BalanceLine
from studio.ui.panes.data.collecting.ways import WaysIn
from studio.ui.panes.data.fits import FitChooser
from studio.ui.panes.data.inspector import Inspector
from studio.ui.panes.data.link_text import LinkText, them
from studio.ui.panes.data.notes import NoteList
from studio.ui.panes.data.only import OnlyChip
from studio.ui.panes.data.order import ORDERS
from studio.ui.panes.data.problems.page import ProblemPage
from studio.ui.panes.data.split_box import SplitBox
from studio.ui.panes.data.tiles import DataGrid
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Bar, Panel, Rule, WorkArea
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.sliders import Slider
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe

PICTURES, NETWORK, STATISTICS, PROBLEMS = range(4)
SMALLEST, LARGEST, USUAL = 56, 240, 98


class DataView(QWidget):
    """Lays out classes, pictures and inspector; the pane connects and fills them."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inspector = Inspector()
        self.frame = PaneFrame(
            self._work(loader), self._left(), self.inspector,
            "Show the classes", "Show the chosen picture",
        )  # fmt: skip
        self.problems = ProblemPage(loader)
        self.regions = QStackedWidget()  # problems have other panels beside them
        self.regions.addWidget(self.frame)
        self.regions.addWidget(self.problems)
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.regions)
        chain(
            self.open_button, self.filter, self.add_button, self.output, self.classes, self.notes,
            self.balance, self.split, self.views, self.search,
            self.gone, self.banner, self.unlabelled, self.pages, self.sort, self.tile,
            self.inspector,
        )  # fmt: skip

    def page(self) -> int:
        """Which page is in sight."""
        is_problems = self.regions.currentWidget() is self.problems
        return PROBLEMS if is_problems else self.pages.currentIndex()

    def show_page(self, page: int) -> None:
        """Bring a page into sight."""
        self.regions.setCurrentWidget(self.problems if page == PROBLEMS else self.frame)
        if page != PROBLEMS:
            self.pages.setCurrentIndex(page)
            self.views.set_current(page)

    def _left(self) -> Panel:
        panel = Panel("left", "", 244)
        panel.bar.insert(0, IconLabel("folder", "text_secondary"))
        panel.bar.row.setSpacing(8)
        self.open_button = IconButton(
            "plus", "Open another folder", "", "It becomes a project of its own.", "small"
        )
        panel.bar.add(self.open_button)
        hold = QHBoxLayout()
        hold.setContentsMargins(16, 8, 16, 0)
        hold.setSpacing(4)
        self.filter = SearchField("Filter classes")
        hold.addWidget(self.filter)
        self.add_button = IconButton(
            "plus", "Add a class", "", "Its name is written below the others.", "small"
        )
        self.add_button.hide()
        hold.addWidget(self.add_button)
        panel.body.addLayout(hold)
        self._class_lists(panel)
        self.split = SplitBox()
        panel.set_foot(self.split)
        self.panel = panel
        return panel

    def _class_lists(self, panel: Panel) -> None:
        """Classes, a line, and what a person noted about the pictures; one row has the choice."""
        self.output = Combo([], None, "Output")
        describe(self.output, "Output", sentence="The question whose classes are listed here.")
        self.output.hide()
        choice = QHBoxLayout()
        choice.setContentsMargins(16, 8, 16, 0)
        choice.addWidget(self.output)
        panel.body.addLayout(choice)
        self.classes = ClassList()
        panel.add(self.classes, 1000)
        self.rule = Rule()
        line = QHBoxLayout()
        line.setContentsMargins(16, 2, 16, 2)
        line.addWidget(self.rule)
        panel.body.addLayout(line)
        self.notes = NoteList()
        self.rule.hide()
        panel.add(self.notes)
        panel.add_stretch()
        self.balance = BalanceLine()
        panel.add(self.balance)
        self.classes.class_chosen.connect(lambda _index: self.notes.leave())
        self.notes.note_chosen.connect(lambda _key: self.classes.leave())

    def _work(self, loader: ThumbnailLoader) -> WorkArea:
        work = WorkArea()
        self.bar = work.bar
        self.views = SegmentedControl(
            [
                (PICTURES, "Pictures"),
                (NETWORK, "What the network sees"),
                (STATISTICS, "Statistics"),
            ],
            PICTURES,
            "View",
        )
        self.search = SearchField("Name, tag, size", "Ctrl+F")
        self.search.setFixedWidth(176)
        work.bar.add(self.views)
        work.bar.add_stretch()
        work.bar.add(self.search)
        self.banner = Banner("warning", "", "Show them")
        self.gone = Banner("bad", "", "Locate…")
        banners = QVBoxLayout()
        banners.setContentsMargins(16, 12, 16, 0)
        banners.setSpacing(8)
        banners.addWidget(self.gone)
        banners.addWidget(self.banner)
        self.unlabelled = Banner("info", "", "Label them")
        self.unlabelled.hide()
        banners.addWidget(self.unlabelled)
        self.banners = QWidget()
        self.banners.setLayout(banners)
        work.add(self.banners)
        self.pages = QStackedWidget()
        self.grid = DataGrid(loader)
        self.pages.addWidget(self._grid_page())
        self.pages.addWidget(self._network_page())
        self.statistics = QWidget()
        QVBoxLayout(self.statistics).setContentsMargins(0, 0, 0, 0)
        self.pages.addWidget(self.statistics)
        work.add(self.pages, 1)
        self._foot(work.add_foot())
        return work

    def _grid_page(self) -> QStackedWidget:
        self.grid_pages = QStackedWidget()
        listed = QWidget()
        self.only = OnlyChip()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.only)
        column.addWidget(self.grid, 1)
        self.grid_pages.addWidget(listed)
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        self.nothing = Text("", tone="secondary", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.show_all = Button("Show all pictures")
        column.addStretch(2)
        column.addWidget(self.nothing)
        column.addSpacing(8)
        column.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignHCenter)
        self.ways = WaysIn()
        column.addWidget(self.ways, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.grid_pages.addWidget(nothing)
        return self.grid_pages

    def _network_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.network_name = ElidedLabel("", "title")
        self.network_size = Text("", tone="secondary")
        head.addWidget(self.network_name)
        head.addWidget(self.network_size)
        head.addStretch(1)
        column.addLayout(head)
        self.fits = FitChooser(true_size=True)
        column.addSpacing(8)
        column.addWidget(self.fits)
        column.addSpacing(8)
        self.network_words = Text("", tone="secondary", wrap=True)
        column.addWidget(self.network_words)
        self.network_others = LinkText()
        column.addWidget(self.network_others)
        column.addStretch(1)
        return page

    def set_network_others(self, words: str, number: int) -> None:
        """How many pictures lose much of their area, with a link to them where there are any."""
        self.network_others.set_words(words, them(number))

    def _foot(self, foot: Bar) -> None:
        self.summary = Text("", "small", "secondary")
        self.sort = Combo(list(ORDERS.items()), "shuffled", "Order", "sort", bare=True)
        describe(self.sort, "Order", sentence="The order in which pictures are listed.")
        self.tile = Slider(SMALLEST, LARGEST, 2, name="Size of the thumbnails")
        self.tile.set_number(USUAL)
        self.tile.setFixedWidth(96)
        self.done = ElidedLabel("", "small", tone="secondary")
        foot.add(self.summary)
        foot.add(self.done, 1)
        foot.add(self.sort)
        self.tile_icon = IconLabel("image", "text_secondary")
        foot.add(self.tile_icon)
        foot.add(self.tile)
