"""Grids of small maps: filters and activations, one of them chosen, only what is seen painted."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from studio.core.results import ImageGrid
from studio.ui.theme import theme_of
from studio.ui.tokens import REGULAR, SEMIBOLD, activation_map
from studio.ui.widgets.base import draw_text, look, rounded
from studio.ui.widgets.image_view import draw_rounded, to_image
from studio.ui.widgets.numbers import number, percent

CAPTION = 16
_RADIUS = 3
REACH = 4  # room for the frame of a chosen map at the edges
_MOST = 600


def coloured(image: NDArray[np.uint8], palette: str) -> NDArray[np.uint8]:
    """A map as RGB or grey: ``activation`` is coloured dark to strongest, others stay grey."""
    if palette == "activation" and image.ndim == 2:
        table: NDArray[np.uint8] = activation_map()
        return table[image]
    return image


def map_words(statistics: dict[str, float], palette: str) -> str:
    """What a map's numbers say, in one or two sentences."""
    low, high, mean = statistics["min"], statistics["max"], statistics["mean"]
    share = percent(statistics.get("share", 0.0), 0)
    if palette != "activation":
        return f"From {number(low)} to {number(high)}, mean {number(mean)}."
    if high <= 0:
        return "Stays dark: it answers nowhere in this picture."
    return f"Fires on {share} of this picture. Mean {number(mean)}, strongest {number(high)}."


class MapGrid(QWidget):
    """Pictures of one layer side by side; arrows, Home and End move the choice.

    Signals:
        chosen(int): another map is chosen.
    """

    chosen = Signal(int)

    def __init__(
        self, name: str, wish: int, gap: int, captions: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._wish, self._gap, self._captions = wish, gap, captions
        self._grid: ImageGrid | None = None
        self._chosen = -1
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self._noun = "Filter" if name == "Filters" else "Map"
        theme_of(self).changed.connect(self.update)

    # --- content --------------------------------------------------------------------------------

    def set_grid(self, grid: ImageGrid | None) -> None:
        """Show other maps; the choice stays where it is possible."""
        self._grid = grid
        self._pixmaps.clear()
        self._chosen = min(self._chosen, self.count() - 1)
        self._measure()
        self.update()

    def grid(self) -> ImageGrid | None:
        """The maps shown."""
        return self._grid

    def count(self) -> int:
        """How many maps are shown."""
        return 0 if self._grid is None else len(self._grid.images)

    def choice(self) -> int:
        """The chosen map; −1 for none."""
        return self._chosen

    def choose(self, index: int) -> None:
        """Outline a map, without a signal."""
        index = index if 0 <= index < self.count() else -1
        if index != self._chosen:
            self._chosen = index
            self.setAccessibleDescription(f"{self._noun} {index}" if index >= 0 else "")
            self.update()

    # --- measures -------------------------------------------------------------------------------

    def columns(self) -> int:
        """How many maps stand in a row."""
        return max(1, round((self._room() + self._gap) / (self._wish + self._gap)))

    def cell(self, index: int) -> QRectF:
        """Where a map stands, in logical pixels."""
        columns, side = self.columns(), self._side()
        row, column = divmod(index, columns)
        left = REACH + column * (self._room() + self._gap) / columns
        return QRectF(left, row * self._pitch() + REACH, side, side * self._shape())

    def _room(self) -> float:
        return max(8.0, self.width() - 2.0 * REACH)

    def _side(self) -> float:
        columns = self.columns()
        return max(8.0, (self._room() - (columns - 1) * self._gap) / columns)

    def _shape(self) -> float:
        if self._grid is None or not self.count():
            return 1.0
        height, width = self._grid.images.shape[1:3]
        return min(max(height / max(1, width), 0.2), 3.0)

    def _pitch(self) -> float:
        caption = CAPTION if self._captions else 0
        return self._side() * self._shape() + caption + 6 + (0 if self._captions else 1)

    def _measure(self) -> None:
        rows = -(-self.count() // self.columns())
        height = round(rows * self._pitch() + 2 * REACH)
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(480, max(8, self.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._pixmaps.clear()
        self._measure()

    def index_at(self, point: QPoint) -> int:
        """The map at a point; −1 for none."""
        first = int(point.y() // self._pitch()) * self.columns()
        for index in range(first, min(first + self.columns(), self.count())):
            if self.cell(index).adjusted(-2, -2, 2, CAPTION).contains(point):
                return index
        return -1

    # --- mouse and keys -------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.index_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and index >= 0:
            self._take(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.columns(),
            Qt.Key.Key_Down: self.columns(),
            Qt.Key.Key_Home: -self.count(),
            Qt.Key.Key_End: self.count(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.count():
            super().keyPressEvent(event)
            return
        self._take(min(max(self._chosen + step, 0), self.count() - 1))

    def _take(self, index: int) -> None:
        self.choose(index)
        self.chosen.emit(index)
        self._bring_into_view(index)

    def _bring_into_view(self, index: int) -> None:
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        inner = parent.widget() if isinstance(parent, QScrollArea) else None
        if isinstance(parent, QScrollArea) and inner is not None:
            cell = self.cell(index).toRect()
            centre = self.mapTo(inner, cell.center())
            parent.ensureVisible(centre.x(), centre.y(), 0, cell.height() // 2 + 24)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            index = self.index_at(event.pos())
            if index >= 0 and self._grid is not None:
                words = f"{self._noun} {index}"
                if index < len(self._grid.statistics):
                    words += "\n" + map_words(self._grid.statistics[index], self._grid.palette)
                QToolTip.showText(event.globalPos(), words, self)
                return True
        return super().event(event)

    # --- painting -------------------------------------------------------------------------------

    def pixmap(self, index: int) -> QPixmap:
        """A map in its colours, at its own size."""
        assert self._grid is not None
        return QPixmap.fromImage(to_image(coloured(self._grid.images[index], self._grid.palette)))

    def _scaled(self, index: int, rect: QRectF) -> QPixmap:
        found = self._pixmaps.get(index)
        if found is not None:
            return found
        source = self.pixmap(index)
        ratio = self.devicePixelRatioF()
        size = QSize(max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio)))
        mode = Qt.TransformationMode
        # Pixels of small maps stay squares: they are what the layer computed.
        enlarged = size.width() >= source.width()
        made = source.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio,
            mode.FastTransformation if enlarged else mode.SmoothTransformation,
        )  # fmt: skip
        made.setDevicePixelRatio(ratio)
        self._pixmaps[index] = made
        if len(self._pixmaps) > _MOST:
            self._pixmaps.popitem(last=False)
        return made

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._grid is None or not self.count():
            return
        painter = QPainter(self)
        columns, pitch = self.columns(), self._pitch()
        first = max(0, int(event.rect().top() // pitch)) * columns
        last = min(self.count(), (int(event.rect().bottom() // pitch) + 1) * columns)
        for index in range(first, last):
            self._paint_cell(painter, index)

    def _paint_cell(self, painter: QPainter, index: int) -> None:
        t, theme = look(self), theme_of(self)
        rect = self.cell(index)
        draw_rounded(painter, rect, self._scaled(index, rect), _RADIUS)
        is_chosen = index == self._chosen
        if is_chosen:
            rounded(painter, rect.adjusted(-3, -3, 3, 3), _RADIUS + 3, None, t.accent, 2)
        if self._captions:
            font = theme.font("small", SEMIBOLD if is_chosen else REGULAR)
            colour = t.text if is_chosen else t.text_secondary
            line = QRectF(rect.left(), rect.bottom() + 2, rect.width(), CAPTION - 2)
            draw_text(painter, line, str(index), font, colour)
