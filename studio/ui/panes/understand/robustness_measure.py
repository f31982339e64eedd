"""Has the robustness of a run measured, one corruption after the other."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from studio.augment.corrupting import kinds_for
from studio.augment.registry import AUGMENTERS
from studio.core.errors import StudioError
from studio.core.runs import RunFolder
from studio.core.strengths import Robustness
from studio.engine.protocol.augment_messages import MeasureRobustness
from studio.ui.engines import EngineJob
from studio.ui.jobs import Job
from studio.ui.relay import Relay
from studio.ui.session import Session


class RobustnessMeasurer(QObject):
    """Measures one run at a time; the strip shows it, too.

    Every corruption is a request of its own: what was measured is seen at once, and other
    questions to the same process need not wait for the end.

    Signals:
        progressed: it is further than before.
        arrived(object, object): the RunFolder, and what is known of it by now.
        ended(object): the StudioError that ended it, None where nothing went wrong.
    """

    progressed = Signal()
    arrived = Signal(object, object)
    ended = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.run: RunFolder | None = None
        self.job: Job | None = None
        self.words = ""
        self._relay = Relay()
        self._request: EngineJob | None = None
        self._waiting: list[str] = []
        self._total = 0

    @property
    def is_running(self) -> bool:
        """Whether a run is being measured."""
        return self.run is not None

    @property
    def fraction(self) -> float:
        """How much is done, 0 … 1."""
        return 1 - len(self._waiting) / self._total if self._total else 0.0

    def start(self, run: RunFolder) -> None:
        """Measure all corruptions that work on the run's input."""
        if self.is_running:
            return
        self.run, self.words = run, "Loading the network"
        self._waiting = kinds_for(run.record.input.channels)
        self._total = len(self._waiting)
        relay = self._relay = Relay()
        self.job = self._session.jobs.start(
            f"Measuring the robustness of {run.title}", relay.work,
            done=lambda _result: self._end(None), failed=self._end, cancelled=self._cancelled,
            progress=lambda *_: self.progressed.emit(), owner=self,
        )  # fmt: skip
        relay.report(0, self._total, self.words)
        self.progressed.emit()
        self._next()

    def stop(self) -> None:
        """Stop; what was measured so far stays."""
        if self.job is not None:
            self.job.cancel()

    def _next(self) -> None:
        run, relay = self.run, self._relay
        if run is None:
            return
        if not self._waiting:
            relay.finish()
            return
        kind = self._waiting[0]
        try:
            self._request = self._session.engines.inspector.submit(
                lambda job: MeasureRobustness(job, str(run.path), (kind,)),
                done=partial(self._take, run), failed=relay.fail, progress=self._tell, owner=self,
            )  # fmt: skip
        except StudioError as error:
            relay.fail(error)

    def _tell(self, _done: int, _total: int | None, words: str) -> None:
        if len(self._waiting) == self._total:  # loading comes before the first corruption only
            self.words = words
        self._relay.report(self._total - len(self._waiting), self._total, words)

    def _take(self, run: RunFolder, found: Robustness) -> None:
        if run is not self.run:
            return
        del self._waiting[0]
        self._relay.report(self._total - len(self._waiting), self._total, self.words)
        self.arrived.emit(run, found)
        if self._waiting:
            self.words = AUGMENTERS.get(self._waiting[0]).title
        self._next()

    def _cancelled(self) -> None:
        if self._request is not None:
            self._request.cancel()
        self._end(None)

    def _end(self, error: StudioError | None) -> None:
        self.run = self.job = self._request = None
        self._waiting = []
        self.ended.emit(error)
