"""Where a person was in a data set: kept while another folder is looked at, and returned to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.ui.panes.data.view import DataView


@dataclass(frozen=True)
class Place:
    """What was listed, chosen and in sight; ``rows`` are rows of the data set."""

    class_index: int
    class_filter: str
    search: str
    order: object
    page: int
    scroll: int
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, view: DataView) -> Place:
        """Where the view is now."""
        return cls(
            view.classes.chosen(), view.filter.text(), view.search.text(), view.sort.current(),
            view.page(), view.grid.verticalScrollBar().value(),
            view.grid.chosen_rows(),
        )  # fmt: skip

    def narrow(self, view: DataView) -> None:
        """Ask for the same pictures again; list them before :meth:`find`."""
        view.filter.setText(self.class_filter)
        view.search.setText(self.search)
        view.sort.set_current(self.order)
        view.classes.choose(self.class_index)

    def find(self, view: DataView) -> None:
        """Choose the same pictures, at the same height."""
        if len(self.rows):
            view.grid.choose_rows(self.rows)
        else:
            view.grid.clearSelection()
        view.grid.verticalScrollBar().setValue(self.scroll)
