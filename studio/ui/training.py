"""The training as the window sees it: start, pause, go on, stop, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.control import Control, Progress
from studio.core.errors import StudioError, WorkerError
from studio.core.events import BatchEnded, EpochEnded, TrainingEnded, TrainingStarted
from studio.core.history import History
from studio.core.runs import RunFolder
from studio.engine.protocol.messages import Train
from studio.models.registry import ARCHITECTURES
from studio.ui.engines import EngineJob
from studio.ui.session import Session
from studio.ui.shell.strip import StripState
from studio.ui.training_progress import TrainingProgress, checkpoint_words
from studio.ui.widgets.numbers import number, percent

log = logging.getLogger(__name__)

GRACE_BEFORE_FIRST_BATCH = 3.0
GRACE = 15.0
"""Seconds that a stop may take: a slow batch has to end and a checkpoint to be written."""


@dataclass(frozen=True)
class Outcome:
    """How the last training ended, in words. ``actions`` are (key, text) pairs of ways on."""

    run: RunFolder
    kind: str
    sentence: str
    rest: str = ""
    actions: Sequence[tuple[str, str]] = ()
    details: str = ""

    @property
    def is_error(self) -> bool:
        """Whether something went wrong."""
        return self.kind == "failed"


@dataclass
class _Current:
    """The training that runs."""

    run: RunFolder
    job: EngineJob
    progress: TrainingProgress = field(default_factory=TrainingProgress)
    history: History = field(default_factory=History)
    waiting: list[BatchEnded | EpochEnded] | None = None
    ended: TrainingEnded | None = None
    is_stopping: bool = False


class TrainingController(QObject):
    """Drives the trainer's process for one run after another.

    Signals:
        running_changed: a training has begun or ended.
        strip_changed: what :meth:`strip_state` or :meth:`outcome` says is new.
        loss_arrived: the loss of the newest batch.
        started: the first batch is about to run (a TrainingStarted).
        history_changed: rows were added to :attr:`history`; often, so redraw at your own pace.
        epoch_ended: an EpochEnded; the run's record on the disk is new.
        outcome_dismissed: the person has read how the last training ended.
    """

    running_changed = Signal()
    strip_changed = Signal()
    loss_arrived = Signal(float)
    started = Signal(object)
    history_changed = Signal()
    epoch_ended = Signal(object)
    outcome_dismissed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._current: _Current | None = None
        self._outcome: Outcome | None = None
        self._after: list[Callable[[], None]] = []
        self._is_writing = False

    # --- what is true now -----------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether a training runs, waits or is being stopped."""
        return self._current is not None

    @property
    def is_paused(self) -> bool:
        """Whether the training waits for the person."""
        return self._current is not None and self._current.job.is_paused

    @property
    def is_stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._current is not None and self._current.is_stopping

    @property
    def run(self) -> RunFolder | None:
        """The run that trains."""
        return self._current.run if self._current else None

    @property
    def history(self) -> History | None:
        """The numbers of the run that trains; grows."""
        return self._current.history if self._current else None

    @property
    def progress(self) -> TrainingProgress | None:
        """How far the run that trains is."""
        return self._current.progress if self._current else None

    def strip_state(self) -> StripState | None:
        """What the strip says of the running training; None where there is none."""
        current = self._current
        if current is None:
            return None
        name = f"{current.run.title} · {model_title(current.run)}"
        return current.progress.strip(name, current.job.is_paused, current.is_stopping)

    def outcome(self) -> Outcome | None:
        """How the last training ended; None where none did, or it was dismissed."""
        return self._outcome

    def can_go_on(self, run: RunFolder) -> bool:
        """Whether a run was left before its end and nothing trains now."""
        left = run.record.state in ("running", "paused", "stopped", "failed")
        return left and not self.is_running

    def offers_to_go_on(self, run: RunFolder) -> bool:
        """Whether the outcome already offers to go on with this run."""
        outcome = self._outcome
        return outcome is not None and outcome.run.path == run.path and bool(outcome.actions)

    # --- what the person asks -------------------------------------------------------------------

    def start(self) -> None:
        """Write the next run and train it; what is wrong with it goes to ``session.failed``."""
        if self.is_running or self._is_writing:
            return
        try:
            write = self._session.plan_run()
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._is_writing = True
        self._session.jobs.start(
            "Writing the run", lambda _progress, _control: write(),
            done=self._written, failed=self._not_written, owner=self,
        )  # fmt: skip

    def go_on(self, run: RunFolder) -> None:
        """Go on with a run that was left, from its last checkpoint."""
        if not self.is_running:
            self._session.set_run_in_view(run)
            self._begin(run, resume=True)

    def pause(self) -> None:
        """Wait after the current batch."""
        if self._current is not None and not self._current.is_stopping:
            self._current.job.pause()
            self.strip_changed.emit()

    def resume(self) -> None:
        """End a pause."""
        if self._current is not None:
            self._current.job.resume()
            self._current.progress.restart_clock()
            self.strip_changed.emit()

    def stop(self) -> None:
        """Stop after the current batch; the best epoch and a checkpoint are kept."""
        current = self._current
        if current is None or current.is_stopping:
            return
        current.is_stopping = True
        current.job.cancel()
        self.strip_changed.emit()
        self.running_changed.emit()

    def stop_and_wait(self, then: Callable[[], None]) -> None:
        """Stop, and call ``then`` when the training has ended; at once where none runs."""
        if self._current is None:
            then()
            return
        self._after.append(then)
        self.stop()

    def stop_now(self) -> None:
        """Forget the training at once, because the program leaves; its checkpoint is kept."""
        if self._current is not None:
            run = self._current.run
            self._current.job.drop()
            self._current = None
            self._mark(run, "stopped", "")

    def choose(self, key: str) -> None:
        """Take one of the outcome's ways on: ``go_on`` or ``half``."""
        outcome = self._outcome
        if outcome is None or self.is_running:
            return
        if key == "half":
            self._halve(outcome.run)
        if key in ("go_on", "half"):
            self.go_on(outcome.run)

    def dismiss_outcome(self) -> None:
        """The person has read how it ended."""
        self._outcome = None
        self.outcome_dismissed.emit()
        self.strip_changed.emit()

    # --- inside ---------------------------------------------------------------------------------

    def _written(self, run: RunFolder) -> None:
        self._is_writing = False
        self._session.add_run(run)
        self._begin(run, resume=False)

    def _not_written(self, error: StudioError) -> None:
        self._is_writing = False
        self._session.failed.emit(error)

    def _begin(self, run: RunFolder, resume: bool) -> None:
        self._outcome = None
        try:
            job = self._session.engines.trainer.submit(
                lambda number: Train(number, str(run.path), resume),
                done=self._done, failed=self._failed, cancelled=self._killed, event=self._take,
                owner=self, grace=GRACE_BEFORE_FIRST_BATCH,
            )  # fmt: skip
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._current = _Current(run, job)
        self.running_changed.emit()
        self.strip_changed.emit()

    def _take(self, event: object) -> None:
        current = self._current
        if current is None:
            return
        current.progress.take(event)
        if isinstance(event, TrainingStarted):
            current.job.grace = GRACE
            if event.first_step:
                self._read_history(current, event.first_step)
            self.started.emit(event)
        elif isinstance(event, BatchEnded | EpochEnded):
            self._note(current, event)
        elif isinstance(event, TrainingEnded):
            current.ended = event
        self.strip_changed.emit()

    def _note(self, current: _Current, event: BatchEnded | EpochEnded) -> None:
        if current.waiting is not None:
            current.waiting.append(event)
        else:
            current.history.append(event)
        if isinstance(event, BatchEnded):
            self.loss_arrived.emit(event.loss)
        else:
            self._note_epoch(current.run, event)
            self.epoch_ended.emit(event)
        self.history_changed.emit()

    def _note_epoch(self, run: RunFolder, event: EpochEnded) -> None:
        """What the trainer is writing into the record at this moment; it alone writes it."""
        values: dict[str, object] = {"epochs_done": event.epoch, "state": "running"}
        if event.is_best:
            values["best_epoch"] = event.epoch
            if event.validation_accuracy is None:
                values["metrics"] = {"training_accuracy": event.accuracy}
            else:
                values["metrics"] = {"validation_accuracy": event.validation_accuracy}
        run.record = run.record.changed(**values)
        self._session.runs_changed.emit()

    def _read_history(self, current: _Current, step: int) -> None:
        """A resumed run has a past: read it beside, and put what comes meanwhile behind it."""
        current.waiting = []

        def work(progress: Progress, control: Control) -> History:
            history = current.run.history()
            history.truncate(step)
            return history

        def done(history: History) -> None:
            last = max([step, *history.batches["step"][-1:]])
            for event in current.waiting or []:
                if event.step > last or isinstance(event, EpochEnded):
                    history.append(event)
            current.history, current.waiting = history, None
            self.history_changed.emit()

        self._session.jobs.start("Reading the history", work, done=done, owner=self)

    def _done(self, state: object) -> None:
        current = self._current
        if current is None:
            return
        self._reread(current.run)
        record, title = current.run.record, current.run.title
        if state == "finished":
            self._finish(Outcome(current.run, "finished", f"{title} is finished.",
                                 best_words(current.run)))  # fmt: skip
            return
        epoch = current.progress.batch.epoch if current.progress.batch else 0
        where = f" in epoch {number(epoch)}" if epoch else ""
        best = record.best_epoch
        kept = f"; its best epoch, {number(best)}, is kept" if best else ""
        self._finish(
            Outcome(current.run, "stopped", "Nothing is running.",
                    f"You stopped {title}{where}{kept}.")
        )  # fmt: skip

    def _killed(self) -> None:
        """It did not stop in time, and its process was ended: the last checkpoint counts."""
        if self._current is not None:
            self._mark(self._current.run, "stopped", "")
            self._done("stopped")

    def _failed(self, error: StudioError) -> None:
        current = self._current
        if current is None:
            return
        run = current.run
        self._mark(run, "failed", str(error))
        actions = [("go_on", "Go on")]
        died = isinstance(error, WorkerError) and "memory" in error.message
        if (died or getattr(error, "kind", "") == "OutOfMemory") and batch_size(run) > 1:
            actions.append(("half", f"Go on with batches of {batch_size(run) // 2}"))
        rest = checkpoint_words(run.record.epochs_done) if isinstance(error, WorkerError) else ""
        rest = f"{error.hint} {rest}".strip() if not isinstance(error, WorkerError) else rest
        sentence = f"{run.title} stopped. {error.message}"
        self._finish(Outcome(run, "failed", sentence, rest, tuple(actions), error.details))

    def _finish(self, outcome: Outcome) -> None:
        self._current = None
        self._outcome = outcome
        self.running_changed.emit()
        self.strip_changed.emit()
        self._session.runs_changed.emit()
        if outcome.run is self._session.run_in_view:
            self._session.run_in_view_changed.emit()
        after, self._after = self._after, []
        for then in after:
            QTimer.singleShot(0, then)

    def _reread(self, run: RunFolder) -> None:
        try:
            self._session.run_was_written(run)
        except StudioError as error:
            log.warning("%s", error)

    def _mark(self, run: RunFolder, state: str, reason: str) -> None:
        """Say in the record what a process that is gone could not say itself."""
        with suppress(StudioError):
            run.record = RunFolder.open(run.path).record
            if run.record.state in ("new", "running", "paused"):
                run.update(state=state, reason=reason)

    def _halve(self, run: RunFolder) -> None:
        recipe = {**run.record.recipe, "batch_size": max(1, batch_size(run) // 2)}
        try:
            run.update(recipe=recipe)
        except StudioError as error:
            self._session.failed.emit(error)


def controller_of(session: Session) -> TrainingController:
    """The session's controller; made where there is none yet."""
    found = session.findChild(TrainingController)
    return found if isinstance(found, TrainingController) else TrainingController(session)


def batch_size(run: RunFolder) -> int:
    """Pictures in a batch of a run."""
    return int(run.record.recipe.get("batch_size", 1))


def model_title(run: RunFolder) -> str:
    """The name of a run's architecture: ``ResNet-20``."""
    kind = str(run.record.model.get("kind", ""))
    return ARCHITECTURES.get(kind).title if kind in ARCHITECTURES else kind or "Network"


def best_words(run: RunFolder) -> str:
    """What the best epoch of a run reached, as a sentence."""
    record = run.record
    accuracy = record.metrics.get("validation_accuracy")
    if accuracy is None or not record.best_epoch:
        return ""
    return (
        f"Its best epoch, {number(record.best_epoch)}, has {percent(accuracy)} validation accuracy."
    )
