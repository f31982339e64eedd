"""The pictures to classify and their answers: the item model of the list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap

from studio.core.paths import display_name
from studio.core.results import Prediction
from studio.ui.widgets.numbers import count, percent

Index = QModelIndex | QPersistentModelIndex
NOTHING = "None of its classes"
"""What a multi-label answer says where no class holds."""


@dataclass(frozen=True)
class Item:
    """One picture: a file (``path``), or one that was pasted (``array``, ``(h, w, 3) uint8``).

    ``number`` is unique in the list and stays when others are removed.
    """

    number: int
    name: str
    path: str = ""
    array: NDArray[np.uint8] | None = None
    pixmap: QPixmap | None = None
    prediction: Prediction | None = None

    @property
    def best(self) -> tuple[str, float] | None:
        """The answer of the first output, if there is one."""
        return self.prediction.best() if self.prediction else None

    @property
    def error(self) -> str:
        """Why it could not be read; empty where it could."""
        return self.prediction.error if self.prediction else ""

    @property
    def title(self) -> str:
        """The classes that the picture is said to show; empty where there is no answer."""
        if self.prediction is None or not self.prediction.outputs:
            return ""
        held = self.prediction.held()
        return ", ".join(display_name(name) for name, _ in held) or NOTHING

    def words(self) -> str:
        """The answer in words, for screen readers and tooltips."""
        if self.error:
            return f"{self.name}: could not be read. {self.error}"
        if self.best is None:
            return f"{self.name}: waiting"
        return f"{self.name}: {self.title}, {percent(self.best[1])}"


class BatchModel(QAbstractListModel):
    """The list of items, in the order in which they came."""

    ItemRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[Item] = []
        self._by_path: set[str] = set()
        self._places: dict[int, int] = {}
        self._next = 0

    def items(self) -> list[Item]:
        """All items."""
        return list(self._items)

    def item(self, place: int) -> Item:
        """The item at a place."""
        return self._items[place]

    def add_files(self, paths: list[Path]) -> list[Item]:
        """Append files; those that are listed already are left out. Returns the new items."""
        fresh = []
        for path in paths:
            text = str(path)
            if text not in self._by_path:
                self._by_path.add(text)
                fresh.append(Item(self._number(), display_name(path.name), text))
        self._append(fresh)
        return fresh

    def add_pasted(self, array: NDArray[np.uint8], pixmap: QPixmap) -> Item:
        """Append a picture that has no file. ``array``: ``(h, w, 3) uint8`` RGB."""
        pasted = sum(1 for item in self._items if item.array is not None)
        item = Item(self._number(), f"Pasted picture {pasted + 1}", "", array, pixmap)
        self._append([item])
        return item

    def place_of(self, number: int) -> int:
        """Where an item stands; −1 where it was removed."""
        return self._places.get(number, -1)

    def places_of_paths(self, paths: set[str]) -> list[int]:
        """Where files stand."""
        return [i for i, item in enumerate(self._items) if item.path in paths]

    def remove(self, place: int) -> None:
        """Take an item off the list; the file stays where it is."""
        self.beginRemoveRows(QModelIndex(), place, place)
        self._by_path.discard(self._items.pop(place).path)
        self._places = {item.number: i for i, item in enumerate(self._items)}
        self.endRemoveRows()

    def clear(self) -> None:
        """Forget all items."""
        self.beginResetModel()
        self._items, self._places, self._by_path = [], {}, set()
        self.endResetModel()

    def answer(self, number: int, prediction: Prediction | None) -> None:
        """Set the answer of an item; None while it waits for another one."""
        place = self.place_of(number)
        if place >= 0:
            self._items[place] = replace(self._items[place], prediction=prediction)
            self.dataChanged.emit(self.index(place), self.index(place))

    def forget_answers(self) -> None:
        """All items wait again: another run answers."""
        self._items = [replace(item, prediction=None) for item in self._items]
        if self._items:
            self.dataChanged.emit(self.index(0), self.index(len(self._items) - 1))

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _append(self, items: list[Item]) -> None:
        if not items:
            return
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
        self._items += items
        for place in range(first, len(self._items)):
            self._places[self._items[place].number] = place
        self.endInsertRows()

    def summary(self) -> str:
        """Counts in words: ``35 answered, 1 unreadable, 2 waiting``."""
        unreadable = sum(1 for i in self._items if i.error)
        waiting = sum(1 for i in self._items if i.prediction is None)
        answered = len(self._items) - unreadable - waiting
        parts = [f"{n:,} {word}" for n, word in (
            (answered, "answered"), (unreadable, "unreadable"), (waiting, "waiting"),
        ) if n]  # fmt: skip
        return ", ".join(parts) or count(0, "picture")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == self.ItemRole:
            return item
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.words()
        return None
