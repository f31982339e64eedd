"""A grid of pictures that scrolls through very many."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QWidget

from studio.ui.tokens import S4
from studio.ui.widgets.base import look, on_window
from studio.ui.widgets.tiles import CAPTION_HEIGHT, Index, TileDelegate, TileRole

__all__ = ["CAPTION_HEIGHT", "PictureGrid", "TileDelegate", "TileRole"]

_TOP, _BOTTOM = 8, 8


class PictureGrid(QAbstractItemView):
    """A grid of tiles with equal sizes; columns always fill the width.

    Give it a list model that answers `TileRole`s. Ctrl and the wheel, or `set_tile_size`, change
    the size of the pictures. Every place is computed, none is stored: QListView asks the model
    for each of its rows on every layout, which at 100,000 rows of a Python model takes 150 ms.

    Signals:
        tile_size_changed(int): the wheel changed the size, in logical pixels.
        opened(QModelIndex): Enter or a double click on a tile.
        visible_changed(int, int): first and last row in sight, after scrolling or resizing.
    """

    tile_size_changed = Signal(int)
    opened = Signal(QModelIndex)
    visible_changed = Signal(int, int)

    MINIMUM, MAXIMUM = 48, 320

    def __init__(
        self,
        tile_size: int = 98,
        checks: str = "many",
        crop: bool = True,
        caption: bool = True,
        smooth: bool = True,
        name: str = "Pictures",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tile = tile_size
        self._columns, self._pitch = 1, tile_size + 10
        self._hover = -1
        self._anchor = -1
        self._told = (0, -1)
        self._wish: QPersistentModelIndex | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.delegate = TileDelegate(self, checks, crop, smooth, caption)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName(name)
        self.doubleClicked.connect(self.opened)
        self.verticalScrollBar().valueChanged.connect(self._tell_visible)
        self.setViewportMargins(S4 - self.delegate.gap // 2, 0, 1, 0)
        self.viewport().setAutoFillBackground(False)
        # Opaque, so that scrolling moves what is painted and only the new strip is drawn.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # Sizes

    def tile_size(self) -> int:
        """The wished side of a picture in logical pixels (columns stretch it to fill)."""
        return self._tile

    def set_tile_size(self, size: int) -> None:
        """Change the wished side of a picture, keeping the first row in sight."""
        size = min(max(size, self.MINIMUM), self.MAXIMUM)
        if size != self._tile:
            self._tile = size
            self._fit()

    def picture_pixels(self) -> int:
        """How many device pixels the side of a picture has now: what to decode."""
        side = max(1, self.viewport().width() // self._columns - self.delegate.gap)
        return round(side * self.devicePixelRatioF())

    def columns(self) -> int:
        """How many columns there are."""
        return self._columns

    def visible_rows(self) -> tuple[int, int]:
        """First and last model row in sight; (0, -1) where the model is empty."""
        count = self._count()
        if not count:
            return 0, -1
        top = self.verticalOffset() - _TOP
        first = max(0, top // self._pitch) * self._columns
        last = (max(0, top + self.viewport().height()) // self._pitch + 1) * self._columns - 1
        return min(first, count - 1), min(last, count - 1)

    def _count(self) -> int:
        model = self.model()
        return model.rowCount(self.rootIndex()) if model is not None else 0

    def _lines(self) -> int:
        return -(-self._count() // self._columns)

    def _fit(self) -> None:
        """Choose the number of columns for the width; the first row in sight stays there."""
        width = self.viewport().width()
        if width < self.MINIMUM:
            return
        before = self.visible_rows()[0]
        inside = (self.verticalOffset() - _TOP) % self._pitch if self.verticalOffset() else 0
        self._columns, self._pitch = self._measured(width)
        self.updateGeometries()
        if self.verticalOffset() or before:
            line = before // self._columns
            self.verticalScrollBar().setValue(_TOP + line * self._pitch + inside)
        self.viewport().update()
        self._tell_visible()

    def _measured(self, width: int) -> tuple[int, int]:
        """How many columns there are in so many pixels, and the height of a line."""
        gap = self.delegate.gap
        columns = max(1, (width + gap) // (self._tile + gap))
        caption = CAPTION_HEIGHT if self.delegate.caption else 0
        return columns, width // columns - gap + self.delegate.row_gap + caption

    # What QAbstractItemView asks for

    def updateGeometries(self) -> None:
        bar = self.verticalScrollBar()
        height = self.viewport().height()
        bar.setPageStep(height)
        bar.setSingleStep(max(20, self._pitch // 3))
        bar.setRange(0, max(0, _TOP + self._lines() * self._pitch + _BOTTOM - height))
        super().updateGeometries()

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return int(self.verticalScrollBar().value())

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def _cell(self, row: int) -> QRect:
        line, column = divmod(row, self._columns)
        width = self.viewport().width()
        left = round(column * width / self._columns)
        right = round((column + 1) * width / self._columns)
        top = _TOP + line * self._pitch - self.verticalOffset()
        return QRect(left, top, right - left, self._pitch)

    def visualRect(self, index: Index) -> QRect:
        return self._cell(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._row_at(point)
        if row < 0 or row >= self._count():
            return QModelIndex()
        return self.model().index(row, 0, self.rootIndex())

    def _row_at(self, point: QPoint) -> int:
        width = max(1, self.viewport().width())
        y = point.y() + self.verticalOffset() - _TOP
        if y < 0 or not 0 <= point.x() < width:
            return -1
        return (y // self._pitch) * self._columns + point.x() * self._columns // width

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not index.isValid():
            return
        if not self.isVisible():
            self._wish = QPersistentModelIndex(index)  # places are known from the first show on
            return
        cell, height = self.visualRect(index), self.viewport().height()
        bar = self.verticalScrollBar()
        kind = QAbstractItemView.ScrollHint
        if hint == kind.PositionAtCenter:
            bar.setValue(bar.value() + cell.center().y() - height // 2)
        elif hint == kind.PositionAtTop or (hint == kind.EnsureVisible and cell.top() < 0):
            bar.setValue(bar.value() + cell.top() - _TOP)
        elif hint == kind.PositionAtBottom or cell.bottom() > height:
            bar.setValue(bar.value() + cell.bottom() - height + _BOTTOM)

    def moveCursor(
        self,
        cursorAction: QAbstractItemView.CursorAction,
        modifiers: Qt.KeyboardModifier,
    ) -> QModelIndex:
        count = self._count()
        if not count:
            return QModelIndex()
        action = QAbstractItemView.CursorAction
        page = max(1, self.viewport().height() // self._pitch) * self._columns
        steps = {
            action.MoveLeft: -1,
            action.MovePrevious: -1,
            action.MoveRight: 1,
            action.MoveNext: 1,
            action.MoveUp: -self._columns,
            action.MoveDown: self._columns,
            action.MovePageUp: -page,
            action.MovePageDown: page,
            action.MoveHome: -count,
            action.MoveEnd: count,
        }
        current = self.currentIndex()
        if not current.isValid():
            return self.model().index(0, 0, self.rootIndex())
        row = current.row() + steps[cursorAction]
        if cursorAction in (action.MoveUp, action.MoveDown) and not 0 <= row < count:
            row = current.row()
        return self.model().index(min(max(row, 0), count - 1), 0, self.rootIndex())

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        count = self._count()
        if not count:
            return
        selection = QItemSelection()
        if self.state() == QAbstractItemView.State.DragSelectingState:
            for first, last in self._rows_in(rect.normalized(), count):
                self._add(selection, first, last)
        elif command & QItemSelectionModel.SelectionFlag.Current and self._anchor >= 0:
            ends = sorted((min(self._anchor, count - 1), max(0, self.currentIndex().row())))
            self._add(selection, *ends)
        else:
            row = self._row_at(rect.normalized().center())
            if 0 <= row < count:
                self._add(selection, row, row)
        self.selectionModel().select(selection, command)

    def _add(self, selection: QItemSelection, first: int, last: int) -> None:
        root = self.rootIndex()
        model = self.model()
        selection.select(model.index(first, 0, root), model.index(last, 0, root))

    def _rows_in(self, rect: QRect, count: int) -> list[tuple[int, int]]:
        """The rows whose cells meet a rectangle, as ranges of one line each."""
        width = max(1, self.viewport().width())
        offset = self.verticalOffset() - _TOP
        first_line = max(0, (rect.top() + offset) // self._pitch)
        last_line = min(self._lines() - 1, (rect.bottom() + offset) // self._pitch)
        left = min(max(0, rect.left() * self._columns // width), self._columns - 1)
        right = min(max(0, rect.right() * self._columns // width), self._columns - 1)
        starts = (line * self._columns for line in range(first_line, last_line + 1))
        return [
            (start + left, min(start + right, count - 1))
            for start in starts
            if start + left < count
        ]

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        first, last = self.visible_rows()
        region = QRegion()
        for index in range(selection.count()):
            part = selection.at(index)
            for row in range(max(first, part.top()), min(last, part.bottom()) + 1):
                region += QRegion(self._cell(row))
        return region

    # The model

    def setModel(self, model: QAbstractItemModel | None) -> None:
        old = self.model()
        if old is not None:
            for signal in (old.layoutChanged, old.rowsRemoved):
                signal.disconnect(self._rows_changed)
        super().setModel(model)
        self._anchor = self._hover = -1
        if model is not None:
            model.layoutChanged.connect(self._rows_changed)
            model.rowsRemoved.connect(self._rows_changed)
        self._rows_changed()

    def reset(self) -> None:
        super().reset()
        self._anchor = self._hover = -1
        self._rows_changed()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        self._rows_changed()

    def _rows_changed(self, *_: object) -> None:
        self.updateGeometries()
        self.viewport().update()
        self._told = (0, -1)
        self._tell_visible()

    def _tell_visible(self, *_: object) -> None:
        visible = self.visible_rows()
        if visible[1] >= visible[0] and visible != self._told:
            self._told = visible
            self.visible_changed.emit(*visible)

    # Events

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.scrollDirtyRegion(dx, dy)
        self.viewport().scroll(dx, dy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        wish, self._wish = self._wish, None
        if wish is not None and wish.isValid():
            self.scrollTo(wish)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        for index in (current, previous):
            if index.isValid():
                self.viewport().update(self.visualRect(index))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()  # one more or less can change every check mark

    def mousePressEvent(self, event: QMouseEvent) -> None:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        row = self._row_at(event.position().toPoint())
        if not shift or self._anchor < 0:
            self._anchor = row
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._set_hover(self._row_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._set_hover(-1)
        return bool(super().viewportEvent(event))

    def _set_hover(self, row: int) -> None:
        if row != self._hover:
            for changed in (row, self._hover):
                if changed >= 0:
                    self.viewport().update(self._cell(changed))
            self._hover = row

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_tile_size(self._tile + (12 if event.angleDelta().y() > 0 else -12))
            self.tile_size_changed.emit(self._tile)
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        if self._anchor < 0 and self.currentIndex().isValid():
            self._anchor = self.currentIndex().row()
        super().keyPressEvent(event)
        if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = self.currentIndex().row()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        dirty = event.region()
        ground = look(self).window if on_window(self) else look(self).surface
        painter.fillRect(event.rect(), QColor(ground))  # clipped to the region by Qt
        first, last = self.visible_rows()
        selection, model, root = self.selectionModel(), self.model(), self.rootIndex()
        current = self.currentIndex().row() if self.hasFocus() else -1
        some = selection.hasSelection()
        draw = self.delegate.draw
        for row in range(first, last + 1):
            cell = self._cell(row)
            if dirty.intersects(cell):
                index = model.index(row, 0, root)
                chosen = some and selection.isSelected(index)
                draw(painter, QRectF(cell), index, self, chosen, row == current, row == self._hover)
