"""Which pictures the previews show: pinned ones first, then pictures of all classes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from studio.core.paths import display_name
from studio.ui.panes.augment.choice import (
    Shown,
    choose_rows,
    class_of,
    next_class,
    next_of_class,
    shown_of,
)
from studio.ui.panes.augment.pins import Pins
from studio.ui.panes.data.order import row_of
from studio.ui.session import Session

MOST_SKIPPED = 40
"""So many unreadable pictures are passed over; then something is wrong with all of them."""


class ShownPictures(QObject):
    """Chooses the pictures, exchanges them, and keeps those that are pinned where they are.

    Signals:
        lost(object): names of pinned pictures that are gone and were let go of.
    """

    lost = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._pins = Pins(session)
        self._skipped: set[int] = set()
        self._first: int | None = None
        self.pictures: list[Shown] = []

    def open(self) -> None:
        """Another data set is open, or none."""
        self._skipped.clear()
        self._first = None
        self.pictures = []
        lost = self._pins.open()
        if lost:
            self.lost.emit([display_name(name) for name in lost])

    def take_in_view(self) -> None:
        """The picture chosen in Data comes first, unless it is here already and pinned."""
        path, dataset = self._session.picture_in_view, self._session.dataset
        self._first = row_of(dataset, path) if dataset is not None and path is not None else None

    def choose(self, count: int) -> None:
        """Choose so many pictures; pinned ones stay in their places."""
        dataset, assignment = self._session.dataset, self._session.assignment
        if dataset is None:
            self.pictures = []
            return
        slots = self._pinned_places(count)
        held = {row for row in slots if row is not None}
        # Some may turn out to be unreadable, others are there already: have more ready.
        many = choose_rows(dataset, assignment, count + len(self._skipped) + len(held), self._first)
        known = {class_of(dataset, row) for row in held}
        fresh = [row for row in many if row not in self._skipped and row not in held]
        # The classes of pinned pictures come again after all others.
        fresh.sort(key=lambda row: row != self._first and class_of(dataset, row) in known)
        supply = iter(fresh)
        rows = [next(supply, None) if row is None else row for row in slots]
        self.pictures = [shown_of(dataset, assignment, row) for row in rows if row is not None]

    def _pinned_places(self, count: int) -> list[int | None]:
        """Each pinned picture where it stands, else in the first free place."""
        slots: list[int | None] = [None] * count
        standing = [p.row for p in self.pictures][:count]
        waiting = []
        for row in self._pins.rows():
            if row in standing:
                slots[standing.index(row)] = row
            else:
                waiting.append(row)
        for row in waiting:
            if None in slots:
                slots[slots.index(None)] = row
        return slots

    def is_pinned(self, place: int) -> bool:
        """Whether the picture in a row of the grid is pinned."""
        return self.pictures[place].row in self._pins

    def toggle_pin(self, place: int) -> bool:
        """Pin the picture in a row of the grid, or let go of it; returns what is true now."""
        return self._pins.toggle(self.pictures[place].row)

    def another(self, place: int, other_class: bool = False) -> bool:
        """Take another picture of the class, or of the next class; False where there is none."""
        dataset, assignment = self._session.dataset, self._session.assignment
        if dataset is None or not 0 <= place < len(self.pictures) or self.is_pinned(place):
            return False
        taken = {p.row for p in self.pictures} | self._skipped
        find: Callable[..., int | None] = next_class if other_class else next_of_class
        row = find(dataset, assignment, self.pictures[place].row, taken)
        if row is None:
            return False
        self.pictures[place] = shown_of(dataset, assignment, row)
        return True

    def leave_out(self, row: int) -> bool:
        """A picture cannot be read: never show it; False where that is known already."""
        if row in self._skipped or len(self._skipped) > MOST_SKIPPED:
            return False
        self._skipped.add(row)
        if row in self._pins and self._session.dataset is not None:
            self._pins.toggle(row)
            self.lost.emit([display_name(self._session.dataset.paths[row])])
        return True
