"""A list of classes to choose from by typing: quick with a thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.core.paths import display_name
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, ICON, MEDIUM, R1, R3, REGULAR
from studio.ui.widgets.base import centred, draw_text, look, rounded
from studio.ui.widgets.choices import paint_box
from studio.ui.widgets.fields import SearchField

Index = QModelIndex | QPersistentModelIndex

NONE_HAS, SOME_HAVE, ALL_HAVE = range(3)
NEW_CLASS, NO_CLASS = -1, -2
_WIDTH, _MOST_ROWS, _MARGIN = 260, 11, 8
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}


class PickerModel(QAbstractListModel):
    """The classes that hold the typed words, then what else can be chosen.

    A row is a class's index, :data:`NEW_CLASS` for what was typed, or :data:`NO_CLASS`.
    """

    RowRole = Qt.ItemDataRole.UserRole + 1
    HasRole = Qt.ItemDataRole.UserRole + 2

    def __init__(
        self, names: Sequence[str], has: NDArray[np.int8], may_add: bool, may_clear: bool,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.names = names
        self.has = has
        self._shown: list[str] = [display_name(name) for name in names]
        self._lowered: list[str] = [name.lower() for name in self._shown]
        self._may_add, self._may_clear = may_add, may_clear
        self.typed = ""
        self._rows: list[int] = []
        self.find("")

    def find(self, text: str) -> None:
        """List the classes that hold every word of the text, whole names first."""
        self.typed = text.strip()
        wanted = self.typed.lower()
        words = wanted.split()
        lowered = self._lowered
        rows = [i for i, name in enumerate(lowered) if all(word in name for word in words)]
        if words:
            rows.sort(key=lambda i: (lowered[i] != wanted, not lowered[i].startswith(wanted)))
        self.beginResetModel()
        self._rows = rows
        if self.typed and self._may_add and self.typed not in self.names:
            self._rows.append(NEW_CLASS)
        if not words and self._may_clear:
            self._rows.append(NO_CLASS)
        self.endResetModel()

    def toggle(self, index: int) -> None:
        """Show that all pictures have a class now, or none has."""
        self.has[index] = NONE_HAS if self.has[index] == ALL_HAVE else ALL_HAVE
        place = self._rows.index(index)
        self.dataChanged.emit(self.index(place), self.index(place))

    def first_chosen(self) -> int:
        """Where the first class stands that all pictures have; 0 where there is none."""
        return next((p for p, i in enumerate(self._rows) if i >= 0 and self.has[i] == ALL_HAVE), 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == self.RowRole:
            return row
        if role == self.HasRole:
            return int(self.has[row]) if row >= 0 else NONE_HAS
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if row == NEW_CLASS:
                return f"Add the class “{display_name(self.typed)}”"
            return "No label" if row == NO_CLASS else self._shown[row]
        if role == Qt.ItemDataRole.ToolTipRole and row >= 0:
            return self._shown[row]
        return None


class _Delegate(QStyledItemDelegate):
    """A class with a check mark, or a box to check where several may hold."""

    def __init__(self, is_multi: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_multi = is_multi

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, H_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        theme = theme_of(view)
        t = theme.current
        rect = QRectF(option.rect)
        row, has = index.data(PickerModel.RowRole), index.data(PickerModel.HasRole)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            rounded(painter, rect, R1, t.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        square = centred(QRectF(rect.left() + 8, rect.top(), ICON, rect.height()), ICON)
        if row >= 0 and self._is_multi:
            paint_box(painter, square, has == ALL_HAVE, view)
            if has == SOME_HAVE:
                inner = centred(square, QSize(8, 2))
                rounded(painter, inner, 1, t.line_strong)
        elif row == NEW_CLASS:
            icons.paint(painter, "plus", square, t.text_secondary)
        elif row >= 0 and has != NONE_HAS:
            colour = t.accent if has == ALL_HAVE else t.text_secondary
            icons.paint(painter, "check", square, colour)
        left = square.right() + 8
        spot = QRectF(left, rect.top(), rect.right() - 8 - left, rect.height())
        font = theme.font("body", MEDIUM if row >= 0 and has == ALL_HAVE else REGULAR)
        colour = t.text if row >= 0 else t.text_secondary
        draw_text(painter, spot, str(index.data()), font, colour)
        painter.restore()


class ClassPicker(QWidget):
    """A field to type in, and below it the classes that are left; closes by itself.

    Up, Down and Enter choose, Escape closes. Where several classes may hold it stays open, and
    each Enter or click adds a class or takes it.

    Signals:
        picked(str): a class was chosen.
        created(str): a class that is not there yet was chosen.
        cleared: no label was chosen.
    """

    picked = Signal(str)
    created = Signal(str)
    cleared = Signal()

    def __init__(
        self,
        names: Sequence[str],
        has: NDArray[np.int8],
        is_multi: bool = False,
        may_add: bool = True,
        may_clear: bool = True,
        title: str = "Class",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            parent,
            Qt.WindowType.Popup
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(title)
        self._is_multi = is_multi
        self.model = PickerModel(names, has.copy(), may_add, may_clear, self)
        words = f"{title}: type to find or add" if may_add else f"{title}: type to find"
        self.field = SearchField(words)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(is_multi, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(title)
        self.list.clicked.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(4)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.setFixedWidth(_WIDTH)
        self.setFocusProxy(self.field)
        self._mark(self.model.first_chosen())

    def open_at(self, anchor: QWidget | None, at: QPoint | None = None, width: int = 0) -> None:
        """Show it below a widget, or at a place of the screen; all of it on the screen."""
        rows = min(max(self.model.rowCount(), 3), _MOST_ROWS)
        self.list.setFixedHeight(rows * H_ROW + 2)
        self.setFixedWidth(max(_WIDTH, width))
        self.adjustSize()
        widget = anchor or self.parentWidget() or self
        place = at if at is not None else widget.mapToGlobal(QPoint(0, widget.height() + 4))
        screen = widget.screen().availableGeometry()
        x = min(place.x(), screen.right() - self.width() - 4)
        y = min(place.y(), screen.bottom() - self.height() - 4)
        self.move(max(screen.left() + 4, x), max(screen.top() + 4, y))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_press = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if is_press and watched is self.field and self._key(event.key()):  # type: ignore[attr-defined]
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = look(self)
        rounded(QPainter(self), self.rect().toRectF(), R3, t.raised, t.edge)

    def _key(self, key: int) -> bool:
        step = _STEPS.get(Qt.Key(key))
        if step is not None:
            last = self.model.rowCount() - 1
            self._mark(min(max(0, self.list.currentIndex().row() + step), last))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            return False
        return True

    def _find(self, text: str) -> None:
        self.model.find(text)
        self._mark(0)

    def _mark(self, place: int) -> None:
        index = self.model.index(place)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    def _take(self, index: QModelIndex) -> None:
        row = index.data(PickerModel.RowRole)
        if row is None:
            return
        typed = self.model.typed
        if row >= 0 and self._is_multi:
            self.model.toggle(row)
            self.picked.emit(self.model.names[row])
            return
        self.close()
        if row == NEW_CLASS:
            self.created.emit(typed)
        elif row == NO_CLASS:
            self.cleared.emit()
        else:
            self.picked.emit(self.model.names[row])
