"""A list of problems as rows: for those without a picture, and for any where one wants to read."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.ui import icons
from studio.ui.panes.data.problems.cards import EntryModel, told_by_key
from studio.ui.panes.data.problems.entries import row_detail, row_title
from studio.ui.panes.data.problems.kinds import kind_of
from studio.ui.theme import theme_of
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.tokens import MEDIUM, R1, R2
from studio.ui.widgets.base import centred, draw_text, rounded, text_width
from studio.ui.widgets.tiles import TileDelegate

Index = QModelIndex | QPersistentModelIndex
_HEIGHT, _PICTURE = 68, 48


class RowDelegate(QStyledItemDelegate):
    """A small picture where there is one, the name, and the reason below it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tiles = TileDelegate(parent, "never")

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, model = self.parent(), index.model()
        assert isinstance(view, QWidget) and isinstance(model, EntryModel)
        entry = model.entries[index.row()]
        theme, rect = theme_of(view), QRectF(option.rect).adjusted(0, 1, 0, -1)
        t = theme.current
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            rounded(painter, rect, R2, t.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R2, t.hover)
        square = centred(QRectF(rect.left() + 8, rect.top(), _PICTURE, rect.height()), _PICTURE)
        self._draw_picture(painter, square, entry.paths, model, view)
        left = square.right() + 12
        width = rect.right() - 12 - left
        is_long = text_width(theme.font("small"), row_detail(entry)) > width
        top = rect.top() + (7 if is_long else 14)
        first, second = QRectF(left, top, width, 18), QRectF(left, top + 19, width, 30)
        draw_text(painter, first, row_title(entry), theme.font("body", MEDIUM), t.text)
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(t.text_secondary))
        painter.setClipRect(second)
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        words = int(flags) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(second, words, row_detail(entry))
        painter.restore()

    def _draw_picture(
        self, painter: QPainter, square: QRectF, paths: tuple[str, ...], model: EntryModel,
        view: QWidget,
    ) -> None:  # fmt: skip
        t, ratio = theme_of(view).current, view.devicePixelRatioF()
        path = paths[-1] if paths else ""
        picture = None
        if path and (model.now is None or path in model.now.rows):
            picture = model.pixmap(path, _PICTURE * ratio)
        if picture is None:
            rounded(painter, square, R1, t.well)
            kind = kind_of(model.entries[0].problem.kind)
            icons.paint(painter, kind.icon, centred(square, 16), t.text_secondary)
            return
        shown = self._tiles.scaled(picture, square.size().toSize(), ratio, True)
        painter.drawPixmap(round(square.left()), round(square.top()), shown)


class RowList(QListView):
    """The rows; only what is in sight is decoded.

    Signals:
        entry_changed: another row is chosen.
        exclude_asked, keep_asked: X or Delete, K was pressed: about the chosen row alone.
    """

    entry_changed = Signal()
    exclude_asked = Signal()
    keep_asked = Signal()

    def __init__(self, model: EntryModel, loader: ThumbnailLoader) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setViewportMargins(12, 8, 8, 8)
        self.setAccessibleName("Problems")
        self.selectionModel().currentChanged.connect(lambda *_: self.entry_changed.emit())
        loader.arrived.connect(lambda _paths: self.viewport().update())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not told_by_key(self, event):
            super().keyPressEvent(event)
