"""The Understand pane as it looks: picture and layers, maps, answer and details; no decisions."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from studio.ui.panes.common import chain
from studio.ui.panes.understand.maps import REACH, MapGrid
from studio.ui.panes.understand.pieces import Histogram, Legend, UnitBars
from studio.ui.panes.understand.robustness_view import LAYERS, view_switch
from studio.ui.panes.understand.tree import LayerTree
from studio.ui.thumbnails import ThumbnailLoader, middle_square
from studio.ui.tokens import R1, SEMIBOLD
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.base import look, ringed, rounded
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.image_view import ImageView, draw_rounded
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Bar, Panel, ScrollColumn, Section, WorkArea
from studio.ui.widgets.probability import ProbabilityBars
from studio.ui.widgets.text import Badge, ElidedLabel, IconLabel, Text
from studio.ui.widgets.tips import describe
from studio.ui.widgets.track import Track

LEFT, RIGHT, STRIP = 240, 284, 6


class Pick(QAbstractButton):
    """One picture of the strip."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self.path = ""
        self.setCheckable(True)
        self.setFixedSize(30, 30)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        ringed(self, R1)
        loader.arrived.connect(lambda paths: self.update() if self.path in paths else None)

    def set_path(self, path: str, words: str) -> None:
        """Show another picture; an empty path hides it."""
        self.path = path
        self.setVisible(bool(path))
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(30, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.path:
            return
        t = look(self)
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        pixmap = self._loader.get(self.path, rect.width() * self.devicePixelRatioF())
        if pixmap is None:
            rounded(painter, rect, R1, t.well)
        else:
            draw_rounded(painter, rect, middle_square(pixmap), R1 - 1)
        if self.isChecked():
            rounded(painter, QRectF(self.rect()), R1 + 1, None, t.accent, 2)


class UnderstandView(QWidget):
    """Lays out the pane; the pane connects and fills it.

    Signals:
        picked(str): the path of a picture of the strip.
    """

    picked = Signal(str)

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self.frame = PaneFrame(
            self._work(), self._left(), self._right(),
            "Show picture and layers", "Show the answer",
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        chain(
            self.choose_button, *self.picks, self.tree, self.switch, self.brightness,
            self.save_button,
            self.banner, self.filters, self.maps,
        )  # fmt: skip

    # --- left -----------------------------------------------------------------------------------

    def _left(self) -> Panel:
        panel = Panel("left", "Picture", LEFT)
        self.choose_button = Button("Choose…", kind="quiet", size="small")
        describe(
            self.choose_button, "Choose a picture",
            sentence="Any file; or drop one anywhere on this pane.",
        )  # fmt: skip
        panel.bar.add(self.choose_button)
        section = panel.add_section()
        section.body.setContentsMargins(16, 16, 16, 12)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.picture = ImageView("Picture in view", R1, minimum=64)
        self.picture.setFixedSize(64, 64)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.name = ElidedLabel("", weight=SEMIBOLD)
        self.true_class = ElidedLabel("", tone="secondary")
        verdict = QHBoxLayout()
        verdict.setSpacing(4)
        self.verdict_icon = IconLabel("good", "good", 14)
        self.verdict = ElidedLabel("", "small")
        verdict.addWidget(self.verdict_icon)
        verdict.addWidget(self.verdict, 1)
        words.addWidget(self.name)
        words.addWidget(self.true_class)
        words.addSpacing(4)
        words.addLayout(verdict)
        words.addStretch(1)
        row.addWidget(self.picture)
        row.addLayout(words, 1)
        section.add(row)
        section.add(self._strip())
        head = Bar(slim=True)
        head.setFixedHeight(40)
        head.setStyleSheet("Bar { border: 0; }")
        head.add(Text("Layers", weight=SEMIBOLD))
        head.add_stretch()
        self.layer_count = Text("", "small", "secondary")
        head.add(self.layer_count)
        panel.add(head)
        self.tree = LayerTree()
        hold = QHBoxLayout()
        hold.setContentsMargins(8, 0, 8, 4)
        hold.addWidget(self.tree)
        panel.body.addLayout(hold, 1)
        return panel

    def _strip(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(4)
        self.picks: list[Pick] = []
        group = QButtonGroup(self)
        for _ in range(STRIP):
            pick = Pick(self._loader)
            pick.clicked.connect(lambda _checked=False, p=pick: self.picked.emit(p.path))
            group.addButton(pick)
            row.addWidget(pick)
            self.picks.append(pick)
        row.addStretch(1)
        return row

    # --- middle ---------------------------------------------------------------------------------

    def _work(self) -> WorkArea:
        work = WorkArea()
        self.brightness = Combo(
            [("each map", "Each map"), ("same scale", "Same scale")], "each map", "Brightness"
        )
        describe(
            self.brightness, "Brightness",
            sentence="Each map: its own strongest place is bright. Same scale: only the strongest "
            "place of the whole layer is.",
        )  # fmt: skip
        self.save_button = IconButton(
            "download", "Save as a picture", "Ctrl+E", "Filters and maps as shown, as PNG."
        )
        self.switch = view_switch(LAYERS)
        work.bar.add(self.switch)
        work.bar.add_stretch()
        work.bar.add(Text("Brightness", tone="secondary"))
        work.bar.add(self.brightness)
        work.bar.add(self.save_button)
        self.busy = Track(None, name="Computing")
        self.busy.setFixedHeight(2)
        hold = self.busy.sizePolicy()
        hold.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(hold)
        self.busy.hide()
        work.add(self.busy)
        self.column = ScrollColumn()
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(16 - REACH, 10, 16 - REACH, 16)
        column.setSpacing(0)
        column.addLayout(self._head())
        self.banner = Banner("bad", "", "Try again")
        self.banner.hide()
        column.addLayout(_inset(self.banner))
        column.addSpacing(12)
        column.addWidget(self._filters())
        column.addWidget(self._activations())
        column.addStretch(1)
        self.column.add(self.content)
        work.add(self.column, 1)
        return work

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.setContentsMargins(REACH, 0, REACH, 0)
        self.layer_name = ElidedLabel("", "title")
        self.layer_words = ElidedLabel("", tone="secondary")
        self.dark = Badge("", "warning", "warning")
        self.dark.hide()
        row.addWidget(self.layer_name)
        row.addWidget(self.layer_words, 1)
        row.addWidget(self.dark)
        return row

    def _filters(self) -> QWidget:
        self.filter_part = QWidget()
        column = QVBoxLayout(self.filter_part)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.setContentsMargins(REACH, 0, REACH, 0)
        self.filter_note = ElidedLabel("", "small", "secondary")
        row.addWidget(Text("Filters", weight=SEMIBOLD))
        row.addWidget(self.filter_note, 1)
        column.addLayout(row)
        self.filters = MapGrid("Filters", 34, 6, captions=False)
        column.addWidget(self.filters)
        self.filter_part.hide()
        return self.filter_part

    def _activations(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.setContentsMargins(REACH, 0, REACH, 0)
        self.map_note = ElidedLabel("", "small", "secondary")
        self.legend = Legend()
        row.addWidget(Text("Activations", weight=SEMIBOLD))
        row.addWidget(self.map_note, 1)
        row.addWidget(self.legend)
        column.addLayout(row)
        self.maps = MapGrid("Activations", 73, 8, captions=True)
        self.units = UnitBars()
        self.classes = ProbabilityBars(top=11)
        column.addWidget(self.maps)
        column.addLayout(_inset(self.units))
        column.addLayout(_inset(self.classes))
        self.maps.hide()
        self.units.hide()
        self.classes.hide()
        return part

    # --- right ----------------------------------------------------------------------------------

    def _right(self) -> Panel:
        panel = Panel("right", "", RIGHT)
        section = panel.add_section()
        self.says = ProbabilityBars(top=4, name_width=84)
        self.says_words = Text("", tone="secondary", wrap=True)
        section.add(self.says)
        section.add(self.says_words)
        self.map_section = Section("Map", " ")
        row = QHBoxLayout()
        row.setSpacing(12)
        self.filter_view = ImageView("Filter", R1, minimum=56)
        self.filter_view.setFixedSize(56, 56)
        self.histogram = Histogram()
        row.addWidget(self.filter_view)
        row.addWidget(self.histogram, 1, Qt.AlignmentFlag.AlignBottom)
        self.map_words = Text("", "small", "secondary", wrap=True)
        self.map_section.add(row)
        self.map_section.add(self.map_words)
        panel.add(self.map_section)
        self.map_section.hide()
        panel.add_stretch()
        self.right = panel
        return panel


def _inset(widget: QWidget) -> QHBoxLayout:
    """In line with the pictures of the grids, whose rings reach further out."""
    row = QHBoxLayout()
    row.setContentsMargins(REACH, 0, REACH, 0)
    row.addWidget(widget)
    return row
