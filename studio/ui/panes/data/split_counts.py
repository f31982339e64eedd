"""The table of counts: how many pictures of each class every part of the split has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from studio.core.paths import display_name
from studio.data.dataset import SPLITS
from studio.ui import icons
from studio.ui.theme import theme_of
from studio.ui.tokens import H_TABLE, MEDIUM
from studio.ui.widgets.numbers import number
from studio.ui.widgets.tips import describe

Index = QModelIndex | QPersistentModelIndex

_WIDTHS = (58, 72, 58, 62)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class CountsModel(QAbstractTableModel):
    """One row for all pictures, then one for each class; a column for each part."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts = np.zeros((0, len(SPLITS) + 1), np.int64)
        self._parts = len(SPLITS)

    def show_counts(
        self, classes: tuple[str, ...], table: NDArray[np.int64], every: NDArray[np.int64]
    ) -> None:
        """Show other counts.

        Args:
            table: ``(classes, 4)`` as of :func:`studio.data.split_counts.class_table`.
            every: ``(4,)`` all pictures, with a class or without.
        """
        self.beginResetModel()
        self._names = ("All pictures", *map(display_name, classes))
        self._counts = np.vstack([every[None], table])
        self._parts = len(SPLITS) + bool(every[-1])
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else 1 + self._parts

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return ("Class", *(split.label for split in SPLITS), "Left out")[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if not 0 <= row < len(self._names):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return number(int(self._counts[row, column - 1])) if column else self._names[row]
        if role == Qt.ItemDataRole.FontRole and not row:
            return theme_of(None).font("body", MEDIUM)
        if role == Qt.ItemDataRole.DecorationRole and self._is_missing(row, column):
            return icons.icon("warning", "warning")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        return None

    def _is_missing(self, row: int, column: int) -> bool:
        """Whether a part that is used has no picture of this class."""
        is_part = 0 < column <= len(SPLITS)
        return is_part and not self._counts[row, column - 1] and bool(self._counts[0, column - 1])

    def _tip(self, row: int, column: int) -> str:
        if self._is_missing(row, column):
            split = SPLITS[column - 1]
            return f"No picture of “{self._names[row]}” in {split.label}."
        return self._names[row] if not column else ""


class CountsTable(QTableView):
    """Shows as many rows as there is room for; the others are scrolled to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = CountsModel(self)
        self.setModel(self.counts)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(H_TABLE)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        describe(self, "Counts", sentence="Pictures of each class in each part of the split.")

    def show_counts(
        self, classes: tuple[str, ...], table: NDArray[np.int64], every: NDArray[np.int64]
    ) -> None:
        """Show other counts, see :meth:`CountsModel.show_counts`; stays where it is scrolled to."""
        place = self.verticalScrollBar().value()
        self.counts.show_counts(classes, table, every)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS[: self.counts.columnCount() - 1], 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self.verticalScrollBar().setValue(place)
