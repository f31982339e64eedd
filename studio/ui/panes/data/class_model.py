"""The classes of one output as an item model; ten thousand of them are no problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from studio.core.paths import display_name
from studio.ui.widgets.numbers import count

Index = QModelIndex | QPersistentModelIndex
ALL = -1
NEW = -2
"""The row in which the name of a new class is written."""


@dataclass(frozen=True)
class ClassRow:
    """One line: ``index`` is the class of the shown output, or :data:`ALL`, or :data:`NEW`.

    ``count`` is None until the pictures are counted.
    """

    index: int
    name: str
    count: int | None
    share: float


class ClassModel(QAbstractListModel):
    """“All pictures”, then every class whose name holds the filter's words.

    A row is made when it is asked for: there may be ten thousand classes.

    Signals:
        rename_asked(int, str): a class of the shown output was given another name.
        add_asked(str): a new class is wanted.
    """

    rename_asked = Signal(int, str)
    add_asked = Signal(str)

    IndexRole = Qt.ItemDataRole.UserRole + 1
    ClassRole = Qt.ItemDataRole.UserRole + 2

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: list[int] | None = None
        self._total: int | None = None
        self._most = 1
        self._lowered: list[str] = []
        self._filter = ""
        self._is_filled = False
        self._has_new = False
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)

    def set_classes(
        self, names: tuple[str, ...], counts: list[int] | None, total: int | None
    ) -> None:
        """List other classes, ``counts[i]`` pictures each; ``total`` includes those without one.

        None for both while the pictures are not counted yet.
        """
        is_same = self._is_filled and names == self._names and not self._has_new
        if not is_same:
            self._lowered = []
        self._names, self._counts, self._total = names, counts, total
        self._most = max(counts or (), default=0) or 1
        self._is_filled = True
        if is_same:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
        else:
            self._apply()

    def set_filter(self, text: str) -> None:
        """Show only classes that hold every word of the text."""
        if text != self._filter:
            self._filter = text
            self._apply()

    def place_of(self, index: int) -> int:
        """Where a class (or :data:`ALL`) stands; −1 where it is filtered away."""
        found = np.flatnonzero(self._rows == index)
        return int(found[0]) if len(found) else -1

    def begin_new(self) -> QModelIndex:
        """Add the row for the name of a new class, at the end."""
        if not self._has_new:
            place = len(self._rows)
            self.beginInsertRows(QModelIndex(), place, place)
            self._rows = np.append(self._rows, NEW)
            self._has_new = True
            self.endInsertRows()
        return self.index(len(self._rows) - 1)

    def end_new(self) -> None:
        """Take the row for a new class away again."""
        place = self.place_of(NEW)
        if place >= 0:
            self.beginRemoveRows(QModelIndex(), place, place)
            self._rows = np.delete(self._rows, place)
            self._has_new = False
            self.endRemoveRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def row(self, place: int) -> ClassRow | None:
        """The line at a place of the list."""
        if not 0 <= place < len(self._rows):
            return None
        index = int(self._rows[place])
        if index == ALL:
            return ClassRow(ALL, "All pictures", self._total, 0.0)
        if index == NEW:
            return ClassRow(NEW, "", None, 0.0)
        found = None if self._counts is None else self._counts[index]
        return ClassRow(index, display_name(self._names[index]), found, (found or 0) / self._most)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
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
        row = self.row(index.row())
        # While the pictures are not counted, the data set is only looked into.
        if row is not None and row.index != ALL and (row.count is not None or row.index == NEW):
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row(index.row())
        if row is None or role != Qt.ItemDataRole.EditRole or str(value) == row.name:
            return False
        if row.index == NEW:
            self.add_asked.emit(str(value))
        else:
            self.rename_asked.emit(row.index, str(value))
        return False  # the name changes when the data set has

    def _apply(self) -> None:
        words = self._filter.lower().split()
        if words and not self._lowered:
            self._lowered = [display_name(name).lower() for name in self._names]
        classes = range(len(self._names))
        found = [
            i for i in classes if all(word in self._lowered[i] for word in words)
        ] if words else classes  # fmt: skip
        self.beginResetModel()
        self._has_new = False
        self._rows = np.array([ALL, *found], np.int64)
        self.endResetModel()
