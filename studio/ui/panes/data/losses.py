"""Says how many pictures lose much of their area when they are cropped, and lists them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.data.dataset import Dataset
from studio.ui.jobs import Job
from studio.ui.latest import Latest
from studio.ui.panes.data.listing import Listing
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.numbers import count

MEASURE_AFTER_MS = 700
"""Thumbnails come first."""

STEP_ASIDE_MS = 400
MUCH_WORDS = "30 %"
CHIP = f"Lose more than {MUCH_WORDS}"


@dataclass(frozen=True, eq=False)
class _Lost:
    """For which input this holds, and ``(n,) bool`` which pictures lose much of their area."""

    spec: InputSpec
    much: NDArray[np.bool_]


class Losses(QObject):
    """Reads the sizes of all pictures once, from their headers, and judges them by the input.

    Signals:
        sizes_changed: the sizes are known now, or no longer.
    """

    sizes_changed = Signal()

    def __init__(self, session: Session, view: DataView, listing: Listing, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view, self._listing = session, view, listing
        self.sizes: NDArray[np.int32] | None = None
        self._dataset: Dataset | None = None
        self._job: Job | None = None
        self._lost: _Lost | None = None
        self._judging = Latest(self)
        self._judging.answered.connect(self._judged)
        self._timer = self._after(MEASURE_AFTER_MS, self._measure)
        self._aside = self._after(STEP_ASIDE_MS, lambda: self._job and self._job.resume())
        session.dataset_changed.connect(self._dataset_changed)
        session.labels_changed.connect(self._labels_changed)
        session.input_changed.connect(self._judge)
        view.grid.verticalScrollBar().valueChanged.connect(lambda _value: self._step_aside())
        view.inspector.others_asked.connect(self.show_them)
        view.network_others.linkActivated.connect(lambda _link: self.show_them())
        self._dataset_changed()

    def much(self) -> NDArray[np.bool_] | None:
        """``(n,) bool`` pictures in use that lose more than 30 %; None while it is not known."""
        if self._lost is None:
            return None
        excluded = self._session.changes.excluded()
        much = self._lost.much
        return much & ~excluded if len(excluded) == len(much) else much

    def show_them(self) -> None:
        """List exactly the pictures that lose much."""
        much = self.much()
        if much is not None:
            self._listing.show_only(CHIP, much)

    def measure_now(self) -> None:
        """The sizes are asked for: do not wait for the thumbnails."""
        if self._timer.isActive():
            self._timer.stop()
            self._measure()

    # --- the sizes ------------------------------------------------------------------------------

    def _after(self, milliseconds: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    def _dataset_changed(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._judging.forget()
        self._dataset, self.sizes, self._lost = self._session.dataset, None, None
        self._timer.stop()
        if self._dataset is not None and len(self._dataset):
            self._timer.start()
        self._tell()
        self.sizes_changed.emit()

    def _step_aside(self) -> None:
        if self._job is not None:
            self._job.pause()
            self._aside.start()

    def _measure(self) -> None:
        dataset, project = self._dataset, self._session.project
        if dataset is None:
            return
        cache = project.cache_folder if project is not None else None

        def work(progress: Progress, control: Control) -> NDArray[np.int32]:
            from studio.data.picture_sizes import picture_sizes

            return picture_sizes(dataset, progress, control, 1, cache)

        def done(sizes: NDArray[np.int32]) -> None:
            if dataset is self._dataset:
                self._job, self.sizes = None, sizes
                self._judge()
                self.sizes_changed.emit()

        self._job = self._session.jobs.start(
            f"Measuring {dataset.name}", work, done=done, failed=self._failed, owner=self
        )

    def _failed(self, error: StudioError) -> None:
        self._job = None
        self._session.failed.emit(error)

    # --- what a crop costs ----------------------------------------------------------------------

    def _judge(self) -> None:
        sizes, spec = self.sizes, self._session.input
        if sizes is None:
            self._tell()
            return

        def question() -> _Lost:
            from studio.data.picture_sizes import MUCH, lost_areas

            return _Lost(spec, lost_areas(sizes, spec) > MUCH)

        self._judging.ask(question)

    def _judged(self, lost: _Lost) -> None:
        is_other = self._lost is None or not np.array_equal(self._lost.much, lost.much)
        self._lost = lost
        self._tell()
        if is_other:
            self._renew(listing_anew=True)

    def _labels_changed(self) -> None:
        """Excluded pictures do not count: the list is filled anew by who hears of it next."""
        self._renew(listing_anew=False)
        self._tell()

    def _renew(self, listing_anew: bool) -> None:
        much = self.much()
        if much is not None and self._listing.only == CHIP:
            self._listing.change_only(much, listing_anew)

    def _tell(self) -> None:
        much = self.much()
        number = int(np.count_nonzero(much)) if much is not None else -1
        self._view.inspector.set_others(number)
        self._view.set_network_others(others_words(number, self._unknown()), number)

    def _unknown(self) -> int:
        return 0 if self.sizes is None else int(np.count_nonzero(self.sizes[:, 0] < 1))


def others_words(number: int, unknown: int = 0) -> str:
    """How many pictures lose much of their area; empty while it is not known.

    Args:
        number: of pictures; −1 while nobody knows.
        unknown: pictures that could not be read.
    """
    if number < 0:
        return ""
    if number:
        loses = "loses" if number == 1 else "lose"
        words = f"With crop, {count(number, 'picture')} {loses} more than {MUCH_WORDS} of "
        words += "its area." if number == 1 else "their area."
    else:
        words = f"With crop, no picture loses more than {MUCH_WORDS} of its area."
    if unknown:
        words += f" The size of {count(unknown, 'picture')} could not be read."
    return words
