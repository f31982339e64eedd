"""Decides what the strip shows: a training before a job, a job before an outcome, else nothing."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio.ui.jobs import Job, Jobs
from studio.ui.shell.strip import Strip, StripState
from studio.ui.training import TrainingController
from studio.ui.widgets.dialogs import show_error
from studio.ui.widgets.numbers import file_size, number, time_left

REFRESH_MS = 100


class StripDirector(QObject):
    """Feeds the strip from the training and from the jobs, at most ten times a second.

    A job shows only after 0.3 s (``Jobs.job_shown``); its Stop button cancels it.
    """

    def __init__(self, strip: Strip, jobs: Jobs, training: TrainingController) -> None:
        super().__init__(strip)
        self._strip = strip
        self._training = training
        self._shown: list[Job] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        jobs.job_shown.connect(self._add)
        jobs.job_ended.connect(self._remove)
        training.strip_changed.connect(self._later)
        training.loss_arrived.connect(self._append)
        strip.pause_requested.connect(training.pause)
        strip.resume_requested.connect(training.resume)
        strip.stop_requested.connect(self._stop)
        strip.action_chosen.connect(training.choose)
        strip.error_dismissed.connect(training.dismiss_outcome)
        strip.details_requested.connect(self._details)
        self.refresh()

    def refresh(self) -> None:
        """Show what is true now."""
        state = self._training.strip_state()
        if state is not None:
            self._strip.show_running(state)
        elif self._shown:
            self._strip.show_running(_job_state(self._shown[-1]))
        else:
            self._show_outcome()

    def _show_outcome(self) -> None:
        outcome = self._training.outcome()
        if outcome is None:
            self._strip.show_idle("Nothing is running.")
        elif outcome.is_error:
            # Only what happened is bold; why, and what is kept, has to fit beside it.
            what, stop, why = outcome.sentence.partition(". ")
            rest = f"{why} {outcome.rest}".strip()
            self._strip.show_error(
                f"{what}." if stop else what, rest, outcome.actions, bool(outcome.details)
            )
        else:
            self._strip.show_idle(f"{outcome.sentence} {outcome.rest}".strip())

    def _add(self, job: Job) -> None:
        self._shown.append(job)
        job.progressed.connect(self._later)
        self._later()

    def _remove(self, job: Job) -> None:
        if job in self._shown:
            self._shown.remove(job)
            self.refresh()

    def _later(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _append(self, loss: float) -> None:
        if self._strip.face() == "running":
            self._strip.append_loss(loss)

    def _stop(self) -> None:
        if self._training.is_running:
            self._training.stop()
        elif self._shown:
            self._shown[-1].cancel()

    def _details(self) -> None:
        outcome = self._training.outcome()
        if outcome is not None:
            show_error(self._strip.window(), outcome.sentence, outcome.rest, outcome.details)


def _job_state(job: Job) -> StripState:
    total = job.total
    left = job.seconds_left
    words = job.detail
    if total:
        said = file_size if job.in_bytes else number
        words = f"{said(job.done)} of {said(total)}"
    return StripState(
        name=job.words,
        epoch="Stopping…" if job.is_cancelling else words,
        fraction=job.done / total if total else None,
        time_left=time_left(left) if left is not None else "",
        icon="data",
        can_pause=False,
    )
