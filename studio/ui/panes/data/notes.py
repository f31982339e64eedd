"""The rows below the classes: relabelled by you, excluded, without a label, and the tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
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
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui import icons
from studio.ui.changes import Changes
from studio.ui.panes.data.dropping import DropTarget
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, ICON, MEDIUM, R1, REGULAR
from studio.ui.widgets.base import centred, draw_text, rounded, text_width
from studio.ui.widgets.numbers import count, number

Index = QModelIndex | QPersistentModelIndex

RELABELLED, EXCLUDED, NO_LABEL, TAG = "relabelled", "excluded", "no-label", "tag:"
MOST_IN_SIGHT = 7
"""Rows, before the list scrolls."""

_TOP, _BOTTOM = 4, 4


@dataclass(frozen=True)
class NoteRow:
    """One line; ``key`` is one of the words above, or :data:`TAG` and the tag."""

    key: str
    name: str
    icon: str
    count: int
    sentence: str = ""


def note_rows(dataset: Dataset, changes: Changes, output: str) -> list[NoteRow]:
    """What a person said about the pictures, with counts. The first two are always there."""
    relabelled = int(np.count_nonzero(changes.relabelled(output)))
    excluded = int(np.count_nonzero(changes.excluded()))
    rows = [
        NoteRow(RELABELLED, "Relabelled by you", "edit", relabelled,
                "Pictures that you gave another class than the data set did."),
        NoteRow(EXCLUDED, "Excluded", "eyeoff", excluded,
                "They are not trained on. Their files stay as they are."),
    ]  # fmt: skip
    labelled = dataset.has_label(output) if output else np.zeros(len(dataset), bool)
    if bare := int(np.count_nonzero(~labelled)):
        rows.append(NoteRow(NO_LABEL, "No label", "help", bare, "Nothing says what they show."))
    tags = changes.result.tags if changes.result is not None else {}
    rows += [
        NoteRow(TAG + tag, display_name(tag), "tag", int(np.count_nonzero(tags[tag])), "Your tag.")
        for tag in sorted(tags, key=str.casefold)
    ]
    return rows


def note_mask(
    key: str, dataset: Dataset, changes: Changes, output: str
) -> NDArray[np.bool_] | None:
    """``(n,) bool`` the pictures of a row; None where there is no such row (any longer)."""
    if key == RELABELLED:
        return changes.relabelled(output)
    if key == EXCLUDED:
        return changes.excluded()
    if key == NO_LABEL:
        return ~dataset.has_label(output) if output else np.ones(len(dataset), bool)
    tags = changes.result.tags if changes.result is not None else {}
    return tags.get(key.removeprefix(TAG))


class NoteModel(QAbstractListModel):
    """The rows as an item model."""

    RowRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[NoteRow] = []

    def set_rows(self, rows: list[NoteRow]) -> None:
        """List other rows; where only counts differ, nothing moves."""
        if [r.key for r in rows] == [r.key for r in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, place: int) -> NoteRow | None:
        """The line at a place of the list."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def place_of(self, key: str) -> int:
        """Where a row stands; −1 where it does not."""
        return next((i for i, row in enumerate(self._rows) if row.key == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == self.RowRole:
            return row
        words = f"{row.name}: {count(row.count, 'picture')}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return words
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{words}\n{row.sentence}"
        return None


class NoteDelegate(QStyledItemDelegate):
    """Icon, name and count on one line of 28 px."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, H_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, NoteList)
        row: NoteRow = index.data(NoteModel.RowRole)
        theme = theme_of(view)
        t = theme.current
        rect = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            rounded(painter, rect, R1, t.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            rounded(painter, rect, R1, t.hover)
        square = centred(QRectF(rect.left() + 8, rect.top(), ICON, rect.height()), ICON)
        icons.paint(painter, row.icon, square, t.text_secondary)
        font = theme.font("body", MEDIUM if selected else REGULAR)
        text = number(row.count)
        width = max(36.0, text_width(font, text))
        right = QRectF(rect.right() - 8 - width, rect.top(), width, rect.height())
        colour = t.text if selected else t.text_secondary
        draw_text(painter, right, text, font, colour, Qt.AlignmentFlag.AlignRight)
        left = rect.left() + 8 + ICON + 8
        name = QRectF(left, rect.top(), right.left() - 8 - left, rect.height())
        draw_text(painter, name, row.name, font, t.text)
        view.drop.outline(painter, index.row(), rect)
        painter.restore()


class NoteList(QListView):
    """The rows below the classes; one may have the choice that otherwise a class has.

    Signals:
        note_chosen(str): a row was chosen; its key.
        menu_asked(str, QPoint): the menu of a row is wanted, at a place of the screen.
        pictures_dropped(str): the chosen pictures were dropped on a row.
    """

    note_chosen = Signal(str)
    menu_asked = Signal(str, QPoint)
    pictures_dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.describe_pictures: Callable[[str], tuple[bool, str]] = lambda _key: (False, "")
        self.notes = NoteModel(self)
        self.setModel(self.notes)
        self.drop = DropTarget(self)
        self.setItemDelegate(NoteDelegate(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setViewportMargins(8, _TOP, 8, _BOTTOM)
        self.setAccessibleName("Changed by you, and tags")
        self.setAcceptDrops(True)
        self._chosen = ""
        # Not the current row, which the Tab key alone makes one.
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.notes.modelReset.connect(self._restore)
        self.set_rows([])

    def set_rows(self, rows: list[NoteRow]) -> None:
        """List other rows. A chosen one that is gone stays asked for until :meth:`leave`."""
        self.notes.set_rows(rows)
        self.setVisible(bool(rows))
        self.setFixedHeight(min(len(rows), MOST_IN_SIGHT) * H_ROW + _TOP + _BOTTOM)

    def chosen(self) -> str:
        """The key of the row that has the choice; empty where a class has it."""
        return self._chosen

    def choose(self, key: str) -> None:
        """Choose a row; tells by the signal where it is another one."""
        place = self.notes.place_of(key)
        if place >= 0:
            self.setCurrentIndex(self.notes.index(place))

    def leave(self) -> None:
        """A class has the choice now; nothing is told."""
        self._chosen = ""
        self.selectionModel().clear()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self.notes.row(index.row())
        if row is not None:
            middle = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_asked.emit(row.key, middle if by_key else event.globalPos())

    def _selection_changed(self) -> None:
        chosen = self.selectedIndexes()
        row = self.notes.row(chosen[0].row()) if chosen else None
        if row is not None and row.key != self._chosen:
            self._chosen = row.key
            self.note_chosen.emit(row.key)

    def _restore(self) -> None:
        place = self.notes.place_of(self._chosen) if self._chosen else -1
        if place >= 0:
            self.setCurrentIndex(self.notes.index(place))

    # --- drops ----------------------------------------------------------------------------------

    def _describe(self, place: int, files: list[str]) -> tuple[bool, str]:
        row = self.notes.row(place)
        return (False, "") if row is None else self.describe_pictures(row.key)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drop.enter(event, False)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.drop.move(event, self._describe)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        place, _ = self.drop.drop(event, self._describe)
        row = self.notes.row(place)
        if row is not None:
            self.pictures_dropped.emit(row.key)
