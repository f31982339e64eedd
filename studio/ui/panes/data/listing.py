"""What the grid lists: which pictures of the open data set, and in which order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.data.dataset import Dataset
from studio.ui.latest import Latest
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.order import AS_FOUND, listed, name_ranks
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
        self._first: tuple[Dataset, NDArray[np.int64]] | None = None
        self._lowered: list[str] = []
        self._ranks: NDArray[np.int64] | None = None
        self._ranking = Latest(self)
        self._ranking.answered.connect(self._take_ranks)
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_MS)
        self._search_timer.timeout.connect(self.refresh)
        view.search.textChanged.connect(lambda _text: self._search_timer.start())
        view.classes.class_chosen.connect(lambda _index: self.refresh())
        view.sort.chosen.connect(lambda _order: self.refresh())
        view.show_all.clicked.connect(self.show_all)

    def forget(self) -> None:
        """Nothing of what was listed before counts any longer."""
        self.dataset = None
        self._ranking.forget()
        self._ranks = None
        self._lowered = []

    def show_nothing(self) -> None:
        """Empty the grid."""
        self._view.grid.pictures.show(None, np.empty(0, np.int64))

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
        view, grid = self._view, self._view.grid
        is_same = dataset is grid.pictures.dataset()
        chosen = grid.chosen_rows() if is_same else np.empty(0, np.int64)
        rows = self._rows(dataset)
        self.is_filling = True
        grid.pictures.show(dataset, rows, self._marks())
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
        self._view.classes.choose(ALL)
        self.refresh()

    def _marks(self) -> Marks | None:
        """What a person changed about the open data set; None while one is only looked into."""
        changes = self._session.changes
        if not self.is_known or self._session.dataset is None:
            return None
        return Marks(changes.excluded(), changes.relabelled())

    def _rows(self, dataset: Dataset) -> NDArray[np.int64]:
        view = self._view
        chosen, order, query = view.classes.chosen(), str(view.sort.current()), view.search.text()
        if not self.is_known and order == "shuffled":
            order = AS_FOUND
        if order == "name" and self._ranks is None:
            self._ranking.ask(lambda: name_ranks(dataset))  # the list is sorted when it is there
        if query and not self._lowered:
            self._lowered = [path.lower() for path in dataset.paths]
        first = self._first[1] if self._first is not None and self._first[0] is dataset else None
        return listed(
            dataset, None if chosen == ALL else chosen, self._lowered, query, order,
            self._ranks, first,
        )  # fmt: skip

    def _take_ranks(self, ranks: NDArray[np.int64]) -> None:
        self._ranks = ranks
        if self._view.sort.current() == "name":
            self.refresh()
