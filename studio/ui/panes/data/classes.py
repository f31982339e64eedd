"""The list of classes with bars and counts; ten thousand of them are no problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.core.paths import display_name
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, MEDIUM, R1, REGULAR
from studio.ui.widgets.base import draw_text, rounded, text_width
from studio.ui.widgets.numbers import count, number

Index = QModelIndex | QPersistentModelIndex
ALL = -1
_BAR = 44


@dataclass(frozen=True)
class ClassRow:
    """One line: ``index`` is the class of the first output, or :data:`ALL`.

    ``count`` is None until the pictures are counted.
    """

    index: int
    name: str
    count: int | None
    share: float


class ClassModel(QAbstractListModel):
    """“All pictures”, then every class whose name holds the filter's words.

    Signals:
        rename_asked(int, str): a class of the first output was given another name.
    """

    rename_asked = Signal(int, str)

    IndexRole = Qt.ItemDataRole.UserRole + 1
    ClassRole = Qt.ItemDataRole.UserRole + 2

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ClassRow] = []
        self._rows: list[ClassRow] = []
        self._filter = ""

    def set_classes(
        self, names: tuple[str, ...], counts: list[int] | None, total: int | None
    ) -> None:
        """List other classes, ``counts[i]`` pictures each; ``total`` includes those without one.

        None for both while the pictures are not counted yet.
        """
        most = max(counts or (), default=0) or 1
        self._all = [ClassRow(ALL, "All pictures", total, 0.0)]
        known: Sequence[int | None] = [None] * len(names) if counts is None else counts
        self._all += [
            ClassRow(i, display_name(name), n, (n or 0) / most)
            for i, (name, n) in enumerate(zip(names, known, strict=True))
        ]
        self._apply()

    def set_filter(self, text: str) -> None:
        """Show only classes that hold every word of the text."""
        self._filter = text
        self._apply()

    def place_of(self, index: int) -> int:
        """Where a class (or :data:`ALL`) stands; −1 where it is filtered away."""
        return next((i for i, row in enumerate(self._rows) if row.index == index), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if role == self.IndexRole:
            return row.index
        if role == self.ClassRole:
            return row
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.name if row.count is None else f"{row.name}: {count(row.count, 'picture')}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        row = self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None
        # While the pictures are not counted, the data set is only looked into.
        if row is not None and row.index != ALL and row.count is not None:
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None
        if row is None or role != Qt.ItemDataRole.EditRole or str(value) == row.name:
            return False
        self.rename_asked.emit(row.index, str(value))
        return False  # the name changes when the data set has

    def _apply(self) -> None:
        words = self._filter.lower().split()
        self.beginResetModel()
        self._rows = [
            row
            for row in self._all
            if row.index == ALL or all(word in row.name.lower() for word in words)
        ]
        self.endResetModel()


class ClassDelegate(QStyledItemDelegate):
    """Name, bar and count on one line of 28 px."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, H_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        row: ClassRow = index.data(ClassModel.ClassRole)
        theme = theme_of(view)
        t = theme.current
        state = option.state
        rect = QRectF(option.rect)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            rounded(painter, rect, R1, t.selection)
        elif state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        font = theme.font("body", MEDIUM if selected else REGULAR)
        text = "" if row.count is None else number(row.count)
        width = max(36.0, text_width(font, text))
        right = QRectF(rect.right() - 8 - width, rect.top(), width, rect.height())
        draw_text(
            painter, right, text, font, t.text if selected else t.text_secondary,
            Qt.AlignmentFlag.AlignRight,
        )  # fmt: skip
        end = right.left() - 8
        if row.index != ALL and row.count is not None:
            bar = QRectF(end - _BAR, rect.center().y() - 2, _BAR, 4)
            rounded(painter, bar, 2, t.pressed)
            if row.count:
                bar.setWidth(max(4.0, _BAR * row.share))
                rounded(painter, bar, 2, t.line_strong)
            end -= _BAR + 8
        name = QRectF(rect.left() + 8, rect.top(), end - rect.left() - 8, rect.height())
        draw_text(painter, name, row.name, font, t.text)
        painter.restore()


class ClassList(QListView):
    """The classes; one is always chosen.

    Signals:
        class_chosen(int): a class of the first output, or :data:`ALL`.
        menu_asked(int, QPoint): the menu of a class is wanted, at a place of the screen.
    """

    class_chosen = Signal(int)
    menu_asked = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes = ClassModel(self)
        self.setModel(self.classes)
        self.setItemDelegate(ClassDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setViewportMargins(8, 4, 8, 4)
        self.setAccessibleName("Classes")
        self._chosen = ALL
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.classes.modelReset.connect(self._restore)

    def chosen(self) -> int:
        """The chosen class, or :data:`ALL`."""
        return self._chosen

    def choose(self, index: int) -> None:
        """Choose a class, or :data:`ALL`; tells by the signal where it is another one."""
        place = self.classes.place_of(index)
        if place >= 0:
            self.setCurrentIndex(self.classes.index(place))

    def rename(self, index: int) -> None:
        """Let the person write another name for a class, in its place."""
        place = self.classes.place_of(index)
        if place >= 0:
            self.setFocus()
            self.edit(self.classes.index(place))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row: ClassRow | None = index.data(ClassModel.ClassRole)
        if row is None or row.index == ALL or row.count is None:
            return
        middle = self.viewport().mapToGlobal(self.visualRect(index).center())
        self.menu_asked.emit(row.index, middle if by_key else event.globalPos())

    def _restore(self) -> None:
        place = self.classes.place_of(self._chosen)
        if place < 0 and self.classes.rowCount():
            place = 0
        if place >= 0:
            self.setCurrentIndex(self.classes.index(place))

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        chosen = current.data(ClassModel.IndexRole)
        if chosen is not None and chosen != self._chosen:
            self._chosen = chosen
            self.class_chosen.emit(chosen)
