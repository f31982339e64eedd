"""Chooses the picture that another pane points at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from studio.ui.panes.data.listing import Listing
from studio.ui.panes.data.order import row_of
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session


class PointedPicture(QObject):
    """Follows the session's picture in view where it was not chosen here.

    Args:
        show_pictures: brings the grid of pictures to the front.
    """

    def __init__(
        self,
        session: Session,
        view: DataView,
        listing: Listing,
        show_pictures: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._view, self._listing = session, view, listing
        self._show_pictures = show_pictures
        session.picture_in_view_changed.connect(self._follow)

    def _follow(self) -> None:
        path, dataset = self._session.picture_in_view, self._listing.dataset
        if path is None or dataset is None or dataset is not self._session.dataset:
            return
        chosen = self._view.grid.chosen_rows()
        if len(chosen) == 1 and dataset.absolute(int(chosen[0])) == path:
            return
        row = row_of(dataset, path)
        if row is None:
            return  # it is no picture of this data set
        self._show_pictures()
        if self._view.grid.pictures.place_of(row) < 0:
            self._listing.show_all()
        self._view.grid.choose_row(row)
