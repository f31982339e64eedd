"""Curves of the project's runs: the running one follows its events, others are read beside."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.core.control import Control, Progress
from studio.core.events import TrainingStarted
from studio.core.runs import RunFolder
from studio.ui.panes.train.series import RunSeries, read_series
from studio.ui.session import Session
from studio.ui.training import TrainingController


class SeriesStore(QObject):
    """Gives a run's curves, at once where they are known, else later.

    Signals:
        arrived: the curves of a run were read.
    """

    arrived = Signal()

    def __init__(self, session: Session, training: TrainingController, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._training = training
        self._known: dict[str, RunSeries] = {}
        self._asked: set[str] = set()
        self._live: RunSeries | None = None
        training.started.connect(self._begin)
        training.running_changed.connect(self._end)
        session.project_changed.connect(self._check_project)
        self._project = session.project.path if session.project else None
        if training.progress is not None and training.progress.started is not None:
            self._begin(training.progress.started)

    def series(self, run: RunFolder) -> RunSeries | None:
        """A run's curves; None while they are read."""
        key = str(run.path)
        if run is self._training.run:
            return self._live_series(key)
        found = self._known.get(key)
        if found is None and key not in self._asked:
            self._read(run, key)
        return found

    def _live_series(self, key: str) -> RunSeries | None:
        history = self._training.history
        if self._live is None:
            return self._known.get(key, RunSeries())
        if history is not None:
            self._live.sync(history)
        return self._live

    def _begin(self, started: TrainingStarted) -> None:
        self._live = RunSeries(
            started.batches_per_epoch, started.pictures, started.validation_pictures, started.kept
        )

    def _end(self) -> None:
        if self._training.is_running:
            return
        self._live = None
        # What the run has on the disk now is the whole truth.
        run = self._session.run_in_view
        if run is not None:
            self._known.pop(str(run.path), None)
        self._known = {
            str(r.path): self._known[str(r.path)]
            for r in self._session.runs
            if str(r.path) in self._known and r.record.state == "finished"
        }

    def _check_project(self) -> None:
        now = self._session.project.path if self._session.project else None
        if now != self._project:
            self._project = now
            self._known.clear()
            self._asked.clear()

    def _read(self, run: RunFolder, key: str) -> None:
        self._asked.add(key)

        def work(progress: Progress, control: Control) -> RunSeries:
            return read_series(run)

        def done(series: RunSeries) -> None:
            self._asked.discard(key)
            self._known[key] = series
            self.arrived.emit()

        self._session.jobs.start(f"Reading {run.title}", work, done=done, owner=self)
