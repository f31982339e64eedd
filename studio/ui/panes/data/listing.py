"""What the grid lists: which pictures of the open data set, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.data.dataset import Dataset
from studio.ui.latest import Latest
from studio.ui.panes.data import search
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.notes import note_mask
from studio.ui.panes.data.order import AS_FOUND, listed, name_order, shown_output
from studio.ui.panes.data.tiles import Marks
from studio.ui.panes.data.view import DataView
from studio.ui.panes.data.words import nothing_words, summary_words
from studio.ui.session import Session

SEARCH_MS = 150


class Listing(QObject):
    """Fills the grid by the chosen class, the search and the order; a change of these lists anew.

    Attributes:
        dataset: whose pictures are listed; None for nothing.
        is_known: it is open, not only looked into.
        only: what the listed pictures have in common; empty where none is left out for that.
        shorter_sides: ``(n,) int32`` pixels of each picture, 0 where it could not be read; or
            None while nobody knows, and then it may find out and have the list refreshed.

    Signals:
        listed: another list stands in the grid.
    """

    listed = Signal()

    def __init__(self, session: Session, view: DataView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self.dataset: Dataset | None = None
        self.is_known = False
        self.is_filling = False
        self.only = ""
        self._is_stale = False
        self._only: NDArray[np.bool_] | None = None
        self._first: tuple[Dataset, NDArray[np.int64]] | None = None
        self._lowered: list[str] = []
        self._by_name: NDArray[np.int64] | None = None
        self._naming = Latest(self)
        self._naming.answered.connect(self._take_names)
        self.shorter_sides: Callable[[], NDArray[np.int32] | None] = lambda: None
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_MS)
        self._search_timer.timeout.connect(self.refresh)
        view.search.textChanged.connect(lambda _text: self._search_timer.start())
        view.classes.class_chosen.connect(lambda _index: self.refresh())
        view.notes.note_chosen.connect(lambda _key: self.refresh())
        view.sort.chosen.connect(lambda _order: self.refresh())
        view.show_all.clicked.connect(self.show_all)
        view.pages.currentChanged.connect(lambda _page: self._catch_up())
        view.only.taken_back.connect(lambda: self.show_only("", None))

    def forget(self) -> None:
        """Nothing of what was listed before counts any longer."""
        self.dataset = None
        self._naming.forget()
        self._by_name = None
        self._lowered = []
        self.change_only(None)

    def show_only(self, words: str, rows: NDArray[np.bool_] | None) -> None:
        """List only some of the pictures, of any class and name, until that is taken back.

        Args:
            words: what they have in common, for the chip.
            rows: ``(n,) bool``; None lists all.
        """
        self._search_timer.stop()
        if rows is not None:
            self._view.search.clear()
            self._view.notes.leave()
            self._view.classes.choose(ALL)
        self.only = words
        self.change_only(rows)
        self.refresh(choose_first=True)

    def change_only(self, rows: NDArray[np.bool_] | None, anew: bool = False) -> None:
        """Others have it in common now. ``anew``: list them, now or when the list is in sight."""
        self._only = rows
        if rows is None:
            self.only = ""
        self._view.only.set_only(self.only)
        self._is_stale = anew
        self._catch_up()

    def _catch_up(self) -> None:
        """Listing brings the pictures to the front, so it waits until they are there."""
        if self._is_stale and self._view.pages.currentWidget() is self._view.grid_pages:
            self.refresh()

    def show_nothing(self) -> None:
        """Empty the grid."""
        self._view.grid.pictures.show(None, np.empty(0, np.int64))

    def first(self) -> NDArray[np.int64] | None:
        """Rows with which the shuffled order of what is listed begins, as given to `take`."""
        known = self._first
        return known[1] if known is not None and known[0] is self.dataset else None

    def take(
        self, dataset: Dataset, is_known: bool, first: NDArray[np.int64] | None = None
    ) -> None:
        """List another data set with the next :meth:`refresh`.

        Args:
            first: rows with which the shuffled order begins: those that are in sight already.
        """
        self.forget()
        self.dataset, self.is_known = dataset, is_known
        self._first = (dataset, first) if first is not None else self._first

    def take_changed(self, dataset: Dataset) -> None:
        """The same pictures with other labels: what is known of their names stays."""
        if self._first is not None and self._first[0] is self.dataset:
            self._first = dataset, self._first[1]
        self.dataset = dataset

    def refresh(self, choose: NDArray[np.int64] | None = None, choose_first: bool = False) -> None:
        """List anew. ``choose``: rows to choose without scrolling, else the first chosen stays."""
        dataset = self.dataset
        if dataset is None:
            return
        self._search_timer.stop()
        self._is_stale = False
        view, grid = self._view, self._view.grid
        is_same = dataset is grid.pictures.dataset()
        chosen = grid.chosen_rows() if is_same else np.empty(0, np.int64)
        rows = self._rows(dataset)
        self.is_filling = True
        grid.pictures.show(dataset, rows, self._marks(), view.classes.output)
        if choose is not None:
            grid.choose_rows(choose)
        elif len(chosen) and grid.pictures.place_of(int(chosen[0])) >= 0:
            grid.choose_row(int(chosen[0]))
        elif choose_first and len(rows):
            grid.choose_row(int(rows[0]))
        self.is_filling = False
        view.grid_pages.setCurrentIndex(0 if len(rows) else 1)
        view.nothing.setText(nothing_words(dataset, self.is_known, view.search.text()))
        view.show_all.setVisible(bool(len(dataset)))
        excluded = int(np.count_nonzero(self._session.changes.excluded())) if self.is_known else 0
        view.summary.setText(summary_words(dataset, self.is_known, len(rows), excluded))
        view.done.setText("")
        self.listed.emit()

    def show_all(self) -> None:
        """Take back search, filter and choice of class."""
        self._view.search.clear()
        self._view.filter.clear()
        self.change_only(None)
        self._view.notes.leave()
        self._view.classes.choose(ALL)
        self.refresh()

    def _marks(self) -> Marks | None:
        """What a person changed about the open data set; None while one is only looked into."""
        changes = self._session.changes
        if not self.is_known or self._session.dataset is None:
            return None
        return Marks(changes.excluded(), changes.relabelled(self._view.classes.output))

    def _rows(self, dataset: Dataset) -> NDArray[np.int64]:
        view = self._view
        chosen, order, query = view.classes.chosen(), str(view.sort.current()), view.search.text()
        if not self.is_known and order == "shuffled":
            order = AS_FOUND
        if order == "name" and self._by_name is None:
            self._naming.ask(lambda: name_order(dataset))  # the list is sorted when it is there
        among = self._among(dataset, query)
        first = self._first[1] if self._first is not None and self._first[0] is dataset else None
        rows = listed(
            dataset, None if chosen == ALL else chosen, [], "", order, self._by_name, first,
            view.classes.output, among,
        )  # fmt: skip
        return rows if self._only is None else rows[self._only[rows]]

    def _among(self, dataset: Dataset, query: str) -> NDArray[np.bool_] | None:
        """The pictures of the chosen note that the search finds; None for all."""
        changes, note = self._session.changes, self._view.notes.chosen()
        mask = None
        if note and self.is_known:
            output = shown_output(dataset, self._view.classes.output)
            mask = note_mask(note, dataset, changes, output)
            if mask is None:  # its last picture lost the tag
                mask = np.zeros(len(dataset), bool)
        wish = search.parse(query)
        if wish.is_empty:
            return mask
        if wish.words and not self._lowered:
            self._lowered = [path.lower() for path in dataset.paths]
        result = changes.result if self.is_known else None
        sides = self.shorter_sides() if wish.pixels else None
        found = search.matching(
            dataset, wish, self._lowered, {} if result is None else result.tags, sides
        )
        return found if mask is None else found & mask

    def _take_names(self, order: NDArray[np.int64]) -> None:
        self._by_name = order
        if self._view.sort.current() == "name":
            self.refresh()
