"""Looks after the open data set: checks every picture once, and notices a folder that vanished."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.data.dataset import Dataset, Problem
from studio.ui.jobs import Job
from studio.ui.latest import Latest
from studio.ui.session import Session

CHECK_AFTER_MS = 1500
"""Thumbnails come first."""

LOOK_AGAIN_MS = 2000

STEP_ASIDE_MS = 400
"""How long a check waits after the person has scrolled."""


class Watch(QObject):
    """Watches one data set at a time.

    Signals:
        gone_changed(bool): whether its folder is no longer there.
    """

    gone_changed = Signal(bool)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: Dataset | None = None
        self._check: Job | None = None
        self._looking = Latest(self)
        self._looking.answered.connect(self._tell)
        self._check_timer = self._timer(CHECK_AFTER_MS)
        self._check_timer.timeout.connect(self._start_check)
        self._aside_timer = self._timer(STEP_ASIDE_MS)
        self._aside_timer.timeout.connect(self._go_on)
        self._look_timer = self._timer(LOOK_AGAIN_MS)
        self._look_timer.timeout.connect(self._look)

    def set_dataset(self, dataset: Dataset | None) -> None:
        """Watch another data set; a check of the old one ends."""
        if self._check is not None:
            self._check.cancel()
            self._check = None
        self._dataset = dataset
        self._looking.forget()
        self._look_timer.stop()
        if dataset is None:
            self._check_timer.stop()
        else:
            self._check_timer.start()

    def step_aside(self) -> None:
        """The person scrolls: a check would take the time that frames need."""
        if self._check is not None:
            self._check.pause()
            self._aside_timer.start()

    def picture_failed(self) -> None:
        """A picture could not be read: look, soon, whether the whole folder is gone."""
        if self._dataset is not None and not self._look_timer.isActive():
            self._look_timer.start()

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    def _go_on(self) -> None:
        if self._check is not None:
            self._check.resume()

    def _look(self) -> None:
        if self._dataset is not None:
            root = self._dataset.root
            self._looking.ask(lambda: (root, root.is_dir()))

    def _tell(self, found: tuple[Path, bool]) -> None:
        root, is_there = found
        if self._dataset is not None and root == self._dataset.root:
            self.gone_changed.emit(not is_there)

    def _start_check(self) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        project = self._session.project
        cache = project.cache_folder if project is not None else None
        now = self._session.assignment
        split = now.copy() if len(now) == len(dataset) else None

        def work(progress: Progress, control: Control) -> list[Problem]:
            from studio.data.doctor import check_pictures

            return check_pictures(dataset, progress, control, 1, cache, split)

        def done(problems: list[Problem]) -> None:
            if dataset is self._dataset:
                self._check = None
                self._session.set_problems(problems)

        self._check = self._session.jobs.start(
            f"Checking {dataset.name}", work, done=done, failed=self._failed, owner=self
        )

    def _failed(self, error: StudioError) -> None:
        self._check = None
        self._session.failed.emit(error)
