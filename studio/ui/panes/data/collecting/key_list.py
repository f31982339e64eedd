"""The classes with the keys that choose them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.core.paths import display_name
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, ICON, MEDIUM, R1, REGULAR
from studio.ui.widgets.base import centred, draw_text, rounded, text_width
from studio.ui.widgets.numbers import number
from studio.ui.widgets.text import paint_key

Index = QModelIndex | QPersistentModelIndex
KEYS = 9


@dataclass(frozen=True)
class KeyRow:
    """One class; ``count`` is None for one that is yet to be made."""

    name: str
    count: int | None
    is_given: bool = False


class KeyModel(QAbstractListModel):
    """Classes whose names hold what was typed, and the one that would be new."""

    RowRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[KeyRow] = []

    def set_rows(self, rows: list[KeyRow]) -> None:
        """List other classes."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == self.RowRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return display_name(row.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            key = f"key {index.row() + 1}, " if index.row() < KEYS else ""
            return f"{key}{display_name(row.name)}" + (", new" if row.count is None else "")
        return None


class KeyDelegate(QStyledItemDelegate):
    """Key, name and count on one line of 28 px; a tick where the picture has the class."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, H_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        row: KeyRow = index.data(KeyModel.RowRole)
        theme = theme_of(view)
        t, rect = theme.current, QRectF(option.rect)
        painter.save()
        if row.is_given:
            rounded(painter, rect, R1, t.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        key = QRectF(rect.left() + 8, rect.center().y() - 9, 18, 18)
        if row.count is None:
            icons.paint(painter, "plus", centred(QRectF(key), ICON), t.text_secondary)
        elif index.row() < KEYS:
            paint_key(painter, key, str(index.row() + 1), view)
        font = theme.font("body", MEDIUM if row.is_given else REGULAR)
        note = "new class" if row.count is None else number(row.count)
        width = text_width(font, note) + 1
        right = QRectF(rect.right() - 8 - width, rect.top(), width, rect.height())
        draw_text(painter, right, note, font, t.text_secondary, Qt.AlignmentFlag.AlignRight)
        end = right.left() - 8
        if row.is_given:
            end -= ICON + 4
            mark = QRectF(end + 4, rect.top(), ICON, rect.height())
            icons.paint(painter, "check", centred(mark, ICON), t.accent)
        name = QRectF(key.right() + 10, rect.top(), end - key.right() - 10, rect.height())
        draw_text(painter, name, display_name(row.name), font, t.text)
        painter.restore()


class KeyList(QListView):
    """The classes of the labelling page; a click chooses like the key.

    Signals:
        chosen(str): a class, which may be new.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keys = KeyModel(self)
        self.setModel(self.keys)
        self.setItemDelegate(KeyDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setViewportMargins(8, 4, 8, 4)
        self.setAccessibleName("Classes and their keys")
        self.clicked.connect(lambda index: self.chosen.emit(index.data(KeyModel.RowRole).name))
