"""A heading of the catalogue with its tiles; pressing the heading folds them away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.ui import icons
from studio.ui.panes.augment.tile import BESIDE, StepTile
from studio.ui.theme import theme_of
from studio.ui.tokens import MEDIUM, R1, S2
from studio.ui.widgets.base import draw_text, look, ringed, rounded
from studio.ui.widgets.tips import describe

_HEIGHT = 22


class Heading(QAbstractButton):
    """The name of a group, and a mark that tells whether it is folded."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.setText(name)
        self.setCheckable(True)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        ringed(self, R1)
        describe(self, name, "", "Folds this group, or opens it again.")

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, painter, theme = look(self), QPainter(self), theme_of(self)
        rect = QRectF(BESIDE, 0, self.width() - 2 * BESIDE, self.height())
        hover = self.underMouse()
        if hover:
            rounded(painter, rect.adjusted(-4, 0, 4, 0), R1, t.hover)
        colour = QColor(t.text if hover else t.text_secondary)
        left = Qt.AlignmentFlag.AlignLeft
        draw_text(painter, rect, self.text(), theme.font("small", MEDIUM), colour, left)
        if hover or self.isChecked():
            mark = QRectF(rect.right() - 12, rect.center().y() - 6, 12, 12)
            icons.paint(painter, "right" if self.isChecked() else "down", mark, t.text_secondary)
        if self.isChecked():
            draw_text(painter, rect.adjusted(0, 0, -16, 0), str(self.count), theme.font("small"),
                      colour, Qt.AlignmentFlag.AlignRight)  # fmt: skip


class TileGroup(QWidget):
    """A heading with its tiles, in columns of these relative widths.

    Signals:
        folded(): the person folded or opened it.
    """

    folded = Signal()

    def __init__(self, name: str, tiles: Sequence[StepTile], columns: Sequence[int]) -> None:
        super().__init__()
        self.name = name
        self.tiles = tuple(tiles)
        self._columns = len(columns)
        self._placed: list[StepTile] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, S2)
        column.setSpacing(4)
        self.heading = Heading(name)
        self.heading.toggled.connect(lambda _on: self.folded.emit())
        column.addWidget(self.heading)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(S2)
        for i, share in enumerate(columns):
            self._grid.setColumnStretch(i, share)
        column.addLayout(self._grid)
        self._place(self.tiles)

    def show_tiles(self, wanted: Sequence[StepTile], unfold: bool) -> list[StepTile]:
        """Show these of its tiles; returns those that are not folded away."""
        self.setVisible(bool(wanted))
        self.heading.count = len(wanted)
        shown = list(wanted) if unfold or not self.heading.isChecked() else []
        if shown != self._placed:
            self._place(shown)
        return shown

    def _place(self, shown: Sequence[StepTile]) -> None:
        for tile in self._placed:
            self._grid.removeWidget(tile)
        for i, tile in enumerate(shown):
            self._grid.addWidget(tile, i // self._columns, i % self._columns)
        for tile in self.tiles:
            tile.setVisible(tile in shown)
        self._placed = list(shown)
