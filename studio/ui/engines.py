"""The workers as the window sees them: submit a request, get callbacks in the window's thread.

Each engine owns one process. A background ``QThread`` starts it, reads its answers and turns them
into signals; nothing here blocks. A process that dies fails its jobs with a reason, and the next
submit starts another.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from shiboken6 import isValid

from studio.core.errors import StudioError, WorkerError
from studio.engine.protocol.augment_messages import PolicyPaced
from studio.engine.protocol.client import WorkerClient
from studio.engine.protocol.messages import (
    Answer,
    Cancel,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgress,
    JobStarted,
    Measured,
    Pause,
    Predicted,
    Request,
    Resume,
    SelfTested,
    Shutdown,
    WorkerDied,
    WorkerReady,
)

log = logging.getLogger(__name__)

CANCEL_GRACE = 3.0
"""Seconds that a job gets to stop by itself before its process is ended."""
POLL_SECONDS = 0.25

Callback = Callable[..., None]


class JobError(StudioError):
    """What a worker's job failed with. ``kind`` is the name of the error's class there."""

    def __init__(self, answer: JobFailed) -> None:
        super().__init__(answer.message, answer.hint, answer.details)
        self.kind = answer.kind


class EngineJob:
    """One submitted request. Exactly one of done, failed and cancelled is called at its end."""

    def __init__(
        self, engine: Engine, id: int, request: Request, callbacks: dict[str, Callback | None],
        owner: QObject | None, grace: float,
    ) -> None:  # fmt: skip
        self.id = id
        self.request = request
        self.grace = grace
        self.is_running = True
        self.has_started = False
        self.is_cancelling = False
        self.is_paused = False
        self._engine = engine
        self._callbacks = callbacks
        self._owner = owner
        self._dropped = False

    def cancel(self) -> None:
        """Ask to stop; after ``grace`` seconds its process is ended and started anew."""
        if self.is_running and not self.is_cancelling:
            self.is_cancelling = True
            self._engine._cancel(self)

    def pause(self) -> None:
        """Ask a training to wait between two batches."""
        if self.is_running and not self.is_paused:
            self.is_paused = True
            self._engine._send(Pause(self.id))

    def resume(self) -> None:
        """End a pause."""
        if self.is_running and self.is_paused:
            self.is_paused = False
            self._engine._send(Resume(self.id))

    def drop(self) -> None:
        """Call nothing any more, and let the work stop when it is convenient."""
        self._dropped = True
        if self.is_running:
            self._engine._send(Cancel(self.id))

    def _call(self, name: str, *arguments: Any) -> None:
        callback = self._callbacks.get(name)
        gone = self._owner is not None and not isValid(self._owner)
        if callback is not None and not self._dropped and not gone:
            callback(*arguments)


class _Reader(QThread):
    """Owns one process: starts it, reads its answers, frees it."""

    answered = Signal(object, object)

    def __init__(self, name: str) -> None:
        super().__init__()  # no parent: freed by reference count, in the window's thread
        self.setObjectName(f"reads {name}")
        self.client = WorkerClient(name)
        self._leave = threading.Event()

    def run(self) -> None:
        """The thread's own code."""
        client = self.client
        try:
            client.start()
        except Exception as error:
            log.exception("The %s cannot be started", client.name)
            self.answered.emit(self, WorkerDied(
                "The computing process could not be started.",
                "Close other programs and try again.", repr(error)))  # fmt: skip
            return
        try:
            while not self._leave.is_set():
                answer = client.receive(POLL_SECONDS)
                if answer is None:
                    continue
                self.answered.emit(self, answer)
                if isinstance(answer, WorkerDied):
                    break
        finally:
            client.close()

    def leave(self) -> None:
        """End soon, and the process with it."""
        self._leave.set()


class Engine(QObject):
    """One worker process that computes one job after another.

    Signals:
        ready: the process listens.
        died: a WorkerDied; every job of it has been failed before.
        busy_changed: whether it has jobs.
    """

    ready = Signal()
    died = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self._ids = itertools.count(1)
        self._jobs: dict[int, EngineJob] = {}
        self._keys: dict[str, EngineJob] = {}
        self._reader: _Reader | None = None
        self._old: list[_Reader] = []
        self._closed = False

    @property
    def is_busy(self) -> bool:
        """Whether a job runs or waits."""
        return bool(self._jobs)

    @property
    def pid(self) -> int | None:
        """The process's number; None where there is none."""
        return self._reader.client.pid if self._reader is not None else None

    def warm_up(self) -> None:
        """Start the process, so that the first job need not wait for it."""
        if self._reader is None and not self._closed:
            reader = _Reader(self.name)
            reader.answered.connect(self._take, Qt.ConnectionType.QueuedConnection)
            self._reader = reader
            reader.start()

    def submit(
        self,
        make_request: Callable[[int], Request],
        *,
        done: Callback | None = None,
        failed: Callable[[StudioError], None] | None = None,
        progress: Callable[[int, int | None, str], None] | None = None,
        event: Callback | None = None,
        started: Callable[[], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        replaces: str = "",
        owner: QObject | None = None,
        grace: float = CANCEL_GRACE,
    ) -> EngineJob:
        """Send a request, starting the process where there is none.

        Args:
            make_request: gets the job's number and makes the message.
            done: called with the result.
            event: called with what comes between: a training's event, a ``Predicted``, a
                ``SelfTestStep``, a ``Robustness`` so far.
            replaces: an earlier job under the same key is dropped: none of its callbacks is
                called any more.
            owner: when this object is destroyed, no callback is called any more.
            grace: seconds that a cancelled job gets before its process is ended.
        """
        if self._closed:
            raise WorkerError("The studio is closing.")
        if replaces and (old := self._keys.pop(replaces, None)) is not None:
            old.drop()
        number = next(self._ids)
        callbacks: dict[str, Callback | None] = {
            "done": done, "failed": failed, "progress": progress, "event": event,
            "started": started, "cancelled": cancelled,
        }  # fmt: skip
        job = EngineJob(self, number, make_request(number), callbacks, owner, grace)
        was_busy = self.is_busy
        self._jobs[number] = job
        if replaces:
            self._keys[replaces] = job
        self.warm_up()
        self._send(job.request)
        if not was_busy:
            self.busy_changed.emit(True)
        return job

    def kill(self) -> None:
        """End the process at once; its jobs fail, unless they were being cancelled."""
        if self._reader is not None:
            self._reader.client.kill()

    def shutdown(self, seconds: float = 1.0) -> None:
        """Leave: ask, wait at most ``seconds``, end the process, wait for the thread."""
        self.begin_shutdown()
        self.finish_shutdown(time.monotonic() + seconds)

    def begin_shutdown(self) -> None:
        """Ask the process to leave, without waiting. No callback is called any more."""
        self._closed = True
        for job in self._jobs.values():
            job._dropped = True
            job.is_running = False
        self._jobs.clear()
        self._keys.clear()
        if self._reader is not None:
            self._reader.client.send(Shutdown())

    def finish_shutdown(self, deadline: float) -> None:
        """Wait until ``deadline`` (of ``time.monotonic``), then end what is still there."""
        readers = [*self._old, *([self._reader] if self._reader is not None else [])]
        self._reader, self._old = None, []
        for reader in readers:
            if not reader.wait(max(1, int((deadline - time.monotonic()) * 1000))):
                reader.leave()
                reader.client.kill()
                reader.wait(5000)

    # --- inside -----------------------------------------------------------------------------------

    def _send(self, request: Request) -> None:
        if self._reader is not None:
            self._reader.client.send(request)

    def _cancel(self, job: EngineJob) -> None:
        self._send(Cancel(job.id))
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._insist(job))
        timer.timeout.connect(timer.deleteLater)
        timer.start(int(job.grace * 1000))

    def _insist(self, job: EngineJob) -> None:
        # A job that still waits in the queue is not to blame for the one before it.
        if job.is_running and (job.has_started or len(self._jobs) == 1):
            log.warning("%s does not stop: ending its process", type(job.request).__name__)
            self.kill()

    @Slot(object, object)
    def _take(self, reader: _Reader, answer: Answer) -> None:
        if reader is not self._reader:
            return  # the last words of a process that was replaced
        if isinstance(answer, WorkerDied):
            self._bury(answer)
        elif isinstance(answer, WorkerReady):
            self.ready.emit()
        else:
            job = self._jobs.get(getattr(answer, "job", -1))
            if job is not None:
                self._tell(job, answer)

    def _tell(self, job: EngineJob, answer: Answer) -> None:
        if isinstance(answer, JobStarted):
            job.has_started = True
            job._call("started")
        elif isinstance(answer, JobProgress):
            job._call("progress", answer.done, answer.total, answer.words)
        elif isinstance(answer, JobEvent | Measured):
            job._call("event", answer.event)
        elif isinstance(answer, Predicted | PolicyPaced):
            job._call("event", answer)
        elif isinstance(answer, SelfTested):
            job._call("event", answer.step)
        elif isinstance(answer, JobFinished):
            self._end(job)
            if answer.outcome == "cancelled":
                job._call("cancelled")
            else:
                job._call("done", answer.result)
        elif isinstance(answer, JobFailed):
            self._end(job)
            log.error("%s failed: %s\n%s", self.name, answer.message, answer.details)
            job._call("failed", JobError(answer))

    def _end(self, job: EngineJob) -> None:
        job.is_running = False
        self._jobs.pop(job.id, None)
        for key in [k for k, j in self._keys.items() if j is job]:
            del self._keys[key]
        if not self._jobs:
            self.busy_changed.emit(False)

    def _bury(self, death: WorkerDied) -> None:
        jobs = list(self._jobs.values())
        reader, self._reader = self._reader, None
        if reader is not None:
            self._old = [*(r for r in self._old if r.isRunning()), reader]
        wanted = any(j.is_cancelling for j in jobs)
        if wanted:
            self._restart_after_cancel(jobs)
            return
        log.error("The %s died: %s\n%s", self.name, death.reason, death.details)
        for job in jobs:
            self._end(job)
        for job in jobs:
            job._call("failed", WorkerError(death.reason, death.hint, death.details))
        self.died.emit(death)

    def _restart_after_cancel(self, jobs: list[EngineJob]) -> None:
        """The person's cancel ended the process: the other jobs begin again in a new one."""
        stopped = [j for j in jobs if j.is_cancelling or j._dropped]
        waiting = [j for j in jobs if j not in stopped]
        for job in stopped:
            self._end(job)
        if waiting:
            self.warm_up()
            for job in waiting:
                job.has_started = False
                self._send(job.request)
        for job in stopped:
            job._call("cancelled")


class Engines(QObject):
    """The three workers of the window.

    ``trainer`` trains, ``inspector`` loads runs and networks, ``previewer`` augments pictures and
    never loads Keras. A person may predict while another network trains.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.trainer = Engine("trainer", self)
        self.inspector = Engine("inspector", self)
        self.previewer = Engine("previewer", self)

    @property
    def all(self) -> tuple[Engine, Engine, Engine]:
        """Every engine."""
        return self.trainer, self.inspector, self.previewer

    def warm_up(self) -> None:
        """Start what a person will soon need, once the window stands."""
        self.previewer.warm_up()
        self.inspector.warm_up()

    def shutdown(self, seconds: float = 1.0) -> None:
        """End every process and thread, together within about ``seconds``."""
        for engine in self.all:
            engine.begin_shutdown()
        deadline = time.monotonic() + seconds
        for engine in self.all:
            engine.finish_shutdown(deadline)
