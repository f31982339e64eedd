"""The list of classified pictures: thumbnail, class, name, probability; unreadable ones too."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.ui import icons
from studio.ui.panes.classify.batch import BatchModel, Item
from studio.ui.theme import theme_of
from studio.ui.thumbnails import ThumbnailLoader, middle_square
from studio.ui.tokens import MEDIUM, R1, REGULAR
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.numbers import percent

Index = QModelIndex | QPersistentModelIndex
ROW, SIDE, RIGHT, PAD = 48, 36, 92, 8
WHY = "Why?"


def why_rect(row: QRectF, width: float) -> QRectF:
    """Where the word “Why?” stands in a row."""
    return QRectF(row.right() - PAD - width, row.top(), width, row.height())


class BatchDelegate(QStyledItemDelegate):
    """Draws one row of 48 px."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._loader = loader

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        t = look(view)
        item: Item = index.data(BatchModel.ItemRole)
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            rounded(painter, rect, R1, t.selection)
        elif state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        picture = QRectF(rect.left() + PAD, rect.top() + (ROW - SIDE) / 2, SIDE, SIDE)
        self._picture(painter, picture, item, view)
        self._texts(painter, rect, item, view)
        self._answer(painter, rect, item, view)
        painter.restore()

    def _picture(self, painter: QPainter, rect: QRectF, item: Item, view: QWidget) -> None:
        ratio = view.devicePixelRatioF()
        source = item.pixmap
        if source is None and item.path:
            source = self._loader.get(item.path, SIDE * ratio)
        if source is not None and not item.error:
            draw_rounded(painter, rect, middle_square(source), R1)
            return
        t = look(view)
        rounded(painter, rect, R1, t.well)
        if item.error or self._loader.reason(item.path):
            icons.paint(painter, "broken", centred(rect, 16), t.bad)

    def _texts(self, painter: QPainter, rect: QRectF, item: Item, view: QWidget) -> None:
        theme, t = theme_of(view), look(view)
        left = rect.left() + PAD + SIDE + 10
        width = rect.right() - PAD - RIGHT - 10 - left
        head = "Could not be read" if item.error else item.title or "Waiting"
        dim = item.best is None
        font = theme.font("body", REGULAR if dim else MEDIUM)
        colour = t.text_secondary if dim else t.text
        draw_text(painter, QRectF(left, rect.top() + 8, width, 18), head, font, colour)
        small = theme.font("small")
        place = QRectF(left, rect.top() + 26, width, 14)
        draw_text(painter, place, item.name, small, t.text_secondary)

    def _answer(self, painter: QPainter, rect: QRectF, item: Item, view: QWidget) -> None:
        theme, t = theme_of(view), look(view)
        if item.error:
            font = theme.font("small", MEDIUM)
            spot = why_rect(rect, text_width(font, WHY) + 2)
            draw_text(painter, spot, WHY, font, t.accent, Qt.AlignmentFlag.AlignRight)
            return
        if item.best is None:
            return
        _, p = item.best
        right = QRectF(rect.right() - PAD - RIGHT, rect.top() + 10, RIGHT, 18)
        font = theme.font("body", MEDIUM)
        draw_text(painter, right, percent(p), font, t.text, Qt.AlignmentFlag.AlignRight)
        bar = QRectF(right.left(), rect.top() + 34, RIGHT, 4)
        rounded(painter, bar, 2, t.pressed)
        bar.setWidth(max(3.0, RIGHT * min(1.0, p)))
        rounded(painter, bar, 2, t.accent)


class BatchList(QListView):
    """The pictures with their answers.

    Signals:
        item_chosen(int): another row is current; −1 for none.
        why_asked(int): the person wants to know why that row could not be read.
        remove_asked: Delete was pressed.
    """

    item_chosen = Signal(int)
    why_asked = Signal(int)
    remove_asked = Signal()

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.batch = BatchModel(self)
        self._loader = loader
        self.setModel(self.batch)
        self.setItemDelegate(BatchDelegate(loader, self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setViewportMargins(8, 0, 8, 4)
        self.setAccessibleName("Pictures to classify")
        ringed(self, R1)
        self.selectionModel().currentChanged.connect(
            lambda now, _before: self.item_chosen.emit(now.row())
        )
        loader.arrived.connect(self._arrived)

    def choose(self, place: int) -> None:
        """Make a row current and bring it into view."""
        self.setCurrentIndex(self.batch.index(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._over_why(index, event.position().x()):
            self.why_asked.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current.isValid():
            if self.batch.item(current.row()).error:
                self.why_asked.emit(current.row())
            return
        if event.key() == Qt.Key.Key_Delete:
            self.remove_asked.emit()
            return
        super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseMove:
            index = self.indexAt(event.position().toPoint())
            over = index.isValid() and self._over_why(index, event.position().x())
            self.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
            )
        return super().viewportEvent(event)

    def _over_why(self, index: QModelIndex, x: float) -> bool:
        if not self.batch.item(index.row()).error:
            return False
        width = text_width(theme_of(self).font("small", MEDIUM), WHY) + 12
        return x >= self.visualRect(index).right() - PAD - width

    def _arrived(self, paths: set[str]) -> None:
        for place in self.batch.places_of_paths(paths):
            self.update(self.batch.index(place))
