"""Long work of the window's own (no Keras): a plain function in a thread, with progress, cancel."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from shiboken6 import isValid

from studio.core.control import Cancelled, Control, Progress
from studio.core.errors import StudioError

log = logging.getLogger(__name__)

SHOW_AFTER_MS = 300
"""Nothing is shown of what is over before (LOOK.md)."""
REPORT_SECONDS = 1 / 20

Work = Callable[[Progress, Control], Any]
Callback = Callable[..., None]


class Job(QObject):
    """One function on its way. Make it with :meth:`Jobs.start`.

    Signals:
        progressed: done, total (None while unknown) and words; at most 20 times a second.
        ended: the job is over, whatever the outcome; its callback runs next.
    """

    progressed = Signal(object, object, str)
    ended = Signal()

    def __init__(
        self, jobs: Jobs, words: str, work: Work, callbacks: dict[str, Callback | None],
        owner: QObject | None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.words = words
        self.started = time.monotonic()
        self.done = 0
        self.total: int | None = None
        self.detail = ""
        self.in_bytes = False
        self.is_running = True
        self._first: tuple[float, int] | None = None
        self._jobs = jobs
        self._callbacks = callbacks
        self._owner = owner
        self._control = Control()
        # No parents and no cycles: all of this is freed by reference count, in this thread.
        self._thread = _JobThread(words, work, self._control)
        queued = Qt.ConnectionType.QueuedConnection
        self._thread.reported.connect(self._report, queued)
        self._thread.returned.connect(self._finish, queued)
        self._thread.raised.connect(self._fail, queued)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show)

    @property
    def is_cancelling(self) -> bool:
        """Whether the job was asked to stop and has not yet."""
        return self.is_running and self._control.cancelled

    @property
    def seconds_left(self) -> float | None:
        """Estimated from the share that is done; None while nobody can know."""
        if not self.total or self._first is None:
            return None
        # What was there already when it began, as of a download that goes on, took no time.
        started, before = self._first
        if self.done <= before:
            return None
        return (time.monotonic() - started) * (self.total - self.done) / (self.done - before)

    def cancel(self) -> None:
        """Ask to stop. Its ``cancelled`` is called when it has."""
        self._control.cancel()

    def pause(self) -> None:
        """Ask to wait between two items, while something more urgent goes on."""
        self._control.pause()

    def resume(self) -> None:
        """End a pause."""
        self._control.resume()

    def wait(self, seconds: float) -> bool:
        """Block until the thread has ended; only for leaving the program and for tests."""
        return self._thread.wait(int(seconds * 1000))

    def _begin(self) -> None:
        self._timer.start(SHOW_AFTER_MS)
        self._thread.start()

    @Slot()
    def _show(self) -> None:
        if self.is_running and isValid(self._jobs):
            self._jobs.job_shown.emit(self)

    @Slot(object, object, str)
    def _report(self, done: int, total: int | None, words: str) -> None:
        if self._first is None:
            self._first = time.monotonic(), done
        self.done, self.total, self.detail = done, total, words
        self.progressed.emit(done, total, words)
        self._call("progress", done, total, words)

    @Slot(object)
    def _finish(self, result: object) -> None:
        self._end()
        self._call("done", result)
        self._callbacks = {}

    @Slot(object)
    def _fail(self, error: BaseException) -> None:
        self._end()
        if isinstance(error, Cancelled):
            self._call("cancelled")
        elif self._callbacks.get("failed") is not None:
            self._call("failed", as_studio_error(error))
        else:
            log.error("%s failed", self.words, exc_info=error)
        self._callbacks = {}

    def _end(self) -> None:
        self.is_running = False
        self._timer.stop()
        self._thread.wait()
        self.ended.emit()
        if isValid(self._jobs):  # a window that closes does not wait for the last words
            self._jobs._forget(self)
            self._jobs.job_ended.emit(self)

    def _call(self, name: str, *arguments: Any) -> None:
        callback = self._callbacks.get(name)
        if callback is not None and (self._owner is None or isValid(self._owner)):
            callback(*arguments)


class _JobThread(QThread):
    """Runs the function. Emits what happens; the job's slots run in the window's thread."""

    reported = Signal(object, object, str)
    returned = Signal(object)
    raised = Signal(object)

    def __init__(self, words: str, work: Work, control: Control) -> None:
        super().__init__()
        self.setObjectName(f"job: {words}")
        self._work = work
        self._control = control
        self._last = 0.0

    def run(self) -> None:
        """The thread's own code."""
        try:
            result = self._work(self._report, self._control)
        except BaseException as error:
            self.raised.emit(error)
        else:
            self.returned.emit(result)

    def _report(self, done: int, total: int | None, words: str) -> None:
        now = time.monotonic()
        if now - self._last >= REPORT_SECONDS or (total is not None and done >= total):
            self._last = now
            self.reported.emit(done, total, words)


class Jobs(QObject):
    """All jobs of the window.

    Signals:
        job_started: a Job has begun.
        job_shown: it takes longer than 0.3 s: show it.
        job_ended: it is over.
    """

    job_started = Signal(object)
    job_shown = Signal(object)
    job_ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: list[Job] = []

    def start(
        self,
        words: str,
        work: Work,
        *,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[StudioError], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        progress: Callable[[int, int | None, str], None] | None = None,
        owner: QObject | None = None,
        in_bytes: bool = False,
    ) -> Job:
        """Run ``work(progress, control)`` in a thread of its own.

        Callbacks come in the window's thread, exactly one of ``done``, ``failed`` and
        ``cancelled``; none of them once ``owner`` is destroyed.

        Args:
            words: what is being done, for the strip: ``Opening seedlings``.
            in_bytes: whether its progress counts bytes, not things.
        """
        callbacks: dict[str, Callback | None] = {
            "done": done, "failed": failed, "cancelled": cancelled, "progress": progress,
        }  # fmt: skip
        job = Job(self, words, work, callbacks, owner)
        job.in_bytes = in_bytes
        self.running.append(job)
        self.job_started.emit(job)
        job._begin()
        return job

    def shutdown(self, seconds: float = 3.0) -> bool:
        """Cancel everything and wait; False where a thread has not ended in time."""
        jobs = list(self.running)
        for job in jobs:
            job._callbacks = {}
            job.cancel()
        deadline = time.monotonic() + seconds
        ended = [job.wait(max(0.0, deadline - time.monotonic())) for job in jobs]
        return all(ended)

    def _forget(self, job: Job) -> None:
        if job in self.running:
            self.running.remove(job)


def as_studio_error(error: BaseException) -> StudioError:
    """Any exception as one with a sentence; the trace goes into the details and the log."""
    if isinstance(error, StudioError):
        return error
    log.error("An unexpected error", exc_info=error)
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        return StudioError(
            "There is not enough memory for this.", "Close other programs and try again.", trace
        )
    return StudioError(
        f"Something went wrong inside the studio ({type(error).__name__}).",
        "Nothing of yours was changed. The log tells more.",
        trace,
    )
