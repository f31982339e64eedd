"""Whole pictures with the frame of what the network gets, in place of the originals."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from studio.ui.panes.augment.choice import Shown
from studio.ui.panes.augment.preview_grid import PreviewGrid
from studio.ui.session import Session
from studio.ui.shown_bands import FollowShown
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.buttons import IconButton


class NetworkView(QObject):
    """Shows or hides them as a button says.

    Args:
        pictures: gives those in the rows of the grid.
    """

    def __init__(
        self,
        session: Session,
        grid: PreviewGrid,
        button: IconButton,
        pictures: Callable[[], list[Shown]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._grid = session, grid
        self._button, self._pictures = button, pictures
        self._loader = ThumbnailLoader(self)
        self._bands = FollowShown(session, self._loader, self.refresh)
        self._loader.arrived.connect(lambda _paths: self.refresh())
        session.dataset_changed.connect(self._loader.clear)
        session.input_changed.connect(self.refresh)
        button.toggled.connect(lambda _on: self.refresh())
        grid.tile_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Other pictures, another size or another fit: show them."""
        on = self._button.isChecked()
        self._grid.show_fit(self._session.input.fit if on else "")
        if on:
            size = self._grid.tile_pixels()
            side = max(size.width(), size.height())
            paths = [str(shown.path) for shown in self._pictures()]
            self._grid.set_whole([self._loader.get(path, side) for path in paths])
