"""The Data pane as it looks with a data set open: three regions, no decisions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.ui.panes.common import chain
from studio.ui.panes.data.classes import ClassList
from studio.ui.panes.data.fits import FitChooser
from studio.ui.panes.data.inspector import Inspector
from studio.ui.panes.data.order import ORDERS
from studio.ui.panes.data.problem_list import ProblemPage
from studio.ui.panes.data.split_box import SplitBox
from studio.ui.panes.data.tiles import DataGrid
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Bar, Panel, WorkArea
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.sliders import Slider
from studio.ui.widgets.text import ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe

PICTURES, NETWORK, PROBLEMS = range(3)
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
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.frame)
        chain(
            self.open_button, self.filter, self.classes, self.split, self.views, self.search,
            self.gone, self.banner, self.pages, self.sort, self.tile, self.inspector,
        )  # fmt: skip

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
        self.filter = SearchField("Filter classes")
        hold.addWidget(self.filter)
        panel.body.addLayout(hold)
        self.classes = ClassList()
        panel.add(self.classes, 1)
        self.split = SplitBox()
        panel.set_foot(self.split)
        self.panel = panel
        return panel

    def _work(self, loader: ThumbnailLoader) -> WorkArea:
        work = WorkArea()
        self.bar = work.bar
        self.views = SegmentedControl(
            [(PICTURES, "Pictures"), (NETWORK, "What the network sees")], PICTURES, "View"
        )
        self.search = SearchField("Name or folder", "Ctrl+F")
        self.search.setFixedWidth(176)
        self.problems = ProblemPage()
        back, title, *others = self.problems.tools
        for part in (self.views, back, title):
            work.bar.add(part)
        work.bar.add_stretch()
        for part in (self.search, *others):
            work.bar.add(part)
        self.banner = Banner("warning", "", "Show them")
        self.gone = Banner("bad", "", "Locate…")
        banners = QVBoxLayout()
        banners.setContentsMargins(16, 12, 16, 0)
        banners.setSpacing(8)
        banners.addWidget(self.gone)
        banners.addWidget(self.banner)
        self.banners = QWidget()
        self.banners.setLayout(banners)
        work.add(self.banners)
        self.pages = QStackedWidget()
        self.grid = DataGrid(loader)
        self.pages.addWidget(self._grid_page())
        self.pages.addWidget(self._network_page())
        self.pages.addWidget(self.problems)
        work.add(self.pages, 1)
        self._foot(work.add_foot())
        return work

    def _grid_page(self) -> QStackedWidget:
        self.grid_pages = QStackedWidget()
        self.grid_pages.addWidget(self.grid)
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        self.nothing = Text("", tone="secondary", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.show_all = Button("Show all pictures")
        column.addStretch(2)
        column.addWidget(self.nothing)
        column.addSpacing(8)
        column.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignHCenter)
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
        column.addStretch(1)
        return page

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
