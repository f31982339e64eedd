"""Looks after the open data set: checks every picture once, and notices a folder that vanished."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.data.dataset import Dataset
from studio.ui.jobs import Job
from studio.ui.latest import Latest
from studio.ui.session import Session

if TYPE_CHECKING:
    from studio.data.doctor import Checked

CHECK_AFTER_MS = 1500
"""Thumbnails come first."""

LOOK_AGAIN_MS = 2000

JUDGE_AFTER_MS = 250
"""After the last of several changes of the split, which of the copies leak is found out anew."""

STEP_ASIDE_MS = 400
"""How long a check waits after the person has scrolled."""


class Watch(QObject):
    """Watches one data set at a time.

    Signals:
        gone_changed(bool): whether its folder is no longer there.
        checking: a check of all pictures began.
        checked(int, float): it ended; how many pictures, and the seconds it took.
    """

    gone_changed = Signal(bool)
    checking = Signal()
    checked = Signal(int, float)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: Dataset | None = None
        self._check: Job | None = None
        self._checked: Checked | None = None
        self._judged_for: NDArray[np.int8] | None = None
        self._judging = Latest(self)
        self._judging.answered.connect(self._take_judged)
        self._judge_timer = self._timer(JUDGE_AFTER_MS)
        self._judge_timer.timeout.connect(self._judge)
        session.split_changed.connect(self._judge_timer.start)
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
        self._checked = None
        self._judging.forget()
        self._judge_timer.stop()
        self._looking.forget()
        self._look_timer.stop()
        if dataset is None:
            self._check_timer.stop()
        else:
            self._check_timer.start()

    def check_again(self) -> None:
        """Check the same data set once more, now."""
        if self._check is not None:
            self._check.cancel()
            self._check = None
        self._check_timer.stop()
        self._start_check()

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
        judged_for = self._session.splitting.last

        def work(progress: Progress, control: Control) -> Checked:
            from studio.data.doctor import check_pictures

            return check_pictures(dataset, progress, control, 1, cache, split)

        def done(checked: Checked) -> None:
            if dataset is self._dataset:
                self._check = None
                self._checked, self._judged_for = checked, judged_for
                self._session.set_checked(checked)
                self._judge_timer.start()
                self.checked.emit(len(dataset), time.monotonic() - began)

        began = time.monotonic()
        self.checking.emit()
        self._check = self._session.jobs.start(
            f"Checking {dataset.name}", work, done=done, failed=self._failed, owner=self
        )

    def _judge(self) -> None:
        """Find out which copies lie in two parts of another split.

        What a person does to single pictures settles problems one by one, and finds no others.
        """
        checked, session = self._checked, self._session
        dataset, split = session.dataset, session.assignment
        if checked is None or dataset is None or session.splitting.is_drawing:
            return
        now, before = session.splitting.last, self._judged_for
        if now is None or (before is not None and np.array_equal(now, before)):
            return
        if len(checked.twins) == len(split) == len(dataset):
            self._judging.ask(lambda: (now, checked.judged_again(dataset, split)))

    def _take_judged(self, answer: tuple[NDArray[np.int8], Checked]) -> None:
        self._judged_for, self._checked = answer
        self._session.set_checked(answer[1])

    def _failed(self, error: StudioError) -> None:
        self._check = None
        self._session.failed.emit(error)
