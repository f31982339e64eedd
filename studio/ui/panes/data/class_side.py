"""The left side of Data: which output, its classes, what a person noted, and drops on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.listing import Listing
from studio.ui.panes.data.notes import note_rows
from studio.ui.panes.data.order import class_names, shown_output
from studio.ui.panes.data.search import HELP
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.numbers import count
from studio.ui.widgets.tips import describe

if TYPE_CHECKING:
    from studio.ui.panes.data.losses import Losses


class ClassSide(QObject):
    """Fills the lists at the left, and follows the choice of an output."""

    def __init__(self, session: Session, view: DataView, listing: Listing, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view, self._listing = session, view, listing
        self._losses: Losses | None = None
        view.output.chosen.connect(self._choose_output)
        view.add_button.clicked.connect(self.add_class)
        describe(view.search, "Search", "Ctrl+F", HELP)

    def fill(self, dataset: Dataset, chosen: int) -> None:
        """List the classes of an open data set; nothing is told of the choice.

        Args:
            chosen: the class to choose, where none of the rows below has the choice.
        """
        view = self._view
        output = shown_output(dataset, view.classes.output)
        names = class_names(dataset, output)
        counts = dataset.class_counts(output).tolist() if output else []
        view.panel.set_title(dataset.name)
        self._name_filter(len(names))
        self._fill_outputs(dataset, output)
        rows = note_rows(dataset, self._session.changes, output)
        view.notes.set_rows(rows)
        view.rule.setVisible(bool(rows))
        view.add_button.setVisible(bool(output))
        classes = view.classes
        blocked = classes.blockSignals(True)
        classes.classes.set_classes(names, counts, len(dataset))
        if not view.notes.chosen():
            classes.choose(chosen)
        classes.blockSignals(blocked)

    def fill_peek(self, names: tuple[str, ...]) -> None:
        """List the classes of a folder that is only looked into: nothing is counted yet."""
        view = self._view
        self._name_filter(len(names))
        view.output.hide()
        view.add_button.hide()
        view.notes.set_rows([])
        view.rule.hide()
        view.classes.output = ""
        view.classes.classes.set_classes(names, None, None)
        view.classes.choose(ALL)

    def add_class(self) -> None:
        """Let the person write the name of a new class."""
        if self._view.filter.text():
            self._view.filter.clear()
        self._view.classes.add_class()

    def search_sizes(self, losses: Losses) -> None:
        """Where a search for pixels learns them."""
        self._losses = losses
        self._listing.shorter_sides = self._shorter_sides
        losses.sizes_changed.connect(self._sizes_changed)

    # --- inside ---------------------------------------------------------------------------------

    def _fill_outputs(self, dataset: Dataset, output: str) -> None:
        view = self._view
        outputs = list(dataset.outputs)
        view.classes.output = output
        view.output.setVisible(len(outputs) > 1)
        if [view.output.itemData(i) for i in range(view.output.count())] != outputs:
            view.output.set_items([(name, display_name(name)) for name in outputs], output)
        view.output.set_current(output)

    def _choose_output(self, output: object) -> None:
        dataset, view = self._session.dataset, self._view
        if dataset is None or str(output) == view.classes.output:
            return
        view.classes.output = str(output)
        view.notes.leave()
        self.fill(dataset, ALL)
        self._listing.refresh()

    def _name_filter(self, classes: int) -> None:
        words = f"Filter {count(classes, 'class', 'classes')}" if classes else "Filter classes"
        self._view.filter.setPlaceholderText(words)

    def _shorter_sides(self) -> NDArray[np.int32] | None:
        losses, dataset = self._losses, self._listing.dataset
        if losses is None or dataset is None:
            return None
        if losses.sizes is None:
            losses.measure_now()
            return None
        sides = np.asarray(losses.sizes.min(axis=1), np.int32)
        return sides if len(sides) == len(dataset) else None

    def _sizes_changed(self) -> None:
        if "px" in self._view.search.text().lower() and self._listing.dataset is not None:
            self._listing.refresh()
