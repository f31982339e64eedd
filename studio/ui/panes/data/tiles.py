"""The thumbnails of the data set: their item model and the grid that shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.panes.data.dropping import drag_picture, pictures_mime
from studio.ui.panes.data.order import NO_CLASS, shown_output
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.picture_grid import PictureGrid, TileRole

Index = QModelIndex | QPersistentModelIndex


_ANSWERED = frozenset(
    int(role)
    for role in (
        TileRole.PIXMAP, TileRole.UNREADABLE, TileRole.EXCLUDED, TileRole.NOTE_MARK,
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole,
    )
)  # fmt: skip


def captions(dataset: Dataset | None, output: str = "") -> tuple[list[str], NDArray[np.integer]]:
    """The captions of the classes, the last for pictures without one, and each picture's label.

    The label is ``(n,)`` an index into the captions, or ``(n, classes)`` where several hold.
    """
    output = shown_output(dataset, output) if dataset is not None else ""
    if dataset is None or not output:
        return [NO_CLASS], np.full(0 if dataset is None else len(dataset), -1, np.int32)
    return [*map(display_name, dataset.outputs[output]), NO_CLASS], dataset.labels[output]


@dataclass(frozen=True, eq=False)
class Marks:
    """What a person changed: ``(n,) bool`` pictures left out, and given another label."""

    excluded: NDArray[np.bool_]
    relabelled: NDArray[np.bool_]


class PictureModel(QAbstractListModel):
    """The listed pictures of a data set: row of the list → row of the data set."""

    tile_roles = _ANSWERED

    def __init__(self, loader: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._dataset: Dataset | None = None
        self._captions, self._labels = captions(None)
        self._output = ""
        self._root = ""
        self._marks: Marks | None = None
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._places: dict[str, int] = {}
        self.side = 98.0
        self.is_flying = False
        self._loader.arrived.connect(self._arrived)

    def show(
        self,
        dataset: Dataset | None,
        rows: NDArray[np.int64],
        marks: Marks | None = None,
        output: str = "",
    ) -> None:
        """List these rows of a data set, in this order, with the classes of an output below."""
        if dataset is not None and np.array_equal(rows, self._rows):
            old = self._dataset
            if old is not None and old.paths is dataset.paths and old.root == dataset.root:
                # The same pictures, of which something else is told.
                self._take(dataset, marks, output)
                if len(rows):
                    self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
                return
        self.beginResetModel()
        self._take(dataset, marks, output)
        self._rows = rows
        self._places = {}
        self.endResetModel()

    def _take(self, dataset: Dataset | None, marks: Marks | None, output: str) -> None:
        self._marks = marks
        if dataset is not self._dataset or output != self._output:
            self._dataset, self._output = dataset, output
            self._captions, self._labels = captions(dataset, output)
            self._root = "" if dataset is None else str(dataset.root)

    def dataset(self) -> Dataset | None:
        """What the rows are of."""
        return self._dataset

    def rows(self) -> NDArray[np.int64]:
        """The listed rows of the data set."""
        return self._rows

    def place_of(self, row: int) -> int:
        """Where a row of the data set is listed; −1 where it is not."""
        found = np.flatnonzero(self._rows == row)
        return int(found[0]) if len(found) else -1

    def path(self, place: int) -> str:
        """The absolute path of the picture at a place of the list."""
        assert self._dataset is not None
        return f"{self._root}/{self._dataset.paths[int(self._rows[place])]}"

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        # Every tile asks for ten roles in every frame: those that are never set leave first.
        if role not in _ANSWERED or self._dataset is None:
            return None
        place = index.row()
        if not 0 <= place < len(self._rows):
            return None
        if role == TileRole.PIXMAP:
            path = self.path(place)
            if self.is_flying:
                return self._loader.known(path, self.side)
            self._places[path] = place
            return self._loader.get(path, self.side)
        if role == TileRole.UNREADABLE:
            return bool(self._loader.reason(self.path(place)))
        row = int(self._rows[place])
        marks = self._marks
        is_out = marks is not None and bool(marks.excluded[row])
        if role == TileRole.EXCLUDED:
            return is_out
        if role == TileRole.NOTE_MARK:
            return "edit" if marks is not None and marks.relabelled[row] else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._caption(row)
        name = display_name(self._dataset.paths[row])
        if role == Qt.ItemDataRole.ToolTipRole:
            reason = self._loader.reason(self.path(place))
            return "\n".join(filter(None, (name, reason, "Excluded" if is_out else "")))
        words = f"{PurePosixPath(name).name}, {self._caption(row)}"
        return f"{words}, excluded" if is_out else words

    def _caption(self, row: int) -> str:
        label = self._labels[row]
        if label.ndim == 0:
            return self._captions[label]
        return ", ".join(self._captions[i] for i in np.flatnonzero(label == 1)) or NO_CLASS

    def _arrived(self, paths: set[str]) -> None:
        places = [p for p in map(self._places.get, paths) if p is not None and p < len(self._rows)]
        for place in places:
            index = self.index(place)
            self.dataChanged.emit(index, index, [int(TileRole.PIXMAP)])


class DataGrid(PictureGrid):
    """The pictures of the data set; only what is in sight is decoded, newest first.

    Signals:
        chosen_changed: other pictures are selected.
        exclude_asked: Delete was pressed.
        digit_pressed(int): one of the keys 1 to 9.
        menu_asked(QPoint): the menu of what is selected is wanted, at a place of the screen.
        drag_begun(QMimeData): what is selected is being dragged.
    """

    chosen_changed = Signal()
    exclude_asked = Signal()
    digit_pressed = Signal(int)
    menu_asked = Signal(QPoint)
    drag_begun = Signal(QMimeData)

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._loader = loader
        self.pictures = PictureModel(loader, self)
        self.setModel(self.pictures)
        self._drop_wishes = QTimer(self)
        self._drop_wishes.setSingleShot(True)
        self._drop_wishes.setInterval(60)
        self._drop_wishes.timeout.connect(self._rest)
        self._was_visible = (0, -1)
        self._pressed_at: QPoint | None = None
        self._was_dragged = False
        self.visible_changed.connect(self._visible_changed)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen_changed.emit())
        self.pictures.modelReset.connect(self.chosen_changed)

    def chosen_rows(self) -> NDArray[np.int64]:
        """The rows of the data set that are selected, in the order of the list."""
        ranges = self.selectionModel().selection().toList()
        parts = [np.arange(r.top(), r.bottom() + 1, dtype=np.int64) for r in ranges]
        if not parts:
            return np.empty(0, np.int64)
        return self.pictures.rows()[np.sort(np.concatenate(parts))]

    def choose_row(self, row: int) -> None:
        """Select one row of the data set, where it is listed, and bring it into view."""
        place = self.pictures.place_of(row)
        if place >= 0:
            self.setCurrentIndex(self.pictures.index(place))

    def choose_rows(self, rows: NDArray[np.int64]) -> None:
        """Select rows of the data set, as far as they are listed; nothing scrolls."""
        if np.array_equal(np.sort(self.chosen_rows()), np.sort(rows)):
            return
        places = np.flatnonzero(np.isin(self.pictures.rows(), rows))
        selection = QItemSelection()
        for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            if len(run):
                first, last = int(run[0]), int(run[-1])
                selection.select(self.pictures.index(first), self.pictures.index(last))
        if len(places):
            model, flag = self.selectionModel(), QItemSelectionModel.SelectionFlag
            here = self.verticalScrollBar().value()
            model.setCurrentIndex(self.pictures.index(int(places[0])), flag.NoUpdate)
            model.select(selection, flag.ClearAndSelect)
            self.verticalScrollBar().setValue(here)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        plain = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.exclude_asked.emit()
        elif plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.digit_pressed.emit(int(key) - int(Qt.Key.Key_0))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pictures are dragged; from between them, a frame is drawn around several."""
        at = event.position().toPoint()
        index = self.indexAt(at)
        on_picture = index.isValid() and self._is_on_picture(index, at)
        self.setDragEnabled(on_picture)  # so that several that are chosen stay it
        super().mousePressEvent(event)
        plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        is_left = event.button() == Qt.MouseButton.LeftButton
        chosen = on_picture and self.selectionModel().isSelected(index)
        self._pressed_at = at if is_left and plain and chosen else None
        self._was_dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._was_dragged:
            return
        if self._pressed_at is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            return
        way = event.position().toPoint() - self._pressed_at
        if way.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = None
        if self._was_dragged:  # it ended the drag, and is no click
            self._was_dragged = False
            return
        super().mouseReleaseEvent(event)

    def _is_on_picture(self, index: Index, at: QPoint) -> bool:
        """Whether a point of a cell is on the picture, not in the gap or on the caption."""
        half = self.delegate.gap // 2
        cell = self.visualRect(index).adjusted(half, 0, -half, 0)
        return QRect(cell.topLeft(), QSize(cell.width(), cell.width())).contains(at)

    def _drag(self) -> None:
        number = len(self.chosen_rows())
        if not number or self.pictures.dataset() is None:
            return
        drag = QDrag(self)
        data = pictures_mime(number)
        drag.setMimeData(data)
        drag.setPixmap(drag_picture(self, self.currentIndex().data(TileRole.PIXMAP), number))
        drag.setHotSpot(QPoint(-10, -6))
        self._was_dragged = True
        self.drag_begun.emit(data)
        drag.exec(Qt.DropAction.CopyAction)
        self.setState(self.State.NoState)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            middle = self.visualRect(self.currentIndex()).center()
            self.menu_asked.emit(self.viewport().mapToGlobal(middle))
        elif self.indexAt(event.pos()).isValid():
            self.menu_asked.emit(event.globalPos())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._loader.hold()
        super().scrollContentsBy(dx, dy)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        # When the frame is on the screen and the window has nothing to do.
        QTimer.singleShot(0, self._loader, self._loader.go_on)

    def _visible_changed(self, first: int, last: int) -> None:
        self.pictures.side = float(self.picture_pixels())
        before, self._was_visible = self._was_visible, (first, last)
        # Who drags the bar sees every picture for one frame: only where it rests are they decoded.
        if before[0] <= before[1] and (first > before[1] or last < before[0]):
            self.pictures.is_flying = True
        self._drop_wishes.start()

    def _rest(self) -> None:
        if self.pictures.is_flying:
            self.pictures.is_flying = False
            self.viewport().update()
        self._retain()

    def _retain(self) -> None:
        first, last = self.visible_rows()
        count = self.pictures.rowCount()
        places = range(first, min(last + 1, count))
        self._loader.retain(self.pictures.path(place) for place in places)
