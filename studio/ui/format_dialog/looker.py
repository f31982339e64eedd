"""Previews in the background: of several wishes only the newest is answered."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.core.spec import Spec
from studio.ui.jobs import Job, Jobs

if TYPE_CHECKING:
    from studio.data.preview import DatasetPreview

TYPING_MS = 250
"""So long a pause ends what a person is typing."""


class Looker(QObject):
    """Looks at one data set, in one way after the other.

    Signals:
        looked(object): the DatasetPreview that was asked for last.
        failed(object): the StudioError in its place.
        told(str): what is being done, where it takes long.
    """

    looked = Signal(object)
    failed = Signal(object)
    told = Signal(str)

    def __init__(self, jobs: Jobs, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._path = jobs, path
        self._job: Job | None = None
        self._number = 0
        self._wish: tuple[str | None, Spec | None] = (None, None)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._pause.isActive() or (self._job is not None and self._job.is_running)

    def look(self, kind: str | None, options: Spec | None, wait: bool = False) -> None:
        """Ask for another preview; with ``wait`` only once nothing more is typed."""
        self.stop()
        self._wish = kind, options
        if wait:
            self._pause.start(TYPING_MS)
        else:
            self._begin()

    def stop(self) -> None:
        """The answer is no longer wanted."""
        self._number += 1
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _begin(self) -> None:
        number, (kind, options), path = self._number, self._wish, self._path

        def work(progress: Progress, control: Control) -> DatasetPreview:
            # With it come all formats, which the first paint need not wait for.
            from studio.data.preview import preview_dataset

            return preview_dataset(path, kind, options, progress, control)

        self._job = self._jobs.start(
            f"Looking into {display_name(path.name)}", work,
            done=partial(self._take, number), failed=partial(self._fail, number),
            progress=partial(self._tell, number), owner=self,
        )  # fmt: skip

    def _take(self, number: int, found: DatasetPreview) -> None:
        if number == self._number:
            self._job = None
            self.looked.emit(found)

    def _fail(self, number: int, error: StudioError) -> None:
        if number == self._number:
            self._job = None
            self.failed.emit(error)

    def _tell(self, number: int, _done: int, _total: int | None, words: str) -> None:
        if number == self._number:
            self.told.emit(words)
