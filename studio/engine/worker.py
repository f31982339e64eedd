"""The process that computes: one thread listens, the main thread works off one job after another.

Libraries are imported when the first request needs them: a preview of augmentation never loads
Keras. Nothing but plain messages leaves this process.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from studio.core.control import Cancelled, Control
from studio.core.errors import StudioError
from studio.engine.backend import choose_backend
from studio.engine.handlers import HANDLERS, Context
from studio.engine.protocol.messages import (
    Answer,
    Cancel,
    JobFailed,
    JobFinished,
    JobStarted,
    Pause,
    Resume,
    Shutdown,
    WorkerReady,
)

log = logging.getLogger(__name__)

ORPHAN_SECONDS = 5.0
"""Seconds that a job gets to stop after the window is gone."""


def main(conn: Connection) -> None:
    """Answer requests until told to leave or the other end is closed; never returns."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s  %(levelname)s  %(message)s"
    )
    code = 0
    try:
        Worker(conn).run()
    except BaseException:
        log.exception("The worker stopped by itself")
        code = 1
    sys.stderr.flush()
    # Not sys.exit: libraries may keep threads that would hold the process.
    os._exit(code)


class Worker:
    """Reads requests in one thread, computes in another (the main one)."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._send_lock = threading.Lock()
        self._jobs: queue.SimpleQueue[tuple[Any, Control] | None] = queue.SimpleQueue()
        self._controls: dict[int, Control] = {}
        self._lock = threading.Lock()

    def run(self) -> None:
        """Work until told to leave."""
        backend = choose_backend()
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        self.send(WorkerReady(os.getpid(), backend))
        while (item := self._jobs.get()) is not None:
            self._work_off(*item)

    def _work_off(self, request: Any, control: Control) -> None:
        try:
            self._work(request, control)
        finally:
            with self._lock:
                self._controls.pop(request.job, None)

    def _work_off_waiting(self) -> None:
        """Within a long job: do first what was asked after it."""
        while not self._jobs.empty():
            item = self._jobs.get()
            if item is None:  # the end: every job was told to stop, this one too
                self._jobs.put(None)
                return
            self._work_off(*item)

    def send(self, answer: Answer) -> None:
        """Send from any thread. Without a listener there is nobody to tell."""
        with self._send_lock:
            try:
                self._conn.send(answer)
            except OSError:
                log.info("nobody listens any more")

    # --- the listening thread -------------------------------------------------------------------

    def _listen(self) -> None:
        while True:
            try:
                request = self._conn.recv()
            except (EOFError, OSError):
                self._leave(orphaned=True)
                return
            except Exception:
                log.exception("A request cannot be read")
                continue
            if isinstance(request, Shutdown):
                self._leave(orphaned=False)
                return
            self._hear(request)

    def _hear(self, request: Any) -> None:
        if not isinstance(request, Cancel | Pause | Resume):
            control = Control()
            with self._lock:
                self._controls[request.job] = control
            self._jobs.put((request, control))
            return
        with self._lock:
            known = self._controls.get(request.job)
        if known is None:
            return
        actions: dict[type, Callable[[], None]] = {
            Cancel: known.cancel, Pause: known.pause, Resume: known.resume,
        }  # fmt: skip
        actions[type(request)]()

    def _leave(self, orphaned: bool) -> None:
        with self._lock:
            for control in self._controls.values():
                control.cancel()
        self._jobs.put(None)
        if orphaned:
            # Let a training save what it has, but never outlive the window for long.
            time.sleep(ORPHAN_SECONDS)
            log.warning("The window is gone; leaving in the middle of a job")
            os._exit(2)

    # --- the computing thread -------------------------------------------------------------------

    def _work(self, request: Any, control: Control) -> None:
        job: int = request.job
        if control.cancelled:
            self.send(JobFinished(job, "cancelled"))
            return
        self.send(JobStarted(job))
        answer: Answer
        try:
            handler = HANDLERS[type(request)]
            result = handler(request, Context(job, self.send, control, self._work_off_waiting))
            answer = JobFinished(job, "done", result)
        except Cancelled:
            answer = JobFinished(job, "cancelled")
        except BaseException as error:
            log.exception("%s failed", type(request).__name__)
            answer = failure(job, error)
        try:
            self.send(answer)
        except Exception as error:  # a result that cannot be pickled
            log.exception("The result of %s cannot be sent", type(request).__name__)
            self.send(failure(job, error))


def failure(job: int, error: BaseException) -> JobFailed:
    """An exception as a sentence, a hint and details."""
    trace = "".join(traceback.format_exception(error))
    kind = type(error).__name__
    if isinstance(error, StudioError):
        details = f"{error.details}\n{trace}".strip()
        return JobFailed(job, error.message, error.hint, details, kind)
    if isinstance(error, MemoryError) or kind in _MEMORY_ERRORS:
        return JobFailed(
            job,
            "There is not enough memory for this.",
            "Choose a smaller batch or a smaller input, or close other programs.",
            trace,
            "OutOfMemory",
        )
    if isinstance(error, ImportError):
        return JobFailed(
            job,
            f"A library could not be loaded: {error}.",
            "Install it, or choose another way to compute in the settings.",
            trace,
            kind,
        )
    return JobFailed(
        job,
        f"Something went wrong inside the studio ({kind}).",
        "Nothing of yours was changed. The details help to find out why.",
        trace,
        kind,
    )


_MEMORY_ERRORS = {"ResourceExhaustedError", "OutOfMemoryError"}
