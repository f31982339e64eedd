"""Keeps the thumbnails of a pane at the bands that a person chose to look at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from studio.ui.session import Session
from studio.ui.thumbnails import ThumbnailLoader


class FollowShown(QObject):
    """Tells a loader which bands to show, now and whenever others are chosen.

    Args:
        again: shows anew what the pane shows.
    """

    def __init__(
        self, session: Session, loader: ThumbnailLoader, again: Callable[[], object]
    ) -> None:
        super().__init__(loader)
        self._session, self._loader, self._again = session, loader, again
        loader.set_shown(session.shown.bands)
        session.shown_changed.connect(self._changed)

    def _changed(self) -> None:
        self._loader.set_shown(self._session.shown.bands)
        self._again()
