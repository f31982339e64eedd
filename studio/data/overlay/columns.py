"""The labels of one output while they change: of one class at a time, or of several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import DatasetError

Rows = NDArray[np.integer[Any]]
MAX_CELLS = 2**31
"""Pictures times classes of a multi-label output, one byte each."""


class LabelColumn(ABC):
    """Classes get a slot when they come and keep it; slots are numbered anew at the end."""

    def __init__(self, names: Sequence[str]) -> None:
        self._slots: dict[str, int] = {name: i for i, name in enumerate(names)}
        self._taken = len(names)
        self._free: list[int] = []

    @abstractmethod
    def relabel(self, rows: Rows, classes: Sequence[str], mode: str) -> None:
        """See :class:`studio.data.overlay.actions.Relabel`."""

    @abstractmethod
    def finished(self) -> tuple[tuple[str, ...], NDArray[Any]]:
        """The classes in order and the column of :class:`~studio.data.dataset.Dataset`."""

    @abstractmethod
    def _join(self, slot: int, into: int) -> None:
        """Pictures of one class become pictures of another."""

    @abstractmethod
    def _vanish(self, slot: int) -> None:
        """Pictures of one class lose that label."""

    def add_class(self, name: str) -> int:
        """The slot of a class, which is new where there was none of that name."""
        slot = self._slots.get(name)
        if slot is None:
            if not self._free:
                self._free.append(self._taken)
                self._taken += 1
            slot = self._slots[name] = self._free.pop()
        return slot

    def remove_class(self, name: str) -> None:
        """A class goes, its pictures lose that label."""
        slot = self._slots.pop(name, None)
        if slot is not None:
            self._vanish(slot)
            self._free.append(slot)

    def merge(self, names: Sequence[str], into: str) -> None:
        """Classes become one; where ``into`` is new, it takes the place of the first."""
        there = [n for n in dict.fromkeys(names) if n in self._slots and n != into]
        if not there:
            return
        if into not in self._slots:
            first = there.pop(0)
            self._slots = {into if n == first else n: slot for n, slot in self._slots.items()}
        for name in there:
            slot = self._slots.pop(name)
            self._join(slot, self._slots[into])
            self._free.append(slot)


class SingleColumn(LabelColumn):
    """One class at a time: ``(n,) int32``, −1 none."""

    def __init__(self, names: Sequence[str], column: NDArray[Any]) -> None:
        super().__init__(names)
        self._column = column.astype(np.int32)  # astype copies

    def relabel(self, rows: Rows, classes: Sequence[str], mode: str) -> None:
        if mode == "remove":
            slots = [self._slots[c] for c in classes if c in self._slots]
            rows = rows[np.isin(self._column[rows], slots)]
            self._column[rows] = -1
        elif mode == "clear" or not classes:
            if mode != "add":
                self._column[rows] = -1
        else:  # of several classes the last one holds: this output has room for one
            slots = [self.add_class(c) for c in classes]
            self._column[rows] = slots[-1]

    def finished(self) -> tuple[tuple[str, ...], NDArray[Any]]:
        new = np.full(self._taken + 1, -1, np.int32)  # the last one is for −1
        new[list(self._slots.values())] = np.arange(len(self._slots), dtype=np.int32)
        return tuple(self._slots), new[self._column]

    def _join(self, slot: int, into: int) -> None:
        self._column[self._column == slot] = into

    def _vanish(self, slot: int) -> None:
        self._column[self._column == slot] = -1


class MultiColumn(LabelColumn):
    """Several classes at a time; inside ``(slots, n) int8``: 1 has, 0 has not, −1 not known."""

    def __init__(self, names: Sequence[str], column: NDArray[Any]) -> None:
        super().__init__(names)
        self._cells: NDArray[np.int8] = np.ascontiguousarray(column.T, dtype=np.int8).copy()

    def add_class(self, name: str) -> int:
        is_new = name not in self._slots
        known = self._known(slice(None)) if is_new else None
        slot = super().add_class(name)
        if known is not None:
            if slot >= len(self._cells):
                self._grow()
            # Whoever said what a picture shows did not name this class, so it is not there.
            self._cells[slot] = np.where(known, 0, -1)
        return slot

    def relabel(self, rows: Rows, classes: Sequence[str], mode: str) -> None:
        if mode == "remove":
            slots = [self._slots[c] for c in classes if c in self._slots]
            rows = rows[self._known(rows)]
            self._cells[np.array(slots, np.int64)[:, None], rows] = 0
            return
        if mode == "clear":
            self._cells[:, rows] = -1
            return
        slots = [self.add_class(c) for c in classes]
        if mode == "set":
            self._cells[:, rows] = 0
        elif slots:  # what was not known is answered by the first label that is given
            self._cells[:, rows[~self._known(rows)]] = 0
        self._cells[np.array(slots, np.int64)[:, None], rows] = 1

    def finished(self) -> tuple[tuple[str, ...], NDArray[Any]]:
        chosen = self._cells[list(self._slots.values())]
        return tuple(self._slots), np.ascontiguousarray(chosen.T)

    def _join(self, slot: int, into: int) -> None:
        one, other = self._cells[slot], self._cells[into]
        has = (one == 1) | (other == 1)
        self._cells[into] = np.where(has, 1, np.minimum(one, other))

    def _vanish(self, slot: int) -> None:
        self._cells[slot] = -1

    def _known(self, rows: Any) -> NDArray[np.bool_]:
        slots = list(self._slots.values())
        return np.asarray((self._cells[:, rows][slots] >= 0).any(axis=0))

    def _grow(self) -> None:
        count = self._cells.shape[1]
        size = max(8, 2 * len(self._cells))
        if size * count > MAX_CELLS:
            raise DatasetError(
                f"{self._taken:,} classes for {count:,} pictures, several at a time, are more "
                "than the studio can hold.",
                "Undo the last new classes.",
            )
        grown = np.full((size, count), -1, np.int8)
        grown[: len(self._cells)] = self._cells
        self._cells = grown


def label_column(names: Sequence[str], column: NDArray[Any]) -> LabelColumn:
    """A copy of one output's labels that can be changed."""
    return MultiColumn(names, column) if column.ndim == 2 else SingleColumn(names, column)
