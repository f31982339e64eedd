"""The list of classes with bars and counts; ten thousand of them are no problem."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.ui.panes.data.class_model import ALL, NEW, ClassModel, ClassRow, Index
from studio.ui.panes.data.dropping import DropTarget
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, MEDIUM, R1, REGULAR
from studio.ui.widgets.base import draw_text, rounded, text_width
from studio.ui.widgets.numbers import count, number

__all__ = ["ALL", "NEW", "ClassDelegate", "ClassList", "ClassModel", "ClassRow"]

_BAR = 44


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
        if row.index >= 0 and row.count is not None:
            bar = QRectF(end - _BAR, rect.center().y() - 2, _BAR, 4)
            rounded(painter, bar, 2, t.pressed)
            if row.count:
                bar.setWidth(max(4.0, _BAR * row.share))
                rounded(painter, bar, 2, t.line_strong)
            end -= _BAR + 8
        name = QRectF(rect.left() + 8, rect.top(), end - rect.left() - 8, rect.height())
        draw_text(painter, name, row.name, font, t.text)
        if isinstance(view, ClassList):
            view.drop.outline(painter, index.row(), rect)
        painter.restore()


class ClassList(QListView):
    """The classes of one output, of which one is chosen unless another list has the choice.

    Pictures of the grid may be dropped on a class, and files where :attr:`accepts_files` is set.
    What a drop would do is said by :attr:`describe_pictures` and :attr:`describe_files`.

    Attributes:
        output: the output whose classes are listed; empty for the first.

    Signals:
        class_chosen(int): a class of the shown output, or :data:`ALL`.
        menu_asked(int, QPoint): the menu of a class is wanted, at a place of the screen.
        remove_asked(int): Delete was pressed on a class.
        pictures_dropped(int): the chosen pictures were dropped on a class.
        files_dropped(int, list): paths of files were dropped on a class.
    """

    class_chosen = Signal(int)
    menu_asked = Signal(int, QPoint)
    remove_asked = Signal(int)
    pictures_dropped = Signal(int)
    files_dropped = Signal(int, list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.output = ""
        self.accepts_files = False
        self.describe_pictures: Callable[[int], tuple[bool, str]] = lambda _i: (False, "")
        self.describe_files: Callable[[int, list[str]], tuple[bool, str]] = self._file_words
        self.classes = ClassModel(self)
        self.setModel(self.classes)
        self.drop = DropTarget(self)
        self.setItemDelegate(ClassDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setViewportMargins(8, 4, 8, 4)
        self.setAccessibleName("Classes")
        self.setAcceptDrops(True)
        self._chosen = ALL
        self._has_choice = True
        # Not the current row, which the Tab key alone makes one.
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.classes.modelReset.connect(self._restore)
        for told in (self.classes.modelReset, self.classes.rowsInserted, self.classes.rowsRemoved):
            told.connect(self._fit_height)

    def chosen(self) -> int:
        """The chosen class; :data:`ALL` also where another list has the choice."""
        return self._chosen

    def choose(self, index: int) -> None:
        """Choose a class, or :data:`ALL`; tells by the signal where it is another one."""
        place = self.classes.place_of(index)
        if place >= 0:
            self.setCurrentIndex(self.classes.index(place))

    def leave(self) -> None:
        """Another list has the choice now; nothing is told."""
        self._chosen, self._has_choice = ALL, False
        self.selectionModel().clear()

    def rename(self, index: int) -> None:
        """Let the person write another name for a class, in its place."""
        place = self.classes.place_of(index)
        if place >= 0:
            self.setFocus()
            self.edit(self.classes.index(place))

    def add_class(self) -> None:
        """Let the person write the name of a new class, below the others."""
        index = self.classes.begin_new()
        self.scrollTo(index)
        self.setFocus()
        self.edit(index)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.classes.end_new()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.classes.row(self.currentIndex().row())
        if event.key() == Qt.Key.Key_Delete and row is not None and _may_change(row):
            self.remove_asked.emit(row.index)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self.classes.row(index.row())
        if row is None or not _may_change(row):
            return
        middle = self.viewport().mapToGlobal(self.visualRect(index).center())
        self.menu_asked.emit(row.index, middle if by_key else event.globalPos())

    def sizeHint(self) -> QSize:
        return QSize(120, min(self.maximumHeight(), 6 * H_ROW + 8))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 3 * H_ROW + 8)

    def _fit_height(self) -> None:
        """No higher than its rows: what belongs to the classes follows them at once."""
        self.setMaximumHeight(max(1, self.classes.rowCount()) * H_ROW + 8)

    def _restore(self) -> None:
        place = self.classes.place_of(self._chosen)
        if place < 0 and self.classes.rowCount():
            place = 0
        if place >= 0 and self._has_choice:
            self.setCurrentIndex(self.classes.index(place))

    def _selection_changed(self) -> None:
        selected = self.selectedIndexes()
        chosen = selected[0].data(ClassModel.IndexRole) if selected else None
        if chosen in (None, NEW) or (chosen == self._chosen and self._has_choice):
            return
        self._chosen, self._has_choice = chosen, True
        self.class_chosen.emit(chosen)

    # --- drops ----------------------------------------------------------------------------------

    def _file_words(self, index: int, paths: list[str]) -> tuple[bool, str]:
        row = self.classes.row(self.classes.place_of(index))
        name = row.name if row is not None else ""
        return True, f"Add {count(len(paths), 'file')} to “{name}”"

    def _describe(self, place: int, files: list[str]) -> tuple[bool, str]:
        row = self.classes.row(place)
        if row is None or row.index == NEW:
            return False, ""
        if not files:
            return self.describe_pictures(row.index)
        if row.index == ALL:
            return False, "Drop them on one of the classes below."
        return self.describe_files(row.index, files)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drop.enter(event, self.accepts_files)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.drop.move(event, self._describe)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        place, files = self.drop.drop(event, self._describe)
        row = self.classes.row(place)
        if row is not None and files:
            self.files_dropped.emit(row.index, files)
        elif row is not None:
            self.pictures_dropped.emit(row.index)


def _may_change(row: ClassRow) -> bool:
    """Whether it is a class, of a data set that is open and not only looked into."""
    return row.index >= 0 and row.count is not None
