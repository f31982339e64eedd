"""Shows the chosen pictures: what is known at once, what is read, and what the network sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.core.input import CHANNELS
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.changes import Changes
from studio.ui.latest import Latest
from studio.ui.panes.data.chosen import known_facts, many_facts, name_of
from studio.ui.panes.data.editing import exclude_words
from studio.ui.panes.data.facts import PictureFacts, fit_sentence, picture_facts
from studio.ui.panes.data.inspector import WIDTH
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.shown_bands import FollowShown
from studio.ui.thumbnails import ThumbnailLoader, middle_square
from studio.ui.widgets.numbers import picture_size


class ChosenView(QObject):
    """Fills the inspector and the page "What the network sees" with what the grid has chosen.

    Signals:
        unreadable: the chosen picture could not be read.
        shown: what is told of the chosen pictures may be other than before.
    """

    unreadable = Signal()
    shown = Signal()

    def __init__(
        self, session: Session, view: DataView, loader: ThumbnailLoader, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self.view, self._loader = session, view, loader
        self._dataset: Dataset | None = None
        self._is_known = False
        self._facts: PictureFacts | None = None
        self._asked: tuple[object, ...] = ()
        self._reading = Latest(self)
        self._reading.answered.connect(self._show_facts)
        FollowShown(session, loader, self._bands_changed)
        view.inspector.bands.bands_chosen.connect(session.set_shown)

    def show(self, dataset: Dataset | None, is_known: bool) -> None:
        """Show what is chosen now. ``is_known``: the data set is open, not only looked into."""
        self._dataset, self._is_known = dataset, is_known
        rows = self.view.grid.chosen_rows() if dataset is not None else np.empty(0, np.int64)
        if dataset is None or not len(rows):
            self.forget()
            self.view.inspector.show_nothing()
        elif len(rows) == 1:
            self._show_chosen(dataset, int(rows[0]))
        else:
            self.forget()
            self._show_many(dataset, rows)
            self._show_four(dataset, rows)
        self._show_exclude(rows)
        self._show_network_words()
        self.shown.emit()

    def _show_chosen(self, dataset: Dataset, row: int) -> None:
        path = f"{dataset.root}/{dataset.paths[row]}"
        if self._is_known:  # other panes wait for the data set
            self._session.set_picture_in_view(Path(path))
        facts = known_facts(dataset, self._assignment(), row, self._changes())
        self.view.inspector.show_loading(name_of(dataset, row), facts)
        if self._facts is not None and self._facts.path != path:
            self._facts = None
        self._read(path)

    def _assignment(self) -> NDArray[np.int8] | None:
        """The split of what is listed, once it is known."""
        return self._session.assignment if self._is_known else None

    def thumbnails_arrived(self) -> None:
        """One of those in sight may be among the first four."""
        rows = self.view.grid.chosen_rows()
        if self._dataset is not None and len(rows) > 1:
            self._show_four(self._dataset, rows)

    def split_changed(self) -> None:
        """The chosen pictures may be in another split."""
        dataset, rows = self._dataset, self.view.grid.chosen_rows()
        if dataset is None or not len(rows):
            return
        now = self._session.dataset
        if self._is_known and (now is None or now.paths is not dataset.paths):
            return  # another data set is about to be listed, with rows of its own
        if len(rows) == 1:
            facts = known_facts(dataset, self._assignment(), int(rows[0]), self._changes())
            self.view.inspector.facts.set_facts(facts)
        else:
            self._show_many(dataset, rows)
        self.shown.emit()

    def _show_many(self, dataset: Dataset, rows: NDArray[np.int64]) -> None:
        excluded = self._session.changes.excluded() if self._is_known else None
        facts = many_facts(dataset, self._assignment(), rows, excluded)
        self.view.inspector.show_many(facts)

    def _changes(self) -> Changes | None:
        """What a person changed, once the data set is open."""
        return self._session.changes if self._is_known else None

    def _show_exclude(self, rows: NDArray[np.int64]) -> None:
        words = ""
        if self._is_known and len(rows):
            words = exclude_words(len(rows), bool(self._session.changes.excluded()[rows].all()))
        self.view.inspector.set_exclude(words)

    def _show_four(self, dataset: Dataset, rows: NDArray[np.int64]) -> None:
        side = 124 * self.view.devicePixelRatioF()
        images: list[QImage | None] = [None] * 4
        for i, row in enumerate(rows[:4].tolist()):
            path = f"{dataset.root}/{dataset.paths[row]}"
            if (pixmap := self._loader.get(path, side)) is not None:
                images[i] = middle_square(pixmap).toImage()
        self.view.inspector.set_four(images)

    def _read(self, path: str) -> None:
        spec, shown = self._session.input, self._session.shown.bands
        side = round((WIDTH - 32) * self.view.devicePixelRatioF() * 1.3)
        if self._asked != (path, spec, side, shown):  # else it is there, or on its way
            self._asked = (path, spec, side, shown)
            self._reading.ask(lambda: picture_facts(path, spec, side, shown))

    def forget(self) -> None:
        """No picture is being read any longer."""
        self._reading.forget()
        self._facts, self._asked = None, ()

    def _show_facts(self, facts: PictureFacts) -> None:
        self._facts = facts
        self.view.inspector.show_one(facts, self._session.input)
        self._show_bands()
        self._show_network_words()
        if facts.error:
            self.unreadable.emit()

    def _show_bands(self) -> None:
        """The choice of bands, for a picture that has more than three."""
        session = self._session
        bands = self._facts.bands if self._facts is not None else 0
        self.view.inspector.bands.set_bands(bands, session.shown, session.input.channels)

    def _bands_changed(self) -> None:
        """Others are looked at: all that is in sight is decoded again."""
        self._show_bands()
        self.view.grid.viewport().update()
        if self._asked:
            self._read(str(self._asked[0]))
        self.thumbnails_arrived()

    # --- what the network sees ------------------------------------------------------------------

    def input_changed(self) -> None:
        """The network gets its pictures in another way."""
        spec = self._session.input
        self.view.inspector.set_input(spec)
        self.view.fits.set_fit(spec.fit)
        colour = CHANNELS[spec.channels].lower()
        self.view.network_size.setText(f"{picture_size(spec.width, spec.height)}, {colour}")
        self._show_bands()
        if self._asked:
            self._read(str(self._asked[0]))

    def _show_network_words(self) -> None:
        facts, view, spec = self._facts, self.view, self._session.input
        view.fits.set_views(facts.views if facts is not None else {})
        name = display_name(Path(facts.path).name) if facts is not None else ""
        view.network_name.setText(name or "What the network sees")
        if facts is not None and facts.info is not None:
            words = fit_sentence(spec.fit, facts.lost, facts.info.width, facts.info.height, spec)
            words += " Training, preview and prediction all use exactly these pixels."
        elif facts is not None:
            words = facts.error
        else:
            words = "Choose one picture in Pictures to compare crop, letterbox and stretch."
        view.network_words.setText(words)
